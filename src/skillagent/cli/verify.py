"""`skillagent verify` and `skillagent diff`: check records, and explain how two differ."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from skillagent.cli.arguments import Commands, runs
from skillagent.cli.output import printable, to_json
from skillagent.cli.records import add_graph_of_record, graph_options, named_lock, roots_of_record

if TYPE_CHECKING:
    from skillagent.graph import SkillGraph
    from skillagent.lock import GraphLock
    from skillagent.providers import Provider
    from skillagent.repro.compare import Comparison
    from skillagent.repro.graph_at_hand import GraphAtHand
    from skillagent.repro.verify import Check
    from skillagent.runs import RunRecord

_BITS = {0: 4, 1: 8, 2: 16, 3: 32, 4: 128}
"""Level that does not hold → exit code."""
_INCOMPLETE = 64
_DAMAGED = 2
_REPLAY = 2
"""The level that --strict does not allow to be skipped."""
_NAMES = {
    0: "the graph is the recorded one",
    1: "the record agrees with itself",
    2: "the recorded answers, replayed, give the same run",
    3: "run again, it gives the same run",
    4: "the recorded answer is among those of the same model now",
}


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the commands."""
    parser = commands.add_parser(
        "verify",
        help="check run records: graph, record, replay, scripted run",
        description="Check run records, level by level: L0 the graph at hand is the recorded one; "
        "L1 the record agrees with itself; L2 the recorded answers, replayed, give the same run; "
        "L3 a scripted run, run again, gives the same; with --live, L4 the recorded answer is "
        "among those of the same model now.",
        epilog="Exit codes: 0 all hold; else the sum of 2 for a record that cannot be read, 4 for "
        "L0, 8 for L1, 16 for L2, 32 for L3, with --strict 64 for a record that is incomplete or "
        "cannot be replayed to its end, and with --live 128 for L4.",
    )
    parser.set_defaults(run=verify)
    parser.add_argument(
        "runs", nargs="+", metavar="RUN", help="folder of a record, or a folder of records"
    )
    parser.add_argument(
        "--level",
        type=int,
        choices=(0, 1, 2, 3),
        default=3,
        metavar="N",
        help="check the levels up to this one, 0 to 3 (3)",
    )
    parser.add_argument(
        "--strict",
        action="store_true",
        help="refuse a record that is incomplete, or cannot be replayed",
    )
    parser.add_argument(
        "--live",
        type=runs,
        metavar="K",
        help="also ask the recorded model the recorded questions K times",
    )
    parser.add_argument("--base-url", metavar="URL", help="with --live: address of its server")
    parser.add_argument("--signer", metavar="IDENTITY", help="who must have signed the lock")
    parser.add_argument(
        "--allowed-signers", metavar="FILE", help="with --signer: OpenSSH's file of public keys"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a run")
    add_graph_of_record(parser)

    text = "explain how two recorded runs differ"
    diff = commands.add_parser(
        "diff",
        help=text,
        description="Explain how two recorded runs differ: inputs, environment, nodes read, path, "
        "answer and cost, and the first event that differs.",
        epilog="Exit codes: 0 the same run; 1 they differ.",
    )
    diff.set_defaults(run=compare)
    diff.add_argument("before", metavar="RUN1", help="folder of a record")
    diff.add_argument("after", metavar="RUN2", help="folder of another one")
    diff.add_argument("--json", action="store_true", help="the same as one JSON object")


def verify(arguments: argparse.Namespace) -> int:
    from skillagent.errors import SkillAgentError
    from skillagent.lock.signature import SignatureError
    from skillagent.runs import RunRecord
    from skillagent.runs.record import records_in, without_manifest

    code = 0
    for path in map(Path, arguments.runs):
        for folder in without_manifest(path) if path.is_dir() else ():
            print(printable(f"{folder}: no run record: it has no manifest"), file=sys.stderr)
            code |= _INCOMPLETE if arguments.strict else 0
    for folder in records_in(tuple(map(Path, arguments.runs))):
        try:
            record = RunRecord.read(folder)
            checks = _checks(arguments, record)
            notes = _environment_notes(record)
        except SignatureError:
            raise
        except SkillAgentError as error:
            # The others of a folder can be verified nevertheless.
            print(printable(f"skillagent: {error}"), file=sys.stderr)
            code |= _DAMAGED
            continue
        for check in checks:
            code |= _BITS[check.level] if check.faults else 0
        is_replayed = not any(check.level == _REPLAY and check.skipped for check in checks)
        if arguments.strict and not (record.is_complete and is_replayed):
            code |= _INCOMPLETE
        if arguments.json:
            values = {
                "run": folder.name,
                "complete": record.is_complete,
                "ended": record.where_it_ended,
                "levels": [check.to_json() for check in checks],
                "environment": list(notes),
            }
            print(to_json(values))
        else:
            lines = _lines(record, checks, notes)
            print(printable("\n".join(lines)))
    return code


def _checks(arguments: argparse.Namespace, record: RunRecord) -> list[Check]:
    from skillagent.repro import verify as levels
    from skillagent.repro.graph_at_hand import graph_at_hand

    roots, options = roots_of_record(arguments, record), graph_options(arguments, record)
    with graph_at_hand(record, roots, options, named_lock(arguments)) as graph:
        checks = levels.checks(record, graph, arguments.level, _lock(arguments, graph.now))
        return [*checks, _live(arguments, record, graph)] if arguments.live else checks


def _live(arguments: argparse.Namespace, record: RunRecord, graph: GraphAtHand) -> Check:
    from skillagent.cli.progress_bar import progress_bar
    from skillagent.cli.records import set_seed
    from skillagent.repro.live import check_live, recorded_provider

    def new_provider() -> Provider:
        set_seed(record.manifest.inputs.seed)
        return recorded_provider(record, arguments.base_url)

    with progress_bar() as progress:
        return check_live(record, graph, arguments.live, new_provider, progress)


def _lock(arguments: argparse.Namespace, graph: SkillGraph | None) -> GraphLock | None:
    """The lock of the graph, if it has one or one is named; its signature is checked first.

    Raises:
        UsageError: the lock that is named, or that must be signed, is not there or is damaged.
        SignatureError: somebody else signed it, or nobody.
    """
    from skillagent.errors import UsageError
    from skillagent.lock import FILE, read_lock

    if bool(arguments.signer) != bool(arguments.allowed_signers):
        raise UsageError("--signer and --allowed-signers belong together: give both")
    roots = graph.roots if graph else ()
    usual = roots[0].path / FILE if len(roots) == 1 else None
    path = Path(arguments.lock) if arguments.lock else usual
    if arguments.signer:
        from skillagent.lock.signature import check_signature

        if path is None:
            raise UsageError("which lock must be signed? Name it with --lock FILE")
        check_signature(path, Path(arguments.allowed_signers), arguments.signer)
    if path is None or not (arguments.lock or path.exists()):
        return None
    return read_lock(path)


def _environment_notes(record: RunRecord) -> tuple[str, ...]:
    """How the environment has changed since; that is no fault, but may explain one."""
    from skillagent.environment import Environment, differences

    recorded = Environment.from_json(record.manifest.environment)
    notes = differences(recorded, Environment.here(Path.cwd()))
    # The record itself is a change that is not committed.
    return tuple(note for note in notes if not note.startswith("uncommitted changes:"))


def _lines(record: RunRecord, checks: list[Check], notes: tuple[str, ...]) -> list[str]:
    manifest = record.manifest
    lines = [f"{record.folder.name}: {manifest.determinism}, run_digest {manifest.run_digest}"]
    if not record.is_complete:
        lines.append(f"incomplete: it ends {record.where_it_ended}")
    for check in checks:
        if check.skipped:
            lines.append(f"L{check.level} -     not checked: {check.skipped}")
        elif check.faults:
            lines.append(f"L{check.level} FAILS {check.faults[0]}")
            lines += [f"         {fault}" for fault in check.faults[1:]]
        else:
            lines.append(f"L{check.level} ok    {_NAMES[check.level]}")
        lines += [f"         {remark}" for remark in check.remarks]
    lines += [f"note: {note}" for note in notes]
    return lines


def compare(arguments: argparse.Namespace) -> int:
    from skillagent.repro.compare import compare as comparison_of
    from skillagent.runs import RunRecord

    before, after = (RunRecord.read(Path(run)) for run in (arguments.before, arguments.after))
    comparison = comparison_of(before, after)
    if arguments.json:
        print(to_json(comparison.to_json()))
    else:
        print(printable("\n".join(_comparison_lines(comparison))))
    return 0 if comparison.is_same else 1


def _comparison_lines(comparison: Comparison) -> list[str]:
    lines = ["the same run"] if comparison.is_same else []
    for title, part in (
        ("inputs", comparison.inputs),
        ("environment", comparison.environment),
        ("nodes", comparison.nodes),
        ("path", comparison.path),
        ("answer", comparison.answer),
        ("cost", comparison.cost),
    ):
        if part:
            lines += [f"{title}:", *(f"  {line}" for line in part)]
    if first := comparison.first:
        lines += [f"first difference: event {first.event}: {first.what}", *first.details]
    return lines
