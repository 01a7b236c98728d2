"""Suggests links: names in a text that are not linked, as `weave` proposes them."""

from __future__ import annotations

from functools import partial

from skillagent.authoring import weave
from skillagent.authoring.split import short
from skillagent.authoring.suggestions.suggestion import Candidate
from skillagent.graph import SkillGraph
from skillagent.markdown import Dialect
from skillagent.progress import Progress

MOST = 100
"""Most missing links that are looked at, the surest first."""
USE = 0.5


def link_candidates(graph: SkillGraph, dialect: Dialect, progress: Progress) -> list[Candidate]:
    """The surest links that a text already names.

    Args:
        graph: of one root.
        dialect: how links are written.
        progress: called for each node that was examined.
    """
    candidates = []
    proposed = weave.proposals(graph, None, MOST, dialect, progress, alike=False)
    for rank, proposal in enumerate(proposed):
        source, target = proposal.source, proposal.target
        candidates.append(
            Candidate(
                "links",
                f"link {target} from {source}",
                f"{proposal.path}:{proposal.line} names it without a link: {short(proposal.was)}",
                (source, target),
                USE - rank / (10 * MOST),  # in the order of weave
                partial(weave.apply, graph, [proposal.to_json()], dialect),
            )
        )
    return candidates
