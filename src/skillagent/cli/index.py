"""`skillagent index`: brings the stored index of a graph up to date, once or on each change."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from skillagent.cli import publish
from skillagent.cli.arguments import Commands, command

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from skillagent.indexing import Opened


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = command(
        commands,
        "index",
        run,
        "bring a graph's stored index up to date; other commands do so by themselves",
    )
    parser.epilog = (
        "The index is one file in the user's cache folder, or in $SKILLAGENT_CACHE. It can be "
        "deleted at any time."
    )
    parser.add_argument(
        "--watch", action="store_true", help="go on until Ctrl-C, and index whatever changes"
    )
    parser.add_argument("--json", action="store_true", help="one line of JSON for each time")
    parser.add_argument(
        "--dask",
        metavar="ADDRESS",
        help="let the workers of this Dask scheduler read the files of a new index, such as "
        "tcp://host:8786; they need the files at the same paths",
    )
    publish.add_store_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Build the index if it is not up to date; see `add` for the arguments.

    Raises:
        SkillAgentError: a folder, a declaration or an address is wrong.
    """
    if arguments.store is not None:
        return publish.run(arguments)
    publish.check_store_options(arguments)
    from skillagent.cli.session import graph_folders

    folders = graph_folders(arguments)
    _report(arguments)
    if arguments.watch:
        for _ in _changes(folders):
            _report(arguments)
    return 0


def _report(arguments: argparse.Namespace) -> None:
    """Bring the index up to date, and print one line about it."""
    from skillagent.cli.output import printable, to_json
    from skillagent.cli.progress_bar import progress_bar
    from skillagent.cli.session import opened
    from skillagent.cli.workers import workers_of

    with progress_bar() as progress:
        graph = opened(arguments, progress, workers=workers_of(arguments))
    size = graph.path.stat().st_size if graph.path else None
    if arguments.json:
        values = {
            "graph": graph.view.name,
            "digest": graph.view.digest,
            "nodes": len(graph.view.ids),
            "built": graph.is_new,
            "path": str(graph.path) if graph.path else None,
            "bytes": size,
        }
        print(to_json(values), flush=True)
    else:
        print(printable(_line(graph, size)), flush=True)


def _line(graph: Opened, size: int | None) -> str:
    nodes = f"{graph.view.name}: {len(graph.view.ids):,} nodes"
    if size is None:
        return f"{nodes}; no index is kept"
    state = "indexed" if graph.is_new else "up to date"
    return f"{nodes}, {state}: {graph.path} ({size:,} bytes)"


def _changes(folders: Sequence[Path]) -> Iterator[object]:
    """One item whenever files of the folders have changed, until Ctrl-C."""
    from skillagent.errors import MissingPackageError

    try:
        from watchfiles import watch
    except ImportError:
        raise MissingPackageError("watchfiles", "mcp", "skillagent index --watch") from None
    yield from watch(*folders)
