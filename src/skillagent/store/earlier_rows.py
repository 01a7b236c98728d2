"""What an earlier state of the rows tells of files that have not changed since.

The words around a link and the cost of a text depend on one file only, and take longer than
anything else to compute.

Above: `graph_rows`, `indexing`. Below: `rows`, `stored_values`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from skillagent.graph import Node, SkillGraph
from skillagent.index.analysis import Analysis
from skillagent.store.rows import Kind, Rows
from skillagent.store.stored_analysis import unpack_analysis, unpack_terms
from skillagent.store.stored_values import (
    LinkPlace,
    ShownText,
    StoredRoot,
    links_as_written,
    stored_roots,
    unpack_head,
)

_ReadAs: TypeAlias = tuple[str, str, str]


def _read_as(root: str, path: str, digest: str) -> _ReadAs:
    """What decides how a text is read: the dialect of its root, its suffix, and the text."""
    return root, path.rpartition(".")[2].lower(), digest


class KnownFiles(Protocol):
    """What is known of files whose rows are made."""

    def shown(self, node: Node) -> ShownText | None:
        """What is known of a node's text; None for nothing."""
        ...

    def links(self, node: Node) -> Mapping[LinkPlace, Sequence[Any]]:
        """Place of a link → see `as_written`; empty if none are known."""
        ...

    def analysis(self, node: Node, language: str) -> Analysis | None:
        """The terms of a node in a language; None if they are not known."""
        ...


class EarlierRows:
    """What is known of files by their digests.

    Args:
        rows: rows of an earlier state, made by the same version of this package.
        roots: the roots of that state.
        graph: the graph as it is now. If its roots are read in another way, nothing is known.
    """

    def __init__(self, rows: Rows, roots: Sequence[StoredRoot], graph: SkillGraph) -> None:
        self._rows = rows
        self._numbers: dict[_ReadAs, int] = {}
        self._shown: dict[_ReadAs, ShownText] = {}
        self._names: dict[int, tuple[str, str]] = {}
        """Number → path and language, on which its terms depend, too."""
        if roots != stored_roots(graph):
            return
        for number, value in rows.every(Kind.HEAD):
            head = unpack_head(value)
            key = _read_as(head.root, head.path, head.digest)
            self._numbers[key] = int(number)
            self._shown[key] = head.shown
            self._names[int(number)] = (head.path, head.language)

    def shown(self, node: Node) -> ShownText | None:
        """What was known of a node's text; None if its file is new or has changed."""
        return self._shown.get(_read_as(node.root, node.path, node.digest))

    def links(self, node: Node) -> Mapping[LinkPlace, Sequence[Any]]:
        """The links of a node as they were written; empty if its file is new or has changed."""
        number = self._numbers.get(_read_as(node.root, node.path, node.digest))
        value = None if number is None else self._rows.get(Kind.LINKS, number)
        return links_as_written(value) if value else {}

    def analysis(self, node: Node, language: str) -> Analysis | None:
        """The terms of a node; None if its file is new, was moved, or has changed."""
        number = self._numbers.get(_read_as(node.root, node.path, node.digest))
        if number is None or self._names.get(number) != (node.path, language):
            return None
        value = self._rows.get(Kind.ANALYSIS, number)
        return unpack_terms(unpack_analysis(value).terms) if value else None
