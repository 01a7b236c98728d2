"""Shared by the commands that write to a graph: arguments, loading, preview and summary."""

from __future__ import annotations

import argparse
import contextlib
import sys
from typing import TYPE_CHECKING

from skillagent.cli.arguments import DIALECT_HELP, DIALECT_NAMES, Commands, graph_argument
from skillagent.cli.declared import one_root_of
from skillagent.cli.interrupted import finish_interrupted, undone_by_signals
from skillagent.cli.output import printable, to_json
from skillagent.cli.progress_bar import progress_bar
from skillagent.errors import UsageError
from skillagent.files.regular import read_regular
from skillagent.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable

    from skillagent.files.changes import Changes
    from skillagent.graph import SkillGraph
    from skillagent.markdown import Dialect

SHOWN_REMARKS = 20
LIMIT = 64_000_000
"""Limit of a file with texts or proposals, in bytes."""
SHOWN_FILES = 30


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
    parser.add_argument("--json", action="store_true", help="the summary as JSON")
    return parser


def on_graph(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments for the graph and its dialect."""
    graph_argument(parser)
    links_of(parser)


def links_of(parser: argparse.ArgumentParser) -> None:
    """Declare the argument for the dialect."""
    parser.add_argument("--dialect", choices=DIALECT_NAMES, help=DIALECT_HELP)


def dialect(arguments: argparse.Namespace) -> Dialect | None:
    """The dialect that the command line names; None to detect it."""
    from skillagent.markdown import DIALECTS

    return DIALECTS[arguments.dialect] if arguments.dialect else None


def whole_graph(
    arguments: argparse.Namespace,
    progress: Progress | None = None,
    roots: tuple[str, ...] = (),
) -> SkillGraph:
    """The graph that a command reads and changes.

    Args:
        arguments: the parsed command line.
        progress: called as the work proceeds; None for a progress bar.
        roots: roots to load; empty for the one that the command line names.
    """
    from skillagent.graph import Options, SkillGraph

    options = Options(dialect=dialect(arguments))
    roots = roots or (one_root_of(arguments),)
    finish_interrupted(*roots)
    with contextlib.nullcontext(progress) if progress else progress_bar() as bar:
        return SkillGraph.load(*roots, options=options, progress=bar)


def finish(changes: Changes, arguments: argparse.Namespace, summary: str = "") -> int:
    """Write the changes, or only show them with `--dry-run`, and print a summary.

    Args:
        changes: the changes to write.
        arguments: the parsed command line.
        summary: a last line about all changes; may be empty.
    """
    if not arguments.dry_run:
        with undone_by_signals():
            changes.write()
    if arguments.json:
        print(to_json(changes.to_json(dry_run=arguments.dry_run)))
        return 0
    if arguments.dry_run:
        print(printable(changes.diff()), end="")
        if summary:
            print(printable(f"remark: without --dry-run: {summary}"), file=sys.stderr)
    else:
        _list(changes, summary)
    if not changes.files:
        print("nothing to change")
    for remark in changes.remarks[:SHOWN_REMARKS]:
        print(printable(f"remark: {remark}"), file=sys.stderr)
    if len(changes.remarks) > SHOWN_REMARKS:
        more = len(changes.remarks) - SHOWN_REMARKS
        print(f"remark: {more} more; --json has all", file=sys.stderr)
    return 0


def _list(changes: Changes, summary: str) -> None:
    """Print what was done to each file, and the summary."""
    for change in changes.files[:SHOWN_FILES]:
        what = "created" if change.before is None else "changed"
        print(printable(f"{'removed' if change.after is None else what} {change.shown}"))
    if len(changes.files) > SHOWN_FILES:
        print(f"and {len(changes.files) - SHOWN_FILES:,} more; --json has all")
    if summary:
        print(printable(summary))


def text_of(file: str) -> str:
    """Text of a file, or of standard input for `-`.

    Raises:
        UsageError: it cannot be read, is not a regular file, or is not UTF-8.
    """
    try:
        data = sys.stdin.buffer.read() if file == "-" else read_regular(file, LIMIT)
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{file}: is not UTF-8") from None
