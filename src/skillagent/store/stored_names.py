"""Finds a node by its name without the names of all other nodes.

A store keeps each node under rough forms of its names. For one name, the nodes with the same forms
are read, and the rules of `graph.node_names` decide between them as they would between all nodes.
That is correct as long as `forms_of_name` has a form in common with `forms_of_node` whenever one of
these rules compares the two.

Above: `graph_rows`, `stored_view`. Below: `graph`.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Mapping, Sequence
from urllib.parse import unquote

from skillagent.errors import ResolveError
from skillagent.graph import Node
from skillagent.graph.file_name import without_suffix
from skillagent.graph.node_names import NodeNames, bare_name, nearest_names
from skillagent.graph.resolve import FOLDER_INDEXES, SEPARATOR, Resolver, name_key, rough_key
from skillagent.markdown import Dialect, Document
from skillagent.markdown.logseq_names import written
from skillagent.store.rows import SPELLINGS, Kind, Rows, text_key, unpack_json, unpack_numbers
from skillagent.store.stored_tables import StoredTables
from skillagent.store.stored_values import StoredHead, StoredRoot


class StoredNames:
    """All names of the nodes of a stored graph.

    Args:
        rows: the rows of the graph.
        tables: read the heads of nodes.
        roots: `Node.root` → root.
        document: returns the text of a node.
    """

    def __init__(
        self,
        rows: Rows,
        tables: StoredTables,
        roots: Mapping[str, StoredRoot],
        document: Callable[[str], Document],
    ) -> None:
        self._rows, self._tables, self._roots, self._document = rows, tables, roots, document

    def locate(self, name: str) -> tuple[str, str]:
        """The id of the node that a name leads to; see `GraphView.locate`."""
        dialects = [root.dialect for root in self._roots.values()]
        keys = [text_key(form) for form in sorted(forms_of_name(name, dialects))]
        groups = self._rows.many(Kind.NAME, keys).values()
        numbers = sorted({number for group in groups for number in unpack_numbers(group)})
        nodes = sorted(map(self._node, self._tables.heads(numbers)), key=lambda node: node.path)
        resolvers = {
            name: Resolver(
                [node for node in nodes if node.root == name], (), root.dialect, root.folders
            )
            for name, root in self._roots.items()
        }
        try:
            node, fragment = NodeNames({node.id: node for node in nodes}, resolvers).locate(name)
        except ResolveError as error:
            if error.ambiguous:
                raise
            raise ResolveError(name, self.nearest(bare_name(name)), ambiguous=False) from None
        return node.id, fragment

    def _node(self, head: StoredHead) -> Node:
        return Node(
            id=head.id,
            root=head.root,
            path=head.path,
            kind=head.kind,
            document=self._document(head.id),
            digest=head.digest,
            size=head.size,
            whole=head.whole,
        )

    def nearest(self, name: str, limit: int = 3) -> tuple[str, ...]:
        """Ids of the nodes with the most similar names; see `SkillGraph.nearest`."""
        spellings = unpack_json(self._tables.part(SPELLINGS))
        keys = [key for key, _ in spellings]
        owners = [number for _, number in spellings]
        return tuple(map(self._tables.id, nearest_names(name, keys, owners, limit)))


def forms_of_node(node: Node) -> set[str]:
    """The forms under which a node is kept."""
    path = without_suffix(node.path)
    names = {node.id, path, node.path, *node.names, *node.aliases, node.heading_title}
    if name_key(node.stem) in FOLDER_INDEXES:
        names.add(path.rpartition("/")[0])
    if node.document.dialect.pages:
        names.update(node.document.blocks)
    return _folded(names)


def forms_of_name(name: str, dialects: Sequence[Dialect]) -> set[str]:
    """The forms under which the nodes are kept that a name may lead to.

    Args:
        name: as a person or a model writes it.
        dialects: how links are written in each root.
    """
    wanted = bare_name(name)
    names = {wanted, wanted.partition("#")[0].strip()}
    names |= {name.partition(SEPARATOR)[2] for name in names}
    names |= {unquote(name) for name in names}
    names |= {without_suffix(name) for name in names}
    for dialect in dialects:
        if dialect.dots_are_folders:
            names |= {name.replace(".", "/") for name in names}
        if dialect.namespace:
            names |= {name.replace("/", dialect.namespace) for name in names}
        if dialect.pages:
            days = [day for name in names if (day := dialect.pages.day(name))]
            names |= {written(day, dialect.pages.journal_title) for day in days}
            names |= {name[2:-2].lower() for name in names if name.startswith("((")}
    names |= {posixpath.normpath(name) for name in names if name}
    return _folded(names)


def _folded(names: Iterable[str]) -> set[str]:
    """One form for all spellings of each name, and of the last part of each path."""
    parts = {part for name in names for part in (name, name.strip("/").rpartition("/")[2])}
    return set(map(rough_key, parts)) - {""}
