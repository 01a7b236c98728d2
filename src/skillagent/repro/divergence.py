"""The first event in which two runs differ, named and shown as a diff.

Above: `answers`, `compare`, reports. Below: `runs`, `recording`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest
from typing import Any

from skillagent.digest import canonical_json
from skillagent.errors import UsageError
from skillagent.recording import difference
from skillagent.runs import RunRecord, TraceEvent
from skillagent.runs.model_exchange import ModelRequest
from skillagent.secrets import SCRUBBED

SHOWN_LINES = 40
"""Most lines of a diff."""


class DivergenceKind(StrEnum):
    """What differs first."""

    REQUEST = "request"
    """What the model is asked: system prompt, tools, model, parameters or messages."""
    NODE = "node"
    """A tool result, because the file of a node has changed."""
    RESULT = "tool result"
    """A tool result, although no file of a node in it has changed."""
    REPLY = "reply"
    """What the model answered, or which tools it called."""
    ANSWER = "answer"
    """How the run ended."""
    SESSION = "session"
    """What the user did: questions, budget, undo."""
    TRACE = "trace"
    """The trace is damaged, so that it cannot be compared."""
    CASSETTE = "cassette"
    """The recorded answers do not fit the trace."""
    LENGTH = "length"
    """One run goes on where the other one has ended."""


KINDS = {
    "request": DivergenceKind.REQUEST,
    "instructions": DivergenceKind.REQUEST,
    "reply": DivergenceKind.REPLY,
    "failure": DivergenceKind.REPLY,
    "call": DivergenceKind.REPLY,
    "answer": DivergenceKind.RESULT,
    "end": DivergenceKind.ANSWER,
}
"""Kind of an event → what a difference in it means; everything else is the user's."""


@dataclass(frozen=True, slots=True)
class Divergence:
    """The first difference of two runs."""

    kind: DivergenceKind
    event: int
    """Number of the event, from 1."""
    line: int
    """Its line in the trace of the first run; 0 if it is in no file."""
    what: str
    """One line that names it."""
    details: tuple[str, ...] = ()
    """Lines that show it."""

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind.value,
            "event": self.event,
            "line": self.line,
            "what": self.what,
            "details": list(self.details),
        }


def first_divergence(before: Sequence[TraceEvent], after: Sequence[TraceEvent]) -> int | None:
    """Index of the first event that differs; None if all are equal."""
    for index, (old, new) in enumerate(zip_longest(before, after)):
        if old is None or new is None or old.hashed != new.hashed:
            return index
    return None


def divergence(
    before: Sequence[TraceEvent],
    after: Sequence[TraceEvent],
    requests: Mapping[str, tuple[ModelRequest, ModelRequest]] | None = None,
) -> Divergence | None:
    """The first difference of two runs; None if there is none.

    Args:
        before: events of the first run.
        after: events of the second one.
        requests: digest of a recorded request → it, and the one at the same place in `after`.
    """
    index = first_divergence(before, after)
    if index is None:
        return None
    old = before[index] if index < len(before) else None
    new = after[index] if index < len(after) else None
    turn = sum(event.kind == "request" for event in before[: index + 1])
    if old is None or new is None:
        return _unequal_length(index, old, new)
    pair = (requests or {}).get(str(old.fields.get("digest")))
    return of_events(index, turn, old, new, pair)


def divergence_of_records(before: RunRecord, after: RunRecord) -> Divergence | None:
    """The first difference of two recorded runs; None if there is none.

    Args:
        before: a record.
        after: another one.
    """
    return divergence(before.events, after.events, _requests(before, after))


def _requests(before: RunRecord, after: RunRecord) -> dict[str, tuple[ModelRequest, ModelRequest]]:
    """Digest of a request of the first run → it, and the one at its place in the second run."""
    try:
        exchanges = before.exchanges(), after.exchanges()
    except UsageError:
        return {}  # without a cassette the requests are known by their digests only
    pairs = zip(*exchanges, strict=False)
    return {one.digest: (one.request, other.request) for (_, one), (_, other) in pairs}


