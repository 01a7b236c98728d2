"""Arguments that several commands take."""

from __future__ import annotations

import argparse
from collections.abc import Callable

DIALECT_NAMES = ("obsidian", "dendron", "foam", "logseq", "silverbullet")

Commands = argparse._SubParsersAction  # what `add_subparsers` returns; it has no public name


def command(
    commands: Commands[argparse.ArgumentParser],
    name: str,
    run: Callable[[argparse.Namespace], int],
    text: str,
    *,
    graph_optional: bool = False,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
    parser.set_defaults(run=run)
    if graph_optional:
        parser.add_argument(
            "graph", nargs="?", metavar="GRAPH", help="a folder; the bundled graph if left out"
        )
    else:
        parser.add_argument("graph", metavar="GRAPH", help="the folder that holds the graph")
    parser.add_argument(
        "--also",
        action="append",
        default=[],
        metavar="[NAME=]FOLDER",
        help="one more root; ids then begin with NAME::",
    )
    parser.add_argument("--dialect", choices=DIALECT_NAMES, default="obsidian", help="of the links")
    parser.add_argument(
        "--strict", action="store_true", help="a link that several nodes answer to is an error"
    )
    return parser


def limits(parser: argparse.ArgumentParser, budget: int | None, shown: str = "") -> None:
    """Options of the budget.

    Args:
        parser: of the command.
        budget: tokens in all; None where something else may tell.
        shown: what the help calls the default.
    """
    shown = shown or str(budget)
    parser.add_argument(
        "--budget", type=tokens, default=budget, metavar="N", help=f"tokens in all ({shown})"
    )
    parser.add_argument(
        "--per-call", type=tokens, metavar="N", help="tokens that one answer may cost"
    )
    parser.add_argument(
        "--count-for", metavar="MODEL", help="count tokens as for this model (default o200k_base)"
    )


def tokens(text: str) -> int:
    try:
        number = int(text.replace(",", "").replace("_", ""))
    except ValueError:
        number = -1
    if number < 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of tokens")
    return number
