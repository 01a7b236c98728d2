"""`skillagent suite`: makes a graph and a suite of questions from a public set."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from skillagent.cli.arguments import Commands
from skillagent.cli.interrupted import finish_interrupted, undone_by_signals

if TYPE_CHECKING:
    from skillagent.evals.adapters.made_suite import MadeSuite
    from skillagent.progress import Progress

    Make = Callable[[argparse.Namespace, Progress], MadeSuite]


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare `suite` and its kinds."""
    parser = commands.add_parser(
        "suite",
        help="make a graph and a suite for `eval` from a public set of questions",
        description="Make a graph and a suite of questions from a public set. `skillagent eval "
        "DIR` runs it. The same files give the same bytes.",
    )
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="KIND")
    _kind(kinds, "nvidia-skills", _nvidia_skills, "a folder of skills, each with an evals.json")
    for name, text in (
        ("hotpotqa", "questions of HotpotQA, or a folder with them and their corpus"),
        ("multi-hop", "questions of HotpotQA, 2WikiMultihopQA or MuSiQue, or a folder with them"),
    ):
        _kind(kinds, name, _multi_hop, text).add_argument(
            "--corpus",
            metavar="FILE",
            help="all documents (default: NAME_corpus.json beside NAME.json, else the paragraphs "
            "of all questions)",
        )
    form = _kind(kinds, "beir", _beir, "a folder with corpus.jsonl, queries.jsonl and qrels")
    form.add_argument(
        "--split", default="test", metavar="NAME", help="the judgements in qrels/NAME.tsv (test)"
    )


def _kind(
    kinds: Commands[argparse.ArgumentParser], name: str, make: Make, source: str
) -> argparse.ArgumentParser:
    parser = kinds.add_parser(name, help=source, description=f"The source is {source}.")
    parser.set_defaults(run=run, make=make)
    parser.add_argument("source", metavar="SOURCE", help=source)
    parser.add_argument(
        "-o", "--out", required=True, metavar="DIR", help="destination: empty or missing"
    )
    parser.add_argument(
        "--force", action="store_true", help="replace a suite that this command has made in DIR"
    )
    return parser


def run(arguments: argparse.Namespace) -> int:
    """Make a suite; see `add` for the arguments.

    Raises:
        SkillAgentError: the source or the destination cannot be used.
    """
    from skillagent.cli.output import printable
    from skillagent.cli.progress_bar import progress_bar
    from skillagent.evals.adapters.destination import changes_to, earlier_suite

    folder = Path(arguments.out)
    finish_interrupted(folder)
    earlier_suite(folder, replace=arguments.force)  # refuses before the long work
    with progress_bar() as progress:
        made = arguments.make(arguments, progress)
        changes = changes_to(folder, arguments.kind, made, replace=arguments.force)
        with undone_by_signals():
            changes.write()
    print(printable(_account(folder, made)))
    _say_left_out(made)
    return 0


def _account(folder: Path, made: MadeSuite) -> str:
    answerable = sum(case.is_answerable for case in made.cases)
    return (
        f"{folder}: {len(made.files):,} nodes; {answerable:,} questions with answers, "
        f"{len(made.cases) - answerable:,} without"
    )


def _say_left_out(made: MadeSuite) -> None:
    import sys

    for why, count in sorted(made.left_out.items()):
        print(f"skillagent: {count:,} questions left out: {why}", file=sys.stderr)


def _nvidia_skills(arguments: argparse.Namespace, progress: Progress) -> MadeSuite:
    from skillagent.evals.adapters.nvidia_skills import nvidia_skills

    return nvidia_skills(Path(arguments.source), progress)


def _multi_hop(arguments: argparse.Namespace, progress: Progress) -> MadeSuite:
    from skillagent.evals.adapters.multi_hop import multi_hop

    corpus = Path(arguments.corpus) if arguments.corpus else None
    return multi_hop(Path(arguments.source), progress, corpus)


def _beir(arguments: argparse.Namespace, progress: Progress) -> MadeSuite:
    from skillagent.evals.adapters.beir import beir

    return beir(Path(arguments.source), progress, arguments.split)
