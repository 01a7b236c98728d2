"""Find the node that a link names: a ladder of rules, of which the first that fits decides.

1. `./x`, `../x`: relative to the folder of the document; `/x`: from the root.
2. With a `/`: the exact path from the root, then the end of a path at a folder boundary.
3. The file's stem, exact, then regardless of case and Unicode form.
4. Frontmatter `title` or `name`. 5. An alias. 6. A folder with an `index`, `README` or `SKILL`.

The order puts what is visible in the file tree first, so that a title or an alias in one file
cannot take over the links that name another file.

If one rule finds several nodes, the node in the same folder is chosen, then the longest common
folder prefix, then the shortest path, then the smallest path; each such link is reported. An
alias of two nodes is never resolved. A Markdown link to a path without a file may be an address
on the site that is built from the root: see `site`.

Above: `build`. Below: `attachments`, `inner_path`, `namesakes`, `node_paths`, `site`, nodes.
"""

from __future__ import annotations

import posixpath
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from skillagent.graph.attachments import has_attachment_suffix
from skillagent.graph.file_name import stem_of, without_suffix
from skillagent.graph.inner_path import inner_path
from skillagent.graph.namesakes import Namesakes, NameTable
from skillagent.graph.node import Node
from skillagent.graph.node_paths import NodePaths
from skillagent.graph.site import SITE_TOP, Site
from skillagent.markdown import Dialect, LinkKind, Reference
from skillagent.markdown.lazy_pattern import lazy_pattern
from skillagent.markdown.logseq_names import PageNames, written
from skillagent.markdown.percent import percent_decoded
from skillagent.markdown.template import URL

SEPARATOR = "::"
"""Separates the name of a root from the rest of a node's id if several roots are loaded."""
FOLDER_INDEXES = ("index", "readme", "skill")
CONTENTS = frozenset(("toc", "_toc_", "__toc__", "_tosp_"))
"""`[[toc]]` and similar: site builders replace it with a list of headings."""
_MARKDOWN = LinkKind.MARKDOWN
_PAGE_SUFFIXES = (".html", ".htm")
_DRIVE = lazy_pattern(r"[A-Za-z]:[\\/]|\\\\")
_FOLD = lazy_pattern(r"[-_\s]+")


class Resolution(NamedTuple):
    """The result of looking up one name."""

    node: Node | None
    """None if no node has the name, or if the choice between several is left open."""
    rung: str
    """The rule that found the node; without a node, the reason."""
    candidates: tuple[Node, ...] = ()
    """All nodes that this rule found, sorted by id, if there are several."""
    candidate_ids: tuple[str, ...] = ()
    """Ids of the candidates: one tuple that all links with this name share."""


MISSING = Resolution(None, "missing")
OUTSIDE = Resolution(None, "outside")
NOT_A_NODE = Resolution(None, "attachment")


def name_key(name: str, *, slug: bool = False) -> str:
    """A form that all spellings of a name have in common: NFC, case folded."""
    key = name.lower() if name.isascii() else unicodedata.normalize("NFC", name).casefold()
    key = name if key == name else key  # one text in memory for a name and its key
    return _FOLD.sub("-", key) if slug else key


def rough_key(name: str) -> str:
    """A form that also spellings with other blanks, `-` and `_` have in common."""
    return _FOLD.sub(" ", name_key(name))


