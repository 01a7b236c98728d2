"""`skillagent install`: our server written into a host's own configuration file, or taken out."""

from __future__ import annotations

import argparse
import re
import sys
from typing import TYPE_CHECKING

from skillagent.cli.arguments import Commands, tokens

if TYPE_CHECKING:
    from skillagent.hosts.install import Change
    from skillagent.hosts.launch import Launch
    from skillagent.hosts.locations import Machine
    from skillagent.hosts.registry import Host, Scope

HOST_NAMES = (
    "claude-code",
    "claude-desktop",
    "codex",
    "copilot",
    "cursor",
    "gemini",
    "opencode",
    "vscode",
    "windsurf",
    "zed",
)
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    text = "write the MCP server into a host's configuration, or take it out"
    parser = commands.add_parser(
        "install",
        help=text,
        description=f"{text[0].upper()}{text[1:]}. The change is shown; nothing else is touched.",
        epilog="Exit codes: 0 done, or nothing to do; 2 it was refused, and nothing was written.",
    )
    parser.set_defaults(run=run)
    parser.add_argument(
        "host", choices=HOST_NAMES, metavar="HOST", help=f"one of {', '.join(HOST_NAMES)}"
    )
    parser.add_argument(
        "graphs",
        nargs="*",
        metavar="[NAME=]GRAPH",
        help="folders to serve; without any: as `skillagent serve` finds them",
    )
    parser.add_argument(
        "--scope",
        choices=("project", "user"),
        help="this project (default where the host has it) or all projects of this user",
    )
    parser.add_argument(
        "--name", type=_name, default="skillagent", help="of the entry (skillagent)"
    )
    parser.add_argument(
        "--budget", type=tokens, metavar="N", help="tokens of a session (the server's default)"
    )
    parser.add_argument("--dry-run", action="store_true", help="show the change and write nothing")
    act = parser.add_mutually_exclusive_group()
    act.add_argument(
        "--print", dest="print_only", action="store_true", help="print the entry, read nothing"
    )
    act.add_argument("--uninstall", action="store_true", help="take the entry out")


def run(arguments: argparse.Namespace) -> int:
    """Plan, show, write; see `add` for the arguments.

    Raises:
        SkillAgentError: the change was refused.
    """
    from skillagent.cli.output import printable
    from skillagent.hosts import install
    from skillagent.hosts.locations import Machine
    from skillagent.hosts.lock import locked
    from skillagent.hosts.registry import Scope, known

    machine = Machine.here()
    host = known(arguments.host)
    default = Scope.PROJECT if Scope.PROJECT in host.files else Scope.USER
    scope = Scope(arguments.scope) if arguments.scope else default
    started = None if arguments.uninstall else _started(arguments, host, scope, machine)
    if started is not None and arguments.print_only:
        print(printable(install.snippet(host, arguments.name, started)), end="")
        return 0
    with locked(machine.state, host.file(scope, machine)) as unlocked:
        if started is None:
            change = install.uninstall(host, scope, machine, arguments.name)
        else:
            change = install.install(host, scope, machine, arguments.name, started)
        _show(change, arguments)
        forgotten = "" if arguments.dry_run else install.write(change, machine)
    if arguments.dry_run or change.kind is install.Kind.NOTHING:
        return 0
    print(printable(f"{change.file}: {'removed' if change.after is None else 'written'}"))
    if why := unlocked or forgotten:
        _remark(f"{why}; so --uninstall may not restore every byte of {change.file}")
    if started is not None:
        if started.is_portable and not started.is_here(machine.folder, machine.environ):
            _remark(
                f"the entry starts {started.command!r} by its name, for everyone who shares the "
                "file, but PATH does not lead to this installation; let it, or use --scope user"
            )
        print(f"next: {host.after}; then `skillagent doctor {host.name}`")
    return 0


def _started(arguments: argparse.Namespace, host: Host, scope: Scope, machine: Machine) -> Launch:
    """What the entry is to start."""
    from skillagent.hosts.launch import launch, portable
    from skillagent.hosts.registry import Scope

    if scope is Scope.PROJECT:
        return portable(arguments.graphs, arguments.budget, machine.folder, host.project)
    return launch(arguments.graphs, arguments.budget, machine.folder)


def _show(change: Change, arguments: argparse.Namespace) -> None:
    """The change before it is made, or that there is none."""
    from skillagent.cli.output import printable
    from skillagent.hosts import install

    if change.kind is install.Kind.NOTHING:
        place = install.at(change.file, change.line)
        state = "there is nothing of ours" if arguments.uninstall else "it is there already"
        print(printable(f"{place}: {state}; nothing was written"))
        return
    print(printable(change.diff), end="")
    if arguments.dry_run:
        print(printable(f"{change.file}: would be changed; nothing was written"))


def _remark(text: str) -> None:
    from skillagent.cli.output import printable

    print(printable(f"remark: {text}"), file=sys.stderr)


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise argparse.ArgumentTypeError(
            f"{text!r}: hosts take 1 to 64 letters, digits, hyphens and underscores"
        )
    return text
