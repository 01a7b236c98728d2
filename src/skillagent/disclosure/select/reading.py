"""`read_node`: the whole text of a node, or one section, as far as it fits.

A body is disclosed in pieces (blocks of text, a heading with the block below it), so that
no sentence is cut and nothing is sent twice. If the whole text does not fit, the answer has the
sections that fit and names the others with their tokens; if none fits, the summary; if not even
that fits, one line. Only a section that is larger than any answer is split into its pieces.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

from skillagent.disclosure import writing
from skillagent.disclosure.draft import Draft
from skillagent.disclosure.listing_text import where
from skillagent.disclosure.node_text import node_tag
from skillagent.disclosure.results import NodeResult, SectionLine, SummaryResult
from skillagent.disclosure.select import summaries
from skillagent.disclosure.select.embeds import (
    Embed,
    EmbedExpander,
    TextBlock,
    goes_on,
    joined,
    piece_text,
)
from skillagent.disclosure.session_view import SessionView
from skillagent.graph.link import is_block
from skillagent.store import NodeHead

MARGIN = 60
"""Tokens kept for the lines around the text, when sections are chosen."""
ONE_BY_ONE = 16
"""Drafts that leave out one more section each; later drafts leave out twice as many each time."""


class SectionPieces(NamedTuple):
    """The pieces from a heading to the next one, which are shown or left out together."""

    title: str
    level: int
    pieces: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class BodyRange:
    """The part of a body that a call asks for."""

    title: str
    """The heading, or `^block`; empty for the whole body."""
    first: int
    """Offset of its first character."""
    last: int
    """Offset after its last character."""


def whole(view: SessionView, node: NodeHead) -> BodyRange:
    """The whole body of a node."""
    return BodyRange("", 0, len(view.graph.document(node.id).text))


def section(view: SessionView, node: NodeHead, name: str) -> BodyRange | None:
    """The section with a title, or the piece with a `^block`; None if the node has no such part.

    Args:
        view: the session's graph.
        node: the node.
        name: the title, or the name of the block after `^`.
    """
    document = view.graph.document(node.id)
    if is_block(name):
        end = document.blocks.get(name[1:].casefold())
        piece = next((piece for piece in document.pieces if end and end <= piece.end), None)
        return BodyRange(name, piece.start, piece.end) if piece else None
    number = document.find_heading(name)
    if number < 0:
        number = document.find_heading(name.lstrip("#"))
    if number < 0:
        # Answers show titles without their invisible characters.
        titles = [view.words(heading.title) for heading in document.headings]
        number = titles.index(name) if name in titles else -1
    if number < 0:
        return None
    heading = document.headings[number]
    return BodyRange(view.words(heading.title), heading.start, heading.end)


class _Reading:
    """One call of `read_node`: the pieces that it asks for, and their costs."""

    def __init__(
        self, view: SessionView, node: NodeHead, body_range: BodyRange, again: bool
    ) -> None:
        self.view = view
        self.node = node
        self.title = body_range.title
        self.sections = _sections(view, node, body_range)
        self.shown: Mapping[int, int] = {} if again else view.shown.pieces.get(node.id, {})
        """Index of a piece → the call that showed it."""
        self.new = [
            index
            for section in self.sections
            for index in section.pieces
            if index not in self.shown
        ]
        self._costs: dict[tuple[int, ...], int] = {}

    def text(self, indexes: Sequence[int]) -> str:
        """The text of some pieces as it is shown."""
        return "".join(piece_text(self.view, self.node.id, index) for index in indexes)

    def cost(self, indexes: Sequence[int]) -> int:
        """Tokens of some pieces together; counted once for all drafts."""
        key = tuple(indexes)
        tokens = self._costs.get(key)
        if tokens is None:
            tokens = self._costs[key] = self.view.count(self.text(key))
        return tokens

    def missing(self, chosen: set[int]) -> tuple[SectionLine, ...]:
        """The sections with new pieces that are not chosen."""
        lines = []
        for section in self.sections:
            left_out = [
                index for index in section.pieces if index not in chosen and index in self._new
            ]
            # A section of hidden text only costs nothing: nothing of it is missing.
            if left_out and (cost := self.cost(left_out)):
                lines.append(SectionLine(section.title, section.level, cost))
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
        """A result of this call, with the fields that are the same in every draft."""
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
            tag=self.view.trust.tag_of(self.node.id),
        )


def drafts(
    view: SessionView, node: NodeHead, body_range: BodyRange, again: bool, limit: int, cap: int
) -> Iterator[Draft]:
    """From the whole text down to one line.

    Args:
        view: the session's graph.
        node: the node to read.
        body_range: the part of it to show.
        again: also show text that was shown before.
        limit: tokens that this answer may cost; drafts that surely cost more are not made.
        cap: tokens that one answer may cost while the budget lasts.
    """
    reading = _Reading(view, node, body_range, again)
    if not reading.text(reading.new).strip():
        yield _pointer(reading)
        return
    if reading.cost(reading.new) <= limit:
        if embeds := EmbedExpander(view, node.id).expand(reading.new):
            yield _draft(reading, reading.new, embeds)
        yield _draft(reading, reading.new)
    # Around the text are the tag, the closing line and a sentence on what is missing.
    frame = view.count(node_tag(reading.result("node"))) + MARGIN
    for chosen in _fewer(reading, limit - frame, cap - frame):
        yield _draft(reading, chosen)
        yield _draft(reading, chosen, brief=True)
    link = f"[[{writing.identifier(node.id)}]]"
    if all(reading.cost([index]) > cap - frame for index in reading.new):
        message = (
            f"What is left of {link} ({reading.cost(reading.new)} tokens) is in "
            f"blocks larger than one answer may be ({cap} tokens)."
        )
        yield Draft(reading.result("index", missing=reading.missing(set()), message=message))
    before = f"The text of {link} ({view.cost(node)} tokens) does not fit; its summary:"
    if node.id in view.shown.summaries:
        before = f"The text of {link} ({view.cost(node)} tokens) does not fit."
    yield from _summary_instead(reading, before)


def _sections(view: SessionView, node: NodeHead, body_range: BodyRange) -> list[SectionPieces]:
    document = view.graph.document(node.id)
    by_section: dict[int, list[int]] = {}
    for index, piece in enumerate(document.pieces):
        if body_range.first <= piece.start < body_range.last:
            by_section.setdefault(piece.section, []).append(index)
    sections: list[SectionPieces] = []
    title, level = "", 0
    for number, indexes in by_section.items():
        # A heading in a comment is not shown: the text below it belongs to the heading above.
        if number >= 0 and not view.is_hidden(document, document.headings[number].start):
            heading = document.headings[number]
            title, level = view.words(heading.title), heading.level
        sections.append(SectionPieces(title, level, tuple(indexes)))
    return sections


def _fewer(reading: _Reading, left: int, most: int) -> Iterator[list[int]]:
    """Pieces of whole sections in the author's order: as many as fit, then fewer each time.

    Args:
        reading: the node and its pieces.
        left: tokens of text that this call may cost.
        most: tokens of text that any call may cost; larger sections are split into pieces.
    """
    new = set(reading.new)
    chosen: list[list[int]] = []
    for section in reading.sections:
        pieces = [index for index in section.pieces if index in new]
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
                    break  # It fits into a later call: the author's order is kept.
    if sum(map(len, chosen)) == len(reading.new):
        chosen = chosen[:-1]  # The whole text was tried before.
    drafts_made = 0
    while chosen:
        yield [index for pieces in chosen for index in pieces]
        drafts_made += 1
        # Why not one by one to the end: each draft counts the whole text again, which takes too
        # long for thousands of tiny blocks.
        del chosen[-(1 << max(0, drafts_made - ONE_BY_ONE)) :]


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
        embeds: index of a piece → its embeds.
        brief: give only the number of the missing sections.
    """
    pieces: dict[str, tuple[int, ...]] = {reading.node.id: tuple(chosen)}
    for index in chosen:
        for embed in embeds.get(index, ()):
            for node, indexes in embed.pieces.items():
                pieces[node] = (*pieces.get(node, ()), *indexes)
    missing = reading.missing(set(chosen))
    is_complete = not missing and not reading.title
    text = joined(list(_blocks(reading, set(chosen), embeds)))
    if reading.view.trust.tag_of(reading.node.id):
        text = writing.as_data(text)
    result = reading.result(
        "node" if is_complete else "section",
        text,
        missing,
        tuple(node for node in pieces if node != reading.node.id),
        brief=brief,
    )
    # Then the description is the first sentence of the text.
    shows_description = is_complete and reading.node.description_derived
    return Draft(
        result,
        described=(reading.node.id,) if shows_description else (),
        pieces=pieces,
        section=reading.title,
    )


