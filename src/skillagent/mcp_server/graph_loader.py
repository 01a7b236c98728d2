"""The graph that a server offers: loaded beside the first requests, and anew when files change.

A host's first request must not wait for ten thousand files. So the graph loads in a thread,
and only what needs it waits.
"""

from __future__ import annotations

import gc
import threading

from skillagent.disclosure import DEFAULT_BUDGET, Budget, Toolset
from skillagent.disclosure.state import State
from skillagent.graph import SkillGraph
from skillagent.graph.walk import Root, roots_of
from skillagent.index import SearchIndex
from skillagent.mcp_server.server_config import Offer
from skillagent.tokens import counter_for

RESULT_CHARACTERS = 19_500
"""Hosts spill longer results to a file, or cut them; the model then sees a stump."""


class Served:
    """One offer and the newest state of its graph. Shared by threads.

    Args:
        offer: what to load.

    Raises:
        GraphError: a root is no folder.
        UsageError: two roots have one name, or there is none.
    """

    def __init__(self, offer: Offer) -> None:
        self.offer = offer
        self.counter = counter_for(offer.count_for)
        total = DEFAULT_BUDGET if offer.budget is None else offer.budget
        self.budget = Budget(total, offer.per_call, RESULT_CHARACTERS)
        self.roots: tuple[Root, ...] = roots_of(offer.roots)
        self._options = offer.options
        self._graph: SkillGraph | None = None
        self._loading = threading.Lock()

    @property
    def graph(self) -> SkillGraph:
        """The newest graph; the first to ask waits until it is loaded.

        Raises:
            GraphError: a root went away before it could be loaded.
        """
        with self._loading:
            if self._graph is None:
                self._graph = SkillGraph.load(*self.roots, options=self._options)
            return self._graph

    def warm(self) -> None:
        """Load, and build what the first query would build."""
        # All of it stays to the end of this process: no collection need walk it.
        gc.disable()
        try:
            self.toolset().warm()
        finally:
            gc.freeze()
            gc.enable()

    def reload(self) -> tuple[SkillGraph, SkillGraph]:
        """Load again; what is being served stays until the new graph is whole.

        Returns:
            The graph before and the one now; the same one where its files are.

        Raises:
            GraphError: a root has gone; the graph before goes on being served.
        """
        before = self.graph
        after = SkillGraph.load(*self.roots, options=self._options)
        if after.digest == before.digest and after.others == before.others:
            return before, before
        # Searching must not become slow for whoever asks next.
        SearchIndex.of(after)
        with self._loading:
            self._graph = after
        gc.unfreeze()
        return before, after

    def toolset(self, session: str = "") -> Toolset:
        """A new session."""
        return Toolset(self.graph, self.budget, counter=self.counter, session=session)

    def resume(self, state: State, session: str = "") -> Toolset:
        """A session that goes on, on the newest graph."""
        return Toolset.resume(self.graph, state, counter=self.counter, session=session)
