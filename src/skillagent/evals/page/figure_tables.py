"""The tables of a report: figures of the policies, their cost, and their differences.

Above: `page`. Below: `report`, `tables`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from skillagent.evals.report import Difference, Report
from skillagent.evals.tables import (
    estimate_text,
    group_cells,
    main_cells,
    quantiles_text,
    refusal_cells,
    share_text,
)
from skillagent.html.markup import Markup, details, element, joined, table

_METRICS = {"recall": "recall", "all_gold": "all gold"}


def wide(caption: str, heads: Iterable[str], rows: Iterable[Iterable[str]]) -> Markup:
    """A table that scrolls by itself where the window is narrow, also with the keys."""
    written = table(caption, heads, rows)
    return element("div", written, class_="wide", role="region", tabindex=0, aria_label=caption)


def main_figures(report: Report) -> Markup:
    """A row for each policy and budget, and what reading cost."""
    return joined(
        [
            wide("Figures of each policy in each budget", *main_cells(report)),
            details("What reading cost", _costs(report)),
        ]
    )


def policies_table(report: Report) -> Markup:
    """What each policy is."""
    rows = [
        (
            policy.name,
            policy.role.value,
            share_text(report.areas[policy.name]) if policy.name in report.areas else "",
            policy.about,
        )
        for policy in report.policies
    ]
    heads = "policy", "role", "area under recall", "about"
    return wide("The policies", heads, rows)


def kinds_table(report: Report) -> Markup:
    """The share of questions with all gold nodes, for each tag."""
    return wide("Share of questions of which every gold node was read", *group_cells(report))


def refusals_table(report: Report) -> Markup:
    """The questions that nothing should answer."""
    caption = "Share of questions without an answer for which a text was read all the same"
    return wide(caption, *refusal_cells(report))


def differences_tables(report: Report) -> Markup:
    """The differences to the strongest baseline: over all questions, then for each tag."""
    parts = [_differences(report, "")]
    for kind in report.groups:
        parts.append(details(f"Only questions of the kind {kind}", _differences(report, kind)))
    return joined(parts)


def _costs(report: Report) -> Markup:
    heads = [
        "policy",
        "budget",
        "share of tokens that are no text",
        "nodes read that are not gold",
        "distractor read first",
        "tokens to first gold",
        "calls to first gold",
    ]
    rows = [
        [
            row.policy,
            f"{row.budget:,}",
            share_text(row.overhead),
            f"{row.wasted:.1f}",
            "" if row.misled is None else share_text(row.misled),
            quantiles_text(row.first_tokens),
            quantiles_text(row.first_calls),
        ]
        for row in report.rows
        if not row.group
    ]
    return wide("What reading cost", heads, rows)


def _differences(report: Report, kind: str) -> Markup:
    rival = report.strongest
    heads = ["policy", "budget", "figure", f"beyond {rival}", "unequal questions", "verdict"]
    rows = [
        cells
        for difference in report.differences
        if difference.group == kind
        for cells in _difference_rows(difference)
    ]
    of_kind = f", questions of the kind {kind}" if kind else ""
    return wide(f"Differences to {rival}, paired question by question{of_kind}", heads, rows)


def _difference_rows(difference: Difference) -> Iterator[list[str]]:
    """The row of a difference, and below it the A/A control of a policy that is sampled."""
    budget, metric = f"{difference.budget:,}", _METRICS[difference.metric]
    value = estimate_text(difference.value, signed=True)
    unequal = f"{difference.unequal:,}"
    yield [difference.policy, budget, metric, value, unequal, difference.verdict.value]
    if control := difference.control:
        name, text = f"{difference.policy}, A/A control", estimate_text(control, signed=True)
        yield [name, budget, metric, text, "", "against itself"]
