"""The links of an index while some of its documents change.

Above: `updating`. Below: `pending_rows`, `store`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from skillagent.graph import Link, Node
from skillagent.graph.adjacency import reached
from skillagent.graph.build import depends_on_its_place
from skillagent.graph.resolve import SEPARATOR, rough_key
from skillagent.index.tables import ANCHORS, anchor_terms
from skillagent.indexing.pending_rows import PendingRows
from skillagent.markdown import LinkKind, Reference
from skillagent.store.overlaid_rows import REMOVED
from skillagent.store.rows import Kind, pack_numbers, text_key, unpack_numbers
from skillagent.store.stored_analysis import Meaning, StoredAnalysis, meaning_of
from skillagent.store.stored_values import StoredLink, pack_links, unpack_head, unpack_links

Target: TypeAlias = tuple[str | None, tuple[str, ...]]
"""Id of the node that a link leads to, and ids of those that it may mean."""


class LinkUpdate:
    """Replaces the links of documents.

    Args:
        rows: the rows of the index.
    """

    def __init__(self, rows: PendingRows) -> None:
        self._rows = rows
        self._moved: set[int] = set()
        """Nodes to which other nodes link than before."""
        self.have_moved = False
        """Whether a node links to other nodes than before."""

    def resolved(self, node: Node, number: int, before: StoredAnalysis) -> list[Link] | None:
        """The links of a node whose text has changed; None if a target is not certain.

        Args:
            node: the node.
            number: its number.
            before: what was known of it.
        """
        known: dict[Meaning, Target] = {
            (link.kind.value, link.name, link.key, mark): (link.target, link.candidates)
            for link, mark in zip(self._links(number), before.marks, strict=True)
        }
        links = []
        for reference in node.document.references:
            meaning = meaning_of(reference)
            if reference.kind is LinkKind.COMMENT or meaning in before.no_links:
                continue
            target = known.get(meaning) or self._target(reference, node)
            if target is None:
                return None
            leads_to, candidates = target
            if leads_to is None and depends_on_its_place(reference, node):
                if candidates:  # whether it is a link depends on why none of them was chosen
                    return None
                continue
            links.append(Link(node.id, leads_to, reference, "", candidates, node.document))
        return links

    def _target(self, reference: Reference, node: Node) -> Target | None:
        """Where a new link leads; None if that is not certain."""
        name = reference.target
        if not name:
            return node.id, ()
        if reference.kind is LinkKind.MARKDOWN or SEPARATOR in name:
            return None
        # A bare name, spelled exactly as one file's, is the strongest rule of `resolve`.
        value = self._rows.get(Kind.NAME, text_key(rough_key(name)))
        heads = (
            unpack_head(self._rows.known(Kind.HEAD, number))
            for number in (unpack_numbers(value) if value else ())
        )
        same = [head.id for head in heads if head.root == node.root and head.stem == name]
        return (same[0], ()) if len(same) == 1 else None

    def replace(self, number: int, links: Sequence[Link]) -> list[int]:
        """Replace the links of a node.

        Args:
            number: the number of the node.
            links: its new links.

        Returns:
            The nodes for which the words around its links are indexed, or were.
        """
        before = self._incoming_of(self._links(number))
        after = self._incoming_of(links)
        self._rows.put(Kind.LINKS, number, pack_links(links, {}) if links else REMOVED)
        old, new = list(before), list(after)
        anchored = []
        for target in dict.fromkeys((*old, *new)):
            if target == number:
                continue
            pairs = self._pairs(target)
            others = [pair for pair in pairs if pair[0] != number]
            at = bisect_left(others, (number, 0))
            own = [(number, place) for place in after.get(target, ())]
            pairs = [*others[:at], *own, *others[at:]]
            numbers = pack_numbers(part for pair in pairs for part in pair)
            self._rows.put(Kind.INCOMING, target, numbers if pairs else REMOVED)
            if at < ANCHORS:
                anchored.append(target)
        if old != new:
            self._move(number, old, new)
        return anchored

    def _incoming_of(self, links: Iterable[Link | StoredLink]) -> dict[int, list[int]]:
        """Target → the places of the links to it, in the order of first mention."""
        incoming: dict[int, list[int]] = {}
        for place, link in enumerate(links):
            if link.target:
                target = unpack_numbers(self._rows.known(Kind.NUMBER, text_key(link.target)))[0]
                incoming.setdefault(target, []).append(place)
        return incoming

    def _move(self, number: int, old: Sequence[int], new: Sequence[int]) -> None:
        """Take over that a node links to other nodes than before."""
        self.have_moved = True
        moved = set(old) ^ set(new)
        self._moved |= moved
        edges = self._edges(number)
        neighbors = [target for target in new if target != number]
        self._rows.put(Kind.EDGES, number, pack_numbers((edges[0], *neighbors)))
        for target in sorted(moved - {number}):
            indegree, *targets = self._edges(target)
            indegree += 1 if target in new else -1
            self._rows.put(Kind.EDGES, target, pack_numbers((indegree, *targets)))

    def anchors(self, number: int) -> list[str]:
        """The terms around the first links to a node."""
        terms: list[str] = []
        for source, place in self._pairs(number)[:ANCHORS]:
            link = self._links(source)[place]
            language = unpack_head(self._rows.known(Kind.HEAD, source)).language
            terms += anchor_terms(link.around(), link.label, language)
        return terms

    def arrange(self) -> None:
        """Put the nodes in order again where the order depends on links."""
        edges: Mapping[int, Sequence[int]] = {
            int(number): unpack_numbers(value) for number, value in self._rows.every(Kind.EDGES)
        }
        gathering = sorted(
            self._sequence("gathering"), key=lambda node: (1 - len(edges[node]), node)
        )
        self._put_sequence("gathering", gathering)
        linked = {*self._sequence("most_linked"), *self._moved}
        self._put_sequence(
            "most_linked",
            sorted(
                (node for node in linked if edges[node][0] or self._links_to_itself(node)),
                key=lambda node: (-edges[node][0], node),
            ),
        )
        targets = {node: numbers[1:] for node, numbers in edges.items()}
        mapped = reached((*self._sequence("entries"), *gathering), targets)
        self._put_sequence("unmapped", [node for node in edges if node not in mapped])

    def _links_to_itself(self, number: int) -> bool:
        links = self._links(number)
        return any(link.target == link.source for link in links)

    def _sequence(self, name: str) -> Sequence[int]:
        return unpack_numbers(self._rows.known(Kind.PART, name.encode()))

    def _put_sequence(self, name: str, numbers: Iterable[int]) -> None:
        self._rows.put(Kind.PART, name.encode(), pack_numbers(numbers))

    def _links(self, number: int) -> Sequence[StoredLink]:
        value = self._rows.get(Kind.LINKS, number)
        if value is None:
            return ()
        return unpack_links(unpack_head(self._rows.known(Kind.HEAD, number)).id, value)

    def _pairs(self, number: int) -> list[tuple[int, int]]:
        """The links to a node: number of the source, and place among its links."""
        value = self._rows.get(Kind.INCOMING, number)
        numbers = unpack_numbers(value) if value else ()
        return list(zip(numbers[::2], numbers[1::2], strict=True))

    def _edges(self, number: int) -> Sequence[int]:
        return unpack_numbers(self._rows.known(Kind.EDGES, number))
