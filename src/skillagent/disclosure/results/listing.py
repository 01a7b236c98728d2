"""A page of a listing as typed values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from skillagent.disclosure.results.base import BaseResult
from skillagent.index.query import Match  # at run time, because events are read by their types


@dataclass(frozen=True, slots=True)
class IndexLine:
    """One node in a listing."""

    id: str
    kind: str
    cost: int
    """Tokens of its whole text."""
    description: str
    """Empty if `shown_in` is set: it was shown before."""
    heading: str = ""
    """The heading of the map under which it is listed."""
    why: str = ""
    """For a hit: where it matches the query."""
    shown_in: int | None = None
    """The call that showed the description."""
    status: str = ""
    """Why not to rely on the node, in one word such as `deprecated`; else empty."""
    score: int | None = None
    """For a hit of a search by words: its score in percent of the best hit's score."""
    tag: str = ""
    """The tag around its description if its root is not trusted; else empty."""


@dataclass(frozen=True, slots=True)
class IndexResult(BaseResult):
    """A page of a map's listing or of a search."""

    kind: ClassVar[str] = "index"
    map: str | None
    query: str | None
    lines: tuple[IndexLine, ...]
    total: int
    """Lines on all pages."""
    cursor: str | None
    """For the next page; None on the last one."""
    match: Match | None = None
    """How well the best hit answers the query; None without a query and for a repeated page."""
    title: str = ""
    """The line above all others."""
    footnote: str = ""
    """The line below them, on the last page."""
    shown_in: int | None = None
    """For a repeated page, the call that listed it."""
