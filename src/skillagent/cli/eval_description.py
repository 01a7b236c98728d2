"""`skillagent eval --describe`: which words of a graph lead questions to the wrong nodes."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import TYPE_CHECKING

from skillagent.cli.output import printable, to_json

if TYPE_CHECKING:
    from skillagent.evals.attempt import Attempt
    from skillagent.evals.running import Eval

_OTHERS = "policy", "model", "repeats", "html", "fail_under", "compare"


def refuse_other_options(arguments: argparse.Namespace) -> None:
    """Refuse options that mean nothing beside --describe.

    Raises:
        UsageError: there is one.
    """
    from skillagent.errors import UsageError

    for name in _OTHERS:
        if getattr(arguments, name):
            option = "--" + name.replace("_", "-")
            raise UsageError(f"--describe always runs the policy graph alone: leave out {option}")


def print_description(plan: Eval, attempts: Iterable[Attempt], *, as_json: bool) -> None:
    """Print what leads questions to the wrong nodes.

    Args:
        plan: the eval, with one policy and one budget.
        attempts: its attempts.
        as_json: whether all of it is printed as JSON.
    """
    from skillagent.evals.describe import describe, description_lines

    description = describe(plan, attempts)
    if as_json:
        print(to_json(description.to_json()))
        return
    for line in description_lines(description):
        print(printable(line))
