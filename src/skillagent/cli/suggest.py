"""`skillagent suggest`: proposes maps, splits, merges and links, and carries one out."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from skillagent.cli.arguments import Commands
from skillagent.cli.changes import dialect, finish, on_graph, whole_graph, writing
from skillagent.cli.output import printable, to_json
from skillagent.cli.progress_bar import progress_bar
from skillagent.errors import UsageError

if TYPE_CHECKING:
    from skillagent.authoring.suggestions import Suggestions

KINDS = ("maps", "split", "merge", "links")


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = writing(
        commands, "suggest", run, "propose maps, splits, merges and links with their evidence"
    )
    on_graph(parser)
    parser.add_argument("--only", choices=KINDS, help="only suggestions of this kind")
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument(
        "--apply", type=_number, metavar="N", help="carry out the suggestion with this number"
    )
    ways.add_argument(
        "--patch", metavar="FILE", help="also write all that are shown as a patch for `git apply`"
    )


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not the number of a suggestion")
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    from skillagent.authoring.suggestions import suggest
    from skillagent.graph.file_name import SUFFIXES

    if arguments.patch and arguments.patch.lower().endswith(SUFFIXES):
        raise UsageError(f"{arguments.patch}: is the name of a document; name a file for the patch")
    kinds = (arguments.only,) if arguments.only else KINDS
    with progress_bar() as progress:
        graph = whole_graph(arguments, progress)
        suggestions = suggest(graph, kinds, dialect(arguments), progress=progress)
    if arguments.apply is not None:
        if arguments.apply > len(suggestions.shown):
            raise UsageError(f"there are {len(suggestions.shown)} suggestions; run suggest again")
        return finish(suggestions.shown[arguments.apply - 1].changes, arguments)
    note = _write_patch(suggestions, arguments) if arguments.patch else ""
    if arguments.json:
        print(to_json(suggestions.to_json()))
    else:
        print(printable("\n".join([*_lines(suggestions), *([note] if note else [])])))
    return 0


def _write_patch(suggestions: Suggestions, arguments: argparse.Namespace) -> str:
    """Write the patch, and return a line about it."""
    from skillagent.files.atomic import write_atomic
    from skillagent.files.patch import patch

    if not suggestions.shown:
        return f"{arguments.patch}: not written, as there is nothing to apply"
    made = patch([suggestion.changes for suggestion in suggestions.shown])
    if not arguments.dry_run:
        try:
            write_atomic(Path(arguments.patch), made.data, mode=0o644)
        except OSError as error:
            raise UsageError(f"{arguments.patch}: cannot be written: {error.strerror}") from None
    note = f"{arguments.patch}: apply it in the folder of the graph, with git apply"
    if made.left_out:
        numbers = ", ".join(str(suggestions.shown[at].number) for at in made.left_out)
        note += f"; without {numbers}, which do not go together with earlier ones"
    return note


def _lines(suggestions: Suggestions) -> list[str]:
    if not suggestions.shown:
        return ["nothing to suggest"]
    lines = []
    for item in suggestions.shown:
        lines += [f"{item.number}. {item.kind}: {item.what}", f"   {item.evidence}"]
    if suggestions.more:
        more = ", ".join(f"{count} {kind}" for kind, count in suggestions.more.items())
        lines.append(f"and more: {more}; --only KIND shows more of a kind")
    return [*lines, "--apply N carries one out; --apply N --dry-run shows it"]
