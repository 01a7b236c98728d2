"""A cassette: recorded exchanges with a model API, one readable line of JSON each.

The first line is `{"cassette": 1}`; every other one holds a request, its digest and the answer
with the chunks of its stream. What may be kept of a request's headers is listed here, and
nothing else is: what tells a person or a machine never reaches the file. Secrets are taken out
of everything before it comes here.

Above: `record`, which writes it, and `replay`, which answers from it. Below: `digest`.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NoReturn, TypeAlias

from skillagent.digest import canonical_json, sha256
from skillagent.errors import UsageError
from skillagent.testing.wire.events import api_of

if TYPE_CHECKING:
    from pydantic import ConfigDict, TypeAdapter

VERSION = 1
KEPT_HEADERS = ("anthropic-beta", "anthropic-version", "content-type", "openai-beta")
"""All that is written of a request's headers."""

_STRICT: ConfigDict = {"extra": "forbid"}


@dataclass(frozen=True, slots=True)
class Binary:
    """A chunk that is no text: a stream may be split inside a character."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    base64: str

    def __post_init__(self) -> None:
        try:
            base64.b64decode(self.base64, validate=True)
        except binascii.Error as error:
            raise ValueError(f"no base64: {error}") from error


Chunk: TypeAlias = str | Binary


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, as far as it is kept."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    method: str
    path: str
    """Without the query, in which some APIs take keys."""
    headers: Mapping[str, str]
    body: Any
    """JSON; None where there was none."""

    @property
    def kind(self) -> str:
        """The API that was asked, independent of where it is mounted."""
        return kind_of(self.method, self.path)


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that ended properly."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    status: int
    """Of HTTP, 200 to 299."""
    content_type: str
    chunks: tuple[Chunk, ...]
    """Of a stream as they came; else one."""

    def __post_init__(self) -> None:
        if not 200 <= self.status < 300:
            raise ValueError(f"status {self.status} is no success")
        if not (self.content_type.isascii() and self.content_type.isprintable()):
            raise ValueError(f"{self.content_type!r} is no content type")

    @property
    def data(self) -> tuple[bytes, ...]:
        """The chunks as bytes, without empty ones."""
        parts = (
            base64.b64decode(chunk.base64) if isinstance(chunk, Binary) else _bytes(chunk)
            for chunk in self.chunks
        )
        return tuple(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT
    digest: str
    """Of the request: see `digest_of`."""
    request: Asked
    answer: Answered


@dataclass(frozen=True, slots=True)
class _Header:
    cassette: Literal[1]


@cache
def _forms() -> Mapping[str, TypeAdapter[Any]]:
    # pydantic takes longer to import than all of `testing`, which is imported for much else.
    from pydantic import TypeAdapter

    return {"header": TypeAdapter(_Header), "exchange": TypeAdapter(Exchange)}


def kind_of(method: str, path: str) -> str:
    """The name of an API; the request line where the API is unknown."""
    return api_of(path) or f"{method} {path}"


def digest_of(kind: str, body: Any) -> str:
    """The digest by which requests are matched: of the API and the body, not of the address.

    Args:
        kind: see `kind_of`.
        body: JSON.

    Raises:
        ValueError: the body holds NaN or an infinity.
        TypeError: the body is no JSON.
    """
    return sha256(canonical_json([kind, body]))


def exchange(
    method: str,
    path: str,
    headers: Mapping[str, str],
    body: Any,
    answer: tuple[int, str, Iterable[bytes]],
) -> Exchange:
    """What is kept of an exchange.

    Args:
        method: of the request.
        path: without the query and without secrets.
        headers: of the request, by lower-case names; most are left out.
        body: of the request, with nothing in it that must stay secret.
        answer: status, content type and chunks, likewise.

    Raises:
        ValueError, TypeError: the body is no JSON.
    """
    kept = {name: headers[name] for name in KEPT_HEADERS if name in headers}
    status, content_type, chunks = answer
    return Exchange(
        digest_of(kind_of(method, path), body),
        Asked(method, path, kept, body),
        Answered(status, content_type, tuple(_chunk(data) for data in chunks if data)),
    )


def read(path: str | os.PathLike[str]) -> tuple[tuple[int, Exchange], ...]:
    """The exchanges of a cassette, each with the number of its line.

    Raises:
        UsageError: the file cannot be read, is no cassette, or has a broken line.
    """
    try:
        with open(path, "rb") as file:
            lines = file.read().split(b"\n")
    except OSError as error:
        raise UsageError(f"{os.fspath(path)}: cannot be read: {error.strerror}") from error
    _parsed("header", lines[0], path, 1)
    return tuple(
        (number, _one(line, path, number))
        for number, line in enumerate(lines[1:], 2)
        if line.strip()
    )


def begin(path: str | os.PathLike[str]) -> None:
    """Make a file ready for `append`: a new one, or a cassette to which more is added.

    Raises:
        UsageError: it cannot be written, is no cassette, or has a broken line.
    """
    try:
        with open(path, "rb") as file:
            there = file.read()
    except FileNotFoundError:
        there = b""
    except OSError as error:
        raise UsageError(f"{os.fspath(path)}: cannot be read: {error.strerror}") from error
    if there:
        read(path)
    try:
        if not there:
            _write(path, _line({"cassette": VERSION}))
        elif not there.endswith(b"\n"):
            _write(path, b"\n")
        os.chmod(path, 0o600)
    except OSError as error:
        raise UsageError(f"{os.fspath(path)}: cannot be written: {error.strerror}") from error


def append(path: str | os.PathLike[str], made: Exchange) -> None:
    """Add a line; it is in the file when this returns, whatever happens to the process then.

    Raises:
        OSError: it cannot be written.
    """
    _write(path, _line(asdict(made)))


def _write(path: str | os.PathLike[str], data: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        end = os.fstat(handle).st_size
        # One call, so that two that append never mix their lines.
        if os.write(handle, data) != len(data):
            os.ftruncate(handle, end)
            raise OSError("the disk is full")
    finally:
        os.close(handle)


def _line(value: Mapping[str, Any]) -> bytes:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    # Half a surrogate pair has no UTF-8; what replaces it is its escape in JSON.
    return text.encode("utf-8", "backslashreplace") + b"\n"


def _one(line: bytes, path: str | os.PathLike[str], number: int) -> Exchange:
    found: Exchange = _parsed("exchange", line, path, number)
    wanted = digest_of(found.request.kind, found.request.body)
    if found.digest != wanted:
        _broken(path, number, f"the digest does not fit the request, it would be {wanted}")
    return found


def _parsed(form: str, line: bytes, path: str | os.PathLike[str], number: int) -> Any:
    from pydantic import ValidationError

    try:
        return _forms()[form].validate_python(parsed(line))
    except ValidationError as error:
        # Of several forms that a chunk may have, the last one has the reason.
        last = error.errors()[-1]
        place = ".".join(str(part) for part in last["loc"])
        _broken(path, number, f"{place}: {last['msg']}" if place else last["msg"])
    except (ValueError, RecursionError) as error:
        _broken(path, number, f"no JSON: {error}")


def parsed(data: bytes) -> Any:
    """JSON as the standard has it.

    Raises:
        ValueError: it is none, or holds NaN or an infinity.
    """
    return json.loads(data, parse_constant=_refused)


def _refused(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _broken(path: str | os.PathLike[str], number: int, reason: str) -> NoReturn:
    raise UsageError(f"{os.fspath(path)}:{number}: {reason}") from None


def _chunk(data: bytes) -> Chunk:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return Binary(base64.b64encode(data).decode())


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
