"""The report as tables: their cells, and as Markdown for the terminal and for documents.

Above: `cli`, `page`. Below: `report`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from skillagent.evals.baseline import Compared
from skillagent.evals.figures import Quantiles
from skillagent.evals.policies.policy import Role
from skillagent.evals.report import Difference, Report
from skillagent.evals.resampling import Estimate
from skillagent.repro.control import Verdict

SHOWN = 8
"""Most cases that are named for a change."""
Cells = tuple[list[str], list[list[str]]]
"""The header of a table, and its rows."""


def report_lines(report: Report) -> Iterator[str]:
    """The whole report: what was run, a table of all figures, one for each group, and refusals."""
    answerable = report.cases - report.unanswerable
    yield (
        f"{report.suite}: {report.nodes:,} nodes with {report.tokens:,} tokens; {answerable:,} "
        f"questions with answers, {report.unanswerable:,} without; tokens by "
        f"{report.made_of['counter']}"
    )
    yield ""
    yield from table(*main_cells(report))
    if report.groups:
        yield ""
        yield "Share of questions of which every gold node was read, by kind:"
        yield ""
        yield from table(*group_cells(report))
    if report.refusals:
        yield ""
        yield "Share of questions without an answer for which a text was read all the same:"
        yield ""
        yield from table(*refusal_cells(report))
    yield ""
    yield from remarks(report)


def compared_lines(compared: Compared) -> Iterator[str]:
    """What is better or worse than in a baseline."""
    yield ""
    for name, (before, now) in compared.made_of.items():
        if name != "code":
            yield f"The baseline was made with another {name}: {before!r}, now {now!r}."
    for missing in compared.missing:
        yield f"Of the baseline, {missing} was not run."
    if not compared.changes:
        yield "Nothing is better or worse than in the baseline."
    for change in compared.changes:
        verdict = (
            "WORSE" if change.is_regression else "better" if change.value.mean > 0 else "changed"
        )
        yield (
            f"{verdict}: {change.policy} at {change.budget:,}, {change.metric} "
            f"{share_text(change.before)} -> {share_text(change.after)} "
            f"({estimate_text(change.value, signed=True)})"
        )
        for label, cases in (("worse", change.worse), ("better", change.better)):
            if cases:
                yield (
                    f"  {label}: {', '.join(cases[:SHOWN])}"
                    + f" and {len(cases) - SHOWN} more" * (len(cases) > SHOWN)
                )


def main_cells(report: Report) -> Cells:
    """A row for each policy and budget."""
    has_answers = any(row.passes for row in report.rows if not row.group)
    rival = report.strongest or "a baseline"
    header = [
        "policy",
        "budget",
        "recall",
        "all gold",
        "precision",
        "tokens",
        "calls",
        "tokens to all gold",
        "calls to all gold",
        f"recall beyond {rival}",
    ]
    rows = []
    for row in report.rows:
        if row.group:
            continue
        cells = [
            row.policy,
            f"{row.budget:,}",
            estimate_text(row.recall),
            estimate_text(row.all_gold),
            share_text(row.precision),
            f"{row.tokens:,.0f}",
            f"{row.calls:g}",
            quantiles_text(row.all_tokens),
            quantiles_text(row.all_calls),
            difference_text(report.difference(row.policy, row.budget)),
        ]
        if has_answers:
            passes = row.passes
            cells.append(
                f"{share_text(passes.once)} / {share_text(passes.any)} / {share_text(passes.every)}"
                if passes
                else ""
            )
        rows.append(cells)
    if has_answers:
        header.append("pass@1 / pass@k / pass^k")
    return header, rows


def group_cells(report: Report) -> Cells:
    """All-gold for each tag: a row for each policy, a column for each tag and budget."""
    sizes = {row.group: row.cases for row in report.rows}
    header = ["kind (questions)", "policy", *(f"{budget:,}" for budget in report.budgets)]
    if report.strongest:
        header += [f"beyond {report.strongest} at {budget:,}" for budget in report.budgets]
    rows = []
    for group in report.groups:
        for policy in report.policies:
            cells = [f"{group} ({sizes[group]})", policy.name]
            rows_of_policy = [report.row(policy.name, budget, group) for budget in report.budgets]
            cells += [share_text(row.all_gold.mean) if row else "" for row in rows_of_policy]
            if report.strongest:
                cells += [
                    difference_text(report.difference(policy.name, budget, "all_gold", group))
                    if policy.role in (Role.GRAPH, Role.MODEL, Role.OTHER)
                    else ""
                    for budget in report.budgets
                ]
            rows.append(cells)
    return header, rows


def refusal_cells(report: Report) -> Cells:
    """False disclosure: a row for each policy, a column for each budget."""
    header = ["policy", *(f"{budget:,}" for budget in report.budgets)]
    rows = []
    for policy in report.policies:
        if policy.role is Role.BOUND:
            continue
        mine = [row for row in report.refusals if row.policy == policy.name]
        cells = [
            estimate_text(Estimate(row.disclosed, row.interval)) + f", {row.tokens:,.0f} tokens"
            for row in mine
        ]
        rows.append([policy.name, *cells])
    return header, rows


def remarks(report: Report) -> Iterator[str]:
    """How to read the tables, the controls, and what is missing."""
    yield (
        "[ ] is a 95 % interval over questions. `14 / 20` is median / 90th percentile; -: too few "
        "questions reached it."
    )
    if report.strongest:
        yield (
            f"The strongest baseline is {report.strongest}, by the area under recall over the "
            "logarithm of the budget; differences to it are paired question by question. "
            "`underpowered`: so few questions cannot show such a difference."
        )
    for policy in report.policies:
        if policy.about:
            yield f"{policy.name}: {policy.about}."
    for difference in report.differences:
        control = difference.control
        if control and difference.metric == "recall" and not difference.group:
            yield (
                f"A/A control, {difference.policy} against itself at {difference.budget:,}: "
                f"{estimate_text(control, signed=True)}."
            )
    if report.failed:
        yield f"{report.failed:,} attempts failed, and count with what they had read until then."


def difference_text(difference: Difference | None) -> str:
    """A difference with its interval, and what it is worth."""
    if difference is None:
        return ""
    if difference.verdict is Verdict.NONE:
        return "no difference"
    text = estimate_text(difference.value, signed=True)
    return f"{text} underpowered" if difference.verdict is Verdict.UNDERPOWERED else text


def estimate_text(value: Estimate, *, signed: bool = False) -> str:
    """A share with its interval, such as `.862 [.827, .895]`."""
    low, high = value.interval.low, value.interval.high
    mean, low_text, high_text = (
        share_text(share, signed=signed) for share in (value.mean, low, high)
    )
    return f"{mean} [{low_text}, {high_text}]"


def share_text(share: float, *, signed: bool = False) -> str:
    """A share with three decimals and no leading zero."""
    text = f"{share:{'+' if signed else ''}.3f}".replace("0.", ".", 1)
    return text.replace("-.000", "+.000" if signed else ".000")


def quantiles_text(quantiles: Quantiles) -> str:
    """Median and 90th percentile; `-` for what did not happen."""
    return " / ".join(
        "-" if value is None else f"{value:,.0f}" for value in (quantiles.median, quantiles.p90)
    )


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A Markdown table whose columns are aligned in plain text, too."""
    widths = [max(3, *map(len, column)) for column in zip(header, *rows, strict=True)]

    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(f"{c:<{w}}" for c, w in zip(cells, widths, strict=True)) + " |"

    return [line(header), "|" + "|".join("-" * (w + 2) for w in widths) + "|", *map(line, rows)]
