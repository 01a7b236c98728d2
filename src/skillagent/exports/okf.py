"""Writes a graph as a bundle of the Open Knowledge Format, and loads it again to compare.

The steps: name the files, rewrite the links, give each node a type and each folder a listing,
write everything to a temporary folder, load that with our own loader and compare, then write it
to its destination, all or nothing. A graph that would lose a link is refused.

Kept: every node with its text, titles, descriptions, aliases, tags, types and status; where each
link leads, with the words around it; all keys of headers. A graph that is a bundle already keeps
every byte, unless a file has wikilinks.

Not kept, by design:
- Ids of nodes that the format reserves (`index`, `log`) or that have other characters than
  letters, digits, `-`, `_` and `.`: they get a name near it, and keep their title.
- Which node is the entry: it is the first in the listing at the top, which is the entry now.
- Labels of wikilinks in headers, which stay wikilinks there; embeds, which become links.
- What only looks like a link: a broken link that would resolve in the bundle becomes its words.
- Headers in TOML or JSON, and such as could not be read: they are written in YAML, without
  comments; line ends and byte order marks.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skillagent import digest
from skillagent.diagnostics import CODES, Severity
from skillagent.errors import GraphError, UsageError
from skillagent.exports.comparison import LinkComparison, status_of
from skillagent.exports.file_names import BundlePaths
from skillagent.exports.folder import check_apart, earlier_export, write_files
from skillagent.exports.okf_listing import listings
from skillagent.exports.rewrite import ExportPaths, Rewriter
from skillagent.files.changes import changes_of
from skillagent.graph import Node, NodeKind, Options, SkillGraph
from skillagent.graph.attachments import Attachments, on_disk
from skillagent.graph.file_name import stem_of, without_suffix
from skillagent.graph.okf import has_type
from skillagent.graph.walk import read_bytes
from skillagent.graph_json.json_writer import json_lines
from skillagent.lint import findings, profile_rules
from skillagent.markdown import LinkKind, plain
from skillagent.markdown.compose import UNREADABLE, HeaderValue, composed, header_edit
from skillagent.markdown.document import parse
from skillagent.markdown.edit import edited
from skillagent.progress import Progress, no_progress, tracked

FORMAT = "skillagent-okf/1"
RECORD = ".skillagent.json"
TYPES: Mapping[NodeKind, str] = {
    NodeKind.NODE: "Concept",
    NodeKind.MAP: "Map",
    NodeKind.SKILL: "Skill",
    NodeKind.LOG: "Log",
}
"""Kind of a node → the type of the concept, if its author gave none."""
_ROUNDS = 5
"""Attempts: a link that the loader reads differently is written differently the next time."""
_NO_MARKDOWN = (LinkKind.WIKILINK, LinkKind.EMBED)


@dataclass(frozen=True, slots=True)
class WrittenBundle:
    """A bundle that was written."""

    path: Path
    """Its folder."""
    nodes: Mapping[str, str]
    """Id in the graph → file in the folder, sorted by id."""
    listings: tuple[str, ...]
    """The listings that were made, sorted; none in a graph that was a bundle already."""
    attachments: int
    """Number of files that were copied because a node links to them."""


def okf_bundle(
    graph: SkillGraph, out: str | os.PathLike[str], progress: Progress = no_progress
) -> WrittenBundle:
    """Write a graph as a bundle.

    Args:
        graph: a graph of one root.
        out: the folder of the bundle: missing, empty, or an earlier export.
        progress: called for each node that is written, and while the result is loaded.

    Raises:
        UsageError: the graph has several roots, or the folder has a file that no earlier export
            wrote, or is in the graph, or cannot be written; nothing was changed.
        GraphError: the root has no node, a file changed since the load, or a link would be lost.
        OSError: a temporary folder could not be written.
    """
    if len(graph.roots) > 1:
        raise UsageError("a bundle has one root: export each root on its own")
    if not graph.nodes:
        raise GraphError(f"{graph.roots[0].path}: no node to write")
    place = Path(os.path.abspath(out))
    check_apart(graph.roots[0], [place])
    before = earlier_export(place, RECORD, FORMAT)
    writing = _Writing(graph)
    with tempfile.TemporaryDirectory() as folder:
        after = writing.write(Path(folder), progress)
    changes_of(place, before, after).write()
    return WrittenBundle(
        place,
        dict(sorted(writing.places.items())),
        tuple(sorted(writing.listings)),
        len(writing.attachments),
    )


class _Writing:
    """A graph while it is written as a bundle: names, then bytes of its files."""

    def __init__(self, graph: SkillGraph) -> None:
        self._graph = graph
        self._root = graph.roots[0]
        self._others = Attachments(graph.others)
        self._is_bundle = bool(graph.dialect.okf)
        self.places: dict[str, str] = {}
        """Id of a node → path in the bundle."""
        self.attachments: dict[str, bytes] = {}
        """Path in the bundle → bytes."""
        self._copies: dict[tuple[str, str], str] = {}
        """See `ExportPaths.attachments`."""
        self._name_files()
        self._ids = {node: without_suffix(path) for node, path in self.places.items()}
        self.listings = {} if self._is_bundle else listings(graph, self.places)
        """Path → text."""
        self._words: dict[str, set[int]] = {}
        """Id of a node → offsets of broken links that must be written as plain words."""
        self._moved: dict[str, Callable[[int], int]] = {}
        """Id of a node → the function that finds an offset in the text that was written."""
        self._wikilinks: set[str] = set()
        """Ids of nodes whose wikilinks stay wikilinks."""

    def _name_files(self) -> None:
        nodes = self._graph.nodes.values()
        names = BundlePaths()
        for node in nodes:
            is_kept = self._is_bundle or node.kind is NodeKind.LOG
            self.places[node.id] = node.path if is_kept else names.node(node.path)
        named = {path for node in nodes for path in self._others.named_in(node)}
        named |= {path for node in nodes for path in self._named_in_header(node)}
        if self._is_bundle:
            named = set(self._graph.others[""])
        for path in sorted(named):
            try:
                data = read_bytes(self._root, on_disk(self._root, path))
            except OSError:
                continue  # a folder or deleted: its link is not changed
            copy = path if self._is_bundle else names.attachment(path)
            self.attachments[copy] = data
            self._copies["", path] = copy

    def _named_in_header(self, node: Node) -> Iterator[str]:
        """The attachments that link fields name, such as the file of a computation."""
        for reference in node.document.references:
            if reference.is_name and (path := self._others.find(node, reference.target, False)):
                yield path

    def write(self, folder: Path, progress: Progress) -> dict[str, bytes]:
        """Write the bundle below a folder, load it again and compare.

        Returns:
            Path → bytes.

        Raises:
            GraphError: every attempt to write the graph would lose a link.
            OSError: a file cannot be written.
        """
        for number in range(_ROUNDS):
            files = self._files(progress)
            top = folder / str(number)
            write_files(top, files)
            loaded = SkillGraph.load(
                top, options=Options(today=self._graph.today), progress=progress
            )
            comparison = LinkComparison(self._graph, loaded, self._ids)
            wrong = [node for node in self._graph.nodes.values() if not comparison.is_same(node)]
            if not wrong:
                self._check(loaded)
                return files
            if not [node for node in wrong if self._mend(node, loaded)]:
                break
        place = comparison.place(wrong[0])
        raise GraphError(f"{place}: this link cannot be written unchanged in a bundle")

    def _mend(self, node: Node, loaded: SkillGraph) -> bool:
        """Choose another way to write a node next time; False if none is left.

        What led nowhere and would lead to a node becomes words; if there is nothing of this kind,
        wikilinks stay wikilinks.
        """
        if (moved := self._moved.get(node.id)) is None:
            return False
        links = self._graph.links_from(node.id)
        good = {link.start for link in links if link.target}
        led = {link.start for link in loaded.links_from(self._ids[node.id]) if link.target}
        starts = {reference.start for reference in node.document.references}
        words = self._words.setdefault(node.id, set())
        new = {start for start in starts - good if moved(start) in led} - words
        if new:
            words |= new
            return True
        if node.id in self._wikilinks:
            return False
        self._wikilinks.add(node.id)
        return True

    def _check(self, loaded: SkillGraph) -> None:
        """Refuse a bundle that would lose a node or what is said of one, or that has faults."""
        if len(loaded.nodes) != len(self._graph.nodes) + len(self.listings):
            raise GraphError(f"{self._graph.name}: not every node can be loaded from the bundle")
        for node in self._graph.nodes.values():
            written = loaded.nodes[self._ids[node.id]]
            for what, old, new in (
                ("aliases", node.aliases, written.aliases),
                ("description", _own_description(node), _own_description(written)),
                ("kind", node.kind, written.kind),
                ("status", status_of(self._graph, node), status_of(loaded, written)),
            ):
                if old != new:
                    message = f"{node.document.path}: its {what} cannot be written unchanged"
                    raise GraphError(f"{message}: {new!r} instead of {old!r}")
        if self._is_bundle:
            return  # its faults are its own
        for diagnostic in findings(loaded, rules=profile_rules("okf")):
            if CODES[diagnostic.code].severity is Severity.ERROR and _is_ours(diagnostic.code):
                raise GraphError(f"the bundle would have a fault: {diagnostic}")

    def _files(self, progress: Progress) -> dict[str, bytes]:
        paths = ExportPaths(self.places, self._copies)
        rewriter = Rewriter(self._graph.nodes, paths, self._others)
        files: dict[str, bytes] = {path: text.encode() for path, text in self.listings.items()}
        for node in tracked(self._graph.nodes.values(), "writing nodes", progress):
            files[self.places[node.id]] = self._file(node, rewriter)
        files |= self.attachments
        files = dict(sorted(files.items()))
        record: dict[str, Any] = {
            "format": FORMAT,
            "graph": self._graph.digest,
            "files": {path: digest.sha256(data) for path, data in files.items()},
        }
        files[RECORD] = json_lines(record).encode()
        return files

    def _file(self, node: Node, rewriter: Rewriter) -> bytes:
        if self._is_bundle and not any(
            reference.kind in _NO_MARKDOWN for reference in node.document.references
        ):
            return self._original(node)
        written = rewriter.rewrite(
            node,
            self._graph.links_from(node.id),
            words=self._words.get(node.id, ()),
            wikilinks=node.id in self._wikilinks,
        )
        text = written.text
        if not self._is_bundle:
            text = _with_fields(text, self.places[node.id], self._new_fields(node))
        body, longer = node.document.frontmatter.body_start, len(text) - len(written.text)

        def moved(start: int) -> int:
            # New keys are at the end of the header, so only the body moves.
            return written.moved(start) + (longer if start >= body else 0)

        self._moved[node.id] = moved
        return text.encode("utf-8", "replace")

    def _original(self, node: Node) -> bytes:
        try:
            data = read_bytes(self._root, on_disk(self._root, node.path))
        except OSError as error:
            raise GraphError(f"{node.document.path}: cannot be read again: {error}") from None
        if digest.sha256(data) != node.digest:
            raise GraphError(f"{node.document.path}: changed since the graph was loaded")
        return data

    def _new_fields(self, node: Node) -> dict[str, HeaderValue]:
        """The keys that a node's header needs in a bundle and does not have."""
        fields: dict[str, HeaderValue] = {}
        if not has_type(node.document.frontmatter):
            fields["type"] = node.declared_kind or TYPES[node.kind]
        if node.title == node.stem != stem_of(self.places[node.id]):
            fields["title"] = node.title
        return fields


def _own_description(node: Node) -> str:
    return "" if node.description_derived else node.description


def _is_ours(code: str) -> bool:
    """Whether a fault would be that of the export: what headers say of sources is the author's."""
    return code in ("SG401", "SG402", "SG403", "SG404")


def _with_fields(text: str, path: str, fields: Mapping[str, HeaderValue]) -> str:
    """A document with more keys in its header, which is written anew only where it must be."""
    document = parse(text, path)
    header = document.frontmatter
    codes = {diagnostic.code for diagnostic in document.diagnostics}
    if header.fields and (not text.startswith("---") or not codes.isdisjoint(UNREADABLE)):
        text = (
            composed({key: plain(value) for key, value in header.fields.items()})
            + (text[header.body_start :])
        )
    for key, value in fields.items():
        document = parse(text, path)
        edit = header_edit(document, key, value)
        if edit is not None:
            text = edited(text, [edit])
            continue
        head = document.frontmatter
        kept = {name: plain(old) for name, old in head.fields.items() if name.casefold() != key}
        text = composed({key: value, **kept}) + text[head.body_start :]
    return text
