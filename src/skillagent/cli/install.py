"""`skillagent install`: our server written into a host's own configuration file, or taken out."""

from __future__ import annotations

import argparse
import re

from skillagent.cli.arguments import Commands, tokens

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
    from skillagent.hosts import plan
    from skillagent.hosts.known import Scope, known
    from skillagent.hosts.launch import launch
    from skillagent.hosts.machine import Machine

    machine = Machine.here()
    host = known(arguments.host)
    default = Scope.PROJECT if Scope.PROJECT in host.files else Scope.USER
    scope = Scope(arguments.scope) if arguments.scope else default
    file = host.file(scope, machine)
    if arguments.uninstall:
        change = plan.uninstall(host, scope, machine, arguments.name)
    else:
        started = launch(arguments.graphs, arguments.budget, machine.folder)
        if arguments.print_only:
            print(printable(plan.snippet(host, arguments.name, started)), end="")
            return 0
        change = plan.install(host, scope, machine, arguments.name, started)
    if change.kind is plan.Kind.NOTHING:
        place = plan.at(file, change.line)
        state = "there is nothing of ours" if arguments.uninstall else "it is there already"
        print(printable(f"{place}: {state}; nothing was written"))
        return 0
    print(printable(change.diff), end="")
    if arguments.dry_run:
        print(printable(f"{file}: would be changed; nothing was written"))
        return 0
    plan.write(change, machine)
    print(printable(f"{file}: {'removed' if change.after is None else 'written'}"))
    if not arguments.uninstall:
        print(f"next: {host.after}; then `skillagent doctor {host.name}`")
    return 0


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise argparse.ArgumentTypeError(
            f"{text!r}: hosts take 1 to 64 letters, digits, hyphens and underscores"
        )
    return text
