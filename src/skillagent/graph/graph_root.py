"""One root while a graph is built: its files become nodes with ids of their own.

Above: `build`. Below: `walk`, which reads the files; `markdown`, which parses them.
"""

from __future__ import annotations

from functools import cached_property

from skillagent.diagnostics import finding
from skillagent.graph import status
from skillagent.graph.file_name import without_suffix
from skillagent.graph.logseq import dialect_of, foreign
from skillagent.graph.node import Node, alias_findings
from skillagent.graph.okf import listed_descriptions, with_bundle
from skillagent.graph.resolve import SEPARATOR, Resolver, name_key
from skillagent.graph.source_file import SourceFile
from skillagent.graph.typed import with_declared_fields
from skillagent.graph.walk import Options, Root, walk
from skillagent.markdown import Reference
from skillagent.markdown.document import parse
from skillagent.progress import Progress, tracked

ABOUT_WHOLE_FILES = frozenset({"SG030", "SG031", "SG032"})
"""Findings that may be wrong if only the beginning of a file was read."""


class GraphRoot:
    """The nodes of one root, the names by which links find them, and findings.

    Args:
        root: the folder.
        options: how it is loaded.
        prefix: text that its ids and the paths in findings begin with; empty for a single root.
        progress: called for each file that was read and parsed.

    Raises:
        GraphError: the folder cannot be listed.
    """

    def __init__(self, root: Root, options: Options, prefix: str, progress: Progress) -> None:
        self.root = root
        self.prefix = prefix
        self.name = prefix.removesuffix(SEPARATOR)
        """What `Node.root` is; empty for a single root."""
        self.dialect = dialect_of(root, options.dialect)
        hidden = self.dialect.pages.hidden if self.dialect.pages else ()
        contents = walk(root, options, prefix, progress, hidden)
        self.others = contents.others
        self.files = len(contents.files) + contents.unread
        """How many Markdown files there are, readable or not."""
        self.diagnostics = list(contents.diagnostics)
        if options.dialect is None and self.dialect.pages:
            message = "this root has the files of a Logseq graph, and was loaded as one"
            if contents.hidden:
                files = f"{contents.hidden} file{'s' if contents.hidden > 1 else ''}"
                message += f", without {files} that the settings hide"
            self.diagnostics.append(finding("SG039", prefix or ".", 0, message))
        self.without_file: dict[str, list[tuple[str, Reference]]] = {}
        """Key of a name → path and reference of each link to a Logseq page without a file."""
        self.dialect = with_declared_fields(self.dialect, contents.files)
        self._listed: dict[str, str] = {}
        """Path → what a listing says of the document; only in a bundle."""
        if options.dialect is None:
            self.dialect = with_bundle(self.dialect, contents.files)
            if self.dialect.okf:
                self._listed = listed_descriptions(contents.files, self.dialect)
        self.nodes: list[Node] = []
        self._ids: set[str] = set()
        self._paths: dict[str, str] = {}
        """Key of a path without its suffix → the first path that has it."""
        for source in tracked(contents.files, "parsing files", progress):
            self.nodes.append(self._node(source))
        self.resolver = Resolver(self.nodes, self.others, self.dialect, root.folders)

    @cached_property
    def elsewhere(self) -> frozenset[str]:
        """Keys of names that links may use for files that are not nodes; only in Logseq."""
        if self.dialect.pages is None:
            return frozenset()
        names = foreign(self.root, self.others, self.dialect.pages)
        return frozenset(map(name_key, names))

    def _node(self, source: SourceFile) -> Node:
        shown = self.prefix + source.path
        document = parse(source.text, shown, self.dialect)
        name = self._name(source)
        # If another file has the same path in another Unicode form, this one keeps its own form.
        is_raw = name in (without_suffix(source.raw_path), source.raw_path)
        path = source.raw_path if is_raw else source.path
        listed = self._listed.get(source.path, "")
        node = Node.of(source, document, self.prefix + name, self.name, path, listed)
        self.diagnostics += source.diagnostics
        self.diagnostics += (
            diagnostic
            for diagnostic in document.diagnostics
            if source.whole or diagnostic.code not in ABOUT_WHOLE_FILES
        )
        if node.aliases:
            self.diagnostics += alias_findings(node, shown)
        self.diagnostics += status.findings(node)
        return node

    def _name(self, source: SourceFile) -> str:
        """An id that no other file of the root has.

        Two files can have paths that differ only in suffix or Unicode form.
        """
        path, raw_path = source.path, source.raw_path
        names = (without_suffix(path), without_suffix(raw_path), path, raw_path)
        name = next((name for name in names if name not in self._ids), f"{path}~{len(self._ids)}")
        self._ids.add(name)
        key = name_key(without_suffix(path))
        if key in self._paths:
            message = f"the name differs from {self._paths[key]} only in case, form or suffix"
            self.diagnostics.append(finding("SG007", self.prefix + path, 0, message))
        self._paths.setdefault(key, path)
        return name
