"""`skillagent weave`: links that are missing, proposed and, once accepted, written."""

from __future__ import annotations

import argparse
import json

from skillagent.cli.arguments import Commands
from skillagent.cli.changes import dialect, finish, on_graph, text_of, whole_graph, writing
from skillagent.cli.output import printable, to_json
from skillagent.errors import UsageError


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = writing(commands, "weave", run, "propose links that are missing, and write some")
    on_graph(parser)
    parser.add_argument(
        "node",
        nargs="?",
        metavar="NODE",
        help="only what is missing in it, and where others name it",
    )
    parser.add_argument(
        "--limit", type=_count, default=20, metavar="N", help="proposals at most (20)"
    )
    parser.add_argument(
        "--apply",
        metavar="FILE",
        help="write the proposals in it, as --json gave them; `-` for standard input",
    )


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of proposals")
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    from skillagent.authoring import weave

    graph = whole_graph(arguments)
    if arguments.apply is not None:
        if arguments.node:
            raise UsageError("--apply takes its nodes from the proposals; leave NODE out")
        try:
            given = json.loads(text_of(arguments.apply))
        except (ValueError, RecursionError) as error:
            raise UsageError(f"{arguments.apply}: is not JSON: {error}") from None
        return finish(weave.apply(graph, given, dialect(arguments)), arguments)
    found = weave.proposals(graph, arguments.node, arguments.limit, dialect(arguments))
    if arguments.json:
        print(to_json({"proposals": [proposal.to_json() for proposal in found]}))
        return 0
    for number, proposal in enumerate(found, start=1):
        print(printable(_shown(number, proposal)))
    if not found:
        print("no link seems to be missing")
    return 0


def _shown(number: int, proposal: object) -> str:
    from skillagent.authoring.weave import Proposal

    assert isinstance(proposal, Proposal)
    head = f"{number}. {proposal.path}:{proposal.line}: {proposal.kind} of {proposal.target}"
    if proposal.kind == "mention":
        return f"{head}\n   - {proposal.was}\n   + {proposal.sentence}"
    why = f"\n   because: {proposal.why}" if proposal.why else ""
    return f"{head}{why}\n   + - {proposal.sentence}"