class Resolver:
    """Looks up the names of one root's nodes.

    Args:
        nodes: all nodes of the root.
        others: paths of the root's other files and folders.
        dialect: how links are written.
        folder: names of the folders above the root, and its own name last.
    """

    def __init__(
        self,
        nodes: Sequence[Node],
        others: Iterable[str],
        dialect: Dialect,
        folder: Sequence[str] = (),
    ) -> None:
        self._nodes = nodes
        self._above = tuple(folder)
        self._dialect = dialect
        self.link_fields = dialect.link_fields
        """Frontmatter fields whose values may be names of nodes without brackets."""
        self.others = frozenset(others)
        """Paths of the root's other files and folders."""
        self.site = Site(nodes, self._at, folder)
        """The addresses of the nodes on the site that may be built from them."""
        self._paths = NodePaths(nodes, self._key)
        self._stems = NameTable()
        self._stem_keys = NameTable()
        self._names = NameTable()
        """Key of a `title` or `name` → nodes."""
        self.aliases = NameTable()
        """Key of an alias → nodes."""
        self._by_stem: dict[str, Resolution] = {}
        """Stem that only one node has → the answer for it."""
        self._folders: dict[str, list[Node]] = {}
        """Key of a folder's path → its index nodes, the best first."""
        self._folder_names: dict[str, Namesakes] = {}
        self._path_ends: dict[str, Namesakes] = {}
        self._answers: dict[tuple[str, str], Resolution] = {}
        for node in nodes:
            self._add_node(node)
        for indexes in self._folders.values():
            indexes.sort(key=lambda node: FOLDER_INDEXES.index(self._key(stem_of(node.path))))

    def _add_node(self, node: Node) -> None:
        stem = node.stem
        stem_key = self._key(stem)
        self._stems.add(stem, node)
        self._stem_keys.add(stem_key, node)
        for name in node.names:
            self._names.add(self._key(name), node)
        if self._dialect.title_from_heading and node.heading_title:
            self._names.add(self._key(node.heading_title), node)
        for alias in node.aliases:
            self.aliases.add(self._key(alias), node)
        if stem_key in FOLDER_INDEXES and "/" in node.path:
            self._folders.setdefault(self._key(node.path.rpartition("/")[0]), []).append(node)

    def link(self, reference: Reference, source: Node) -> Resolution:
        """The node that a link in `source` leads to."""
        target = reference.target
        if not target:
            return Resolution(source, "self")
        if reference.kind is _MARKDOWN:
            if reference.template:
                return self._in_template(reference.template, target, source)
            return self._markdown_link(target, source.path.rpartition("/")[0], source)
        # The most frequent case: a bare name, spelled exactly as one file's.
        answer = self._by_stem.get(target)
        if answer is not None:
            return answer
        same_stem = self._stems.get(target)
        if same_stem is not None and len(same_stem.nodes) == 1:
            answer = self._by_stem[target] = Resolution(same_stem.nodes[0], "stem")
            return answer
        folder = source.path.rpartition("/")[0]
        question = (folder, target)
        answer = self._answers.get(question)
        if answer is None:
            answer = self.name(target, folder)
            if answer is MISSING and self._is_no_node(target, folder):
                answer = NOT_A_NODE
            self._answers[question] = answer
        return answer

    def _markdown_link(self, target: str, folder: str, source: Node) -> Resolution:
        question = (folder, "](" + target)
        answer = self._answers.get(question)
        if answer is None:
            answer = self._answers[question] = self._destination(target, folder)
        if answer.node is None and target[:1] == "@" and (top := SITE_TOP.match(target)):
            return self._from_top(top[0], target[top.end() :], source)
        return answer if answer.node else self._on_site(answer, target, source)

    def _in_template(self, keyword: str, target: str, source: Node) -> Resolution:
        """Look up the address in a template: `ref` tries a path, then a name, as Hugo does."""
        folder = source.path.rpartition("/")[0]
        if keyword == URL:
            return self._markdown_link(f"/{target.lstrip('/')}", "", source)
        as_path = self._markdown_link(target, folder, source) if "ref" in keyword else MISSING
        return as_path if as_path.node else self.name(target, folder)

    def _from_top(self, mark: str, path: str, source: Node) -> Resolution:
        """Look up `@/x` of Zola, from the folder `content`, and `@site/x` of Docusaurus."""
        content = self._destination(f"/content/{path}", "") if mark == "@/" else MISSING
        return content if content.node else self._markdown_link(f"/{path}", "", source)

    def _on_site(self, answer: Resolution, target: str, source: Node) -> Resolution:
        """Look up a Markdown link on the site, after no file was found at its path."""
        is_page = target.lower().endswith(_PAGE_SUFFIXES)
        if has_attachment_suffix(target) and not is_page:
            return answer
        if (
            is_page
            and self._inside(source.path.rpartition("/")[0], target.lstrip("/")) in self.others
        ):
            return answer
        node = self.site.find(target, source.path)
        return Resolution(node, "site") if node else answer

    def _at(self, path: str) -> Node | None:
        """The node at a path from the root, with or without suffix, or a folder's index."""
        return self._paths.whole.get(path) or self._path(without_suffix(path), "site").node

    def name(self, target: str, folder: str | None = None) -> Resolution:
        """Look up a name.

        Args:
            target: the text inside `[[ ]]`, without fragment and label.
            folder: folder of the document with the link, for relative paths and to choose
                between several nodes. None if the name is in no document: then several nodes
                stay candidates, and none is chosen.
        """
        if _DRIVE.match(target) or target.startswith("file:"):
            return OUTSIDE
        name = without_suffix(target)
        if name != target and (answer := self._with_suffix(target, folder)):
            return answer
        if name.startswith(("./", "../", "/")):
            return self._from_folder(name, folder or "")
        if "/" in name:
            path = self._inside("", name)
            if path is None:
                return OUTSIDE
            if answer := self._by_path(path, folder):
                return answer
            name = path
        return self._by_name(name, folder)

    def _with_suffix(self, target: str, folder: str | None) -> Resolution | None:
        """The node whose path, file name or page has this very suffix."""
        if node := self._paths.whole.get(target):
            return Resolution(node, "path")
        if nodes := self._paths.files.get(target):
            return self._nearest(nodes, folder, "stem")
        if self._dialect.pages and (nodes := self._names.get(self._key(target))):
            return self._nearest(nodes, folder, "title")
        return None

    def _from_folder(self, name: str, folder: str) -> Resolution:
        """`./x` and `../x` from the folder of the document, `/x` from the root."""
        from_root = name.startswith("/")
        path = self._inside("" if from_root else folder, name.lstrip("/"))
        return OUTSIDE if path is None else self._path(path, "root" if from_root else "relative")

    def _by_path(self, path: str, folder: str | None) -> Resolution | None:
        """The node at a path, or one whose path ends with it."""
        answer = self._path(path, "path")
        if answer.node:
            return answer
        key = self._key(path)
        nodes = self._path_ends.get(key)
        if nodes is None:
            same_stem = self._stem_keys.get(key.rpartition("/")[2])
            nodes = self._path_ends[key] = Namesakes(
                node
                for node in (same_stem.nodes if same_stem else ())
                if self._key(without_suffix(node.path)).endswith("/" + key)
            )
        return self._nearest(nodes, folder, "suffix") if nodes.nodes else None

    def _by_name(self, name: str, folder: str | None) -> Resolution:
        """The rungs 3 to 6 of the ladder: stem, title, alias, folder."""
        key = self._key(name)
        nodes = self._stems.get(name)
        if nodes is None and not name.isascii():
            nodes = self._stems.get(unicodedata.normalize("NFC", name))
        if nodes:
            return self._nearest(nodes, folder, "stem")
        if nodes := self._stem_keys.get(key):
            return self._nearest(nodes, folder, "stem-key")
        if nodes := self._names.get(key):
            return self._nearest(nodes, folder, "title")
        if nodes := self.aliases.get(key):
            return self._nearest(nodes, None, "alias")  # between two claims nothing is chosen
        if (nodes := self._folder(key)).nodes:
            return self._nearest(nodes, folder, "folder")
        return self._by_dialect(name, folder)

    def near(self, target: str) -> Node | None:
        """The only node whose name differs by no more than blanks, `-`, `_`, `%20` and case."""
        name = without_suffix(percent_decoded(target))
        if not self._dialect.pages:  # in Logseq a `/` is a part of a page's name
            name = name.rpartition("/")[2]
        nodes = self._folded.get(rough_key(name), [])
        return nodes[0] if len(nodes) == 1 else None

    @cached_property
    def _folded(self) -> dict[str, list[Node]]:
        folded: dict[str, list[Node]] = {}
        for node in self._nodes:
            heading = "" if self._dialect.pages else node.heading_title
            names = {node.stem, *node.names, *node.aliases, heading} - {""}
            for key in {rough_key(name) for name in names}:
                folded.setdefault(key, []).append(node)
        return folded

    def _key(self, name: str) -> str:
        return name_key(name, slug=self._dialect.slug)

    def _path(self, path: str, rung: str) -> Resolution:
        if node := self._paths.bare.get(path):
            return Resolution(node, rung)
        key = self._key(path)
        if nodes := self._paths.keys.get(key):
            return self._nearest(nodes, "", rung)
        if indexes := self._folders.get(key):
            return Resolution(indexes[0], "folder")
        return MISSING

    def _folder(self, key: str) -> Namesakes:
        """The best index node of each folder whose path is the key or ends with it."""
        nodes = self._folder_names.get(key)
        if nodes is None:
            nodes = self._folder_names[key] = Namesakes(
                indexes[0]
                for folder, indexes in self._folder_ends.get(key.rpartition("/")[2], ())
                if folder == key or folder.endswith("/" + key)
            )
        return nodes

    @cached_property
    def _folder_ends(self) -> dict[str, list[tuple[str, list[Node]]]]:
        """Last part of a folder's key → the keys that end so, with their index nodes."""
        ends: dict[str, list[tuple[str, list[Node]]]] = {}
        for folder, indexes in self._folders.items():
            ends.setdefault(folder.rpartition("/")[2], []).append((folder, indexes))
        return ends

    def _nearest(self, nodes: Namesakes, folder: str | None, rung: str) -> Resolution:
        """The node that is nearest to a folder; without a folder, none of several."""
        if len(nodes.nodes) == 1:
            return Resolution(nodes.nodes[0], rung)
        nearness = nodes.nearness
        node = None if folder is None else nearness.nearest(folder)
        return Resolution(node, rung, nearness.candidates, nearness.ids)

    def _by_dialect(self, name: str, folder: str | None) -> Resolution:
        if self._dialect.dots_are_folders and "." in name:
            answer = self._path(name.replace(".", "/"), "dots")
            if answer.node:
                return answer
        if self._dialect.namespace and "/" in name:
            key = self._key(name.replace("/", self._dialect.namespace))
            if nodes := self._stem_keys.get(key):
                return self._nearest(nodes, folder, "namespace")
        if self._dialect.pages:
            return self._page(name, folder, self._dialect.pages)
        return MISSING

    def _page(self, name: str, folder: str | None, pages: PageNames) -> Resolution:
        """A Logseq block, or a day. A day without a journal is only a date, not a link."""
        if name.startswith("(("):
            nodes = self._blocks.get(name[2:-2].lower())
            return self._nearest(nodes, folder, "block") if nodes else MISSING
        if day := pages.day(name):
            nodes = self._names.get(self._key(written(day, pages.journal_title)))
            return self._nearest(nodes, folder, "day") if nodes else NOT_A_NODE
        return MISSING

    @cached_property
    def _blocks(self) -> NameTable:
        """Id of a block → nodes that contain it."""
        blocks = NameTable()
        for node in self._nodes:
            for block in node.document.blocks:
                blocks.add(block, node)
        return blocks

    def _destination(self, target: str, folder: str) -> Resolution:
        """The node at a Markdown link's path, relative to its source's folder."""
        if _DRIVE.match(target) or target.startswith("file:"):
            return OUTSIDE
        path = self._inside("" if target.startswith("/") else folder, target.lstrip("/"))
        if path is None:
            return OUTSIDE
        if path in ("", "."):
            answer = self._path("index", "markdown")
            return answer if answer.node else NOT_A_NODE
        if node := self._paths.whole.get(path):
            return Resolution(node, "markdown")
        answer = self._path(without_suffix(path), "markdown")
        if answer.node:
            return answer
        if path in self.others or has_attachment_suffix(path):
            return NOT_A_NODE
        return MISSING

    def _is_no_node(self, target: str, folder: str) -> bool:
        return (
            target.casefold() in CONTENTS
            or has_attachment_suffix(target)
            or target in self.others
            or self._inside(folder, target) in self.others
        )

    def _inside(self, folder: str, path: str) -> str | None:
        """A path from the root, in NFC; None if it leads outside."""
        inside = inner_path(posixpath.join(folder, path), self._above) if path else folder
        return None if inside is None else unicodedata.normalize("NFC", inside)
