"""Writes the answer: the quotes of each node, or that no answer was found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from skillagent.index.analyzer import terms
from skillagent.providers.offline.manner import is_caveat
from skillagent.providers.offline.passages import Passage, passages
from skillagent.providers.offline.quotes import Quote, best_quotes
from skillagent.providers.offline.walk_state import WalkState, weight

NOTICE = "[offline navigator: no model; these are sentences quoted from the nodes]"
NEAREST = 3
"""Most quotes, or else descriptions, that are shown if no answer was found."""
ALSO = 3
"""Most further hits that are named."""
ENOUGH, MOST = 0.5, 0.75
"""Share of the question that a quote, with the titles above it, must have to be an answer; and the
share if the listing said that its best match is weak."""
OPENS = 0.3
"""A node whose names have this share of the question is quoted with its description first."""


def answer(state: WalkState) -> str:
    """The answer to the question as text.

    Args:
        state: what was disclosed.
    """
    if not state.wanted:
        return f"{NOTICE}\n\nAsk with words that a node may contain.\n"
    if not state.hits:
        return f"{NOTICE}\n\nNothing in this graph answers that.\n"
    quotes = best_quotes(state)
    missing = _missing(state, quotes)
    lines = [NOTICE, ""]
    if missing:
        lines += [missing, ""]
        quotes = quotes[:NEAREST]
    named = list(dict.fromkeys(quote.node for quote in quotes)) or list(state.hits)[:NEAREST]
    lines += _written(state, quotes) if quotes else _described(state, named)
    also = [node for node in state.hits if node not in named][:ALSO]
    if also:
        lines += ["", "See also: " + ", ".join(_reference(state, node) for node in also)]
    return "\n".join(lines) + "\n"


def _missing(state: WalkState, quotes: Sequence[Quote]) -> str:
    """A sentence that no answer was found; empty if a quote has enough of the question."""
    weights = state.weights()
    node_words = [state.node_words(node) for node in state.nodes]
    candidates = [_quote_words(state, quote) for quote in quotes] or node_words
    if max(weight(weights, words) for words in candidates) >= (MOST if state.weak else ENOUGH):
        return ""
    hit_words = (hit.words or frozenset() for hit in state.hits.values())
    terms_seen = frozenset[str]().union(*node_words, *hit_words)
    nowhere = ", ".join(
        f"“{word}”" for term, word in state.wanted.items() if term not in terms_seen
    )
    why = f": no text that was seen contains {nowhere}" if nowhere else ""
    return f"No answer was found{why}. The nearest:"


def _quote_words(state: WalkState, quote: Quote) -> frozenset[str]:
    """Terms of all that is shown for a quote, with the names and titles above it."""
    passage = quote.passage
    text = "\n".join((passage.quoted, *passage.headings, *passage.below))
    return state.names(quote.node) | frozenset(terms(text))


def _written(state: WalkState, quotes: Sequence[Quote]) -> Iterator[str]:
    weights = state.weights()
    for node in dict.fromkeys(quote.node for quote in quotes):
        shown = [quote.passage for quote in quotes if quote.node == node]
        opening = state.descriptions.get(node, "")
        answers = state.wanted.keys() & set(terms(opening)) and not is_caveat(opening)
        about = weight(weights, state.names(node))
        is_quoted = any(opening.rstrip("….") in passage.quoted for passage in shown)
        if answers and about >= OPENS and not is_quoted:
            shown.insert(0, _opening(state, node))
        for number, passage in enumerate(shown):
            first = f"- {passage.quoted} {_reference(state, node)}"
            yield first if number == 0 else f"  - {passage.quoted}"
            yield from (f"      {line}" for line in passage.below)


def _opening(state: WalkState, node: str) -> Passage:
    """The description of a node; if it is the beginning of a sentence, the whole sentence."""
    description = state.descriptions[node]
    for text in state.texts.get(node, ()):
        for passage in passages(text):
            if passage.text.startswith(description.rstrip("….")):
                return passage
    return Passage(description)


def _described(state: WalkState, nodes: Sequence[str]) -> Iterator[str]:
    for node in nodes:
        text = state.descriptions.get(node) or state.titles.get(node) or node.rpartition("/")[2]
        yield f"- {text} {_reference(state, node)}"


def _reference(state: WalkState, node: str) -> str:
    """A link to a node; for an outdated one, with its status and what replaces it."""
    if not state.is_outdated(node):
        return f"[[{node}]]"
    successors = ", ".join(f"[[{successor}]]" for successor in state.successors.get(node, ()))
    replaced = f"; replaced by {successors}" if successors else ""
    return f"[[{node}]] ({state.statuses[node]}{replaced})"
