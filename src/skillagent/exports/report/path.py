"""The path through the graph: which nodes were disclosed, in their order, and how much of each.

Above: `run_report`. Below: `html`, `run_events`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from skillagent.disclosure import Disclosed, Level
from skillagent.html.markup import Markup, details, element, joined
from skillagent.runs.run_events import CallAnswer, Instructions, RunEvent

WIDTH, LEFT, TOP, ROW = 640, 44, 30, 18
MOST_ROWS = 200
"""Nodes that are drawn; the list has all of them."""
_INDEX = Level.INDEX.value
_LEGEND = (
    "Rows are nodes, numbered as in the list below; columns are calls. A dot is a line of an "
    "index, a ring a summary, a square a section, a disc a whole node. The line joins what was "
    "opened one after another."
)


@dataclass(slots=True)
class _Visited:
    node: str
    shown: list[tuple[int, int, Disclosed]] = field(default_factory=list)
    """Column, number of the call, and what it showed."""

    @property
    def is_opened(self) -> bool:
        """Whether more than a line of an index was shown."""
        return any(shown.level != _INDEX for _, _, shown in self.shown)

    @property
    def words(self) -> str:
        return ", ".join(
            f"{shown.level} {shown.section!r}, call {call}"
            if shown.section
            else f"{shown.level}, call {call}"
            for _, call, shown in self.shown
        )


def path(events: Iterable[RunEvent]) -> Markup:
    """The nodes that a run disclosed, drawn and listed."""
    visited, columns = _visited(events)
    opened = [node for node in visited if node.is_opened]
    listed = [node for node in visited if not node.is_opened]
    if not visited:
        return element("p", "No node was disclosed.")
    parts = []
    if opened:
        parts += [_drawing(opened, columns), element("p", _LEGEND, class_="legend")]
        parts.append(element("ol", *map(_line, opened), class_="nodes"))
    if listed:
        title = f"{len(listed)} more shown only as a line of an index"
        parts.append(details(title, element("ul", *map(_line, listed), class_="nodes")))
    return joined(parts)


def _visited(events: Iterable[RunEvent]) -> tuple[list[_Visited], list[int]]:
    """The nodes in the order of their first disclosure, and the number of each column's call."""
    nodes: dict[str, _Visited] = {}
    columns: list[int] = []
    for event in events:
        if not isinstance(event, Instructions | CallAnswer) or not event.disclosed:
            continue
        call = event.call if isinstance(event, CallAnswer) else 0
        for shown in event.disclosed:
            visited = nodes.setdefault(shown.node, _Visited(shown.node))
            visited.shown.append((len(columns), call, shown))
        columns.append(call)
    return list(nodes.values()), columns


def _line(visited: _Visited) -> Markup:
    digest = visited.shown[-1][2].digest
    name = element("code", visited.node)
    return element("li", name, f" – {visited.words} ", element("small", digest))


def _drawing(opened: list[_Visited], columns: list[int]) -> Markup:
    rows = opened[:MOST_ROWS]
    height = TOP + ROW * len(rows)
    marks: list[Markup] = []
    stops: list[tuple[int, int, int]] = []
    """Column, row and x of what was opened, in the order of the calls."""
    for row, visited in enumerate(rows):
        y = TOP + ROW * row + ROW // 2
        marks.append(element("text", str(row + 1), x=LEFT - 10, y=y + 4, text_anchor="end"))
        for column, call, shown in visited.shown:
            x = _x(column, len(columns))
            mark = _mark(shown.level, x, y, f"call {call}: {shown.level} of {visited.node}")
            marks.append(mark)
            if shown.level != _INDEX:
                stops.append((column, y, x))
    points = " ".join(f"{x},{y}" for _, y, x in sorted(stops))
    line = element("polyline", points=points, class_="way")
    label = f"Path through the graph: {len(opened)} nodes opened in {len(columns)} calls"
    box = f"0 0 {WIDTH} {height}"
    heads = _heads(columns)
    drawing = element("svg", line, *heads, *marks, viewBox=box, role="img", aria_label=label)
    rest = len(opened) - len(rows)
    more = element("p", f"{rest} more are in the list.") if rest else ""
    return joined([drawing, more])


def _heads(columns: list[int]) -> list[Markup]:
    """Numbers of calls above the columns, as many as there is room for."""
    step = -(-len(columns) // 20)
    return [
        element("text", str(call), x=_x(column, len(columns)), y=14, text_anchor="middle")
        for column, call in enumerate(columns)
        if column % step == 0
    ]


def _x(column: int, columns: int) -> int:
    return LEFT + 10 + column * (WIDTH - LEFT - 30) // max(1, columns - 1)


def _mark(level: str, x: int, y: int, words: str) -> Markup:
    title = element("title", words)
    if level == Level.SECTION:
        return element("rect", title, x=x - 4, y=y - 4, width=8, height=8, class_="full")
    radius = 2 if level == _INDEX else 5
    look = "ring" if level == Level.SUMMARY else "full"
    return element("circle", title, cx=x, cy=y, r=radius, class_=look)
