"""All suggestions for a graph, the most useful first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from skillagent.authoring.suggestions.links import link_candidates
from skillagent.authoring.suggestions.maps import map_candidates
from skillagent.authoring.suggestions.merges import merge_candidates
from skillagent.authoring.suggestions.splits import split_candidates
from skillagent.authoring.suggestions.suggestion import KINDS, Candidate, Suggestion
from skillagent.errors import UsageError
from skillagent.graph import SkillGraph
from skillagent.markdown import Dialect
from skillagent.progress import Progress, no_progress
from skillagent.tokens import TokenCounter, default_counter

SHOWN = 20
"""Most suggestions."""
OF_A_KIND = 8
"""Most suggestions of one kind, unless only that kind is wanted."""


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What is suggested for a graph."""

    shown: tuple[Suggestion, ...]
    """The most useful first."""
    more: Mapping[str, int]
    """Kind → how many further ones there are, each not yet planned; without kinds that have none.
    """

    def to_json(self) -> dict[str, Any]:
        return {
            "suggestions": [suggestion.to_json() for suggestion in self.shown],
            "more": dict(self.more),
        }


def suggest(
    graph: SkillGraph,
    kinds: Collection[str] = KINDS,
    dialect: Dialect | None = None,
    counter: TokenCounter | None = None,
    progress: Progress = no_progress,
) -> Suggestions:
    """What an author could do next, with evidence, each ready to be applied.

    The same graph gives the same suggestions in the same order.

    Args:
        graph: of one root.
        kinds: some of `KINDS`.
        dialect: how links are written; None for that of the graph.
        counter: counts tokens; None for o200k_base.
        progress: called for each node that was examined.
    """
    dialect = (dialect or graph.dialect).with_link_fields(graph.link_fields)
    counter = counter or default_counter()
    candidates: list[Candidate] = []
    if not dialect.outline:  # a Logseq outline is neither cut nor joined, and its pages are maps
        if "maps" in kinds:
            candidates += map_candidates(graph, dialect)
        if "split" in kinds:
            candidates += split_candidates(graph, dialect, counter, progress)
        if "merge" in kinds:
            candidates += merge_candidates(graph, dialect, counter, progress)
    if "links" in kinds:
        candidates += link_candidates(graph, dialect, progress)
    candidates.sort(key=lambda candidate: candidate.order)
    return _planned(candidates, SHOWN if len(set(kinds)) == 1 else OF_A_KIND)


def _planned(candidates: Iterable[Candidate], of_a_kind: int) -> Suggestions:
    """The first candidates that can be carried out, and how many are left."""
    shown: list[Suggestion] = []
    counts: Counter[str] = Counter()
    more: Counter[str] = Counter()
    for candidate in candidates:
        if len(shown) == SHOWN or counts[candidate.kind] == of_a_kind:
            more[candidate.kind] += 1
            continue
        try:
            changes = candidate.plan()
        except UsageError:
            continue  # a link could not be kept, or headers differ: not a change to propose
        counts[candidate.kind] += 1
        number = len(shown) + 1
        shown.append(
            Suggestion(
                number,
                candidate.kind,
                candidate.what,
                candidate.evidence,
                candidate.nodes,
                candidate.use,
                changes,
            )
        )
    return Suggestions(tuple(shown), {kind: more[kind] for kind in KINDS if more[kind]})
