"""Where two runs part: the first event that differs, which of its fields, and how.

Above: `run_report`. Below: `markup`.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Sequence
from typing import Any

from skillagent.digest import canonical_json
from skillagent.errors import UsageError
from skillagent.exports.report.markup import EMPTY, Markup, element, joined
from skillagent.recording.difference import COMPARED_LINES, differences
from skillagent.runs import RunRecord, TraceEvent

_ABSENT = object()


def first_divergence(a: Sequence[TraceEvent], b: Sequence[TraceEvent]) -> int | None:
    """Place of the first event in which two traces differ; None if they are equal.

    A trace that is the beginning of the other one differs where it ends.
    """
    for place, (one, other) in enumerate(zip(a, b, strict=False)):
        if one.hashed != other.hashed:
            return place
    return None if len(a) == len(b) else min(len(a), len(b))


def divergence(first: RunRecord, second: RunRecord, place: int) -> Markup:
    """The first difference of two runs, named and shown.

    Args:
        first: one run.
        second: the other run.
        place: place of the first event that differs.
    """
    before, after = _at(first, place), _at(second, place)
    if before is None or after is None:
        ended, goes_on = (1, after) if before is None else (2, before)
        kind = goes_on.kind if goes_on else ""
        text = f"Run {ended} ends after {place} events; the other one goes on with: {kind}."
        return element("p", text)
    lines = f"event {place + 1} (line {before.line} and line {after.line} of trace.jsonl)"
    if before.kind != after.kind:
        text = f"The runs part at {lines}: run 1 has {before.kind}, run 2 has {after.kind}."
        return element("p", text)
    names = _differing(before, after)
    fields = "field" if len(names) == 1 else "fields"
    text = f"The runs part at {lines}: {before.kind}, {fields} {', '.join(names)}."
    parts: list[Markup] = [element("p", text)]
    for name in names:
        pair = before.fields.get(name, _ABSENT), after.fields.get(name, _ABSENT)
        parts += [element("p", name, class_="label"), _diff(*map(_lines, pair))]
    if before.kind == "request":
        parts.append(_requests(first, second, before, after))
    return joined(parts)


def _at(record: RunRecord, place: int) -> TraceEvent | None:
    return record.events[place] if place < len(record.events) else None


def _differing(before: TraceEvent, after: TraceEvent) -> list[str]:
    names = [*before.fields, *(name for name in after.fields if name not in before.fields)]
    return [
        name
        for name in names
        if _comparable(before.fields.get(name, _ABSENT))
        != _comparable(after.fields.get(name, _ABSENT))
    ]


def _comparable(value: Any) -> str:
    # Not the value itself: for Python, True equals 1.
    return "" if value is _ABSENT else canonical_json(value)


def _lines(value: Any) -> list[str]:
    if value is _ABSENT:
        return []
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
    return text.split("\n")


def _diff(before: list[str], after: list[str]) -> Markup:
    """Lines that were removed and added, with those around them."""
    if max(len(before), len(after)) > COMPARED_LINES:
        before, after = ["\n".join(before)], ["\n".join(after)]
    # The first three lines are the header, and where the first change is.
    changes = list(difflib.unified_diff(before, after, lineterm="", n=3))[3:]
    return element("pre", *_marked(changes), class_="diff")


def _marked(changes: list[str]) -> Iterator[Markup]:
    names = {"-": "del", "+": "ins"}
    for change in changes:
        name = names.get(change[:1], "span")
        text = "…" if change.startswith("@@") else change
        yield joined([element(name, text), "\n"])


def _requests(first: RunRecord, second: RunRecord, before: TraceEvent, after: TraceEvent) -> Markup:
    """What differs in two requests; nothing if a cassette does not have them."""
    bodies = []
    for record, event in ((first, before), (second, after)):
        try:
            exchanges = record.exchanges()
        except UsageError:
            return EMPTY
        digest = event.fields.get("digest")
        requests = [
            exchange.request.canonical for _, exchange in exchanges if exchange.digest == digest
        ]
        bodies += requests[:1]
    if len(bodies) != 2:
        return EMPTY
    blocks = "\n".join(differences(bodies[0].parts, bodies[1].parts))
    label = element("p", "What differs in the requests", class_="label")
    return joined([label, element("pre", blocks)])
