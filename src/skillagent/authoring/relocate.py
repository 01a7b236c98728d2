"""Stretches of documents, moved to other files, with every link kept.

Each link is resolved in the graph as it is and in the graph as it will be. Where the two
differ it is written anew, in its own style; all other bytes stay. At the end each new file
is parsed and its links are held against those that were there: a plan that would lose one
is refused.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from skillagent.authoring.source import Edit, Source, edited
from skillagent.authoring.spelling import Speller, quoted
from skillagent.errors import UsageError
from skillagent.graph import Node
from skillagent.graph.link import is_block
from skillagent.graph.node import kind_of, without_suffix
from skillagent.graph.resolve import Resolver
from skillagent.markdown import Dialect, Document, Kind, Reference
from skillagent.markdown.address import Address, Use, address, destinations, uses
from skillagent.markdown.document import parse

_ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|/|#|\?|$")
_LINK_MARK = re.compile(r"[\[\]|#^]")
_HEADER_CODES = {"SG010", "SG011", "SG012", "SG013", "SG014", "SG019"}


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
class _Plan:
    edits: tuple[Edit, ...]
    expected: tuple[tuple[int, Node | None], ...]
    """Each link's old offset and the node that it must lead to; None for a broken one."""


class Relocation:
    """A graph before and after its parts are moved.

    Args:
        nodes: the graph as it is.
        parts: where it goes. A node without a part stays; the parts of one node, in order,
            make its whole text.
        dialect: how links are written.
        made: new nodes besides, which hold no old text.
        others: paths of files that are no nodes, before and after.
        roots: absolute folder before and after, where they differ.
    """

    def __init__(
        self,
        nodes: Sequence[Node],
        parts: Iterable[Part],
        *,
        dialect: Dialect,
        made: Sequence[Node] = (),
        others: Iterable[str] = (),
        roots: tuple[str, str] | None = None,
    ) -> None:
        self._dialect = dialect
        self._roots = roots or ("/", "/")
        others = tuple(others)
        self._before = Resolver(nodes, others, dialect)
        self._parts: dict[Node, list[Part]] = {}
        for part in parts:
            self._parts.setdefault(part.node, []).append(part)
        for node in nodes:
            if node not in self._parts:
                self._parts[node] = [Part(node, 0, len(node.document.text), node.path)]
        self.placed = {part: self._placed(part) for found in self._parts.values() for part in found}
        """Each part as the node that it becomes."""
        after = [*self.placed.values(), *made]
        self._after = Resolver(after, others if roots is None else (), dialect)
        self.speller = Speller(self._after, dialect)
        self.gained: list[str] = []
        """Links that were broken and will lead somewhere, once `files` was called."""

    def _placed(self, part: Part) -> Node:
        document = part.node.document
        if not part.whole or part.edits:
            own = [Edit(e.start - part.start, e.end - part.start, e.text) for e in part.edits]
            text = part.head + edited(document.text[part.start : part.end], own)
            document = parse(text, part.path, self._dialect)
        return node_of(document, part.path)

    def files(
        self, read: Callable[[Node], bytes], tails: Mapping[str, str], *, mend: bool = False
    ) -> dict[str, bytes]:
        """The new content of every file that is new or changes.

        Args:
            read: the bytes of a node's file.
            tails: path → new text behind a part.
            mend: write what is not UTF-8 as UTF-8, instead of refusing it.

        Raises:
            UsageError: a link cannot be kept, or a file cannot be changed.
        """
        self.gained = []
        found: dict[str, bytes] = {}
        for part in self.placed:
            plan = self._plan(part)
            tail = tails.get(part.path, "")
            if part.edits or plan.edits or tail or not part.whole:
                self._verify(part, plan, tail)
                found[part.path] = _bytes(part, plan.edits, tail, read, mend=mend)
            else:
                self._gains(part, plan.expected)
                if mend:
                    found[part.path] = _bytes(part, (), "", read, mend=True)
                elif part.path != part.node.path:
                    found[part.path] = read(part.node)
        return found

    def _plan(self, part: Part) -> _Plan:
        text, code = part.node.document.text, part.node.document.masks.code
        edits = {(edit.start, edit.end): edit for edit in part.edits}
        expected: list[tuple[int, Node | None]] = []
        far = {use.start: use for use in self._far_uses(part)}
        handled: set[int] = set()
        for reference in self._references(part):
            wanted, fragment = self._wanted(reference, part.node)
            expected.append((reference.start, wanted))
            if use := far.pop(reference.start, None):
                given = self._destination(reference, wanted, fragment, part, use)
                edits[use.name, use.end] = Edit(use.name, use.end, f"({given})")
                continue
            spot = address(text, reference, code, self._dialect)
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
            edits[use.name, use.end] = Edit(use.name, use.end, f"({rest})")
        for start, stop, new, link in self._elsewhere(part, handled):
            edits[start, stop] = Edit(start, stop, new)
            if link is not None:
                expected.append(link)
        return _Plan(tuple(sorted(edits.values())), tuple(sorted(expected, key=_first)))

    def _references(self, part: Part) -> Iterator[Reference]:
        for reference in part.node.document.references:
            if part.start <= reference.start < part.end:
                yield _as_written(reference, part.node.document)

    def _wanted(self, reference: Reference, source: Node) -> tuple[Node | None, str]:
        """The node that a link must lead to, and the heading in it."""
        fragment = reference.fragment
        node = self._before.link(reference, source).node
        if node is None:
            return None, fragment
        parts = self._parts[node]
        if len(parts) == 1 or not fragment:
            return self.placed[parts[0]], fragment
        document = node.document
        if is_block(fragment):
            place = document.blocks.get(fragment[1:].casefold(), 0) - 1
            return self.placed[_holding(parts, place)], fragment
        index = document.find_heading(fragment)
        if index < 0:
            return self.placed[parts[0]], fragment
        heading = document.headings[index]
        part = _holding(parts, heading.start)
        placed = self.placed[part]
        if part is parts[0]:
            return placed, fragment
        if heading.start == part.start:
            return placed, ""
        again = placed.document.find_heading(fragment)
        place = placed.document.headings[again].start - len(part.head) + part.start
        if again >= 0 and place == heading.start:
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
        text, here = part.node.document.text, self.placed[part]
        bare = text[spot.start - 1 : spot.start] != "<"
        if wanted is None:
            if reference.kind is Kind.MARKDOWN or not reference.target.startswith(("./", "../")):
                return None  # a Markdown path is carried with all the others
            moved = self._carried(reference.target, part, quote=False)
            return moved and moved + text[spot.end : spot.stop]
        leads = self._after.link(reference, here).node if reference.target else here
        if leads is wanted and fragment == reference.fragment:
            return None
        if reference.kind is Kind.MARKDOWN:
            return self._markdown(
                reference, wanted, fragment, here, text[spot.end : spot.stop], bare
            )
        name = self.speller.name(
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
        path = self.speller.destination(wanted, here, reference.target, bare=bare)
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
        rest = raw[len(re.match(r"[^?#]*", raw)[0]) :]  # type: ignore[index]
        new = self._markdown(reference, wanted, fragment, self.placed[part], rest, bare)
        return use.rest.replace(raw, new, 1)

    def _far_uses(self, part: Part) -> Iterator[Use]:
        """Links by reference whose definition goes to another part."""
        if len(self._parts[part.node]) == 1:
            return
        document = part.node.document
        inside = _wikilink_places(document)
        for use in uses(document.text, document.frontmatter.body_start, document.masks.code):
            here = part.start <= use.start < part.end and use.start not in inside
            if here and not part.start <= use.definition.link < part.end:
                yield use

    def _elsewhere(
        self, part: Part, handled: set[int]
    ) -> Iterator[tuple[int, int, str, tuple[int, Node] | None]]:
        """Edits of destinations that are no links to nodes: files, images, `#anchors`."""
        document = part.node.document
        several = len(self._parts[part.node]) > 1
        moved = self._moved(part)
        if not several and not moved:
            return
        text = document.text
        start = max(part.start, document.frontmatter.body_start)
        inside = _wikilink_places(document)
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
        other = _holding(self._parts[part.node], place)
        if other is part:
            return None
        node = self.placed[other]
        path = self.speller.destination(node, self.placed[part], "", bare=True)
        rest = raw if place != other.start else raw[len(raw.partition(" ")[0]) :]
        return path + rest, node

    def _moved(self, part: Part) -> bool:
        before, after = self._folders(part)
        return before != after

    def _folders(self, part: Part) -> tuple[str, str]:
        old, new = self._roots
        return (
            posixpath.join(old, posixpath.dirname(part.node.path)).rstrip("/"),
            posixpath.join(new, posixpath.dirname(part.path)).rstrip("/"),
        )

    def _carried(self, raw: str, part: Part, quote: bool = True) -> str | None:
        """A relative path as it reads from the new folder; None where it stays."""
        if _ELSEWHERE.match(raw) or not self._moved(part):
            return None
        before, after = self._folders(part)
        angle = raw.startswith("<")
        path = re.match(r"<[^<>?#]*|[^?#\s]*" if quote else r"[^#]*", raw)[0]  # type: ignore[index]
        bare = path.removeprefix("<")
        target = unquote(bare) if quote else bare
        new = os.path.relpath(posixpath.join(before or "/", target), after or "/")
        if target.endswith("/"):
            new += "/"
        if not quote and not new.startswith("../"):
            new = f"./{new}"
        shown = quoted(new) if quote and not angle else new
        return "<" * angle + shown + raw[len(path) :]

    def _verify(self, part: Part, plan: _Plan, tail: str) -> None:
        own = [Edit(e.start - part.start, e.end - part.start, e.text) for e in plan.edits]
        kept = edited(part.node.document.text[part.start : part.end], own)
        document = parse(part.head + kept + tail, part.path, self._dialect)
        first = len(part.head)
        found = [
            _as_written(reference, document)
            for reference in document.references
            if first <= reference.start < first + len(kept)
        ]
        here = node_of(document, part.path)
        leads = [self._after.link(reference, here).node for reference in found]
        leads = [self.placed[part] if node is here else node for node in leads]
        wanted = [node for _, node in plan.expected]
        for at, node in enumerate(wanted):
            if at >= len(leads) or (node is not None and leads[at] is not node):
                place = plan.expected[at][0]
                line = part.node.document.text.count("\n", 0, place) + 1
                message = f"{part.node.path}:{line}: this link could not be kept; write it plainly"
                raise UsageError(f"{message}, as [[name]] or [text](path.md)")
        if len(leads) != len(wanted):
            line = found[len(wanted)].line
            raise UsageError(f"{part.path}:{line}: a text would become a link; put it in code")
        if part.start == 0:
            old = {found.code for found in part.node.document.diagnostics}
            if {found.code for found in document.diagnostics} & _HEADER_CODES - old:
                raise UsageError(f"{part.node.path}:1: the link in the header could not be kept")
        self._gains(part, [(0, node) for node in wanted], found)

    def _gains(
        self,
        part: Part,
        expected: Sequence[tuple[int, Node | None]],
        found: Sequence[Reference] | None = None,
    ) -> None:
        references = self._references(part) if found is None else found
        here = self.placed[part]
        for reference, (_, wanted) in zip(references, expected, strict=True):
            if wanted is None and (node := self._after.link(reference, here).node):
                what = f"{reference.target!r} was a broken link and will lead to {node.id}"
                self.gained.append(f"{part.path}:{reference.line}: {what}")


def node_of(document: Document, path: str) -> Node:
    """A document as a node that is not on disk yet."""
    return Node(without_suffix(path), "", path, kind_of(document, path), document, "", 0)


def _first(pair: tuple[int, Node | None]) -> int:
    return pair[0]


def _as_written(reference: Reference, document: Document) -> Reference:
    """A link inside a comment with the kind that its writing has."""
    if reference.kind is not Kind.COMMENT:
        return reference
    wiki = document.text.startswith(("[[", "![["), reference.start)
    return reference._replace(kind=Kind.WIKILINK if wiki else Kind.MARKDOWN)


def _wikilink_places(document: Document) -> set[int]:
    """Where no Markdown link begins, for a wikilink stands there."""
    text = document.text
    starts = [reference.start for reference in document.references]
    starts = [at + (text[at] == "!") for at in starts if text.startswith(("[[", "![["), at)]
    return {place for at in starts for place in (at, at + 1)}


def _holding(parts: Sequence[Part], place: int) -> Part:
    return next((part for part in parts if part.start <= place < part.end), parts[0])


def _bytes(
    part: Part, edits: Sequence[Edit], tail: str, read: Callable[[Node], bytes], *, mend: bool
) -> bytes:
    text = part.node.document.text
    try:
        source = Source(read(part.node), text, part.node.path)
    except UsageError:
        if not mend:
            raise
        source = Source(text.encode(), text, part.node.path)
    stretch = source.stretch(part.start, part.end, edits)
    head, behind = (new.replace("\n", source.newline).encode() for new in (part.head, tail))
    return head + stretch + behind
