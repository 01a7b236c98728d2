"""Nodes and links as values that a store keeps: what an answer shows of them, and no more.

Above: `graph_rows`, which writes them; `stored_view`, which reads them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from skillagent.graph.kind import NodeKind
from skillagent.markdown.reference import LinkKind
from skillagent.store.rows import pack_json, unpack_json

if TYPE_CHECKING:
    from skillagent.graph import Link, Node, SkillGraph
    from skillagent.markdown import Dialect, Value


@dataclass(frozen=True, slots=True)
class StoredRoot:
    """A root as its nodes were read."""

    name: str
    folders: tuple[str, ...]
    """Names of the folders above it, and its own name last."""
    dialect: Dialect


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a whole graph, and of how its rows were made."""

    state: str
    """The version that made the rows, and the state of the files that they were made of."""
    name: str
    digest: str
    nodes: int
    """How many nodes it has."""
    languages: tuple[str, ...]
    """ISO 639-1; the most frequent first."""
    link_fields: frozenset[str]
    """Frontmatter fields whose values are links."""
    roots: tuple[StoredRoot, ...]
    faulty: int
    """How many files could not be read as they were meant; see `SkillGraph.faulty`."""
    judged_on: str | None
    """The day that dates in the files were compared with; None if no file has one."""


class ShownText(NamedTuple):
    """What is known of the text of a node as it is shown, without reading it again."""

    cost: int
    """Tokens of the whole text."""
    is_plain: bool
    """Whether it is exactly the text of the file."""


@dataclass(frozen=True, slots=True)
class StoredHead:
    """A node without its text; see `NodeHead`."""

    id: str
    title: str
    description: str
    description_derived: bool
    kind: NodeKind
    declared_kind: str
    aliases: tuple[str, ...]
    tags: tuple[str, ...]
    topics: tuple[str, ...]
    fields: Mapping[str, Value]
    digest: str
    root: str
    """Name of its root; empty if the graph has only one."""
    path: str
    """Path in its root, with suffix."""
    stem: str
    language: str
    """ISO 639-1."""
    size: int
    """Bytes on disk."""
    whole: bool
    """False if only the beginning of a large file belongs to the node."""
    shown: ShownText


@dataclass(frozen=True, eq=False, slots=True)
class StoredLink:
    """A link with its context; see `LinkView`."""

    source: str
    target: str | None
    candidates: tuple[str, ...]
    name: str
    kind: LinkKind
    key: str
    label: str
    fragment: str
    start: int
    section: str
    context: str
    sentence: tuple[int, int]
    is_bare: bool
    leads: bool
    before: str
    after: str

    def around(self) -> tuple[str, str]:
        return self.before, self.after


def pack_head(node: Node, language: str, shown: ShownText) -> bytes:
    """A node without its text, as the value of a row."""
    return pack_json(
        [
            node.id,
            node.title,
            node.description,
            node.description_derived,
            node.kind.value,
            node.declared_kind,
            node.aliases,
            node.tags,
            node.topics,
            _plain(node.fields),
            node.digest,
            node.root,
            node.path,
            node.stem,
            language,
            node.size,
            node.whole,
            shown,
        ]
    )


def unpack_head(value: bytes) -> StoredHead:
    """The node of `pack_head`. Raises DamagedIndexError."""
    parts = unpack_json(value)
    parts[4] = NodeKind(parts[4])
    parts[6:9] = map(tuple, parts[6:9])
    parts[9] = _frozen(parts[9])
    parts[-1] = ShownText(*parts[-1])
    return StoredHead(*parts)


LinkPlace: TypeAlias = tuple[int, str, str]
"""Offset, kind and name of a link in its text."""


def pack_links(links: Sequence[Link], known: Mapping[LinkPlace, Sequence[Any]]) -> bytes:
    """All links of one node, in their order, as the value of a row.

    Args:
        links: the links.
        known: place of a link → see `as_written`; only of those that are known.
    """
    packed = []
    for link in links:
        written = known.get((link.start, link.kind.value, link.name)) or as_written(link)
        packed.append([link.target, link.candidates, *written])
    return pack_json(packed)


def links_as_written(value: bytes) -> dict[LinkPlace, Sequence[Any]]:
    """Place of each link of `pack_links` → see `as_written`. Raises DamagedIndexError."""
    return {(parts[7], parts[3], parts[2]): parts[2:] for parts in unpack_json(value)}


def as_written(link: Link) -> list[Any]:
    """What the text says of a link, wherever it leads."""
    words = link.words_around()  # not kept by the link, because there may be a million
    return [
        link.name,
        link.kind.value,
        link.key,
        link.label,
        link.fragment,
        link.start,
        link.section,
        words.context,
        words.sentence,
        link.is_bare,
        words.leads,
        *link.around(),
    ]


def unpack_links(source: str, value: bytes) -> tuple[StoredLink, ...]:
    """The links of `pack_links`. Raises DamagedIndexError.

    Args:
        source: id of the node that contains them.
        value: the value of the row.
    """
    links = []
    for parts in unpack_json(value):
        parts[1] = tuple(parts[1])
        parts[3] = LinkKind(parts[3])
        parts[10] = tuple(parts[10])
        links.append(StoredLink(source, *parts))
    return tuple(links)


def stored_roots(graph: SkillGraph) -> tuple[StoredRoot, ...]:
    """The roots of a graph as its nodes were read."""
    return tuple(
        StoredRoot(root.name, root.folders, dialect)
        for root, dialect in zip(graph.roots, graph.dialects, strict=True)
    )


def pack_about(about: About) -> bytes:
    """What is known of a whole graph, as the value of a row."""
    values = asdict(about)
    for root in values["roots"]:
        root["dialect"]["link_fields"] = sorted(root["dialect"]["link_fields"])
    return pack_json({**values, "link_fields": sorted(about.link_fields)})


def unpack_about(value: bytes) -> About:
    """The value of `pack_about`. Raises DamagedIndexError."""
    values = unpack_json(value)
    values["languages"] = tuple(values["languages"])
    values["link_fields"] = frozenset(values["link_fields"])
    values["roots"] = tuple(map(_root, values["roots"]))
    return About(**values)


def _root(parts: Mapping[str, Any]) -> StoredRoot:
    from skillagent.markdown.dialect import Dialect
    from skillagent.markdown.logseq_names import PageNames

    written = dict(parts["dialect"])
    pages = written["pages"]
    if pages:
        pages = PageNames(**{**pages, "hidden": tuple(pages["hidden"])})
    written |= {"link_fields": frozenset(written["link_fields"]), "pages": pages}
    return StoredRoot(parts["name"], tuple(parts["folders"]), Dialect(**written))


def _plain(value: Any) -> Any:
    """A value of a header as JSON can hold it: mappings as dicts."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, tuple) else value


def _frozen(value: Any) -> Any:
    """A value of a header as the parser returns it: lists as tuples."""
    if isinstance(value, dict):
        return {key: _frozen(inner) for key, inner in value.items()}
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
