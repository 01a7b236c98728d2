"""Checks of an answer's text, without a judge: contained words, patterns, numbers, a function.

Above: `suite`, `running`. A model as judge is in `judge`.
"""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass
from typing import Protocol

import regex

from skillagent.errors import UsageError
from skillagent.evals.functions import imported

PATTERN_SECONDS = 2.0
"""Longest time to search for a pattern, in seconds: one can be written that never ends."""
_BETWEEN = r"[,_\u00a0\u2009\u202f]"
"""What may separate groups of three digits."""
_NUMBER = regex.compile(
    rf"(?<![\w.])[-+−]?(?:\d{{1,3}}(?:{_BETWEEN}\d{{3}})+(?!\d)|\d+)(?:\.\d+)?(?:[eE][-+]?\d+)?"
    r"|(?<![\w.])[-+−]?\.\d+(?:[eE][-+]?\d+)?"
)
LONGEST_PATTERN = 2_000
"""Most characters of a pattern."""
MOST_REPEATS = 100_000
"""Most repeats of all counts in a pattern together: more of them fill the memory."""


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
        except (TimeoutError, MemoryError, RecursionError):
            shown = self.pattern[:80]
            raise UsageError(f"the pattern {shown!r} takes too long: simplify it") from None


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


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _numbers(text: str) -> list[float]:
    cleaned = (regex.sub(_BETWEEN, "", number) for number in _NUMBER.findall(text))
    return [float(number.replace("−", "-")) for number in cleaned]


def refuse_pattern(pattern: str) -> None:
    """Refuse what is no regular expression, or one that would take too long.

    Raises:
        ValueError: the reason, in words.
    """
    repeats = math.prod(
        max(map(int, filter(None, counts.split(","))), default=1) or 1
        for counts in regex.findall(r"\{(\d{1,9}(?:,\d{0,9})?|,\d{1,9})\}", pattern)
    )
    if len(pattern) > LONGEST_PATTERN or repeats > MOST_REPEATS:
        raise ValueError("the pattern is too long, or repeats too often")
    try:
        regex.compile(pattern)
    except (regex.error, RecursionError, MemoryError, OverflowError) as error:
        raise ValueError(f"no regular expression: {error}") from None
