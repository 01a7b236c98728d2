"""Selects the sentences that answer: by the words of the question in them, and by their wording.

The selection is greedy: each next quote is the best of those left, where words that earlier quotes
have count less.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from skillagent.index.analyzer import terms
from skillagent.providers.offline.manner import cues_of, defines, manner, subject_of
from skillagent.providers.offline.passages import ITEM, Passage, passages
from skillagent.providers.offline.walk_state import WalkState, weight

QUOTES, QUOTES_A_NODE = 5, 3
"""Most quotes of an answer, and of one node."""
FAINT = 0.35
"""Quotes with less than this share of the best quote's score are left out."""
AGAIN = 0.3
"""A word's weight is divided by 1, plus this for each earlier quote that has the word."""
HEADING, OPENING = 0.8, 3
"""Weight of a word in the heading, for the opening of a section; and the number of sentences in an
opening."""
ABOVE = 0.5
"""Weight of a word that is only in the headings and names above a sentence."""
BESIDE = 0.5
"""Weight added for two words side by side that are so in the question."""
ASKED = 0.6
"""Share of the score added to the opening of a section whose heading restates the question."""
DEFINITION = 1.6
"""Factor for a sentence with the definition that the question asks for."""
WINDOW = 0.2
"""Weight of a word that is only in the neighbouring sentences."""
WHOLE = 0.5
"""Part of a score that depends on the share of the question in the sentence."""
FIRST_HIT, NAMED = 0.5, 0.8
"""Share of the score added for the first hit, and for a node whose name restates the question."""
UNREAD = 0.85
"""Factor for the description of a node that was not read."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence that may be quoted."""

    node: str
    at: int
    """Its number among the sentences of its node."""
    passage: Passage
    words: frozenset[str]
    """Terms of the question in it, or in the headings and names above it."""
    terms: tuple[str, ...]
    """The terms of the sentence."""
    score: float = 0.0


def best_quotes(state: WalkState) -> list[Quote]:
    """The few sentences that answer best.

    Those of the best node come first: its best sentence, then others in the order of its text.
    Those of outdated nodes come last, after a sentence of each node that replaces them.

    Args:
        state: what was disclosed so far.
    """
    quotes = [quote for node in state.nodes for quote in _candidates(state, node)]
    weights = _weights(state, quotes)
    quotes = _scored(state, quotes, weights)
    chosen: list[Quote] = []
    covered: dict[str, int] = {}
    while len(chosen) < QUOTES:
        candidates = [
            (quote.score * _new_share(quote, covered, weights), -at)
            for at, quote in enumerate(quotes)
            if _may_follow(quote, chosen)
        ]
        score, at = max(candidates, default=(0.0, 0))
        if score <= 0 or (chosen and score < FAINT * chosen[0].score):
            break
        chosen.append(_shown(quotes[-at], quotes, chosen))
        for term in quotes[-at].words:
            covered[term] = covered.get(term, 0) + 1
    chosen += _of_successors(state, quotes, chosen)
    best = {quote.node: quote for quote in reversed(chosen)}
    nodes = list(dict.fromkeys(quote.node for quote in chosen))
    return sorted(
        chosen,
        key=lambda quote: (
            state.is_outdated(quote.node),
            nodes.index(quote.node),
            quote is not best[quote.node],
            quote.at,
        ),
    )[:QUOTES]


def _of_successors(
    state: WalkState, quotes: Sequence[Quote], chosen: Sequence[Quote]
) -> Iterator[Quote]:
    """The best sentence of each node that replaces a quoted one, if it was read and not quoted.

    It may have other words than the question, so its score alone would not select it.
    """
    nodes = list(dict.fromkeys(quote.node for quote in chosen))
    for node in nodes:  # grows while it is read: a successor may be outdated as well
        for successor in state.successors.get(node, ()):
            of_node = [quote for quote in quotes if quote.node == successor]
            if successor not in nodes and successor in state.texts and of_node:
                nodes.append(successor)
                yield max(of_node, key=lambda quote: quote.score)


def _may_follow(quote: Quote, chosen: Sequence[Quote]) -> bool:
    """Whether a quote adds something to the chosen ones."""
    of_node = [earlier for earlier in chosen if earlier.node == quote.node]
    return len(of_node) < QUOTES_A_NODE and not any(_is_in(quote, earlier) for earlier in chosen)


def _is_in(quote: Quote, earlier: Quote) -> bool:
    """Whether an earlier quote shows the sentence."""
    text = quote.passage.text
    return text.rstrip("….") in earlier.passage.quoted or (
        earlier.node == quote.node and (earlier.at == quote.at or _is_list_of(quote, earlier))
    )


def _is_list_of(item: Quote, earlier: Quote) -> bool:
    """Whether an earlier quote shows the list of an item."""
    announced, until = item.passage.announced, earlier.passage.until
    return announced is not None and announced in (earlier.at, until)


