"""Which sentences answer: those that hold most of the question, in a manner that answers it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from skillagent.index.analyzer import terms
from skillagent.providers.offline.manner import cues_of, defines, manner, subject_of
from skillagent.providers.offline.passages import ITEM, Passage, passages
from skillagent.providers.offline.seen import Seen, weight

QUOTES, QUOTES_A_NODE = 5, 3
FAINT = 0.35
"""A quote whose score is below this part of the best one's is left out."""
AGAIN = 0.3
"""How much less a word counts for each quote that holds it already."""
HEADING, OPENING = 0.8, 3
"""What a word counts that stands in the heading of a section of which this is the opening: one of
its first sentences."""
ABOVE = 0.5
"""What a word counts that stands only in the headings and names above a sentence; only in the
sentence before it."""
BESIDE = 0.5
"""What two words count once more that stand side by side, as in the question."""
ASKED = 0.6
"""What counts once more for the opening of a section whose heading restates the question."""
DEFINITION = 1.6
"""A factor for a sentence that says what the question asks the meaning of."""
WINDOW = 0.2
"""What a word counts in the sentences beside."""
WHOLE = 0.5
"""How much of a score depends on the share of the question that the sentence holds."""
FIRST_HIT, NAMED = 0.5, 0.8
"""What counts once more for the first hit, and for a node whose names hold all of the question."""
UNREAD = 0.85
"""What the description of a node counts that was not read."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence worth showing."""

    node: str
    at: int
    """Its number among all the sentences of its node."""
    passage: Passage
    words: frozenset[str]
    """Terms of the question that it holds, or that stand above it."""
    said: tuple[str, ...]
    """The terms of the sentence."""
    score: float = 0.0


def best_quotes(seen: Seen) -> list[Quote]:
    """The sentences that answer best, few enough to be read.

    The best node's come first; of each node the best one, then others in the order of its text.

    Args:
        seen: all that was disclosed.
    """
    every = [quote for node in seen.nodes for quote in _candidates(seen, node)]
    weights = _weights(seen, every)
    every = _scored(seen, every, weights)
    chosen: list[Quote] = []
    covered: dict[str, int] = {}
    while len(chosen) < QUOTES:
        rest = [
            (quote.score * _news(quote, covered, weights), -at)
            for at, quote in enumerate(every)
            if _may_follow(quote, chosen)
        ]
        score, at = max(rest, default=(0.0, 0))
        if score <= 0 or (chosen and score < FAINT * chosen[0].score):
            break
        chosen.append(_shown(every[-at], every, chosen))
        for term in every[-at].words:
            covered[term] = covered.get(term, 0) + 1
    best = {quote.node: quote for quote in reversed(chosen)}
    nodes = list(dict.fromkeys(quote.node for quote in chosen))
    return sorted(
        chosen,
        key=lambda quote: (nodes.index(quote.node), quote is not best[quote.node], quote.at),
    )


def _may_follow(quote: Quote, chosen: Sequence[Quote]) -> bool:
    """Whether a quote adds something to those before it."""
    own = [known for known in chosen if known.node == quote.node]
    return len(own) < QUOTES_A_NODE and not any(_is_shown(quote, known) for known in chosen)


def _is_shown(quote: Quote, known: Quote) -> bool:
    text = quote.passage.text
    return text.rstrip("….") in known.passage.quoted or (
        known.node == quote.node and (known.at == quote.at or _is_list_of(quote, known))
    )


def _is_list_of(item: Quote, known: Quote) -> bool:
    """Whether the list of an item is shown with another quote."""
    at, until = item.passage.announced, known.passage.until
    return at is not None and at in (known.at, until)


def _shown(quote: Quote, every: Sequence[Quote], chosen: Sequence[Quote]) -> Quote:
    """A quote as it is shown: an item with its list and what announces it."""
    passage = quote.passage
    if passage.announced is not None:
        announcer = every[every.index(quote) - quote.at + passage.announced]
        return _listed(quote, announcer)
    if passage.around and any(known.passage.text in passage.around for known in chosen):
        passage = replace(
            passage, around="", until=None, below=()
        )  # what is beside it is shown already
    return replace(quote, passage=passage)


