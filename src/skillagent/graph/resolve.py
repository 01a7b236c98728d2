"""From a name in a link to a node: the ladder of rules, first hit wins.

1. `./x`, `../x`: relative to the source's folder only; `/x`: from the root only.
2. with a `/`: exact path from the root, then a path suffix at a folder boundary.
3. file stem, exact, then regardless of case and Unicode form.
4. frontmatter `title` or `name`. 5. alias. 6. a folder's `index`, `README` or `SKILL`.

Ties on one rung go to the same folder, then the longest common folder prefix, then the
shortest path, then the smallest path; they are always reported. An alias that two nodes
claim is never picked silently. A Markdown link that no path answers may be an address on the
site that is built from the root: see `site`.
"""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple
from urllib.parse import unquote

from skillagent.graph.node import Node, stem_of, without_suffix
from skillagent.graph.site import Site
from skillagent.markdown import Dialect, Kind, Reference
from skillagent.markdown.logseq_names import Pages, written

SEPARATOR = "::"
"""Between the name of a root and the id of a node, where several roots are loaded."""
FOLDER_INDEXES = ("index", "readme", "skill")
ATTACHMENTS = frozenset(
    "png jpg jpeg gif bmp svg webp avif tif tiff ico heic mp3 wav m4a ogg 3gp flac opus mp4 "
    "webm ogv mov mkv avi pdf canvas base excalidraw drawio csv tsv xls xlsx doc docx ppt pptx "
    "odt ods zip gz tar 7z html htm css js ts jsx tsx json jsonl yaml yml toml xml txt log ini "
    "cfg py ipynb rs go java kt swift c h cpp hpp cs rb php sh bash zsh ps1 bat sql r jl tex "
    "bib".split()
)
CONTENTS = frozenset(("toc", "_toc_", "__toc__", "_tosp_"))
"""`[[toc]]` and its like: where a builder puts a list of headings."""
_PAGE_SUFFIXES = (".html", ".htm")
_DRIVE = re.compile(r"[A-Za-z]:[\\/]|\\\\")
_FOLD = re.compile(r"[-_\s]+")


class Found(NamedTuple):
    """What the ladder says of one name."""

    node: Node | None
    rung: str
    candidates: tuple[Node, ...] = ()


MISSING = Found(None, "missing")
OUTSIDE = Found(None, "outside")
NOT_A_NODE = Found(None, "attachment")


def name_key(name: str, *, slug: bool = False) -> str:
    """What two spellings of a name share: NFC, case folded."""
    key = name.lower() if name.isascii() else unicodedata.normalize("NFC", name).casefold()
    return _FOLD.sub("-", key) if slug else key


