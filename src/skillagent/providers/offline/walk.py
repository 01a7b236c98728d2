"""What the navigator asks for next: the listing, then its hits in order while they are worth it.

A step is worth taking by what it may bring for what it costs. What it may bring are the words
of the question that its line holds, by their rarity, each counting less the more often
the texts read so far hold it. So a long text is read once, and short ones go on being read until
the budget is spent, because the next one costs little.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from skillagent.index.analyzer import terms
from skillagent.providers.offline.seen import Hit, Section, Seen, weight

LONG = 1_500
"""A node above these tokens, and above `PART` of the room, is read by sections, after its summary;
a skill is read whole."""
SECTIONS = 4
"""So many sections of a long node are read at most: those that answer best, and its first one."""
TOP, PART = 5, 0.3
"""Of the first hits so many are read if they promise an answer, and if one step does not take more
than this part of the room."""
DOUBLE = 600
"""The tokens at which a price weighs twice; see `_dear`."""
AROUND = 35
"""Tokens around the text of an answer: its tag and its closing line."""
SUMMARY, SECTION = 300, 350
"""What a summary costs, roughly, and a section of a node whose outline is not known."""
PAGE, PAGE_LINES, LAST_LINES = 600, 8, 3
"""What a page of hits costs, roughly, how many it has, and how many of them speak for the next."""
BATCHES = (600, 1_200, 2_400)
"""Tokens read at once before the texts are judged again; the last one for every later turn."""
FLOOR, HIGH_FLOOR = 0.03, 0.3
"""What a step must bring at least, as a share of the question for a thousand tokens; and once a
node that was read may be the answer, or where no hit promises one."""
ANSWERED, ABOUT = 0.75, 0.4
"""A node may be the answer if it holds so much of what the hits together promise, and its names,
description and headings so much."""
PROMISING = 0.4
"""A hit promises an answer if its line holds so much of the question."""
SKILL_FLOOR = 0.6
"""A skill is also worth reading if it brings this for each part of the room that it takes."""
REPEATS = 5
"""Of a word in one text, so many are counted."""
MOST_TURNS = 10


@dataclass(frozen=True, slots=True)
class Step:
    """One call."""

    tool: str
    arguments: Mapping[str, Any]
    price: int = 0
    """What it costs, about."""
    later: int = 0
    """What the step costs that it is made for."""


def next_calls(seen: Seen) -> list[Step]:
    """The calls of the next turn; none once it is time to answer.

    Args:
        seen: all that was disclosed.
    """
    if seen.spent or not seen.wanted or seen.turns >= MOST_TURNS:
        return []
    if not seen.listings:
        return [Step("list_index", {"query": seen.question})]
    return _together(_Turn(seen).steps(), seen.question)


def _together(steps: list[Step], question: str) -> list[Step]:
    """The steps with one call for all summaries, where the first of them stands."""
    nodes = [step.arguments["node"] for step in steps if step.tool == "read_summary"]
    found: list[Step] = []
    for step in steps:
        if step.tool != "read_summary":
            found.append(step)
        elif nodes:
            found.append(Step("read_summary", {"nodes": nodes, "query": question}))
            nodes = []
    return found


class _Turn:
    """The choice of one turn's steps."""

    def __init__(self, seen: Seen) -> None:
        self._seen = seen
        self._weights = seen.weights()
        self._covered = self._coverage()
        self._floor = FLOOR if self._is_promising() and not self._answered() else HIGH_FLOOR
        self._room = PAGE if seen.room is None else seen.room

    def steps(self) -> list[Step]:
        """Steps in the order of the hits, as many as one batch may cost; then the next page."""
        seen = self._seen
        steps: list[Step] = []
        paid = 0
        for hit in seen.hits.values():
            step = self._step(hit.node)
            if step is None or paid + step.price > self._room:
                continue
            if not self._is_worth(hit, step, self._room - paid):
                continue
            steps.append(step)
            paid += step.price
            for term in self._covered.keys() & hit.words:
                self._covered[term] += 1
            if paid >= BATCHES[min(seen.turns, len(BATCHES)) - 1]:
                return steps
        if seen.cursor and self._room - paid >= SECTION and self._goes_on():
            steps.append(Step("list_index", {"query": seen.question, "cursor": seen.cursor}))
        return steps

    def _coverage(self) -> dict[str, int]:
        """Term → how often the texts of hits hold it."""
        covered = dict.fromkeys(self._seen.wanted, 0)
        for node, texts in self._seen.texts.items():
            if node in self._seen.hits:
                counts = Counter(terms("\n".join((node, *texts))))
                for term in covered:
                    covered[term] += min(REPEATS, counts[term])
        return covered

    def _is_promising(self) -> bool:
        """Whether any hit promises enough of the question to go on reading for it."""
        return any(self._weight(hit.words) >= PROMISING for hit in self._seen.hits.values())

    def _answered(self) -> bool:
        """Whether one node that was read holds most of what the hits together promise."""
        seen = self._seen
        promised = frozenset[str]().union(*(hit.words for hit in seen.hits.values()))
        whole = self._weight(promised)
        return any(
            self._weight(promised & seen.node_words(node)) >= ANSWERED * whole
            and self._weight(promised & seen.about(node)) >= ABOUT * whole
            for node in seen.texts
            if whole
        )

    def _weight(self, words: frozenset[str]) -> float:
        return weight(self._weights, words)

    def _gain(self, hit: Hit) -> float:
        words = self._weights.keys() & hit.words
        return sum(self._weights[term] / (1 + self._covered[term]) for term in sorted(words))

    def _is_worth(self, hit: Hit, step: Step, room: int) -> bool:
        if self._is_among_first(hit) and step.price + step.later <= PART * room:
            return True
        gain = self._gain(hit)
        if gain * 1_000 >= self._floor * _dear(step.price + step.later):
            return True
        return self._seen.kinds.get(hit.node) == "skill" and gain * room >= SKILL_FLOOR * step.price

    def _is_among_first(self, hit: Hit) -> bool:
        """Whether a hit is one of the first and promises an answer: ranking knows more of a node
        than its line tells."""
        first = islice(self._seen.hits.values(), TOP)
        return hit in first and self._weight(hit.words) >= PROMISING

    def _goes_on(self) -> bool:
        """Whether the end of the last page promises that the next one is worth its price."""
        last = list(self._seen.hits.values())[-LAST_LINES:]
        line = AROUND + PAGE // PAGE_LINES
        return any(
            self._gain(hit) * 1_000
            >= self._floor * _dear(min(self._seen.costs[hit.node], LONG) + line)
            for hit in last
        )

    def _step(self, node: str) -> Step | None:
        """The next call for a node; None where all of it was seen that is worth it."""
        seen = self._seen
        whole = Step("read_node", {"node": node}, seen.costs[node] + AROUND)
        if node in seen.whole or f"read_node {node}#" in seen.called:
            return None
        if seen.costs[node] <= max(LONG, PART * self._room) or seen.kinds.get(node) == "skill":
            return whole
        if node not in seen.outlines and f"read_summary {node}" not in seen.called:
            return Step("read_summary", {"node": node}, SUMMARY, SECTION)
        sections = _in_order(seen, node)
        if not sections or sections[0].cost * 2 > seen.costs[node]:
            return whole
        for section in sections[:SECTIONS]:
            if f"read_node {node}#{section.title}" not in seen.called:
                arguments = {"node": node, "section": section.title}
                return Step("read_node", arguments, section.cost + AROUND)
        return None


def _dear(price: int) -> float:
    """A price as it weighs: a long text holds words by chance, and leaves less for others."""
    return price * (1 + price / DOUBLE)


def _in_order(seen: Seen, node: str) -> list[Section]:
    """The sections to read: the one that answers best, the first of the node, then the others that
    answer. The first one introduces what the others go into."""
    sections = seen.outlines.get(node, ())
    ranked = sorted((one for one in sections if one.rank), key=lambda one: one.rank)
    opening = [one for one in sections[:1] if ranked and not one.rank]
    return [*ranked[:1], *opening, *ranked[1:]]
