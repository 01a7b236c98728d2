"""The curves of a report: what was found over the budget, and for the tokens that were shown.

Above: `page`. Below: `drawing`, `series`, `report`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from skillagent.evals.figures import Row
from skillagent.evals.page.drawing import drawing
from skillagent.evals.page.series import Series, legend, series_of
from skillagent.evals.report import Report
from skillagent.evals.resampling import Estimate
from skillagent.evals.tables import estimate_text
from skillagent.html.markup import Markup, element, joined

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SIZE = 430.0, 290.0
"""In points; on a phone, letters of a larger figure would be too small."""
APART = 1.02
"""Factor between the places of two policies on an axis of budgets: their intervals would cover one
another."""
MOST_KINDS = 12
"""Tags with a figure of their own; the table has all of them."""

_Metric = Callable[[Row], Estimate]


def curves(report: Report) -> Markup:
    """All curves, with their legend."""
    every = series_of(report.policies)
    figures = [
        _over_budget("recall", "Recall", "", report, every),
        _over_budget("all-gold", "All gold nodes", "", report, every),
        _over_tokens(report, every),
    ]
    return joined(
        [
            legend(every, "key"),
            element("div", *figures, class_="columns"),
            element(
                "p",
                "Bars are 95 % intervals over questions. Recall is the share of the gold nodes "
                "that were read; all gold nodes is the share of the questions of which every gold "
                "node was read. The tables below have every value.",
                class_="legend",
            ),
        ]
    )


def curves_by_kind(report: Report) -> Markup:
    """A figure for each tag, and their legend."""
    every = series_of(report.policies)
    kinds = report.groups[:MOST_KINDS]
    figures = [
        _over_budget(f"kind-{number}", "All gold nodes", kind, report, every)
        for number, kind in enumerate(kinds)
    ]
    left_out = len(report.groups) - len(kinds)
    rest = element("p", f"{left_out} more kinds are in the table.") if left_out else ""
    return joined([legend(every, "kinds-key"), element("div", *figures, class_="columns"), rest])


def _over_budget(
    name: str, metric: str, kind: str, report: Report, every: Sequence[Series]
) -> Markup:
    values: _Metric = (lambda row: row.recall) if metric == "Recall" else (lambda row: row.all_gold)

    def draw(figure: Figure) -> None:
        axes = _axes(figure, metric.lower())
        axes.set_xlabel("budget in tokens")
        ticks = [_short(budget) for budget in report.budgets]
        axes.set_xscale("log")
        axes.set_xticks(report.budgets, ticks)
        axes.set_xticks([], minor=True)
        for series, rows in _drawn(report, every, kind):
            place = APART ** (series.number - (len(every) - 1) / 2)
            budgets = [row.budget * place for row in rows]
            _line(axes, budgets, [values(row) for row in rows], series)

    title = f"{metric} over the budget" + f", questions of the kind {kind}" * bool(kind)
    texts = (
        f"{series.policy.name}: "
        + ", ".join(f"{estimate_text(values(row))} at {row.budget:,}" for row in rows)
        for series, rows in _drawn(report, every, kind)
    )
    caption = _caption(report, kind) if kind else title
    return _figure(name, draw, title, texts, caption)


def _over_tokens(report: Report, every: Sequence[Series]) -> Markup:
    def draw(figure: Figure) -> None:
        axes = _axes(figure, "recall")
        axes.set_xlabel("tokens shown, mean")
        axes.set_xscale("log")
        for series, rows in _drawn(report, every):
            tokens = [max(row.tokens, 1.0) for row in rows]
            _line(axes, tokens, [row.recall for row in rows], series)
        low, high = axes.get_xlim()
        ticks = [tick for tick in _round_numbers() if low <= tick <= high]
        axes.set_xticks(ticks, [_short(tick) for tick in ticks])
        axes.set_xticks([], minor=True)

    texts = (
        f"{series.policy.name}: "
        + ", ".join(f"{estimate_text(row.recall)} for {row.tokens:,.0f} tokens" for row in rows)
        for series, rows in _drawn(report, every)
    )
    title = "Recall for the tokens that were shown"
    return _figure("tokens", draw, title, texts, title)


def _figure(
    name: str, draw: Callable[[Figure], None], title: str, texts: Iterable[str], caption: str
) -> Markup:
    picture = drawing(name, SIZE, draw, title, "; ".join(texts))
    return element("figure", picture, element("figcaption", caption))


def _axes(figure: Figure, label: str) -> Axes:
    figure.set_layout_engine("constrained")
    axes = figure.add_subplot()
    axes.set_ylabel(label)
    axes.set_ylim(-0.03, 1.03)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", ".25", ".5", ".75", "1"])
    axes.grid(visible=True, axis="y")
    return axes


def _line(axes: Axes, places: list[float], values: list[Estimate], series: Series) -> None:
    look: dict[str, Any] = {**series.look, "elinewidth": 0.9, "capsize": 2}
    means = [value.mean for value in values]
    # A resampled interval may leave out its mean by the last bit.
    below = [max(0.0, value.mean - value.interval.low) for value in values]
    above = [max(0.0, value.interval.high - value.mean) for value in values]
    axes.errorbar(places, means, yerr=[below, above], **look)


def _drawn(
    report: Report, every: Iterable[Series], kind: str = ""
) -> Iterator[tuple[Series, list[Row]]]:
    """Each policy with its rows, by budget."""
    for series in every:
        rows = [report.row(series.policy.name, budget, kind) for budget in report.budgets]
        yield series, [row for row in rows if row]


def _caption(report: Report, kind: str) -> str:
    cases = next(row.cases for row in report.rows if row.group == kind)
    return f"{kind} ({cases:,} question{'s' * (cases != 1)})"


def _round_numbers() -> list[int]:
    return [digit * 10**power for power in range(8) for digit in (1, 2, 5)]


def _short(tokens: int) -> str:
    return f"{tokens / 1_000:g}k" if tokens >= 1_000 else str(tokens)
