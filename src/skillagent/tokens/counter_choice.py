"""Chooses the counter for a model, and finds the one with a name."""

from __future__ import annotations

import re

from skillagent.errors import MissingPackageError, UsageError
from skillagent.tokens.claude_counters import CtokCounter
from skillagent.tokens.counter import TokenCounter
from skillagent.tokens.encoding_counter import EncodingCounter, default_counter
from skillagent.tokens.scaled_counter import ScaledCounter, base_and_factor, scaled_name
from skillagent.tokens.vocabulary import DEFAULT_ENCODING, VOCABULARIES

CLAUDE_FACTORS: tuple[tuple[tuple[int, int], float], ...] = (((4, 7), 1.65), ((0, 0), 1.25))
"""From which Claude version on → factor over o200k_base, newest version first.

Claude's tokenizer is not public. The factors are a little above those measured with `ctok` 1.3.0
(2026-11) on English prose, Markdown and Python: 1.16 to 1.26 up to Claude 4.6, and 1.56 to 1.61
from Claude 4.7 on. Other languages can cost more (German: 2.2). The ledger records the real
ratio, from the usage that the provider reports.
"""
_CLAUDE = r"claude.*?(?<!\d)(\d{1,2})(?:[-.](\d{1,2}))?(?!\d)"


def counter_for(model: str | None = None) -> TokenCounter:
    """The best offline counter for a model; any name is accepted.

    Args:
        model: such as `gpt-6-sol` or `claude-sonnet-5`; None means exact o200k_base. A Claude
            model without a version in its name is counted as the newest family.
    """
    version = claude_version(model or "")
    if version is None:
        return default_counter()
    try:
        return CtokCounter(f"{version[0]}.{version[1]}")
    except (MissingPackageError, UsageError):
        factor = next(factor for lowest, factor in CLAUDE_FACTORS if version >= lowest)
        return ScaledCounter(default_counter(), factor, scaled_name(DEFAULT_ENCODING, factor))


def counter_named(name: str) -> TokenCounter:
    """The offline counter with a name, as reports and records have it.

    Args:
        name: `TokenCounter.name` of a counter of `counter_for`.

    Raises:
        UsageError: no offline counter has the name.
        MissingPackageError: the counter needs a package that is not installed.
    """
    base, factor = base_and_factor(name)
    if base in VOCABULARIES:
        counter = EncodingCounter(base)
        return counter if base == name else ScaledCounter(counter, factor, name)
    if name.startswith("ctok:"):
        return CtokCounter(name.removeprefix("ctok:"))
    raise UsageError(f"there is no offline token counter {name!r}")


def claude_version(model: str) -> tuple[int, int] | None:
    """The version in the name of a Claude model.

    Returns:
        Major and minor version; (99, 0), newer than any, if the name has no version; None if
        the model is not Claude.
    """
    name = model.casefold()
    if "claude" not in name:
        return None
    version = re.search(_CLAUDE, name)
    return (int(version[1]), int(version[2] or 0)) if version else (99, 0)
