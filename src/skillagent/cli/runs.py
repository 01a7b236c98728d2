"""`skillagent runs`: lists run records, shows one, removes old ones."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skillagent.cli.arguments import Commands
from skillagent.cli.output import printable, to_json
from skillagent.cli.records import FOLDER, declared_folder

if TYPE_CHECKING:
    from skillagent.runs import RunRecord

_SHOWN = 60
"""Most characters of a question in the list."""


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "runs",
        help="list, filter, show and prune run records",
        description="List the records in a folder; show one, if the folder is a record; remove "
        "old ones with --prune.",
    )
    parser.set_defaults(run=run)
    parser.add_argument(
        "folder",
        nargs="?",
        metavar="FOLDER",
        help=f"records, or one record (default: what skillagent.toml declares, else {FOLDER})",
    )
    parser.add_argument("--model", metavar="NAME", help="only runs of this model")
    parser.add_argument("--question", metavar="TEXT", help="only runs whose question has this text")
    parser.add_argument(
        "--node", metavar="ID", help="only runs that were shown this node (its whole id)"
    )
    parser.add_argument(
        "--inputs", metavar="ID", help="only runs with this inputs_id, or its start"
    )
    parser.add_argument("--incomplete", action="store_true", help="only incomplete records")
    parser.add_argument("--json", action="store_true", help="one JSON object a run")
    parser.add_argument("--prune", action="store_true", help="remove the runs, but for --keep")
    parser.add_argument(
        "--keep",
        type=_count,
        metavar="N",
        help="with --prune, and needed for it: the newest N stay",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="with --prune: say what would be removed"
    )


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of runs")
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    from skillagent.errors import UsageError
    from skillagent.runs.manifest import FILE

    if arguments.keep is not None and not arguments.prune:
        raise UsageError("--keep is for --prune: add it, or leave --keep out")
    folder = Path(arguments.folder) if arguments.folder else declared_folder()
    if (folder / FILE).is_file() and not arguments.prune:
        _show(arguments, folder)
        return 0
    if arguments.prune and arguments.keep is None:
        raise UsageError("--prune needs --keep N: how many of the newest runs stay")
    chosen = [record for record in _records(folder) if _passes(arguments, record)]
    if arguments.prune:
        _prune(chosen, arguments.keep, dry_run=arguments.dry_run)
    elif arguments.json:
        for record in chosen:
            print(to_json(_summary(record)))
    else:
        for record in chosen:
            print(printable(_line(record)))
    return 0


def _records(folder: Path) -> Sequence[RunRecord]:
    """The readable records in a folder, oldest first; another one is named on standard error."""
    import sys

    from skillagent.errors import SkillAgentError
    from skillagent.runs import RunRecord
    from skillagent.runs.record import records_in, without_manifest

    records = []
    for path in (*without_manifest(folder), *records_in((folder,))):
        try:
            records.append(RunRecord.read(path))
        except SkillAgentError as error:
            print(printable(f"skillagent: {error}"), file=sys.stderr)
    return sorted(records, key=lambda record: (str(_started(record)), record.folder.name))


def _started(record: RunRecord) -> Any:
    return record.manifest.observed.get("started", "")


def _model(record: RunRecord) -> str:
    model = record.manifest.inputs.model
    return model.name if model else "calls"


def _passes(arguments: argparse.Namespace, record: RunRecord) -> bool:
    manifest = record.manifest
    inputs = (arguments.inputs or "").removeprefix("sha256:")
    wanted = (arguments.question or "").casefold()
    return (
        (not arguments.model or arguments.model in (_model(record), *_reported(record)))
        and (not wanted or any(wanted in text.casefold() for text in record.questions))
        and (not arguments.node or arguments.node in manifest.nodes)
        and manifest.inputs_id.removeprefix("sha256:").startswith(inputs)
        and not (arguments.incomplete and record.is_complete)
    )


def _reported(record: RunRecord) -> Sequence[str]:
    models = record.manifest.observed.get("models")
    return tuple(map(str, models)) if isinstance(models, list) else ()


def _summary(record: RunRecord) -> dict[str, Any]:
    manifest = record.manifest
    return {
        "run": record.folder.name,
        "started": _started(record),
        "complete": record.is_complete,
        "ended": record.where_it_ended,
        "determinism": manifest.determinism,
        "model": _model(record),
        "models_reported": list(_reported(record)),
        "questions": list(record.questions),
        "outcome": manifest.outcome.reason if manifest.outcome else None,
        "spent": manifest.spent,
        "calls": manifest.calls,
        "nodes": {node: read.level for node, read in manifest.nodes.items()},
        "inputs_id": manifest.inputs_id,
        "run_digest": manifest.run_digest,
        "graph_root": manifest.inputs.graph_root,
        "dollars": manifest.observed.get("dollars"),
    }


def _line(record: RunRecord) -> str:
    manifest = record.manifest
    question = record.questions[0] if record.questions else ""
    if len(question) > _SHOWN:
        question = question[: _SHOWN - 1] + "…"
    outcome = manifest.outcome.reason if manifest.outcome and record.is_complete else "incomplete"
    return (
        f"{record.folder.name}  {_model(record)}  {outcome}  {manifest.calls} calls  "
        f"{manifest.spent} tokens  {question}"
    ).rstrip()


def _show(arguments: argparse.Namespace, folder: Path) -> None:
    from skillagent.runs import RunRecord

    record = RunRecord.read(folder)
    summary = _summary(record)
    if arguments.json:
        print(to_json(summary))
        return
    nodes = summary.pop("nodes")
    lines = [f"{name}: {_text(value)}" for name, value in summary.items()]
    lines += ["nodes:", *(f"  {node}: {level}" for node, level in nodes.items())]
    print(printable("\n".join(lines)))


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return "yes" if value is True else "no" if value is False else str(value or "-")


def _prune(records: Sequence[RunRecord], keep: int, *, dry_run: bool) -> None:
    old = records[: max(0, len(records) - keep)]
    for record in old:
        if not dry_run:
            shutil.rmtree(record.folder)
        print(printable(f"{'would remove' if dry_run else 'removed'} {record.folder}"))
    print(f"{len(old)} of {len(records)} runs {'would go' if dry_run else 'removed'}")
