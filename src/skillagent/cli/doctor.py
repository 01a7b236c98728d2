"""`skillagent doctor`: checks that hosts see the tools; exits with 1 if a check failed."""

from __future__ import annotations

import argparse

from skillagent.cli.arguments import Commands


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    text = "check that hosts see the tools: start the server as each host does"
    parser = commands.add_parser(
        "doctor",
        help=text,
        description=f"{text[0].upper()}{text[1:]}.",
        epilog="Exit codes: 0 all passed, perhaps with warnings; 1 a check failed; 2 usage.",
    )
    parser.set_defaults(run=run)
    parser.add_argument(
        "targets",
        nargs="*",
        metavar="HOST|GRAPH",
        help="names of hosts, and folders of graphs; default: all hosts with our entry",
    )
    parser.add_argument(
        "--trust",
        action="store_true",
        help="start every program that the project's files name, not only this installation",
    )
    parser.add_argument("--json", action="store_true", help="the checks as one JSON list")


def run(arguments: argparse.Namespace) -> int:
    """Run the checks and print them; see `add` for the arguments.

    Raises:
        UsageError: an argument is neither a host nor a folder.
    """
    from skillagent.cli.output import printable, to_json
    from skillagent.errors import UsageError
    from skillagent.hosts.doctor.checks import Check, CheckResult
    from skillagent.hosts.doctor.run import run_checks
    from skillagent.hosts.locations import Locations
    from skillagent.hosts.registry import HOSTS

    locations = Locations.of_this_process()
    hosts = [HOSTS[target] for target in arguments.targets if target in HOSTS]
    graphs = [target for target in arguments.targets if target not in HOSTS]
    for graph in graphs:
        if not (locations.project / graph).is_dir():
            raise UsageError(
                f"{graph!r} is neither a folder nor a host; hosts are {', '.join(HOSTS)}"
            )
    checks: list[Check] = []
    for check in run_checks(locations, hosts, graphs, trusted=arguments.trust):
        checks.append(check)
        if not arguments.json:
            print(printable(str(check)), flush=True)
    if arguments.json:
        print(to_json([check.to_json() for check in checks]))
    else:
        totals = {result: sum(check.result is result for check in checks) for result in CheckResult}
        print(", ".join(f"{count} {result}" for result, count in totals.items()))
    return int(any(check.result is CheckResult.FAILED for check in checks))
