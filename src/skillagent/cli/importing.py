"""`skillagent import`: documents become a graph in a new folder."""

from __future__ import annotations

import argparse
from pathlib import Path

from skillagent.cli.arguments import Commands
from skillagent.cli.changes import dialect, finish, links_of, writing


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = writing(
        commands, "import", run, "make a graph of a flat SKILL.md, a long document or a folder"
    )
    links_of(parser)
    parser.add_argument("source", metavar="SOURCE", help="a Markdown file, or a folder of them")
    parser.add_argument("folder", metavar="FOLDER", help="for the graph: empty, or not there yet")
    parser.add_argument(
        "--description", metavar="TEXT", help="of the graph, where the source has none"
    )


def run(arguments: argparse.Namespace) -> int:
    from skillagent.authoring.importing import account, import_graph

    source, folder = Path(arguments.source), Path(arguments.folder)
    changes = import_graph(source, folder, arguments.description, dialect(arguments))
    summary = account(changes, arguments.folder, dialect(arguments))
    return finish(changes, arguments, summary)
