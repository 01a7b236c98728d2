"""Which links of a part must be written anew when it moves, and how.

`relocate` puts the parts in their places and holds the outcome against what was; this module
finds the edits. A link that still leads to its node stays as it is.
"""

from __future__ import annotations

import os
import posixpath
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote

from skillagent.authoring.spelling import Speller, quoted
from skillagent.graph import Node
from skillagent.graph.link import is_block
from skillagent.graph.resolve import Resolver
from skillagent.markdown import Dialect, Document, Kind, Reference
from skillagent.markdown.address import Address, Use, address, destinations, uses
from skillagent.markdown.edit import Edit

_ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|/|#|\?|$")
_ROUND_TITLE = re.compile(r"[ \t]+\(([^()\n]*)\)$")
_LINK_MARK = re.compile(r"[\[\]|#^]")


@dataclass(frozen=True, eq=False)
class Part:
    """A stretch of one node's file, and the file that it goes to."""

    node: Node
    start: int
    """Offset in the text of the node's document."""
    end: int
    path: str
    """Where it goes, relative to the root."""
    head: str = ""
    """New text before it."""
    edits: tuple[Edit, ...] = ()
    """Changes to its header, by offsets of the document."""

    @property
    def whole(self) -> bool:
        """True if it is the node's file and nothing else."""
        return (self.start, self.end) == (0, len(self.node.document.text)) and not self.head


@dataclass(frozen=True, slots=True)
class Plan:
    """The edits of one part."""

    edits: tuple[Edit, ...]
    """Sorted, by offsets of the document that the part comes from."""
    expected: tuple[tuple[int, Node | None], ...]
    """Each link's old offset and the node that it must lead to; None for a broken one."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A graph before and after."""

    before: Resolver
    after: Resolver
    parts: Mapping[Node, Sequence[Part]]
    """Each node's parts, in order of their place."""
    placed: Mapping[Part, Node]
    """Each part as the node that it becomes."""
    speller: Speller
    """Writes links in the graph as it will be."""
    dialect: Dialect
    roots: tuple[str, str]
    """Absolute folder before and after."""


