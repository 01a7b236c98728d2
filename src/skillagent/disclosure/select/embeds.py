"""Expands embeds (`![[…]]`) in the text of a node: shows the other node's text there."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Container, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from skillagent.disclosure import writing
from skillagent.disclosure.session_view import SessionView
from skillagent.graph.link import is_block
from skillagent.markdown.reference import LinkKind
from skillagent.store import LinkView

if TYPE_CHECKING:
    from skillagent.markdown import Document, Piece

EMBED_DEPTH = 5
"""Most embeds inside each other; deeper ones are not expanded."""


class TextBlock(NamedTuple):
    """Some lines of an answer's text."""

    text: str
    authored: bool
    """Whether the lines are from a file; otherwise they are an embed or a pointer."""
    goes_on: bool = False
    """Whether the next block is the rest of the same paragraph, list, table or code."""


class Embed(NamedTuple):
    """An expanded embed: its text, and node → indexes of the pieces in it."""

    text: str
    pieces: dict[str, tuple[int, ...]]


def joined(blocks: Sequence[TextBlock]) -> str:
    """The blocks with blank lines between them, but not inside what was cut in two.

    Empty ones are left out.
    """
    shown: list[TextBlock] = []
    for block in blocks:
        if block.text.strip():
            shown.append(block)
        elif shown and not block.goes_on:
            shown[-1] = shown[-1]._replace(goes_on=False)
    texts = []
    for authored, group in groupby(shown, key=lambda block: block.authored):
        text = "".join(
            block.text if block.goes_on else block.text.rstrip("\n") + "\n\n" for block in group
        ).removesuffix("\n\n")
        # Escaped once more, because a tag may begin in one piece and end in the next.
        texts.append(writing.body(text) if authored else text)
    return "\n\n".join(texts).strip("\n")


def goes_on(document: Document, index: int, chosen: Container[int]) -> bool:
    """Whether a piece and the next one, which is chosen, too, are parts of one block.

    Args:
        document: the pieces are its.
        index: of the piece.
        chosen: the indexes of the pieces that are shown.
    """
    if index + 1 not in chosen or index + 1 >= len(document.pieces):
        return False
    piece, following = document.pieces[index], document.pieces[index + 1]
    own = document.text[piece.start : piece.end]
    return piece.end == following.start and own[len(own.rstrip()) :].count("\n") < 2


def piece_text(view: SessionView, node: str, index: int) -> str:
    """One piece of a body as it is shown."""
    piece = view.graph.document(node).pieces[index]
    return view.text(view.graph.head(node), piece.start, piece.end)


class EmbedExpander:
    """Expands the embeds of one node: never a node inside itself, never a text shown before.

    Args:
        view: the session's graph.
        node: id of the node that is read.
    """

    def __init__(self, view: SessionView, node: str) -> None:
        self._view = view
        self._node = node
        self._shown_here: dict[str, set[int]] = {}
        self._expanded: set[tuple[str, int, int]] = set()
        """Node and offsets of the embedded ranges that have no new text left."""

    def expand(self, indexes: Sequence[int]) -> dict[int, list[Embed]]:
        """Index of a piece → its embeds, in order.

        Args:
            indexes: pieces of the node that are shown.
        """
        return self._expand_pieces(self._node, indexes, (self._node,))

    def _expand_pieces(
        self, node: str, indexes: Sequence[int], stack: tuple[str, ...]
    ) -> dict[int, list[Embed]]:
        embeds: dict[int, list[Embed]] = {}
        links = [
            link
            for link in self._view.graph.links_from(node)
            if link.kind is LinkKind.EMBED and link.target
        ]
        starts = [link.start for link in links]
        for index in indexes if links else ():
            piece = self._view.graph.document(node).pieces[index]
            in_piece = slice(bisect_left(starts, piece.start), bisect_left(starts, piece.end))
            for link in links[in_piece]:
                if embed := self._expand(link, stack):
                    embeds.setdefault(index, []).append(embed)
        return embeds

    def _expand(self, link: LinkView, stack: tuple[str, ...]) -> Embed | None:
        target = link.target
        if target is None or target in stack or len(stack) > EMBED_DEPTH:
            return None
        document = self._view.graph.document(target)
        span = _embedded_span(document, link.fragment)
        if span is None or (target, *span) in self._expanded:
            return None
        self._expanded.add((target, *span))
        indexes = self._new_pieces(target, document, span)
        if not indexes:
            return None
        pieces: dict[str, tuple[int, ...]] = {target: tuple(indexes)}
        inner = self._expand_pieces(target, indexes, (*stack, target))
        blocks: list[TextBlock] = []
        chosen = frozenset(indexes)
        for index in indexes:
            within = index not in inner and goes_on(document, index, chosen)
            blocks.append(TextBlock(piece_text(self._view, target, index), True, within))
            for embed in inner.get(index, ()):
                blocks.append(TextBlock(embed.text, False))
                for node, indexes_of_node in embed.pieces.items():
                    pieces[node] = (*pieces.get(node, ()), *indexes_of_node)
        name = f"{target}#{link.fragment}" if link.fragment else target
        # The outermost tags are for all that is embedded inside them, which has none of its own.
        is_data = any(map(self._view.trust.tag_of, stack))
        tag = "" if is_data else self._view.trust.tag_of(target)
        text = writing.marked_lines(joined(blocks), tag)
        quoted = "\n".join("> " + line for line in text.split("\n"))
        head = f"> embedded [[{writing.identifier(name, is_data)}]]:"
        return Embed(f"{head}\n{quoted}", pieces)

    def _new_pieces(self, node: str, document: Document, span: tuple[int, int]) -> list[int]:
        """Indexes of the pieces in a span that neither the session nor this answer shows yet."""
        first, last = span
        shown = self._view.shown.pieces.get(node, {})
        shown_here = self._shown_here.setdefault(node, set())
        in_span = range(
            bisect_right(document.pieces, first, key=_end),
            bisect_left(document.pieces, last, key=_start),
        )
        indexes = [index for index in in_span if index not in shown and index not in shown_here]
        shown_here.update(indexes)
        return indexes


def _embedded_span(document: Document, fragment: str) -> tuple[int, int] | None:
    """Offsets of the embedded part of a document; None if it has no such part."""
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
