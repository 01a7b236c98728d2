"""Suggests to merge nodes that say nearly the same, and short ones that link only each other."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial

from skillagent.authoring.merge import merge
from skillagent.authoring.suggestions.suggestion import Candidate
from skillagent.graph import Node, NodeKind, SkillGraph
from skillagent.index.analyzer import terms
from skillagent.lint.descriptions import LIKE
from skillagent.lint.inspection import in_series
from skillagent.lint.sizes import LONG_TOKENS
from skillagent.markdown import Dialect
from skillagent.progress import Progress, tracked
from skillagent.tokens import TokenCounter

SHORT_TOKENS = 250
"""Tokens up to which a node is short."""
FEWEST = 5
"""Words from which two descriptions or texts are compared."""

COMMON = 50
"""Nodes that have a word, above which it tells nothing about which of them are alike."""

_Words = frozenset[str]


def merge_candidates(
    graph: SkillGraph, dialect: Dialect, counter: TokenCounter, progress: Progress
) -> list[Candidate]:
    """Pairs of nodes that could be one.

    Not two of a series, such as the notes on two releases. Of a pair, the node that more others
    link to stays.

    Args:
        graph: of one root.
        dialect: how links are written.
        counter: counts tokens.
        progress: called for each node that was examined.
    """
    costs = {
        node.id: node.cost(counter)
        for node in tracked(list(graph.nodes.values()), "looking for equal nodes", progress)
        if _may_merge(graph, node)
    }
    reasons: dict[tuple[str, str], tuple[float, str]] = {}
    for what, bags in (
        ("texts", _texts(graph, costs)),
        ("descriptions", _descriptions(graph, costs)),
    ):
        for like, pair in _near(bags):
            evidence = f"{like:.0%} of the words of their {what} are the same"
            reasons.setdefault(pair, (like, evidence))
    for pair in _neighbours(graph, costs):
        one, other = (costs[node] for node in pair)
        evidence = f"{one} and {other} tokens, and apart from maps they link only each other"
        reasons.setdefault(pair, (0.5, evidence))
    candidates = []
    merged: set[str] = set()
    for pair, (use, evidence) in sorted(reasons.items(), key=lambda item: (-item[1][0], item[0])):
        if in_series(*(graph.nodes[node] for node in pair)):
            continue
        kept, gone = sorted(pair, key=lambda node: (-graph.indegree(node), node))
        # Of three equal nodes, two are merged into the same one.
        if costs[kept] + costs[gone] > LONG_TOKENS or not merged.isdisjoint(pair):
            continue
        merged.add(gone)
        plan = partial(merge, graph, kept, gone, None, dialect)
        what = f"merge {gone} into {kept}"
        candidates.append(Candidate("merge", what, evidence, (kept, gone), use, plan))
    return candidates


def _may_merge(graph: SkillGraph, node: Node) -> bool:
    is_plain = node.kind is NodeKind.NODE and node.id not in graph.entries
    return is_plain and node.whole and node.id not in graph.outdated


def _texts(graph: SkillGraph, costs: Mapping[str, int]) -> dict[str, _Words]:
    short = [node for node, cost in costs.items() if cost <= LONG_TOKENS]
    return {node: frozenset(terms(graph.nodes[node].document.body)) for node in short}


def _descriptions(graph: SkillGraph, costs: Mapping[str, int]) -> dict[str, _Words]:
    nodes = (graph.nodes[node] for node in costs)
    return {
        node.id: frozenset(terms(node.description))
        for node in nodes
        if not node.description_derived
    }


def _near(bags: Mapping[str, _Words]) -> Iterator[tuple[float, tuple[str, str]]]:
    """Pairs of ids whose words have a Jaccard similarity of `LIKE` or more.

    Only those are compared that are equal, or share one of their rarest words: two sets that are so
    similar share at least one of the rarest `1 - LIKE` (prefix filtering, Chaudhuri, Ganti and
    Kaushik, ICDE 2006), and behind the first that they share, enough words are left (PPJoin, Xiao,
    Wang, Lin and Yu, WWW 2008). A word of more than `COMMON` nodes is passed over, so that the time
    grows with the number of nodes and not with its square.
    """
    counts = Counter(word for bag in bags.values() for word in bag)
    holders: dict[str, list[tuple[str, int]]] = {}
    """Word → the nodes that have it, and how many of their words are no rarer."""
    equal: dict[_Words, str] = {}
    for node, bag in sorted(bags.items()):
        size = len(bag)
        if size < FEWEST:
            continue
        rarest = sorted(bag, key=lambda word: (counts[word], word))
        left = {
            word: size - place
            for place, word in enumerate(rarest[: size - math.ceil(LIKE * size) + 1])
            if counts[word] <= COMMON
        }
        near = {
            other
            for word, words_left in left.items()
            for other, other_left in holders.get(word, ())
            if min(words_left, other_left) >= _least_shared(size, len(bags[other]))
        }
        near |= {equal[bag]} if bag in equal else set()
        for other in sorted(near):
            shared = len(bag & bags[other])
            like = shared / (size + len(bags[other]) - shared)
            if like >= LIKE:
                yield like, (other, node)
        equal.setdefault(bag, node)
        for word, words_left in left.items():
            holders.setdefault(word, []).append((node, words_left))


def _least_shared(size: int, other_size: int) -> float:
    """How many words two sets share that have a Jaccard similarity of `LIKE`, or a little less."""
    return LIKE / (1 + LIKE) * (size + other_size) - 0.001  # of a word, for rounding


def _neighbours(graph: SkillGraph, costs: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """Pairs of short nodes that have no other neighbour than each other, and maps."""
    around = {
        node: {
            other
            for other in (
                *graph.neighbors(node),
                *(link.source for link in graph.backlinks(node)),
            )
            if graph.nodes[other].kind is NodeKind.NODE and other not in graph.entries
        }
        for node, cost in costs.items()
        if cost <= SHORT_TOKENS
    }
    for node, others in around.items():
        if len(others) == 1:
            (other,) = others
            if node < other and around.get(other) == {node}:
                yield node, other
