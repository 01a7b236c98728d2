"""Detects the language of each node of a graph, from its header or from its words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Detected:
    """The languages of a graph, and the evidence for them."""

    languages: Languages
    evidence: Mapping[str, Mapping[str, int] | None]
    """Id → see `evidence_of`."""


def detect(graph: SkillGraph) -> Detected:
    """The languages of a graph's nodes.

    The header of a node can name its language as `lang`. Otherwise, it is the language of most
    nodes of the graph, unless the words of the node clearly belong to another one. If there is no
    evidence at all, it is English.
    """
    evidence_by_node = {node.id: evidence_of(node) for node in graph.nodes.values()}
    usual = usual_language(evidence_by_node.values())
    languages = {
        node.id: language_of(node, evidence_by_node[node.id], usual)
        for node in graph.nodes.values()
    }
    nodes = Counter(languages.values())
    every = sorted(nodes, key=lambda code: (-nodes[code], code))
    return Detected(Languages(languages.__getitem__, every or (ENGLISH,)), evidence_by_node)


def evidence_of(node: Node) -> Mapping[str, int] | None:
    """Language → the number of its function words in a node; None if the header names it."""
    return None if _declared(node) else evidence(words(_sample(node)))


def usual_language(every: Iterable[Mapping[str, int] | None]) -> str:
    """The language of most nodes, by the evidence of all."""
    return most_likely(total_evidence(every))


def total_evidence(every: Iterable[Mapping[str, int] | None]) -> dict[str, int]:
    """The sum of the evidence of all nodes."""
    total: Counter[str] = Counter()
    for counts in every:
        total.update(counts or {})
    return dict(total)


def language_of(node: Node, counts: Mapping[str, int] | None, usual: str) -> str:
    """The language of one node.

    Args:
        node: the node.
        counts: the evidence for it.
        usual: the language of most nodes.
    """
    return _declared(node) if counts is None else clearly_another(dict(counts), usual)


def _declared(node: Node) -> str:
    return declared_language(scalar_text(node.document.frontmatter.get("lang")))


def _sample(node: Node) -> str:
    start = node.document.frontmatter.body_start
    return f"{node.description} {node.document.text[start : start + SAMPLE]}"
