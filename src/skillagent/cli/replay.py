"""`skillagent replay`: the recorded answers again, or the recorded calls on today's graph."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from skillagent.cli.arguments import Commands
from skillagent.cli.output import printable, to_json
from skillagent.cli.records import add_graph_of_record, graph_options, named_lock, roots_of_record

if TYPE_CHECKING:
    from skillagent.repro.answers import Replayed
    from skillagent.repro.decisions import CallChange, Decisions
    from skillagent.runs import RunRecord

_BITS = {
    "request": 4,
    "tool result": 8,
    "node": 16,
    "trace": 32,
    "cassette": 32,
    "reply": 64,
    "answer": 64,
    "session": 64,
    "length": 64,
}
"""Kind of a divergence → exit code."""
STOPPED = 128
"""Exit code where a replay could not go on to the end."""
DIFFERS = 1
NOT_RECORDED = 2


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "replay",
        help="repeat a recorded run, and name the first difference",
        description="Repeat a recorded run without a model: with the recorded answers, or, with "
        "--decisions, the recorded tool calls on today's graph.",
        epilog="Exit codes: 0 the same; 2 its beginning was not recorded; 4 another request "
        "(system prompt, tools, model, parameters); 8 another tool result; 16 another node; 32 the "
        "record does not fit together; 64 another reply, answer or session; several runs: all of "
        "theirs; 128 it cannot go on to the end, and nothing differs until there. With "
        "--decisions: 1 if an answer differs.",
    )
    parser.set_defaults(run=run)
    parser.add_argument(
        "runs", nargs="+", metavar="RUN", help="folder of a record, or a folder of records"
    )
    parser.add_argument(
        "--decisions", action="store_true", help="make the recorded calls on today's graph"
    )
    parser.add_argument(
        "--summary", action="store_true", help="with --decisions: a line a run, without diffs"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a run")
    add_graph_of_record(parser)


def run(arguments: argparse.Namespace) -> int:
    from skillagent.errors import SkillAgentError, UsageError
    from skillagent.runs import RunRecord
    from skillagent.runs.record import records_in

    if arguments.summary and not arguments.decisions:
        raise UsageError("--summary is for --decisions: add it, or leave --summary out")
    replay = _decisions if arguments.decisions else _answers
    code = 0
    for folder in records_in(tuple(map(Path, arguments.runs))):
        try:
            code |= replay(arguments, RunRecord.read(folder))
        except SkillAgentError as error:
            # The others of a folder can be replayed nevertheless.
            print(printable(f"skillagent: {error}"), file=sys.stderr)
            code |= NOT_RECORDED
    return code


def _answers(arguments: argparse.Namespace, record: RunRecord) -> int:
    from skillagent.repro.answers import replay_answers
    from skillagent.repro.graph_at_hand import graph_at_hand

    roots, options = roots_of_record(arguments, record), graph_options(arguments, record)
    with graph_at_hand(record, roots, options, named_lock(arguments)) as graph:
        replayed = replay_answers(record, graph.view)
    if arguments.json:
        values = {"run": record.folder.name, "graph": graph.source, **replayed.to_json()}
        print(to_json(values))
    else:
        print(printable("\n".join(_answer_lines(record, replayed, graph.source))))
    if replayed.divergence:
        return _BITS[replayed.divergence.kind]
    return STOPPED if replayed.stopped else 0


def _answer_lines(record: RunRecord, replayed: Replayed, source: str) -> list[str]:
    run = record.folder.name
    difference = replayed.divergence
    if difference is None:
        line = f"{run}: {replayed.events} events, all the same; graph {source}; no network"
        if replayed.stopped:
            line = f"{run}: {replayed.same} of {replayed.events} events are the same; then "
            return [line + replayed.stopped]
        if not record.is_complete:
            line += f"; the record is incomplete: it ends {record.where_it_ended}"
        return [line]
    place = f" (trace.jsonl:{difference.line})" if difference.line else ""
    return [
        f"{run}: {replayed.same} of {replayed.events} events are the same; graph {source}",
        f"first difference{place}: {difference.what}",
        *difference.details,
    ]


def _decisions(arguments: argparse.Namespace, record: RunRecord) -> int:
    from skillagent.errors import UsageError
    from skillagent.repro.decisions import replay_decisions
    from skillagent.repro.graph_at_hand import frozen_as_recorded, load_recorded

    roots = roots_of_record(arguments, record)
    if not roots:
        raise UsageError(f"{record.folder}: which graph? Name its folder with --graph")
    graph = frozen_as_recorded(
        record,
        load_recorded(record, roots, graph_options(arguments, record)),
        named_lock(arguments),
    )
    decisions = replay_decisions(record, graph)
    if arguments.json:
        print(to_json(decisions.to_json()))
    else:
        print(printable("\n".join(_decision_lines(decisions, summary=arguments.summary))))
    return DIFFERS if decisions.changes else 0


def _decision_lines(decisions: Decisions, *, summary: bool) -> list[str]:
    before, now = decisions.spent
    tokens = f"{before} tokens" if before == now else f"{before} → {now} tokens"
    count = len(decisions.changes)
    calls = f"{decisions.calls} call{'s' if decisions.calls != 1 else ''}"
    verdict = f"{count} of {calls} answered differently" if count else f"{calls}, all the same"
    lines = [f"{decisions.run}: {verdict}; {tokens}"]
    if summary:
        return lines
    for change in decisions.changes:
        lines += _change_lines(change)
    return lines


def _change_lines(change: CallChange) -> list[str]:
    before, now = change.cost
    tokens = f"{before} tokens" if before == now else f"{before} → {now} tokens"
    lines = [f"{change.call} {change.tool} {to_json(change.arguments)}: {tokens}"]
    if change.error[0] != change.error[1]:
        lines.append("  now it is refused" if change.error[1] else "  it is no longer refused")
    for text, nodes in (
        ("the file has changed", change.changed),
        ("no longer in the answer", change.gone),
        ("new in the answer", change.new),
        ("moved", change.moved),
    ):
        lines += [f"  {text}: {node}" for node in nodes]
    return [*lines, *(f"  {line}" for line in change.diff)]
