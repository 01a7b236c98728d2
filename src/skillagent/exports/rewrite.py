"""Rewrites the links of a node as relative Markdown links; the rest of the text is unchanged.

A link becomes a Markdown link if that is parsed as the same link; otherwise (in a header, after
an escape, inside another link's words) it becomes a wikilink with a path. Every rewritten text
is parsed again to check this.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from itertools import accumulate
from urllib.parse import quote, unquote

from skillagent.exports.properties_header import has_only_properties, properties_header
from skillagent.exports.skill_md import quoted
from skillagent.graph import Link, Node
from skillagent.graph.attachments import Attachments, images
from skillagent.graph.link import is_block
from skillagent.markdown import Document, LinkKind, Reference
from skillagent.markdown.anchors import slug
from skillagent.markdown.compose import composed, header_lines
from skillagent.markdown.destination import (
    DEFINITION,
    DESTINATION,
    meaning,
    path_and_fragment,
    without_angles,
)
from skillagent.markdown.document import parse
from skillagent.markdown.edit import Edit, dotted, edited, relative
from skillagent.markdown.link_fields import rewritten
from skillagent.markdown.template import template_address

_INLINE_END = re.compile(r"\]" + DESTINATION + r"\Z")
_ONE_PAIR = re.compile(r"[^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*")
_TRIES = 6
_KEY = re.compile(r"[A-Za-z_][\w-]*:(?: |$)", re.MULTILINE)
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_RAW = "%!$&'*+,;=:@/?#^-_.~"
"""Characters that need no escape in a fragment; not brackets, which end a destination."""


class LinkStyle(IntEnum):
    """How a link is written; the next style is used if one is not parsed as the same link."""

    MARKDOWN = 0
    WIKILINK = 1
    WORDS = 2
    """Only its words, no link: for a broken link that would resolve in the export."""


@dataclass(frozen=True, slots=True)
class ExportPaths:
    """Paths of all files in the export, relative to the folder that has the skills."""

    nodes: Mapping[str, str]
    """Id of a node → path of its file."""
    attachments: Mapping[tuple[str, str], str]
    """(root, path in the root) → path of the copy."""


@dataclass(frozen=True)
class Rewritten:
    """The rewritten text of a node, and the edits that were applied."""

    text: str
    edits: tuple[Edit, ...]

    def moved(self, position: int) -> int:
        """The new value of an offset that is outside or at the start of every edit."""
        # An insertion at the offset itself moves it; a replacement there does not.
        at = bisect_right(self._keys, (position, False))
        return position + (self._shifts[at - 1] if at else 0)

    @cached_property
    def _keys(self) -> list[tuple[int, bool]]:
        return [(edit.start, edit.end > edit.start) for edit in self.edits]

    @cached_property
    def _shifts(self) -> list[int]:
        changes = (len(edit.text) - (edit.end - edit.start) for edit in self.edits)
        return list(accumulate(changes))


class Rewriter:
    """Rewrites the links of nodes.

    Args:
        nodes: id → node.
        places: paths in the export.
        others: files that are not nodes.
    """

    def __init__(self, nodes: Mapping[str, Node], places: ExportPaths, others: Attachments) -> None:
        self._nodes = nodes
        self._places = places
        self._others = others

    def rewrite(
        self,
        node: Node,
        links: Collection[Link],
        header: str | None = None,
        *,
        title: str = "",
        words: Collection[int] = (),
        wikilinks: bool = False,
    ) -> Rewritten:
        """The text of a node.

        Args:
            node: the node to write.
            links: the node's links.
            header: replaces its own header; None to keep that.
            title: added to its own header, for a node whose title was its file name; empty for
                none.
            words: offsets of broken links to write as plain words.
            wikilinks: whether all wikilinks stay wikilinks, with a path.
        """
        by_start = {link.reference.start: link for link in links}
        starts = {reference.start for reference in node.document.references}
        styles = dict.fromkeys(starts if wikilinks else (), LinkStyle.WIKILINK)
        styles.update(dict.fromkeys(words, LinkStyle.WORDS))
        fixed = [] if header is None else [Edit(0, node.document.frontmatter.body_start, header)]
        head_end = 0
        if header is None and has_only_properties(node):

            def written(reference: Reference) -> str | None:
                return self._in_properties(node, reference, by_start, styles)

            header = properties_header(node, title, written)
            head_end = node.document.frontmatter.body_start
            fixed = [Edit(0, head_end, header)] if header or head_end else []
        elif title:
            fixed += _titled(node.document, title)
        for left in reversed(range(_TRIES)):
            edits = [*fixed, *self._edits(node, by_start, styles)]
            rewritten = _applied(node.document.text, edits)
            in_body = {start: link for start, link in by_start.items() if start >= head_end}
            new_head = len(header or "") if head_end else 0
            misread = self._misread(node, in_body, rewritten, new_head) - styles.keys()
            if not misread:
                break
            # One more link per try would take too long: the last try takes all of them.
            styles.update(
                dict.fromkeys(misread if left > 1 else starts - styles.keys(), LinkStyle.WIKILINK)
            )
        return rewritten

    def _in_properties(
        self,
        node: Node,
        reference: Reference,
        by_start: Mapping[int, Link],
        styles: Mapping[int, LinkStyle],
    ) -> str | None:
        """A link of a property as a wikilink with a path; None if it stays as it is."""
        link = by_start.get(reference.start)
        if link is not None and link.target is not None:
            path = relative(self._places.nodes[link.target], self._places.nodes[node.id])
            return _wikilink(node.document, reference, path)
        if styles.get(reference.start) is LinkStyle.WORDS:
            return _words(node.document, reference)
        return None

    def _misread(
        self, node: Node, by_start: Mapping[int, Link], rewritten: Rewritten, start_at: int
    ) -> set[int]:
        """Offsets of links that are lost in the new text, or that turn what follows into a link.

        Args:
            node: the original node.
            by_start: its links, without those of a header that was replaced.
            rewritten: the new text.
            start_at: length of a header that replaced the properties, whose links do not count.
        """
        source = self._places.nodes[node.id]
        read_again = {
            reference.start: reference
            for reference in parse(rewritten.text, source).references
            if reference.start >= start_at
        }
        misread = set()
        for start, link in by_start.items():
            if link.target is not None:
                there = read_again.get(rewritten.moved(start))
                path = relative(self._places.nodes[link.target], source)
                if there is None or there.target.removeprefix("./") not in (path, path[:-3]):
                    misread.add(start)
        expected = {rewritten.moved(reference.start) for reference in node.document.references}
        strangers = read_again.keys() - expected
        if strangers:
            # `]][x]` is not a link by reference, `)[x]` is: the link before it is the cause.
            places = [rewritten.moved(edit.start) for edit in rewritten.edits]
            for start in strangers:
                if before := bisect_left(places, start):
                    misread.add(rewritten.edits[before - 1].start)
        return misread

    def _edits(
        self, node: Node, by_start: Mapping[int, Link], styles: Mapping[int, LinkStyle]
    ) -> Iterator[Edit]:
        document = node.document
        renamed: dict[str, str] = {}
        """Path as written → new path, of links whose destination is in a definition."""
        for reference in document.references:
            if reference.kind is LinkKind.COMMENT:
                continue
            link = by_start.get(reference.start)
            if link is not None and link.target is not None:
                yield from self._to_node(node, link, styles, renamed)
            elif styles.get(reference.start) is LinkStyle.WORDS:
                yield Edit(reference.start, reference.end, _words(document, reference))
            elif link is None:
                yield from self._to_attachment(node, reference, styles, renamed)
        yield from _strangers(document)
        yield from self._images(node)
        if renamed:
            yield from _definitions(document, renamed)

    def _to_node(
        self, node: Node, link: Link, styles: Mapping[int, LinkStyle], renamed: dict[str, str]
    ) -> Iterator[Edit]:
        reference = link.reference
        assert link.target is not None
        path = relative(self._places.nodes[link.target], self._places.nodes[node.id])
        if reference.kind is LinkKind.MARKDOWN:
            yield from _redirected(node.document, reference, path, renamed)
            return
        style = styles.get(reference.start, LinkStyle.MARKDOWN)
        if reference.is_name:
            yield _named(node.document, reference, path, style)
            return
        if reference.kind is LinkKind.FRONTMATTER or style is not LinkStyle.MARKDOWN:
            yield Edit(reference.start, reference.end, _wikilink(node.document, reference, path))
            return
        fragment = _anchor(self._nodes[link.target].document, reference.fragment)
        text = f"[{_label(node.document, reference)}]({path}{fragment})"
        yield Edit(reference.start, reference.end, text)

    def _to_attachment(
        self,
        node: Node,
        reference: Reference,
        styles: Mapping[int, LinkStyle],
        renamed: dict[str, str],
    ) -> Iterator[Edit]:
        path = self._attachment(node, reference.target, reference.kind is LinkKind.MARKDOWN)
        if path is None or reference.kind is LinkKind.FRONTMATTER:
            return
        if reference.kind is LinkKind.MARKDOWN:
            yield from _redirected(node.document, reference, path, renamed)
            return
        if reference.start in styles:
            return  # the wikilink stays: it finds the file by name
        mark = "!" if reference.kind is LinkKind.EMBED else ""
        fragment = "#" + quote(reference.fragment, safe="^=&-_.~") if reference.fragment else ""
        text = f"{mark}[{_label(node.document, reference)}]({path}{fragment})"
        yield Edit(reference.start, reference.end, text)

    def _images(self, node: Node) -> Iterator[Edit]:
        for start, end, target in images(node.document):
            path = self._attachment(node, target, True)
            if path is not None:
                yield Edit(start, end, path)

    def _attachment(self, node: Node, target: str, by_path: bool) -> str | None:
        file = self._others.find(node, target, by_path)
        copy = self._places.attachments.get((node.root, file)) if file else None
        return relative(copy, self._places.nodes[node.id]) if copy else None


def _applied(text: str, edits: list[Edit]) -> Rewritten:
    applied: list[Edit] = []
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        # An edit inside another one is skipped: its text is replaced already.
        if not applied or edit.start >= applied[-1].end:
            applied.append(edit)
    return Rewritten(edited(text, applied), tuple(applied))


def _titled(document: Document, title: str) -> Iterator[Edit]:
    """Adds `title` to a YAML header or a new one; TOML and JSON headers are not changed."""
    header = document.frontmatter
    fields = {"title": quoted(title)}
    if not header.body_start:
        yield Edit(0, 0, composed(fields))
    elif document.text.startswith("---") and _KEY.match(header.text):
        yield Edit(header.start, header.start, header_lines(fields))


def _redirected(
    document: Document, reference: Reference, path: str, renamed: dict[str, str]
) -> Iterator[Edit]:
    """The edit of a Markdown link's destination; that of a definition is left for later."""
    match = _INLINE_END.search(document.text, reference.start, reference.end)
    if match is None:
        renamed[reference.target] = path
        return
    address = without_angles(match[1])
    if reference.template:
        address = f"#{reference.fragment}" if reference.fragment else ""
    yield Edit(match.start(1), match.end(1), path + _raw_fragment(address))


