"""The graph of one or several roots, and the queries about it.

Problems in the files never raise: they are the graph's `diagnostics`. Only a root that cannot
be opened is an error.

Above: the package, which exports it. Below: `build`, which makes its parts, and `adjacency`,
`node_names` and `networkx_form`, which answer the queries.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol, TypeVar, cast

from skillagent import digest
from skillagent.diagnostics import FAULTS, Diagnostic
from skillagent.errors import ResolveError
from skillagent.graph.adjacency import Adjacency
from skillagent.graph.build import GraphParts, build
from skillagent.graph.collection_pause import collection_paused
from skillagent.graph.entry import named_entry
from skillagent.graph.kind import GATHERING, NodeKind
from skillagent.graph.link import Link
from skillagent.graph.networkx_form import to_networkx
from skillagent.graph.node import Node
from skillagent.graph.node_names import NodeNames
from skillagent.graph.outdated import Outdated
from skillagent.graph.restricted import restricted
from skillagent.graph.status import outdated_nodes
from skillagent.graph.walk import Options, Root, roots_of
from skillagent.markdown import Dialect
from skillagent.progress import Progress, no_progress

if TYPE_CHECKING:
    from datetime import date

    import networkx

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Counts:
    """How many files, nodes and links a graph has.

    `links` are all references to nodes: `resolved` plus `broken`. Links to attachments and web
    addresses do not count, nor do links in code and in comments.
    """

    files: int
    """Markdown files found, readable or not."""
    nodes: int
    maps: int
    links: int
    resolved: int
    broken: int
    ambiguous: int
    """Links whose name fits several nodes, whether one was chosen or not."""
    orphans: int
    """Nodes that no other node links to, without entries and logs."""
    unreachable: int
    """Nodes that cannot be reached from an entry along links, without logs."""


class SkillGraph:
    """Nodes and resolved links: an immutable snapshot of the files when they were loaded.

    Get one from `SkillGraph.load`.
    """

    def __init__(self, parts: GraphParts, today: date | None = None) -> None:
        self._parts = parts
        self._nodes = MappingProxyType(dict(parts.nodes))
        self._links = parts.links
        self._entries = parts.entries
        self._diagnostics = parts.diagnostics
        self._roots = parts.roots
        self._resolvers = parts.resolvers
        self._files = parts.files
        self._today = today
        self._names = NodeNames(self._nodes, parts.resolvers)
        self._adjacency = Adjacency(parts.links)
        self._derived: dict[object, object] = {}
        self._deriving = threading.RLock()

    @classmethod
    def load(
        cls,
        *roots: str | os.PathLike[str] | Root,
        options: Options | None = None,
        progress: Progress = no_progress,
    ) -> SkillGraph:
        """Load every Markdown file below one folder or several.

        Args:
            roots: folders; `name=path` or a `Root` gives a folder a name. If there are several,
                each id begins with `name::`.
            options: dialect of the links, strictness, size limit.
            progress: called with the number of files read, parsed and resolved.

        Raises:
            GraphError: a root does not exist or is not a folder.
            UsageError: no root was given, or two have the same name.
        """
        options = options or Options()
        with collection_paused():
            return cls(build(roots_of(roots), options, progress), options.today)

    def keep(self, key: object, make: Callable[[], T]) -> T:
        """A value that a layer above computes from this graph once, such as its search index.

        The value lives as long as the graph. If two threads need it at the same time, one waits
        for the other, because computing it twice would make both slower.

        Args:
            key: identifies the value, such as its class.
            make: computes the value; called only for the first request.
        """
        with self._deriving:
            if key not in self._derived:
                self._derived[key] = make()
            return cast("T", self._derived[key])

    @property
    def nodes(self) -> Mapping[str, Node]:
        """Id → node, sorted by id."""
        return self._nodes

    @property
    def links(self) -> tuple[Link, ...]:
        """Every link to a node, resolved or not, sorted by source and place."""
        return self._links

    @property
    def roots(self) -> tuple[Root, ...]:
        return self._roots

    @property
    def dialect(self) -> Dialect:
        """How the links of the first root are written."""
        return self.dialects[0]

    @property
    def dialects(self) -> tuple[Dialect, ...]:
        """How the links of each root are written, in the order of `roots`."""
        return self._parts.dialects

    @cached_property
    def others(self) -> Mapping[str, tuple[str, ...]]:
        """`Node.root` → sorted paths of the files and folders there that are not nodes."""
        return MappingProxyType(
            {root: tuple(sorted(resolver.others)) for root, resolver in self._resolvers.items()}
        )

    @cached_property
    def link_fields(self) -> frozenset[str]:
        """Frontmatter fields whose values may name nodes without brackets.

        They include the fields that the roots declare.
        """
        return frozenset().union(*(names.link_fields for names in self._resolvers.values()))

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Findings about the files, sorted by path and line."""
        return self._diagnostics

    @property
    def entries(self) -> tuple[str, ...]:
        """Id of the entry of each root that has one."""
        return self._entries

    @property
    def entry(self) -> str | None:
        """Id of the first root's entry; None if there are no nodes."""
        return self._entries[0] if self._entries else None

    @cached_property
    def is_entry_named(self) -> bool:
        """Whether in each root a header or a file name says which node is the entry."""
        by_root: dict[str, list[Node]] = {}
        for node in self._nodes.values():
            by_root.setdefault(node.root, []).append(node)
        return all(named_entry(nodes) for nodes in by_root.values())

    @property
    def name(self) -> str:
        """The names of the roots, joined with ` + `."""
        return " + ".join(root.name for root in self._roots)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the ids and digests of all nodes in order of id: equal for equal graphs."""
        return digest_of_nodes(self._nodes.values())

    @cached_property
    def faulty(self) -> int:
        """How many files could not be read as they were meant, whatever they link to."""
        return len({finding.path for finding in self._diagnostics if finding.code in FAULTS})

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
            unreachable=len(self._nodes) - len(self.reachable() | self._logs),
        )

    @cached_property
    def today(self) -> date:
        """The day that dates in the files are compared with.

        It is the day in the options, else the current day in UTC when it is first needed.
        """
        from datetime import UTC, datetime

        return self._today or datetime.now(UTC).date()

    @property
    def outdated(self) -> Mapping[str, Outdated]:
        """Id → why a node should not be relied on, and what replaces it; only for such nodes."""
        return self._judged[0]

    @property
    def judged_on(self) -> date | None:
        """The day that dates in the files were compared with; None if no file has one."""
        return self._judged[1]

    @cached_property
    def _judged(self) -> tuple[Mapping[str, Outdated], date | None]:
        days: list[date] = []

        def today() -> date:
            days.append(self.today)
            return self.today

        outdated = outdated_nodes(self._nodes, self._links, self._id_of, today)
        return MappingProxyType(outdated), days[0] if days else None

    def _id_of(self, name: str) -> str | None:
        try:
            return self.find(name).id
        except ResolveError:
            return None

    @cached_property
    def maps(self) -> tuple[str, ...]:
        """Ids of all maps, sorted."""
        return tuple(node.id for node in self._nodes.values() if node.kind is NodeKind.MAP)

    def find(self, name: str) -> Node:
        """The node with a name: an id, a path, a stem, a title or an alias.

        Surrounding `[[ ]]`, a `|label`, a `#heading` and case do not matter.

        Raises:
            ResolveError: no node has the name, or several do.
        """
        return self.locate(name)[0]

    def locate(self, name: str) -> tuple[Node, str]:
        """The node with a name, and the text after a `#` that is not a part of the name.

        Raises:
            ResolveError: no node has the name, or several do.
        """
        return self._names.locate(name)

    def nearest(self, name: str, limit: int = 3) -> tuple[str, ...]:
        """Ids of the nodes with the most similar names, the best first; for corrections.

        Args:
            name: a name that no node has.
            limit: how many ids to return at most.
        """
        return self._names.nearest(name, limit)

    def links_from(self, node: str) -> tuple[Link, ...]:
        """All links in a node, broken ones too, sorted by place."""
        return self._adjacency.links_from(node)

    def backlinks(self, node: str) -> tuple[Link, ...]:
        """All links to a node from other nodes, sorted by source and place."""
        return self._adjacency.backlinks(node)

    def indegree(self, node: str) -> int:
        """How many other nodes link to a node."""
        return self._adjacency.indegrees.get(node, 0)

    def neighbors(self, node: str) -> tuple[str, ...]:
        """Ids of the other nodes that a node links to, in order of first mention."""
        return self._adjacency.neighbors(node)

    @cached_property
    def gathering(self) -> tuple[str, ...]:
        """Ids of maps and skills, the one with the most links first."""
        ids = [node.id for node in self._nodes.values() if node.kind in GATHERING]
        return tuple(sorted(ids, key=lambda node: (-len(self.neighbors(node)), node)))

    @cached_property
    def most_linked(self) -> tuple[str, ...]:
        """Ids of the nodes that links lead to, the one that most other nodes link to first."""
        degrees = self._adjacency.indegrees
        return tuple(sorted(degrees, key=lambda node: (-degrees[node], node)))

    def orphans(self) -> tuple[str, ...]:
        """Ids of the nodes that no other node links to, without entries and logs."""
        return tuple(
            node
            for node in self._nodes
            if node not in self._entries and not self.indegree(node) and node not in self._logs
        )

    @cached_property
    def _logs(self) -> frozenset[str]:
        """Ids of the logs: nobody has to link to a history."""
        return frozenset(node.id for node in self._nodes.values() if node.kind is NodeKind.LOG)

    def reachable(self, start: str | Iterable[str] | None = None) -> frozenset[str]:
        """Ids of the nodes that links lead to from `start`, which is included.

        Args:
            start: one id or several; None for the entries.
        """
        if start is None:
            start = self._entries
        return self._adjacency.reachable((start,) if isinstance(start, str) else start)

    @cached_property
    def unmapped(self) -> tuple[str, ...]:
        """Ids of the nodes that cannot be reached from an entry, a map or a skill, sorted; without
        logs."""
        mapped = self.reachable((*self._entries, *self.gathering)) | self._logs
        return tuple(node for node in self._nodes if node not in mapped)

    def shortest_path(self, source: str, target: str) -> tuple[str, ...] | None:
        """Ids along a shortest path of links, ends included; None if there is none.

        Of several such paths, the one whose links come first in their nodes.
        """
        return self._adjacency.shortest_path(source, target)

    def restricted(
        self,
        nodes: Collection[str],
        entries: Iterable[str],
        target_of: Callable[[Link], str | None],
    ) -> SkillGraph:
        """The graph as if it had only some of its nodes.

        Args:
            nodes: ids of the nodes to keep.
            entries: ids of its entries, among `nodes`.
            target_of: returns the id, among `nodes`, that a link of theirs leads to; None for none.
        """
        return SkillGraph(restricted(self._parts, nodes, entries, target_of), self._today)

    def to_networkx(self) -> networkx.MultiDiGraph[str]:
        """A new `networkx.MultiDiGraph` of the nodes and the resolved links.

        Node attributes: `title`, `description`, `kind`, `root`, `path`, `tags`, `digest`,
        `status` (one word, or empty for a current node), `successors` (ids).
        Edge attributes: `kind`, `fragment`, `label`, `line`, `section`, `field` (of the
        frontmatter), `context`, `rung`.
        """
        return to_networkx(self.name, self._nodes.values(), self._links, self.outdated)

    def __repr__(self) -> str:
        return f"SkillGraph({self.name!r}, {len(self._nodes)} nodes, {len(self._links)} links)"


class _Digested(Protocol):
    """A node, as far as the digest of its graph needs it."""

    @property
    def id(self) -> str: ...
    @property
    def digest(self) -> str: ...


def digest_of_nodes(nodes: Iterable[_Digested]) -> str:
    """SHA-256 of the ids and digests of all nodes of a graph, in order of id."""
    return digest.sha256(digest.canonical_json([[node.id, node.digest] for node in nodes]))
