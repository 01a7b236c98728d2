"""Options and values about run records that several commands share."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from skillagent.cli.arguments import DIALECT_HELP, DIALECT_NAMES
from skillagent.cli.declared import declared
from skillagent.errors import UsageError

if TYPE_CHECKING:
    from skillagent.graph import Options
    from skillagent.providers.base import Determinism
    from skillagent.runs import RunRecord, RunRecorder

FOLDER = "runs"
BUNDLED = "bundled"
"""Names the bundled graph in a record, because its path is another one on each machine."""


def add_record_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options that record a run."""
    group = parser.add_argument_group("to repeat it")
    group.add_argument(
        "--record",
        nargs="?",
        const=FOLDER,
        metavar="DIR",
        help=f"write a run record into this folder ({FOLDER}); see `skillagent replay`",
    )
    group.add_argument(
        "--no-record", action="store_true", help="write none, although skillagent.toml asks for it"
    )
    group.add_argument(
        "--with-nodes", action="store_true", help="with --record: copy the graph's files, too"
    )


def add_seed(parser: argparse.ArgumentParser) -> None:
    """Declare the option that sets the seed."""
    parser.add_argument(
        "--seed",
        type=int,
        metavar="N",
        help="seed of everything random in this process; sent to models that take one",
    )


def set_seed(seed: int | None) -> None:
    """Seed what is random in this process; None leaves it as it is."""
    if seed is None:
        return
    import random

    random.seed(seed)
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed(seed % 2**32)


def recorder(
    arguments: argparse.Namespace,
    roots: Sequence[str],
    *,
    resumed: bytes = b"",
    determinism: Determinism | None = None,
) -> RunRecorder | None:
    """The recorder that the command line or the project asks for; None if neither does.

    Args:
        arguments: the command line, with the options of `add_record_options`.
        roots: the folders of the graph.
        resumed: see `RunRecorder`.
        determinism: of calls that come from elsewhere.

    Raises:
        UsageError: the folder is no folder of records.
    """
    folder = record_folder(arguments)
    if folder is None:
        return None
    from skillagent.providers.base import Determinism
    from skillagent.runs import RunRecorder

    return RunRecorder(
        folder,
        seed=getattr(arguments, "seed", None),
        with_nodes=arguments.with_nodes,
        determinism=determinism or Determinism.SAMPLED,
        graph=tuple(map(shown_root, roots)),
        resumed=resumed,
    )


def record_folder(arguments: argparse.Namespace) -> Path | None:
    """The folder of records that the command line or the project names; None for no record.

    Raises:
        UsageError: the options contradict each other, or the folder is no folder of records.
    """
    if arguments.record and arguments.no_record:
        raise UsageError("--record and --no-record exclude each other")
    if arguments.record:
        _refuse_graph(Path(arguments.record))
        return Path(arguments.record)
    declaration = None if arguments.no_record else declared()
    if declaration and declaration.record:
        return declaration.record
    if arguments.with_nodes:
        raise UsageError("--with-nodes is for --record: add --record, or leave it out")
    return None


def declared_folder() -> Path:
    """The folder of records that the project declares, else the usual one."""
    declaration = declared()
    return (declaration.record if declaration else None) or Path(FOLDER)


def _refuse_graph(folder: Path) -> None:
    # `--record` may be followed by a folder, so it swallows a graph that is written behind it.
    try:
        names = os.listdir(folder)
    except OSError:
        return
    if any(name.lower().endswith((".md", ".mdx", ".markdown")) for name in names):
        raise UsageError(
            f"--record {folder}: that is a folder of Markdown files; "
            "put the graph before --record, or write --record=DIR"
        )


def shown_root(root: str) -> str:
    """A root as a record names it: relative to the working folder if it is inside."""
    name, equals, path = root.rpartition("=")
    try:
        shown = Path(path).resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        from skillagent.cli.session import bundled_graph

        shown = BUNDLED if Path(path) == bundled_graph() else path
    return f"{name}{equals}{shown}"


def add_graph_of_record(parser: argparse.ArgumentParser) -> None:
    """Declare the options that name the graph of a record."""
    parser.add_argument(
        "-g",
        "--graph",
        action="append",
        default=[],
        metavar="[NAME=]FOLDER",
        help="folder of the graph, as often as it has roots (default: where it was recorded)",
    )
    parser.add_argument("--dialect", choices=DIALECT_NAMES, help=DIALECT_HELP)
    parser.add_argument(
        "--lock", metavar="FILE", help="lock of the graph (default: skillgraph.lock in its folder)"
    )


def named_lock(arguments: argparse.Namespace) -> Path | None:
    """The lock that the command line names."""
    return Path(arguments.lock) if arguments.lock else None


def graph_options(arguments: argparse.Namespace, record: RunRecord) -> Options:
    """How the graph of a record is loaded: as on the recorded day."""
    from datetime import date

    from skillagent.graph import Options
    from skillagent.markdown import DIALECTS

    today = record.manifest.inputs.today
    return Options(
        dialect=DIALECTS[arguments.dialect] if arguments.dialect else None,
        today=date.fromisoformat(today) if today else None,
    )


def roots_of_record(arguments: argparse.Namespace, record: RunRecord) -> tuple[str, ...]:
    """The folders that the command line names, else those of `recorded_roots`."""
    return tuple(arguments.graph) if arguments.graph else recorded_roots(record)


def recorded_roots(record: RunRecord) -> tuple[str, ...]:
    """The folders of a record's graph that exist; empty if they are not to be found.

    A relative folder is looked up in the working folder, then in those above the record.
    """
    named = record.manifest.observed.get("graph")
    if not isinstance(named, list):
        return ()
    places = (Path.cwd(), *record.folder.resolve().parents)
    roots = [_located(str(root), places) for root in named]
    return tuple(root for root in roots if root) if all(roots) else ()


def _located(root: str, places: Sequence[Path]) -> str:
    name, equals, path = root.rpartition("=")
    if path == BUNDLED:
        from skillagent.cli.session import bundled_graph

        return f"{name}{equals}{bundled_graph()}"
    for place in places:
        if (place / path).is_dir():
            return f"{name}{equals}{place / path}"
    return ""
