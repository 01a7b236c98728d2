"""`skillagent import`: makes a graph in a new folder from documents."""

from __future__ import annotations

import argparse
from pathlib import Path

from skillagent.cli.arguments import Commands
from skillagent.cli.changes import dialect, finish, links_of, writing
from skillagent.cli.interrupted import finish_interrupted
from skillagent.cli.progress_bar import progress_bar


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = writing(
        commands, "import", run, "make a graph of a flat SKILL.md, a long document or a folder"
    )
    links_of(parser)
    parser.add_argument("source", metavar="SOURCE", help="a Markdown file, or a folder of them")
    parser.add_argument("folder", metavar="FOLDER", help="for the graph: empty or missing")
    parser.add_argument(
        "--description", metavar="TEXT", help="of the graph, if the source has none"
    )


def run(arguments: argparse.Namespace) -> int:
    from skillagent.authoring.importing import account, import_graph
    from skillagent.markdown import OBSIDIAN

    written = dialect(arguments)
    source, folder = Path(arguments.source), Path(arguments.folder)
    finish_interrupted(folder)
    with progress_bar() as progress:
        changes = import_graph(source, folder, arguments.description, written, progress)
    summary = account(changes, arguments.folder, written or OBSIDIAN)
    return finish(changes, arguments, summary)
