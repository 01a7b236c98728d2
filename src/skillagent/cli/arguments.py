"""Arguments that several commands take."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

DIALECT_NAMES = ("obsidian", "dendron", "foam", "logseq", "silverbullet")
DIALECT_HELP = "of the links; without it Logseq's in a folder that Logseq made, else Obsidian's"

Commands = argparse._SubParsersAction  # what `add_subparsers` returns; it has no public name


class Parser(argparse.ArgumentParser):
    """Takes options between arguments, and says in one line what is wrong and what was meant."""

    _parsing = False

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        # argparse mixes arguments and options only if asked, and never above subcommands.
        if self._parsing or self._subparsers is not None:
            return super().parse_known_args(args, namespace)
        self._parsing = True
        # It forgets `--` between its two passes: then options have to stand together.
        mixed = "--" not in (args or ())
        parse = self.parse_known_intermixed_args if mixed else super().parse_known_args
        try:
            parsed, rest = parse(args, namespace)
        finally:
            self._parsing = False
        if rest:
            self.error(self._unknown(rest[0]))
        return parsed, rest

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; see `{self.prog} --help`\n")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            choices = [str(choice) for choice in action.choices]
            listed = f"choose from {', '.join(choices)}"
            hint = did_you_mean(str(value), choices) or listed
            raise argparse.ArgumentError(action, f"there is no {value!r}: {hint}")

    def _unknown(self, text: str) -> str:
        if not text.startswith("-"):
            return f"{text!r} is one argument too many"
        name = text.partition("=")[0]
        hint = did_you_mean(name, self._option_string_actions)
        return f"there is no option {name}" + (f": {hint}" if hint else "")


def did_you_mean(wrong: str, names: Iterable[str]) -> str:
    """`did you mean check?` for the name that is nearest; empty where none is near."""
    from difflib import get_close_matches

    near = get_close_matches(wrong, list(names), 1)
    return f"did you mean {near[0]}?" if near else ""


def command(
    commands: Commands[argparse.ArgumentParser],
    name: str,
    run: Callable[[argparse.Namespace], int],
    text: str,
    *,
    without: str = "",
) -> argparse.ArgumentParser:
    """Declare a command that reads a graph.

    Args:
        commands: where it is added.
        name: as it is typed.
        run: what it does.
        text: for the help, without capital and full stop.
        without: what it reads where no graph is named and none is declared, for the help.
    """
    parser = commands.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
    parser.set_defaults(run=run)
    graph_argument(parser, without)
    parser.add_argument(
        "--also",
        action="append",
        default=[],
        metavar="[NAME=]FOLDER",
        help="one more root; ids then begin with NAME::",
    )
    parser.add_argument("--dialect", choices=DIALECT_NAMES, help=DIALECT_HELP)
    parser.add_argument(
        "--strict", action="store_true", help="a link that several nodes answer to is an error"
    )
    return parser


def graph_argument(parser: argparse.ArgumentParser, without: str = "") -> None:
    """The folder that a command works on: the first of its arguments, or an option.

    Args:
        parser: of the command, before its other arguments are declared.
        without: what it works on where no graph is named and none is declared, for the help.
    """
    known = "what skillagent.toml declares if left out"
    text = f"the folder that holds the graph; {known}{without and ', else '}{without}"
    parser.add_argument("graph", nargs="?", metavar="GRAPH", help=text)
    parser.add_argument(
        "-g",
        "--graph",
        dest="named_graph",
        metavar="GRAPH",
        help="the same as an option, where GRAPH could be taken for another argument",
    )


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
