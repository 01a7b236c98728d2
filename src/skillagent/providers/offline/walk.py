"""Chooses the navigator's next calls: the listing, then its hits in order while they are worth it.

A call is worth making if the hit promises enough for its price. The promise is the hit's score,
compared with the best one's. The price counts as a part of what the question may cost: what costs
next to nothing is read on a small promise, so that short texts are read until the budget is spent.
Once a text that was read may be the answer, the others must promise more.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from skillagent.providers.offline.walk_state import ListedHit, OutlineSection, WalkState, weight

LONG = 1_500
"""Nodes of more tokens than this, and than `PART` of the room, are read by sections, after their
summary; a skill is always read whole, if it fits."""
PART = 0.3
"""Part of the room that a node of more than `LONG` tokens may cost to be read whole."""
SECTIONS = 4
"""Most sections that are read of a long node: those that answer best, and its first one."""
AROUND = 35
"""Tokens of the lines around an answer's text: the tags and the closing line."""
SUMMARY, SECTION = 300, 350
"""Rough price in tokens of a summary, and of a section while the outline is not known."""
ONE_ANSWER = 0.55
"""Part of the room that one answer may cost, roughly."""
PAGE, FEW = 80, 3
"""Rough price in tokens of a short page of hits, and how many hits it has at least."""
BATCHES = (600, 1_200, 2_400)
"""Tokens that are read in the first, second and every later turn of reading."""
HIGHEST, HALF = 0.3, 0.05
"""The promise that a call needs if it costs most of the room; and the part of the room for which
half of that promise is enough. Below, it falls by the square of the price."""
HIGHEST_ANSWERED, HALF_ANSWERED = 0.5, 0.03
"""The same when a text that was read may be the answer."""
HIGHEST_WEAK = 0.6
"""`HIGHEST` when the listing says that its best match is weak."""
ANSWERED, ABOUT = 0.75, 0.4
"""A node may be the answer if it has the first share of the words that any hit is known to have,
and if its names, description and headings have the second share."""
MOST_TURNS = 10
"""Turns after which the navigator answers."""


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """A call that may be made, with its price."""

    tool: str
    arguments: Mapping[str, Any]
    price: int = 0
    """Rough cost of the call in tokens."""
    later: int = 0
    """Rough cost in tokens of the call that this one prepares."""


def next_calls(state: WalkState) -> list[PlannedCall]:
    """The calls of the next turn; empty when it is time to answer.

    Args:
        state: what was disclosed so far.
    """
    if state.spent or not state.wanted or state.turns >= MOST_TURNS:
        return []
    if not state.listings:
        return [PlannedCall("list_index", {"query": state.question})]
    return _with_summaries_joined(_TurnPlan(state).calls(), state.question)


def _with_summaries_joined(calls: list[PlannedCall], question: str) -> list[PlannedCall]:
    """The calls, with all summaries in one call, in the place of the first."""
    nodes = [call.arguments["node"] for call in calls if call.tool == "read_summary"]
    joined: list[PlannedCall] = []
    for call in calls:
        if call.tool != "read_summary":
            joined.append(call)
        elif nodes:
            joined.append(PlannedCall("read_summary", {"nodes": nodes, "query": question}))
            nodes = []
    return joined


