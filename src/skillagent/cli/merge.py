"""`skillagent merge`: puts one node's text into another, with its names and every link to it."""

from __future__ import annotations

import argparse

from skillagent.cli.arguments import Commands
from skillagent.cli.changes import dialect, finish, on_graph, whole_graph, writing


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = writing(commands, "merge", run, "put one node's text into another with its links")
    on_graph(parser)
    parser.add_argument("node", metavar="NODE", help="the node that stays: id, title or alias")
    parser.add_argument("other", metavar="OTHER", help="the node that is merged into it")
    parser.add_argument(
        "--description", metavar="TEXT", help="of the merged node (default: that of NODE)"
    )


def run(arguments: argparse.Namespace) -> int:
    from skillagent.authoring.merge import merge

    graph = whole_graph(arguments)
    node, other, description = arguments.node, arguments.other, arguments.description
    return finish(merge(graph, node, other, description, dialect(arguments)), arguments)
