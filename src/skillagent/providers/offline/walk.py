"""Chooses the navigator's next calls: the listing, then its hits in order while they are worth it.

A call is worth making if its gain is high enough for its price. The gain is the weight of the
question's words in the hit's line: rare words weigh more, and each word weighs less the more often
the texts read so far have it. So a long text is read only once, while short ones are read until the
budget is spent, because each costs little.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from skillagent.index.analyzer import terms
from skillagent.providers.offline.walk_state import ListedHit, OutlineSection, WalkState, weight

LONG = 1_500
"""Nodes of more tokens than this, and than `PART` of the room, are read by sections, after their
summary; a skill is always read whole."""
SECTIONS = 4
"""Most sections that are read of a long node: those that answer best, and its first one."""
TOP, PART = 5, 0.3
"""The first `TOP` hits are read if they promise an answer and cost at most `PART` of the room."""
DOUBLE = 600
"""The price in tokens that counts twice; see `_weighted_price`."""
AROUND = 35
"""Tokens of the lines around an answer's text: the tags and the closing line."""
SUMMARY, SECTION = 300, 350
"""Rough price in tokens of a summary, and of a section while the outline is not known."""
PAGE, PAGE_LINES, LAST_LINES = 600, 8, 3
"""Rough price in tokens of a page of hits, its lines, and how many of the last lines decide whether
the next page is listed."""
BATCHES = (600, 1_200, 2_400)
"""Tokens that are read in the first, second and every later turn of reading."""
FLOOR, HIGH_FLOOR = 0.03, 0.3
"""Least gain for a thousand tokens, as a share of the question; the high one applies when a text
that was read may be the answer, and when no hit promises an answer."""
ANSWERED, ABOUT = 0.75, 0.4
"""A node may be the answer if it has the first share of the words in all hits' lines, and if its
names, description and headings have the second share."""
PROMISING = 0.4
"""A hit promises an answer if its line has at least this share of the question."""
SKILL_FLOOR = 0.6
"""A skill is also worth reading if its gain is at least this times its share of the room."""
REPEATS = 5
"""Most occurrences of a word that are counted in one text."""
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
        self._covered = self._coverage()
        self._floor = FLOOR if self._is_promising() and not self._answered() else HIGH_FLOOR
        self._room = PAGE if state.room is None else state.room

    def calls(self) -> list[PlannedCall]:
        """Calls in the order of the hits, as many as one batch may cost; then the next page.

        What replaces an outdated text is read first, because the text alone would mislead.
        """
        state = self._state
        calls = self._successor_calls()
        price = sum(call.price for call in calls)
        for hit in state.hits.values():
            call = self._call_for(hit.node)
            if call is None or call in calls or price + call.price > self._room:
                continue
            if not self._is_worth(hit, call, self._room - price):
                continue
            calls.append(call)
            price += call.price
            for term in self._covered.keys() & hit.words:
                self._covered[term] += 1
            if price >= BATCHES[min(state.turns, len(BATCHES)) - 1]:
                return calls
        if state.cursor and self._room - price >= SECTION and self._goes_on():
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
            call = None if node in state.texts else self._call_for(node)
            if call and price + call.price <= self._room:
                calls.append(call)
                price += call.price
        return calls

    def _coverage(self) -> dict[str, int]:
        """Term → how often the texts of the hits have it."""
        covered = dict.fromkeys(self._state.wanted, 0)
        for node, texts in self._state.texts.items():
            if node in self._state.hits:
                counts = Counter(terms("\n".join((node, *texts))))
                for term in covered:
                    covered[term] += min(REPEATS, counts[term])
        return covered

    def _is_promising(self) -> bool:
        """Whether any hit promises an answer."""
        return any(self._weight(hit.words) >= PROMISING for hit in self._state.hits.values())

    def _answered(self) -> bool:
        """Whether a node that was read may be the answer; see `ANSWERED`."""
        state = self._state
        promised = frozenset[str]().union(*(hit.words for hit in state.hits.values()))
        whole = self._weight(promised)
        return any(
            self._weight(promised & state.node_words(node)) >= ANSWERED * whole
            and self._weight(promised & state.about(node)) >= ABOUT * whole
            for node in state.texts
            if whole
        )

    def _weight(self, words: frozenset[str]) -> float:
        return weight(self._weights, words)

    def _gain(self, hit: ListedHit) -> float:
        words = self._weights.keys() & hit.words
        return sum(self._weights[term] / (1 + self._covered[term]) for term in sorted(words))

    def _is_worth(self, hit: ListedHit, call: PlannedCall, room: int) -> bool:
        if self._is_among_first(hit) and call.price + call.later <= PART * room:
            return True
        gain = self._gain(hit)
        if gain * 1_000 >= self._floor * _weighted_price(call.price + call.later):
            return True
        return (
            self._state.kinds.get(hit.node) == "skill" and gain * room >= SKILL_FLOOR * call.price
        )

    def _is_among_first(self, hit: ListedHit) -> bool:
        """Whether a hit is one of the first and promises an answer.

        Such a hit is read although its line tells little: the ranking has used its whole text.
        """
        first = islice(self._state.hits.values(), TOP)
        return hit in first and self._weight(hit.words) >= PROMISING

    def _goes_on(self) -> bool:
        """Whether the next page is worth its price, judged by the last lines of this one."""
        last = list(self._state.hits.values())[-LAST_LINES:]
        line = AROUND + PAGE // PAGE_LINES
        return any(
            self._gain(hit) * 1_000
            >= self._floor * _weighted_price(min(self._state.costs[hit.node], LONG) + line)
            for hit in last
        )

    def _call_for(self, node: str) -> PlannedCall | None:
        """The next call for a node; None if nothing more of it is worth reading."""
        state = self._state
        if node not in state.costs:  # it was not listed: it replaces a node that was read
            is_asked = f"read_summary {node}" in state.called
            return None if is_asked else PlannedCall("read_summary", {"node": node}, SUMMARY)
        whole = PlannedCall("read_node", {"node": node}, state.costs[node] + AROUND)
        if node in state.whole or f"read_node {node}#" in state.called:
            return None
        if state.costs[node] <= max(LONG, PART * self._room) or state.kinds.get(node) == "skill":
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


def _weighted_price(price: int) -> float:
    """A price, higher for long texts: they contain words by chance, and leave less for others."""
    return price * (1 + price / DOUBLE)


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
