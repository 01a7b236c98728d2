"""Rules about descriptions: missing, nearly equal, or silent on when to read the node."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator

from skillagent.graph import Node, NodeKind
from skillagent.graph.okf import INDEX
from skillagent.lint.inspection import HealthFinding, Inspection, health_finding
from skillagent.progress import tracked

LIKE = 0.8
"""Jaccard similarity of their words from which two descriptions are nearly the same."""
SHOWN_CHARS = 80

# A heuristic: a description that says when to read it uses one of these words.
_WHEN = re.compile(
    r"\b(when|whenever|if|before|after|while|whether|until|unless|instead|why|how|where|which|"
    r"what|who|use|used|uses|using|read|see|go|for|to)\b|\?",
    re.IGNORECASE,
)


def has_no_place_for_one(node: Node) -> bool:
    """Whether a document needs no description: a log, or a listing in a bundle, without header."""
    return is_listing(node) or node.kind is NodeKind.LOG


def is_listing(node: Node) -> bool:
    """Whether a node lists a folder of a bundle of the Open Knowledge Format."""
    return bool(node.document.dialect.okf) and node.path.rpartition("/")[2] == INDEX


def _describes_itself(node: Node) -> bool:
    """Whether a node has a description in its own header, and not only in a listing."""
    return not node.description_derived and not node.listed


def undescribed(inspection: Inspection) -> Iterator[HealthFinding]:
    """Nodes whose description was taken from their text."""
    for node in inspection.graph.nodes.values():
        if node.description_derived and not has_no_place_for_one(node):
            detail = _shown(node.description)
            yield health_finding("SG306", node, "no description of its own", detail=detail)


def without_when(inspection: Inspection) -> Iterator[HealthFinding]:
    """Descriptions that seem not to say when to read the node."""
    for node in inspection.graph.nodes.values():
        if _describes_itself(node) and not _WHEN.search(node.description):
            message = "the description seems not to say when to read the node"
            yield health_finding("SG313", node, message, detail=_shown(node.description))


def alike(inspection: Inspection) -> Iterator[HealthFinding]:
    """Descriptions that are nearly that of an earlier node."""
    # Imported here: `check` and hooks load this module, and must not wait for the index's.
    from skillagent.index.analyzer import terms

    nodes = inspection.graph.nodes
    words = {
        node.id: frozenset(terms(node.description))
        for node in nodes.values()
        if node.description and _describes_itself(node)
    }
    earlier = _EarlierDescriptions(Counter(word for bag in words.values() for word in bag))
    for node, bag in tracked(words.items(), "comparing descriptions", inspection.progress):
        if like := earlier.like(bag):
            detail = f"like that of {like}"
            yield health_finding(
                "SG311", nodes[node], f"the description is {detail}", detail=detail
            )
        earlier.add(bag, node)


class _EarlierDescriptions:
    """The words of the descriptions so far, to be compared with the next one.

    Only descriptions that share one of their rarest words are compared: two that share
    `LIKE` of their words share at least one of the rarest `1 - LIKE` (prefix filtering,
    Chaudhuri, Ganti and Kaushik, ICDE 2006).

    Args:
        counts: word → number of descriptions that have it.
    """

    def __init__(self, counts: Counter[str]) -> None:
        self._counts = counts
        self._latest: dict[frozenset[str], str] = {}
        """Words → the last node so far whose description has exactly these."""
        self._holders: dict[str, list[frozenset[str]]] = {}
        """One of the rarest words → the descriptions so far that have it, each once."""

    def like(self, bag: frozenset[str]) -> str:
        """The node whose description is most similar to some words; empty if none is similar."""
        if bag in self._latest:
            return self._latest[bag]
        near = {other for word in self._rarest(bag) for other in self._holders.get(word, ())}
        scores = ((len(bag & other) / len(bag | other), self._latest[other]) for other in near)
        likeness, node = max(scores, default=(0.0, ""))
        return node if likeness >= LIKE else ""

    def add(self, bag: frozenset[str], node: str) -> None:
        """Add the words of a node's description."""
        if bag not in self._latest:
            for word in self._rarest(bag):
                self._holders.setdefault(word, []).append(bag)
        if bag:
            self._latest[bag] = node

    def _rarest(self, bag: frozenset[str]) -> list[str]:
        rarest = sorted(bag, key=lambda word: (self._counts[word], word))
        return rarest[: len(bag) - math.ceil(LIKE * len(bag)) + 1]


def _shown(text: str) -> str:
    return text if len(text) <= SHOWN_CHARS else text[: SHOWN_CHARS - 1] + "…"