def of_events(
    index: int,
    turn: int,
    old: TraceEvent,
    new: TraceEvent,
    pair: tuple[ModelRequest, ModelRequest] | None = None,
) -> Divergence:
    """The difference of two events at the same place.

    Args:
        index: their place, from 0.
        turn: number of requests up to them.
        old: the first run's event.
        new: the second run's.
        pair: both requests, if the events are about one.
    """
    number, line = index + 1, old.line
    if old.kind != new.kind:
        what = f"{_named(old, turn)} in the first run, {_named(new, turn)} in the second"
        details = [f"-{old.hashed[:200]}", f"+{new.hashed[:200]}"]
        kind = KINDS.get(old.kind, DivergenceKind.SESSION)
        return Divergence(kind, number, line, what, tuple(details))
    if old.kind == "request" and pair is not None:
        return _request(number, line, turn, pair)
    if old.kind in ("answer", "instructions"):
        return _result(number, line, old, new)
    kind = KINDS.get(old.kind, DivergenceKind.SESSION)
    names = [
        name
        for name in dict.fromkeys((*old.fields, *new.fields))
        if not _is_same(old.fields.get(name), new.fields.get(name))
    ]
    what = f"{_named(old, turn)} differs in {', '.join(names)}"
    details = [line for name in names for line in _field(name, old, new)]
    return Divergence(kind, number, line, what, _shown(details))


def differs_in_secrets(recorded: str, now: str) -> bool:
    """Whether two texts differ only where a secret was removed from the recorded one."""
    first, *others = recorded.split(SCRUBBED)
    if not others or not now.startswith(first):
        return False
    at, last = len(first), others.pop()
    for piece in others:
        start = now.find(piece, at)
        if start < 0:
            return False
        at = start + len(piece)
    return now.endswith(last) and len(now) - len(last) >= at


def _unequal_length(index: int, old: TraceEvent | None, new: TraceEvent | None) -> Divergence:
    if old is None:
        assert new is not None
        what = f"the first run ends before event {index + 1}, the second goes on: {new.kind}"
    else:
        what = f"the second run ends before event {index + 1}, the first goes on: {old.kind}"
    return Divergence(DivergenceKind.LENGTH, index + 1, old.line if old else 0, what)


def _request(
    number: int, line: int, turn: int, pair: tuple[ModelRequest, ModelRequest]
) -> Divergence:
    was, now = (request.canonical.parts for request in pair)
    blocks = list(difference.differences(was, now))
    named = [block.strip().splitlines()[0].rstrip(":") for block in blocks]
    what = f"request {turn} differs: {'; '.join(named[:4])}"
    details = [line for block in blocks for line in block.splitlines()]
    return Divergence(DivergenceKind.REQUEST, number, line, what, _shown(details))


def _result(number: int, line: int, old: TraceEvent, new: TraceEvent) -> Divergence:
    changed = changed_nodes(old, new)
    is_answer = old.kind == "answer"
    tool = f"the answer to {old.fields.get('id')}" if is_answer else "the system prompt"
    otherwise = DivergenceKind.RESULT if is_answer else DivergenceKind.REQUEST
    if changed:
        names = ", ".join(f"[[{node}]]" for node in changed[:5])
        what = f"{tool}: the file of {names} has changed since it was recorded"
    else:
        what = f"{tool} differs, although no file of a node in it has changed"
    details = [line for name in ("text", "cost", "error") for line in _field(name, old, new)]
    kind = DivergenceKind.NODE if changed else otherwise
    return Divergence(kind, number, line, what, _shown(details))


def changed_nodes(old: TraceEvent, new: TraceEvent) -> tuple[str, ...]:
    """Ids of the nodes that both answers disclose, with other digests, sorted."""
    before, after = _digests(old), _digests(new)
    return tuple(sorted(node for node in before if after.get(node, before[node]) != before[node]))


def _digests(event: TraceEvent) -> dict[str, str]:
    return {item["node"]: item["digest"] for item in event.fields.get("disclosed", ())}


def _named(event: TraceEvent, turn: int) -> str:
    if event.kind in ("request", "reply", "failure"):
        return f"{event.kind} {turn}"
    if event.kind == "call":
        return f"call {event.fields.get('id')} of {event.fields.get('tool')}"
    return f"event {event.kind!r}"


def _field(name: str, old: TraceEvent, new: TraceEvent) -> Iterator[str]:
    was, now = old.fields.get(name), new.fields.get(name)
    if _is_same(was, now):
        return
    if isinstance(was, str) and isinstance(now, str) and "\n" in was + now:
        yield f"  {name}:"
        pair = was.splitlines(), now.splitlines()
        diff = list(difflib.unified_diff(*pair, lineterm="", n=1))[2:]
        yield from (f"    {line[:200]}" for line in diff)
    else:
        yield f"  {name}: {difference.short(was)} → {difference.short(now)}"


def _is_same(was: Any, now: Any) -> bool:
    # Not `==`: for Python, True equals 1.
    return canonical_json(was) == canonical_json(now)


def _shown(lines: list[str]) -> tuple[str, ...]:
    if len(lines) <= SHOWN_LINES:
        return tuple(lines)
    return (*lines[:SHOWN_LINES], f"  … and {len(lines) - SHOWN_LINES} lines more")
