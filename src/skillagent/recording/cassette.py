"""A cassette: a file of recorded exchanges, one readable line of JSON each.

The first line is `{"cassette": 1}`. Every other line is an `Exchange`: a digest, a request and an
answer. What a request and an answer consist of is up to whoever records; secrets were removed
before an exchange comes here.

Above: recorders and replays. Below: `exchange`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, NoReturn

from skillagent.errors import UsageError
from skillagent.files.append import append_line
from skillagent.files.regular import read_regular
from skillagent.recording import strict_json
from skillagent.recording.exchange import STRICT, AnswerT, Exchange, RequestT

if TYPE_CHECKING:
    from pydantic import ConfigDict, TypeAdapter

VERSION = 1


@dataclass(frozen=True, slots=True)
class _Header:
    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    cassette: Literal[1]


class Cassette(Generic[RequestT, AnswerT]):
    """A file of exchanges. Several processes may append to it at once.

    Args:
        path: path of the file.
        form: type of the exchanges, such as `Exchange[HttpRequest, HttpAnswer]`: dataclasses
            that pydantic can validate. A ValueError of their `__post_init__` is reported as a
            broken line.
    """

    def __init__(
        self, path: str | os.PathLike[str], form: type[Exchange[RequestT, AnswerT]]
    ) -> None:
        self.path = os.fspath(path)
        self._form = form

    def read(
        self, *, unfinished: bool = False
    ) -> tuple[tuple[int, Exchange[RequestT, AnswerT]], ...]:
        """All exchanges, each with its line number.

        Args:
            unfinished: whether whoever wrote it may have been killed, so that a last line
                without its end is left out.

        Raises:
            UsageError: the file cannot be read, is not a cassette, or has a broken line.
        """
        try:
            lines = read_regular(self.path).split(b"\n")
        except OSError as error:
            raise UsageError(f"{self.path}: cannot be read: {error.strerror}") from error
        if unfinished:
            lines = lines[:-1]
        if not lines:
            return ()
        self._validated(_Header, lines[0], 1)
        return tuple(self._exchanges(lines[1:]))

    def begin(self) -> None:
        """Prepare the file for `append`: create it, or check the cassette that is there.

        Raises:
            UsageError: the file cannot be written, is not a cassette, or has a broken line.
        """
        try:
            content = read_regular(self.path)
        except FileNotFoundError:
            content = b""
        except OSError as error:
            raise UsageError(f"{self.path}: cannot be read: {error.strerror}") from error
        if content:
            self.read()
        try:
            if not content:
                append_line(self.path, strict_json.line({"cassette": VERSION}))
            elif not content.endswith(b"\n"):
                append_line(self.path, b"\n")
            os.chmod(self.path, 0o600)
        except OSError as error:
            raise UsageError(f"{self.path}: cannot be written: {error.strerror}") from error

    def append(self, exchange: Exchange[RequestT, AnswerT], *, sync: bool = False) -> None:
        """Add a line. It is in the file when this returns, even if the process is then killed.

        Args:
            exchange: request and answer, without secrets.
            sync: whether the line must also survive a power cut.

        Raises:
            OSError: the line cannot be written.
        """
        append_line(self.path, strict_json.line(exchange), sync=sync)

    def _exchanges(self, lines: list[bytes]) -> Iterator[tuple[int, Exchange[RequestT, AnswerT]]]:
        for number, line in enumerate(lines, 2):
            if not line.strip():
                continue
            exchange = self._validated(self._form, line, number)
            digest = exchange.request.canonical.digest
            if exchange.digest != digest:
                self._refuse(number, f"the digest does not fit the request, it would be {digest}")
            yield number, exchange

    def _validated(self, form: Any, line: bytes, number: int) -> Any:
        from pydantic import ValidationError

        try:
            return _adapter(form).validate_python(strict_json.parsed(line))
        except ValidationError as error:
            # Where a value may have several forms, the last error has the reason.
            last = error.errors()[-1]
            place = ".".join(str(part) for part in last["loc"])
            self._refuse(number, f"{place}: {last['msg']}" if place else last["msg"])
        except (ValueError, RecursionError) as error:
            self._refuse(number, f"not JSON: {error}")
        except (KeyError, TypeError, AttributeError) as error:
            # Some values are examined by code that expects the form that recorders write.
            self._refuse(number, f"not an exchange: {error!r}")

    def _refuse(self, number: int, reason: str) -> NoReturn:
        raise UsageError(f"{self.path}:{number}: {reason}") from None


# Made once for each form, because that takes 5 to 10 ms. And pydantic takes longer to import than
# all of `testing`, which is imported for much else.
@cache
def _adapter(form: Any) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter

    return TypeAdapter(form)