class _TurnPlan:
    """Chooses the calls of one turn."""

    def __init__(self, state: WalkState) -> None:
        self._state = state
        self._weights = state.weights()
        self._room = PAGE if state.room is None else state.room
        self._highest, self._half = HIGHEST, HALF
        if state.weak:
            self._highest = HIGHEST_WEAK
        elif self._answered():
            self._highest, self._half = HIGHEST_ANSWERED, HALF_ANSWERED

    def calls(self) -> list[PlannedCall]:
        """Calls in the order of the hits, as many as one batch may cost; then the next page.

        A hit that does not fit is skipped. What replaces an outdated text is read first, because
        the text alone would mislead.
        """
        state = self._state
        calls = self._successor_calls()
        price = sum(call.price for call in calls)
        for hit in state.hits.values():
            call = self._call_for(hit.node, self._room - price)
            if call is None or call in calls or price + call.price > self._room:
                continue
            if self._promise(hit) < self._needed(call.price + call.later):
                continue
            calls.append(call)
            price += call.price
            if price >= BATCHES[min(state.turns, len(BATCHES)) - 1]:
                return calls
        if state.cursor and self._goes_on(self._room - price):
            calls.append(
                PlannedCall("list_index", {"query": state.question, "cursor": state.cursor})
            )
        return calls

    def _successor_calls(self) -> list[PlannedCall]:
        """The next call for each node that replaces a node whose text was read."""
        state = self._state
        calls: list[PlannedCall] = []
        price = 0
        successors = (new for old in state.texts for new in state.successors.get(old, ()))
        for node in dict.fromkeys(successors):
            call = None if node in state.texts else self._call_for(node, self._room - price)
            if call and price + call.price <= self._room:
                calls.append(call)
                price += call.price
        return calls

    def _answered(self) -> bool:
        """Whether a node that was read may be the answer; see `ANSWERED`."""
        state = self._state
        known = (state.known_words(node) for node in state.hits)
        promised = frozenset[str]().union(*(words for words in known if words is not None))
        whole = self._weight(promised)
        return any(
            self._weight(promised & state.node_words(node)) >= ANSWERED * whole
            and self._weight(promised & state.about(node)) >= ABOUT * whole
            for node in state.texts
            if whole
        )

    def _weight(self, words: frozenset[str]) -> float:
        return weight(self._weights, words)

    def _promise(self, hit: ListedHit) -> float:
        """How much a hit promises, as a part of what the best one promises."""
        if hit.score is not None:
            return hit.score
        return 1.0 if hit.words is None else self._weight(hit.words)

    def _needed(self, price: float) -> float:
        """What a hit must promise, so that a call of this price is worth making."""
        part = price / max(self._state.most_room, price, 1)
        return self._highest * part**2 / (part**2 + self._half**2)

    def _goes_on(self, room: int) -> bool:
        """Whether the next page is worth its price, judged by the hits on the pages so far.

        Args:
            room: tokens that the page and a hit on it may cost.
        """
        state = self._state
        *_, last = state.hits.values()
        price = AROUND + statistics.median(state.costs[node] for node in state.hits)
        return PAGE + price <= room and self._promise(last) >= self._needed(price + PAGE / FEW)

    def _call_for(self, node: str, room: int) -> PlannedCall | None:
        """The next call for a node; None if nothing more of it is worth reading.

        Args:
            node: the node.
            room: tokens that the call may cost.
        """
        state = self._state
        if node in state.whole:
            return None
        if node not in state.costs:  # it was not listed: it replaces a node that was read
            is_asked = f"read_summary {node}" in state.called
            return None if is_asked else PlannedCall("read_summary", {"node": node}, SUMMARY)
        if f"read_node {node}#" in state.called:
            left = state.left_out.get(node, 0)
            return PlannedCall("read_node", {"node": node}, left + AROUND) if left else None
        whole = PlannedCall("read_node", {"node": node}, self._price(node))
        if state.kinds.get(node) == "skill" and (whole.price <= room or state.texts):
            return whole
        if state.costs[node] <= max(LONG, PART * self._room):
            return whole
        if node not in state.outlines and f"read_summary {node}" not in state.called:
            return PlannedCall("read_summary", {"node": node}, SUMMARY, SECTION)
        sections = _sections_to_read(state, node)
        if not sections or sections[0].cost * 2 > state.costs[node]:
            return whole
        for section in sections[:SECTIONS]:
            if f"read_node {node}#{section.title}" not in state.called:
                arguments = {"node": node, "section": section.title}
                return PlannedCall("read_node", arguments, section.cost + AROUND)
        return None

    def _price(self, node: str) -> int:
        """Tokens that a whole node costs; a long one comes in two answers."""
        cost = self._state.costs[node]
        return cost + AROUND * (2 if cost > ONE_ANSWER * self._state.most_room else 1)


def _sections_to_read(state: WalkState, node: str) -> list[OutlineSection]:
    """The sections to read: the one that answers best, the node's first, then others that answer.

    The first section often introduces the terms that the others use.
    """
    sections = state.outlines.get(node, ())
    ranked = sorted(
        (section for section in sections if section.rank), key=lambda section: section.rank
    )
    opening = [section for section in sections[:1] if ranked and not section.rank]
    return [*ranked[:1], *opening, *ranked[1:]]
