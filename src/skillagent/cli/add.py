"""`skillagent add`: adds a node and a link to it in a map."""

from __future__ import annotations

import argparse

from skillagent.cli.arguments import Commands
from skillagent.cli.changes import dialect, finish, on_graph, text_of, whole_graph, writing
from skillagent.errors import UsageError

NO_MAP = "none"


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = writing(commands, "add", run, "add a node and link it from a map")
    on_graph(parser)
    parser.add_argument("name", metavar="NAME", help="its title, which also names the file")
    parser.add_argument(
        "--description", required=True, metavar="TEXT", help="what it holds, and when to read it"
    )
    parser.add_argument(
        "--map",
        metavar="MAP",
        help="the map that links to it, or `none`; without it, three are proposed",
    )
    parser.add_argument(
        "--why",
        default="",
        metavar="SENTENCE",
        help="words after the link (default: the description)",
    )
    parser.add_argument("--heading", metavar="TITLE", help="heading above the list in the map")
    parser.add_argument("--body", metavar="FILE", help="file with its text; `-` for standard input")
    parser.add_argument("--tag", action="append", default=[], metavar="TAG", help="may be repeated")
    parser.add_argument(
        "--force", action="store_true", help="go on although a node has nearly the same name"
    )


def run(arguments: argparse.Namespace) -> int:
    from skillagent.authoring.add import NewNode, Place, add_node, like_names, propose_maps

    if (arguments.why or arguments.heading) and arguments.map == NO_MAP:
        raise UsageError("--why and --heading need a map")
    graph = whole_graph(arguments)
    body = text_of(arguments.body) if arguments.body else ""
    new = NewNode(arguments.name, arguments.description, tuple(arguments.tag), body)
    if arguments.map is None:
        if like_names(graph, new.name) and not arguments.force:
            add_node(graph, new, None, dialect=dialect(arguments))  # says which is like it
        proposed = propose_maps(graph, new)
        shown = ", ".join(f"{node.id} ({node.title})" for node in proposed) or "there is no map yet"
        raise UsageError(f"which --map? The best for it: {shown}; --map none adds no link")
    place = None
    if arguments.map != NO_MAP:
        place = Place(arguments.map, arguments.why, arguments.heading)
    changes = add_node(graph, new, place, force=arguments.force, dialect=dialect(arguments))
    return finish(changes, arguments)
