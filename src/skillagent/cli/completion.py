"""`skillagent completion`: a script that completes commands, options and folders in a shell."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from skillagent.cli.arguments import Commands

SHELLS = ("bash", "zsh", "fish", "tcsh", "powershell")
_FOLDERS = {"GRAPH", "FOLDER"}
_FILES = {"FILE", "SOURCE", "SCRIPT"}
"""Arguments, by what the help calls them, that are completed with what is on disk."""


def add(commands: Commands[argparse.ArgumentParser], program: argparse.ArgumentParser) -> None:
    """Declare the command.

    Args:
        commands: where it is added.
        program: what is completed, with all its commands.
    """
    text = "print a script that completes commands, options and folders in your shell"
    parser = commands.add_parser(
        "completion",
        help=text,
        description=f"{text[0].upper()}{text[1:]}.",
        epilog='bash: eval "$(skillagent completion bash)" in ~/.bashrc; zsh: the same in '
        "~/.zshrc, behind compinit; fish: skillagent completion fish > "
        "~/.config/fish/completions/skillagent.fish",
    )
    parser.set_defaults(run=lambda arguments: run(arguments, program))
    parser.add_argument(
        "shell", choices=SHELLS, metavar="SHELL", help=f"one of {', '.join(SHELLS)}"
    )


def run(arguments: argparse.Namespace, program: argparse.ArgumentParser) -> int:
    """Print the script for a shell; see `add` for the arguments."""
    import shtab

    kinds = {**dict.fromkeys(_FOLDERS, shtab.DIRECTORY), **dict.fromkeys(_FILES, shtab.FILE)}
    _prepare(program, kinds)
    print(shtab.complete(program, arguments.shell))
    return 0


def _prepare(parser: argparse.ArgumentParser, kinds: Mapping[str, object]) -> None:
    """Mark what is completed from the disk, and let shtab see every subcommand.

    Args:
        parser: changed in place, with all below it.
        kinds: what the help calls an argument → how each shell completes it.
    """
    for action in parser._actions:
        name = str(action.metavar).removeprefix("[NAME=]")
        if name in kinds:
            vars(action)["complete"] = kinds[name]
        if isinstance(action, argparse._SubParsersAction):
            action.help = "what to do"  # shtab leaves out what the help leaves out
            for below in action.choices.values():
                _prepare(below, kinds)
