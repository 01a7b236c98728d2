"""`read_node`: the whole text of a node, or one section, as far as it fits.

A body is disclosed in pieces (blocks of text, a heading with the block below it), so that
nothing is cut inside a sentence and nothing is sent twice. What does not fit degrades:
whole text → the sections that fit, the rest named and priced → summary → one line. Only a
section that no call could ever show whole is shown piece by piece.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

from skillagent.disclosure import writing
from skillagent.disclosure.draft import Draft
from skillagent.disclosure.render import node_tag, where
from skillagent.disclosure.results import NodeResult, SectionLine, SummaryResult
from skillagent.disclosure.select import summaries
from skillagent.disclosure.select.embeds import Embed, Embeds, TextBlock, joined, piece_text
from skillagent.disclosure.session_view import SessionView
from skillagent.graph.link import is_block
from skillagent.store import NodeHead

MARGIN = 60
"""Tokens kept for what stands around the text, when choosing the sections that fit."""
ONE_BY_ONE = 16
"""So many times one section less is tried; after that twice as many are left out each time."""


class Part(NamedTuple):
    """A section's own text, up to the next heading: what is shown or left out together."""

    title: str
    level: int
    pieces: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Which part of a body a call asks for."""

    title: str
    """The heading, or `^block`; empty for the whole body."""
    first: int
    """Offset where it begins."""
    last: int
    """Offset where it ends."""


def whole(view: SessionView, node: NodeHead) -> Stretch:
    """All of a body."""
    return Stretch("", 0, len(view.graph.document(node.id).text))


def section(view: SessionView, node: NodeHead, name: str) -> Stretch | None:
    """The section under a heading, or the piece with a `^block`; None if there is none."""
    document = view.graph.document(node.id)
    if is_block(name):
        end = document.blocks.get(name[1:].casefold())
        piece = next((piece for piece in document.pieces if end and end <= piece.end), None)
        return Stretch(name, piece.start, piece.end) if piece else None
    at = document.find_heading(name)
    if at < 0:
        at = document.find_heading(name.lstrip("#"))
    if at < 0:
        # The model was shown the title without its hidden characters.
        titles = [view.words(heading.title) for heading in document.headings]
        at = titles.index(name) if name in titles else -1
    if at < 0:
        return None
    heading = document.headings[at]
    return Stretch(view.words(heading.title), heading.start, heading.end)


class _Reading:
    """One call of `read_node`: the pieces that it asks for, and what they cost together."""

    def __init__(self, view: SessionView, node: NodeHead, stretch: Stretch, again: bool) -> None:
        self.view = view
        self.node = node
        self.title = stretch.title
        self.parts = _parts(view, node, stretch)
        self.shown: Mapping[int, int] = {} if again else view.shown.pieces.get(node.id, {})
        """Piece → the call that showed it."""
        self.new = [
            index for part in self.parts for index in part.pieces if index not in self.shown
        ]
        self._costs: dict[tuple[int, ...], int] = {}

    def text(self, indexes: Sequence[int]) -> str:
        """Some pieces as they are shown."""
        return "".join(piece_text(self.view, self.node.id, index) for index in indexes)

    def cost(self, indexes: Sequence[int]) -> int:
        """Tokens of some pieces together, counted once for all drafts."""
        key = tuple(indexes)
        tokens = self._costs.get(key)
        if tokens is None:
            tokens = self._costs[key] = self.view.count(self.text(key))
        return tokens

    def missing(self, chosen: set[int]) -> tuple[SectionLine, ...]:
        """The sections with pieces that are neither chosen nor were shown before."""
        lines = []
        for part in self.parts:
            left = [index for index in part.pieces if index not in chosen and index in self._new]
            # A piece of hidden text only is not missed.
            if left and (cost := self.cost(left)):
                lines.append(SectionLine(part.title, part.level, cost))
        return tuple(lines)

    @cached_property
    def _new(self) -> frozenset[int]:
        return frozenset(self.new)

    def result(
        self,
        level: str,
        text: str = "",
        missing: tuple[SectionLine, ...] = (),
        embedded: tuple[str, ...] = (),
        *,
        brief: bool = False,
        shown_in: tuple[int, ...] = (),
        message: str = "",
        summary: SummaryResult | None = None,
    ) -> NodeResult:
        """The answer of this call."""
        outdated = self.view.graph.outdated(self.node.id)
        return NodeResult(
            id=self.node.id,
            section=self.title,
            level=level,
            text=text,
            missing=missing,
            embedded=embedded,
            node_kind=self.node.kind.value,
            status=outdated.word if outdated else "",
            replaced_by=outdated.successors[0] if outdated and outdated.successors else "",
            brief=brief,
            shown_in=shown_in,
            message=message,
            summary=summary,
        )


def drafts(
    view: SessionView, node: NodeHead, stretch: Stretch, again: bool, limit: int, cap: int
) -> Iterator[Draft]:
    """From the whole text down to one line.

    Args:
        view: the session's graph.
        node: what to read.
        stretch: which part of it.
        again: show also what was shown before.
        limit: tokens that the answer may cost, a rough guide to where to begin.
        cap: tokens that any one call may cost.
    """
    reading = _Reading(view, node, stretch, again)
    if not reading.text(reading.new).strip():
        yield _pointer(reading)
        return
    if reading.cost(reading.new) <= limit:
        if embeds := Embeds(view, node.id).of(reading.new):
            yield _draft(reading, reading.new, embeds)
        yield _draft(reading, reading.new)
    # The tag, the closing line and a sentence on what is missing are around the text.
    around = view.count(node_tag(reading.result("node"))) + MARGIN
    for chosen in _fewer(reading, limit - around, cap - around):
        yield _draft(reading, chosen)
        yield _draft(reading, chosen, brief=True)
    link = f"[[{writing.identifier(node.id)}]]"
    if all(reading.cost([index]) > cap - around for index in reading.new):
        message = (
            f"What is left of {link} ({reading.cost(reading.new)} tokens) stands in "
            f"blocks larger than one answer may be ({cap} tokens)."
        )
        yield Draft(reading.result("index", missing=reading.missing(set()), message=message))
    before = f"The text of {link} ({view.cost(node)} tokens) does not fit; its summary:"
    if node.id in view.shown.summaries:
        before = f"The text of {link} ({view.cost(node)} tokens) does not fit."
    yield from _instead(reading, before)


def _parts(view: SessionView, node: NodeHead, stretch: Stretch) -> list[Part]:
    document = view.graph.document(node.id)
    by_section: dict[int, list[int]] = {}
    for index, piece in enumerate(document.pieces):
        if stretch.first <= piece.start < stretch.last:
            by_section.setdefault(piece.section, []).append(index)
    parts: list[Part] = []
    title, level = "", 0
    for at, indexes in by_section.items():
        # A heading in a comment is not shown: what follows belongs to the one above.
        if at >= 0 and not view.is_hidden(document, document.headings[at].start):
            title, level = view.words(document.headings[at].title), document.headings[at].level
        parts.append(Part(title, level, tuple(indexes)))
    return parts


def _fewer(reading: _Reading, left: int, most: int) -> Iterator[list[int]]:
    """Pieces of whole sections in the author's order, as many as fit, then fewer and fewer.

    Args:
        reading: the node and its pieces.
        left: tokens of text that this call may cost.
        most: tokens of text that any call may cost; a section above it is shown by pieces.
    """
    wanted = set(reading.new)
    chosen: list[list[int]] = []
    for part in reading.parts:
        pieces = [index for index in part.pieces if index in wanted]
        cost = reading.cost(pieces) if pieces else 0
        if pieces and cost <= left:
            chosen.append(pieces)
            left -= cost
        elif cost > most:
            for index in pieces:
                cost = reading.cost([index])
                if cost <= left:
                    chosen.append([index])
                    left -= cost
                elif cost <= most:
                    break  # it fits into another call: the order is kept
    if sum(map(len, chosen)) == len(reading.new):
        chosen = chosen[:-1]  # all of it was tried before
    tried = 0
    while chosen:
        yield [index for pieces in chosen for index in pieces]
        tried += 1
        # Of thousands of tiny blocks, dropped one by one, each plan would cost the whole text.
        del chosen[-(1 << max(0, tried - ONE_BY_ONE)) :]


def _draft(
    reading: _Reading,
    chosen: Sequence[int],
    embeds: Mapping[int, Sequence[Embed]] = MappingProxyType({}),
    *,
    brief: bool = False,
) -> Draft:
    """The text with some of its new pieces.

    Args:
        reading: the node and its pieces.
        chosen: indexes of the pieces.
        embeds: piece → what it embeds.
        brief: tell only how many sections are missing.
    """
    pieces: dict[str, tuple[int, ...]] = {reading.node.id: tuple(chosen)}
    for index in chosen:
        for embed in embeds.get(index, ()):
            for other, more in embed.pieces.items():
                pieces[other] = (*pieces.get(other, ()), *more)
    missing = reading.missing(set(chosen))
    is_complete = not missing and not reading.title
    result = reading.result(
        "node" if is_complete else "section",
        joined(list(_blocks(reading, set(chosen), embeds))),
        missing,
        tuple(other for other in pieces if other != reading.node.id),
        brief=brief,
    )
    derived = is_complete and reading.node.description_derived
    return Draft(
        result,
        described=(reading.node.id,) if derived else (),
        pieces=pieces,
        section=reading.title,
    )


def _blocks(
    reading: _Reading, chosen: set[int], embeds: Mapping[int, Sequence[Embed]]
) -> Iterator[TextBlock]:
    """The chosen pieces with what they embed, and pointers to what was shown before."""
    last_call: int | None = None
    for part in reading.parts:
        for index in part.pieces:
            if index in chosen:
                yield TextBlock(reading.text([index]).rstrip("\n"), True)
                for embed in embeds.get(index, ()):
                    yield TextBlock(embed.text, False)
                last_call = None
            elif index in reading.shown and reading.shown[index] != last_call:
                last_call = reading.shown[index]
                name = f"section {part.title!r}" if part.title else "the beginning"
                yield TextBlock(f"[{name}: shown {where(last_call)}]", False)


def _pointer(reading: _Reading) -> Draft:
    """Where the text was shown before."""
    indexes = (index for part in reading.parts for index in part.pieces)
    calls = {reading.shown[index] for index in indexes if index in reading.shown}
    return Draft(reading.result("pointer", shown_in=tuple(sorted(calls))))


def _instead(reading: _Reading, before: str) -> Iterator[Draft]:
    """The summary, then one line: what is left to show where no text fits."""
    for draft in summaries.drafts(reading.view, [reading.node], None, before=before):
        assert isinstance(draft.result, SummaryResult)
        level = "summary" if draft.summaries else "index"
        yield replace(draft, result=reading.result(level, summary=draft.result))
