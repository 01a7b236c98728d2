"""`![[…]]` in a text that is shown: the text of other nodes, in its place."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from skillagent.disclosure import writing
from skillagent.disclosure.session_view import SessionView
from skillagent.graph.link import is_block
from skillagent.markdown import Document, LinkKind, Piece
from skillagent.store import LinkView

EMBED_DEPTH = 5


class TextBlock(NamedTuple):
    """Some lines of a text that is shown."""

    text: str
    authored: bool
    """Whether a file holds them; the others say what was embedded or shown before."""


class Embed(NamedTuple):
    """One embed, ready to be shown: its text and the pieces of other nodes in it."""

    text: str
    pieces: dict[str, tuple[int, ...]]


def joined(blocks: Sequence[TextBlock]) -> str:
    """The blocks with a blank line between them, without those that have nothing to show."""
    shown = (block for block in blocks if block.text.strip())
    parts = []
    for authored, group in groupby(shown, key=lambda block: block.authored):
        text = "\n\n".join(block.text for block in group)
        # A tag may begin in one piece and end in the next.
        parts.append(writing.body(text) if authored else text)
    return "\n\n".join(parts).strip("\n")


def piece_text(view: SessionView, node: str, index: int) -> str:
    """One piece of a body as it is shown."""
    piece = view.graph.document(node).pieces[index]
    return view.text(view.graph.head(node), piece.start, piece.end)


class Embeds:
    """Expands `![[…]]` of one node; never a node inside itself, never text shown before.

    Args:
        view: the session's graph.
        node: id of the node that is read.
    """

    def __init__(self, view: SessionView, node: str) -> None:
        self._view = view
        self._node = node
        self._shown_here: dict[str, set[int]] = {}
        self._expanded: set[tuple[str, int, int]] = set()
        """Stretches, by node and offsets, of which nothing is left to show."""

    def of(self, indexes: Sequence[int]) -> dict[int, list[Embed]]:
        """Piece of the node → what it embeds, in order."""
        return self._of(self._node, indexes, (self._node,))

    def _of(
        self, node: str, indexes: Sequence[int], stack: tuple[str, ...]
    ) -> dict[int, list[Embed]]:
        embeds: dict[int, list[Embed]] = {}
        links = [
            link
            for link in self._view.graph.links_from(node)
            if link.kind is LinkKind.EMBED and link.target
        ]
        places = [link.start for link in links]
        for index in indexes if links else ():
            piece = self._view.graph.document(node).pieces[index]
            inside = slice(bisect_left(places, piece.start), bisect_left(places, piece.end))
            for link in links[inside]:
                if embed := self._expand(link, stack):
                    embeds.setdefault(index, []).append(embed)
        return embeds

    def _expand(self, link: LinkView, stack: tuple[str, ...]) -> Embed | None:
        target = link.target
        if target is None or target in stack or len(stack) > EMBED_DEPTH:
            return None
        document = self._view.graph.document(target)
        stretch = _stretch(document, link.fragment)
        if stretch is None or (target, *stretch) in self._expanded:
            return None
        self._expanded.add((target, *stretch))
        indexes = self._new_pieces(target, document, stretch)
        if not indexes:
            return None
        pieces: dict[str, tuple[int, ...]] = {target: tuple(indexes)}
        inner = self._of(target, indexes, (*stack, target))
        blocks: list[TextBlock] = []
        for index in indexes:
            blocks.append(TextBlock(piece_text(self._view, target, index).rstrip("\n"), True))
            for embed in inner.get(index, ()):
                blocks.append(TextBlock(embed.text, False))
                for other, more in embed.pieces.items():
                    pieces[other] = (*pieces.get(other, ()), *more)
        name = f"{target}#{link.fragment}" if link.fragment else target
        quoted = "\n".join("> " + line for line in joined(blocks).split("\n"))
        return Embed(f"> embedded [[{writing.identifier(name)}]]:\n{quoted}", pieces)

    def _new_pieces(self, node: str, document: Document, stretch: tuple[int, int]) -> list[int]:
        """Indexes of the pieces of a stretch that neither the session nor this text has shown."""
        first, last = stretch
        shown = self._view.shown.pieces.get(node, {})
        shown_here = self._shown_here.setdefault(node, set())
        inside = range(
            bisect_right(document.pieces, first, key=_end),
            bisect_left(document.pieces, last, key=_start),
        )
        indexes = [index for index in inside if index not in shown and index not in shown_here]
        shown_here.update(indexes)
        return indexes


def _stretch(document: Document, fragment: str) -> tuple[int, int] | None:
    """Where the embedded part of a document begins and ends; None where it has no such part."""
    if is_block(fragment):
        end = document.blocks.get(fragment[1:].casefold(), -1)
        return end - 1, end
    if not fragment:
        return document.frontmatter.body_start, len(document.text)
    at = document.find_heading(fragment)
    return None if at < 0 else (document.headings[at].start, document.headings[at].end)


def _start(piece: Piece) -> int:
    return piece.start


def _end(piece: Piece) -> int:
    return piece.end
