"""The text of a node as typed values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from skillagent.disclosure.results.base import BaseResult
from skillagent.disclosure.results.summary import SectionLine, SummaryResult


@dataclass(frozen=True, slots=True)
class NodeResult(BaseResult):
    """The text of a node, or the part of it that is shown."""

    kind: ClassVar[str] = "node"
    id: str
    section: str
    """The heading that the call asks for; empty for the whole node."""
    level: str
    """`node` or `section`; `summary` or `index` if no text fits; `pointer` if all was shown
    before."""
    text: str
    """The node's text with what it embeds; pointers replace sections that were shown before."""
    missing: tuple[SectionLine, ...]
    """Sections that do not fit."""
    embedded: tuple[str, ...] = ()
    """Ids of the nodes whose text it embeds."""
    node_kind: str = ""
    """The node's kind: `node`, `map` or `skill`."""
    status: str = ""
    """Why not to rely on the node, in one word; else empty."""
    replaced_by: str = ""
    """The first node that replaces it."""
    brief: bool = False
    """Whether the answer's text gives only the number of `missing` sections."""
    shown_in: tuple[int, ...] = ()
    """For a pointer, the calls that showed the text."""
    message: str = ""
    """Why no text can be shown; else empty."""
    summary: SummaryResult | None = None
    """The node's summary, shown because no text fits."""
    tag: str = ""
    """The tag around the text if the node's root is not trusted; else empty."""
