"""One possible answer, before it is known whether it fits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from skillagent.disclosure.render import render
from skillagent.disclosure.results import Result


@dataclass(frozen=True)
class Draft:
    """What an answer would say, and what it would disclose."""

    result: Result
    lines: tuple[str, ...] = ()
    """Ids of nodes listed."""
    described: tuple[str, ...] = ()
    """Ids of the nodes whose whole description is shown."""
    summaries: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Node → the targets of the links shown with its summary."""
    pieces: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """Node → indexes of the pieces of its body that are shown."""
    section: str = ""
    """The heading asked for."""
    listing: tuple[str | None, ...] = ()
    """What identifies the page of a listing."""

    @cached_property
    def text(self) -> str:
        """The answer without its closing line."""
        return render(self.result)
