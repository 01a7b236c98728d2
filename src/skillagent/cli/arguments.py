"""The argument parser, and the arguments that several commands share."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn

DIALECT_NAMES = ("obsidian", "dendron", "foam", "logseq", "silverbullet")
DIALECT_HELP = "how links are written (default: logseq in a folder of Logseq, else obsidian)"

_WORDS = ("query", "prompt")
"""The options whose value may begin with `-`: a filter such as `-status:current`."""

Commands = argparse._SubParsersAction  # the result of `add_subparsers`; it has no public name


class Formatter(argparse.HelpFormatter):
    """A formatter that asks for the width of the terminal itself.

    argparse makes a formatter for each argument that is declared, and imports `shutil` for it.
    """

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_columns() - 2)  # argparse leaves two free, too


class LineFormatter(Formatter, argparse.RawDescriptionHelpFormatter):
    """A formatter that also keeps the line ends of descriptions."""


def _columns() -> int:
    """The width of the terminal in characters, by the rules of `shutil.get_terminal_size`."""
    try:
        columns = int(os.environ["COLUMNS"])
    except (KeyError, ValueError):
        columns = 0
    if columns > 0:
        return columns
    try:
        return os.get_terminal_size(sys.__stdout__.fileno() if sys.__stdout__ else -1).columns or 80
    except (ValueError, OSError):
        return 80


class Parser(argparse.ArgumentParser):
    """A parser that accepts options between arguments, and explains an error in one line."""

    _parsing = False
    """Whether `parse_known_args` is running: the functions that it calls call it again."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"formatter_class": Formatter} | options)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        # argparse allows options between arguments only in this call, and not with subcommands.
        if self._parsing or self._subparsers is not None:
            return super().parse_known_args(args, namespace)
        args = self._with_filters(sys.argv[1:] if args is None else args)
        self._parsing = True
        # That call loses `--` between its two passes. With `--`, options must not be mixed.
        mixed = "--" not in args
        parse = self.parse_known_intermixed_args if mixed else super().parse_known_args
        try:
            parsed, unknown = parse(args, namespace)
        finally:
            self._parsing = False
        if unknown:
            self.error(self._unknown(unknown[0]))
        return parsed, unknown

    def _with_filters(self, args: Sequence[str]) -> list[str]:
        """Arguments in which a filter that begins with `-` is joined to its option.

        argparse would take `-status:current` for an option, and `--query=-status:current` for
        what it is.
        """
        joined: list[str] = []
        takes_words = ""
        for at, text in enumerate(args):
            if text == "--":
                return [*joined, *args[at:]]
            if takes_words and text.startswith("-") and (":" in text or " " in text):
                joined[-1] = f"{takes_words}={text}"
                takes_words = ""
                continue
            action = self._option_string_actions.get(text)
            is_words = action is not None and action.dest in _WORDS
            takes_words = action.option_strings[-1] if action and is_words else ""
            joined.append(text)
        return joined

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
        if name in self._option_string_actions:
            return f"{name} stands behind `--`; write options before it"
        hint = did_you_mean(name, self._option_string_actions)
        return f"there is no option {name}" + (f": {hint}" if hint else "")


def did_you_mean(wrong: str, names: Iterable[str]) -> str:
    """A question such as `did you mean check?` with the most similar name; empty if none is."""
    from difflib import get_close_matches

    similar = get_close_matches(wrong, list(names), 1)
    return f"did you mean {similar[0]}?" if similar else ""