def _blocks(
    reading: _Reading, chosen: set[int], embeds: Mapping[int, Sequence[Embed]]
) -> Iterator[TextBlock]:
    """The chosen pieces with their embeds, and pointers to pieces that were shown before."""
    document = reading.view.graph.document(reading.node.id)
    last_call: int | None = None
    for section in reading.sections:
        for index in section.pieces:
            if index in chosen:
                within = index not in embeds and goes_on(document, index, chosen)
                yield TextBlock(reading.text([index]), True, within)
                for embed in embeds.get(index, ()):
                    yield TextBlock(embed.text, False)
                last_call = None
            elif index in reading.shown and reading.shown[index] != last_call:
                last_call = reading.shown[index]
                name = f"section {section.title!r}" if section.title else "the beginning"
                yield TextBlock(f"[{name}: shown {where(last_call)}]", False)


def _pointer(reading: _Reading) -> Draft:
    """The answer for a text that was all shown before: the calls that showed it."""
    indexes = (index for section in reading.sections for index in section.pieces)
    calls = {reading.shown[index] for index in indexes if index in reading.shown}
    return Draft(reading.result("pointer", shown_in=tuple(sorted(calls))))


def _summary_instead(reading: _Reading, before: str) -> Iterator[Draft]:
    """The summary, then one line, for a node of which no text fits."""
    for draft in summaries.drafts(reading.view, [reading.node], None, before=before):
        assert isinstance(draft.result, SummaryResult)
        level = "summary" if draft.summaries else "index"
        yield replace(draft, result=reading.result(level, summary=draft.result))
