"""Opens the graph that a server offers, and opens it again when files change.

A host's first request must not wait until ten thousand files are read. So the graph is answered
from its stored index, as that was left, and brought up to date in a thread. Only what an index does
not have, such as a lock or a record, needs the loaded graph.

Above: `sessions`, `server` and `reload`. Below: `catalogue`, `indexing`, `disclosure`, `graph`.
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
from skillagent.errors import StoredIndexError, UsageError
from skillagent.graph import SkillGraph
from skillagent.graph.collection_pause import collection_paused
from skillagent.graph.walk import Root, roots_of
from skillagent.indexing import Opened, kept_graph, open_graph
from skillagent.lock import FrozenView, GraphLock
from skillagent.markdown.hidden import one_line
from skillagent.mcp_server.catalogue import Catalogue
from skillagent.mcp_server.server_config import ServerConfig
from skillagent.store import GraphView, MemoryView, StoredView, graph_behind
from skillagent.tokens import counter_for

RESULT_CHARACTERS = 19_500
"""Longest result, in characters. Hosts write longer ones to a file or cut them off."""


_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class LoadedGraph:
    """One state of the graph, with what the server derives from it."""

    view: GraphView
    """With a lock, a `FrozenView`."""
    lock: GraphLock | None = None
    untrusted: tuple[str, ...] = ()
    """Names of the roots whose files are not offered."""

    @cached_property
    def graph(self) -> SkillGraph:
        """The loaded graph; with a lock, only the nodes that are as it records them."""
        if isinstance(self.view, StoredView) and self.view.files:
            return self.view.files.load()
        graph = graph_behind(self.view)
        assert graph is not None  # every other view of files is one of a loaded graph
        return graph

    @cached_property
    def catalogue(self) -> Catalogue:
        """The files and skills of this graph; built when first used."""
        return Catalogue(self.graph, self.lock, self.untrusted)

    @property
    def is_listed(self) -> bool:
        """Whether its catalogue was used."""
        return "catalogue" in self.__dict__


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
        self._is_indexed = not (config.lock or config.record or config.semantic)
        """Whether a stored index answers all that is asked for."""
        self._loaded: LoadedGraph | None = None
        self._announced: LoadedGraph | None = None
        """The state that hosts were told of last."""
        self._loading = threading.Lock()
        self._refreshing = threading.Lock()

    @property
    def loaded(self) -> LoadedGraph:
        """The newest graph and its catalogue; the first caller waits until it is loaded.

        Raises:
            GraphError: a root was removed before it could be loaded.
        """
        with self._loading:
            if self._loaded is None:
                self._loaded = self._announced = self._first()
            return self._loaded

    def _first(self) -> LoadedGraph:
        if not self._is_indexed:
            graph = SkillGraph.load(*self.roots, options=self._options)
            return self._frozen(MemoryView(graph, embedder=self._embedder))
        # A server that watches its files brings an index up to date right after this.
        kept = kept_graph(self.roots, self._options) if self.config.watch else None
        return self._state(kept or self._opened().view)

    def _state(self, view: GraphView, lock: GraphLock | None = None) -> LoadedGraph:
        return LoadedGraph(view, lock, self.config.untrusted)

    def _opened(self, after: StoredIndexError | None = None) -> Opened:
        opened = open_graph(self.roots, self._options, after=after)
        if opened.remark and opened.remark != self._remark:
            _log.warning("%s", opened.remark)
        self._remark = opened.remark
        return opened

    @property
    def graph(self) -> SkillGraph:
        """The newest graph; see `loaded`."""
        return self.loaded.graph

    @property
    def view(self) -> GraphView:
        """The newest state of the graph; see `loaded`."""
        return self.loaded.view

    @property
    def catalogue(self) -> Catalogue:
        """The files and skills of the newest graph; see `loaded`."""
        return self.loaded.catalogue

    def warm(self) -> None:
        """Open the graph, and build what the first query would otherwise build.

        The objects of a loaded graph are exempt from garbage collection, for they stay while the
        server runs; `gc.unfreeze` ends that.
        """
        if isinstance(self.loaded.view, StoredView):
            return
        with collection_paused():
            self.toolset().warm()
            self._identify(self.loaded)
            gc.freeze()

    def reload(self) -> tuple[LoadedGraph, LoadedGraph]:
        """Open the graph again; the old one is used until the new one is complete.

        Returns:
            The state that hosts were told of last, and the new one; twice the same if no file has
            changed.

        Raises:
            GraphError: a root was removed; the old graph remains in use.
        """
        new = self.refresh()
        old, self._announced = self._announced or new, new
        return old, new

    def refresh(self, error: StoredIndexError | None = None) -> LoadedGraph:
        """Open the newest state now.

        Args:
            error: why: a file is no longer as the index shows it, or the index is damaged.

        Raises:
            GraphError: a root was removed; the old graph remains in use.
        """
        with self._refreshing:
            old = self.loaded
            new = self._newer(old, error)
            if new is old:
                return old
            if old.is_listed:
                # What it lists must be known before the next change, which is compared with it.
                _ = new.catalogue
            self._identify(new)
            with self._loading:
                self._loaded = new
        # Otherwise the old graph, which `warm` froze, would never be collected.
        gc.unfreeze()
        return new

    def _newer(self, old: LoadedGraph, error: StoredIndexError | None) -> LoadedGraph:
        """The newest state; the old one if no file has changed."""
        if isinstance(old.view, MemoryView) and not self._is_indexed:
            graph = SkillGraph.load(*self.roots, options=self._options)
            new = self._frozen(old.view.followed_by(graph))
            if new.graph.digest == old.graph.digest and new.graph.others == old.graph.others:
                return old
            if isinstance(new.view, MemoryView):
                # Built here, so that the next query does not have to wait for it.
                new.view.build_index()
            return new
        view = self._opened(error).view
        if isinstance(view, StoredView) and isinstance(old.view, StoredView):
            return old if view.identity == old.view.identity else self._state(view)
        return self._state(view)

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
            return self._state(view)
        frozen = FrozenView(view, self._lock)
        if frozen.remark and frozen.remark != self._remark:
            _log.warning("%s", frozen.remark)
        self._remark = frozen.remark
        return self._state(frozen, self._lock)

    def toolset(self, session: str = "") -> Toolset:
        """The toolset of a new session.

        Args:
            session: name of the session; empty if it has none.
        """
        return Toolset(
            self.loaded.view,
            self.budget,
            counter=self.counter,
            session=session,
            untrusted=self.config.untrusted,
        )

    def resume(self, state: SessionState, session: str = "") -> Toolset:
        """The toolset of an earlier session, continued on the newest graph.

        Args:
            state: the session as `Toolset.state` gave it.
            session: see `toolset`.
        """
        return Toolset.resume(self.loaded.view, state, counter=self.counter, session=session)
