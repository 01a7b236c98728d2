"""Spans as values: what both OpenTelemetry and MLflow are sent."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["internal", "client"]
Value: TypeAlias = str | int | float | tuple[str, ...]
Attributes: TypeAlias = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class SpanEvent:
    """Something that happened at one moment of a span."""

    name: str
    time: int
    """Nanoseconds since the epoch."""
    attributes: Attributes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Span:
    """One operation of a run."""

    trace_id: int
    """128 bits."""
    span_id: int
    """64 bits."""
    parent_id: int | None
    """The span that it is part of; None for the first one of a trace."""
    name: str
    kind: Kind
    start: int
    """Nanoseconds since the epoch, like `end`."""
    end: int
    attributes: Attributes = field(default_factory=dict)
    events: tuple[SpanEvent, ...] = ()
    error: str | None = None
    """One line for a person, if the operation failed; None if it did not."""


def seeded_id(bits: int, *seeds: object) -> int:
    """An id that depends on nothing but its seeds; never 0, which OpenTelemetry takes for no id.

    Args:
        bits: size of the id, a multiple of 8.
        seeds: what it is derived from.
    """
    text = "\0".join(map(str, seeds))
    digest = hashlib.sha256(text.encode("utf-8", "backslashreplace")).digest()
    return int.from_bytes(digest[: bits // 8], "big") or 1
