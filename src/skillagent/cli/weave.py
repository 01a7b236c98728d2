"""`skillagent weave`: proposes missing links, and writes those that are accepted."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from skillagent.cli.accepting import accept
from skillagent.cli.arguments import Commands
from skillagent.cli.changes import dialect, finish, on_graph, text_of, whole_graph, writing
from skillagent.cli.declared import first_is_no_graph
from skillagent.cli.output import printable, to_json
from skillagent.cli.progress_bar import progress_bar
from skillagent.errors import UsageError

if TYPE_CHECKING:
    from skillagent.authoring.weave import Proposal


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = writing(commands, "weave", run, "propose links that are missing, and write some")
    on_graph(parser)
    parser.add_argument(
        "node",
        nargs="?",
        metavar="NODE",
        help="only links from this node or to it",
    )
    parser.add_argument(
        "--limit", type=_count, default=20, metavar="N", help="most proposals to show (default: 20)"
    )
    parser.add_argument(
        "-i",
        "--interactive",
        action="store_true",
        help="show each proposal and ask, as `git add -p` does; what is accepted is written at the "
        "end",
    )
    parser.add_argument(
        "--apply",
        metavar="FILE",
        help="write the proposals in FILE, as --json printed them; `-` for standard input",
    )


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of proposals")
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    from skillagent.authoring import weave

    _refuse_two_ways(arguments)
    if arguments.node is None and first_is_no_graph(arguments):
        arguments.graph, arguments.node = None, arguments.graph
    if arguments.apply is not None:
        if arguments.node:
            raise UsageError("--apply takes its nodes from the proposals; leave NODE out")
        try:
            accepted_json = json.loads(text_of(arguments.apply))
        except (ValueError, RecursionError) as error:
            raise UsageError(f"{arguments.apply}: is not JSON: {error}") from None
        return finish(
            weave.apply(whole_graph(arguments), accepted_json, dialect(arguments)), arguments
        )
    with progress_bar() as progress:
        graph = whole_graph(arguments, progress)
        proposals = weave.proposals(
            graph, arguments.node, arguments.limit, dialect(arguments), progress
        )
    shown = [_shown(number, proposal) for number, proposal in enumerate(proposals, start=1)]
    if arguments.json:
        print(to_json({"proposals": [proposal.to_json() for proposal in proposals]}))
    elif not proposals:
        print("no link seems to be missing")
    elif arguments.interactive:
        accepted = accept(graph, proposals, shown, dialect(arguments))
        accepted_json = [proposal.to_json() for proposal in accepted]
        return finish(weave.apply(graph, accepted_json, dialect(arguments)), arguments)
    else:
        print(printable("\n".join(shown)))
    return 0


def _refuse_two_ways(arguments: argparse.Namespace) -> None:
    """Refuse `--interactive` with an option that also needs standard output or input."""
    if arguments.interactive and (arguments.json or arguments.apply is not None):
        option = "--json" if arguments.json else "--apply"
        raise UsageError(f"--interactive and {option} are two ways to accept proposals; keep one")


def _shown(number: int, proposal: Proposal) -> str:
    head = f"{number}. {proposal.path}:{proposal.line}: {proposal.kind} of {proposal.target}"
    if proposal.kind == "mention":
        return f"{head}\n   - {proposal.was}\n   + {proposal.sentence}"
    why = f"\n   because: {proposal.why}" if proposal.why else ""
    return f"{head}{why}\n   + - {proposal.sentence}"
