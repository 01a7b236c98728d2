"""A possible answer to a call, made before it is known whether it fits the budget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from skillagent.disclosure.render import render

if TYPE_CHECKING:
    from skillagent.disclosure.results import Result


@dataclass(frozen=True)
class Draft:
    """A possible answer: what it would say, and what it would disclose."""

    result: Result
    lines: tuple[str, ...] = ()
    """Ids of the nodes that are listed."""
    described: tuple[str, ...] = ()
    """Ids of the nodes whose whole description is shown."""
    summaries: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Node whose summary is shown → targets of the links in it."""
    pieces: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """Node → indexes of the pieces of its body that are shown."""
    section: str = ""
    """The heading that the call asks for; empty for none."""
    listing: tuple[str | None, ...] = ()
    """Map, query and cursor of a page of a listing; empty for other answers."""

    @cached_property
    def text(self) -> str:
        """The answer without its closing line."""
        return render(self.result)
