"""The terms of one node, which depend on its own file and on its language.

Above: `tables`, `store`, which keeps them. Below: `analyzer`, `entries`, nodes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from skillagent.graph import Node, NodeKind
from skillagent.index.analyzer import stem, terms, words
from skillagent.index.entries import Frequencies, weighted

WEIGHTS = (5.0, 3.0, 2.0, 2.0, 1.5)
"""Weights of title, description, tags, headings and the words around links to a node; its text has
weight 1."""
SHORT_WEIGHTS = (2.0, 1.0)
"""Weights of names and of descriptions in the short text."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """The terms of one node."""

    name_words: Sequence[str]
    """The words of its names."""
    fields: Sequence[Sequence[str]]
    """The terms of each weighted field but the last, in the order of `WEIGHTS`."""
    text: Mapping[str, int]
    """Term → how often the body contains it."""

    def frequencies(self, anchors: Sequence[str]) -> Frequencies:
        """How often the node contains each term.

        Args:
            anchors: the terms around links to it.
        """
        whole, length = weighted((*self.fields, anchors), WEIGHTS, self.text)
        short, short_length = weighted(self.fields[: len(SHORT_WEIGHTS)], SHORT_WEIGHTS, {})
        return Frequencies(whole, length, short, short_length)


def analysis_of(node: Node, language: str) -> Analysis:
    """Find the terms of a node.

    Args:
        node: the node.
        language: its language, ISO 639-1.
    """
    names = "\n".join((node.path.rpartition(".")[0], node.title, *node.aliases))
    name_words = words(names)
    if node.kind is NodeKind.LOG:
        # A history mentions everything: it is found by its name only.
        named = [stem(word, language) for word in name_words]
        return Analysis(name_words, (named, [], [], []), {})
    fields = (
        [stem(word, language) for word in name_words],
        [] if node.description_derived else terms(node.description, language),
        terms(" ".join((*node.tags, *node.topics)), language),
        terms("\n".join(heading.title for heading in node.document.headings), language),
    )
    return Analysis(name_words, fields, Counter(terms(node.document.body, language)))
