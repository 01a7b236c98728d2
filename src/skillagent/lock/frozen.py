"""A frozen graph: only the nodes that are as they were locked, linked as they were locked.

A node that has changed since, or that the lock does not have, is left out before anything is
derived from the graph. So its words are in no listing, description, name, filter, link or ranking,
and whatever such a node contains, every answer has the same bytes. Only a call that names it by
its id, path or file name is told why it is not shown.

Above: `disclosure`, whose toolset shows a frozen graph. Below: `store`, `graph_lock`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cached_property

from skillagent.embeddings import Embedder
from skillagent.errors import LOCK_CHECK, NotAsLockedError, ResolveError, UsageError
from skillagent.graph import Link, SkillGraph
from skillagent.graph.file_name import stem_of, without_suffix
from skillagent.graph.node_names import bare_name
from skillagent.graph.resolve import name_key
from skillagent.lock.graph_lock import GraphLock
from skillagent.store import GraphView, MemoryView
from skillagent.store import view_of as stored_view_of

NEIGHBOURS = 5
"""Most nodes that are named in place of one that is not shown."""


class Refused(StrEnum):
    """Why a node is not shown."""

    CHANGED = "has changed since this graph was locked"
    ADDED = "was added after this graph was locked"
    REMOVED = "was removed after this graph was locked"


class FrozenView(MemoryView):
    """A graph without the nodes that are not as they were locked.

    Args:
        view: the graph as it is now.
        lock: the lock.

    Raises:
        UsageError: the lock is of a graph with other roots, or that was read in another dialect.
    """

    def __init__(self, view: MemoryView, lock: GraphLock) -> None:
        dialects = tuple(dialect.name for dialect in view.graph.dialects)
        if dialects != lock.dialects:
            raise UsageError(
                f"this graph is read as {', '.join(dialects)}, but was locked as "
                f"{', '.join(lock.dialects)}: name the same roots and --dialect, or lock it again"
            )
        self.lock = lock
        self.refused = _refused(view.graph, lock)
        """Id → why it is not shown, for nodes of the graph and of the lock; sorted by id."""
        frozen = _frozen(view.graph, lock, frozenset(self.refused))
        super().__init__(frozen, view.cache, view.embedder)

    @property
    def remark(self) -> str:
        """One line for a person about what is not shown; empty if all is as it was locked."""
        counted = Counter(why.name.lower() for why in self.refused.values())
        if not counted:
            return ""
        counts = ", ".join(f"{count} {kind}" for kind, count in sorted(counted.items()))
        return f"frozen: not shown, for they differ from the lock: {counts}; {LOCK_CHECK}"

    def locate(self, name: str) -> tuple[str, str]:
        """As `GraphView.locate`.

        Raises:
            NotAsLockedError: the name is that of a node that is not shown.
            ResolveError: the name leads to no node, or to several.
        """
        if name in self:
            return name, ""
        wanted = bare_name(name)
        parts = (wanted, wanted.partition("#")[0].strip())
        keys = [name_key(without_suffix(part)) for part in parts]
        self._refuse(name, keys, self._locked_ids)
        try:
            return super().locate(name)
        except ResolveError:
            # Only now: a file that was added must not take over a name that led elsewhere.
            self._refuse(name, keys, self._added_ids)
            self._refuse(name, keys, self._locked_stems)
            raise

    @cached_property
    def _locked_ids(self) -> dict[str, str]:
        """Key of an id → the id, for the nodes of the lock that are not shown."""
        return {name_key(node): node for node in self.refused if node in self.lock.nodes}

    @cached_property
    def _locked_stems(self) -> dict[str, str]:
        """Key of a file name → id, for the same nodes."""
        nodes = self.lock.nodes
        return {name_key(stem_of(nodes[node].path)): node for node in self._locked_ids.values()}

    @cached_property
    def _added_ids(self) -> dict[str, str]:
        """Key of an id → the id, for the nodes that the lock does not have."""
        return {name_key(node): node for node in self.refused if node not in self.lock.nodes}

    def _refuse(self, name: str, keys: Sequence[str], refused: Mapping[str, str]) -> None:
        for key in keys:
            if key in refused:
                raise self._refusal(name, refused[key]) from None

    def _refusal(self, name: str, node_id: str) -> NotAsLockedError:
        why = self.refused[node_id]
        if node_id not in self.lock.nodes:
            return NotAsLockedError(name, why, self.graph.nearest(bare_name(name)))
        linked = [target for _, target in self.lock.nodes[node_id].links if target]
        linking = [
            source
            for source, node in self.lock.nodes.items()
            if any(target == node_id for _, target in node.links)
        ]
        usable = (node for node in dict.fromkeys((*linked, *linking)) if node in self)
        return NotAsLockedError(name, why, tuple(usable)[:NEIGHBOURS])


def view_of(
    graph: SkillGraph | GraphView,
    lock: GraphLock | None = None,
    embedder: Embedder | None = None,
) -> GraphView:
    """The view of a graph; with a lock, only what is as it was locked.

    Args:
        graph: a graph, or a view of one.
        lock: the lock; None shows everything.
        embedder: the model by which it is searched by meaning, too; None leaves a view as it is.

    Raises:
        UsageError: the lock cannot be used for this graph, see `FrozenView`; or the graph is not
            in memory.
    """
    view = stored_view_of(graph, embedder)
    if lock is None or (isinstance(view, FrozenView) and view.lock.root == lock.root):
        return view
    if not isinstance(view, MemoryView):
        raise UsageError("only a graph that is loaded into memory can be frozen by a lock")
    # Kept beside the graph, because its search index must be built only once for all sessions.
    key = (FrozenView, lock.root, view.embedder and view.embedder.name)
    return view.graph.keep(key, lambda: FrozenView(view, lock))


def _refused(graph: SkillGraph, lock: GraphLock) -> dict[str, Refused]:
    refused: dict[str, Refused] = {}
    for node_id in sorted(graph.nodes.keys() | lock.nodes.keys()):
        if node_id not in lock.nodes:
            refused[node_id] = Refused.ADDED
        elif node_id not in graph.nodes:
            refused[node_id] = Refused.REMOVED
        elif not lock.has(node_id, graph.nodes[node_id].digest):
            refused[node_id] = Refused.CHANGED
    return refused


def _frozen(graph: SkillGraph, lock: GraphLock, refused: frozenset[str]) -> SkillGraph:
    """The graph with the nodes that are as locked, whose links lead where they led."""
    nodes = frozenset(graph.nodes) - refused
    targets: dict[tuple[str, str], set[str | None]] = {}
    for node_id in nodes:
        for name, target in lock.nodes[node_id].links:
            targets.setdefault((node_id, name), set()).add(target)

    def target_of(link: Link) -> str | None:
        locked = targets.get((link.source, link.name), set())
        # One name can be written as two kinds of links that lead to different nodes.
        target = link.target if link.target in locked else min(filter(None, locked), default=None)
        return target if target in nodes else None

    entries = tuple(entry for entry in lock.entries if entry in nodes)
    is_as_locked = entries == graph.entries and all(
        link.target == target_of(link) for link in graph.links
    )
    if is_as_locked and len(nodes) == len(graph.nodes):
        return graph  # shares its search index with sessions that are not frozen
    return graph.restricted(nodes, entries, target_of)
