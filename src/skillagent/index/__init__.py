"""Ranked search over all nodes of a graph.

`search` ranks the nodes; `analyzer`, `languages` and `detection` turn texts into terms; `postings`
holds the terms of each node; `spelling` corrects words; `query` is a parsed query, and `filters`
are its conditions, such as `type:map`. Names are imported when they are first used.

Above: `disclosure`, which shows the hits to the agent. Below: `graph`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from skillagent.lazy_names import importing

if TYPE_CHECKING:
    from skillagent.index.query import Hit, Match
    from skillagent.index.search import SearchIndex

__all__ = ["Hit", "Match", "SearchIndex"]

__getattr__ = importing(
    __name__,
    {"Hit": "query", "Match": "query", "SearchIndex": "search"},
)
