"""The answer as text: the quotes under their nodes, or that no answer was found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from skillagent.index.analyzer import terms
from skillagent.providers.offline.manner import is_caveat
from skillagent.providers.offline.passages import Passage, passages
from skillagent.providers.offline.quotes import Quote, best_quotes
from skillagent.providers.offline.seen import Seen, weight

NOTICE = "[offline navigator: no model; these are sentences quoted from the nodes]"
NEAREST = 3
"""Quotes, or else descriptions, that are shown where no answer was found."""
ALSO = 3
"""Further hits that are named."""
ENOUGH, MOST = 0.5, 0.75
"""A quote that holds less of the question, with the titles above it, is no answer; it must hold
more where the listing itself says that its best match is a weak one."""
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
    missing = _missing(seen, quotes)
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


def _missing(seen: Seen, quotes: Sequence[Quote]) -> str:
    """What to say where no quote holds enough of the question; else empty."""
    weights = seen.weights()
    held = [seen.node_words(node) for node in seen.nodes]
    said = [_said(seen, quote) for quote in quotes] or held
    if max(weight(weights, words) for words in said) >= (MOST if seen.weak else ENOUGH):
        return ""
    known = frozenset[str]().union(*held, *(hit.words for hit in seen.hits.values()))
    nowhere = ", ".join(f"“{word}”" for term, word in seen.wanted.items() if term not in known)
    why = f": nothing that was seen holds {nowhere}" if nowhere else ""
    return f"No answer was found{why}. The nearest:"


def _said(seen: Seen, quote: Quote) -> frozenset[str]:
    """Terms of all that is shown of a quote, with the titles above it."""
    passage = quote.passage
    text = "\n".join((passage.quoted, *passage.headings, *passage.below))
    return seen.names(quote.node) | frozenset(terms(text))


def _written(seen: Seen, quotes: Sequence[Quote]) -> Iterator[str]:
    weights = seen.weights()
    for node in dict.fromkeys(quote.node for quote in quotes):
        own = [quote.passage for quote in quotes if quote.node == node]
        opening = seen.descriptions.get(node, "")
        tells = seen.wanted.keys() & set(terms(opening)) and not is_caveat(opening)
        about = weight(weights, seen.names(node))
        shown = any(opening.rstrip("….") in passage.quoted for passage in own)
        if tells and about >= OPENS and not shown:
            own.insert(0, _opening(seen, node))
        for number, passage in enumerate(own):
            yield f"- {passage.quoted} [[{node}]]" if number == 0 else f"  - {passage.quoted}"
            yield from (f"      {line}" for line in passage.below)


def _opening(seen: Seen, node: str) -> Passage:
    """The description of a node, as its text goes on where it is the beginning of that."""
    description = seen.descriptions[node]
    for text in seen.texts.get(node, ()):
        for passage in passages(text):
            if passage.text.startswith(description.rstrip("….")):
                return passage
    return Passage(description)


def _described(seen: Seen, nodes: Sequence[str]) -> Iterator[str]:
    for node in nodes:
        text = seen.descriptions.get(node) or seen.titles.get(node) or node.rpartition("/")[2]
        yield f"- {text} [[{node}]]"