class Relinking:
    """Finds the edits that keep a layout's links."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._places: dict[Node, _Places] = {}

    def _places_of(self, node: Node) -> _Places:
        """What is looked up in a document again for each of its links and parts."""
        found = self._places.get(node)
        if found is None:
            found = self._places[node] = _Places(node.document)
        return found

    def plan(self, part: Part) -> Plan:
        """What changes in one part, and where its links must lead.

        Raises:
            UsageError: a link cannot be written.
        """
        document = part.node.document
        text, named = document.text, self._places_of(part.node).uses
        edits = {(edit.start, edit.end): edit for edit in part.edits}
        expected: list[tuple[int, Node | None]] = []
        far = {use.start: use for use in self._far_uses(part)}
        handled: set[int] = set()
        for reference in self.references(part):
            wanted, fragment = self._wanted(reference, part.node)
            expected.append((reference.start, wanted))
            if use := far.pop(reference.start, None):
                given = self._destination(reference, wanted, fragment, part, use)
                edits[use.name, use.end] = _inlined(use, given)
                continue
            spot = address(text, reference, named, self._layout.dialect)
            new = self._written(reference, wanted, fragment, part, spot)
            if wanted is not None:
                handled.add(spot.start)
            if new is not None and new != text[spot.start : spot.stop]:
                edits[spot.start, spot.stop] = Edit(spot.start, spot.stop, new)
        for use in far.values():
            rest = use.rest
            anchor = self._anchor(rest, part) if rest.startswith("#") else None
            if anchor:
                rest = anchor[0]
                expected.append((use.start, anchor[1]))
            else:
                rest = self._carried(rest, part) or rest
            edits[use.name, use.end] = _inlined(use, rest)
        for start, stop, new, link in self._elsewhere(part, handled):
            edits[start, stop] = Edit(start, stop, new)
            if link is not None:
                expected.append(link)
        return Plan(tuple(sorted(edits.values())), tuple(sorted(expected, key=_first)))

    def keeps(self, reference: Reference, part: Part) -> bool:
        """Whether a link, wherever in a part it stands, need not be written anew."""
        wanted, fragment = self._wanted(reference, part.node)
        if wanted is None:
            return True
        here = self._layout.placed[part]
        leads = self._layout.after.link(reference, here).node if reference.target else here
        return leads is wanted and fragment == reference.fragment

    def references(self, part: Part) -> Iterator[Reference]:
        """The links that stand in a part."""
        document = part.node.document
        starts = self._places_of(part.node).references
        first, last = bisect_left(starts, part.start), bisect_left(starts, part.end)
        for reference in document.references[first:last]:
            yield as_written(reference, document)

    def _wanted(self, reference: Reference, source: Node) -> tuple[Node | None, str]:
        """The node that a link must lead to, and the heading in it."""
        fragment = reference.fragment
        node = self._layout.before.link(reference, source).node
        if node is None:
            return None, fragment
        parts = self._layout.parts[node]
        if len(parts) == 1 or not fragment:
            return self._layout.placed[parts[0]], fragment
        document = node.document
        if is_block(fragment):
            place = document.blocks.get(fragment[1:].casefold(), 0) - 1
            return self._layout.placed[_holding(parts, place)], fragment
        index = document.find_heading(fragment)
        if index < 0:
            return self._layout.placed[parts[0]], fragment
        heading = document.headings[index]
        part = _holding(parts, heading.start)
        placed = self._layout.placed[part]
        if part is parts[0]:
            return placed, fragment
        if heading.start == part.start:
            return placed, ""
        again = placed.document.find_heading(fragment)
        shift = part.start - len(part.head)
        if again >= 0 and placed.document.headings[again].start + shift == heading.start:
            return placed, fragment
        return placed, " ".join(_LINK_MARK.sub(" ", heading.title).split())

    def _written(
        self,
        reference: Reference,
        wanted: Node | None,
        fragment: str,
        part: Part,
        spot: Address,
    ) -> str | None:
        """What will stand at a link's address; None where nothing need change."""
        text, here = part.node.document.text, self._layout.placed[part]
        bare = text[spot.start - 1 : spot.start] != "<"
        if wanted is None:
            if reference.kind is Kind.MARKDOWN or not reference.target.startswith(("./", "../")):
                return None  # a Markdown path is carried with all the others
            moved = self._carried(reference.target, part, quote=False)
            return moved and moved + text[spot.end : spot.stop]
        leads = self._layout.after.link(reference, here).node if reference.target else here
        if leads is wanted and fragment == reference.fragment:
            return None
        if reference.kind is Kind.MARKDOWN:
            return self._markdown(
                reference, wanted, fragment, here, text[spot.end : spot.stop], bare
            )
        name = self._layout.speller.name(
            wanted, here, reference.target, header=reference.kind is Kind.FRONTMATTER
        )
        if fragment == reference.fragment:
            return name + text[spot.end : spot.stop]
        return f"{name}#{fragment}" if fragment else name

    def _markdown(
        self,
        reference: Reference,
        wanted: Node,
        fragment: str,
        here: Node,
        rest: str,
        bare: bool,
    ) -> str:
        path = self._layout.speller.destination(wanted, here, reference.target, bare=bare)
        if fragment == reference.fragment:
            return path + rest
        return f"{path}#{quoted(fragment) if bare else fragment}" if fragment else path

    def _destination(
        self, reference: Reference, wanted: Node | None, fragment: str, part: Part, use: Use
    ) -> str:
        """What a definition in another part gives, for a link that now stands without it."""
        text = part.node.document.text
        raw = text[use.definition.start : use.definition.stop]
        bare = text[use.definition.start - 1] != "<"
        if wanted is None:
            return self._carried(use.rest, part) or use.rest
        rest = raw[len(re.match(r"[^?#]*", raw)[0]) :]  # type: ignore[index] # matches any text
        new = self._markdown(reference, wanted, fragment, self._layout.placed[part], rest, bare)
        return use.rest.replace(raw, new, 1)

    def _far_uses(self, part: Part) -> Iterator[Use]:
        """Links by reference whose definition goes to another part."""
        if len(self._layout.parts[part.node]) == 1:
            return
        places = self._places_of(part.node)
        first, last = bisect_left(places.starts, part.start), bisect_left(places.starts, part.end)
        for start in places.starts[first:last]:
            use = places.uses[start]
            if start not in places.wikilinks and not part.start <= use.definition.link < part.end:
                yield use

    def _elsewhere(
        self, part: Part, handled: set[int]
    ) -> Iterator[tuple[int, int, str, tuple[int, Node] | None]]:
        """Edits of destinations that are no links to nodes: files, images, `#anchors`."""
        document = part.node.document
        several = len(self._layout.parts[part.node]) > 1
        moved = self._moved(part)
        if not several and not moved:
            return
        text = document.text
        start = max(part.start, document.frontmatter.body_start)
        inside = self._places_of(part.node).wikilinks
        for found in destinations(text, start, part.end, document.masks.code):
            if found.start in handled:
                continue
            raw = text[found.start : found.stop]
            if raw.startswith("#"):
                plain = found.inline and text[found.link] != "!" and found.link not in inside
                if several and plain and (anchor := self._anchor(raw, part)):
                    yield found.start, found.stop, anchor[0], (found.link, anchor[1])
            elif moved and (new := self._carried(raw, part, text[found.start - 1] != "<")):
                yield found.start, found.stop, new, None

    def _anchor(self, raw: str, part: Part) -> tuple[str, Node] | None:
        """What `#heading` becomes where that heading goes to another part, and the node."""
        document = part.node.document
        name = unquote(raw.partition(" ")[0][1:])
        index = document.find_heading(name)
        if index < 0:
            return None
        place = document.headings[index].start
        other = _holding(self._layout.parts[part.node], place)
        if other is part:
            return None
        node = self._layout.placed[other]
        path = self._layout.speller.destination(node, self._layout.placed[part], "", bare=True)
        rest = raw if place != other.start else raw[len(raw.partition(" ")[0]) :]
        return path + rest, node

    def _moved(self, part: Part) -> bool:
        before, after = self._folders(part)
        return before != after

    def _folders(self, part: Part) -> tuple[str, str]:
        old, new = self._layout.roots
        return (
            posixpath.join(old, posixpath.dirname(part.node.path)).rstrip("/"),
            posixpath.join(new, posixpath.dirname(part.path)).rstrip("/"),
        )

    def _carried(self, raw: str, part: Part, quote: bool = True) -> str | None:
        """A relative path as it reads from the new folder; None where it stays."""
        if _ELSEWHERE.match(raw.removeprefix("<")) or not self._moved(part):
            return None
        before, after = self._folders(part)
        angle = raw.startswith("<")
        path = re.match(r"<[^<>?#]*|[^?#\s]*" if quote else r"[^#]*", raw)[0]  # type: ignore[index] # so do these
        bare = path.removeprefix("<")
        target = unquote(bare) if quote else bare
        new = os.path.relpath(posixpath.join(before or "/", target), after or "/")
        if target.endswith("/"):
            new += "/"
        if not quote and not new.startswith("../"):
            new = f"./{new}"
        shown = quoted(new) if quote and not angle else new
        return "<" * angle + shown + raw[len(path) :]


