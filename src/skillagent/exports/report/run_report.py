"""The parts of a report in their order, for one run and for two side by side.

Above: the command `export`. Below: the parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from skillagent.exports.report.budget import budget
from skillagent.exports.report.course import Entry, course_of, entries_list
from skillagent.exports.report.divergence import shown_divergence
from skillagent.exports.report.document import report_document
from skillagent.exports.report.facts import (
    environment_facts,
    environment_list,
    environment_table,
    facts_of,
    facts_table,
)
from skillagent.exports.report.path import path
from skillagent.html.facts import facts_list
from skillagent.html.markup import EMPTY, Markup, element, joined, section
from skillagent.repro.divergence import first_divergence
from skillagent.runs import RunRecord
from skillagent.runs.run_events import RunEvent, typed_event

TITLE_CHARACTERS = 80


def run_report(record: RunRecord) -> str:
    """A run as an HTML file.

    Args:
        record: any record, also one of a process that was killed.

    Raises:
        UsageError: an event of the trace has a wrong field.
    """
    events = _events(record)
    environment = environment_list(environment_facts(record))
    return report_document(
        f"Run: {_title(record)}",
        element("h1", _title(record)),
        section("run", "Run", facts_list(facts_of(record, events)), environment),
        section("path", "Path through the graph", path(events)),
        section("budget", "Budget", budget(events, record.manifest.inputs.budget)),
        section("course", "Course", entries_list(course_of(events))),
        section("answer", "Answer", _answer(record)),
    )


def comparison_report(first: RunRecord, second: RunRecord) -> str:
    """Two runs side by side, up to where they part, as an HTML file.

    Args:
        first: one run.
        second: the other run.

    Raises:
        UsageError: an event of a trace has a wrong field.
    """
    pair = first, second
    events = [_events(record) for record in pair]
    facts = [facts_of(record, own) for record, own in zip(pair, events, strict=True)]
    environments = [environment_facts(record) for record in pair]
    totals = [record.manifest.inputs.budget for record in pair]
    place = first_divergence(first.events, second.events)
    entries = course_of(events[0], "first-"), course_of(events[1], "second-")
    return report_document(
        "Two runs compared",
        element("h1", "Two runs compared"),
        section(
            "run",
            "Runs",
            facts_table("The two runs", *facts),
            environment_table(*environments),
        ),
        *_courses(first, second, entries, place),
        section("answer", "Answers", _columns(*map(_answer, pair))),
        section("path", "Path through the graph", _columns(*map(path, events))),
        section("budget", "Budget", _columns(*map(budget, events, totals))),
    )


def _events(record: RunRecord) -> list[RunEvent]:
    return [typed_event(event) for event in record.events]


def _title(record: RunRecord) -> str:
    text = record.questions[0] if record.questions else f"Session {record.manifest.run}"
    return text if len(text) <= TITLE_CHARACTERS else text[:TITLE_CHARACTERS] + "…"


def _answer(record: RunRecord) -> Markup:
    if not record.answer:
        return element("p", "There is no answer.")
    return element("p", record.answer, class_="text")


def _columns(first: Markup, second: Markup) -> Markup:
    """Two things beside each other."""
    names = "Run 1", "Run 2"
    cells = [
        element("div", element("h3", name), content)
        for name, content in zip(names, (first, second), strict=True)
    ]
    return element("div", *cells, class_="columns")


def _courses(
    first: RunRecord,
    second: RunRecord,
    entries: tuple[list[Entry], list[Entry]],
    place: int | None,
) -> list[Markup]:
    """What is equal, where the runs part, and what each did from there."""
    end = len(first.events) if place is None else place
    equal = [[entry for entry in own if entry.last < end] for own in entries]
    later = [[entry for entry in own if entry.last >= end] for own in entries]
    title = "Equal in both runs"
    if place is None:
        count = element("p", f"All {end} events are equal: both runs have the same run_digest.")
        return [section("course", title, count, _pairs(*equal))]
    return [
        section("course", title, element("p", f"The first {place} events."), _pairs(*equal)),
        section("divergence", "First divergence", shown_divergence(first, second, place)),
        section("later", "From there on", _columns(*map(entries_list, later))),
    ]


def _pairs(first: Sequence[Entry], second: Sequence[Entry]) -> Markup:
    """Entries of two runs, each beside that of the other run."""
    rows = []
    for one, other in zip_longest(first, second):
        cells = [element("div", entry.html if entry else EMPTY) for entry in (one, other)]
        rows.append(element("li", *cells, class_="columns"))
    return element("ol", *rows, class_="course") if rows else joined([])