class Resolver:
    """The names of one root's nodes.

    Args:
        nodes: all nodes of the root.
        others: paths of the root's other files and folders.
        dialect: how links are written.
        folder: names of the folders that the root lies in, its own name last.
    """

    def __init__(
        self,
        nodes: Sequence[Node],
        others: Iterable[str],
        dialect: Dialect,
        folder: Sequence[str] = (),
    ) -> None:
        self._nodes = nodes
        self._dialect = dialect
        self.link_fields = dialect.link_fields
        """Frontmatter fields whose values may name nodes without brackets."""
        self.others = frozenset(others)
        """Paths of the root's other files and folders."""
        self.site = Site(nodes, self._at, folder)
        """The addresses of the nodes on the site that may be built from them."""
        self._whole: dict[str, Node] = {}
        """Path with its suffix → node: `a.md` and `a.markdown` are told apart."""
        self._files: dict[str, list[Node]] = {}
        """File name with its suffix → nodes."""
        self._paths: dict[str, Node] = {}
        self._path_keys: dict[str, list[Node]] = {}
        self._stems: dict[str, list[Node]] = {}
        self._stem_keys: dict[str, list[Node]] = {}
        self._names: dict[str, list[Node]] = {}
        self.aliases: dict[str, list[Node]] = {}
        self._folders: dict[str, list[Node]] = {}
        self._ties: dict[int, _Tie] = {}
        self._found_folders: dict[str, list[Node]] = {}
        self._memo: dict[tuple[str, str], Found] = {}
        for node in nodes:
            self._whole[node.path] = node
            self._files.setdefault(node.path.rpartition("/")[2], []).append(node)
            path = without_suffix(node.path)
            stem = stem_of(node.path)
            self._paths.setdefault(path, node)
            self._path_keys.setdefault(self._key(path), []).append(node)
            self._stems.setdefault(stem, []).append(node)
            stem_key = self._key(stem)
            self._stem_keys.setdefault(stem_key, []).append(node)
            for name in node.names:
                self._add(self._names, name, node)
            if dialect.title_from_heading and node.heading_title:
                self._add(self._names, node.heading_title, node)
            for alias in node.aliases:
                self._add(self.aliases, alias, node)
            if stem_key in FOLDER_INDEXES and "/" in path:
                self._folders.setdefault(self._key(path.rpartition("/")[0]), []).append(node)
        for found in self._folders.values():
            found.sort(key=lambda node: FOLDER_INDEXES.index(self._key(stem_of(node.path))))

    def link(self, reference: Reference, source: Node) -> Found:
        """What a link in `source` leads to."""
        target = reference.target
        if not target:
            return Found(source, "self")
        if reference.kind is not Kind.MARKDOWN:
            # The commonest case: a bare name, spelled like just one file's.
            stems = self._stems.get(target)
            if stems is not None and len(stems) == 1:
                return Found(stems[0], "stem")
        folder = source.path.rpartition("/")[0]
        memo = (folder, reference.target)
        if reference.kind is Kind.MARKDOWN:
            memo = (folder, "](" + reference.target)
        found = self._memo.get(memo)
        if found is None:
            if reference.kind is Kind.MARKDOWN:
                found = self._destination(reference.target, folder)
            else:
                found = self.name(reference.target, folder)
                if found is MISSING and self._is_no_node(reference.target, folder):
                    found = NOT_A_NODE
            self._memo[memo] = found
        if found.node is None and reference.kind is Kind.MARKDOWN:
            return self._on_site(found, target, source)
        return found

    def _on_site(self, found: Found, target: str, source: Node) -> Found:
        """What a Markdown link leads to of which no file lies at its path."""
        page = target.lower().endswith(_PAGE_SUFFIXES)
        if found is NOT_A_NODE and not page and target.strip("/"):
            return found
        if page and _joined(source.path.rpartition("/")[0], target.lstrip("/")) in self.others:
            return found
        node = self.site.find(target, source.path)
        return Found(node, "site") if node else found

    def _at(self, path: str) -> Node | None:
        """The node at a path from the root, with or without suffix, or a folder's index."""
        return self._whole.get(path) or self._path(without_suffix(path), "site").node

    def name(self, target: str, folder: str | None = None) -> Found:
        """What a name leads to.

        Args:
            target: as inside `[[ ]]`, without fragment and label.
            folder: where the link stands, for relative paths and ties; None for a name that
                stands nowhere, of which several candidates are all kept.
        """
        if _DRIVE.match(target) or target.startswith("file:"):
            return OUTSIDE
        name = without_suffix(target)
        if name != target:
            if node := self._whole.get(target):
                return Found(node, "path")
            if found_files := self._files.get(target):
                return self._nearest(found_files, folder, "stem")
            if self._dialect.pages and (found_pages := self._names.get(self._key(target))):
                return self._nearest(found_pages, folder, "title")
        if name.startswith(("./", "../", "/")):
            base = "" if name.startswith("/") else folder or ""
            path = _joined(base, name.lstrip("/"))
            if path is None:
                return OUTSIDE
            return self._path(path, "root" if name.startswith("/") else "relative")
        if "/" in name:
            path = _joined("", name)
            if path is None:
                return OUTSIDE
            found = self._path(path, "path")
            if found.node:
                return found
            key = self._key(path)
            ends = [
                node
                for node in self._stem_keys.get(key.rpartition("/")[2], ())
                if self._key(without_suffix(node.path)).endswith("/" + key)
            ]
            if ends:
                ends = self._found_folders.setdefault("/" + key, ends)
                return self._nearest(ends, folder, "suffix")
            name = path
        key = self._key(name)
        if found_nodes := self._stems.get(name) or self._stems.get(
            name if name.isascii() else unicodedata.normalize("NFC", name)
        ):
            return self._nearest(found_nodes, folder, "stem")
        if found_nodes := self._stem_keys.get(key):
            return self._nearest(found_nodes, folder, "stem-key")
        if found_nodes := self._names.get(key):
            return self._nearest(found_nodes, folder, "title")
        if found_nodes := self.aliases.get(key):
            if len(found_nodes) > 1:
                return self._nearest(found_nodes, None, "alias")
            return Found(found_nodes[0], "alias")
        if found_nodes := self._folder(key):
            return self._nearest(found_nodes, folder, "folder")
        return self._by_dialect(name, folder)

    def near(self, target: str) -> Node | None:
        """The one node whose name differs only by blanks, dashes, underscores or `%20`."""
        name = without_suffix(unquote(target))
        if not self._dialect.pages:  # there a `/` parts no folders
            name = name.rpartition("/")[2]
        found = self._folded.get(_FOLD.sub(" ", name_key(name)), [])
        return found[0] if len(found) == 1 else None

    @cached_property
    def _folded(self) -> dict[str, list[Node]]:
        folded: dict[str, list[Node]] = {}
        for node in self._nodes:
            heading = "" if self._dialect.pages else node.heading_title
            names = {node.stem, *node.names, *node.aliases, heading} - {""}
            for key in {_FOLD.sub(" ", name_key(name)) for name in names}:
                folded.setdefault(key, []).append(node)
        return folded

    def _key(self, name: str) -> str:
        return name_key(name, slug=self._dialect.slug)

    def _add(self, table: dict[str, list[Node]], name: str, node: Node) -> None:
        found = table.setdefault(self._key(name), [])
        if node not in found:
            found.append(node)

    def _path(self, path: str, rung: str) -> Found:
        if node := self._paths.get(path):
            return Found(node, rung)
        key = self._key(path)
        if nodes := self._path_keys.get(key):
            return self._nearest(nodes, "", rung)
        if nodes := self._folders.get(key):
            return Found(nodes[0], "folder")
        return MISSING

    def _folder(self, key: str) -> list[Node]:
        """The index node of each folder with this name: one a folder, the best-ranked."""
        found = self._found_folders.get(key)
        if found is None:
            found = self._found_folders[key] = [
                nodes[0]
                for folder, nodes in self._folder_ends.get(key.rpartition("/")[2], ())
                if folder == key or folder.endswith("/" + key)
            ]
        return found

    @cached_property
    def _folder_ends(self) -> dict[str, list[tuple[str, list[Node]]]]:
        """Last part of a folder's key → its keys and index nodes."""
        found: dict[str, list[tuple[str, list[Node]]]] = {}
        for folder, nodes in self._folders.items():
            found.setdefault(folder.rpartition("/")[2], []).append((folder, nodes))
        return found

    def _nearest(self, nodes: Sequence[Node], folder: str | None, rung: str) -> Found:
        """One of several nodes: same folder, longest common prefix, shortest, smallest path."""
        if len(nodes) == 1:
            return Found(nodes[0], rung)
        # The lists live as long as the resolver, so their identity can stand for them.
        tie = self._ties.get(id(nodes))
        if tie is None:
            tie = self._ties[id(nodes)] = _Tie(nodes)
        return Found(None if folder is None else tie.nearest(folder), rung, tie.candidates)

    def _by_dialect(self, name: str, folder: str | None) -> Found:
        if self._dialect.dots_are_folders and "." in name:
            found = self._path(name.replace(".", "/"), "dots")
            if found.node:
                return found
        if self._dialect.namespace and "/" in name:
            key = self._key(name.replace("/", self._dialect.namespace))
            if nodes := self._stem_keys.get(key):
                return self._nearest(nodes, folder, "namespace")
        if self._dialect.pages:
            return self._page(name, folder, self._dialect.pages)
        return MISSING

    def _page(self, name: str, folder: str | None, pages: Pages) -> Found:
        """A block or a day of Logseq's; a day without a journal is a date, and no link."""
        if name.startswith("(("):
            nodes = self._blocks.get(name[2:-2].lower())
            return self._nearest(nodes, folder, "block") if nodes else MISSING
        if day := pages.day(name):
            nodes = self._names.get(self._key(written(day, pages.journal_title)))
            return self._nearest(nodes, folder, "day") if nodes else NOT_A_NODE
        return MISSING

    @cached_property
    def _blocks(self) -> dict[str, list[Node]]:
        """Id of a block → nodes that hold it."""
        found: dict[str, list[Node]] = {}
        for node in self._nodes:
            for block in node.document.blocks:
                found.setdefault(block, []).append(node)
        return found

    def _destination(self, target: str, folder: str) -> Found:
        """The node at a Markdown link's path, relative to its source's folder."""
        if _DRIVE.match(target) or target.startswith("file:"):
            return OUTSIDE
        path = _joined("" if target.startswith("/") else folder, target.lstrip("/"))
        if path is None:
            return OUTSIDE
        if path in ("", "."):
            found = self._path("index", "markdown")
            return found if found.node else NOT_A_NODE
        if node := self._whole.get(path):
            return Found(node, "markdown")
        found = self._path(without_suffix(path), "markdown")
        if found.node:
            return found
        if path in self.others or self._has_attachment_suffix(path):
            return NOT_A_NODE
        return MISSING

    def _is_no_node(self, target: str, folder: str) -> bool:
        return (
            target.casefold() in CONTENTS
            or self._has_attachment_suffix(target)
            or target in self.others
            or _joined(folder, target) in self.others
        )

    def _has_attachment_suffix(self, target: str) -> bool:
        return target.rpartition(".")[2].lower() in ATTACHMENTS and "." in target


def _joined(folder: str, path: str) -> str | None:
    """A path below the root, without `.` and `..`; None if it leads out of the root."""
    joined = posixpath.normpath(posixpath.join(folder, path)) if path else folder
    if joined == ".." or joined.startswith(("../", "/")):
        return None
    return unicodedata.normalize("NFC", joined)


class _Tie:
    """Several nodes with one name: which of them is nearest to a folder.

    The best node below each folder is noted once, so that a choice costs the depth of the
    folder and not the number of nodes.
    """

    def __init__(self, nodes: Sequence[Node]) -> None:
        ordered = sorted(nodes, key=lambda node: (node.path.count("/"), node.path))
        self.candidates = tuple(sorted(nodes, key=lambda node: node.id))
        self._inside: dict[str, Node] = {}
        self._below: dict[str, Node] = {}
        for node in ordered:
            folder = node.path.rpartition("/")[0]
            self._inside.setdefault(folder, node)
            while folder:
                self._below.setdefault(folder, node)
                folder = folder.rpartition("/")[0]
            self._below.setdefault("", node)

    def nearest(self, folder: str) -> Node:
        if found := self._inside.get(folder):
            return found
        while folder not in self._below:
            folder = folder.rpartition("/")[0]
        return self._below[folder]
