"""Moves parts of documents to other files and keeps every link.

Each link is resolved in the graph before and after the move. Where the two targets differ, the
link is rewritten in its own style; all other bytes stay. At the end each new file is parsed and
its links are compared with the old ones: a change that would lose a link is refused.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from skillagent.authoring.file_text import Source
from skillagent.authoring.large_files import refuse_if_linked
from skillagent.authoring.link_writer import LinkWriter
from skillagent.authoring.moving.link_positions import as_written
from skillagent.authoring.moving.parts import DocumentPart
from skillagent.authoring.moving.relinking import Layout, PartEdits, Relinking
from skillagent.errors import UsageError
from skillagent.graph import Node, Root
from skillagent.graph.file_name import without_suffix
from skillagent.graph.node import kind_of
from skillagent.graph.resolve import Resolver
from skillagent.markdown import Dialect, Document, Reference
from skillagent.markdown.document import parse
from skillagent.markdown.edit import Edit, edited
from skillagent.progress import Progress, no_progress, tracked

_HEADER_CODES = {"SG010", "SG011", "SG012", "SG013", "SG014", "SG019"}


class Relocation:
    """A graph before and after its parts are moved.

    Args:
        nodes: all nodes of the graph before the move.
        parts: what moves where. A node without a part stays in place; the parts of one node, in
            order, are its whole text.
        dialect: how links are written.
        new_nodes: other new nodes, which contain no old text.
        joined: what the parts with `DocumentPart.joined` become together; the caller writes it.
        others: paths of files that are not nodes, before and after.
        root: absolute folder of the graph; relative paths that lead out of it are read from
            there.
    """

    def __init__(
        self,
        nodes: Sequence[Node],
        parts: Iterable[DocumentPart],
        *,
        dialect: Dialect,
        new_nodes: Sequence[Node] = (),
        joined: Node | None = None,
        others: Iterable[str] = (),
        root: str,
    ) -> None:
        self._dialect = dialect
        self._folder = root
        others = tuple(others)
        grouped: dict[Node, list[DocumentPart]] = {}
        for part in parts:
            grouped.setdefault(part.node, []).append(part)
        for node in nodes:
            if node not in grouped:
                grouped[node] = [DocumentPart(node, 0, len(node.document.text), node.path)]
        self.placed = {
            part: joined if joined and part.joined else self._placed(part)
            for node_parts in grouped.values()
            for part in node_parts
        }
        """Each part as the node that it becomes."""
        folder = Root(Path(root)).folders
        before = Resolver(nodes, others, dialect, folder)
        after = [*dict.fromkeys(self.placed.values()), *new_nodes]
        self._after = Resolver(after, others, dialect, folder)
        self.link_writer = LinkWriter(self._after, dialect)
        """Writes links in the graph as it will be."""
        self._relinking = Relinking(
            Layout(
                before,
                self._after,
                grouped,
                self.placed,
                self.link_writer,
                dialect,
                root,
            )
        )
        self.gained: list[str] = []
        """Links that were broken and will resolve, one remark each; set by `files`."""

    def _placed(self, part: DocumentPart) -> Node:
        document = part.node.document
        if not part.whole or part.edits:
            own = [Edit(e.start - part.start, e.end - part.start, e.text) for e in part.edits]
            text = part.head + edited(document.text[part.start : part.end], own)
            document = parse(text, part.path, self._dialect)
        return node_of(document, part.path)

    def plan(self, part: DocumentPart) -> PartEdits:
        """The edits of a joined part's links, and where they must lead.

        Raises:
            UsageError: a link cannot be written.
        """
        return self._relinking.plan(part)

    def files(
        self,
        read: Callable[[Node], bytes],
        tails: Mapping[str, str],
        *,
        mend: bool = False,
        progress: Progress = no_progress,
    ) -> dict[str, bytes]:
        """The new content of every file that is new or changes.

        Args:
            read: the bytes of a node's file.
            tails: path → new text to append to a part.
            mend: convert a file that is not UTF-8, instead of refusing it.
            progress: called for each part that is rewritten.

        Raises:
            UsageError: a link cannot be kept, or a file cannot be changed.
        """
        self.gained = []
        files: dict[str, bytes] = {}
        sources: dict[Node, Source] = {}

        def source(node: Node) -> Source:
            if node not in sources:
                sources[node] = _source(node, read, mend=mend)
            return sources[node]

        alone = [part for part in self.placed if part.joined is None]
        for part in tracked(alone, "rewriting links", progress):
            plan = self._relinking.plan(part)
            tail = tails.get(part.path, "")
            if part.edits or plan.edits or tail or not part.whole:
                self._verify(part, plan, tail)
                files[part.path] = _bytes(part, plan.edits, tail, source(part.node))
            else:
                self._gains(part, plan.expected)
                if not part.node.whole:
                    self._keep_rest(part)
                if mend:
                    files[part.path] = _bytes(part, (), "", source(part.node))
                elif part.path != part.node.path:
                    files[part.path] = read(part.node)
        return files

    def _keep_rest(self, part: DocumentPart) -> None:
        """Refuse a move that would break a link in the part of a large file that was not loaded."""

        def keeps(reference: Reference) -> bool:
            return self._relinking.keeps(reference, part)

        refuse_if_linked(Root(Path(self._folder)), part.node, keeps, self._dialect)

    def _verify(self, part: DocumentPart, plan: PartEdits, tail: str) -> None:
        own_text, *copies = (_edited(part, stretch) for stretch in _stretches(part, plan.edits))
        before = part.head + own_text + tail
        text = before + _appended(before, copies)
        document = parse(text, part.path, self._dialect)
        first = len(part.head)
        references = [
            as_written(reference, document)
            for reference in document.references
            if first <= reference.start < first + len(own_text) or reference.start >= len(before)
        ]
        here = node_of(document, part.path)
        leads = [self._after.link(reference, here).node for reference in references]
        leads = [self.placed[part] if node is here else node for node in leads]
        wanted = [node for _, node in plan.expected]
        for at, node in enumerate(wanted):
            if at >= len(leads) or (node is not None and leads[at] is not node):
                place = plan.expected[at][0]
                line = part.node.document.text.count("\n", 0, place) + 1
                message = f"{part.node.path}:{line}: this link could not be kept; write it plainly"
                raise UsageError(f"{message}, as [[name]] or [text](path.md)")
        if len(leads) != len(wanted):
            line = references[len(wanted)].line
            raise UsageError(f"{part.path}:{line}: a text would become a link; put it in code")
        if part.start == 0:
            old = {diagnostic.code for diagnostic in part.node.document.diagnostics}
            if {diagnostic.code for diagnostic in document.diagnostics} & _HEADER_CODES - old:
                raise UsageError(f"{part.node.path}:1: the link in the header could not be kept")
        self._gains(part, [(0, node) for node in wanted], references)

    def _gains(
        self,
        part: DocumentPart,
        expected: Sequence[tuple[int, Node | None]],
        written: Sequence[Reference] | None = None,
    ) -> None:
        links = self._relinking.references(part) if written is None else written
        here = self.placed[part]
        for reference, (_, wanted) in zip(links, expected, strict=True):
            if wanted is None and (node := self._after.link(reference, here).node):
                what = f"{reference.target!r} was a broken link and will lead to {node.id}"
                self.gained.append(f"{part.path}:{reference.line}: {what}")


def node_of(document: Document, path: str) -> Node:
    """A node for a document that is not on disk yet."""
    return Node(without_suffix(path), "", path, kind_of(document, path), document, "", 0)


_Stretch = tuple[int, int, list[Edit]]
"""Start and end of a stretch of a document, and its edits."""


def _stretches(part: DocumentPart, edits: Sequence[Edit]) -> list[_Stretch]:
    """A part's own stretch, and those of the definitions that it carries."""
    own_edits = [
        edit for edit in edits if part.start <= edit.start < part.end or part.start == part.end
    ]
    rest = edits[len(own_edits) :]  # as `PartEdits.edits` are sorted, those of the copies come last
    starts = [edit.start for edit in rest]
    stretches = [(part.start, part.end, own_edits)]
    for start, end in part.carried:
        inside = rest[bisect_left(starts, start) : bisect_left(starts, end)]
        stretches.append((start, end, list(inside)))
    return stretches


