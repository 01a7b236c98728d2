"""The language of each node of a graph: what its header says, else what its words tell."""

from __future__ import annotations

from collections import Counter

from skillagent.graph import Node, SkillGraph
from skillagent.index.analyzer import words
from skillagent.index.languages import (
    ENGLISH,
    clearly_another,
    declared_language,
    evidence,
    most_likely,
)
from skillagent.markdown import scalar_text

SAMPLE = 600
"""So many characters of a node tell its language."""


class GraphLanguages:
    """Language (ISO 639-1) by node.

    A node's header may name it as `lang`. Otherwise it is the language of most nodes, unless
    the node's own words are clearly of another one. Where nothing tells, it is English.
    """

    def __init__(self, graph: SkillGraph) -> None:
        counts: dict[str, dict[str, int]] = {}
        self._of: dict[str, str] = {}
        every: Counter[str] = Counter()
        for node in graph.nodes.values():
            declared = declared_language(scalar_text(node.document.frontmatter.get("lang")))
            if declared:
                self._of[node.id] = declared
            else:
                counts[node.id] = evidence(words(_sample(node)))
                every.update(counts[node.id])
        self.usual = most_likely(every)
        """Of most nodes that do not declare theirs."""
        for node_id, count in counts.items():
            self._of[node_id] = clearly_another(count, self.usual)
        number = Counter(self._of.values())
        self.every = tuple(sorted(number, key=lambda code: (-number[code], code))) or (ENGLISH,)
        """All languages of the graph, the most frequent first."""

    def of(self, node: str) -> str:
        """The language of a node."""
        return self._of[node]

    def of_query(self, query: str) -> str:
        """The language of a question, among those of the graph."""
        if len(self.every) == 1:
            return self.every[0]
        count = evidence(words(query))
        return most_likely({code: count.get(code, 0) for code in self.every}, self.every[0])


def _sample(node: Node) -> str:
    start = node.document.frontmatter.body_start
    return f"{node.description} {node.document.text[start : start + SAMPLE]}"