def _inlined(use: Use, given: str) -> Edit:
    """A link by reference as one that needs no definition."""
    title = _ROUND_TITLE.search(given)
    if title and '"' not in title[1]:
        given = f'{given[: title.start()]} "{title[1]}"'
    return Edit(use.name, use.end, f"({given})")


def _first(pair: tuple[int, Node | None]) -> int:
    return pair[0]


def as_written(reference: Reference, document: Document) -> Reference:
    """A link inside a comment with the kind that its writing has."""
    if reference.kind is not Kind.COMMENT:
        return reference
    wiki = document.text.startswith(("[[", "![["), reference.start)
    return reference._replace(kind=Kind.WIKILINK if wiki else Kind.MARKDOWN)


class _Places:
    """Where in one document its links stand; each list is made when first asked for."""

    def __init__(self, document: Document) -> None:
        self._document = document

    @cached_property
    def references(self) -> list[int]:
        """Where its references begin, sorted."""
        return [reference.start for reference in self._document.references]

    @cached_property
    def uses(self) -> dict[int, Use]:
        """Its links by reference, by their start."""
        document = self._document
        found = uses(document.text, document.frontmatter.body_start, document.masks.code)
        return {use.start: use for use in found}

    @cached_property
    def starts(self) -> list[int]:
        """Where `uses` begin, sorted."""
        return sorted(self.uses)

    @cached_property
    def wikilinks(self) -> set[int]:
        """Where no Markdown link begins, for a wikilink stands there."""
        text = self._document.text
        starts = [at for at in self.references if text.startswith(("[[", "![["), at)]
        starts = [at + (text[at] == "!") for at in starts]
        return {place for at in starts for place in (at, at + 1)}


def _start(part: Part) -> int:
    return part.start


def _holding(parts: Sequence[Part], place: int) -> Part:
    """The part that a place stands in; the first one where none does."""
    part = parts[max(0, bisect_right(parts, place, key=_start) - 1)]
    return part if part.start <= place < part.end else parts[0]
