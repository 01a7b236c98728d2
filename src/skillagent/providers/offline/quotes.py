"""Which sentences answer: those that hold most of the question, in a manner that answers it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from skillagent.index.analyzer import terms
from skillagent.providers.offline.manner import cues_of, manner
from skillagent.providers.offline.passages import Passage, passages
from skillagent.providers.offline.seen import LIGHT, LIGHT_TERMS, Seen, weight

QUOTES, QUOTES_A_NODE = 5, 3
FAINT = 0.35
"""A quote whose score is below this part of the best one's is left out."""
AGAIN = 0.3
"""How much less a word counts for each quote that holds it already."""
HEADING, OPENING = 0.8, 3
"""What a word counts that stands in the heading of a section of which this is the opening: one of
its first sentences."""
ABOVE, BEFORE = 0.5, 0.25
"""What a word counts that stands only in the headings and names above a sentence; only in the
sentence before it."""
BESIDE = 0.5
"""What two words count once more that stand side by side, as in the question."""
ASKED, ASKED_FACTOR = 0.9, 1.3
"""A heading that holds so much of the question asks it, and its section's opening is the answer."""
WHOLE = 0.4
"""How much of a score depends on the share of the question that the sentence holds."""
FIRST_HIT, NAMED = 0.5, 0.5
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
        chosen.append(every[-at])
        for term in every[-at].words:
            covered[term] = covered.get(term, 0) + 1
    best = {quote.node: quote for quote in reversed(chosen)}
    nodes = list(dict.fromkeys(quote.node for quote in chosen))
    return sorted(
        chosen,
        key=lambda quote: (nodes.index(quote.node), quote is not best[quote.node], quote.at),
    )


def _may_follow(quote: Quote, chosen: Sequence[Quote]) -> bool:
    text = quote.passage.text
    return sum(known.node == quote.node for known in chosen) < QUOTES_A_NODE and not any(
        text == known.passage.text or f"- {text}" in known.passage.below for known in chosen
    )


def _news(quote: Quote, covered: Mapping[str, int], weights: Mapping[str, float]) -> float:
    """The part of a sentence's words that the quotes so far do not hold."""
    new = sum(weights[term] / (1 + AGAIN * covered.get(term, 0)) for term in sorted(quote.words))
    return new / (weight(weights, quote.words) or 1.0)


def _candidates(seen: Seen, node: str) -> Iterator[Quote]:
    """The description, then the sentences, of one node."""
    found = [passage for text in seen.texts.get(node, ()) for passage in passages(text)]
    description = seen.descriptions.get(node, "")
    if description and all(passage.text != description for passage in found):
        found.insert(0, Passage(description))
    names = seen.names(node)
    for at, passage in enumerate(found):
        around = {*names, *terms("\n".join((passage.text, *passage.headings)))}
        yield Quote(node, at, passage, frozenset(seen.wanted.keys() & around))


def _weights(seen: Seen, every: Sequence[Quote]) -> dict[str, float]:
    """Term of the question → how rare it is among the sentences.

    They all were read for the question, so a rare word counts only a few times a common one.
    """
    weights = {}
    for term in seen.wanted:
        holding = sum(term in quote.words for quote in every)
        rarity = 1 + math.log(1 + len(every) / (1 + holding)) if holding else 0.0
        weights[term] = rarity * (LIGHT if term in LIGHT_TERMS else 1.0)
    return weights


def _scored(seen: Seen, every: Sequence[Quote], weights: Mapping[str, float]) -> list[Quote]:
    total = sum(weights.values()) or 1.0
    cues = cues_of(seen.question)
    pairs = _neighbours(list(seen.wanted))
    places = {node: place for place, node in enumerate(seen.hits)}
    scored = []
    for quote in every:
        score = _held(quote.passage, quote.words, weights, pairs) * manner(quote.passage, cues)
        score *= (
            1
            + FIRST_HIT / (1 + places.get(quote.node, len(places)))
            + NAMED * weight(weights, seen.names(quote.node)) / total
        )
        scored.append(replace(quote, score=score * (1 if quote.node in seen.texts else UNREAD)))
    return scored


def _held(
    passage: Passage,
    around: frozenset[str],
    weights: Mapping[str, float],
    pairs: set[tuple[str, str]],
) -> float:
    """How much of the question a sentence holds, itself or by what stands above and before it."""
    total = sum(weights.values()) or 1.0
    said = terms(passage.text)
    own = frozenset(said)
    opens = passage.place < OPENING and bool(passage.headings)
    asked = frozenset(terms(passage.headings[-1]) if opens else ())
    before = frozenset(terms(passage.before))
    score = (
        weight(weights, own)
        + HEADING * weight(weights, asked - own)
        + ABOVE * weight(weights, around - own - asked)
        + BEFORE * weight(weights, before - own - around)
        + BESIDE
        * sum(min(weights[one], weights[two]) for one, two in sorted(pairs & _neighbours(said)))
    )
    if weight(weights, asked) > ASKED * total:
        score *= ASKED_FACTOR
    return score * (1 - WHOLE + WHOLE * weight(weights, own | asked) / total)


def _neighbours(words: Sequence[str]) -> set[tuple[str, str]]:
    """Terms that stand side by side."""
    return set(pairwise(words))
