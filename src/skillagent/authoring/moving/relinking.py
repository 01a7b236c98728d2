"""Finds the links that must be rewritten when a part of a document moves, and their new text.

`relocate` applies the edits and compares the result with the old links. A link that still
leads to its node is not changed.
"""

from __future__ import annotations

import os
import posixpath
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from skillagent.authoring.link_writer import LinkWriter, kept_label
from skillagent.authoring.moving.link_positions import LinkPositions, as_written, heading_name
from skillagent.authoring.moving.parts import DocumentPart, holding
from skillagent.errors import UsageError
from skillagent.graph import Node
from skillagent.graph.link import is_block
from skillagent.graph.resolve import Resolver
from skillagent.markdown import Dialect, LinkKind, Reference
from skillagent.markdown.anchors import slug
from skillagent.markdown.destination import (
    as_address,
    meaning,
    path_and_fragment,
    path_end,
)
from skillagent.markdown.edit import Edit, dotted
from skillagent.markdown.link_fields import rewritten
from skillagent.markdown.link_targets import (
    Destination,
    TargetSpan,
    destinations,
    target_span,
)
from skillagent.markdown.logseq.outline import tag
from skillagent.markdown.template import has_template

_ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|@(?:site)?/|/|#|\?|\[\[|\(\(|$")


@dataclass(frozen=True, slots=True)
class PartEdits:
    """The edits of one part."""

    edits: tuple[Edit, ...]
    """Sorted, by offsets of the document that the part comes from."""
    expected: tuple[tuple[int, Node | None], ...]
    """Old offset of each link and the node that it must lead to (None if it is broken), in the
    order of the new text."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A graph before and after a move."""

    before: Resolver
    after: Resolver
    parts: Mapping[Node, Sequence[DocumentPart]]
    """Each node's parts, in order of their place."""
    placed: Mapping[DocumentPart, Node]
    """Each part as the node that it becomes."""
    link_writer: LinkWriter
    """Writes links in the graph as it will be."""
    dialect: Dialect
    root: str
    """Absolute path of the graph's folder, to resolve relative paths that lead out of it."""


