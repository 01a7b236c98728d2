"""Typed values out of the bytes of a fuzzer.

Atheris has a class for that, but the inputs that are kept must mean the same where it is not
installed. Bytes are taken from the front, so that a change of one byte changes one value.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
MAX_TEXT = 40
"""Most bytes of one free text."""


class Choices:
    """Takes values from bytes; when none are left, every number is 0.

    Args:
        data: the input of a fuzzer.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def __bool__(self) -> bool:
        """Whether bytes are left."""
        return self._at < len(self._data)

    def number(self, count: int) -> int:
        """A number from 0 to `count - 1`, of one byte."""
        if self._at >= len(self._data):
            return 0
        self._at += 1
        return self._data[self._at - 1] % count

    def of(self, options: Sequence[T]) -> T:
        """One of some values."""
        return options[self.number(len(options))]

    def text(self) -> str:
        """A free text: the bytes up to the next zero byte, at most `MAX_TEXT`."""
        end = self._data.find(b"\0", self._at, self._at + MAX_TEXT)
        end = min(len(self._data), self._at + MAX_TEXT) if end < 0 else end
        data, self._at = self._data[self._at : end], end + 1
        return data.decode("utf-8", "surrogateescape")

    def rest(self) -> bytes:
        """All bytes that are left."""
        data, self._at = self._data[self._at :], len(self._data)
        return data