def _edited(part: DocumentPart, stretch: _Stretch) -> str:
    start, end, edits = stretch
    own = [Edit(edit.start - start, edit.end - start, edit.text) for edit in edits]
    return edited(part.node.document.text[start:end], own)


def _appended(before: str, copies: Sequence[str]) -> str:
    """Copied definitions, to append to a text after a blank line, each on its own lines."""
    if not copies:
        return ""
    text = "" if before.endswith("\n\n") else "\n" if before.endswith("\n") else "\n\n"
    was_note = False
    for copy in copies:
        is_note = copy.lstrip().startswith("[^")
        # A link's definition directly after a footnote would become a line of it.
        gap = "\n" if was_note and not is_note else ""
        text += gap + copy + ("" if copy.endswith("\n") else "\n")
        was_note = is_note
    return text


def _source(node: Node, read: Callable[[Node], bytes], *, mend: bool) -> Source:
    text = node.document.text
    try:
        return Source(read(node), text, node.path)
    except UsageError:
        if not mend:
            raise
        return Source(text.encode(), text, node.path)


def _bytes(part: DocumentPart, edits: Sequence[Edit], tail: str, source: Source) -> bytes:
    own, *carried = _stretches(part, edits)
    head, end = (new.replace("\n", source.newline).encode() for new in (part.head, tail))
    content = head + source.stretch(*own) + end
    copies = [source.stretch(*stretch).decode().removeprefix("\ufeff") for stretch in carried]
    last_chars = content[-4:].decode(errors="replace").replace("\r\n", "\n")
    return (
        content
        + _appended(last_chars, copies).replace("\r\n", "\n").replace("\n", source.newline).encode()
    )
