"""Links whose sentences match a question better than those that lead to its gold nodes.

Only links that the reader had before its eyes count: those in nodes that were read. Of them, the
one whose sentence matches best is named for each gold node that was missed.

Above: `description`. Below: `walks`, `wording`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from skillagent.evals.describe.walks import Walk
from skillagent.evals.describe.wording import Wording, counted, link_place
from skillagent.graph import Link

FEWEST_WORDS = 2
"""Fewest words of a question that only the sentence of the wrong link has; one alone is chance."""


@dataclass(frozen=True, slots=True)
class RightLink:
    """A link to a gold node, and the words of the questions that its sentence lacks."""

    place: str
    target: str
    to_add: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {"place": self.place, "target": self.target, "words_to_add": list(self.to_add)}


@dataclass(frozen=True, slots=True)
class Misleading:
    """A link that leads questions away from their gold nodes."""

    source: str
    place: str
    target: str
    sentence: str
    cases: tuple[str, ...]
    """Ids of the cases that missed a gold node to which another link led."""
    to_drop: tuple[str, ...]
    """Words of its sentence that the questions have, the most frequent first."""
    instead: tuple[RightLink, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "place": self.place,
            "target": self.target,
            "sentence": self.sentence,
            "cases": list(self.cases),
            "words_to_drop": list(self.to_drop),
            "instead": [link.to_json() for link in self.instead],
        }


@dataclass(slots=True)
class _Evidence:
    """What speaks against one link."""

    link: Link
    cases: dict[str, set[str]] = field(default_factory=dict)
    """Case → stems of its question that only the sentence of this link has."""
    right: dict[Link, dict[str, str]] = field(default_factory=dict)
    """Link to a gold node → stem → word of a question, which its sentence lacks."""


def misleading_links(walks: Iterable[Walk], wording: Wording) -> list[Misleading]:
    """The links that mislead, those of most cases first."""
    against: dict[tuple[str, int, str], _Evidence] = {}
    for walk in walks:
        for gold in walk.missed:
            pair = _stronger(walk, gold, wording)
            if pair is not None:
                link, right = pair
                key = link.source, link.start, link.target or ""
                _add(against.setdefault(key, _Evidence(link)), walk, right, wording)
    every = [_misleading(evidence, wording) for evidence in against.values()]
    return sorted(every, key=lambda one: (-len(one.cases), one.place, one.target))


def _stronger(walk: Walk, gold: str, wording: Wording) -> tuple[Link, Link] | None:
    """The link that matches a question better than the best one to a gold node, and that one."""
    links = [
        link
        for node in walk.read
        for link in wording.graph.links_from(node)
        if link.target and link.target != node and not link.key
    ]
    right = [link for link in links if link.target == gold]
    wrong = [link for link in links if link.target not in walk.case.gold]
    if not right or not wrong:
        return None
    best, rival = (
        max(choice, key=lambda link: _match(walk, link, wording)) for choice in (right, wrong)
    )
    if _match(walk, rival, wording) <= _match(walk, best, wording):
        return None
    return (rival, best) if len(_only(walk, rival, best, wording)) >= FEWEST_WORDS else None


def _only(walk: Walk, link: Link, right: Link, wording: Wording) -> set[str]:
    """The words of a question that the sentence of one link has and that of the other has not."""
    has, has_not = wording.in_sentence(link), wording.in_sentence(right)
    return {term for term in wording.asked(walk.case) if term in has and term not in has_not}


def _match(walk: Walk, link: Link, wording: Wording) -> float:
    sentence = wording.in_sentence(link)
    return wording.weight(term for term in wording.asked(walk.case) if term in sentence)


def _add(evidence: _Evidence, walk: Walk, right: Link, wording: Wording) -> None:
    asked = wording.asked(walk.case)
    right_words = wording.in_sentence(right)
    terms = _only(walk, evidence.link, right, wording)
    evidence.cases.setdefault(walk.case.id, set()).update(terms)
    gold = right.target or ""
    lacks = evidence.right.setdefault(right, {})
    for term, word in asked.items():
        # The sentence may only promise what the node has.
        is_there = wording.has(gold, term) or term in wording.described(gold)
        if is_there and term not in right_words:
            lacks.setdefault(term, word)


def _misleading(evidence: _Evidence, wording: Wording) -> Misleading:
    link, graph = evidence.link, wording.graph
    written, counts = wording.in_sentence(link), Counter[str]()
    for terms in evidence.cases.values():
        counts.update(terms)
    order = counted(counts, sorted(counts, key=lambda term: (-wording.rarity(term), term)))
    return Misleading(
        link.source,
        link_place(graph, link),
        link.target or "",
        link.context,
        tuple(evidence.cases),
        tuple(written[term] for term in order),
        tuple(
            RightLink(link_place(graph, right), right.target or "", tuple(words.values()))
            for right, words in evidence.right.items()
        ),
    )
