"""Suggests to split long nodes whose parts are linked apart, or are about different things."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from itertools import combinations

from skillagent.authoring.sections import CutSection, cut_level, sections
from skillagent.authoring.split import split
from skillagent.authoring.suggestions.suggestion import Candidate
from skillagent.graph import Node, NodeKind, SkillGraph
from skillagent.graph.link import is_block
from skillagent.index.analyzer import STOP_WORDS, terms
from skillagent.lint.maps import WIDE
from skillagent.lint.sizes import LONG_TOKENS
from skillagent.markdown import Dialect
from skillagent.progress import Progress, tracked
from skillagent.tokens import TokenCounter

SHARED = 0.12
"""Mean Jaccard similarity of the words of two sections below which they are about different things.
"""
TINY_TOKENS = 50
"""Tokens of a section below which it is no node of its own; at most a third may be so short."""
COMPARED = 12
"""Most sections that are compared with each other."""


def split_candidates(
    graph: SkillGraph, dialect: Dialect, counter: TokenCounter, progress: Progress
) -> list[Candidate]:
    """Long nodes with two sections or more that a reader needs apart.

    Args:
        graph: of one root.
        dialect: how links are written.
        counter: counts tokens.
        progress: called for each node that was examined.
    """
    candidates = []
    stops = frozenset(terms(" ".join(STOP_WORDS)))
    for node in tracked(list(graph.nodes.values()), "looking for long nodes", progress):
        if node.kind is not NodeKind.NODE or not node.whole or node.id in graph.entries:
            continue
        tokens = node.cost(counter)
        level = cut_level(node.document) if tokens > LONG_TOKENS else 0
        cut = sections(node.document, level) if level else ()
        if not 2 <= len(cut) <= WIDE:
            continue
        costs = [counter.count(node.document.text[part.start : part.end]) for part in cut]
        if 3 * sum(cost < TINY_TOKENS for cost in costs) > len(costs):
            continue
        linked = _linked_sections(graph, node, cut)
        shared = _shared_words(node, cut, stops)
        if len(linked) < 2 and shared >= SHARED:
            continue
        # A reader looks for one part, the more probably the longer it is.
        spared = max(0, tokens - sum(cost * cost for cost in costs) // sum(costs))
        apart = f"{len(linked)} of them are linked by their headings; " if linked else ""
        candidates.append(
            Candidate(
                "split",
                f"split {node.id} into a map and {len(cut)} nodes",
                f"{tokens:,} tokens in {len(cut)} sections of {min(costs):,} to {max(costs):,}; "
                f"{apart}two sections share {shared:.0%} of their words",
                (node.id,),
                spared / 1000 * _weight(graph, node, linked),
                partial(split, graph, node.id, level, dialect),
            )
        )
    return candidates


def _weight(graph: SkillGraph, node: Node, linked: Sequence[str]) -> float:
    """How often a node is expected to be read: by the nodes that link to it, or to its parts."""
    return (1 + math.log2(1 + graph.indegree(node.id)) + len(linked)) / 4


def _linked_sections(graph: SkillGraph, node: Node, cut: Sequence[CutSection]) -> list[str]:
    """Titles of the sections that links of other nodes name, in order."""
    document = node.document
    places = set()
    for link in graph.backlinks(node.id):
        if link.fragment and not is_block(link.fragment):
            index = document.find_heading(link.fragment)
            if index >= 0:
                places.add(document.headings[index].start)
    return [
        part.heading.title
        for part in cut
        if any(part.start <= place < part.end for place in places)
    ]


def _shared_words(node: Node, cut: Sequence[CutSection], stops: frozenset[str]) -> float:
    """Mean Jaccard similarity of the words of two sections; 1 if no two can be compared."""
    text = node.document.text
    bags = [set(terms(text[part.start : part.end])) - stops for part in cut[:COMPARED]]
    pairs = [(one, other) for one, other in combinations(bags, 2) if one and other]
    if not pairs:
        return 1.0
    return sum(len(one & other) / len(one | other) for one, other in pairs) / len(pairs)
