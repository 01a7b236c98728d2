"""`skillagent eval`: what a skill graph is worth, measured by a suite of questions."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from skillagent.cli.arguments import Commands, frozen, model, runs
from skillagent.cli.grading import add_grading_options, graded_policies, write_grading
from skillagent.cli.output import printable, to_json
from skillagent.cli.suite_options import case_option, graph_option, only

if TYPE_CHECKING:
    from skillagent.evals.baseline import Compared
    from skillagent.evals.gate import Limit
    from skillagent.evals.report import Report
    from skillagent.evals.running import Eval
    from skillagent.evals.suite import Suite
    from skillagent.graph import SkillGraph
    from skillagent.progress import Progress
    from skillagent.providers import Provider

OUTPUT = "eval-results"
"""Folder of the results, one folder a suite in it."""
WORSE, FAILED, INTERRUPTED = 1, 3, 130


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    text = "measure by a suite of questions what a graph is worth, beside plainer ways"
    parser = commands.add_parser("eval", help=text, description=f"{text[0].upper()}{text[1:]}.")
    parser.set_defaults(run=run)
    parser.epilog = (
        "Exit codes: 0 done; 1 a figure is under --fail-under, or worse than the baseline; 2 the "
        "suite, the command line, a folder, a key or a package is wrong; 3 a model failed, and the "
        "same command asks it again; 130 interrupted, and the same command goes on."
    )
    parser.add_argument(
        "suite",
        nargs="?",
        metavar="SUITE",
        help="a suite as YAML or as an Agent Skills evals.json, or the folder of a graph with "
        "evals/suite.yaml or evals/evals.json (default: the bundled graph)",
    )
    graph_option(parser)
    parser.add_argument(
        "--policy",
        action="append",
        default=[],
        metavar="NAME",
        help="a policy, instead of those of the suite; as often as needed",
    )
    parser.add_argument(
        "--list-policies", action="store_true", help="list the policies, a line each, and exit"
    )
    parser.add_argument(
        "--budget",
        type=_budgets,
        metavar="N,…",
        help="budgets in tokens, such as 1k,2k,4k (default: those of the suite)",
    )
    parser.add_argument(
        "-n",
        "--repeats",
        type=runs,
        metavar="K",
        help="how often a model is asked each question; at least 2, for the A/A control",
    )
    case_option(parser)
    model(parser)
    parser.add_argument(
        "--semantic",
        action="store_true",
        help="models and your own functions search by meaning, too (policies of their own: "
        "graph+semantic, hybrid-top-k)",
    )
    parser.add_argument("--judge", metavar="NAME", help="the model that judges answers by rubrics")
    parser.add_argument("--seed", type=int, metavar="N", help="seed of intervals and of models")
    parser.add_argument(
        "--count-for", metavar="MODEL", help="count tokens as for this model (default o200k_base)"
    )
    frozen(parser)
    parser.add_argument(
        "--allow-python",
        action="store_true",
        help="run functions that the suite names as policies or checks",
    )
    output = parser.add_argument_group("results")
    output.add_argument(
        "-o",
        "--output",
        metavar="DIR",
        help=f"folder for results and run records (default: {OUTPUT}/NAME)",
    )
    output.add_argument("--no-record", action="store_true", help="leave no run records")
    output.add_argument("--json", action="store_true", help="print the report as JSON")
    output.add_argument("--html", metavar="FILE", help="write the report as a page with its curves")
    add_grading_options(output)
    output.add_argument(
        "--describe",
        action="store_true",
        help="say instead which descriptions and links lead questions to the wrong nodes, and "
        "which words to change; runs the policy graph in the largest budget",
    )
    output.add_argument(
        "--fail-under",
        action="append",
        default=[],
        metavar="[POLICY:]METRIC[@BUDGET]=X",
        help="exit with 1 if a figure is lower: recall, all-gold, precision, refusal or pass",
    )
    output.add_argument(
        "--compare",
        metavar="FILE",
        help="exit with 1 if a figure is worse than in this report of an earlier --json; the "
        "questions that changed are named",
    )


def run(arguments: argparse.Namespace) -> int:
    """Run a suite; see `add` for the arguments.

    Raises:
        SkillAgentError: the suite, the graph or a model cannot be used.
    """
    from skillagent.cli.eval_description import print_description, refuse_other_options
    from skillagent.cli.progress_bar import progress_bar
    from skillagent.evals.baseline import compare, read_baseline
    from skillagent.evals.gate import parsed_limit
    from skillagent.evals.report import report

    if arguments.list_policies:
        print("\n".join(_policy_lines()))
        return 0
    if arguments.describe:
        refuse_other_options(arguments)
    limits = [parsed_limit(text) for text in arguments.fail_under]
    _check_html(arguments.html)
    with progress_bar() as progress:
        plan = _plan(arguments, progress)
        graded_policies(arguments, plan)
        for limit in limits:
            limit.require(plan.policies, plan.suite.budgets)
        baseline = read_baseline(Path(arguments.compare)) if arguments.compare else None
        try:
            attempts = plan.run(progress)
        except KeyboardInterrupt:
            _say(f"interrupted; the same command goes on, from {plan.folder}")
            return INTERRUPTED
    if arguments.describe:
        print_description(plan, attempts, as_json=arguments.json)
        _say_where(arguments, plan)
        return FAILED if any(attempt.error for attempt in attempts) else 0
    done = report(plan, attempts)
    compared = compare(baseline, done, plan.suite.seed) if baseline else None
    _print(arguments, done, compared)
    _write(arguments, plan, done)
    if place := write_grading(arguments, plan, attempts, done.strongest):
        _say(f"gradings in {place}")
    return _exit_code(done, compared, limits)


def _plan(arguments: argparse.Namespace, progress: Progress) -> Eval:
    from skillagent.cli.records import shown_root
    from skillagent.digest import sha256
    from skillagent.evals.judge import Judge
    from skillagent.evals.leaks import refuse_leaks
    from skillagent.evals.policies.policy import Setup
    from skillagent.evals.policies.table import policies
    from skillagent.evals.running import Eval
    from skillagent.tokens import counter_for

    suite = _judgeable(arguments, _suite(arguments))
    _allow_python(arguments, suite)
    graph = _graph(arguments, suite, progress)
    suite = suite.on(graph)
    refuse_leaks(suite, graph)

    def new_provider(name: str, repeat: int = 1) -> Provider:
        from skillagent.providers import provider_for

        return provider_for(
            name,
            base_url=arguments.base_url,
            temperature=arguments.temperature,
            seed=suite.seed + repeat - 1,
        )

    counter = counter_for(arguments.count_for)
    setup = Setup(
        graph, suite.cases, counter, new_provider, arguments.max_turns, arguments.semantic
    )
    judge_name = arguments.judge or suite.judge
    if judge_name:
        new_provider(judge_name)  # says now if its key or its package is missing
    chosen = policies(
        suite.policies,
        suite.models,
        setup,
        allow_python=bool(arguments.policy) or arguments.allow_python,
    )
    settings = {
        "seed": suite.seed,
        "temperature": None if arguments.temperature is None else str(arguments.temperature),
        "max_turns": arguments.max_turns,
        "semantic": arguments.semantic,
        "base_url": arguments.base_url and sha256(arguments.base_url),
        "judge": judge_name,
    }
    return Eval(
        only(suite, arguments.case),
        setup,
        chosen,
        Path(arguments.output or _default_output(arguments, suite)),
        records=not arguments.no_record,
        settings=settings,
        roots=tuple(map(shown_root, suite.roots)),
        judge=Judge(lambda: new_provider(judge_name)) if judge_name else None,
    )


def _suite(arguments: argparse.Namespace) -> Suite:
    """The suite that the command line names, with what it changes."""
    from skillagent.cli.session import bundled_graph
    from skillagent.evals.opening import open_suite

    path = bundled_graph() if arguments.suite is None else Path(arguments.suite)
    suite = open_suite(path, arguments.graph)
    models = (arguments.model,) if arguments.model else suite.models
    if arguments.describe:
        budgets = arguments.budget or suite.budgets
        return replace(suite, budgets=budgets[-1:], policies=("graph",))
    names = tuple(arguments.policy) or suite.policies
    if arguments.model and "llm" not in names:
        names = (*names, "llm")
    return replace(
        suite,
        budgets=arguments.budget or suite.budgets,
        policies=names,
        models=models,
        repeats=arguments.repeats or suite.repeats,
        seed=suite.seed if arguments.seed is None else arguments.seed,
    )


def _default_output(arguments: argparse.Namespace, suite: Suite) -> Path:
    """The folder of the suite; another one for --describe, which must not replace an eval."""
    part = ".describe" * arguments.describe + ".cases" * bool(arguments.case)
    return Path(OUTPUT) / f"{suite.name}{part}"


def _judgeable(arguments: argparse.Namespace, suite: Suite) -> Suite:
    """The suite; without its rubrics if no judge is named."""
    if arguments.judge or suite.judge or not suite.rubrics:
        return suite
    _say(f"not judged, because no --judge is named: {suite.rubrics} of the expectations in words")
    return suite.without_rubrics()


def _allow_python(arguments: argparse.Namespace, suite: Suite) -> None:
    """Refuse functions that the suite names, unless they are allowed; make modules importable."""
    import os
    import sys

    from skillagent.evals.checks import Python

    for case in suite.cases:
        for check in case.checks:
            if isinstance(check, Python) and not arguments.allow_python:
                raise suite.error(
                    case,
                    f"it asks to run {check.name}: that is Python code of the suite's own; allow "
                    "it with --allow-python if you trust it",
                )
    if arguments.allow_python or any(":" in name for name in arguments.policy):
        # Last on the path, so that a file of the folder is never taken for a package.
        sys.path.append(os.getcwd())


def _graph(arguments: argparse.Namespace, suite: Suite, progress: Progress) -> SkillGraph:
    import gc

    from skillagent.cli.interrupted import finish_interrupted
    from skillagent.cli.lock_option import lock_path
    from skillagent.errors import UsageError
    from skillagent.graph import SkillGraph
    from skillagent.lock import drift, read_lock

    finish_interrupted(*suite.roots)
    graph = SkillGraph.load(*suite.roots, progress=progress)
    gc.freeze()
    if arguments.frozen or arguments.lock:
        path = lock_path(arguments.lock, graph.roots, None)
        difference = drift(read_lock(path), graph)
        if difference:
            raise UsageError(
                f"{path}: the graph is not as it was locked ({difference.counts}): see "
                "`skillagent lock --check`"
            )
    return graph


def _print(arguments: argparse.Namespace, report: Report, compared: Compared | None) -> None:
    from skillagent.evals.tables import compared_lines, report_lines

    if arguments.json:
        values = report.to_json()
        if compared is not None:
            values["compared"] = compared.to_json()
        print(to_json(values))
        return
    for line in report_lines(report):
        print(printable(line))
    for line in compared_lines(compared) if compared else ():
        print(printable(line))


def _check_html(path: str | None) -> None:
    """Find out before the run whether the HTML file can be written."""
    from skillagent.errors import UsageError
    from skillagent.evals.page import require_matplotlib

    if path is None:
        return
    require_matplotlib()
    try:
        is_ours = Path(path).read_bytes().startswith(b"<!DOCTYPE html>")
    except FileNotFoundError:
        return
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}") from None
    if not is_ours:
        raise UsageError(f"{path}: this is no HTML file; name another one with --html")


def _write(arguments: argparse.Namespace, plan: Eval, report: Report) -> None:
    from skillagent.evals.running import write_report

    write_report(plan.folder, report.to_json())
    if arguments.html:
        from skillagent.cli.output import write_output
        from skillagent.evals.page import page

        write_output(arguments.html, page(report, plan.suite.cases), replace=True)
    _say_where(arguments, plan)


def _say_where(arguments: argparse.Namespace, plan: Eval) -> None:
    what = "results" if arguments.no_record else "results and run records"
    _say(f"{what} in {plan.folder}")


def _exit_code(report: Report, compared: Compared | None, limits: list[Limit]) -> int:
    from skillagent.evals.resampling import PLACES

    is_worse = compared is not None and compared.is_regression
    for limit in limits:
        value = limit.value(report)
        if round(value, PLACES) < limit.least:  # as it is printed
            _say(f"--fail-under {limit}: it is {value:.4f}")
            is_worse = True
    if report.failed:
        return FAILED
    return WORSE if is_worse else 0


def _policy_lines() -> list[str]:
    from skillagent.evals.policies.table import POLICIES

    lines = [
        f"{name:<16} {(make.__doc__ or '').strip().splitlines()[0]}"
        for name, make in POLICIES.items()
    ]
    lines.append(f"{'llm':<16} A model with the three operations; --model names it.")
    lines.append(f"{'module:function':<16} A Python function (question, session) of your own.")
    return lines


def _budgets(text: str) -> tuple[int, ...]:
    from skillagent.errors import UsageError
    from skillagent.evals.gate import tokens_of

    try:
        return tuple(sorted({tokens_of(part) for part in text.split(",")}))
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _say(text: str) -> None:
    import sys

    print(printable(f"skillagent: {text}"), file=sys.stderr)
