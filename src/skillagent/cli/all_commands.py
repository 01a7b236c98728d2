"""Declares every command: for the help, for completion, and for those not in `main.FREQUENT`."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping

from skillagent.cli import (
    access,
    authoring,
    completion,
    doctor,
    env,
    evals,
    export,
    hook,
    index,
    install,
    lock,
    repeat,
    replay,
    runs,
    serve,
    suite,
    track,
    verify,
    view,
)
from skillagent.cli.arguments import Commands

GROUPS = {
    "Read a graph": ("chat", "list", "summary", "read", "call"),
    "See a graph and what is wrong with it": ("view", "check", "health"),
    "Make it and let it grow": ("new", "import", "add", "weave", "rename", "split"),
    "Give it to agents": ("install", "doctor", "serve", "index", "access", "export"),
    "Measure what it is worth": ("eval", "suite"),
    "Repeat a run": ("lock", "replay", "repeat", "verify", "diff", "runs", "track", "env"),
    "For shells, hosts and tests": ("completion", "hook", "mock"),
}
"""Title in the help → commands."""


def add_all(
    commands: Commands[argparse.ArgumentParser],
    program: argparse.ArgumentParser,
    first: Iterable[Callable[[Commands[argparse.ArgumentParser]], None]],
    last: Callable[[Commands[argparse.ArgumentParser]], None],
) -> None:
    """Declare all commands, and list them in the help of the program.

    Args:
        commands: the commands to which they are added.
        program: the parser whose commands they are.
        first: declare the commands that come before those of other modules.
        last: declares the command that comes after them.
    """
    for add in first:
        add(commands)
    for module in (
        authoring,
        view,
        lock,
        export,
        serve,
        install,
        doctor,
        replay,
        repeat,
        verify,
        runs,
        track,
        env,
        evals,
        suite,
        hook,
        index,
        access,
    ):
        module.add(commands)
    last(commands)
    completion.add(commands, program)
    descriptions = {action.dest: action.help for action in commands._choices_actions}
    program.epilog = _groups(descriptions)


def _groups(descriptions: Mapping[str, str | None]) -> str:
    """The list of all commands, for the help.

    Args:
        descriptions: command → one line about it.
    """
    width = max(map(len, descriptions))
    groups = [
        "\n".join([f"{title}:", *(f"    {name:<{width}}  {descriptions[name]}" for name in names)])
        for title, names in GROUPS.items()
    ]
    return "\n\n".join([*groups, "`skillagent COMMAND --help` says more about a command."])
