"""Figures that tell an author what to do next, each with its nodes; what matters most first.

First what an agent cannot reach or misreads, then what costs it tokens, then what only
makes a choice harder. Nothing here is an error: `check` lists those.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from skillagent.authoring.sections import LONG_TOKENS
from skillagent.graph import Node, SkillGraph
from skillagent.index.analyzer import terms
from skillagent.progress import Progress, tracked, untold
from skillagent.tokens import TokenCounter, default_counter

WIDE = 25
"""Links of a map above which it is better split."""
NARROW = 2
"""Links of a map up to which it is better merged."""
FAR = 4
"""Steps from an entry within which a node should be reached."""
BARE = 3
"""So many links without words beside them make a list that says nothing."""
LIKE = 0.8
"""Descriptions that share so much of their words are nearly the same (Jaccard)."""

# A heuristic: a description that says when to read it uses one of these words.
_WHEN = re.compile(
    r"\b(when|whenever|if|before|after|while|whether|until|unless|instead|why|how|where|which|"
    r"what|who|use|used|uses|using|read|see|go|for|to)\b|\?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One kind of thing to do."""

    key: str
    """Name that does not change, such as `unreachable`."""
    title: str
    """What is so, as a heading."""
    remedy: str
    """What to do."""
    heuristic: bool
    """True where it is a guess that a person should judge."""
    places: tuple[tuple[str, str], ...]
    """Node, or a link's target, and what is to be said of it."""

    def to_json(self) -> dict[str, Any]:
        found = asdict(self)
        found["count"] = len(self.places)
        found["places"] = [{"node": node, "detail": detail} for node, detail in self.places]
        return found


def health(
    graph: SkillGraph, counter: TokenCounter | None = None, progress: Progress = untold
) -> tuple[Figure, ...]:
    """What there is to do, the most important first; kinds with nothing to do left out.

    Args:
        graph: of one root or several.
        counter: counts a node's tokens; None for o200k_base.
        progress: told of each node and link that was looked at.
    """
    counter = counter or default_counter()
    found = (
        Figure(key, title, remedy, heuristic, tuple(places))
        for key, title, remedy, heuristic, places in _figures(graph, counter, progress)
    )
    return tuple(figure for figure in found if figure.places)


def verdict(graph: SkillGraph, figures: tuple[Figure, ...]) -> str:
    """One line: how the graph is, and where to begin."""
    counts = graph.counts
    size = f"{graph.name}: {counts.nodes} nodes, {counts.maps} maps"
    sure = [figure for figure in figures if not figure.heuristic]
    if not counts.nodes:
        return f"{size}; empty: begin with skillagent add"
    if not figures:
        return f"{size}; healthy"
    if not sure:
        return f"{size}; healthy but for guesses to judge"
    first = sure[0]
    total = len({node for figure in sure for node, _ in figure.places})
    places = "1 place" if total == 1 else f"{total} places"
    first_words = f"first {len(first.places)} × {first.title}: {first.remedy}"
    return f"{size}; {places} to mend, {first_words}"


_Row = tuple[str, str, str, bool, Iterable[tuple[str, str]]]


def _figures(graph: SkillGraph, counter: TokenCounter, progress: Progress) -> Iterator[_Row]:
    yield (
        "large",
        "files too large to be read whole",
        "split each: what is said here, and its links, are those of its beginning",
        False,
        [(node.id, f"{node.size} bytes") for node in graph.nodes.values() if not node.whole],
    )
    steps = _steps(graph)
    unreachable = [node for node in graph.nodes if node not in steps]
    orphans = set(graph.orphans())
    yield (
        "unreachable",
        "nodes that no link leads to from an entry",
        "link each from a map: skillagent weave finds where, or hang it there by hand",
        False,
        [(node, "orphan" if node in orphans else "") for node in unreachable],
    )
    yield (
        "broken",
        "targets of broken links",
        "write the node, or correct the links",
        False,
        _broken(graph, progress),
    )
    yield (
        "orphans",
        "nodes that only their own links keep in sight",
        "link each from the map or node that it belongs to",
        False,
        [(node, "") for node in sorted(orphans & steps.keys())],
    )
    every = graph.nodes.values()
    yield (
        "undescribed",
        "nodes without a description of their own",
        "write description: in the header, what it holds and when to read it",
        False,
        [(node.id, _shown(node.description)) for node in every if node.description_derived],
    )
    counted = tracked(every, "counting tokens", progress)
    long = [(node.cost(counter), node) for node in counted]
    long = [(cost, node) for cost, node in long if cost > LONG_TOKENS]
    yield (
        "long",
        f"nodes above {LONG_TOKENS} tokens",
        "skillagent split, where the parts are read apart",
        False,
        [(node.id, f"{cost} tokens") for cost, node in sorted(long, key=_heavy)],
    )
    widths = [(len(graph.neighbors(node)), node) for node in graph.maps]
    yield (
        "wide",
        f"maps with more than {WIDE} links",
        "part the map in two, or hang some links on a map below it",
        False,
        [
            (node, _links(width))
            for width, node in sorted(widths, key=lambda pair: (-pair[0], pair[1]))
            if width > WIDE
        ],
    )
    yield (
        "bare",
        "lists of links without words that say when to follow them",
        "add the words behind each link: - [[name]] - when to read it",
        False,
        _bare(graph),
    )
    yield (
        "far",
        f"nodes more than {FAR} steps from an entry",
        "link them, or their map, from a map nearer to the entry",
        False,
        [
            (node, f"{step} steps")
            for node, step in sorted(steps.items(), key=lambda pair: (-pair[1], pair[0]))
            if step > FAR
        ],
    )
    yield (
        "alike",
        "descriptions that are nearly those of other nodes",
        "say what sets each apart, or merge them",
        False,
        _alike(graph, progress),
    )
    yield (
        "narrow",
        f"maps with {NARROW} links or fewer",
        "merge the map into the one that links to it, or let it grow",
        False,
        [(node, _links(width)) for width, node in widths if width <= NARROW],
    )
    yield (
        "no-when",
        "descriptions that seem not to say when to read the node",
        "judge each: does it tell what question the node answers?",
        True,
        [
            (node.id, _shown(node.description))
            for node in every
            if not node.description_derived and not _WHEN.search(node.description)
        ],
    )


