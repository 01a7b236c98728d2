"""`skillagent call`: a session for programs in any language.

It reads tool calls from standard input, one JSON object a line, and prints one answer a line.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from skillagent.cli.output import to_json
from skillagent.cli.progress_bar import progress_bar
from skillagent.cli.session import load, toolset
from skillagent.disclosure import Answer, Toolset
from skillagent.errors import UsageError

_EXAMPLE = '{"name": "read_node", "arguments": {"node": "x"}}'


def run(arguments: argparse.Namespace) -> int:
    with progress_bar() as progress:
        tools = toolset(load(arguments, progress), arguments)
    if arguments.ledger and not Path(arguments.ledger).resolve().parent.is_dir():
        raise UsageError(f"{arguments.ledger}: there is no such folder to write the ledger to")
    refused = False
    for raw in sys.stdin.buffer:
        line = raw.decode("utf-8", "replace").strip()
        if not line:
            continue
        answer = _answer(tools, line)
        refused = refused or answer.error
        print(to_json(answer.to_json()), flush=True)
    if arguments.ledger:
        text = json.dumps(tools.ledger.to_json(seconds=arguments.seconds), indent=2)
        try:
            Path(arguments.ledger).write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            raise UsageError(f"{arguments.ledger}: {error.strerror}") from error
    return int(refused)


def _answer(tools: Toolset, line: str) -> Answer:
    try:
        call = json.loads(line)
    except (ValueError, RecursionError):
        return tools.refuse("", {"raw": line[:200]}, f"the line is not JSON; write {_EXAMPLE}")
    if not isinstance(call, dict) or not isinstance(call.get("name"), str):
        return tools.refuse("", {"raw": line[:200]}, f"the line has no tool name; write {_EXAMPLE}")
    if unknown := sorted(call.keys() - {"name", "arguments"}):
        # A misspelled "arguments" would otherwise be a call without any.
        message = f"{unknown[0]!r} is not part of a call; write {_EXAMPLE}"
        return tools.refuse(call["name"], {"raw": line[:200]}, message)
    arguments = call.get("arguments")
    return tools.call(call["name"], {} if arguments is None else arguments)
