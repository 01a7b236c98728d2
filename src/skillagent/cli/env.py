"""`skillagent env`: what a run here would run with, as text, as JSON or in a file."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from skillagent.cli.arguments import Commands

if TYPE_CHECKING:
    from collections.abc import Iterator

    from skillagent.environment import Environment


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    text = "capture the software environment: Python, packages, lock files, commit"
    parser = commands.add_parser(
        "env",
        help=text,
        description=f"{text[0].upper()}{text[1:]}. No value of a variable but PYTHONHASHSEED, no "
        "path and no name of a user or host is in it.",
    )
    parser.set_defaults(run=run)
    parser.add_argument("-o", "--out", metavar="FILE", help="write all of it there, as JSON")
    parser.add_argument("--force", action="store_true", help="replace FILE if it exists")
    parser.add_argument("--json", action="store_true", help="print all of it as one line of JSON")


def run(arguments: argparse.Namespace) -> int:
    """Print or write the environment; see `add` for the arguments.

    Raises:
        UsageError: the file cannot be written, or it is to be a lock file.
    """
    import json

    from skillagent.cli.output import printable, to_json, write_output
    from skillagent.environment import Environment
    from skillagent.errors import UsageError

    if arguments.out is not None and arguments.out.endswith(".toml"):
        raise UsageError(
            f"{arguments.out}: an installed environment does not tell from which files it was "
            "installed, which a pylock.toml must; name a .json file, or make the lock with "
            "`pip lock` or `uv export`"
        )
    environment = Environment.here()
    if arguments.out is not None:
        text = json.dumps(environment.to_json(), ensure_ascii=False, indent=2) + "\n"
        write_output(arguments.out, text, replace=arguments.force)
    if arguments.json:
        print(to_json(environment.to_json()))
    elif arguments.out is None:
        for line in _summary(environment):
            print(printable(line))
    return 0


def _summary(environment: Environment) -> Iterator[str]:
    yield f"skillagent {environment.skillagent}"
    platform = (environment.system, environment.machine, environment.libc)
    language = f"{environment.implementation} {environment.python}"
    yield f"{language} on {', '.join(part for part in platform if part)}"
    yield f"{len(environment.packages)} packages, {_short(environment.packages_digest)}"
    for name, origin in environment.origins.items():
        yield f"package {name} {environment.packages[name]} is from: {origin}"
    for name, digest in environment.lock_files.items():
        yield f"lock file {name}, {_short(digest)}"
    yield f"git: {_git(environment)}"
    yield f"container image: {environment.container or 'not known'}"
    yield f"variables that are set: {', '.join(environment.variables) or 'none'}"


def _git(environment: Environment) -> str:
    state = environment.git
    if state is None:
        return "no repository with a commit"
    if state.dirty is None:
        return f"{state.commit}; comparing its files took too long"
    if not state.dirty:
        return f"{state.commit}, clean"
    digest = f", {_short(state.changes)}" if state.changes else ", too large to read"
    return f"{state.commit} with uncommitted changes{digest}"


def _short(digest: str) -> str:
    return f"{digest[:19]}…"
