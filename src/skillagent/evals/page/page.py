"""The parts of a report in their order.

Above: `cli`. Below: the parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from skillagent.digest import canonical_json
from skillagent.evals.page.cases import cases_tables
from skillagent.evals.page.curves import curves, curves_by_kind
from skillagent.evals.page.figure_tables import (
    differences_tables,
    kinds_table,
    main_figures,
    policies_table,
    refusals_table,
)
from skillagent.evals.report import Report
from skillagent.evals.suite import Case
from skillagent.evals.tables import remarks
from skillagent.html.document import document, resource
from skillagent.html.facts import Fact, facts_list
from skillagent.html.markup import Markup, element, joined, section


def page(report: Report, cases: Iterable[Case]) -> str:
    """A report as an HTML file.

    Args:
        report: the report.
        cases: the cases of its suite, with their questions.

    Raises:
        MissingPackageError: matplotlib is not installed.
    """
    return document(
        f"Eval: {report.suite}",
        element("h1", f"Eval of {report.suite}"),
        *_sections(report, tuple(cases)),
        style=resource("skillagent.evals.page", "page.css"),
    )


def _sections(report: Report, cases: tuple[Case, ...]) -> Iterator[Markup]:
    yield section("run", "What was run", facts_list(_facts(report)), policies_table(report))
    if report.rows:
        yield section("curves", "Curves", curves(report))
        figures = main_figures(report), _remarks(report)
        yield section("figures", "Figures", *figures)
    if report.groups:
        yield section("kinds", "Kinds of questions", curves_by_kind(report), kinds_table(report))
    if report.differences:
        yield section("differences", "Differences", differences_tables(report))
    if report.refusals:
        yield section("refusals", "Questions without an answer", refusals_table(report))
    if report.by_case:
        yield section("cases", "Questions", cases_tables(report, cases))


def _facts(report: Report) -> list[Fact]:
    made_of = dict(report.made_of)
    answerable = report.cases - report.unanswerable
    return [
        Fact("Suite", report.suite),
        Fact("Graph", f"{report.nodes:,} nodes with {report.tokens:,} tokens"),
        Fact("Questions", f"{answerable:,} with an answer, {report.unanswerable:,} without"),
        Fact("Budgets", ", ".join(f"{budget:,}" for budget in report.budgets) + " tokens"),
        Fact("Strongest baseline", report.strongest or "none was run"),
        Fact("Failed attempts", f"{report.failed:,}"),
        Fact("Counter", str(made_of.get("counter", ""))),
        Fact("Graph root", str(made_of.get("graph_root", ""))),
        Fact("Digest of the cases", str(made_of.get("cases", ""))),
        Fact("Digest of the code", str(made_of.get("code", ""))),
        Fact("Settings", canonical_json(made_of.get("settings", {}))),
    ]


def _remarks(report: Report) -> Markup:
    """How to read the tables; what is between backticks is code."""
    lines = []
    for line in remarks(report):
        parts = [
            element("code", part) if at % 2 else part for at, part in enumerate(line.split("`"))
        ]
        lines.append(element("p", joined(parts), class_="legend"))
    return joined(lines)