def _strangers(document: Document) -> Iterator[Edit]:
    """Removes brackets that are a link in the default dialect but not in the graph's dialect.

    In Dendron's `[[words|scheme://place]]` the words keep their address; names in a Logseq query
    become plain words.
    """
    starts = {link.start for link in document.references if link.kind is not LinkKind.COMMENT}
    for reference in parse(document.text, document.path).references:
        if reference.start in starts or reference.kind in (LinkKind.MARKDOWN, LinkKind.COMMENT):
            continue
        text = _shown(reference)
        if _ADDRESS.match(reference.label) and _ONE_PAIR.fullmatch(reference.target):
            text = f"[{reference.target}]({quote(reference.label, safe=':/#?&=%^-_.~')})"
        yield Edit(reference.start, reference.end, text)


def _definitions(document: Document, renamed: Mapping[str, str]) -> Iterator[Edit]:
    for match in DEFINITION.finditer(document.text, document.frontmatter.body_start):
        if document.excluded.code.covering(match.start()):
            continue
        bare = match[2] is None
        start, end = match.span(3) if bare else match.span(2)
        address = document.text[start:end]
        target, _ = path_and_fragment(address)
        if inner := template_address(address):
            target, address = unquote(inner.path), f"#{inner.fragment}"
        if target in renamed:
            new = renamed[target] + _raw_fragment(address)
            yield Edit(start, end, new) if bare else Edit(start - 1, end + 1, new)


