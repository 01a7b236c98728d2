"""Conservative estimates: the counts of another counter times a factor."""

from __future__ import annotations

import math

from skillagent.errors import UsageError
from skillagent.tokens.counter import TokenCounter
from skillagent.tokens.vocabulary import DEFAULT_ENCODING

_TIMES = "×"
"""Between the base and the factor in the name of a scaled counter."""


class ScaledCounter:
    """Counts of another counter times a factor, rounded up: a conservative estimate.

    Args:
        base: the counter whose counts are multiplied.
        factor: at least 1.0.
        name: the name of this counter in reports.

    Raises:
        UsageError: `factor` is below 1.0, or not a number.
    """

    def __init__(self, base: TokenCounter, factor: float, name: str) -> None:
        if not 1.0 <= factor < math.inf:
            raise UsageError(f"a token factor must be at least 1.0, not {factor}")
        self._base, self._factor, self._name = base, factor, name

    @property
    def name(self) -> str:
        return self._name

    def count(self, text: str) -> int:
        return _scaled(self._base.count(text), self._factor)


def _scaled(count: int, factor: float) -> int:
    return math.ceil(count * factor)


def scaled_name(base: str, factor: float) -> str:
    """The name of a counter that multiplies the counts of `base`, such as `o200k_base×1.65`."""
    return f"{base}{_TIMES}{factor}"


def base_and_factor(name: str) -> tuple[str, float]:
    """What the name of a counter says: the counter whose counts it multiplies, and the factor.

    Args:
        name: as `scaled_name`; any other name is its own base, with the factor 1.0.
    """
    base, _, times = name.rpartition(_TIMES)
    try:
        factor = float(times)
    except ValueError:
        return name, 1.0
    return (base, factor) if 1.0 <= factor < math.inf else (name, 1.0)


def scaled_from(name: str, base_count: int) -> int:
    """What a counter counts for a text, computed from the o200k_base count of the text.

    Args:
        name: name of an offline counter, such as `o200k_base` or `o200k_base×1.65`.
        base_count: tokens in the text, by o200k_base.

    Raises:
        UsageError: the counts of that counter do not follow from those of o200k_base.
    """
    base, factor = base_and_factor(name)
    if base != DEFAULT_ENCODING:
        raise UsageError(f"the counts of {name!r} do not follow from those of {DEFAULT_ENCODING}")
    return _scaled(base_count, factor)
