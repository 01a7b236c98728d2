"""What the commands share that write to a graph: the graph, a preview, the account of it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from skillagent.cli.arguments import DIALECT_NAMES, Commands
from skillagent.cli.output import printable, to_json
from skillagent.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from skillagent.authoring.changes import Changes
    from skillagent.graph import SkillGraph
    from skillagent.markdown import Dialect

SHOWN_REMARKS = 20


def writing(
    commands: Commands[argparse.ArgumentParser],
    name: str,
    run: Callable[[argparse.Namespace], int],
    text: str,
) -> argparse.ArgumentParser:
    """Declare a command that writes files."""
    parser = commands.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
    parser.set_defaults(run=run)
    parser.add_argument(
        "--dry-run", action="store_true", help="write nothing; show what would change as a diff"
    )
    parser.add_argument("--json", action="store_true", help="the account as JSON")
    return parser


def on_graph(parser: argparse.ArgumentParser) -> None:
    """The graph that a command reads, and how its links are written."""
    parser.add_argument("graph", metavar="GRAPH", help="the folder that holds the graph")
    links_of(parser)


def links_of(parser: argparse.ArgumentParser) -> None:
    """How links are written."""
    parser.add_argument("--dialect", choices=DIALECT_NAMES, default="obsidian", help="of the links")


def dialect(arguments: argparse.Namespace) -> Dialect:
    from skillagent.markdown import DIALECTS

    return DIALECTS[arguments.dialect]


def whole_graph(arguments: argparse.Namespace) -> SkillGraph:
    """The graph that a command reads and changes."""
    from skillagent.graph import Options, Root, SkillGraph

    options = Options(dialect=dialect(arguments))
    return SkillGraph.load(Root(Path(arguments.graph)), options=options)


def finish(changes: Changes, arguments: argparse.Namespace) -> int:
    """Write the changes, unless they are only to be shown, and say what was done."""
    if not arguments.dry_run:
        changes.write()
    if arguments.json:
        print(to_json(changes.to_json(dry_run=arguments.dry_run)))
        return 0
    if arguments.dry_run:
        print(printable(changes.diff()), end="")
    else:
        for change in changes.files:
            what = "created" if change.before is None else "changed"
            print(printable(f"{'removed' if change.after is None else what} {change.shown}"))
    if not changes.files:
        print("nothing to change")
    for remark in changes.remarks[:SHOWN_REMARKS]:
        print(printable(f"remark: {remark}"), file=sys.stderr)
    if len(changes.remarks) > SHOWN_REMARKS:
        more = len(changes.remarks) - SHOWN_REMARKS
        print(f"remark: {more} more; --json has all", file=sys.stderr)
    return 0


def text_of(file: str) -> str:
    """A file, or standard input for `-`.

    Raises:
        UsageError: it cannot be read, or is not UTF-8.
    """
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{file}: is not UTF-8") from None
