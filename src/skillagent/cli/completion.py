"""`skillagent completion`: prints a shell script that completes commands, options and folders."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from skillagent.cli.arguments import Commands

SHELLS = ("bash", "zsh", "fish", "tcsh", "powershell")
_FOLDERS = {"GRAPH", "FOLDER", "RUN", "RUN2"}
_FILES = {"FILE", "SOURCE", "SCRIPT"}
"""Names in the help of the arguments that are completed with folders and with files."""


def add(commands: Commands[argparse.ArgumentParser], program: argparse.ArgumentParser) -> None:
    """Declare the command.

    Args:
        commands: the commands to which it is added.
        program: the parser whose commands and options are completed.
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
    """Print the script for a shell.

    Args:
        arguments: the command line, which names the shell.
        program: the parser whose commands and options are completed.
    """
    import shtab

    kinds = {**dict.fromkeys(_FOLDERS, shtab.DIRECTORY), **dict.fromkeys(_FILES, shtab.FILE)}
    _prepare(program, kinds)
    print(shtab.complete(program, arguments.shell))
    return 0


def _prepare(parser: argparse.ArgumentParser, kinds: Mapping[str, object]) -> None:
    """Tell shtab which arguments are files or folders, and make all subcommands visible to it.

    Args:
        parser: the parser to change; the parsers of its subcommands are changed, too.
        kinds: name of an argument in the help → how each shell completes it.
    """
    for action in parser._actions:
        name = str(action.metavar).removeprefix("[NAME=]")
        if name in kinds:
            vars(action)["complete"] = kinds[name]
        if isinstance(action, argparse._SubParsersAction):
            action.help = "what to do"  # shtab skips what is hidden in the help
            for subparser in action.choices.values():
                _prepare(subparser, kinds)