def _heavy(pair: tuple[int, Node]) -> tuple[int, str]:
    return -pair[0], pair[1].id


def _steps(graph: SkillGraph) -> dict[str, int]:
    """Node → steps from the nearest entry, of all that are reached."""
    found = dict.fromkeys(graph.entries, 0)
    queue = list(graph.entries)
    for node in queue:
        for target in graph.neighbors(node):
            if target not in found:
                found[target] = found[node] + 1
                queue.append(target)
    return found


def _broken(graph: SkillGraph, progress: Progress) -> list[tuple[str, str]]:
    places: dict[str, list[str]] = {}
    for link in graph.links:
        if link.target is None and not link.candidates:
            document = graph.nodes[link.source].document
            places.setdefault(link.reference.target, []).append(f"{document.path}:{link.line}")
    rows = []
    ordered = sorted(places.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    for target, found in tracked(ordered, "looking for near names", progress):
        near = graph.nearest(target, 1)
        nearest = f"; nearest: {near[0]}" if near else ""
        more = f" and {len(found) - 3} more" if len(found) > 3 else ""
        rows.append((target, f"{', '.join(found[:3])}{more}{nearest}"))
    return rows


def _bare(graph: SkillGraph) -> list[tuple[str, str]]:
    rows = []
    for node in graph.nodes.values():
        links = [link for link in graph.links_from(node.id) if not link.key and link.target]
        bare = [link for link in links if link.is_bare]
        if len(bare) >= BARE:
            first = bare[0]
            place = f"{node.document.path}:{first.line}"
            rows.append((-len(bare), node.id, f"{len(bare)} of {len(links)} links, from {place}"))
    return [(node, detail) for _, node, detail in sorted(rows)]


def _alike(graph: SkillGraph, progress: Progress) -> list[tuple[str, str]]:
    """Pairs of like descriptions; each node with the first that its own is like.

    Only descriptions that share one of their rarest words are compared: two that share
    `LIKE` of their words share at least one of the rarest `1 - LIKE` (prefix filtering,
    Chaudhuri, Ganti and Kaushik, ICDE 2006).
    """
    bags = {
        node.id: frozenset(terms(node.description))
        for node in graph.nodes.values()
        if node.description and not node.description_derived
    }
    count = Counter(term for bag in bags.values() for term in bag)
    latest: dict[frozenset[str], str] = {}
    """Words → the last node so far whose description has just these."""
    holders: dict[str, list[frozenset[str]]] = {}
    """One of the rarest words → the descriptions so far that have it, each once."""
    rows = []
    for node, bag in tracked(bags.items(), "comparing descriptions", progress):
        if bag in latest:
            rows.append((node, f"like that of {latest[bag]}"))
        else:
            rarest = sorted(bag, key=lambda term: (count[term], term))
            first = rarest[: len(bag) - math.ceil(LIKE * len(bag)) + 1]
            near = {other for term in first for other in holders.get(term, ())}
            scored = ((len(bag & other) / len(bag | other), latest[other]) for other in near)
            likeness, other = max(scored, default=(0.0, ""))
            if likeness >= LIKE:
                rows.append((node, f"like that of {other}"))
            for term in first:
                holders.setdefault(term, []).append(bag)
        if bag:
            latest[bag] = node
    return rows


def _links(width: int) -> str:
    return "1 link" if width == 1 else f"{width} links"


def _shown(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"
