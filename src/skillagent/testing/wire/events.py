"""What the three wire formats share: answers as steps, stream events, ids from the seed."""

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
    """Sends nothing for some seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Drop:
    """Breaks the connection."""


@dataclass(frozen=True, slots=True)
class Stall:
    """Sends nothing more, and leaves the connection open."""


WireStep: TypeAlias = bytes | Pause | Drop | Stall


@dataclass(frozen=True, slots=True)
class WireAnswer:
    """An HTTP answer, step by step. If the first step is a fault, it comes before the headers."""

    status: int
    headers: tuple[tuple[str, str], ...]
    steps: tuple[WireStep, ...]
    rest: Generator[WireStep] | None = None
    """More steps, produced once while they are sent; None if there are no others."""

    @property
    def body(self) -> bytes:
        """All bytes of `steps`."""
        return b"".join(step for step in self.steps if isinstance(step, bytes))

    def send(self) -> Iterator[WireStep]:
        """Every step, in the order of sending."""
        return iter(self.steps) if self.rest is None else chain(self.steps, self.rest)

    def close(self) -> None:
        """Stop producing steps: the client is gone."""
        if self.rest is not None:
            # After a cancellation a thread may still run in the generator; it ends by itself.
            with suppress(ValueError):
                self.rest.close()


class Responder(Protocol):
    """Answers requests, in process or behind a server."""

    def respond(self, path: str, headers: Mapping[str, str], raw: bytes) -> WireAnswer:
        """WireAnswer a request; see `MockLLM.respond`.

        Args:
            path: path of the URL, without the query.
            headers: headers of the request, with `METHOD` and `TARGET` among them.
            raw: body of the request.
        """
        ...


METHOD, TARGET = ":method", ":path"
"""Keys in `headers` of the method and of the path with its query: their names in HTTP/2."""

_PATHS = (
    ("/messages/count_tokens", "count_tokens"),
    ("/messages", "messages"),
    ("/chat/completions", "chat"),
    ("/responses/input_tokens", "input_tokens"),
    ("/responses", "responses"),
    ("/models", "models"),
)


def api_of(path: str) -> str:
    """The API that a path belongs to, wherever it is mounted; empty if it is unknown."""
    return next((api for end, api in _PATHS if path.rstrip("/").endswith(end)), "")


@dataclass(frozen=True, slots=True)
class Frame:
    """One event of a stream."""

    data: bytes
    piece: bool = False
    """True for a piece of the answer's text or arguments: faults count these."""


@dataclass(frozen=True, slots=True)
class WireTurn:
    """A turn with everything that an answer needs and a script does not contain."""

    turn: Turn
    number: int
    """Number of the answer, from 1."""
    seed: int
    model: str
    usage: Usage

    def id(self, prefix: str, part: int = 0) -> str:
        """An id that depends only on the seed and the place in the script."""
        return f"{prefix}{self.seed:08x}{self.number:06x}{part:04x}"

    def call_id(self, prefix: str, at: int) -> str:
        return self.turn.calls[at].id or self.id(prefix, at + 1)

    @property
    def created(self) -> int:
        """A time stamp in seconds that follows from the seed; later answers have later ones."""
        return 1_700_000_000 + self.seed % 1_000_000 + self.number

    def pieces(self, text: str) -> Iterator[str]:
        size = max(1, self.turn.chunk)
        for start in range(0, len(text), size):
            yield text[start : start + size]


def event(data: Any, name: str = "", *, piece: bool = False) -> Frame:
    """A server-sent event."""
    head = f"event: {name}\n".encode() if name else b""
    return Frame(head + b"data: " + dumped(data) + b"\n\n", piece)
