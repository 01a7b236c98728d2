"""The cases of a report: for each question, which policies read its gold nodes in which budget.

Above: `page`. Below: `report`, `suite`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import fmean

from skillagent.evals.page.figure_tables import wide
from skillagent.evals.policies.policy import Role
from skillagent.evals.report import CaseFigures, Report
from skillagent.evals.suite import Case
from skillagent.evals.tables import share_text
from skillagent.html.markup import Markup, element, joined

_BY_BUDGET = dict[tuple[str, str], list[CaseFigures]]


def cases_tables(report: Report, cases: Iterable[Case]) -> Markup:
    """The questions with their figures, worst first, and those that nothing should answer.

    Args:
        report: the report.
        cases: the cases of its suite; those that it has no figures of are left out.
    """
    figures: _BY_BUDGET = {}
    for line in report.by_case:
        figures.setdefault((line.case, line.policy), []).append(line)
    known = [case for case in cases if (case.id, report.policies[0].name) in figures]
    judges = _judges(report)

    def recall(case: Case) -> float:
        return fmean(line.recall for name in judges for line in figures[case.id, name])

    answerable = sorted((case for case in known if case.is_answerable), key=recall)
    others = [case for case in known if not case.is_answerable]
    parts = [
        element(
            "p",
            f"Worst first, by the recall of {', '.join(judges)}. ● all gold nodes were read, with "
            "the budgets; ◐ at most this share of them; ○ none.",
            class_="legend",
        ),
        _table("Questions with an answer", answerable, report, figures),
    ]
    if others:
        caption = "Questions without an answer, and the budgets in which a text was read"
        parts.append(_table(caption, others, report, figures))
    return joined(parts)


def _judges(report: Report) -> list[str]:
    """The policies by which a question counts as a bad one: those that use the graph."""
    own = [p.name for p in report.policies if p.role not in (Role.BASELINE, Role.BOUND)]
    return own or [policy.name for policy in report.policies]


def _table(caption: str, cases: Sequence[Case], report: Report, figures: _BY_BUDGET) -> Markup:
    rows = []
    for case in cases:
        cells = []
        for policy in report.policies:
            lines = sorted(figures[case.id, policy.name], key=lambda line: line.budget)
            cells.append(_read(lines) if case.is_answerable else _disclosed(lines))
        rows.append([_question(case), *cells])
    heads = ["question", *(policy.name for policy in report.policies)]
    return element("div", wide(caption, heads, rows), class_="cases")


def _question(case: Case) -> Markup:
    tags = "".join(f" · {tag}" for tag in case.tags)
    parts = [element("code", case.id), element("small", tags), element("p", case.question)]
    if case.gold:
        parts.append(element("small", "gold: " + ", ".join(case.gold)))
    return joined(parts)


def _read(lines: Sequence[CaseFigures]) -> str:
    """In which budgets all gold nodes were read, or the most that was."""
    whole = [line.recall == 1.0 for line in lines]
    if any(whole):
        return f"● {_budgets(lines, whole)}"
    most = max(line.recall for line in lines)
    return f"◐ {share_text(most)}" if most else "○"


def _disclosed(lines: Sequence[CaseFigures]) -> str:
    """In which budgets a text was read though none answers."""
    has_text = [line.disclosed > 0 for line in lines]
    return _budgets(lines, has_text) if any(has_text) else "none"


def _budgets(lines: Sequence[CaseFigures], holds: Sequence[bool]) -> str:
    """The budgets in which something holds; `from` the first one if it does in all above it."""
    first = holds.index(True)
    if all(holds[first:]):
        return f"from {lines[first].budget:,}"
    budgets = (f"{line.budget:,}" for line, is_so in zip(lines, holds, strict=True) if is_so)
    return "at " + ", ".join(budgets)
