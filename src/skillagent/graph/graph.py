"""The frozen graph of one or several roots, and the questions asked of it.

`SkillGraph.load` is the four steps: walk the roots, parse each file, place the nodes,
resolve the links. What is wrong with the files travels beside the result as
`diagnostics`; only a root that cannot be opened raises.
"""

from __future__ import annotations

import gc
import os
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from skillagent import digest
from skillagent.diagnostics import Diagnostic, finding, ordered
from skillagent.errors import ResolveError
from skillagent.graph.link import Link
from skillagent.graph.node import Node, NodeKind, alias_findings, kind_of, without_suffix
from skillagent.graph.resolve import (
    NOT_A_NODE,
    OUTSIDE,
    Found,
    Resolver,
    name_key,
)
from skillagent.graph.walk import Options, Root, SourceFile, Walk, roots_of, walk
from skillagent.markdown import Dialect, Kind, Reference
from skillagent.markdown.document import parse

if TYPE_CHECKING:
    import networkx

ENTRY_STEMS = ("index", "skill", "readme", "moc")
"""File names, at the top of a root, that make a node its entry; the first one found wins."""
SEPARATOR = "::"
"""Between the name of a root and the id of a node, where several roots are loaded."""
DIALECT_HINT = 10
"""So many broken links with a label must turn good before another dialect is proposed."""


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

    Build one with `SkillGraph.load`.
    """

    def __init__(
        self,
        nodes: Mapping[str, Node],
        links: tuple[Link, ...],
        entries: tuple[str, ...],
        diagnostics: tuple[Diagnostic, ...],
        roots: tuple[Root, ...],
        resolvers: Mapping[str, Resolver],
        files: int,
    ) -> None:
        self._nodes = MappingProxyType(dict(nodes))
        self._links = links
        self._entries = entries
        self._diagnostics = diagnostics
        self._roots = roots
        self._resolvers = resolvers
        self._files = files
        self.derived: dict[type, object] = {}
        """What layers above made of this graph and keep with it, such as its search index."""

    @classmethod
    def load(
        cls, *roots: str | os.PathLike[str] | Root, options: Options | None = None
    ) -> SkillGraph:
        """Load every Markdown file below one folder or several.

        Args:
            roots: folders; `name=path` or a `Root` names one. With several, ids begin with
                `name::`.
            options: dialect of the links, strictness, size limit.

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
            return cls._load(roots, options)
        finally:
            if collecting:
                gc.enable()

    @classmethod
    def _load(cls, roots: Sequence[str | os.PathLike[str] | Root], options: Options) -> SkillGraph:
        all_roots = roots_of(roots)
        several = len(all_roots) > 1
        parts = [
            _Part(root, options, root.name + SEPARATOR if several else "") for root in all_roots
        ]
        builder = _Builder(parts, options)
        return builder.build()

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
        first = (start,) if isinstance(start, str) else tuple(start)
        seen = set(first)
        queue = list(first)
        targets = self._targets
        while queue:
            for target in targets.get(queue.pop(), ()):
                if target not in seen:
                    seen.add(target)
                    queue.append(target)
        return frozenset(seen)

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


class _Part:
    """One root while the graph is built."""

    def __init__(self, root: Root, options: Options, prefix: str) -> None:
        self.root = root
        self.prefix = prefix
        self.walk: Walk = walk(root, options, prefix)
        self.diagnostics = list(self.walk.diagnostics)
        self.nodes: list[Node] = []
        ids: set[str] = set()
        keys: dict[str, str] = {}
        for source in self.walk.files:
            self.nodes.append(self._node(source, ids, keys, options))
        self.resolver = Resolver(self.nodes, self.walk.others, options.dialect)

    def _node(
        self, source: SourceFile, ids: set[str], keys: dict[str, str], options: Options
    ) -> Node:
        shown = self.prefix + source.path
        document = parse(source.data, shown, options.dialect)
        # Two files can share a path but for Unicode form or suffix: each keeps an id of its own.
        names = [without_suffix(source.path), without_suffix(source.raw_path)]
        names += [source.path, source.raw_path]
        name = next((name for name in names if name not in ids), f"{source.path}~{len(ids)}")
        ids.add(name)
        # A twin in another Unicode form is addressed by its own spelling.
        spelled = name in (without_suffix(source.raw_path), source.raw_path)
        path = source.raw_path if spelled else source.path
        key = name_key(without_suffix(source.path))
        if key in keys:
            message = f"the name equals that of {keys[key]} but for case, form or suffix"
            self.diagnostics.append(finding("SG007", shown, 0, message))
        keys.setdefault(key, source.path)
        node = Node(
            id=self.prefix + name,
            root=self.prefix.removesuffix(SEPARATOR),
            path=path,
            kind=kind_of(document, source.path),
            document=document,
            digest=source.digest,
            size=source.size,
        )
        self.diagnostics += document.diagnostics
        if node.aliases:
            self.diagnostics += alias_findings(node, shown)
        return node


