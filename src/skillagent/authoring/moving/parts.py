"""Parts of documents and the files that they move to: the input of `relocate`."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from skillagent.graph import Node
from skillagent.markdown.edit import Edit


@dataclass(frozen=True, slots=True)
class Joined:
    """Where a part is in a file that also has the text of another node."""

    above: int
    """How many headings of the file come before those of the part."""
    title: int
    """Index, in the file, of the heading that the part is under; -1 for the part at the top."""
    blocks: Mapping[str, str]
    """Block id of the part, case folded → its new name; only for those that change."""


@dataclass(frozen=True, eq=False)
class DocumentPart:
    """A range of one node's file, and the file that it moves to."""

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
    """Ranges of definitions from elsewhere in the document, copied to the end of the part."""
    dropped: tuple[tuple[int, int], ...] = ()
    """Ranges of definitions in the part that only other parts use and that move with them."""

    joined: Joined | None = None
    """Set if the part is put together with another node's text."""

    @property
    def whole(self) -> bool:
        """True if the part is exactly the node's file."""
        return (self.start, self.end) == (0, len(self.node.document.text)) and not self.head

    def holds(self, place: int) -> bool:
        """True if the text at an offset of the document is in the part."""
        if self.start <= place < self.end:
            return not _covers(self.dropped, place)
        return _covers(self.carried, place)

    def order(self, place: int) -> tuple[bool, int]:
        """Sort key that orders offsets of the document by their place in the part."""
        return not self.start <= place < self.end, place


def _covers(spans: Sequence[tuple[int, int]], place: int) -> bool:
    """True if an offset is inside one of the sorted spans."""
    at = bisect_right(spans, place, key=_first) - 1
    return at >= 0 and place < spans[at][1]


def _first(span: tuple[int, int]) -> int:
    return span[0]


def holding(parts: Sequence[DocumentPart], place: int) -> DocumentPart:
    """The part that contains an offset; the first part if none does."""
    part = parts[max(0, bisect_right(parts, place, key=_start) - 1)]
    return part if part.start <= place < part.end else parts[0]


def _start(part: DocumentPart) -> int:
    return part.start
