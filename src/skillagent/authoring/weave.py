"""Proposes missing links: names without a link, and similar nodes that do not link each other.

A proposal has the present text at a place and the text with the link. A model or a person may
edit it and give it back; it is then written if its file has not changed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

from skillagent.authoring.add import resolver_of
from skillagent.authoring.file_text import read_node, source_of
from skillagent.authoring.link_writer import LinkWriter, beside_in
from skillagent.authoring.list_insertion import list_edit
from skillagent.authoring.moving.relocate import node_of
from skillagent.authoring.split import short
from skillagent.authoring.unlinked_mentions import Mention, mentions
from skillagent.digest import sha256
from skillagent.errors import UsageError
from skillagent.files.changes import Changes, changes_of
from skillagent.graph import Node, NodeKind, SkillGraph
from skillagent.graph.resolve import Resolver
from skillagent.index.analyzer import STOP_WORDS, terms, words
from skillagent.index.search import SearchIndex
from skillagent.markdown import Dialect, LinkKind, Reference
from skillagent.markdown.document import parse
from skillagent.markdown.edit import Edit, edited
from skillagent.markdown.inline import plain_text
from skillagent.markdown.prose import sentences
from skillagent.progress import Progress, no_progress, tracked

ALIKE = 0.3
"""Two nodes are similar if one scores so much of the other's own score for its description."""
NEIGHBORS = 3
"""Most similar nodes that are proposed for a node."""
HIGHEST = 1.99
"""Highest rank of a similar pair, below that of every name of two words."""


