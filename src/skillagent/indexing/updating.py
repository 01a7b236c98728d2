"""Brings an index up to date with files whose texts have changed.

Only their rows, and the rows of what they link to, are read and written. What else a file decides,
such as its names, its kind and its tags, has a place in rows everywhere: if that has changed, or if
a file was added or removed, the index has to be built again. So it has if the text has new links
whose targets the index cannot tell for sure.

Above: `opening`. Below: `link_update`, `term_update`, `folder_rows`, `store`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from skillagent.graph import Node, Options, Root
from skillagent.graph.logseq import dialect_of
from skillagent.graph.okf import INDEX
from skillagent.graph.resolve import SEPARATOR
from skillagent.graph.source_file import SourceFile
from skillagent.graph.typed import DECLARATION
from skillagent.graph.walk import read_file
from skillagent.index.analysis import analysis_of
from skillagent.index.detection import evidence_of, language_of, usual_language
from skillagent.indexing.costs import shown_texts
from skillagent.indexing.folder_rows import NO_NODE, ChangedFile, changes_of
from skillagent.indexing.link_update import LinkUpdate
from skillagent.indexing.looking import Looked
from skillagent.indexing.pending_rows import PendingRows
from skillagent.indexing.term_update import TermUpdate
from skillagent.markdown.document import parse
from skillagent.store.graph_rows import UNPRINTABLE, pack_fields
from skillagent.store.rows import ABOUT, SUMS, Kind, Row, Rows
from skillagent.store.stored_analysis import (
    StoredAnalysis,
    mark_of,
    no_links_of,
    pack_analysis,
    pack_sums,
    pack_terms,
    seen_of,
    unpack_analysis,
    unpack_sums,
    unpack_terms,
)
from skillagent.store.stored_values import (
    About,
    StoredHead,
    pack_about,
    pack_head,
    unpack_about,
    unpack_head,
)

MOST_CHANGED = 200
"""How many texts may have changed; for more, building the index again is not slower."""


def changed_rows(
    rows: Rows, roots: Sequence[Root], options: Options, looked: Looked, certain_ns: int
) -> Sequence[Row] | None:
    """The rows of an index that change with its files.

    Args:
        rows: the rows of the index.
        roots: the folders of the graph, each with its name.
        options: how it is loaded.
        looked: its files now.
        certain_ns: see `folder_rows.changes_of`.

    Returns:
        The rows; an empty value removes a row. None if the index has to be built again.

    Raises:
        DamagedIndexError: the rows are damaged.
    """
    changes = changes_of(rows, looked, certain_ns)
    if changes is None:
        return None
    update = _Update(rows, roots, options)
    if not all(map(update.take, changes.files)) or not update.finish(looked.state):
        return None
    changed = [(kind, key, value) for (kind, key), value in update.rows.changed.items()]
    return [*changed, *((Kind.FOLDER, key, value) for key, value in changes.folders.items())]


class _Update:
    """Takes over changed files, one after the other."""

    def __init__(self, rows: Rows, roots: Sequence[Root], options: Options) -> None:
        self.rows = PendingRows(rows)
        self._roots, self._options = roots, options
        self._about = unpack_about(self.rows.known(Kind.PART, ABOUT))
        self._sums = unpack_sums(self.rows.known(Kind.PART, SUMS))
        self._terms = TermUpdate(self.rows, self._sums.lengths)
        self._links = LinkUpdate(self.rows)
        self._shown = shown_texts()
        self._changed = 0
        """How many texts have changed."""

    def take(self, file: ChangedFile) -> bool:
        """Take over a file; False if the index has to be built again."""
        root = self._roots[file.root]
        source = read_file(root, file.path, self._options)
        if file.number == NO_NODE or source is None:
            return False
        head = unpack_head(self.rows.known(Kind.HEAD, file.number))
        if UNPRINTABLE in head.path:  # several files can have this path
            return False
        if source.digest == head.digest:
            return True
        self._changed += 1
        if self._changed > MOST_CHANGED:
            return False
        if not self._has_same_dialect(file, source):
            return False
        node = self._node(head, source, file.root)
        if self._is_listed(node):
            return False
        before = unpack_analysis(self.rows.known(Kind.ANALYSIS, file.number))
        if seen_of(node) != before.seen:
            return False
        return self._replace(file.number, head, node, before)

    def _has_same_dialect(self, file: ChangedFile, source: SourceFile) -> bool:
        """Whether a file at the top of a root declares no link fields, and none did before."""
        if "/" in file.path:
            return True
        undeclared = dialect_of(self._roots[file.root], self._options.dialect)
        stored = self._about.roots[file.root].dialect
        return DECLARATION not in source.text and stored.link_fields == undeclared.link_fields

    @staticmethod
    def _is_listed(node: Node) -> bool:
        """Whether the node is a listing of a bundle, or one that a listing may describe."""
        if not node.document.dialect.okf:
            return False
        return node.description_derived or node.path.rpartition("/")[2] == INDEX

    def _node(self, head: StoredHead, source: SourceFile, root: int) -> Node:
        shown = f"{head.root}{SEPARATOR}{source.path}" if head.root else source.path
        document = parse(source.text, shown, self._about.roots[root].dialect)
        return Node.of(source, document, head.id, head.root, head.path)

    def _replace(self, number: int, head: StoredHead, node: Node, before: StoredAnalysis) -> bool:
        evidence = evidence_of(node)
        if not self._has_same_language(head.language, node, evidence, before.evidence):
            return False
        links = self._links.resolved(node, number, before)
        if links is None:
            return False
        for target in self._links.replace(number, links):
            self._anchor(target)
        after = replace(
            unpack_analysis(self.rows.known(Kind.ANALYSIS, number)),
            evidence=evidence,
            terms=pack_terms(analysis_of(node, head.language)),
            marks=[mark_of(link.reference) for link in links],
            no_links=no_links_of(node, links),
        )
        self.rows.put(Kind.HEAD, number, pack_head(node, head.language, self._shown(node)))
        self._put_analysis(number, after)
        return True

    def _has_same_language(
        self,
        language: str,
        node: Node,
        evidence: Mapping[str, int] | None,
        before: Mapping[str, int] | None,
    ) -> bool:
        """Whether neither the node nor the graph has another language than before."""
        every = dict(self._sums.evidence)
        for counts, sign in ((before, -1), (evidence, 1)):
            for code, count in (counts or {}).items():
                every[code] = every.get(code, 0) + sign * count
        every = {code: count for code, count in every.items() if count}
        usual = usual_language([self._sums.evidence])
        self._sums = self._sums._replace(evidence=every)
        return usual_language([every]) == usual and language_of(node, evidence, usual) == language

    def _anchor(self, number: int) -> None:
        """Index a node again if the words around links to it have changed."""
        before = unpack_analysis(self.rows.known(Kind.ANALYSIS, number))
        anchors = self._links.anchors(number)
        if anchors != before.anchors:
            self._put_analysis(number, replace(before, anchors=anchors))

    def _put_analysis(self, number: int, after: StoredAnalysis) -> None:
        before = unpack_analysis(self.rows.known(Kind.ANALYSIS, number))
        self._terms.replace(number, before.frequencies, after.frequencies)
        fields = unpack_terms(after.terms).fields
        self.rows.put(Kind.FIELDS, number, pack_fields((*fields, after.anchors)))
        self.rows.put(Kind.ANALYSIS, number, pack_analysis(after))

    def finish(self, state: str) -> bool:
        """Write what depends on all changed files; False if the index has to be built again.

        Args:
            state: what the index is made of now; see `Looked.state`.
        """
        if self._links.have_moved:
            if not self._sums.is_entry_named:
                return False
            self._links.arrange()
        if not self._terms.finish():
            return False
        sums = self._sums._replace(lengths=self._terms.lengths)
        self.rows.put(Kind.PART, SUMS, pack_sums(sums))
        # The digest of the graph is made of those of all nodes, so it waits until it is asked for.
        about: About = replace(self._about, state=state, digest="")
        self.rows.put(Kind.PART, ABOUT, pack_about(about))
        return True
