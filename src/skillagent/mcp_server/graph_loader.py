"""Loads the graph that a server offers, and reloads it when files change.

A host's first request must not wait until ten thousand files are read. So the graph is loaded
in a thread, and only requests that need it wait.

Above: `sessions`, `server` and `reload`. Below: `catalogue`, `disclosure`, `graph`.
"""

from __future__ import annotations

import gc
import logging
import threading
from dataclasses import dataclass
from functools import cached_property

from skillagent.disclosure import DEFAULT_BUDGET, Budget, Toolset
from skillagent.disclosure.state import SessionState
from skillagent.embeddings import embedder_of
from skillagent.errors import UsageError
from skillagent.graph import SkillGraph
from skillagent.graph.collection_pause import collection_paused
from skillagent.graph.walk import Root, roots_of
from skillagent.lock import FrozenView, GraphLock
from skillagent.markdown.hidden import one_line
from skillagent.mcp_server.catalogue import Catalogue
from skillagent.mcp_server.server_config import ServerConfig
from skillagent.store import MemoryView
from skillagent.tokens import counter_for

RESULT_CHARACTERS = 19_500
"""Longest result, in characters. Hosts write longer ones to a file or cut them off."""


_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class LoadedGraph:
    """One state of the graph, with what the server derives from it."""

    view: MemoryView
    """With a lock, a `FrozenView`."""
    lock: GraphLock | None = None

    @property
    def graph(self) -> SkillGraph:
        """With a lock, only the nodes that are as it records them."""
        return self.view.graph

    @cached_property
    def catalogue(self) -> Catalogue:
        """The files and skills of this graph; built when first used."""
        return Catalogue(self.graph, self.lock)


class GraphLoader:
    """Holds the newest state of a server's graph. Threads share it.

    Args:
        config: what to load, and the budget of its sessions.

    Raises:
        GraphError: a root is not a folder.
        UsageError: there is no root, or two roots have the same name.
        MissingPackageError: it is searched by meaning, and the extra `semantic` is not installed.
    """

    def __init__(self, config: ServerConfig) -> None:
        self.config = config
        self.counter = counter_for(config.count_for)
        total = DEFAULT_BUDGET if config.budget is None else config.budget
        self.budget = Budget(total, config.per_call, RESULT_CHARACTERS)
        self.roots: tuple[Root, ...] = roots_of(config.roots)
        self._options = config.options
        self._lock = config.read_lock()
        self._embedder = embedder_of(config.semantic)
        self._remark = ""
        self._loaded: LoadedGraph | None = None
        self._loading = threading.Lock()

    @property
    def loaded(self) -> LoadedGraph:
        """The newest graph and its catalogue; the first caller waits until it is loaded.

        Raises:
            GraphError: a root was removed before it could be loaded.
        """
        with self._loading:
            if self._loaded is None:
                graph = SkillGraph.load(*self.roots, options=self._options)
                self._loaded = self._frozen(MemoryView(graph, embedder=self._embedder))
            return self._loaded

    @property
    def graph(self) -> SkillGraph:
        """The newest graph; see `loaded`."""
        return self.loaded.graph

    @property
    def digest(self) -> str:
        """The digest of the newest graph; see `loaded`."""
        return self.graph.digest

    @property
    def catalogue(self) -> Catalogue:
        """The files and skills of the newest graph; see `loaded`."""
        return self.loaded.catalogue

    def warm(self) -> None:
        """Load the graph, and build what the first query would otherwise build.

        The new objects are exempt from garbage collection, for they stay while the server
        runs; `gc.unfreeze` ends that.
        """
        with collection_paused():
            self.toolset().warm()
            self._identify(self.loaded)
            gc.freeze()

    def reload(self) -> tuple[LoadedGraph, LoadedGraph]:
        """Load the graph again; the old one is used until the new one is complete.

        Returns:
            The old state and the new one; twice the old one if no file has changed.

        Raises:
            GraphError: a root was removed; the old graph remains in use.
        """
        old = self.loaded
        graph = SkillGraph.load(*self.roots, options=self._options)
        new = self._frozen(old.view.followed_by(graph))
        graph = new.graph
        if graph.digest == old.graph.digest and graph.others == old.graph.others:
            return old, old
        # Built here, so that the next query does not have to wait for it.
        new.view.build_index()
        self._identify(new)
        with self._loading:
            self._loaded = new
        # Otherwise the old graph, which `warm` froze, would never be collected.
        gc.unfreeze()
        return old, new

    def _identify(self, loaded: LoadedGraph) -> None:
        """Compute the root that records name the graph by, before the first call needs it."""
        if self.config.record:
            from skillagent.runs.graph_identity import GraphIdentity

            try:
                GraphIdentity.of(loaded.view)
            except UsageError as error:
                _log.warning("sessions cannot be recorded: %s", one_line(str(error)))

    def _frozen(self, view: MemoryView) -> LoadedGraph:
        """A graph that was just loaded; with a lock, without the nodes that it does not record."""
        if self._lock is None:
            return LoadedGraph(view)
        frozen = FrozenView(view, self._lock)
        if frozen.remark and frozen.remark != self._remark:
            _log.warning("%s", frozen.remark)
        self._remark = frozen.remark
        return LoadedGraph(frozen, self._lock)

    def toolset(self, session: str = "") -> Toolset:
        """The toolset of a new session.

        Args:
            session: name of the session; empty if it has none.
        """
        return Toolset(self.loaded.view, self.budget, counter=self.counter, session=session)

    def resume(self, state: SessionState, session: str = "") -> Toolset:
        """The toolset of an earlier session, continued on the newest graph.

        Args:
            state: the session as `Toolset.state` gave it.
            session: see `toolset`.
        """
        return Toolset.resume(self.loaded.view, state, counter=self.counter, session=session)