def _raw_fragment(address: str) -> str:
    _, hash_sign, fragment = meaning(address).partition("#")
    return hash_sign + quote(fragment, safe=_RAW) if fragment else ""


def _wikilink(document: Document, reference: Reference, path: str) -> str:
    raw = document.text[reference.start : reference.end]
    mark = "!" if raw.startswith("!") else ""
    fragment = "#" + reference.fragment if reference.fragment else ""
    pipe = "\\|" if "\\|" in raw or document.tables.holds(reference.start) else "|"
    label = _shown(reference).replace("|", pipe)
    return f"{mark}[[{dotted(path.removesuffix('.md'))}{fragment}{pipe}{label}]]"


def _named(document: Document, reference: Reference, path: str, style: LinkStyle) -> Edit:
    """The edit of a link field's value: a path, or a wikilink if a path is not parsed as a link."""
    fragment = "#" + reference.fragment if reference.fragment else ""
    target = path if reference.target.endswith(".md") else path.removesuffix(".md")
    name = f"{dotted(target)}{fragment}"
    if style is not LinkStyle.MARKDOWN:
        name = f"[[{name}|{_shown(reference)}]]"
    raw = document.text[reference.start : reference.end]
    return Edit(reference.start, reference.end, rewritten(raw, name))


def _label(document: Document, reference: Reference) -> str:
    """The words of a link, escaped for the brackets of a Markdown link."""
    label = _words(document, reference)
    if not _ONE_PAIR.fullmatch(label):
        label = label.replace("[", "\\[").replace("]", "\\]")
    if (len(label) - len(label.rstrip("\\"))) % 2:
        label += "\\"
    return label


def _words(document: Document, reference: Reference) -> str:
    """The words that a reader sees; a pipe is escaped if the author escaped one."""
    escaped = "\\|" in document.text[reference.start : reference.end]
    return _shown(reference).replace("|", "\\|" if escaped else "|")


def _shown(reference: Reference) -> str:
    """The words of a link that a reader sees."""
    return " ".join((reference.label or reference.target or reference.fragment).split("\n"))


def _anchor(target: Document, fragment: str) -> str:
    """A fragment in the form of other tools, if that leads to the same heading."""
    if not fragment:
        return ""
    if is_block(fragment):
        return "#" + fragment
    at = target.find_heading(fragment)
    if at >= 0:
        name = slug(target.headings[at].title)
        if name and target.find_heading(name) == at:
            return "#" + name
    return "#" + quote(fragment, safe="^-_.~")
