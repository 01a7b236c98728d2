"""A refusal as typed values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from skillagent.disclosure.results.base import BaseResult


@dataclass(frozen=True, slots=True)
class Refusal(BaseResult):
    """A call that could not be carried out."""

    kind: ClassVar[str] = "error"
    code: str
    """`arguments`, `unknown`, `ambiguous`, `section`, `cursor`, `too_large`, `frozen` or
    `spent`."""
    message: str
    candidates: tuple[str, ...] = ()
