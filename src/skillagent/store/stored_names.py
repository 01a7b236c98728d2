"""Finds a node by its name without the names of all other nodes.

A store keeps each node under rough forms of its names. For one name, the nodes with the same forms
are read, and the rules of `graph.node_names` decide between them as they would between all nodes.
That is correct as long as `forms_of_name` has a form in common with `forms_of_node` whenever one of
these rules compares the two.

Above: `graph_rows`, `stored_view`. Below: `graph`.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Sequence
from urllib.parse import unquote

from skillagent.graph import Node
from skillagent.graph.file_name import without_suffix
from skillagent.graph.node_names import bare_name
from skillagent.graph.resolve import FOLDER_INDEXES, SEPARATOR, name_key
from skillagent.markdown import Dialect
from skillagent.markdown.logseq_names import written

_GAPS = re.compile(r"[-_\s]+")


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
    return {_GAPS.sub(" ", name_key(part)) for part in parts} - {""}
