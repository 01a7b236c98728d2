"""`skillagent split`: splits a long node into a map and one node for each section."""

from __future__ import annotations

import argparse

from skillagent.cli.arguments import Commands
from skillagent.cli.changes import dialect, finish, on_graph, whole_graph, writing


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = writing(
        commands, "split", run, "split a long node into a map and a node for each section"
    )
    on_graph(parser)
    parser.add_argument("node", metavar="NODE", help="id, title or alias")
    parser.add_argument(
        "--at",
        type=int,
        choices=range(1, 7),
        metavar="LEVEL",
        help="heading level to cut at, 1 to 6 (default: the highest with two headings)",
    )


def run(arguments: argparse.Namespace) -> int:
    from skillagent.authoring.split import split

    graph = whole_graph(arguments)
    return finish(split(graph, arguments.node, arguments.at, dialect(arguments)), arguments)
