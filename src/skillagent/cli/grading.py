"""`skillagent eval --grading`: results for skill-creator's viewer."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from skillagent.evals.attempt import Attempt
    from skillagent.evals.grading import GradedPolicies
    from skillagent.evals.running import Eval


def add_grading_options(group: argparse._ArgumentGroup) -> None:
    """Declare the options."""
    group.add_argument(
        "--grading",
        metavar="DIR",
        help="write results to the next iteration-N in DIR, as skill-creator's viewer reads them: "
        "the first model, else the policy graph, beside the strongest baseline",
    )
    group.add_argument(
        "--grading-against",
        default="",
        metavar="NAME",
        help="with --grading: the policy to show beside it, instead of the strongest baseline",
    )


def graded_policies(
    arguments: argparse.Namespace, plan: Eval, strongest: str = ""
) -> GradedPolicies | None:
    """The two policies that are graded; None without --grading.

    Args:
        arguments: the command line.
        plan: the eval.
        strongest: the strongest baseline, once it is known.

    Raises:
        UsageError: a policy that is needed for it is not run.
    """
    from skillagent.evals.grading import GradedPolicies

    if arguments.grading is None:
        return None
    return GradedPolicies.of(plan.policies, arguments.grading_against or strongest)


def write_grading(
    arguments: argparse.Namespace, plan: Eval, attempts: Sequence[Attempt], strongest: str
) -> Path | None:
    """Write the results that --grading asks for.

    Args:
        arguments: the command line.
        plan: the eval.
        attempts: its attempts.
        strongest: the strongest baseline; empty if there is none.

    Returns:
        The folder of the iteration; None without --grading.

    Raises:
        UsageError: it cannot be written.
    """
    from skillagent.evals.grading import Grading

    policies = graded_policies(arguments, plan, strongest)
    if policies is None:
        return None
    return Grading(plan, attempts, policies).write(Path(arguments.grading))
