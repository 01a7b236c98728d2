"""`skillagent mock`: the mock LLM as a server, for agents in any language."""

from __future__ import annotations

import argparse
import contextlib
import signal
import sys
from collections.abc import Callable

from skillagent.cli.output import printable, to_json
from skillagent.errors import UsageError
from skillagent.testing import Recorder, Replay, Server, script_file


def serve(arguments: argparse.Namespace) -> int:
    """Serve until Ctrl-C; exit code 1 if turns are left or a request was unexpected."""
    mock = script_file.load(arguments.script)
    return _serve(mock.serve, arguments.port, mock.assert_done)


def record(arguments: argparse.Namespace) -> int:
    """Record until Ctrl-C; exit code 1 if an exchange was not recorded."""
    recorder = Recorder(arguments.upstream, arguments.cassette)
    return _serve(recorder.serve, arguments.port, recorder.assert_recorded)


def replay(arguments: argparse.Namespace) -> int:
    """Replay until Ctrl-C; exit code 1 if a request or a recording has no match."""
    replayed = Replay(arguments.cassette, any_order=arguments.any_order)
    return _serve(replayed.serve, arguments.port, replayed.assert_done)


def schema(arguments: argparse.Namespace) -> int:
    print(to_json(script_file.schema()))
    return 0


def _serve(make: Callable[[int], Server], port: int, check: Callable[[], None]) -> int:
    try:
        server = make(port)
    except (OSError, OverflowError) as error:
        raise UsageError(f"port {port} cannot be used: {error}") from None
    with server, contextlib.suppress(KeyboardInterrupt):
        # Set before the address is printed: its reader may stop this server at once, and it must
        # still report. SIGINT too: a shell makes background jobs ignore it.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.default_int_handler)
        for name, value in server.environment().items():
            print(f"export {name}={value}", file=sys.stderr, flush=True)
        print(server.url, flush=True)
        server.wait()
    try:
        check()
    except AssertionError as error:
        print(printable(str(error)), file=sys.stderr)
        return 1
    return 0
