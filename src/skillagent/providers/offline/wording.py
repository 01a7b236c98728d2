"""The answer as text: the quotes under their nodes, or that no answer was found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from skillagent.index.analyzer import terms
from skillagent.providers.offline.manner import is_caveat
from skillagent.providers.offline.passages import Passage
from skillagent.providers.offline.quotes import Quote, best_quotes
from skillagent.providers.offline.seen import Seen, weight

NOTICE = "[offline navigator: no model; these are sentences quoted from the nodes]"
NEAREST = 3
"""Quotes, or else descriptions, that are shown where no answer was found."""
ALSO = 3
"""Further hits that are named."""
ENOUGH = 0.5
"""A node that holds less of the question is no answer."""
OPENS = 0.3
"""A node whose names hold so much of the question is quoted with its description above."""


def answer(seen: Seen) -> str:
    """The text that ends a question.

    Args:
        seen: all that was disclosed.
    """
    if not seen.wanted:
        return f"{NOTICE}\n\nAsk in words that a node may hold.\n"
    if not seen.hits:
        return f"{NOTICE}\n\nNothing in this graph answers that.\n"
    quotes = best_quotes(seen)
    missing = _missing(seen)
    lines = [NOTICE, ""]
    if missing:
        lines += [missing, ""]
        quotes = quotes[:NEAREST]
    named = list(dict.fromkeys(quote.node for quote in quotes)) or list(seen.hits)[:NEAREST]
    lines += _written(seen, quotes) if quotes else _described(seen, named)
    also = [node for node in seen.hits if node not in named][:ALSO]
    if also:
        lines += ["", "See also: " + ", ".join(f"[[{node}]]" for node in also)]
    return "\n".join(lines) + "\n"


def _missing(seen: Seen) -> str:
    """What to say where nothing that was disclosed holds enough of the question; else empty."""
    weights = seen.weights()
    held = [seen.node_words(node) for node in seen.nodes]
    if max(weight(weights, words) for words in held) >= ENOUGH and not seen.weak:
        return ""
    known = frozenset[str]().union(*held, *(hit.words for hit in seen.hits.values()))
    nowhere = ", ".join(f"“{word}”" for term, word in seen.wanted.items() if term not in known)
    why = f": nothing that was seen holds {nowhere}" if nowhere else ""
    return f"No answer was found{why}. The nearest:"


def _written(seen: Seen, quotes: Sequence[Quote]) -> Iterator[str]:
    weights = seen.weights()
    for node in dict.fromkeys(quote.node for quote in quotes):
        own = [quote.passage for quote in quotes if quote.node == node]
        opening = seen.descriptions.get(node, "")
        tells = seen.wanted.keys() & set(terms(opening)) and not is_caveat(opening)
        about = weight(weights, seen.names(node))
        if tells and about >= OPENS and all(passage.text != opening for passage in own):
            own.insert(0, Passage(opening))
        for number, passage in enumerate(own):
            yield f"- {passage.text} [[{node}]]" if number == 0 else f"  - {passage.text}"
            yield from (f"      {line}" for line in passage.below)


def _described(seen: Seen, nodes: Sequence[str]) -> Iterator[str]:
    for node in nodes:
        text = seen.descriptions.get(node) or seen.titles.get(node) or node.rpartition("/")[2]
        yield f"- {text} [[{node}]]"
