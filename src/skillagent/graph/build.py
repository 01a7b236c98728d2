"""Build a graph from its roots: place the nodes, resolve the links, find the entries.

Problems in the files are collected as findings and never raised.

Above: `SkillGraph`. Below: `graph_root`, which places the nodes of one root; `resolve`, which
looks up names; `link_report`, which reports what is wrong with links; `entry`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from skillagent.diagnostics import Diagnostic, ordered
from skillagent.graph.entry import entry_of
from skillagent.graph.graph_root import GraphRoot
from skillagent.graph.link import Link
from skillagent.graph.link_report import (
    LinkReport,
    alias_clashes,
    dialect_hint,
    pages_without_file,
)
from skillagent.graph.node import Node
from skillagent.graph.resolve import (
    MISSING,
    NOT_A_NODE,
    SEPARATOR,
    Resolution,
    Resolver,
    name_key,
)
from skillagent.graph.succession import circles
from skillagent.graph.typed import is_meant
from skillagent.graph.walk import Options, Root
from skillagent.markdown import Dialect, LinkKind, Reference
from skillagent.markdown.inline import ADDRESS
from skillagent.progress import Progress, no_progress, tracked

_COMMENT = LinkKind.COMMENT


@dataclass(frozen=True, slots=True)
class GraphParts:
    """Everything that a `SkillGraph` consists of."""

    nodes: Mapping[str, Node]
    links: tuple[Link, ...]
    entries: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]
    roots: tuple[Root, ...]
    dialects: tuple[Dialect, ...]
    """How the links of each root are written."""
    resolvers: Mapping[str, Resolver]
    files: int
    """Markdown files found, readable or not."""


def build(roots: Sequence[Root], options: Options, progress: Progress = no_progress) -> GraphParts:
    """Read the roots, place their files as nodes and resolve the links.

    Args:
        roots: the folders, each with a name.
        options: how they are loaded.
        progress: called for each file that was read, parsed, and whose links were resolved.

    Raises:
        GraphError: a root cannot be listed.
    """
    several = len(roots) > 1
    graph_roots = [
        GraphRoot(root, options, root.name + SEPARATOR if several else "", progress)
        for root in roots
    ]
    return _Builder(graph_roots, options).build(progress)


class _Builder:
    """Turns the nodes of all roots into resolved links, entries and findings."""

    def __init__(self, roots: Sequence[GraphRoot], options: Options) -> None:
        self._roots = roots
        self._resolvers = {root.name: root.resolver for root in roots}
        self._report = LinkReport(options.strict)

    def build(self, progress: Progress) -> GraphParts:
        links_by_node: list[tuple[str, list[Link]]] = []
        findings: list[Diagnostic] = []
        for root in self._roots:
            by_node = [
                (node.id, list(self._links(node, root)))
                for node in tracked(root.nodes, "resolving links", progress)
            ]
            findings += root.diagnostics
            findings += alias_clashes(root)
            findings += pages_without_file(root)
            findings += dialect_hint(root, [link for _, links in by_node for link in links])
            links_by_node += by_node
        # The links of one node are sorted by place, as its references are.
        links_by_node.sort(key=itemgetter(0))
        links = [link for _, group in links_by_node for link in group]
        nodes = {
            node.id: node
            for node in sorted(
                (node for root in self._roots for node in root.nodes), key=lambda node: node.id
            )
        }
        findings += circles(nodes, links)
        entries = (entry_of(root.nodes, links) for root in self._roots)
        return GraphParts(
            nodes=nodes,
            links=tuple(links),
            entries=tuple(entry.id for entry in entries if entry),
            diagnostics=ordered([*findings, *self._report.findings]),
            roots=tuple(root.root for root in self._roots),
            dialects=tuple(root.dialect for root in self._roots),
            resolvers=self._resolvers,
            files=sum(root.files for root in self._roots),
        )

    def _links(self, node: Node, root: GraphRoot) -> Iterable[Link]:
        if node.whole:
            for anchor in node.document.anchors:
                if not node.document.math.covering(anchor.start):
                    self._report.check_fragment(node, anchor, node.document.path)
        for reference in node.document.references:
            if reference.kind is not _COMMENT and (link := self._link(reference, node, root)):
                yield link

    def _link(self, reference: Reference, node: Node, root: GraphRoot) -> Link | None:
        """The link of a reference; None if it is not meant for a node."""
        answer = self._resolve(reference, node, root.resolver)
        target = answer.node
        if target is None and not _is_meant_for_a_node(answer, reference, node, root):
            return None
        if target is None or answer.candidates:
            target = self._report.target_of(answer, reference, node.document.path, root)
        if target is not None and reference.fragment:
            self._report.check_fragment(target, reference, node.document.path)
        return Link(
            node.id,
            target.id if target else None,
            reference,
            answer.rung,
            answer.candidate_ids,
            node.document,
        )

    def _resolve(self, reference: Reference, node: Node, resolver: Resolver) -> Resolution:
        if SEPARATOR in reference.target and len(self._resolvers) > 1:
            prefix, _, rest = reference.target.partition(SEPARATOR)
            if named := self._resolvers.get(prefix.strip()):
                folder = node.path.rpartition("/")[0] if named is resolver else ""
                return named.name(rest.strip(), folder)
        return resolver.link(reference, node)


def _is_meant_for_a_node(
    answer: Resolution, reference: Reference, node: Node, root: GraphRoot
) -> bool:
    """Whether a reference is a link although it leads to no node: a broken or an ambiguous one."""
    if answer is NOT_A_NODE or depends_on_its_place(reference, node):
        return False
    if answer is MISSING and name_key(reference.target) in root.elsewhere:
        return False
    if reference.is_tag or reference.template:
        return False
    return not reference.is_name or bool(answer.candidates) or is_meant(reference, root.resolver)


def depends_on_its_place(reference: Reference, node: Node) -> bool:
    """Whether a reference that leads to no node is no link for what is around it.

    That is so in a formula, and for `[[words]](https://…)`, which is a web link.
    """
    text = node.document.text
    is_wikilink = reference.kind is LinkKind.WIKILINK and text.startswith("(", reference.end)
    if is_wikilink and ADDRESS.match(text, reference.end + 1):
        return True
    return bool(node.document.math.covering(reference.start))
