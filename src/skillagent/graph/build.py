"""From walked roots to a whole graph: place the nodes, resolve the links, find the entries.

Three steps over all roots: a node for each file, a link for each reference, an entry for
each root. What is wrong is collected on the way and never raised.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from skillagent.diagnostics import Diagnostic, finding, ordered
from skillagent.graph.link import Link, is_block
from skillagent.graph.logseq import called, dialect_of, foreign
from skillagent.graph.node import Node, NodeKind, alias_findings, kind_of, without_suffix
from skillagent.graph.resolve import (
    MISSING,
    NOT_A_NODE,
    OUTSIDE,
    SEPARATOR,
    Found,
    Resolver,
    name_key,
)
from skillagent.graph.typed import is_meant, with_declared_fields
from skillagent.graph.walk import (
    Options,
    Root,
    SourceFile,
    Walk,
    read_file,
    top_files,
    walk,
)
from skillagent.markdown import Dialect, Kind, Reference
from skillagent.markdown.document import parse
from skillagent.markdown.inline import ADDRESS
from skillagent.progress import Progress, tracked, untold

ENTRY_STEMS = ("index", "skill", "readme", "moc")
"""File names, at the top of a root, that make a node its entry; the first one found wins."""
ABOUT_WHOLE_FILES = frozenset({"SG030", "SG031", "SG032"})
"""Findings that the part of a large file that was left out could make good."""
DIALECT_HINT = 10
"""So many broken links with a label must turn good before another dialect is proposed."""


@dataclass(frozen=True, slots=True)
class Built:
    """Everything that a graph is made of."""

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


def build(roots: Sequence[Root], options: Options, progress: Progress = untold) -> Built:
    """Walk the roots and put their files together.

    Args:
        roots: with a name each.
        options: how they are loaded.
        progress: told of each file that was read, parsed, and whose links were resolved.

    Raises:
        GraphError: a root cannot be listed.
    """
    several = len(roots) > 1
    parts = [
        _Part(root, options, root.name + SEPARATOR if several else "", progress) for root in roots
    ]
    return _Builder(parts, options).build(progress)


class _Part:
    """One root while the graph is built."""

    def __init__(self, root: Root, options: Options, prefix: str, progress: Progress) -> None:
        self.root = root
        self.prefix = prefix
        self.dialect = dialect_of(root, options.dialect)
        self.walk: Walk = walk(root, options, prefix, progress)
        self.diagnostics = list(self.walk.diagnostics)
        if options.dialect is None and self.dialect.pages:
            message = "this root holds what Logseq writes, and was loaded as a Logseq graph"
            self.diagnostics.append(finding("SG039", prefix or ".", 0, message))
        self.nodes: list[Node] = []
        self.without_file: dict[str, list[tuple[str, Reference]]] = {}
        """Key of a name → links to the page that Logseq shows by that name without a file."""
        ids: set[str] = set()
        keys: dict[str, str] = {}
        self.dialect = with_declared_fields(self.dialect, self.walk.files)
        for source in tracked(self.walk.files, "parsing files", progress):
            self.nodes.append(self._node(source, ids, keys))
        self.resolver = Resolver(self.nodes, self.walk.others, self.dialect, root.folders)

    @cached_property
    def elsewhere(self) -> frozenset[str]:
        """Keys of what links may name in files that are no nodes; only Logseq has such names."""
        if self.dialect.pages is None:
            return frozenset()
        names = foreign(self.root, self.walk.others, self.dialect.pages)
        return frozenset(map(name_key, names))

    def _node(self, source: SourceFile, ids: set[str], keys: dict[str, str]) -> Node:
        shown = self.prefix + source.path
        document = parse(source.data, shown, self.dialect)
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
            whole=source.whole,
        )
        self.diagnostics += (
            found
            for found in document.diagnostics
            if source.whole or found.code not in ABOUT_WHOLE_FILES
        )
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

    def build(self, progress: Progress) -> Built:
        nodes: dict[str, Node] = {}
        links: list[Link] = []
        for part in self._parts:
            nodes.update((node.id, node) for node in part.nodes)
        for part in self._parts:
            self._findings += part.diagnostics
            self._findings += _alias_clashes(part)
            part_links = [
                link
                for node in tracked(part.nodes, "resolving links", progress)
                for link in self._links(node, part)
            ]
            self._findings += _pages_without_file(part)
            self._findings += _dialect_hint(part, part_links)
            links += part_links
        nodes = dict(sorted(nodes.items()))
        links.sort(key=lambda link: (link.source, link.reference.start))
        entries: list[str] = []
        for part in self._parts:
            if entry := _entry(part.nodes, links):
                entries.append(entry.id)
        return Built(
            nodes,
            tuple(links),
            tuple(entries),
            ordered(self._findings),
            tuple(part.root for part in self._parts),
            tuple(part.dialect for part in self._parts),
            self._resolvers,
            sum(len(part.walk.files) + part.walk.unread for part in self._parts),
        )

    def _links(self, node: Node, part: _Part) -> Iterable[Link]:
        path, resolver = node.document.path, part.resolver
        for anchor in node.document.anchors:
            if node.whole:
                self._check_fragment(node, anchor, path)
        for reference in node.document.references:
            if reference.kind is Kind.COMMENT:
                continue
            found = self._resolve(reference, node, resolver)
            if found is MISSING and name_key(reference.target) in part.elsewhere:
                found = NOT_A_NODE
            if found is NOT_A_NODE or (found.node is None and _has_address(reference, node)):
                continue
            target = found.node
            may_be_prose = reference.is_name and target is None and not found.candidates
            if may_be_prose and not is_meant(reference, resolver):
                continue
            if len(found.candidates) > 1:
                target = self._report_tie(found, reference, path)
            elif target is None:
                self._report_missing(found, reference, path, part)
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

    def _report_missing(self, found: Found, reference: Reference, path: str, part: _Part) -> None:
        line = reference.line
        if found is OUTSIDE:
            message = f"the link to {reference.target!r} leads outside the graph"
            self._findings.append(finding("SG024", path, line, message))
            return
        if part.dialect.pages and reference.kind is not Kind.MARKDOWN:
            # Logseq shows a page for every name: what has no file is told once.
            places = part.without_file.setdefault(name_key(reference.target), [])
            places.append((path, reference))
            if len(places) > 1:
                return
        else:
            message = f"broken link to {reference.target!r}"
            remedy = _folder_to_load(reference, part.resolver)
            self._findings.append(finding("SG020", path, line, message, remedy))
        if near := part.resolver.near(reference.target):
            message = f"{reference.target!r} is near to the name of {near.id}"
            stem = called(near) if part.dialect.pages else near.stem
            remedy = f"write {stem}" if reference.is_name else f"write [[{stem}]]"
            self._findings.append(finding("SG023", path, line, message, remedy))

    def _check_fragment(self, target: Node, reference: Reference, path: str) -> None:
        fragment = reference.fragment
        document = target.document
        if reference.kind is Kind.MARKDOWN and fragment.casefold() == "top":
            return  # in HTML the beginning of any page
        if is_block(fragment):
            if fragment[1:].casefold() in document.blocks:
                return
            message = f"{target.id} has no block {fragment}"
        elif document.has_anchor(fragment) or document.includes_files:
            return
        else:
            message = f"{target.id} has no heading {fragment!r}"
        self._findings.append(finding("SG022", path, reference.line, message))


def _pages_without_file(part: _Part) -> Iterable[Diagnostic]:
    for places in part.without_file.values():
        path, first = places[0]
        message = f"broken link to {first.target!r}"
        if len(places) > 1:
            files = len({path for path, _ in places})
            message += f", the first of {len(places)} in {files} file{'s' if files > 1 else ''}"
        yield finding("SG020", path, first.line, message)


def _has_address(reference: Reference, node: Node) -> bool:
    """True for `[[words]](https://…)`: if no node is called so, it is a link to the address."""
    text = node.document.text
    is_wikilink = reference.kind is Kind.WIKILINK and text.startswith("(", reference.end)
    return is_wikilink and ADDRESS.match(text, reference.end + 1) is not None


def _folder_to_load(reference: Reference, resolver: Resolver) -> str:
    """What to do about a link that counts from the top of a site; empty for any other link."""
    first = reference.target.removeprefix("/").partition("/")[0]
    if reference.kind is not Kind.MARKDOWN or not reference.target.startswith("/"):
        return ""
    if first in resolver.others:
        return ""  # the folder that is meant was loaded, and holds no such file
    if above := resolver.site.source_folder():
        return f"load the folder {above} above this root, where / may begin, or correct the link"
    return "load the folder that is the top of the site, where / begins, or correct the link"


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


def _dialect_hint(part: _Part, links: list[Link]) -> list[Diagnostic]:
    """Propose `dialect: dendron` where the labels resolve and the targets do not."""
    if part.dialect.label_first:
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


def glance(root: Root, options: Options) -> Node | None:
    """The node of a root that is its entry by name, read alone: all that can be told at once.

    Args:
        root: the folder.
        options: dialect and size limit.

    Returns:
        None where no file at the top has a name of `ENTRY_STEMS`.
    """
    stems = {name: name_key(without_suffix(name)) for name in top_files(root)}
    entries = [name for name, stem in stems.items() if stem in ENTRY_STEMS]
    if not entries:
        return None
    entry = min(entries, key=lambda name: ENTRY_STEMS.index(stems[name]))
    source = read_file(root, entry, options)
    if source is None:
        return None
    document = parse(source.data, source.path, dialect_of(root, options.dialect))
    kind = kind_of(document, source.path)
    name = without_suffix(source.path)
    size, whole = source.size, source.whole
    return Node(name, "", source.path, kind, document, source.digest, size, whole)


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
    return min(best, key=lambda node: (-len(reached((node.id,), targets)), node.id))


def reached(start: Iterable[str], targets: Mapping[str, Iterable[str]]) -> set[str]:
    """Everything that `targets` leads to from some ids, these included."""
    seen = set(start)
    queue = list(seen)
    while queue:
        for target in targets.get(queue.pop(), ()):
            if target not in seen:
                seen.add(target)
                queue.append(target)
    return seen
