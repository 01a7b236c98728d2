"""HTTP exchanges with a model API, as `recording` keeps them in a cassette.

`KEPT_HEADERS` lists all that is written of a request's headers. Everything else could name a
person or a machine, so it never reaches the file.

Above: `record` and `replay`. Below: `recording`.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from skillagent.recording import CanonicalRequest, Cassette, Exchange
from skillagent.recording.exchange import STRICT
from skillagent.testing.wire.events import api_of

if TYPE_CHECKING:
    from pydantic import ConfigDict

KEPT_HEADERS = ("anthropic-beta", "anthropic-version", "content-type", "openai-beta")
"""Names of the request headers that are recorded."""


@dataclass(frozen=True, slots=True)
class Binary:
    """A chunk that is not text: a stream may be split inside a character."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    base64: str

    def __post_init__(self) -> None:
        try:
            base64.b64decode(self.base64, validate=True)
        except binascii.Error as error:
            raise ValueError(f"not base64: {error}") from error


Chunk: TypeAlias = str | Binary


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """What is recorded of a request."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    method: str
    path: str
    """Without the query, in which some APIs take keys."""
    headers: Mapping[str, str]
    body: Any
    """JSON; None for a request without a body."""

    @property
    def canonical(self) -> CanonicalRequest:
        """What of it is matched: the API and the body, not the address."""
        return CanonicalRequest(kind_of(self.method, self.path), self.body)


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """A complete answer."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    status: int
    """HTTP status, 200 to 299."""
    content_type: str
    chunks: tuple[Chunk, ...]
    """The chunks of a stream as they came; otherwise one chunk."""

    def __post_init__(self) -> None:
        if not 200 <= self.status < 300:
            raise ValueError(f"status {self.status} is not a success")
        if not (self.content_type.isascii() and self.content_type.isprintable()):
            raise ValueError(f"{self.content_type!r} is not a content type")

    @property
    def data(self) -> tuple[bytes, ...]:
        """The chunks as bytes, without empty ones."""
        chunks = (
            base64.b64decode(chunk.base64) if isinstance(chunk, Binary) else _encoded(chunk)
            for chunk in self.chunks
        )
        return tuple(data for data in chunks if data)


HttpExchange: TypeAlias = Exchange[HttpRequest, HttpAnswer]


def http_cassette(path: str | os.PathLike[str]) -> Cassette[HttpRequest, HttpAnswer]:
    """A cassette of HTTP exchanges.

    Args:
        path: path of the file.
    """
    return Cassette(path, Exchange[HttpRequest, HttpAnswer])


def kind_of(method: str, path: str) -> str:
    """The name of the API, wherever it is mounted; the request line if the API is unknown."""
    return api_of(path) or f"{method} {path}"


def http_request(method: str, path: str, headers: Mapping[str, str], body: Any) -> HttpRequest:
    """What is recorded of a request.

    Args:
        method: HTTP method.
        path: path without the query and without secrets.
        headers: headers by lower-case names; only `KEPT_HEADERS` are kept.
        body: JSON without secrets.
    """
    kept = {name: headers[name] for name in KEPT_HEADERS if name in headers}
    return HttpRequest(method, path, kept, body)


def http_answer(status: int, content_type: str, chunks: Iterable[bytes]) -> HttpAnswer:
    """What is recorded of an answer.

    Args:
        status: HTTP status.
        content_type: value of the header.
        chunks: body without secrets, as it came.

    Raises:
        ValueError: the status is not a success, or the content type is not printable ASCII.
    """
    return HttpAnswer(status, content_type, tuple(_chunk(data) for data in chunks if data))


def _chunk(data: bytes) -> Chunk:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return Binary(base64.b64encode(data).decode())


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