class _Builder:
    """Nodes of all roots → resolved links, entries and findings."""

    def __init__(self, parts: Sequence[_Part], options: Options) -> None:
        self._parts = parts
        self._options = options
        self._resolvers = {part.prefix.removesuffix(SEPARATOR): part.resolver for part in parts}
        self._findings: list[Diagnostic] = []
        self._shared: dict[int, tuple[str, ...]] = {}

    def build(self) -> SkillGraph:
        nodes: dict[str, Node] = {}
        links: list[Link] = []
        for part in self._parts:
            nodes.update((node.id, node) for node in part.nodes)
        for part in self._parts:
            self._findings += part.diagnostics
            self._findings += _alias_clashes(part)
            part_links = [link for node in part.nodes for link in self._links(node, part.resolver)]
            self._findings += _dialect_hint(part, part_links, self._options.dialect)
            links += part_links
        nodes = dict(sorted(nodes.items()))
        links.sort(key=lambda link: (link.source, link.reference.start))
        entries: list[str] = []
        for part in self._parts:
            if entry := _entry(part.nodes, links):
                entries.append(entry.id)
        return SkillGraph(
            nodes,
            tuple(links),
            tuple(entries),
            ordered(self._findings),
            tuple(part.root for part in self._parts),
            self._resolvers,
            sum(len(part.walk.files) + part.walk.unread for part in self._parts),
        )

    def _links(self, node: Node, resolver: Resolver) -> Iterable[Link]:
        path = node.document.path
        for reference in node.document.references:
            if reference.kind is Kind.COMMENT:
                continue
            found = self._resolve(reference, node, resolver)
            if found is NOT_A_NODE:
                continue
            target = found.node
            if len(found.candidates) > 1:
                target = self._report_tie(found, reference, path)
            elif target is None:
                self._report_missing(found, reference, path, resolver)
            if target is not None and reference.fragment:
                self._check_fragment(target, reference, path)
            candidates = found.candidates
            yield Link(
                node.id,
                target.id if target else None,
                reference,
                found.rung,
                self._ids(candidates) if candidates else (),
                node.document,
            )

    def _ids(self, candidates: tuple[Node, ...]) -> tuple[str, ...]:
        """Their ids, one tuple for all links that tie between the same nodes."""
        found = self._shared.get(id(candidates))
        if found is None:
            found = self._shared[id(candidates)] = tuple(node.id for node in candidates)
        return found

    def _resolve(self, reference: Reference, node: Node, resolver: Resolver) -> Found:
        if SEPARATOR in reference.target and len(self._resolvers) > 1:
            prefix, _, rest = reference.target.partition(SEPARATOR)
            if other := self._resolvers.get(prefix.strip()):
                home = node.path.rpartition("/")[0] if other is resolver else ""
                return other.name(rest.strip(), home)
        return resolver.link(reference, node)

    def _report_tie(self, found: Found, reference: Reference, path: str) -> Node | None:
        ids = ", ".join(node.id for node in found.candidates[:5])
        more = len(found.candidates) - 5
        if more > 0:
            ids += f" and {more} more"
        message = f"[[{reference.target}]] names {len(found.candidates)} nodes: {ids}"
        if self._options.strict:
            self._findings.append(finding("SG028", path, reference.line, message))
            return None
        if found.node is None:
            message += "; none was chosen"
        else:
            message += f"; {found.node.id} was taken"
        self._findings.append(finding("SG021", path, reference.line, message))
        return found.node

    def _report_missing(
        self, found: Found, reference: Reference, path: str, resolver: Resolver
    ) -> None:
        line = reference.line
        if found is OUTSIDE:
            message = f"the link to {reference.target!r} leads outside the graph"
            self._findings.append(finding("SG024", path, line, message))
            return
        message = f"broken link to {reference.target!r}"
        self._findings.append(finding("SG020", path, line, message))
        if near := resolver.near(reference.target):
            message = f"{reference.target!r} is near to the name of {near.id}"
            remedy = f"write [[{near.stem}]]"
            self._findings.append(finding("SG023", path, line, message, remedy))

    def _check_fragment(self, target: Node, reference: Reference, path: str) -> None:
        fragment = reference.fragment
        document = target.document
        if is_block(fragment):
            if fragment[1:].casefold() in document.blocks:
                return
            message = f"{target.id} has no block {fragment}"
        elif document.find_heading(fragment) >= 0:
            return
        else:
            message = f"{target.id} has no heading {fragment!r}"
        self._findings.append(finding("SG022", path, reference.line, message))


