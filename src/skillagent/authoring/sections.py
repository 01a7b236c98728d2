"""Cuts a long document at its headings, and names the nodes that its sections become.

No cut is inside code or a comment; the sections together are the document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from types import MappingProxyType

from skillagent.authoring.link_writer import beside, file_name, folded
from skillagent.errors import UsageError
from skillagent.graph import Node, Outdated
from skillagent.graph.entry import ENTRY_STEMS
from skillagent.graph.status import SUCCESSOR_FIELDS, field_key, status_fields
from skillagent.markdown import Document, Heading
from skillagent.markdown.compose import HeaderValue, composed
from skillagent.markdown.document import parse
from skillagent.markdown.values import plain

DESCRIPTION_CHARS = 200
"""Longest description after a link in a list that is written here."""
NO_STATUS: Mapping[str, HeaderValue] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class CutSection:
    """A range of a document that begins with a heading."""

    heading: Heading
    start: int
    end: int
    """Where its part ends: at the next section, even if that is inside this one."""
    depth: int
    """How far below the highest section, from 0."""
    parent: int = -1
    """Index of the section that lists it; -1 for the document."""


def cut_level(document: Document, start: int = 0, end: int | None = None) -> int:
    """The highest level with two headings to cut at; 0 if no level has two.

    Args:
        document: the document to cut.
        start: first offset at which a heading counts.
        end: offset before which it begins; None for the end of the document.
    """
    levels = [heading.level for heading in _cuttable(document, start, end)]
    return next((level for level in range(1, 7) if levels.count(level) > 1), 0)


def sections(document: Document, level: int) -> tuple[CutSection, ...]:
    """The sections after a cut at a level and all levels above it.

    The first heading is the title if no other heading has its level or a higher one; it stays
    with the text before the sections.

    Args:
        document: the document to cut.
        level: 1 to 6.
    """
    return _at_level(document, level, 0, len(document.text))


def section_tree(
    document: Document, limit: int, count: Callable[[str], int]
) -> tuple[CutSection, ...]:
    """Sections at the highest level; a long one is cut again into the sections inside it.

    Args:
        document: the document to cut.
        limit: tokens above which a section is cut again.
        count: counts the tokens of a text.

    Returns:
        Sections in the order of the text, each with the index of its parent.
    """
    level = cut_level(document)
    tree = list(_at_level(document, level, 0, len(document.text))) if level else []
    if len(tree) < 2:
        return ()
    at = 0
    while at < len(tree):
        section = tree[at]
        inner = cut_level(document, section.start + 1, section.end)
        if inner and count(document.text[section.start : section.end]) > limit:
            below = _at_level(document, inner, section.start + 1, section.end)
            tree[at] = replace(section, end=below[0].start)
            # Parents are set at the end: each insertion here moves the indexes.
            tree[at + 1 : at + 1] = [
                replace(part, depth=section.depth + 1 + part.depth) for part in below
            ]
        at += 1
    return tuple(
        replace(
            section,
            parent=next((up for up in range(at - 1, -1, -1) if tree[up].depth < section.depth), -1),
        )
        for at, section in enumerate(tree)
    )


def _at_level(document: Document, level: int, start: int, end: int) -> tuple[CutSection, ...]:
    headings = [heading for heading in _cuttable(document, start, end) if heading.level <= level]
    first = document.headings[0] if document.headings else None
    if (
        headings
        and headings[0] is first
        and all(later.level > first.level for later in headings[1:])
    ):
        headings = headings[1:]
    if not headings:
        return ()
    ends = [*(heading.start for heading in headings[1:]), end]
    levels = sorted({heading.level for heading in headings})
    return tuple(
        CutSection(heading, heading.start, last, levels.index(heading.level))
        for heading, last in zip(headings, ends, strict=True)
    )


def _cuttable(document: Document, start: int = 0, end: int | None = None) -> list[Heading]:
    end = len(document.text) if end is None else end
    return [
        heading
        for heading in document.headings
        if start <= heading.start < end and not document.excluded.comments.covering(heading.start)
    ]


def stretch_description(document: Document, section: CutSection) -> str:
    """The first sentence of a section; empty if it has none."""
    return beside(parse(document.text[section.start : section.end], "").description)


def header(
    title: str,
    description: str,
    *,
    is_map: bool = False,
    status: Mapping[str, HeaderValue] = NO_STATUS,
) -> str:
    """The frontmatter of a new node.

    Args:
        title: left out if empty.
        description: left out if empty, for the author to write.
        is_map: whether the node is a map.
        status: further fields, returned by `kept_status`.
    """
    fields: dict[str, HeaderValue] = {
        "type": "map" if is_map else "",
        "title": title,
        "description": description,
    }
    return composed({key: value for key, value in fields.items() if value} | dict(status))


def kept_status(node: Node, outdated: Outdated | None = None) -> dict[str, HeaderValue]:
    """The fields by which the parts of a node are as outdated as the node.

    Args:
        node: the node that is cut.
        outdated: why not to rely on it; if only other nodes say so, the parts say it themselves.
    """
    fields = status_fields(node)
    kept: dict[str, HeaderValue] = {
        key: plain(value) for key, value in fields.items() if value is not None
    }
    if outdated and outdated.successors and SUCCESSOR_FIELDS.isdisjoint(map(field_key, fields)):
        kept["superseded_by"] = [f"[[{successor}]]" for successor in outdated.successors]
    return kept


class FreeNames:
    """Chooses file names for new nodes, unlike any existing name and each other.

    Args:
        nodes: the existing nodes.
        others: paths of existing files and folders that are not nodes.
    """

    def __init__(self, nodes: Iterable[Node], others: Iterable[str] = ()) -> None:
        self._numbers: dict[str, int] = {}
        """Name → the first number not yet tried as its suffix; names never become free again."""
        self._taken = {folded(path) for path in others}
        self._taken |= {folded(path.rpartition("/")[2]) for path in others}
        for node in nodes:
            self._taken |= {folded(name) for name in (node.stem, *node.names, *node.aliases)}
            self._taken.add(folded(node.title))

    def close(self, name: str) -> None:
        """Reserve a name: no new file gets one like it."""
        self._taken.add(folded(name))

    def holds(self, title: str) -> bool:
        """True if a node already has a name like this."""
        return folded(title) in self._taken

    def take(self, title: str, above: str) -> str:
        """A free file name, without suffix, for a title.

        Args:
            title: title of the new node.
            above: stem of the node that it was cut from; it is the prefix if the name is taken.
        """
        name = file_name(title)
        base = file_name(above) or "node"
        first = self._numbers.get(name or base, 2)
        numbered = (f"{name or base}-{number}" for number in range(first, 10_000))
        for tried, candidate in enumerate(
            chain((name, f"{base}-{name}" if name else ""), numbered)
        ):
            if candidate and folded(candidate) not in self._taken and candidate not in ENTRY_STEMS:
                self._taken.add(folded(candidate))
                if tried > 1:
                    self._numbers[name or base] = first + tried - 1
                return candidate
        raise UsageError(f"no free file name for {title!r}")


def link_list(
    items: Iterable[tuple[int, str, str]], before: str, shorten: Callable[[str], str]
) -> str:
    """A list of links to append to a text.

    Args:
        items: depth from 0, link and description (may be empty) of each item.
        before: the text that the list will follow.
        shorten: shortens a description to fit its line.
    """
    lines: list[str] = []
    above = -1
    for depth, link, text in items:
        above = min(depth, above + 1)  # an item is at most one level below the one before it
        words = f" - {shorten(text)}" if text else ""
        lines.append(f"{'  ' * above}- {link}{words}")
    gap = "" if not before.strip() or before.endswith("\n\n") else "\n"
    if before and not before.endswith("\n"):
        gap = "\n\n"
    return gap + "\n".join(lines) + "\n"