_Ranked = tuple[tuple[float, str, int, str], Mention | tuple[Node, Node]]
"""Sort key (negative rank, path, offset, target), and the missing link."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """One link that could be added."""

    id: str
    """Short; the same as long as file and proposal do not change."""
    kind: str
    """`mention` or `alike`."""
    source: str
    """Id of the node that would contain the link."""
    target: str
    path: str
    """File of the source, relative to the root."""
    line: int
    digest: str
    """SHA-256 of the file's bytes."""
    start: int
    """Offset, in the text as the parser reads it, of the text to replace."""
    was: str
    """The present sentence; empty for a new list item."""
    sentence: str
    """The sentence with the link; may be edited before it is accepted."""
    why: str
    """A sentence that shows why the nodes are similar; empty for a mention."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def proposals(
    graph: SkillGraph,
    name: str | None = None,
    limit: int = 20,
    dialect: Dialect | None = None,
    progress: Progress = no_progress,
    *,
    alike: bool = True,
) -> list[Proposal]:
    """Missing links, the surest first.

    Args:
        graph: of one root.
        name: only links from or to this node; None for all.
        limit: most proposals to return.
        dialect: how links are written; None for that of the graph.
        progress: called for each node that was examined.
        alike: also propose links between similar nodes, which takes longer.

    Raises:
        ResolveError: no node has the name.
    """
    dialect = (dialect or graph.dialect).with_link_fields(graph.link_fields)
    nodes = list(graph.nodes.values())
    whole = [node for node in nodes if node.whole]  # the others are too large to be changed
    only = graph.find(name) if name else None
    ranked: list[_Ranked] = []
    seen: set[frozenset[str]] = set()
    for mention in mentions(graph, tracked(whole, "looking for names", progress)):
        if only is None or only.id in (mention.source, mention.target):
            seen.add(frozenset((mention.source, mention.target)))
            path = graph.nodes[mention.source].path
            ranked.append(((-mention.words, path, mention.start, mention.target), mention))
    sure = sum(-key[0] > HIGHEST for key, _ in ranked)
    # Similar nodes rank below names of two words; comparing is slow, so skip it if those suffice.
    sources = [node for node in whole if only in (None, node)] if alike and sure < limit else []
    for rank, node, other in _alike(graph, sources, progress):
        pair = frozenset((node.id, other.id))
        if pair not in seen:
            seen.add(pair)
            place = len(node.document.text)
            ranked.append(((-rank, node.path, place, other.id), (node, other)))
    ranked.sort(key=lambda pair: pair[0])
    resolver = resolver_of(graph, nodes, dialect)
    link_writer = LinkWriter(resolver, dialect)
    best = tracked(ranked[:limit], "writing proposals", progress)
    return [
        _of_mention(graph, missing, link_writer, resolver)
        if isinstance(missing, Mention)
        else _of_pair(*missing, link_writer)
        for _, missing in best
    ]


def _of_mention(
    graph: SkillGraph, mention: Mention, link_writer: LinkWriter, resolver: Resolver
) -> Proposal:
    source, target = graph.nodes[mention.source], graph.nodes[mention.target]
    text = source.document.text
    start, end = _sentence(text, mention.start, mention.end)
    label = text[mention.start : mention.end]
    written = Reference(LinkKind.WIKILINK, label, "", "", 0, 0, 0)
    resolved = resolver.link(written, source)
    if resolved.node is target and len(resolved.candidates) < 2:
        link = f"[[{label}]]"
    else:
        link = link_writer.wikilink(target, source, label)
    if source.document.tables.holds(mention.start):
        link = link.replace("|", "\\|")
    after = text[start : mention.start] + link + text[mention.end : end]
    return _proposal("mention", source, target, start, text[start:end], after)


def _proposal(
    kind: str, source: Node, target: Node, start: int, was: str, sentence: str, why: str = ""
) -> Proposal:
    line = source.document.text.count("\n", 0, start) + 1
    key = "\0".join((kind, source.digest, target.id, str(start), was, sentence))
    name = sha256(key).removeprefix("sha256:")[:10]
    return Proposal(
        name,
        kind,
        source.id,
        target.id,
        source.path,
        line,
        source.digest,
        start,
        was,
        sentence,
        why,
    )


def _sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """Start and end of the sentence around a range, within its line."""
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    last = len(text) if last < 0 else last
    place = first
    for sentence in sentences(text[first:last]):
        at = text.index(sentence, place)
        if at <= start and end <= at + len(sentence):
            return at, at + len(sentence)
        place = at + len(sentence)
    return first, last


def _alike(
    graph: SkillGraph, sources: Sequence[Node], progress: Progress
) -> Iterator[tuple[float, Node, Node]]:
    """Similar nodes: search for one node's description scores the other nearly as high.

    Yields:
        Rank and the two nodes. At half of the score the rank is that of a mention of one word;
        it is always below that of a name of two words.
    """
    if not sources:
        return
    index = SearchIndex.of(graph, progress)
    for node in tracked(sources, "comparing nodes", progress):
        if node.kind is not NodeKind.NODE or not node.description:
            continue
        hits = index.alike(f"{node.title} {node.description}", limit=12)
        own = dict(hits).get(node.id, 0.0)
        linked = {node.id, *graph.neighbors(node.id)}
        linked |= {link.source for link in graph.backlinks(node.id)}
        near = [
            (score / own, graph.nodes[other])
            for other, score in hits
            if own and other not in linked and score >= ALIKE * own
        ]
        near = [pair for pair in near if pair[1].kind is NodeKind.NODE]
        for ratio, other in near[:NEIGHBORS]:
            yield min(2 * ratio, HIGHEST), node, other


def _of_pair(node: Node, other: Node, link_writer: LinkWriter) -> Proposal:
    document = node.document
    described = short(beside_in(document, other.description)) or beside_in(document, other.title)
    item = f"{link_writer.wikilink(other, node)} - {described}"
    place = list_edit(document, [item]).start
    return _proposal("alike", node, other, place, "", item, _shared_sentence(node, other))


def _shared_sentence(node: Node, other: Node) -> str:
    """The sentence of the other node that shares most words with a node's title and description."""
    about = set(terms(f"{node.title} {node.description}"))
    about -= set(terms(" ".join(STOP_WORDS)))
    best, score = "", 0.0
    for paragraph in (other.description, *_prose(other)):
        for sentence in sentences(paragraph):
            shared = len(about & set(terms(sentence)))
            value = shared / math.sqrt(len(words(sentence)) + 8)
            if value > score:
                best, score = sentence, value
    return short(plain_text(best))


def _prose(node: Node) -> Iterator[str]:
    """Lines of a node that are not code, headings or tables."""
    document = node.document
    place = document.frontmatter.body_start
    for line in document.body.split("\n"):
        if not line.lstrip().startswith(("|", "#")) and not document.excluded.code.covering(place):
            yield line
        place += len(line) + 1


