"""The options of commands that read a suite of evals: its graph, and the cases that are used."""

from __future__ import annotations

import argparse
from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from skillagent.cli.arguments import did_you_mean

if TYPE_CHECKING:
    from skillagent.evals.suite import Suite


def graph_option(parser: argparse.ArgumentParser) -> None:
    """Declare the option that names another graph than that of the suite."""
    parser.add_argument(
        "--graph",
        action="append",
        default=[],
        metavar="[NAME=]FOLDER",
        help="the graph, instead of that of the suite; as often as it has roots",
    )


def case_option(parser: argparse.ArgumentParser) -> None:
    """Declare the option that names the cases."""
    parser.add_argument(
        "--case", action="append", default=[], metavar="ID", help="only this case, or several"
    )


def only(suite: Suite, names: Collection[str]) -> Suite:
    """The suite with the cases that are named; all if none is.

    Raises:
        UsageError: there is no such case.
    """
    from skillagent.errors import UsageError

    if not names:
        return suite
    known = {case.id for case in suite.cases}
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known)
            raise UsageError(f"there is no case {name!r}" + f": {hint}" * bool(hint))
    return replace(suite, cases=tuple(case for case in suite.cases if case.id in names))
