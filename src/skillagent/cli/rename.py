"""`skillagent rename`: renames or moves a node and updates every link."""

from __future__ import annotations

import argparse

from skillagent.cli.arguments import Commands
from skillagent.cli.changes import dialect, finish, on_graph, whole_graph, writing


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = writing(commands, "rename", run, "rename or move a node with every link to it")
    on_graph(parser)
    parser.add_argument("node", metavar="NODE", help="id, title or alias")
    parser.add_argument(
        "new", metavar="NEW", help="file name in the same folder, or with a / a path from the root"
    )
    parser.add_argument(
        "--no-alias", action="store_true", help="do not keep the old file name as an alias"
    )


def run(arguments: argparse.Namespace) -> int:
    from skillagent.authoring.rename import rename

    graph = whole_graph(arguments)
    node, new, alias = arguments.node, arguments.new, not arguments.no_alias
    return finish(rename(graph, node, new, dialect(arguments), alias=alias), arguments)