def apply(graph: SkillGraph, accepted: object, dialect: Dialect | None = None) -> Changes:
    """The changes that write accepted proposals.

    Args:
        graph: of one root.
        accepted: parsed JSON: a list of proposals, or an object with that list as `proposals`;
            `sentence` may be edited.
        dialect: how links are written; None for that of the graph.

    Raises:
        UsageError: a proposal is malformed, its file has changed, two change the same words, or
            an edited sentence does not link to its node.
    """
    dialect = (dialect or graph.dialect).with_link_fields(graph.link_fields)
    items = [_read(item, number) for number, item in enumerate(_listed(accepted), start=1)]
    root = graph.roots[0]
    by_path = {node.path: node for node in graph.nodes.values()}
    grouped: dict[str, list[Proposal]] = {}
    for item in items:
        node = by_path.get(item.path)
        if node is None:
            raise UsageError(f"{item.path}: is gone; run weave again")
        if node.digest != item.digest:
            raise UsageError(f"{item.path}: has changed since it was proposed; run weave again")
        grouped.setdefault(item.path, []).append(item)
    before: dict[str, bytes] = {}
    after: dict[str, bytes] = {}
    resolver = resolver_of(graph, list(by_path.values()), dialect)
    for path, group in sorted(grouped.items()):
        node = by_path[path]
        edits = _edits(node, group)
        _check_links(node, group, edits, resolver, graph, dialect)
        before[path] = read_node(root, node)
        after[path] = source_of(root, node).stretch(0, len(node.document.text), edits)
    return changes_of(root.path, before, after)


def _listed(accepted: object) -> Sequence[object]:
    if isinstance(accepted, Mapping):
        accepted = accepted.get("proposals")
    if not isinstance(accepted, list):
        raise UsageError("the proposals are not a list; give back what weave --json printed")
    return accepted


def _read(item: object, number: int) -> Proposal:
    fields = Proposal.__dataclass_fields__
    if isinstance(item, Mapping):
        values: dict[str, Any] = {name: item.get(name) for name in fields}
        right = all(
            type(value) is (int if name in ("line", "start") else str)
            for name, value in values.items()
        )
        if right and values["kind"] in ("mention", "alike") and str(values["sentence"]).strip():
            return Proposal(**values)
    raise UsageError(f"proposal {number}: is not as weave --json printed it")


def _edits(node: Node, group: Sequence[Proposal]) -> list[Edit]:
    """The smallest edits that apply a file's proposals."""
    text = node.document.text
    edits: set[Edit] = set()
    for item in group:
        if item.kind == "alike":
            continue
        if item.start < 0 or not text.startswith(item.was, item.start):
            raise UsageError(
                f"{item.path}:{item.line}: does not hold the sentence; run weave again"
            )
        edits.add(_smallest(item.start, item.was, item.sentence.replace("\r\n", "\n")))
    new = [" ".join(item.sentence.split()) for item in group if item.kind == "alike"]
    if new:
        edits.add(list_edit(node.document, list(dict.fromkeys(new))))
    ordered = sorted(edits)
    for left, right in pairwise(ordered):
        if right.start < left.end or (right.start, right.end) == (left.start, left.end):
            line = text.count("\n", 0, right.start) + 1
            raise UsageError(f"{node.path}:{line}: two proposals change the same words; keep one")
    return ordered


def _smallest(start: int, old: str, new: str) -> Edit:
    """An edit of only what differs between two texts.

    Args:
        start: offset of the old text.
        old: the present text.
        new: its replacement.
    """
    head = _shared(old, new)
    tail = _shared(old[head:][::-1], new[head:][::-1])
    return Edit(start + head, start + len(old) - tail, new[head : len(new) - tail])


def _shared(left: str, right: str) -> int:
    """How many characters two texts share at their beginning."""
    pairs = enumerate(zip(left, right, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(left), len(right)))


def _check_links(
    node: Node,
    group: Sequence[Proposal],
    edits: Sequence[Edit],
    resolver: Resolver,
    graph: SkillGraph,
    dialect: Dialect,
) -> None:
    """Check that the edits add every accepted link and remove none.

    Raises:
        UsageError: they do not.
    """
    document = parse(edited(node.document.text, edits), node.path, dialect)
    here = node_of(document, node.path)
    targets = [resolver.link(reference, node).node for reference in document.references]
    linked = {target.id for target in targets if target}
    for item in group:
        if item.target not in linked or item.target not in graph.nodes:
            raise UsageError(f"{item.path}:{item.line}: the sentence does not link {item.target}")
    lost = set(graph.neighbors(node.id)) - linked
    if lost or here.document.frontmatter.fields != node.document.frontmatter.fields:
        raise UsageError(f"{node.path}: a sentence would remove an existing link")
