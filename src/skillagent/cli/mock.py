"""`skillagent mock`: the mock LLM as a server, for agents in any language."""

from __future__ import annotations

import argparse
import contextlib
import sys

from skillagent.cli.output import printable, to_json
from skillagent.testing import MockLLM, script_file


def serve(arguments: argparse.Namespace) -> int:
    """Until Ctrl-C; exit code 1 if the script was not used up or something came unexpected."""
    return _serve(script_file.load(arguments.script), arguments.port)


def schema(arguments: argparse.Namespace) -> int:
    print(to_json(script_file.schema()))
    return 0


def _serve(mock: MockLLM, port: int) -> int:
    with mock.serve(port) as server:
        print(server.url, flush=True)
        for name, value in server.environment().items():
            print(f"export {name}={value}", file=sys.stderr, flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            server.wait()
    try:
        mock.assert_done()
    except AssertionError as error:
        print(printable(str(error)), file=sys.stderr)
        return 1
    return 0
