"""Stretches of documents and the files that they go to: what `relocate` is given."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from skillagent.graph import Node
from skillagent.markdown.edit import Edit


@dataclass(frozen=True, eq=False)
class DocumentPart:
    """A stretch of one node's file, and the file that it goes to."""

    node: Node
    start: int
    """Offset in the text of the node's document."""
    end: int
    path: str
    """Where it goes, relative to the root."""
    head: str = ""
    """New text before it."""
    edits: tuple[Edit, ...] = ()
    """Changes to its header, by offsets of the document."""
    carried: tuple[tuple[int, int], ...] = ()
    """Definitions that stand elsewhere in the document and are copied behind the stretch."""
    dropped: tuple[tuple[int, int], ...] = ()
    """Definitions in the stretch that only other parts use, and take along."""

    @property
    def whole(self) -> bool:
        """True if it is the node's file and nothing else."""
        return (self.start, self.end) == (0, len(self.node.document.text)) and not self.head

    def holds(self, place: int) -> bool:
        """True if what stands at a place of the document stands in the part."""
        if self.start <= place < self.end:
            return not _covers(self.dropped, place)
        return _covers(self.carried, place)

    def order(self, place: int) -> tuple[bool, int]:
        """Sorts places of the document as they follow each other in the part."""
        return not self.start <= place < self.end, place


def _covers(spans: Sequence[tuple[int, int]], place: int) -> bool:
    """True if a place stands in one of some sorted spans."""
    at = bisect_right(spans, place, key=_first) - 1
    return at >= 0 and place < spans[at][1]


def _first(span: tuple[int, int]) -> int:
    return span[0]


def holding(parts: Sequence[DocumentPart], place: int) -> DocumentPart:
    """The part that a place stands in; the first one where none does."""
    part = parts[max(0, bisect_right(parts, place, key=_start) - 1)]
    return part if part.start <= place < part.end else parts[0]


def _start(part: DocumentPart) -> int:
    return part.start
