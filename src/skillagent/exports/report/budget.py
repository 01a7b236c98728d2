"""The budget over time, as a curve and as a table.

Above: `run_report`. Below: `html`, `run_events`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from skillagent.html.markup import Markup, details, element, joined, table
from skillagent.runs.run_events import CallAnswer, CallStart, Instructions, RunEvent

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 640, 200, 64, 16, 30


@dataclass(frozen=True, slots=True)
class _Spending:
    what: str
    cost: int
    remaining: int


def budget(events: Iterable[RunEvent], total: Any) -> Markup:
    """What each call cost and left.

    Args:
        events: the events of the run.
        total: the budget when the run began.
    """
    spendings = _spendings(events, total if isinstance(total, int) else 0)
    if not spendings:
        return element("p", "Nothing was spent.")
    rows = [(one.what, f"{one.cost:,}", f"{one.remaining:,}") for one in spendings]
    written = table("Tokens that each call cost and left", ("Call", "Cost", "Left"), rows)
    return joined([_curve(spendings), details("The same as a table", written)])


def _spendings(events: Iterable[RunEvent], total: int) -> list[_Spending]:
    spendings: list[_Spending] = []
    tools: dict[str, str] = {}
    for event in events:
        match event:
            case Instructions():
                left = (spendings[-1].remaining if spendings else total) - event.cost
                spendings.append(_Spending("instructions", event.cost, left))
            case CallStart():
                tools[event.id] = event.tool
            case CallAnswer():
                what = f"{event.call} {tools.get(event.id, '')}"
                spendings.append(_Spending(what, event.cost, event.remaining))
    return spendings


def _curve(spendings: list[_Spending]) -> Markup:
    begin = spendings[0].remaining + spendings[0].cost
    most = max(1, begin, *(one.remaining for one in spendings))
    base = HEIGHT - BOTTOM

    def y(tokens: int) -> int:
        return base - max(0, tokens) * (base - TOP) // most

    right = WIDTH - 10
    commands = [f"M{LEFT} {y(begin)}"]
    for number, one in enumerate(spendings, 1):
        x = LEFT + number * (right - LEFT) // len(spendings)
        commands += [f"H{x}", f"V{y(one.remaining)}"]
    last = spendings[-1]
    label = (
        f"Budget over {len(spendings)} calls: from {begin:,} tokens to {last.remaining:,}; "
        "the table below has every step"
    )
    return element(
        "svg",
        element("path", d=f"M{LEFT} {TOP}V{base}H{right}", class_="axis"),
        element("path", d="".join(commands), class_="curve"),
        element("text", f"{most:,}", x=LEFT - 8, y=TOP + 5, text_anchor="end"),
        element("text", "0", x=LEFT - 8, y=base + 5, text_anchor="end"),
        element("text", "calls →", x=right, y=HEIGHT - 8, text_anchor="end"),
        element("text", "tokens left", x=LEFT, y=HEIGHT - 8),
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        aria_label=label,
    )
