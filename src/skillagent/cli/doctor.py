"""`skillagent doctor`: proof that a host sees the tools; exit 1 where something failed."""

from __future__ import annotations

import argparse

from skillagent.cli.arguments import Commands


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    text = "prove that hosts see the tools: start the server as each host does"
    parser = commands.add_parser(
        "doctor",
        help=text,
        description=f"{text[0].upper()}{text[1:]}.",
        epilog="Exit codes: 0 all held, perhaps with warnings; 1 a check failed; 2 usage.",
    )
    parser.set_defaults(run=run)
    parser.add_argument(
        "targets",
        nargs="*",
        metavar="HOST|GRAPH",
        help="hosts by name, and folders to read; without a host: all that have our entry",
    )
    parser.add_argument(
        "--trust",
        action="store_true",
        help="start what the project's files name, even if it is not this installation",
    )
    parser.add_argument("--json", action="store_true", help="the checks as one JSON list")


def run(arguments: argparse.Namespace) -> int:
    """Look and tell; see `add` for the arguments.

    Raises:
        UsageError: an argument is neither a host nor a folder.
    """
    from skillagent.cli.output import printable, to_json
    from skillagent.errors import UsageError
    from skillagent.hosts.doctor.checks import Check, Result
    from skillagent.hosts.doctor.run import examine
    from skillagent.hosts.locations import Machine
    from skillagent.hosts.registry import HOSTS

    machine = Machine.here()
    hosts = [HOSTS[target] for target in arguments.targets if target in HOSTS]
    graphs = [target for target in arguments.targets if target not in HOSTS]
    for graph in graphs:
        if not (machine.folder / graph).is_dir():
            raise UsageError(
                f"{graph!r} is neither a folder nor a host; hosts are {', '.join(HOSTS)}"
            )
    checks: list[Check] = []
    for check in examine(machine, hosts, graphs, trusted=arguments.trust):
        checks.append(check)
        if not arguments.json:
            print(printable(str(check)), flush=True)
    if arguments.json:
        print(to_json([check.to_json() for check in checks]))
    else:
        totals = {result: sum(check.result is result for check in checks) for result in Result}
        print(", ".join(f"{count} {result}" for result, count in totals.items()))
    return int(any(check.result is Result.FAILED for check in checks))
