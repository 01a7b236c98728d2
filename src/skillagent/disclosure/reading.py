"""`read_node`: the whole text of a node, or one section, as far as it fits.

A body is disclosed in pieces (blocks of text, a heading with the block below it), so that
nothing is cut inside a sentence and nothing is sent twice. What does not fit degrades:
whole text → the sections that fit, the rest named and priced → summary → one line. Only a
section that no call could ever show whole is shown piece by piece.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from skillagent.disclosure import outlining, summarizing, writing
from skillagent.disclosure.results import NodeResult, SectionLine
from skillagent.disclosure.view import Plan, View, where
from skillagent.graph import Link, Node, NodeKind
from skillagent.graph.link import is_block
from skillagent.markdown import LinkKind, Piece

EMBED_DEPTH = 5
MARGIN = 60
"""Tokens kept for what stands around the text, when choosing the sections that fit."""
ONE_BY_ONE = 16
"""So many times one section less is tried; after that twice as many are left out each time."""


class Part(NamedTuple):
    """A section's own text, up to the next heading: what is shown or left out together."""

    title: str
    level: int
    pieces: tuple[int, ...]


class _Block(NamedTuple):
    """Some lines of a text that is shown."""

    text: str
    authored: bool
    """Whether a file holds them; the others say what was embedded or shown before."""


class _Embed(NamedTuple):
    """One embed, ready to be shown: its text and the pieces of other nodes in it."""

    text: str
    pieces: dict[str, tuple[int, ...]]


class Asked(NamedTuple):
    """Which part of a body a call is about."""

    title: str
    """The heading, or `^block`; empty for the whole body."""
    first: int
    """Offset where it begins."""
    last: int


def whole(node: Node) -> Asked:
    """All of a body."""
    return Asked("", 0, len(node.document.text))


def part(view: View, node: Node, name: str) -> Asked | None:
    """The section under a heading, or the piece that a `^block` stands in; None if missing."""
    document = node.document
    if is_block(name):
        end = document.blocks.get(name[1:].casefold())
        piece = next((piece for piece in document.pieces if end and end <= piece.end), None)
        return Asked(name, piece.start, piece.end) if piece else None
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
    return Asked(view.words(heading.title), heading.start, heading.end)


def plans(
    view: View, node: Node, asked: Asked, again: bool, limit: int, cap: int
) -> Iterator[Plan]:
    """From the whole text down to one line.

    Args:
        view: the session's graph.
        node: what to read.
        asked: which part of it.
        again: show also what was shown before.
        limit: tokens that the answer may cost, a rough guide to where to begin.
        cap: tokens that any one call may cost.
    """
    parts = _parts(view, node, asked)
    costs = _Costs(view, node)
    known = {} if again else view.shown.pieces.get(node.id, {})
    new = [index for part in parts for index in part.pieces if index not in known]
    title = asked.title
    if not _joined(view, node, new).strip():
        yield _pointer(node, title, known, parts)
        return
    link = f"[[{writing.identifier(node.id)}]]"
    embeds = _Embeds(view, node)
    if costs.of(new) <= limit:
        expanded = embeds.of(new)
        if expanded:
            yield _plan(costs, title, parts, new, known, expanded)
        yield _plan(costs, title, parts, new, known, {})
    # What stands around the text: the tag, the closing line, a word on what is missing.
    around = view.count(_head(view, node, title)) + MARGIN
    for chosen in _fewer(costs, parts, new, limit - around, cap - around):
        yield _plan(costs, title, parts, chosen, known, {})
        yield _plan(costs, title, parts, chosen, known, {}, brief=True)
    if all(costs.of([index]) > cap - around for index in new):
        text = (
            f"What is left of {link} ({costs.of(new)} tokens) stands in "
            f"blocks larger than one answer may be ({cap} tokens)."
        )
        missing = tuple(_missing(costs, parts, set(), known))
        yield Plan(text, NodeResult(node.id, title, "index", "", missing))
    note = f"The text of {link} ({view.cost(node)} tokens) does not fit; its summary:"
    if node.id in view.shown.summaries:
        note = f"The text of {link} ({view.cost(node)} tokens) does not fit."
    yield from _instead(view, node, title, note)


def _parts(view: View, node: Node, asked: Asked) -> list[Part]:
    document = node.document
    found: dict[int, list[int]] = {}
    for index, piece in enumerate(document.pieces):
        if asked.first <= piece.start < asked.last:
            found.setdefault(piece.section, []).append(index)
    parts: list[Part] = []
    title, level = "", 0
    for at, indexes in found.items():
        # A heading in a comment is not shown: what follows belongs to the one above.
        if at >= 0 and not view.is_hidden(document, document.headings[at].start):
            title, level = view.words(document.headings[at].title), document.headings[at].level
        parts.append(Part(title, level, tuple(indexes)))
    return parts


