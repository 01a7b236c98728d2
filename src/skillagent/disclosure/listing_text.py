"""The text of a page of a listing. Below: `results`, `writing`."""

from __future__ import annotations

from skillagent.disclosure import writing
from skillagent.disclosure.results.base import INSTRUCTIONS_CALL
from skillagent.disclosure.results.listing import IndexLine, IndexResult

LONG_ARGUMENT = 40
"""Arguments longer than this are not repeated in the call for the next page."""


def where(call: int) -> str:
    """`in call 3`, or `above` for the system prompt."""
    return "above" if call == INSTRUCTIONS_CALL else f"in call {call}"


def listing(result: IndexResult) -> str:
    if result.shown_in is not None:
        text = f"This page was listed {where(result.shown_in)}."
        return f"{text} More: {_next_page(result)}" if result.cursor else text
    text_lines = [result.title] if result.title else []
    heading = ""
    for line in result.lines:
        if line.heading != heading:
            heading = line.heading
            if heading:
                text_lines.append(f"## {heading}")
        text_lines.append(index_line(line))
    if result.cursor:
        text_lines.append(f"{result.total - int(result.cursor)} more: {_next_page(result)}")
    elif result.footnote:
        text_lines.append(result.footnote)
    return "\n".join(text_lines)


def _next_page(result: IndexResult) -> str:
    arguments = [("map", result.map), ("query", result.query), ("cursor", result.cursor)]
    written = [
        f"{name}=<the same>" if len(value) > LONG_ARGUMENT else f"{name}={writing.json_text(value)}"
        for name, value in arguments
        if value
    ]
    return f"list_index({', '.join(written)})"


def index_line(line: IndexLine) -> str:
    """`- [[id]] (map, deprecated, 812 tokens, 85%) description | matches title (word)`."""
    name = writing.identifier(line.id)
    score = "" if line.score is None else f", {line.score}%"
    place = "" if line.shown_in is None else f"; shown {where(line.shown_in)}"
    text = f"- [[{name}]] ({marks_of(line.kind, line.status)}{line.cost} tokens{score}{place})"
    if line.description:
        text += f" {writing.marked(line.description, line.tag)}"
    if line.why:
        text += f" | {line.why}"
    return text


def marks_of(kind: str, status: str) -> str:
    """The words before a node's cost: its kind unless it is a plain node, and its status."""
    marks = ("" if kind == "node" else kind, status)
    return "".join(f"{mark}, " for mark in marks if mark)
