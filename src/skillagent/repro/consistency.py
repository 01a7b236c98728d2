"""Compares the trace of a record with its cassette: every request has its exchange, in order.

Above: `answers`, `verify`. Below: `runs`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from skillagent.errors import UsageError
from skillagent.runs import RunRecord, TraceEvent
from skillagent.runs.canonical import CanonicalMessages
from skillagent.runs.model_exchange import ModelExchange, RecordedFailure
from skillagent.runs.recorder import CASSETTE, TRACE
from skillagent.secrets import Scrubber


def cassette_faults(record: RunRecord) -> tuple[str, ...]:
    """What does not fit between trace and cassette, one line each, in the trace's order.

    The last request of an incomplete record may have no exchange: the process ended before.
    """
    try:
        exchanges = record.exchanges()
    except UsageError as error:
        return (str(error),)
    return tuple(_faults(record, [exchange for _, exchange in exchanges]))


def _faults(record: RunRecord, exchanges: Sequence[ModelExchange]) -> Iterator[str]:
    events = record.events
    asked = [event for event in events if event.kind == "request"]
    if events and events[-1].kind == "request" and len(exchanges) == len(asked) - 1:
        asked = asked[:-1]
    digests = [str(event.fields.get("digest")) for event in asked]
    recorded = [exchange.digest for exchange in exchanges]
    if digests != recorded:
        yield from _order(asked, digests, recorded)
        return
    answered = [event for event in events if event.kind in ("reply", "failure")]
    messages = CanonicalMessages(Scrubber())
    for number, (event, exchange) in enumerate(zip(answered, exchanges, strict=False), 1):
        if not _is_same_answer(event, exchange, messages):
            yield f"{TRACE}:{event.line}: reply {number} is not the one in {CASSETTE}"
    if len(answered) != len(exchanges) and record.is_complete:
        yield f"{TRACE}: {len(answered)} replies, but {len(exchanges)} exchanges in {CASSETTE}"


def _order(
    asked: Sequence[TraceEvent], digests: Sequence[str], recorded: Sequence[str]
) -> Iterator[str]:
    missing = [
        f"{CASSETTE}: the exchange of request {number} ({TRACE}:{event.line}) is missing"
        for number, (event, digest) in enumerate(zip(asked, digests, strict=True), 1)
        if digest not in recorded
    ]
    more = [
        f"{CASSETTE}: exchange {number} belongs to no request of the trace"
        for number, digest in enumerate(recorded, 1)
        if digest not in digests
    ]
    yield from missing
    yield from more
    if missing or more:
        return
    for number, (wanted, given) in enumerate(zip(digests, recorded, strict=False), 1):
        if wanted != given:
            place = digests.index(given) + 1
            yield (f"{CASSETTE}: exchange {number} is out of order: it belongs to request {place}")
            return
    yield f"{CASSETTE}: {len(recorded)} exchanges for {len(digests)} requests"


def _is_same_answer(
    event: TraceEvent, exchange: ModelExchange, messages: CanonicalMessages
) -> bool:
    answer = exchange.answer
    if isinstance(answer, RecordedFailure):
        return event.kind == "failure" and (
            event.fields.get("error"),
            event.fields.get("status"),
            event.fields.get("interrupted"),
        ) == (answer.failure, answer.status, answer.interrupted)
    parts = [messages.part(part) for part in answer.reply.message.parts]
    recorded = event.fields.get("stop"), _without_ids(event.fields.get("parts", ()))
    return event.kind == "reply" and recorded == (answer.stop.value, _without_ids(parts))


def _without_ids(parts: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    # The numbers of calls go on from those of an earlier conversation; a replay compares them.
    return [{name: value for name, value in part.items() if name != "id"} for part in parts]
