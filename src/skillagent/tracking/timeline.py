"""When things happened in a run, as far as its record tells.

A record has the time of its start, of every reply, and of the moment its manifest was written; of
replies and tool calls it has how long they took. Everything else is placed between these: a call
begins where the event before it ended, and a request without a reply lasts until its question ends.

All times are nanoseconds since the epoch.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

from skillagent.runs import RunRecord, TraceEvent

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Timeline:
    """Follows the events of a record; never goes back.

    Args:
        record: the record.
    """

    def __init__(self, record: RunRecord) -> None:
        observed = record.manifest.observed
        self.now = _nanoseconds_at(observed.get("started")) or 0
        """Where the last event ended."""
        self._written = _nanoseconds_at(observed.get("written"))
        self._last = record.manifest.events

    def period(self, event: TraceEvent) -> tuple[int, int]:
        """Start and end of what an event completes: a reply, or the answer to a call."""
        at = _nanoseconds_at(event.observed.get("at"))
        length = _nanoseconds(event.observed.get("seconds"))
        end = self.now + length if at is None else at
        # `at` has milliseconds only, so the difference may lie before the event it follows.
        start = max(end - length, self.now)
        self.now = max(start, end)
        return start, self.now

    def moment(self, event: TraceEvent, number: int) -> int:
        """The time of any other event.

        Args:
            event: the event.
            number: its number in the record, from 1.
        """
        at = _nanoseconds_at(event.observed.get("at"))
        if at is None and number == self._last:
            # The manifest was written right after it.
            at = self._written
        self.now = max(self.now, at or 0)
        return self.now

    def closed(self) -> int:
        """The end of a session that has no last event: when its manifest was written."""
        self.now = max(self.now, self._written or 0)
        return self.now


def _nanoseconds_at(value: Any) -> int | None:
    """A time as ISO 8601, or None if the value is none."""
    try:
        time = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    aware = time if time.tzinfo else time.replace(tzinfo=UTC)
    return max(0, (aware - _EPOCH) // timedelta(microseconds=1) * 1000)


def _nanoseconds(seconds: Any) -> int:
    """A length in seconds; 0 if the value is none."""
    if not isinstance(seconds, int | float) or not math.isfinite(seconds):
        return 0
    return max(0, round(seconds * 1_000_000) * 1000)
