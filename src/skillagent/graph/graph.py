"""The frozen graph of one or several roots, and the questions asked of it.

What is wrong with the files travels beside it as `diagnostics`; only a root that cannot be
opened raises.
"""

from __future__ import annotations

import gc
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar, cast

from skillagent import digest
from skillagent.diagnostics import Diagnostic
from skillagent.errors import ResolveError
from skillagent.graph.build import Built, build, reached
from skillagent.graph.link import Link
from skillagent.graph.node import Node, NodeKind, without_suffix
from skillagent.graph.resolve import SEPARATOR, name_key
from skillagent.graph.status import Outdated, outdated_nodes
from skillagent.graph.walk import Options, Root, roots_of
from skillagent.markdown import Dialect
from skillagent.progress import Progress, untold

if TYPE_CHECKING:
    import networkx


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is of everything.

    `links` are all references to nodes: `resolved` plus `broken`. Links to attachments and
    web addresses, links in code and in comments are none.
    """

    files: int
    """Markdown files found, readable or not."""
    nodes: int
    maps: int
    links: int
    resolved: int
    broken: int
    ambiguous: int
    """Links that several nodes answer to, whether one was chosen or not."""
    orphans: int
    """Nodes, but for entries, that no other node links to."""
    unreachable: int
    """Nodes that no path of links leads to from an entry."""


class SkillGraph:
    """Nodes and resolved links, an immutable snapshot of the files at the time of loading.

    `SkillGraph.load` makes one: `build` does the work, this class answers questions about it.
    """

    def __init__(self, built: Built, today: date | None = None) -> None:
        self._nodes = MappingProxyType(dict(built.nodes))
        self._links = built.links
        self._entries = built.entries
        self._diagnostics = built.diagnostics
        self._roots = built.roots
        self._dialects = built.dialects
        self._resolvers = built.resolvers
        self._files = built.files
        self._today = today
        self._kept: dict[object, object] = {}
        self._keeping = threading.RLock()

    @classmethod
    def load(
        cls,
        *roots: str | os.PathLike[str] | Root,
        options: Options | None = None,
        progress: Progress = untold,
    ) -> SkillGraph:
        """Load every Markdown file below one folder or several.

        Args:
            roots: folders; `name=path` or a `Root` names one. With several, ids begin with
                `name::`.
            options: dialect of the links, strictness, size limit.
            progress: told how far the work has come.

        Raises:
            GraphError: a root is missing or no folder.
            UsageError: no root, or two with one name.
        """
        options = options or Options()
        # A load makes many objects and no garbage in circles: collecting meanwhile is a
        # fifth of its time, spent for nothing.
        collecting = gc.isenabled()
        gc.disable()
        try:
            return cls(build(roots_of(roots), options, progress), options.today)
        finally:
            if collecting:
                gc.enable()

    def keep(self, key: object, make: Callable[[], T]) -> T:
        """A value that a layer above makes of this graph once, such as its search index.

        It is dropped with the graph. A thread that asks while another one makes it waits: a
        second value would only make both slower.

        Args:
            key: what the value is asked for by, such as its class.
            make: makes the value at the first call.
        """
        with self._keeping:
            if key not in self._kept:
                self._kept[key] = make()
            return cast("T", self._kept[key])

    @property
    def nodes(self) -> Mapping[str, Node]:
        """Id → node, sorted by id."""
        return self._nodes

    @property
    def links(self) -> tuple[Link, ...]:
        """Every link to a node, resolved or not, by source and place."""
        return self._links

    @property
    def roots(self) -> tuple[Root, ...]:
        return self._roots

    @property
    def dialect(self) -> Dialect:
        """How the links of the first root are written."""
        return self._dialects[0]

    @cached_property
    def others(self) -> Mapping[str, tuple[str, ...]]:
        """`Node.root` → paths of its files and folders that are no nodes, sorted."""
        return MappingProxyType(
            {root: tuple(sorted(found.others)) for root, found in self._resolvers.items()}
        )

    @cached_property
    def link_fields(self) -> frozenset[str]:
        """Frontmatter fields whose values may name nodes without brackets, declared ones too."""
        return frozenset().union(*(found.link_fields for found in self._resolvers.values()))

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What is wrong with the files, by path and line."""
        return self._diagnostics

    @property
    def entries(self) -> tuple[str, ...]:
        """Id of the entry of each root that has one."""
        return self._entries

    @property
    def entry(self) -> str | None:
        """Id of the first root's entry; None for a graph without nodes."""
        return self._entries[0] if self._entries else None

    @property
    def name(self) -> str:
        """Names of the roots."""
        return " + ".join(root.name for root in self._roots)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over each node's id and content, in order of id: equal for equal graphs."""
        return digest.sha256(
            digest.canonical_json([[node.id, node.digest] for node in self._nodes.values()])
        )

    @cached_property
    def counts(self) -> Counts:
        resolved = sum(link.target is not None for link in self._links)
        return Counts(
            files=self._files,
            nodes=len(self._nodes),
            maps=len(self.maps),
            links=len(self._links),
            resolved=resolved,
            broken=len(self._links) - resolved,
            ambiguous=sum(link.ambiguous for link in self._links),
            orphans=len(self.orphans()),
            unreachable=len(self._nodes) - len(self.reachable()),
        )

    @cached_property
    def today(self) -> date:
        """The day by which dates in the files are judged: the one given, else that of the
        first use, in UTC."""
        return self._today or datetime.now(UTC).date()

    @cached_property
    def outdated(self) -> Mapping[str, Outdated]:
        """Id → why a node should not be relied on, and what replaces it; of such nodes only."""
        return MappingProxyType(
            outdated_nodes(self._nodes, self._links, self._named, lambda: self.today)
        )

    def _named(self, name: str) -> str | None:
        try:
            return self.find(name).id
        except ResolveError:
            return None

    @cached_property
    def maps(self) -> tuple[str, ...]:
        """Ids of all maps, sorted."""
        return tuple(node.id for node in self._nodes.values() if node.kind is NodeKind.MAP)

    def find(self, name: str) -> Node:
        """The node that a name leads to: an id, a path, a stem, a title or an alias.

        `[[ ]]` around it, a `|label`, a `#heading` and case do not matter.

        Raises:
            ResolveError: no node answers to it, or several do.
        """
        return self.locate(name)[0]

    def locate(self, name: str) -> tuple[Node, str]:
        """The node that a name leads to, and what stands behind a `#` that is not its own.

        Raises:
            ResolveError: no node answers to it, or several do.
        """
        wanted = name.strip().strip("\"'`").strip()
        if node := self._nodes.get(name) or self._nodes.get(wanted):
            return node, ""
        fragment = ""
        wanted = wanted.removeprefix("!").removeprefix("[[").removesuffix("]]")
        wanted = wanted.partition("|")[0].strip()
        found = self._lookup(wanted)
        if not found and "#" in wanted:
            bare, _, fragment = wanted.partition("#")
            found = self._lookup(bare.strip())
        if len(found) == 1:
            return found[0], fragment.strip()
        if found:
            raise ResolveError(name, tuple(sorted(node.id for node in found)), ambiguous=True)
        raise ResolveError(name, self.nearest(wanted), ambiguous=False)

    def _lookup(self, wanted: str) -> list[Node]:
        if not wanted:
            return []
        if node := self._nodes.get(without_suffix(wanted)):
            return [node]
        resolvers = list(self._resolvers.values())
        if SEPARATOR in wanted:
            prefix, _, rest = wanted.partition(SEPARATOR)
            if prefix in self._resolvers:
                resolvers, wanted = [self._resolvers[prefix]], rest
        found: dict[str, Node] = {}
        for resolver in resolvers:
            answer = resolver.name(wanted)
            for node in (answer.node,) if answer.node else answer.candidates:
                found[node.id] = node
        if not found:
            key = name_key(wanted)
            found = {node.id: node for node in self._by_heading.get(key, ())}
        if not found:
            near = [node for resolver in resolvers if (node := resolver.near(wanted))]
            found = {node.id: node for node in near}
        return list(found.values())

    @cached_property
    def _by_heading(self) -> dict[str, list[Node]]:
        found: dict[str, list[Node]] = {}
        for node in self._nodes.values():
            if title := node.heading_title:
                found.setdefault(name_key(title), []).append(node)
        return found

    def nearest(self, name: str, limit: int = 3) -> tuple[str, ...]:
        """Ids of the nodes whose names are most like one, best first; for corrections."""
        from rapidfuzz import fuzz, process

        names, owners = self._all_names
        scored = process.extract(
            name_key(name), names, scorer=fuzz.ratio, limit=limit * 4, score_cutoff=55
        )
        ranked = sorted((-score, owners[index]) for _, score, index in scored)
        return tuple(dict.fromkeys(owner for _, owner in ranked))[:limit]

    @cached_property
    def _all_names(self) -> tuple[list[str], list[str]]:
        names, owners = [], []
        for node in self._nodes.values():
            for name in dict.fromkeys((node.id, node.stem, node.title, *node.aliases)):
                names.append(name_key(name))
                owners.append(node.id)
        return names, owners

    @cached_property
    def _outgoing(self) -> dict[str, tuple[Link, ...]]:
        return _grouped((link.source, link) for link in self._links)

    @cached_property
    def _incoming(self) -> dict[str, tuple[Link, ...]]:
        return _grouped((link.target, link) for link in self._links if link.target)

    def links_from(self, node: str) -> tuple[Link, ...]:
        """All links in a node, broken ones too, in order of their place."""
        return self._outgoing.get(node, ())

    def backlinks(self, node: str) -> tuple[Link, ...]:
        """All links to a node from other nodes, by source and place."""
        return tuple(link for link in self._incoming.get(node, ()) if link.source != node)

    @cached_property
    def _indegrees(self) -> dict[str, int]:
        return {
            target: len({link.source for link in links} - {target})
            for target, links in self._incoming.items()
        }

    def indegree(self, node: str) -> int:
        """How many other nodes link to a node."""
        return self._indegrees.get(node, 0)

    @cached_property
    def _targets(self) -> dict[str, tuple[str, ...]]:
        return {
            source: tuple(dict.fromkeys(link.target for link in links if link.target))
            for source, links in self._outgoing.items()
        }

    def neighbors(self, node: str) -> tuple[str, ...]:
        """Ids of the nodes that a node links to, in order of first mention, itself left out."""
        return tuple(target for target in self._targets.get(node, ()) if target != node)

    @cached_property
    def gathering(self) -> tuple[str, ...]:
        """Ids of maps and skills, the one with the most links first."""
        found = [node.id for node in self._nodes.values() if node.kind is not NodeKind.NODE]
        return tuple(sorted(found, key=lambda node: (-len(self.neighbors(node)), node)))

    @cached_property
    def most_linked(self) -> tuple[str, ...]:
        """Ids of the nodes that others link to, the most linked first."""
        return tuple(sorted(self._indegrees, key=lambda node: (-self._indegrees[node], node)))

    def orphans(self) -> tuple[str, ...]:
        """Ids of the nodes, but for entries, that no other node links to."""
        return tuple(
            node for node in self._nodes if node not in self._entries and not self.indegree(node)
        )

    def reachable(self, start: str | Iterable[str] | None = None) -> frozenset[str]:
        """Ids of the nodes that links lead to from `start`, itself included.

        Args:
            start: an id, or several; None for the entries.
        """
        if start is None:
            start = self._entries
        first = (start,) if isinstance(start, str) else start
        return frozenset(reached(first, self._targets))

    @cached_property
    def unmapped(self) -> tuple[str, ...]:
        """Ids of the nodes that neither an entry nor any map or skill leads to, sorted."""
        reached = self.reachable((*self._entries, *self.gathering))
        return tuple(node for node in self._nodes if node not in reached)

    def shortest_path(self, source: str, target: str) -> tuple[str, ...] | None:
        """Ids along a shortest path of links, ends included; None if there is none.

        Of several, the one whose links come first in their nodes.
        """
        came: dict[str, str | None] = {source: None}
        queue = deque((source,))
        while queue and target not in came:
            node = queue.popleft()
            for neighbor in self._targets.get(node, ()):
                if neighbor not in came:
                    came[neighbor] = node
                    queue.append(neighbor)
        if target not in came:
            return None
        path: list[str] = []
        step: str | None = target
        while step is not None:
            path.append(step)
            step = came[step]
        return tuple(reversed(path))

    def to_networkx(self) -> networkx.MultiDiGraph[str]:
        """The resolved graph as a `networkx.MultiDiGraph`, made anew at each call.

        Node attributes: `title`, `description`, `kind`, `root`, `path`, `tags`, `digest`.
        Edge attributes: `kind`, `fragment`, `label`, `line`, `section`, `field` (of the
        frontmatter), `context`, `rung`.
        """
        import networkx

        graph: networkx.MultiDiGraph[str] = networkx.MultiDiGraph(name=self.name)
        for node in self._nodes.values():
            graph.add_node(
                node.id,
                title=node.title,
                description=node.description,
                kind=node.kind.value,
                root=node.root,
                path=node.path,
                tags=node.tags,
                digest=node.digest,
            )
        for link in self._links:
            if link.target:
                graph.add_edge(
                    link.source,
                    link.target,
                    kind=link.kind.value,
                    fragment=link.fragment,
                    label=link.label,
                    line=link.line,
                    section=link.section,
                    field=link.key,
                    context=link.context,
                    rung=link.rung,
                )
        return graph

    def __repr__(self) -> str:
        return f"SkillGraph({self.name!r}, {len(self._nodes)} nodes, {len(self._links)} links)"


def _grouped(pairs: Iterable[tuple[str, Link]]) -> dict[str, tuple[Link, ...]]:
    found: dict[str, list[Link]] = {}
    for key, link in pairs:
        found.setdefault(key, []).append(link)
    return {key: tuple(links) for key, links in found.items()}
