"""Counts what an author should improve next, the most important kind first.

The rules in `lint` define what is found, its order and its remedies; this module counts their
findings under headings. None of them is an error: `check` lists those.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from skillagent.graph import SkillGraph
from skillagent.lint import HEALTH_RULES, Inspection
from skillagent.lint.maps import NARROW, WIDE
from skillagent.lint.reach import FAR
from skillagent.lint.sizes import LONG_TOKENS
from skillagent.progress import Progress, no_progress
from skillagent.tokens import TokenCounter

_TITLES = {
    "large": "files too large to be read whole",
    "unreachable": "nodes that no link leads to from an entry",
    "broken": "targets of broken links",
    "undescribed": "nodes without a description of their own",
    "long": f"nodes above {LONG_TOKENS} tokens",
    "wide": f"maps with more than {WIDE} links",
    "bare": "lists of links without words that say when to follow them",
    "far": f"nodes more than {FAR} steps from an entry",
    "alike": "descriptions that are nearly those of other nodes",
    "narrow": f"maps with {NARROW} links or fewer",
    "no-when": "descriptions that seem not to say when to read the node",
}
"""Name of a rule → what it finds, as a heading."""
_GUESSES = frozenset({"no-when"})
"""Rules whose findings a person should judge."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One kind of thing to do."""

    key: str
    """Name that does not change, such as `unreachable`."""
    title: str
    """What was found, as a heading."""
    remedy: str
    """What to do."""
    heuristic: bool
    """True if the findings are guesses that a person should judge."""
    places: tuple[tuple[str, str], ...]
    """Id of a node, or a link's target, and a detail about it."""

    def to_json(self) -> dict[str, Any]:
        places = [{"node": node, "detail": detail} for node, detail in self.places]
        return {**asdict(self), "count": len(self.places), "places": places}


def health(
    graph: SkillGraph, counter: TokenCounter | None = None, progress: Progress = no_progress
) -> tuple[Figure, ...]:
    """One figure for each kind of finding, the most important first; empty kinds are left out.

    Args:
        graph: of one root or several.
        counter: counts a node's tokens; None for o200k_base.
        progress: called for each node and link that was examined.
    """
    inspection = Inspection(graph, counter, progress)
    figures = []
    for key, rule in HEALTH_RULES.items():
        if findings := tuple(rule(inspection)):
            places = tuple((finding.subject, finding.detail) for finding in findings)
            remedy = findings[0].remedy
            figures.append(Figure(key, _TITLES[key], remedy, key in _GUESSES, places))
    return tuple(figures)


def verdict(graph: SkillGraph, figures: tuple[Figure, ...]) -> str:
    """One line: the state of the graph, and where to begin."""
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
