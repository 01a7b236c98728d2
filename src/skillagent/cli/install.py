"""`skillagent install`: writes our server into a host's configuration file, or removes it."""

from __future__ import annotations

import argparse
import re
import sys
from typing import TYPE_CHECKING

from skillagent.cli.arguments import Commands, tokens

if TYPE_CHECKING:
    from skillagent.hosts.install import ConfigChange
    from skillagent.hosts.launch import Launch
    from skillagent.hosts.locations import Locations
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
    text = "write the MCP server into a host's configuration, or remove it"
    parser = commands.add_parser(
        "install",
        help=text,
        description=f"{text[0].upper()}{text[1:]}. Prints the change; changes nothing else.",
        epilog="Exit codes: 0 done, or nothing to do; 2 refused, and nothing was written.",
    )
    parser.set_defaults(run=run)
    parser.add_argument(
        "host", choices=HOST_NAMES, metavar="HOST", help=f"one of {', '.join(HOST_NAMES)}"
    )
    parser.add_argument(
        "graphs",
        nargs="*",
        metavar="[NAME=]GRAPH",
        help="folders to serve; default: those that `skillagent serve` finds",
    )
    parser.add_argument(
        "--scope",
        choices=("project", "user"),
        help="this project (default where the host has it) or all projects of this user",
    )
    parser.add_argument(
        "--name", type=_name, default="skillagent", help="name of the entry (skillagent)"
    )
    parser.add_argument(
        "--budget", type=tokens, metavar="N", help="tokens of a session (the server's default)"
    )
    parser.add_argument("--dry-run", action="store_true", help="show the change and write nothing")
    act = parser.add_mutually_exclusive_group()
    act.add_argument(
        "--print", dest="print_only", action="store_true", help="print the entry, read nothing"
    )
    act.add_argument("--uninstall", action="store_true", help="remove the entry")


def run(arguments: argparse.Namespace) -> int:
    """Plan, print and write the change; see `add` for the arguments.

    Raises:
        SkillAgentError: the change was refused.
    """
    from skillagent.cli.output import printable
    from skillagent.hosts import install
    from skillagent.hosts.locations import Locations
    from skillagent.hosts.lock import locked
    from skillagent.hosts.registry import Scope, host_named

    locations = Locations.of_this_process()
    host = host_named(arguments.host)
    default = Scope.PROJECT if Scope.PROJECT in host.files else Scope.USER
    scope = Scope(arguments.scope) if arguments.scope else default
    launch = None if arguments.uninstall else _launch(arguments, host, scope, locations)
    if launch is not None and arguments.print_only:
        print(printable(install.snippet(host, arguments.name, launch)), end="")
        return 0
    with locked(locations.state, host.file(scope, locations)) as unlocked_reason:
        if launch is None:
            change = install.plan_uninstall(host, scope, locations, arguments.name)
        else:
            change = install.plan_install(host, scope, locations, arguments.name, launch)
        _print_change(change, arguments)
        record_error = "" if arguments.dry_run else install.write(change, locations)
    if arguments.dry_run or change.kind is install.ChangeKind.NOTHING:
        return 0
    print(printable(f"{change.file}: {'removed' if change.after is None else 'written'}"))
    if why := unlocked_reason or record_error:
        _remark(f"{why}; so --uninstall may not restore every byte of {change.file}")
    if launch is not None:
        _print_next_step(host, launch, locations)
    return 0


def _print_next_step(host: Host, launch: Launch, locations: Locations) -> None:
    is_own = launch.starts_this_installation(locations.project, locations.environ)
    if launch.is_portable and not is_own:
        _remark(
            f"the entry starts {launch.command!r} by its name, for everyone who shares the file, "
            "but PATH does not lead to this installation; change PATH, or use --scope user"
        )
    print(f"next: {host.next_step}; then `skillagent doctor {host.name}`")


def _launch(
    arguments: argparse.Namespace, host: Host, scope: Scope, locations: Locations
) -> Launch:
    """The process that the entry has to start."""
    from skillagent.hosts.launch import portable_launch, user_launch
    from skillagent.hosts.registry import Scope

    graphs, budget, project = arguments.graphs, arguments.budget, locations.project
    if scope is Scope.PROJECT:
        return portable_launch(graphs, budget, project, host.project_variable)
    return user_launch(graphs, budget, project)


def _print_change(change: ConfigChange, arguments: argparse.Namespace) -> None:
    """Print the change before it is made, or that there is none."""
    from skillagent.cli.output import printable
    from skillagent.hosts import install

    if change.kind is install.ChangeKind.NOTHING:
        place = install.place_of(change.file, change.line)
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
            f"{text!r}: hosts accept 1 to 64 letters, digits, hyphens and underscores"
        )
    return text
