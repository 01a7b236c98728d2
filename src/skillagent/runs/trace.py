"""A trace: what happened in a run, as events in their order, and the digest of them.

Every line of `trace.jsonl` is one event. Its field `observed` has what differs between two equal
runs (times, ids, usage); all other fields are hashed. The kinds:

| event | when | hashed fields |
|---|---|---|
| `resumed` | the session had begun before | `calls`, `messages` |
| `model` | a question goes to another model than the one before | `model`, `parameters` |
| `budget` | the total was changed | `total` |
| `question` | the user asked | `text` |
| `instructions` | the system prompt was made | `text`, `cost`, `disclosed` |
| `request` | before a request | `turn`, `digest` |
| `reply` | after a complete reply | `turn`, `stop`, `parts` |
| `failure` | a request got no complete reply | `turn`, `error`, `status`, `interrupted` |
| `call` | before a tool call | `id`, `tool`, `arguments`, `asked` if it is no tool call |
| `answer` | after it | `id`, `call`, `text`, `cost`, `remaining`, `error`, `disclosed` |
| `end` | the run ended | `reason`, `text` |
| `undo` | the last question was taken back | |
| `graph` | the graph's files changed, and the session goes on with them | `root` |

`asked` of a `call` is what a host asked a server for without calling a tool; see
`disclosure.served_call`.

Above: `recorder`, and replays, which compare events. Below: `canonical`, `disclosure`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from skillagent.digest import canonical_json
from skillagent.disclosure import Answer, Disclosed, LedgerEntry
from skillagent.disclosure.served_call import Asked
from skillagent.messages import Reply, ToolCall
from skillagent.runs.canonical import CanonicalMessages
from skillagent.secrets import Scrubber

OBSERVED = "observed"


@dataclass(frozen=True, slots=True)
class TraceEvent:
    """One event."""

    kind: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    """JSON values without floats and without secrets."""
    observed: Mapping[str, Any] = field(default_factory=dict)
    """What differs between two equal runs; never hashed."""
    line: int = 0
    """Its line in `trace.jsonl`, from 1; 0 for an event that was not read from a file."""

    @property
    def hashed(self) -> str:
        """The canonical text of what is hashed."""
        return canonical_json({"event": self.kind, **self.fields})

    @property
    def hashed_line(self) -> bytes:
        """What of it goes into the digest of a run: the canonical text, with a line end."""
        return self.hashed.encode("utf-8", "backslashreplace") + b"\n"

    def to_json(self) -> dict[str, Any]:
        observed = {OBSERVED: dict(self.observed)} if self.observed else {}
        return {"event": self.kind, **self.fields, **observed}

    @classmethod
    def from_json(cls, values: Mapping[str, Any], line: int = 0) -> TraceEvent:
        """An event from the values of its line.

        Raises:
            ValueError: it has no kind, or `observed` is no object.
        """
        fields = dict(values)
        kind, observed = fields.pop("event", None), fields.pop(OBSERVED, {})
        if not isinstance(kind, str) or not isinstance(observed, dict):
            raise ValueError("no event")
        return cls(kind, fields, observed, line)


def run_digest(events: Iterable[TraceEvent]) -> str:
    """SHA-256 of the canonical texts of all events, each with a line end."""
    total = hashlib.sha256()
    for event in events:
        total.update(event.hashed_line)
    return "sha256:" + total.hexdigest()


def disclosed_form(disclosed: Iterable[Disclosed]) -> list[dict[str, str]]:
    """What an answer disclosed, as JSON values."""
    return [{**asdict(item), "level": item.level.value} for item in disclosed]


class TraceBuilder:
    """Turns what happens in a run into events.

    Args:
        emit: receives each event.
        scrubber: removes secrets.
        messages: canonical messages of the same run, which number its calls.
    """

    def __init__(
        self, emit: Callable[[TraceEvent], None], scrubber: Scrubber, messages: CanonicalMessages
    ) -> None:
        self._emit = emit
        self._clean = scrubber.value
        self._messages = messages
        self._turn = 0

    def event(self, kind: str, observed: Mapping[str, Any] | None = None, **fields: Any) -> None:
        """Emit an event whose fields need no conversion."""
        self._emit(TraceEvent(kind, self._clean(fields), observed or {}))

    def question(self, text: str) -> None:
        self._turn = 0
        self.event("question", text=text)

    def instructions(self, text: str, entry: LedgerEntry) -> None:
        disclosed = disclosed_form(entry.disclosed)
        self.event("instructions", text=text, cost=entry.cost, disclosed=disclosed)

    def request(self, digest: str) -> None:
        self._turn += 1
        self._emit(TraceEvent("request", {"turn": self._turn, "digest": digest}))

    def reply(self, reply: Reply, observed: Mapping[str, Any]) -> None:
        # Its parts are clean and free of floats already.
        parts = [self._messages.part(part) for part in reply.message.parts]
        fields = {"turn": self._turn, "stop": reply.stop.value, "parts": parts}
        self._emit(TraceEvent("reply", fields, observed))

    def failure(self, error: str, status: int | None, *, interrupted: bool) -> None:
        self.event("failure", turn=self._turn, error=error, status=status, interrupted=interrupted)

    def call(self, call: ToolCall, asked: Asked = Asked.TOOL) -> None:
        form = self._messages.part(call)
        fields = {"id": form["id"], "tool": form["name"], "arguments": form["arguments"]}
        if asked:
            fields["asked"] = asked.value
        self._emit(TraceEvent("call", fields))

    def answer(self, call: ToolCall, answer: Answer, observed: Mapping[str, Any]) -> None:
        self.event(
            "answer",
            observed,
            id=self._messages.call_id(call.id),
            call=answer.call,
            text=answer.text,
            cost=answer.cost,
            remaining=answer.remaining,
            error=answer.error,
            disclosed=disclosed_form(answer.disclosed),
        )

    def end(self, reason: str, text: str) -> None:
        self.event("end", reason=reason, text=text)