def _shown(view: View, node: Node, index: int) -> str:
    piece = node.document.pieces[index]
    return view.text(node, piece.start, piece.end)


def _joined(view: View, node: Node, indexes: Sequence[int]) -> str:
    return "".join(_shown(view, node, index) for index in indexes)


class _Costs:
    """What pieces of a node cost together, counted once for all plans of an answer."""

    def __init__(self, view: View, node: Node) -> None:
        self.view = view
        self.node = node
        self._known: dict[tuple[int, ...], int] = {}

    def of(self, indexes: Sequence[int]) -> int:
        key = tuple(indexes)
        cost = self._known.get(key)
        if cost is None:
            cost = self._known[key] = self.view.count(_joined(self.view, self.node, key))
        return cost


def _fewer(
    costs: _Costs, parts: Sequence[Part], new: Sequence[int], left: int, most: int
) -> Iterator[list[int]]:
    """Pieces of whole sections in the author's order, as many as fit, then fewer and fewer.

    Args:
        costs: of the node's pieces.
        parts: its sections.
        new: pieces not shown before.
        left: tokens of text that this call may cost.
        most: tokens of text that any call may cost; a section above it is shown by pieces.
    """
    wanted = set(new)
    chosen: list[list[int]] = []
    for part in parts:
        pieces = [index for index in part.pieces if index in wanted]
        cost = costs.of(pieces) if pieces else 0
        if pieces and cost <= left:
            chosen.append(pieces)
            left -= cost
        elif cost > most:
            for index in pieces:
                cost = costs.of([index])
                if cost <= left:
                    chosen.append([index])
                    left -= cost
                elif cost <= most:
                    break  # it fits into another call: the order is kept
    if sum(map(len, chosen)) == len(new):
        chosen = chosen[:-1]  # all of it was tried before
    tried = 0
    while chosen:
        yield [index for pieces in chosen for index in pieces]
        tried += 1
        # Of thousands of tiny blocks, dropped one by one, each plan would cost the whole text.
        del chosen[-(1 << max(0, tried - ONE_BY_ONE)) :]


def _plan(
    costs: _Costs,
    title: str,
    parts: Sequence[Part],
    indexes: Sequence[int],
    known: dict[int, int],
    embeds: dict[int, list[_Embed]],
    brief: bool = False,
) -> Plan:
    view, node = costs.view, costs.node
    chosen = set(indexes)
    body: list[_Block] = []
    pieces: dict[str, tuple[int, ...]] = {node.id: tuple(indexes)}
    last_call: int | None = None
    for part in parts:
        for index in part.pieces:
            if index in chosen:
                body.append(_Block(_shown(view, node, index).rstrip("\n"), True))
                for embed in embeds.get(index, ()):
                    body.append(_Block(embed.text, False))
                    for other, found in embed.pieces.items():
                        pieces[other] = (*pieces.get(other, ()), *found)
                last_call = None
            elif index in known and known[index] != last_call:
                last_call = known[index]
                name = f"section {part.title!r}" if part.title else "the beginning"
                body.append(_Block(f"[{name}: shown {where(last_call)}]", False))
    text = _text(body)
    missing = _missing(costs, parts, chosen, known)
    lines = [_head(costs.view, node, title), text, "</node>"]
    if missing:
        named = ", ".join(
            f"{writing.in_list(line.title) or 'beginning'} ({line.cost})"
            for line in missing[: outlining.OUTLINE]
        )
        more = len(missing) - outlining.OUTLINE
        if more > 0:
            named += f" and {more} more"
        if brief:
            left = sum(line.cost for line in missing)
            named = f"{len(missing)} sections ({left})" if len(missing) > 1 else str(left)
        lines.append(
            f"Not shown (tokens): {named}. Call read_node again to go on, or name a section."
        )
    complete = not missing and not title
    return Plan(
        "\n".join(lines),
        NodeResult(
            node.id,
            title,
            "node" if complete else "section",
            text,
            tuple(missing),
            tuple(other for other in pieces if other != node.id),
        ),
        described=(node.id,) if complete and node.description_derived else (),
        pieces=pieces,
        section=title,
    )


def _text(blocks: Sequence[_Block]) -> str:
    """The blocks with a blank line between them, without those that have nothing to show."""
    kept = (block for block in blocks if block.text.strip())
    made = []
    for authored, group in groupby(kept, key=lambda block: block.authored):
        joined = "\n\n".join(block.text for block in group)
        # A tag may begin in one piece and end in the next.
        made.append(writing.body(joined) if authored else joined)
    return "\n\n".join(made).strip("\n")


