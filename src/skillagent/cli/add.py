"""`skillagent add`: adds a node and a link to it in a map."""

from __future__ import annotations

import argparse

from skillagent.cli.arguments import Commands
from skillagent.cli.changes import dialect, finish, on_graph, text_of, whole_graph, writing
from skillagent.errors import UsageError

NO_MAP = "none"


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = writing(commands, "add", run, "add a node and hang it on a map")
    on_graph(parser)
    parser.add_argument("name", metavar="NAME", help="its claim or title; names the file too")
    parser.add_argument(
        "--description", required=True, metavar="TEXT", help="what it holds, and when to read it"
    )
    parser.add_argument(
        "--map", metavar="MAP", help="where it hangs, or `none`; left out, three are proposed"
    )
    parser.add_argument(
        "--why", default="", metavar="SENTENCE", help="beside the link (default: the description)"
    )
    parser.add_argument("--heading", metavar="TITLE", help="of the map, above the list it goes to")
    parser.add_argument("--body", metavar="FILE", help="its text; `-` for standard input")
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
        raise UsageError(f"which --map? The best for it: {shown}; --map none hangs it nowhere")
    place = None
    if arguments.map != NO_MAP:
        place = Place(arguments.map, arguments.why, arguments.heading)
    changes = add_node(graph, new, place, force=arguments.force, dialect=dialect(arguments))
    return finish(changes, arguments)
