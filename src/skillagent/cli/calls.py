"""`skillagent call`: a session for programs in any language.

It reads tool calls from standard input, one JSON object a line, and prints one answer a line.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

from skillagent.cli.declared import roots_of
from skillagent.cli.output import to_json
from skillagent.cli.progress_bar import progress_bar
from skillagent.cli.records import recorder
from skillagent.cli.session import build_index, load, needs_loading, opened, toolset
from skillagent.disclosure import Answer, Toolset
from skillagent.disclosure.call_lines import answer_line, parsed_line
from skillagent.errors import StoredIndexError, UsageError
from skillagent.messages import ToolCall
from skillagent.providers.base import Determinism
from skillagent.runs import RunRecorder


def run(arguments: argparse.Namespace) -> int:
    roots = (*roots_of(arguments), *arguments.also)
    record = recorder(arguments, roots, determinism=Determinism.SCRIPTED)
    tools = _tools(arguments, is_recorded=record is not None)
    if arguments.ledger and not Path(arguments.ledger).resolve().parent.is_dir():
        raise UsageError(f"{arguments.ledger}: there is no such folder to write the ledger to")
    refused = False
    for raw in sys.stdin.buffer:
        line = raw.decode("utf-8", "replace").strip()
        if not line:
            continue
        try:
            answer = _answer(tools, line, record)
        except StoredIndexError as error:
            # A file was written since the index was opened. A call that fails changes nothing.
            view = opened(arguments, after=error).view
            tools = Toolset.resume(view, tools.state(), counter=tools.counter)
            answer = _answer(tools, line, record)
        refused = refused or answer.error
        print(to_json(answer.to_json()), flush=True)
    if record is not None:
        record.close()
        if record.path is not None:
            print(f"recorded in {record.path}", file=sys.stderr)
    if arguments.ledger:
        text = json.dumps(tools.ledger.to_json(seconds=arguments.seconds), indent=2)
        try:
            Path(arguments.ledger).write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            raise UsageError(f"{arguments.ledger}: {error.strerror}") from error
    return int(refused)


def _tools(arguments: argparse.Namespace, *, is_recorded: bool) -> Toolset:
    """The session, on the stored index where that is enough; a record needs the loaded graph."""
    with progress_bar() as progress:
        if is_recorded or needs_loading(arguments):
            tools = toolset(load(arguments, progress), arguments)
            build_index(tools, progress)
            return tools
        return toolset(opened(arguments, progress).view, arguments)


def _answer(tools: Toolset, line: str, record: RunRecorder | None) -> Answer:
    if record is None:
        return answer_line(tools, line)
    record.begin(tools, None, None)
    call = parsed_line(line)
    if isinstance(call, str):
        call = ToolCall("", "", line)
    call = replace(call, id=f"line {tools.calls + 1}")
    record.call(call)
    answer = answer_line(tools, line)
    record.answer(call, answer)
    return answer
