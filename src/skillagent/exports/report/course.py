"""The course of a run: questions, replies, calls with their answers, and ends, in their order.

An entry can stand for several events: a call and its answer, a request and its reply.

Above: `run_report`. Below: `html`, `run_events`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from skillagent.disclosure import Disclosed
from skillagent.html.markup import EMPTY, Markup, details, element, joined
from skillagent.messages import Usage
from skillagent.runs.run_events import (
    CallAnswer,
    CallStart,
    Instructions,
    ModelFailure,
    ModelReply,
    OtherEvent,
    Question,
    QuestionEnd,
    RequestSent,
    RunEvent,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A part of the course."""

    last: int
    """Place of its last event in the trace."""
    html: Markup


def course_of(events: Sequence[RunEvent], prefix: str = "") -> list[Entry]:
    """The entries of a run.

    Args:
        events: the events of the run.
        prefix: beginning of the ids of elements, if several runs are in one file.
    """
    course = _Course(prefix)
    for place, event in enumerate(events):
        course.add(place, event)
    course.finish()
    return course.entries


def entries_list(entries: Sequence[Entry]) -> Markup:
    """Entries as a list."""
    if not entries:
        return element("p", "Nothing.")
    return element("ol", *(element("li", entry.html) for entry in entries), class_="course")


class _Course:
    def __init__(self, prefix: str) -> None:
        self.entries: list[Entry] = []
        self._prefix = prefix
        self._questions = 0
        self._calls = 0
        self._open: dict[str, tuple[int, CallStart, int]] = {}
        """Id of a call without an answer → its entry, the call, its number in the file."""
        self._request: int | None = None
        """Place of a request that has no reply yet."""
        self._text = ""
        """Text of the last reply."""

    def add(self, place: int, event: RunEvent) -> None:
        match event:
            case Question():
                self._questions += 1
                heading = element("h3", f"Question {self._questions}")
                self._entry(place, heading, element("p", event.text, class_="text"))
            case Instructions():
                self._entry(place, _instructions(event))
            case RequestSent():
                self._request = place
            case ModelReply():
                self._request, self._text = None, event.text
                self._entry(place, *_reply(event))
            case ModelFailure():
                self._request, self._text = None, ""
                self._entry(place, *_failure(event))
            case CallStart():
                self._calls += 1
                self._open[event.id] = len(self.entries), event, self._calls
                self._entry(place, self._call(event, None, self._calls))
            case CallAnswer():
                self._answer(place, event)
            case QuestionEnd():
                self._entry(place, *_end(event, self._text))
            case OtherEvent():
                self._entry(place, element("p", event.words))

    def finish(self) -> None:
        """Tell of a request that no reply followed."""
        if self._request is not None:
            self._entry(self._request, element("p", "The model was asked; no reply is recorded."))

    def _entry(self, place: int, *content: str) -> None:
        self.entries.append(Entry(place, joined(content)))

    def _answer(self, place: int, answer: CallAnswer) -> None:
        if answer.id not in self._open:
            # The trace was cut: the call to which this is the answer is not in it.
            self._calls += 1
            unknown = CallStart(answer.id, "unknown", {})
            self._entry(place, self._call(unknown, answer, self._calls))
            return
        at, call, number = self._open.pop(answer.id)
        self.entries[at] = replace(
            self.entries[at], last=place, html=self._call(call, answer, number)
        )

    def _call(self, call: CallStart, answer: CallAnswer | None, number: int) -> Markup:
        parsed = call.parsed
        arguments = str(call.arguments) if parsed is None else _pretty(parsed)
        summary = element(
            "summary",
            element("code", call.tool),
            " ",
            element("span", call.brief, class_="brief"),
            " ",
            element("span", _price(answer), class_="price"),
        )
        told = _told(answer) if answer else element("p", "No answer is recorded.")
        given = element("p", "Arguments", class_="label"), element("pre", arguments)
        return element(
            "details", summary, *given, told, class_="call", id=f"{self._prefix}call-{number}"
        )


def _told(answer: CallAnswer) -> Markup:
    """What an answer disclosed and said."""
    parts: list[str] = []
    if answer.disclosed:
        parts.append(element("p", "Disclosed", class_="label"))
        parts.append(element("ul", *map(_shown_line, answer.disclosed), class_="nodes"))
    parts.append(element("p", "Answer", class_="label"))
    parts.append(element("pre", answer.text) if answer.text else element("p", "Empty."))
    return joined(parts)


def _shown_line(shown: Disclosed) -> Markup:
    level = f"{shown.level} {shown.section!r}" if shown.section else shown.level
    return element("li", element("code", shown.node), f" – {level}")


def _instructions(event: Instructions) -> Markup:
    title = f"System prompt ({event.cost:,} tokens)"
    return details(title, element("pre", event.text))


def _reply(reply: ModelReply) -> list[Markup]:
    told = reply.observed
    words = [f"Turn {reply.turn}", f"the model stopped with {reply.stop}"]
    if told.model:
        words.append(told.model)
    if told.usage != Usage():
        words.append(f"{told.usage.input:,} tokens in, {told.usage.output:,} out")
    if told.dollars is not None:
        words.append(f"${told.dollars:.6f}")
    if reply.opaque:
        words.append(f"{len(reply.opaque)} blocks that only its API reads")
    parts = [element("p", "; ".join(words) + ".", class_="turn")]
    if reply.text:
        parts.append(element("p", reply.text, class_="text"))
    return parts


def _failure(failure: ModelFailure) -> list[Markup]:
    what = "The answer was stopped" if failure.interrupted else "The model failed"
    status = "" if failure.status is None else f" (HTTP {failure.status})"
    lines = [element("strong", f"{what}{status}: "), failure.error]
    return [element("p", *lines, class_="failure")]


def _end(end: QuestionEnd, shown: str) -> list[Markup]:
    text = element("p", end.text, class_="text") if end.text and end.text != shown else EMPTY
    return [text, element("p", f"Outcome: {end.reason}.", class_="turn")]


def _pretty(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def _price(answer: CallAnswer | None) -> str:
    if answer is None:
        return "no answer"
    refused = "refused, " if answer.error else ""
    return f"call {answer.call}: {refused}{answer.cost:,} tokens, {answer.remaining:,} left"