def _shown(quote: Quote, quotes: Sequence[Quote], chosen: Sequence[Quote]) -> Quote:
    """A quote as it is shown: an item with its list and what announces it."""
    passage = quote.passage
    if passage.announced is not None:
        announcer = quotes[quotes.index(quote) - quote.at + passage.announced]
        return _listed(quote, announcer)
    if passage.around and any(earlier.passage.text in passage.around for earlier in chosen):
        # Its neighbours are already shown.
        passage = replace(passage, around="", until=None, below=())
    return replace(quote, passage=passage)


def _listed(item: Quote, announcer: Quote) -> Quote:
    passage = announcer.passage
    line = f"- {item.passage.text}"
    if not any(below.startswith(line[: ITEM // 2]) for below in passage.below):
        passage = replace(passage, below=(line,))
    return replace(item, at=announcer.at, passage=passage)


def _new_share(quote: Quote, covered: Mapping[str, int], weights: Mapping[str, float]) -> float:
    """The share of a sentence's words that the earlier quotes do not have, by weight."""
    new = sum(weights[term] / (1 + AGAIN * covered.get(term, 0)) for term in sorted(quote.words))
    return new / (weight(weights, quote.words) or 1.0)


def _candidates(state: WalkState, node: str) -> Iterator[Quote]:
    """The description and the sentences of one node as quotes without a score."""
    every: list[Passage] = []
    texts = [passages(text) for text in state.texts.get(node, ())]
    description = state.descriptions.get(node, "")
    if description and all(passage.text != description for text in texts for passage in text):
        every.append(Passage(description))
    for text in texts:
        start = len(every)
        every += [passage.moved(start) for passage in text]
    names = state.names(node)
    for at, passage in enumerate(every):
        own = tuple(terms(passage.text))
        around = {*names, *own, *terms("\n".join(passage.headings))}
        yield Quote(node, at, passage, frozenset(state.wanted.keys() & around), own)


def _weights(state: WalkState, quotes: Sequence[Quote]) -> dict[str, float]:
    """Term of the question → how rare it is among the sentences.

    The logarithm keeps the differences small: all sentences were read for the question, so even a
    common word tells something.
    """
    weights = {}
    for term in state.wanted:
        holding = sum(term in quote.terms for quote in quotes)
        rarity = 1 + math.log(1 + len(quotes) / (1 + holding)) if holding else 0.0
        weights[term] = rarity * state.light(term)
    return weights


def _scored(state: WalkState, quotes: Sequence[Quote], weights: Mapping[str, float]) -> list[Quote]:
    question = _Question(state.question, weights)
    cues, subject = cues_of(state.question), subject_of(state.question)
    places = {node: place for place, node in enumerate(state.hits)}
    scored = []
    for quote in quotes:
        score = question.match(quote) * manner(quote.passage, cues)
        if defines(quote.passage.text, subject):
            score *= DEFINITION
        score *= (
            1
            + FIRST_HIT / (1 + places.get(quote.node, len(places)))
            + NAMED * question.restated(state.name(quote.node))
        )
        scored.append(replace(quote, score=score * (1 if quote.node in state.texts else UNREAD)))
    return scored


class _Question:
    """The question, with the weights of its terms."""

    def __init__(self, question: str, weights: Mapping[str, float]) -> None:
        self._weights = weights
        self._total = sum(weights.values()) or 1.0
        self._pairs = _neighbours(list(weights))
        self._words = frozenset(terms(question))

    def match(self, quote: Quote) -> float:
        """The weight of the question's terms in a sentence and in the texts around it."""
        weights, total, passage = self._weights, self._total, quote.passage
        own = frozenset(quote.terms)
        beside = frozenset(terms(f"{passage.before} {passage.quoted}")) - own
        opens = passage.place < OPENING and bool(passage.headings)
        heading = frozenset(terms(passage.headings[-1]) if opens else ())
        pairs = sorted(self._pairs & _neighbours(quote.terms))
        score = (
            weight(weights, own)
            + WINDOW * weight(weights, beside)
            + HEADING * weight(weights, heading - own - beside)
            + ABOVE * weight(weights, quote.words - own - heading - beside)
            + BESIDE * sum(min(weights[first], weights[second]) for first, second in pairs)
        )
        if opens:
            score *= 1 + ASKED * self.restated(passage.headings[-1])
        return score * (1 - WHOLE + WHOLE * weight(weights, own | beside | heading) / total)

    def restated(self, title: str) -> float:
        """How much a title restates the question, from 0 to 1.

        It is the share of the question in the title, times the share of the title in the question.
        """
        title_terms = terms(title)
        if not title_terms:
            return 0.0
        share = sum(term in self._words for term in title_terms) / len(title_terms)
        return share * weight(self._weights, frozenset(title_terms)) / self._total


def _neighbours(words: Sequence[str]) -> set[tuple[str, str]]:
    """The pairs of terms side by side."""
    return set(pairwise(words))
