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
    """Until Ctrl-C; exit code 1 if the script was not used up or something came unexpected."""
    mock = script_file.load(arguments.script)
    return _serve(mock.serve, arguments.port, mock.assert_done)


def record(arguments: argparse.Namespace) -> int:
    """Until Ctrl-C; exit code 1 if something that came was not recorded."""
    recorder = Recorder(arguments.upstream, arguments.cassette)
    return _serve(recorder.serve, arguments.port, recorder.assert_recorded)


def replay(arguments: argparse.Namespace) -> int:
    """Until Ctrl-C; exit code 1 if a request drifted or a recording was never asked for."""
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
        # Whoever reads the address may end this server at once: it ends in a report from here on.
        # A job in the background of a script ignores Ctrl-C, and `kill` must end in a report too.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.default_int_handler)
        print(server.url, flush=True)
        for name, value in server.environment().items():
            print(f"export {name}={value}", file=sys.stderr, flush=True)
        server.wait()
    try:
        check()
    except AssertionError as error:
        print(printable(str(error)), file=sys.stderr)
        return 1
    return 0
