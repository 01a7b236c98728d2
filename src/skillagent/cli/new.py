"""`skillagent new`: creates a graph, perhaps from a template, and declares it in its project."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from skillagent.cli.arguments import Commands
from skillagent.cli.changes import finish, writing
from skillagent.cli.interrupted import finish_interrupted
from skillagent.cli.output import to_json
from skillagent.errors import UsageError

if TYPE_CHECKING:
    from skillagent.files.changes import Changes


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = writing(commands, "new", run, "set up a graph: an entry, its maps, its declaration")
    parser.add_argument("folder", nargs="?", metavar="FOLDER", help="empty or missing")
    parser.add_argument(
        "--template",
        metavar="NAME|DIR",
        help="begin with a copy of a template: one of --list-templates, or a folder of your own",
    )
    parser.add_argument(
        "--list-templates", action="store_true", help="list the templates, a line each, and exit"
    )
    parser.add_argument(
        "--name", help="its title (default: that of the template, else the folder's name)"
    )
    parser.add_argument(
        "--description",
        metavar="TEXT",
        help="what it is about, and when to use it (default: that of the template)",
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
    parser.add_argument(
        "--no-ci",
        action="store_true",
        help="write no workflow that checks a graph made from a template",
    )


def run(arguments: argparse.Namespace) -> int:
    """Create a graph, or list the templates; see `add` for the arguments.

    Raises:
        UsageError: the folder, the template, a name or a text cannot be used.
    """
    if arguments.list_templates:
        from skillagent.authoring.template import bundled_templates

        templates = bundled_templates()
        lines = "\n".join(f"{name:<17} {summary}" for name, summary in templates.items())
        print(to_json(templates) if arguments.json else lines)
        return 0
    if arguments.folder is None:
        raise UsageError("name the FOLDER of the new graph, or use --list-templates")
    folder = Path(arguments.folder)
    finish_interrupted(folder)
    changes = _changes(folder, arguments)
    if not arguments.no_declare:
        from skillagent.authoring.scaffold import declaration

        if declared := declaration(folder):
            changes = replace(changes, files=(*changes.files, declared))
    return finish(changes, arguments)


def _changes(folder: Path, arguments: argparse.Namespace) -> Changes:
    from skillagent.authoring.scaffold import graph_of_template, new_graph

    name, description = arguments.name, arguments.description
    maps = _maps(arguments)
    if arguments.template is None:
        if description is None:
            raise UsageError("write --description TEXT, or name a --template that has one")
        return new_graph(folder, name, description, maps)
    from skillagent.authoring.template import read_template
    from skillagent.authoring.workflow import workflow

    template = read_template(arguments.template)
    changes = graph_of_template(folder, template, name, description, maps)
    if arguments.no_ci:
        return changes
    written, remark = workflow(folder, template.workflow)
    files = (*changes.files, written) if written else changes.files
    return replace(changes, files=files, remarks=(*changes.remarks, remark))


def _maps(arguments: argparse.Namespace) -> list[tuple[str, str]]:
    """Title and sentence of each map on the command line."""
    maps = []
    for text in arguments.map:
        title, equals, when = text.partition("=")
        if not equals or not title.strip() or not when.strip():
            raise UsageError(f"--map {text!r}: write TITLE=WHEN")
        maps.append((title, when))
    return maps
