"""What all three wire formats share: an answer as bytes and events, ids from the seed."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from typing import Any, Protocol, TypeAlias

from skillagent.messages import Usage
from skillagent.recording.strict_json import dumped
from skillagent.testing.script import Turn


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing is sent for some seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Drop:
    """The connection breaks here."""


@dataclass(frozen=True, slots=True)
class Stall:
    """Nothing more is sent, and the connection stays open."""


WireStep: TypeAlias = bytes | Pause | Drop | Stall


@dataclass(frozen=True, slots=True)
class WireAnswer:
    """An HTTP answer, step by step. A `Drop` or `Stall` that comes first is before its head."""

    status: int
    headers: tuple[tuple[str, str], ...]
    steps: tuple[WireStep, ...]
    rest: Generator[WireStep] | None = None
    """Steps that are only made while they are sent, once; None where all are known."""

    @property
    def body(self) -> bytes:
        """All bytes of its known steps."""
        return b"".join(step for step in self.steps if isinstance(step, bytes))

    def send(self) -> Iterator[WireStep]:
        """Every step, for whoever sends them."""
        return iter(self.steps) if self.rest is None else chain(self.steps, self.rest)

    def close(self) -> None:
        """Nobody wants what is left of it."""
        if self.rest is not None:
            # A client that is cancelled leaves a thread inside the generator: it ends there.
            with suppress(ValueError):
                self.rest.close()


class Responder(Protocol):
    """Whatever answers requests, in process or behind a server."""

    def respond(self, path: str, headers: Mapping[str, str], raw: bytes) -> WireAnswer:
        """WireAnswer a request; see `MockLLM.respond`.

        Args:
            path: of its address, without the query.
            headers: of the request; `METHOD` and `TARGET` are among them.
            raw: its body.
        """
        ...


METHOD, TARGET = ":method", ":path"
"""Where `headers` have the method and the path with its query: their names in HTTP/2."""

_PATHS = (
    ("/messages/count_tokens", "count_tokens"),
    ("/messages", "messages"),
    ("/chat/completions", "chat"),
    ("/responses/input_tokens", "input_tokens"),
    ("/responses", "responses"),
    ("/models", "models"),
)


def api_of(path: str) -> str:
    """The API that a path belongs to, wherever it is mounted; empty for none that is known."""
    return next((api for end, api in _PATHS if path.rstrip("/").endswith(end)), "")


@dataclass(frozen=True, slots=True)
class Frame:
    """One event of a stream."""

    data: bytes
    piece: bool = False
    """True for a piece of the answer itself: faults count these."""


@dataclass(frozen=True, slots=True)
class WireTurn:
    """A turn with all that the wire needs and the script does not say."""

    turn: Turn
    number: int
    """Of the answer, from 1."""
    seed: int
    model: str
    usage: Usage

    def id(self, prefix: str, part: int = 0) -> str:
        """An id that depends on nothing but the seed and the place in the script."""
        return f"{prefix}{self.seed:08x}{self.number:06x}{part:04x}"

    def call_id(self, prefix: str, at: int) -> str:
        return self.turn.calls[at].id or self.id(prefix, at + 1)

    @property
    def created(self) -> int:
        """A time stamp in seconds, from the seed: later answers have later ones."""
        return 1_700_000_000 + self.seed % 1_000_000 + self.number

    def pieces(self, text: str) -> Iterator[str]:
        size = max(1, self.turn.chunk)
        for start in range(0, len(text), size):
            yield text[start : start + size]


def event(data: Any, name: str = "", *, piece: bool = False) -> Frame:
    """A server-sent event."""
    head = f"event: {name}\n".encode() if name else b""
    return Frame(head + b"data: " + dumped(data) + b"\n\n", piece)
