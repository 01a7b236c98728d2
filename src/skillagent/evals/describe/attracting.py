"""Descriptions that attract questions that belong elsewhere.

A node attracts a question if it is ranked above a gold node, and the reason can be seen in its
title, its aliases or its description: they have rarer words of the question than those of the gold
node.

Above: `description`. Below: `walks`, `wording`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from skillagent.evals.describe.walks import Walk
from skillagent.evals.describe.wording import Wording, counted, place

FIRST = 8
"""Places of the ranking that count: those of the first page of a listing."""
FEWEST = 2
"""Fewest questions that a word of a description attracts; one alone may have it by chance."""

SHORT = 3
"""Fewest letters of a word that is proposed although the node has it nowhere."""


@dataclass(frozen=True, slots=True)
class Lacking:
    """A gold node, and words of questions that its description lacks."""

    node: str
    place: str
    cases: tuple[str, ...]
    to_add: tuple[str, ...]
    """Words that its text has, then words that it has nowhere; the most frequent first."""
    in_text: int
    """How many of these words, the first ones, are in its text."""

    def to_json(self) -> dict[str, Any]:
        return {
            "node": self.node,
            "place": self.place,
            "cases": list(self.cases),
            "words_to_add": list(self.to_add[: self.in_text]),
            "words_it_has_nowhere": list(self.to_add[self.in_text :]),
        }


@dataclass(frozen=True, slots=True)
class Attraction:
    """A description that attracts questions."""

    node: str
    place: str
    cases: tuple[str, ...]
    """Ids of the cases in which it is ranked above a gold node."""
    missed: tuple[str, ...]
    """Those of them in which the gold node was not read."""
    to_drop: tuple[str, ...]
    """Words of it that the questions have, the most frequent first."""
    instead: tuple[Lacking, ...]
    """The gold nodes."""

    def to_json(self) -> dict[str, Any]:
        return {
            "node": self.node,
            "place": self.place,
            "cases": list(self.cases),
            "missed": list(self.missed),
            "words_to_drop": list(self.to_drop),
            "instead": [gold.to_json() for gold in self.instead],
        }


@dataclass(frozen=True, slots=True)
class _Pull:
    walk: Walk
    gold: str
    terms: tuple[str, ...]
    """Stems of the question that the description has, and that of the gold node has not."""


def attractions(walks: Iterable[Walk], wording: Wording) -> list[Attraction]:
    """The descriptions that attract questions, those first whose questions miss their gold."""
    pulls: dict[str, list[_Pull]] = {}
    for walk in walks:
        for gold in walk.case.gold:
            for node, terms in _pulling(walk, gold, wording):
                pulls.setdefault(node, []).append(_Pull(walk, gold, terms))
    every = [_attraction(node, _repeated(pulls[node]), wording) for node in sorted(pulls)]
    return sorted(
        (one for one in every if one.missed),
        key=lambda one: (-len(one.missed), -len(one.cases), one.node),
    )


def lacking(node: str, walks: Iterable[Walk], wording: Wording) -> Lacking:
    """The words of some questions that the description of their gold node lacks."""
    cases, counts, words = [], Counter[str](), dict[str, str]()
    described = wording.described(node)
    for walk in walks:
        cases.append(walk.case.id)
        for term, word in wording.asked(walk.case).items():
            if term not in described:
                counts[term] += 1
                words.setdefault(term, word)
    order = counted(counts, sorted(words, key=lambda term: (-wording.rarity(term), term)))
    # First what the author already says further down: it is about the node beyond doubt.
    in_text = [term for term in order if wording.has(node, term)]
    nowhere = [term for term in order if not wording.has(node, term) and len(words[term]) >= SHORT]
    # Then words that other nodes have: they belong to the subject, and are no mere phrases.
    nowhere.sort(key=lambda term: (-counts[term], not wording.is_known(term)))
    return Lacking(
        node,
        place(wording.graph.nodes[node]),
        tuple(dict.fromkeys(cases)),
        tuple(words[term] for term in (*in_text, *nowhere)),
        len(in_text),
    )


def _pulling(walk: Walk, gold: str, wording: Wording) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each node that attracts a question from a gold node, and the words by which it does."""
    asked, own = wording.asked(walk.case), wording.described(gold)
    limit = min(walk.ranks.get(gold, FIRST + 1), FIRST + 1)
    for node, rank in walk.ranks.items():
        if rank >= limit or node in walk.case.gold:
            continue
        other = wording.described(node)
        terms = tuple(term for term in asked if term in other and term not in own)
        if wording.weight(terms) > wording.weight(t for t in asked if t in own and t not in other):
            yield node, terms


def _repeated(pulls: list[_Pull]) -> list[_Pull]:
    """What is left of the pulls with words that attract several questions."""
    by_case: dict[str, set[str]] = {}
    for pull in pulls:
        by_case.setdefault(pull.walk.case.id, set()).update(pull.terms)
    counts = Counter(term for terms in by_case.values() for term in terms)
    left = [
        _Pull(pull.walk, pull.gold, tuple(t for t in pull.terms if counts[t] >= FEWEST))
        for pull in pulls
    ]
    return [pull for pull in left if pull.terms]


def _attraction(node: str, pulls: list[_Pull], wording: Wording) -> Attraction:
    described, counts = wording.described(node), Counter[str]()
    by_case: dict[str, set[str]] = {}
    by_gold: dict[str, list[Walk]] = {}
    for pull in pulls:
        by_case.setdefault(pull.walk.case.id, set()).update(pull.terms)
        by_gold.setdefault(pull.gold, []).append(pull.walk)
    for terms in by_case.values():
        counts.update(terms)
    order = counted(counts, sorted(counts, key=lambda term: (-wording.rarity(term), term)))
    missed = (pull.walk.case.id for pull in pulls if pull.gold in pull.walk.missed)
    instead = [lacking(gold, by_gold[gold], wording) for gold in by_gold]
    return Attraction(
        node,
        place(wording.graph.nodes[node]),
        tuple(by_case),
        tuple(dict.fromkeys(missed)),
        tuple(described[term] for term in order),
        tuple(sorted(instead, key=lambda one: (-len(one.cases), one.node))),
    )