def _head(view: View, node: Node, title: str) -> str:
    head = f'<node id="{writing.attribute(node.id)}"'
    if title:
        head += f' section="{writing.attribute(title)}"'
    if node.kind is not NodeKind.NODE:
        head += f' kind="{node.kind.value}"'
    if outdated := view.graph.outdated.get(node.id):
        head += f' status="{outdated.word}"'
        if outdated.successors:
            head += f' replaced-by="{writing.attribute(outdated.successors[0])}"'
    return head + ">"


def _missing(
    costs: _Costs, parts: Sequence[Part], chosen: set[int], known: dict[int, int]
) -> list[SectionLine]:
    found = []
    for part in parts:
        left = [index for index in part.pieces if index not in chosen and index not in known]
        # What holds nothing but hidden text is not missed.
        if left and (cost := costs.of(left)):
            found.append(SectionLine(part.title, part.level, cost))
    return found


def _pointer(node: Node, title: str, known: dict[int, int], parts: Sequence[Part]) -> Plan:
    calls = sorted({known[index] for part in parts for index in part.pieces if index in known})
    name = f"[[{writing.identifier(f'{node.id}#{title}' if title else node.id)}]]"
    if not calls:
        text = f"{name} has no text; its summary may have links."
    else:
        places = " and ".join(where(call) for call in calls[-2:])
        text = f"{name} was shown {places}; pass again=true to repeat it."
    return Plan(text, NodeResult(node.id, title, "pointer", "", ()))


def _instead(view: View, node: Node, title: str, note: str) -> Iterator[Plan]:
    """The summary, then one line: what is left to show where no text fits."""
    for plan in summarizing.plans(view, [node], None, before=note):
        level = "summary" if plan.summaries else "index"
        yield Plan(
            plan.text,
            NodeResult(node.id, title, level, "", ()),
            plan.lines,
            plan.described,
            plan.summaries,
        )


def _start(piece: Piece) -> int:
    return piece.start


def _end(piece: Piece) -> int:
    return piece.end


class _Embeds:
    """Expands `![[…]]` of one node; never a node inside itself, never text shown before."""

    def __init__(self, view: View, node: Node) -> None:
        self._view = view
        self._node = node
        self._seen: dict[str, set[int]] = {}
        self._done: set[tuple[str, int, int]] = set()
        """Stretches, by node and offsets, that were expanded: nothing of them is left to show."""

    def of(self, indexes: Sequence[int]) -> dict[int, list[_Embed]]:
        """Piece of the node → what it embeds, in order."""
        return self._of(self._node, indexes, (self._node.id,))

    def _of(
        self, node: Node, indexes: Sequence[int], stack: tuple[str, ...]
    ) -> dict[int, list[_Embed]]:
        found: dict[int, list[_Embed]] = {}
        links = [
            link
            for link in self._view.graph.links_from(node.id)
            if link.kind is LinkKind.EMBED and link.target
        ]
        places = [link.reference.start for link in links]
        for index in indexes if links else ():
            piece = node.document.pieces[index]
            inside = slice(bisect_left(places, piece.start), bisect_left(places, piece.end))
            for link in links[inside]:
                if embed := self._expanded(link, stack):
                    found.setdefault(index, []).append(embed)
        return found

    def _expanded(self, link: Link, stack: tuple[str, ...]) -> _Embed | None:
        assert link.target
        if link.target in stack or len(stack) > EMBED_DEPTH:
            return None
        target = self._view.graph.nodes[link.target]
        document = target.document
        first, last = document.frontmatter.body_start, len(document.text)
        if is_block(link.fragment):
            end = document.blocks.get(link.fragment[1:].casefold(), -1)
            first, last = end - 1, end
        elif link.fragment:
            at = document.find_heading(link.fragment)
            if at < 0:
                return None
            first, last = document.headings[at].start, document.headings[at].end
        if (target.id, first, last) in self._done:
            return None
        self._done.add((target.id, first, last))
        shown = self._view.shown.pieces.get(target.id, {})
        seen = self._seen.setdefault(target.id, set())
        pieces_inside = range(
            bisect_right(document.pieces, first, key=_end),
            bisect_left(document.pieces, last, key=_start),
        )
        indexes = [index for index in pieces_inside if index not in shown and index not in seen]
        if not indexes:
            return None
        seen.update(indexes)
        pieces: dict[str, tuple[int, ...]] = {target.id: tuple(indexes)}
        inner = self._of(target, indexes, (*stack, target.id))
        body: list[_Block] = []
        for index in indexes:
            body.append(_Block(_shown(self._view, target, index).rstrip("\n"), True))
            for embed in inner.get(index, ()):
                body.append(_Block(embed.text, False))
                for other, more in embed.pieces.items():
                    pieces[other] = (*pieces.get(other, ()), *more)
        name = f"{target.id}#{link.fragment}" if link.fragment else target.id
        quoted = "\n".join("> " + line for line in _text(body).split("\n"))
        return _Embed(f"> embedded [[{writing.identifier(name)}]]:\n{quoted}", pieces)