def command(
    commands: Commands[argparse.ArgumentParser],
    name: str,
    run: Callable[[argparse.Namespace], int],
    text: str,
    *,
    without: str = "",
    strict: str = "a link that several nodes match is an error",
) -> argparse.ArgumentParser:
    """Declare a command that reads a graph.

    Args:
        commands: the commands to which it is added.
        name: name of the command.
        run: function that runs the command and returns the exit code.
        text: description for the help, without capital letter and full stop.
        without: which graph it reads if none is named or declared, for the help.
        strict: what `--strict` does, for the help.

    Returns:
        The parser of the command, for further arguments.
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
    parser.add_argument("--strict", action="store_true", help=strict)
    return parser


def graph_argument(parser: argparse.ArgumentParser, without: str = "") -> None:
    """Declare the argument for the graph's folder: the first argument of a command, or an option.

    Args:
        parser: parser of the command, to which no argument was added yet.
        without: which graph it uses if none is named or declared, for the help.
    """
    default = f"what skillagent.toml declares{without and ', else '}{without}"
    text = f"folder of the graph (default: {default})"
    parser.add_argument("graph", nargs="?", metavar="GRAPH", help=text)
    parser.add_argument(
        "-g",
        "--graph",
        dest="named_graph",
        metavar="GRAPH",
        help="the same as an option, if GRAPH could be confused with another argument",
    )


def limits(parser: argparse.ArgumentParser, budget: int | None, shown: str = "") -> None:
    """Declare the options of the budget.

    Args:
        parser: parser of the command.
        budget: default of `--budget` in tokens; None if the default depends on more.
        shown: description of the default in the help; empty shows `budget`.
    """
    shown = shown or str(budget)
    parser.add_argument(
        "--budget",
        type=tokens,
        default=budget,
        metavar="N",
        help=f"maximum of tokens of all answers together ({shown})",
    )
    parser.add_argument(
        "--per-call", type=tokens, metavar="N", help="maximum of tokens of one answer"
    )
    parser.add_argument(
        "--count-for", metavar="MODEL", help="count tokens as for this model (default o200k_base)"
    )


def model(parser: argparse.ArgumentParser) -> None:
    """Declare the options that say which model is asked, and how."""
    parser.add_argument(
        "-m",
        "--model",
        metavar="NAME",
        help="claude-…, gpt-…, anthropic:NAME, openai:NAME, openai-chat:NAME or offline "
        "(default: $SKILLAGENT_MODEL, else offline)",
    )
    parser.add_argument(
        "--base-url", metavar="URL", help="address of a server with OpenAI's or Anthropic's API"
    )
    parser.add_argument(
        "--temperature", type=float, metavar="T", help="sent only to models that accept one"
    )
    parser.add_argument(
        "--max-turns",
        type=_turns,
        default=12,
        metavar="N",
        help="maximum of replies of the model to one question (12)",
    )


def frozen(parser: argparse.ArgumentParser) -> None:
    """Declare the options that show only what is as it was locked."""
    parser.add_argument(
        "--frozen",
        action="store_true",
        help="show only nodes that are as skillgraph.lock records them",
    )
    parser.add_argument(
        "--lock", metavar="FILE", help="as --frozen, by this lock (default: in the graph's folder)"
    )


def untrusted(parser: argparse.ArgumentParser) -> None:
    """Declare the option that marks the texts of a root as data."""
    parser.add_argument(
        "--untrusted",
        action="append",
        default=[],
        metavar="NAME",
        help="mark the texts of this root as data, not instructions (default: the roots that "
        "skillagent.toml lists under `untrusted`)",
    )


def semantic(parser: argparse.ArgumentParser) -> None:
    """Declare the option that searches by meaning, too."""
    parser.add_argument(
        "--semantic",
        action=argparse.BooleanOptionalAction,
        help="search by meaning, too; needs the extra `semantic` (default: what skillagent.toml "
        "declares, else no)",
    )


def tokens(text: str) -> int:
    """Read a number of tokens, such as `8000` or `8,000`.

    Raises:
        argparse.ArgumentTypeError: the text is not a number, or it is negative.
    """
    try:
        number = int(text.replace(",", "").replace("_", ""))
    except ValueError:
        number = -1
    if number < 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of tokens")
    return number


def runs(text: str) -> int:
    """Read a number of runs, at least one.

    Raises:
        argparse.ArgumentTypeError: the text is not such a number.
    """
    return _positive(text, "runs")


def _turns(text: str) -> int:
    return _positive(text, "replies")


def _positive(text: str, what: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of {what}")
    return int(text)
