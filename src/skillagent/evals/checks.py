"""Checks of an answer's text, without a judge: contained words, patterns, numbers, a function.

Above: `suite`, `running`. A model as judge is in `judge`.
"""

from __future__ import annotations

import importlib
import math
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import regex

from skillagent.errors import UsageError

PATTERN_SECONDS = 2.0
"""Longest time to search for a pattern, in seconds: one can be written that never ends."""
_NUMBER = regex.compile(r"[-+−]?(?:\d{1,3}(?:[,_  ]\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d+)?")


class Check(Protocol):
    """What an answer must fulfil."""

    def __str__(self) -> str:
        """The check in words, for reports."""
        ...

    def holds(self, answer: str) -> bool:
        """Whether an answer fulfils it.

        Raises:
            UsageError: the check cannot be carried out.
        """
        ...


@dataclass(frozen=True, slots=True)
class Contains:
    """The answer contains a text; case, width of characters and whitespace do not matter."""

    text: str

    def __str__(self) -> str:
        return f"contains {self.text!r}"

    def holds(self, answer: str) -> bool:
        return _folded(self.text) in _folded(answer)


@dataclass(frozen=True, slots=True)
class Exact:
    """The answer is this text; case and whitespace do not matter."""

    text: str

    def __str__(self) -> str:
        return f"is {self.text!r}"

    def holds(self, answer: str) -> bool:
        return _folded(self.text) == _folded(answer)


@dataclass(frozen=True, slots=True)
class Matches:
    """A regular expression is found in the answer."""

    pattern: str

    def __str__(self) -> str:
        return f"matches /{self.pattern}/"

    def holds(self, answer: str) -> bool:
        try:
            return regex.search(self.pattern, answer, timeout=PATTERN_SECONDS) is not None
        except TimeoutError:
            raise UsageError(f"the pattern {self.pattern!r} takes too long: simplify it") from None


@dataclass(frozen=True, slots=True)
class Numeric:
    """A number in the answer is close enough to a value."""

    value: float
    tolerance: float = 0.0
    """Largest distance that is still right."""

    def __str__(self) -> str:
        return f"has the number {self.value:g}" + (f" ± {self.tolerance:g}" * bool(self.tolerance))

    def holds(self, answer: str) -> bool:
        # The bounds are widened by rounding: 0.3 ± 0.1 has 0.4.
        return any(
            abs(number - self.value) <= self.tolerance
            or math.isclose(abs(number - self.value), self.tolerance, rel_tol=1e-9)
            for number in _numbers(answer)
        )


@dataclass(frozen=True, slots=True)
class Python:
    """A function of the user's decides: `module:name`, called with the answer."""

    name: str

    def __str__(self) -> str:
        return f"{self.name} returns true"

    def holds(self, answer: str) -> bool:
        function = imported(self.name)
        try:
            return bool(function(answer))
        except Exception as error:
            raise UsageError(f"the check {self.name} failed: {error!r}") from error


@dataclass(frozen=True, slots=True)
class Judged:
    """A model decides by a rubric; see `judge`. It cannot be carried out without one."""

    rubric: str

    def __str__(self) -> str:
        return f"judged: {self.rubric}"

    def holds(self, answer: str) -> bool:  # noqa: ARG002  # checks have one shape
        raise UsageError("a rubric needs a model: name it with --judge, or as `judge` in the suite")


def imported(name: str) -> Callable[..., object]:
    """A function of the user's.

    Args:
        name: `module:name`; the module is looked up as Python does.

    Raises:
        UsageError: there is no such function.
    """
    module_name, colon, attribute = name.partition(":")
    if not colon:
        raise UsageError(f"{name!r} is no function: write module:name")
    try:
        target: object = importlib.import_module(module_name)
        for part in attribute.split("."):
            target = getattr(target, part)
    except Exception as error:
        # A module of the user's may raise anything while it is imported.
        raise UsageError(f"{name}: cannot be imported: {error}") from error
    if not callable(target):
        raise UsageError(f"{name} is no function")
    return target


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _numbers(text: str) -> list[float]:
    cleaned = (regex.sub(r"[,_  ]", "", number) for number in _NUMBER.findall(text))
    return [float(number.replace("−", "-")) for number in cleaned]
