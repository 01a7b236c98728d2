"""A trace that is being put together: spans whose ends come later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from skillagent.messages import well_formed
from skillagent.tracking import conventions as names
from skillagent.tracking.span import Attributes, Kind, Span, SpanEvent, Value, seeded_id


@dataclass(slots=True)
class OpenSpan:
    """A span that may still change."""

    number: int
    """The number in the record of the event that began it."""
    name: str
    kind: Kind = "internal"
    start: int | None = None
    """None as long as it is not known."""
    end: int | None = None
    attributes: dict[str, Value] = field(default_factory=dict)
    error: str | None = None

    def fail(self, type: str, text: str) -> None:
        """Say why the operation failed.

        Args:
            type: one word, for statistics.
            text: one line, for a person.
        """
        self.attributes[names.ERROR_TYPE] = type
        self.error = text


@dataclass(slots=True)
class OpenTrace:
    """A first span and its parts."""

    root: OpenSpan
    parts: list[OpenSpan] = field(default_factory=list)
    before: list[tuple[str, Attributes]] = field(default_factory=list)
    """Name and attributes of what happened when the first span began."""
    after: list[tuple[str, Attributes]] = field(default_factory=list)
    """The same for what happened when it had ended."""

    def spans(self, seeds: tuple[str, ...], now: int) -> Iterator[Span]:
        """The finished spans; the first one comes first.

        Args:
            seeds: what ids are derived from, with the numbers of events.
            now: the end of spans without one, in nanoseconds since the epoch.
        """
        trace_id = seeded_id(128, *seeds, self.root.number)
        end = now if self.root.end is None else self.root.end
        starts = [part.start for part in self.parts if part.start is not None]
        start = min(starts, default=end) if self.root.start is None else self.root.start
        events = [SpanEvent(name, start, _clean(values)) for name, values in self.before]
        events += [SpanEvent(name, end, _clean(values)) for name, values in self.after]
        # Not the number of its event: the first call of a session begins with the same event.
        root = seeded_id(64, trace_id, 0)
        yield _closed(self.root, trace_id, root, None, start, end, tuple(events))
        for part in self.parts:
            part_end = end if part.end is None else part.end
            part_start = start if part.start is None else part.start
            part_id = seeded_id(64, trace_id, part.number)
            yield _closed(part, trace_id, part_id, root, part_start, max(part_start, part_end))


def _closed(
    span: OpenSpan,
    trace_id: int,
    span_id: int,
    parent: int | None,
    start: int,
    end: int,
    events: tuple[SpanEvent, ...] = (),
) -> Span:
    return Span(
        trace_id,
        span_id,
        parent,
        well_formed(span.name),
        span.kind,
        start,
        end,
        _clean(span.attributes),
        events,
        None if span.error is None else well_formed(span.error),
    )


def _clean(attributes: Attributes) -> dict[str, Value]:
    # A recorded text may have half of a surrogate pair, which no tracker accepts.
    return {name: _well_formed(value) for name, value in attributes.items()}


def _well_formed(value: Value) -> Value:
    if isinstance(value, str):
        return well_formed(value)
    return tuple(map(well_formed, value)) if isinstance(value, tuple) else value
