"""Where two runs part: the first event that differs, which of its fields, and how.

Above: `run_report`. Below: `html`, `repro.divergence`.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator
from typing import Any

from skillagent.digest import canonical_json
from skillagent.html.markup import Markup, element, joined
from skillagent.recording.difference import COMPARED_LINES
from skillagent.repro.divergence import divergence_of_records
from skillagent.runs import RunRecord, TraceEvent

_ABSENT = object()


def shown_divergence(first: RunRecord, second: RunRecord, place: int) -> Markup:
    """The first difference of two runs, named and shown.

    Args:
        first: one run.
        second: the other run.
        place: index of the first event that differs.
    """
    named = divergence_of_records(first, second)
    assert named is not None
    parts = [element("p", element("strong", f"{named.kind.value}: "), named.what)]
    before, after = _at(first, place), _at(second, place)
    if before is None or after is None or before.kind != after.kind:
        kinds = (event.kind if event else "nothing" for event in (before, after))
        text = "Event {}: run 1 has {}, run 2 has {}.".format(place + 1, *kinds)
        return joined([*parts, element("p", text)])
    names = _differing(before, after)
    lines = f"line {before.line} and line {after.line} of trace.jsonl"
    fields = "field" if len(names) == 1 else "fields"
    text = f"Event {place + 1} ({lines}): {before.kind}, {fields} {', '.join(names)}."
    parts.append(element("p", text))
    for name in names:
        pair = before.fields.get(name, _ABSENT), after.fields.get(name, _ABSENT)
        parts += [element("p", name, class_="label"), _diff(*map(_lines, pair))]
    if before.kind == "request" and named.details:
        parts.append(element("p", "What differs in the requests", class_="label"))
        parts.append(element("pre", "\n".join(named.details)))
    return joined(parts)


def _at(record: RunRecord, place: int) -> TraceEvent | None:
    return record.events[place] if place < len(record.events) else None


def _differing(before: TraceEvent, after: TraceEvent) -> list[str]:
    names = dict.fromkeys((*before.fields, *after.fields))
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


def _marked(changes: Iterable[str]) -> Iterator[Markup]:
    names = {"-": "del", "+": "ins"}
    for change in changes:
        name = names.get(change[:1], "span")
        text = "…" if change.startswith("@@") else change
        yield joined([element(name, text), "\n"])