def is_block(fragment: str) -> bool:
    """True for `^block`: a caret, then letters, digits and dashes only."""
    return fragment[:1] == "^" and fragment[1:].replace("-", "").isalnum() and fragment.isascii()


def _alias_clashes(part: _Part) -> list[Diagnostic]:
    found = []
    for key, nodes in sorted(part.resolver.aliases.items()):
        if len(nodes) > 1:
            ids = ", ".join(node.id for node in nodes[:5])
            if len(nodes) > 5:
                ids += f" and {len(nodes) - 5} more"
            for node in nodes:
                lines = node.document.frontmatter.lines
                line = next((lines[name] for name in lines if name.casefold() in _ALIAS_KEYS), 1)
                message = f"the alias {key!r} is claimed by {ids}"
                found.append(finding("SG026", part.prefix + node.path, line, message))
    return found


_ALIAS_KEYS = ("aliases", "alias")


def _dialect_hint(part: _Part, links: list[Link], dialect: Dialect) -> list[Diagnostic]:
    """Propose `dialect: dendron` where the labels resolve and the targets do not."""
    if dialect.label_first:
        return []
    labelled = [
        link for link in links if link.label and not link.target and link.kind is not Kind.MARKDOWN
    ]
    good = sum(_would_resolve(link.label, part.resolver) for link in labelled)
    if good < DIALECT_HINT or 2 * good < len(labelled):
        return []
    message = f"{good} broken links would resolve if written [[label|target]]"
    return [finding("SG027", part.prefix or ".", 0, message, "load it with dialect dendron")]


def _would_resolve(label: str, resolver: Resolver) -> bool:
    target = label.partition("#")[0].strip()
    return "://" in label or not target or resolver.name(target, "").node is not None


def _entry(nodes: Sequence[Node], links: Sequence[Link]) -> Node | None:
    """The entry of one root: `entry: true`, then `ENTRY_STEMS`, then the map that reaches most.

    Without a map, the node that reaches most. Of equals, the smallest id.
    """
    top = [node for node in nodes if "/" not in node.path]
    for node in top:
        if node.document.frontmatter.get("entry") is True:
            return node
    for stem in ENTRY_STEMS:
        for node in top:
            if name_key(node.stem) == stem:
                return node
    if not nodes:
        return None
    own = {node.id for node in nodes}
    targets: dict[str, set[str]] = {}
    for link in links:
        if link.target in own and link.source in own:
            targets.setdefault(link.source, set()).add(link.target)
    pool = [node for node in nodes if node.kind is not NodeKind.NODE] or list(nodes)
    # Only the best-linked can reach most, short of ties; this bounds the work on huge roots.
    degrees = Counter({node.id: len(targets.get(node.id, ())) for node in pool})
    best = sorted(pool, key=lambda node: (-degrees[node.id], node.id))[:50]
    return min(best, key=lambda node: (-_reach(node.id, targets), node.id))


def _reach(start: str, targets: Mapping[str, set[str]]) -> int:
    seen, queue = {start}, [start]
    while queue:
        for target in targets.get(queue.pop(), ()):
            if target not in seen:
                seen.add(target)
                queue.append(target)
    return len(seen)
