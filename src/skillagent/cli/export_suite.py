"""`skillagent export harbor` and `export evals-json`: a suite of evals in another format."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from skillagent.cli.arguments import Commands, tokens
from skillagent.cli.suite_options import case_option, graph_option, only

if TYPE_CHECKING:
    from skillagent.evals.suite import Suite


def add(forms: Commands[argparse.ArgumentParser]) -> None:
    """Declare the two forms."""
    harbor = forms.add_parser(
        "harbor",
        help="a suite of evals as Harbor tasks, one a case",
        description="A suite of evals as Harbor tasks, one for each case with a check of its "
        "answer. In each, an agent finds the graph and our server.",
    )
    harbor.set_defaults(run=_harbor)
    _suite_arguments(harbor)
    harbor.add_argument(
        "-o", "--out", metavar="DIR", required=True, help="destination; new or empty"
    )
    case_option(harbor)
    harbor.add_argument(
        "--budget",
        type=tokens,
        metavar="N",
        help="tokens that our tools may show (default: the largest budget of the suite)",
    )
    evals = forms.add_parser(
        "evals-json",
        help="a suite of evals as the evals.json of an Agent Skill",
        description="A suite of evals as the evals.json of an Agent Skill. What the format has no "
        "place for is under the key `skillagent`, and others ignore it.",
    )
    evals.set_defaults(run=_evals_json)
    _suite_arguments(evals)
    evals.add_argument("-o", "--out", metavar="FILE", help="destination (default: standard output)")
    evals.add_argument("--force", action="store_true", help="replace FILE if it exists")


def _suite_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "suite", metavar="SUITE", help="a suite, or the folder of a graph with one in evals/"
    )
    graph_option(parser)


def _suite(arguments: argparse.Namespace) -> Suite:
    from skillagent.evals.opening import open_suite

    return open_suite(Path(arguments.suite), arguments.graph)


def _harbor(arguments: argparse.Namespace) -> int:
    from skillagent.cli.progress_bar import progress_bar
    from skillagent.evals.harbor_tasks import write_tasks
    from skillagent.graph import SkillGraph

    suite = only(_suite(arguments), arguments.case)
    with progress_bar() as progress:
        graph = SkillGraph.load(*suite.roots, progress=progress)
    suite = suite.on(graph)
    folder = Path(arguments.out)
    written = write_tasks(suite, graph, folder, arguments.budget or max(suite.budgets))
    left_out = len(suite.cases) - len(written)
    without = f"; left out, without a check of the answer: {left_out}" * bool(left_out)
    print(f"{folder}: {len(written)} tasks{without}")
    return 0


def _evals_json(arguments: argparse.Namespace) -> int:
    import json

    from skillagent.cli.output import write_output
    from skillagent.evals.agent_skills_file import agent_skills_values

    folder = Path(arguments.out).parent if arguments.out else Path()
    values = agent_skills_values(_suite(arguments), folder)
    text = json.dumps(values, ensure_ascii=False, allow_nan=False, indent=2) + "\n"
    if arguments.out is None:
        print(text, end="")
    else:
        write_output(arguments.out, text, replace=arguments.force)
    return 0
