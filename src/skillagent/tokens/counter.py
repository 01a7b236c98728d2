"""The protocol of a token counter."""

from __future__ import annotations

from typing import Protocol, runtime_checkable


@runtime_checkable
class TokenCounter(Protocol):
    """Counts the tokens of a string; equal strings must always give equal counts."""

    @property
    def name(self) -> str:
        """What every report calls this counter, such as `o200k_base`."""
        ...

    def count(self, text: str) -> int:
        """Tokens in `text`. The text of a special token is counted as ordinary text."""
        ...