class Relinking:
    """Finds the edits that keep a layout's links."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._places: dict[Node, LinkPositions] = {}

    def _places_of(self, node: Node) -> LinkPositions:
        """The positions in a node's document, computed once for all of its parts."""
        positions = self._places.get(node)
        if positions is None:
            positions = self._places[node] = LinkPositions(node.document)
        return positions

    def plan(self, part: DocumentPart) -> PartEdits:
        """What changes in one part, and where its links must lead.

        Raises:
            UsageError: a link cannot be written.
        """
        document = part.node.document
        text, named = document.text, self._places_of(part.node).uses
        edits = {(edit.start, edit.end): edit for edit in part.edits}
        edits.update({span: Edit(*span, "") for span in part.dropped})
        expected: list[tuple[int, Node | None]] = []
        handled: set[int] = set()
        for reference in self.references(part):
            wanted, fragment = self._wanted(reference, part.node)
            expected.append((reference.start, wanted))
            spot = target_span(text, reference, named, self._layout.dialect)
            if wanted is not None:
                handled.add(spot.start)
            new = self._written(reference, wanted, fragment, part, spot)
            if new is None or new == text[spot.start : spot.stop]:
                continue
            edit = Edit(spot.start, spot.stop, new)
            if reference.is_name:
                raw = text[reference.start : reference.end]
                edit = Edit(reference.start, reference.end, rewritten(raw, new))
            if replaced := _covering(part, reference.start):
                # An edit replaces the header: the link is in that edit's text, still unchanged.
                key = replaced.start, replaced.end
                edits[key] = _relinked(edits[key], text, reference, edit)
            else:
                edits[spot.start, spot.stop] = edit
        for edit, links in self._elsewhere(part, handled):
            edits[edit.start, edit.end] = edit
            expected += links
        in_order = sorted(edits.values(), key=lambda edit: (part.order(edit.start), edit.end))
        expected.sort(key=lambda link: _link_order(part, link[0], text))
        return PartEdits(tuple(in_order), tuple(expected))

    def keeps(self, reference: Reference, part: DocumentPart) -> bool:
        """Whether a link can stay unchanged, whatever its place in the part."""
        wanted, fragment = self._wanted(reference, part.node)
        if wanted is None:
            return True
        here = self._layout.placed[part]
        leads = self._layout.after.link(reference, here).node if reference.target else here
        return leads is wanted and fragment == reference.fragment

    def references(self, part: DocumentPart) -> list[Reference]:
        """The links in a part, in the order of the part's text."""
        document = part.node.document
        starts = self._places_of(part.node).references
        references: list[Reference] = []
        for start, end in ((part.start, part.end), *part.carried):
            first, last = bisect_left(starts, start), bisect_left(starts, end)
            references += [
                as_written(reference, document)
                for reference in document.references[first:last]
                if part.holds(reference.start)
                # A replaced header keeps such a value as plain text, which is not a link.
                and not (reference.is_name and _covering(part, reference.start))
            ]
        return sorted(references, key=lambda link: _link_order(part, link.start, document.text))

    def _wanted(self, reference: Reference, source: Node) -> tuple[Node | None, str]:
        """The node that a link must lead to, and the heading in it."""
        fragment = reference.fragment
        node = self._layout.before.link(reference, source).node
        if node is None:
            return None, fragment
        parts = self._layout.parts[node]
        if parts[0].joined:
            return self._layout.placed[parts[0]], self._in_joined(reference, parts[0])
        if len(parts) == 1 or not fragment:
            return self._layout.placed[parts[0]], fragment
        if is_block(fragment):
            place = node.document.blocks.get(fragment[1:].casefold(), 0) - 1
            return self._layout.placed[holding(parts, place)], fragment
        index = node.document.find_heading(fragment)
        if index < 0:
            return self._layout.placed[parts[0]], fragment
        part = holding(parts, node.document.headings[index].start)
        wiki = reference.kind is not LinkKind.MARKDOWN
        named = self._fragment(fragment, index, part, wiki=wiki)
        if part is parts[0]:
            return self._layout.placed[part], named or fragment
        return self._layout.placed[part], named

    def _in_joined(self, reference: Reference, part: DocumentPart) -> str:
        """The heading or block that a link must name in a file which joins two nodes' texts."""
        fragment, joined = reference.fragment, part.joined
        if joined is None or (not fragment and (reference.key or reference.template)):
            return fragment
        wiki = reference.kind is not LinkKind.MARKDOWN
        if not fragment:
            placed = self._layout.placed[part]
            return heading_name(self._places_of(placed), joined.title, (), wiki=wiki)
        if is_block(fragment):
            return f"^{joined.blocks.get(fragment[1:].casefold(), fragment[1:])}"
        index = part.node.document.find_heading(fragment)
        named = self._fragment(fragment, index, part, wiki=wiki) if index >= 0 else ""
        return named or fragment

    def _fragment(
        self, fragment: str, index: int, part: DocumentPart, *, wiki: bool = False
    ) -> str:
        """What leads to a heading in the part that holds it; empty where the part itself does.

        Args:
            fragment: as the link has it.
            index: of the heading in the whole document.
            part: holds it.
            wiki: whether the link is a wikilink, which takes the title rather than its slug.
        """
        heading = part.node.document.headings[index]
        if part.start and heading.start == part.start:
            return ""
        at = index - bisect_left(self._places_of(part.node).headings, part.start)
        at += part.joined.above if part.joined else 0
        return heading_name(self._places_of(self._layout.placed[part]), at, (fragment,), wiki=wiki)

    def _written(
        self,
        reference: Reference,
        wanted: Node | None,
        fragment: str,
        part: DocumentPart,
        spot: TargetSpan,
    ) -> str | None:
        """The new address of a link; None if it need not change."""
        text, here = part.node.document.text, self._layout.placed[part]
        bare = text[spot.start - 1 : spot.start] != "<"
        if wanted is None:
            moved = self._carried_name(reference, part)
            return moved and moved + text[spot.end : spot.stop]
        after = self._layout.after.link(reference, here)
        leads = after.node if reference.target else here
        # A path that only a site's rules can read now, and could be read without them, is mended.
        guessed = after.rung == "site" and not self._is_address(reference, part.node)
        if reference.template:
            return self._in_template(reference, wanted, fragment, part, spot)
        if leads is wanted and fragment == reference.fragment and not guessed:
            return None
        if reference.kind is LinkKind.MARKDOWN:
            path = self._layout.link_writer.destination(wanted, here, reference.target, bare=bare)
            if fragment == reference.fragment:
                return path + text[spot.end : spot.stop]
            return f"{path}#{as_address(fragment, bare=bare)}" if fragment else path
        name = self._layout.link_writer.name(
            wanted, here, reference.target, header=reference.kind is LinkKind.FRONTMATTER
        )
        if reference.is_tag:
            return tag(name, marked=text[reference.start] == "#")
        if fragment and not reference.target and leads is wanted:
            name = ""  # `[[#Heading]]` stays a link into its own document
        if fragment == reference.fragment:
            return name + text[spot.end : spot.stop]
        label = kept_label(reference, part.node.document, self._layout.dialect)
        return f"{name}#{fragment}{label}" if fragment else name

    def _carried_name(self, reference: Reference, part: DocumentPart) -> str | None:
        """The relative path of a wikilink that leads nowhere, from the folder of its part."""
        is_markdown = reference.kind is LinkKind.MARKDOWN  # handled with all other destinations
        if is_markdown or not reference.target.startswith(("./", "../")) or not self._moved(part):
            return None
        return dotted(self._carried_path(reference.target, part))

    def _in_template(
        self,
        reference: Reference,
        wanted: Node,
        fragment: str,
        part: DocumentPart,
        spot: TargetSpan,
    ) -> str | None:
        """The new address in a template of a site builder; None if it need not change.

        Raises:
            UsageError: the heading that it leads to is now in another file, or no address fits.
        """
        text, here = part.node.document.text, self._layout.placed[part]
        if fragment != reference.fragment:
            raise UsageError(
                f"{part.node.path}:{reference.line}: this link in a template cannot be kept; "
                "write it plainly, as [text](path.md)"
            )
        old = self._layout.before.link(reference, part.node).node or wanted
        leads = self._layout.after.link(reference, here).node
        if leads is wanted and old.path == wanted.path:
            return None
        name = self._layout.link_writer.in_template(wanted, here, reference, old.path)
        return name + text[spot.end : spot.stop]

    def _is_address(self, reference: Reference, source: Node) -> bool:
        """Whether a link is already an address on a site rather than the path of a file."""
        return self._layout.before.link(reference, source).rung == "site"

    def _elsewhere(
        self, part: DocumentPart, handled: set[int]
    ) -> Iterator[tuple[Edit, list[tuple[int, Node | None]]]]:
        """Edits of destinations that do not link to nodes: files, images, `#anchors`.

        Yields:
            Each edit, and the links that it makes, as `PartEdits.expected` has them.
        """
        document = part.node.document
        several = len(self._layout.parts[part.node]) > 1 or part.joined is not None
        moved = self._moved(part)
        if not several and not moved:
            return
        text, code, body = document.text, document.excluded.code, document.frontmatter.body_start
        for start, end in ((max(part.start, body), part.end), *part.carried):
            for destination in destinations(text, start, end, code):
                raw = text[destination.start : destination.stop]
                if destination.start in handled or not part.holds(destination.link):
                    continue
                if document.math.covering(destination.link):
                    continue
                if meaning(raw).startswith("#"):
                    if several and (anchor := self._anchor(raw, part)):
                        new, node = anchor
                        links = [] if node is None else self._made_by(destination, part, node)
                        yield Edit(destination.start, destination.stop, new), links
                elif moved and not _ELSEWHERE.match(meaning(raw)) and not has_template(raw):
                    path = self._carried_path(path_and_fragment(raw)[0], part)
                    bare = text[destination.start - 1] != "<"
                    end = destination.start + path_end(raw)
                    yield Edit(destination.start, end, as_address(path, bare=bare)), []

    def _made_by(
        self, destination: Destination, part: DocumentPart, node: Node
    ) -> list[tuple[int, Node | None]]:
        """The links to a node that a destination turns into when it is no longer an `#anchor`."""
        places = self._places_of(part.node)
        if not destination.inline:
            return [(at, node) for at in places.linking.get(destination.link, ()) if part.holds(at)]
        plain = (
            part.node.document.text[destination.link] != "!"
            and destination.link not in places.wikilinks
        )
        return [(destination.link, node)] if plain else []

    def _anchor(self, raw: str, part: DocumentPart) -> tuple[str, Node | None] | None:
        """What `#heading` becomes, and the node that it leads to, None for the part itself.

        Returns:
            None if it stays unchanged.
        """
        document = part.node.document
        name = unquote(meaning(raw)[1:])
        index = document.find_heading(name)
        if index < 0:
            return self._to_top(name, part)
        holder = holding(self._layout.parts[part.node], document.headings[index].start)
        if holder is part:
            here = self._within(name, index, part)
            return (f"#{as_address(here)}", None) if here not in ("", name) else None
        fragment = self._fragment(name, index, holder)
        rest = raw if fragment == name else f"#{as_address(fragment)}" if fragment else ""
        node = self._layout.placed[holder]
        path = self._layout.link_writer.destination(node, self._layout.placed[part], "", bare=True)
        return path + rest, node

    def _to_top(self, name: str, part: DocumentPart) -> tuple[str, Node | None] | None:
        """A link to an element above all headings, from a part that does not contain it."""
        first = self._layout.parts[part.node][0]
        if part is first or name.casefold() not in self._places_of(part.node).anchors:
            return None
        node, here = self._layout.placed[first], self._layout.placed[part]
        return self._layout.link_writer.destination(node, here, "", bare=True), node

    def _within(self, name: str, index: int, part: DocumentPart) -> str:
        """A fragment that leads to a heading from inside its own part; empty if there is none."""
        heading = part.node.document.headings[index]
        if heading.start > part.start or not part.start:
            return self._fragment(name, index, part)
        titled = self._layout.placed[part].document.find_heading(name) == 0
        return name if titled else slug(heading.title)

    def _moved(self, part: DocumentPart) -> bool:
        return posixpath.dirname(part.node.path) != posixpath.dirname(part.path)

    def _carried_path(self, path: str, part: DocumentPart) -> str:
        """A relative path, rewritten for the folder that a part moves to."""
        root = self._layout.root
        before = posixpath.join(root, posixpath.dirname(part.node.path))
        after = posixpath.join(root, posixpath.dirname(part.path))
        new = os.path.relpath(posixpath.join(before, path), after)
        return f"{new}/" if path.endswith("/") else new


def _covering(part: DocumentPart, place: int) -> Edit | None:
    """The edit of a part's header that replaces the text at an offset."""
    return next((edit for edit in part.edits if edit.start <= place < edit.end), None)


def _relinked(replaced: Edit, text: str, reference: Reference, edit: Edit) -> Edit:
    """An edit that replaces a header, with the edit of a link in it applied as well."""
    old = text[reference.start : reference.end]
    new = text[reference.start : edit.start] + edit.text + text[edit.end : reference.end]
    return replaced._replace(text=replaced.text.replace(old, new))


def _link_order(part: DocumentPart, place: int, text: str) -> tuple[bool, int, int]:
    """Sort key of links in the order of the new text, even for a replaced header."""
    if replaced := _covering(part, place):
        end = text.find("]]", place)
        return False, replaced.start, replaced.text.find(text[place : end + 2])
    return (*part.order(place), 0)
