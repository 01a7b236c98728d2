"""What an adapter makes of a public set: the files of a graph, and questions about it.

Above: `destination`, the modules of the adapters. Below: `suite`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from skillagent.evals.suite import Case

MAX_ID = 100
"""Longest id of a case, in characters; a number may be added."""
_NOT_IN_AN_ID = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True)
class MadeSuite:
    """A graph and questions about it."""

    name: str
    description: str
    """One line about the set."""
    files: Mapping[str, bytes]
    """Path → content, of each node of the graph."""
    cases: tuple[Case, ...]
    leaks: str = ""
    """Why questions may quote the titles of the nodes that answer them; empty if they may not."""
    left_out: Mapping[str, int] = field(default_factory=dict)
    """Why questions were left out → how many."""


class Cases:
    """Collects cases; gives each a valid id that no other has, and counts those left out."""

    def __init__(self) -> None:
        self.left_out: Counter[str] = Counter()
        """Why → how many."""
        self._cases: list[Case] = []
        self._ids: set[str] = set()

    def add(self, id: str, case: Case) -> None:
        """Add a case.

        Args:
            id: its id in the set, of any characters; may be empty, or not unique.
            case: the case, whose own id is not used.
        """
        self._cases.append(replace(case, id=self._free(id)))

    def leave_out(self, why: str) -> None:
        """Count a question that is left out."""
        self.left_out[why] += 1

    def all(self) -> tuple[Case, ...]:
        """All cases, in the order in which they were added."""
        return tuple(self._cases)

    def _free(self, wanted: str) -> str:
        stem = _NOT_IN_AN_ID.sub("-", wanted)[:MAX_ID].strip(".-_") or "case"
        name, number = stem, 1
        # Run records are folders with these names, and some file systems ignore the case.
        while name.casefold() in self._ids:
            number += 1
            name = f"{stem}-{number}"
        self._ids.add(name.casefold())
        return name


def suite_name(text: str) -> str:
    """A valid name of a suite for any text."""
    return _NOT_IN_AN_ID.sub("-", text)[:MAX_ID].strip(".-_") or "suite"


def hop_tag(gold: Iterable[str]) -> str:
    """The tag of a case by the number of its gold nodes."""
    names = {1: "single", 2: "two-hop", 3: "three-hop", 4: "four-hop"}
    return names.get(len(tuple(gold)), "many-hop")