def _listed(item: Quote, announcer: Quote) -> Quote:
    passage = announcer.passage
    line = f"- {item.passage.text}"
    if not any(below.startswith(line[: ITEM // 2]) for below in passage.below):
        passage = replace(passage, below=(line,))
    return replace(item, at=announcer.at, passage=passage)


def _news(quote: Quote, covered: Mapping[str, int], weights: Mapping[str, float]) -> float:
    """The part of a sentence's words that the quotes so far do not hold."""
    new = sum(weights[term] / (1 + AGAIN * covered.get(term, 0)) for term in sorted(quote.words))
    return new / (weight(weights, quote.words) or 1.0)


def _candidates(seen: Seen, node: str) -> Iterator[Quote]:
    """The description, then the sentences, of one node."""
    found: list[Passage] = []
    texts = [passages(text) for text in seen.texts.get(node, ())]
    description = seen.descriptions.get(node, "")
    if description and all(passage.text != description for text in texts for passage in text):
        found.append(Passage(description))
    for text in texts:
        start = len(found)
        found += [passage.moved(start) for passage in text]
    names = seen.names(node)
    for at, passage in enumerate(found):
        said = tuple(terms(passage.text))
        around = {*names, *said, *terms("\n".join(passage.headings))}
        yield Quote(node, at, passage, frozenset(seen.wanted.keys() & around), said)


def _weights(seen: Seen, every: Sequence[Quote]) -> dict[str, float]:
    """Term of the question → how rare it is among the sentences.

    They all were read for the question, so a rare word counts only a few times a common one.
    """
    weights = {}
    for term in seen.wanted:
        holding = sum(term in quote.said for quote in every)
        rarity = 1 + math.log(1 + len(every) / (1 + holding)) if holding else 0.0
        weights[term] = rarity * seen.light(term)
    return weights


def _scored(seen: Seen, every: Sequence[Quote], weights: Mapping[str, float]) -> list[Quote]:
    asked = _Asked(seen.question, weights)
    cues, subject = cues_of(seen.question), subject_of(seen.question)
    places = {node: place for place, node in enumerate(seen.hits)}
    scored = []
    for quote in every:
        score = asked.held(quote) * manner(quote.passage, cues)
        if defines(quote.passage.text, subject):
            score *= DEFINITION
        score *= (
            1
            + FIRST_HIT / (1 + places.get(quote.node, len(places)))
            + NAMED * asked.restated(seen.name(quote.node))
        )
        scored.append(replace(quote, score=score * (1 if quote.node in seen.texts else UNREAD)))
    return scored


class _Asked:
    """A question, to compare texts with."""

    def __init__(self, question: str, weights: Mapping[str, float]) -> None:
        self._weights = weights
        self._total = sum(weights.values()) or 1.0
        self._pairs = _neighbours(list(weights))
        self._words = frozenset(terms(question))

    def held(self, quote: Quote) -> float:
        """How much of the question a sentence holds, itself or by what stands around it."""
        weights, total, passage = self._weights, self._total, quote.passage
        own = frozenset(quote.said)
        beside = frozenset(terms(f"{passage.before} {passage.quoted}")) - own
        opens = passage.place < OPENING and bool(passage.headings)
        heading = frozenset(terms(passage.headings[-1]) if opens else ())
        pairs = sorted(self._pairs & _neighbours(quote.said))
        score = (
            weight(weights, own)
            + WINDOW * weight(weights, beside)
            + HEADING * weight(weights, heading - own - beside)
            + ABOVE * weight(weights, quote.words - own - heading - beside)
            + BESIDE * sum(min(weights[one], weights[two]) for one, two in pairs)
        )
        if opens:
            score *= 1 + ASKED * self.restated(passage.headings[-1])
        return score * (1 - WHOLE + WHOLE * weight(weights, own | beside | heading) / total)

    def restated(self, title: str) -> float:
        """How far a title asks the same, from 0 to 1: the share of the question in it, times the
        share of the title in the question."""
        held = terms(title)
        if not held:
            return 0.0
        share = sum(word in self._words for word in held) / len(held)
        return share * weight(self._weights, frozenset(held)) / self._total


def _neighbours(words: Sequence[str]) -> set[tuple[str, str]]:
    """Terms that stand side by side."""
    return set(pairwise(words))
