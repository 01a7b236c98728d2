"""Detects the language of each node of a graph, from its header or from its words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from skillagent.index.analyzer import words
from skillagent.index.languages import (
    ENGLISH,
    clearly_another,
    declared_language,
    evidence,
    most_likely,
)
from skillagent.markdown import scalar_text

if TYPE_CHECKING:
    from skillagent.graph import Node, SkillGraph

SAMPLE = 600
"""Number of characters of a node from which its language is detected."""


class Languages:
    """The languages (ISO 639-1) of the nodes of a graph.

    Args:
        of: returns the language of a node, by its id.
        every: all languages of the graph, the most frequent first.
    """

    def __init__(self, of: Callable[[str], str], every: Sequence[str]) -> None:
        self.of = of
        self.every = tuple(every)

    def of_query(self, query: str) -> str:
        """The most likely language of a query, among the languages of the graph."""
        if len(self.every) == 1:
            return self.every[0]
        counts = evidence(words(query))
        return most_likely({code: counts.get(code, 0) for code in self.every}, self.every[0])


def detect(graph: SkillGraph) -> Languages:
    """The languages of a graph's nodes.

    The header of a node can name its language as `lang`. Otherwise, it is the language of most
    nodes of the graph, unless the words of the node clearly belong to another one. If there is no
    evidence at all, it is English.
    """
    evidence_by_node: dict[str, dict[str, int]] = {}
    languages: dict[str, str] = {}
    total: Counter[str] = Counter()
    for node in graph.nodes.values():
        declared = declared_language(scalar_text(node.document.frontmatter.get("lang")))
        if declared:
            languages[node.id] = declared
        else:
            evidence_by_node[node.id] = evidence(words(_sample(node)))
            total.update(evidence_by_node[node.id])
    usual = most_likely(total)
    for node_id, counts in evidence_by_node.items():
        languages[node_id] = clearly_another(counts, usual)
    nodes = Counter(languages.values())
    every = sorted(nodes, key=lambda code: (-nodes[code], code))
    return Languages(languages.__getitem__, every or (ENGLISH,))


def _sample(node: Node) -> str:
    start = node.document.frontmatter.body_start
    return f"{node.description} {node.document.text[start : start + SAMPLE]}"
