"""`skillagent new`: creates a graph and declares it in its project."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from skillagent.cli.arguments import Commands
from skillagent.cli.changes import finish, writing
from skillagent.cli.interrupted import finish_interrupted
from skillagent.errors import UsageError


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = writing(commands, "new", run, "set up a graph: an entry, its maps, its declaration")
    parser.add_argument("folder", metavar="FOLDER", help="empty or missing")
    parser.add_argument("--name", help="its title (default: the folder's name)")
    parser.add_argument(
        "--description", required=True, metavar="TEXT", help="what it is about, and when to use it"
    )
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="TITLE=WHEN",
        help="a map, and the sentence that says when to go there; may be repeated",
    )
    parser.add_argument(
        "--no-declare", action="store_true", help="leave the project's skillagent.toml alone"
    )


def run(arguments: argparse.Namespace) -> int:
    from skillagent.authoring.scaffold import declaration, new_graph

    maps = []
    for text in arguments.map:
        title, equals, when = text.partition("=")
        if not equals or not title.strip() or not when.strip():
            raise UsageError(f"--map {text!r}: write TITLE=WHEN")
        maps.append((title, when))
    folder = Path(arguments.folder)
    finish_interrupted(folder)
    changes = new_graph(folder, arguments.name, arguments.description, maps)
    if not arguments.no_declare and (declared := declaration(folder)):
        changes = replace(changes, files=(*changes.files, declared))
    return finish(changes, arguments)
