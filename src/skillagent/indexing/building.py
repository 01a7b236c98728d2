"""Builds the stored index of a graph: loads the graph, and writes its rows.

Above: `opening`, which decides when. Below: `costs`, `looking`, `store`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from skillagent.graph import Options, Root, SkillGraph
from skillagent.indexing.costs import texts_of
from skillagent.indexing.looking import Looked, is_of_this_version
from skillagent.progress import Progress
from skillagent.store.earlier_rows import EarlierRows
from skillagent.store.graph_rows import graph_rows
from skillagent.store.rows import Row
from skillagent.store.sqlite_rows import SqliteRows, remove_unfinished, write_rows
from skillagent.store.stored_view import StoredView
from skillagent.tokens import DEFAULT_ENCODING
from skillagent.tokens.table_writer import ensure_table


def build(
    path: Path,
    roots: Sequence[Root],
    options: Options,
    looked: Looked,
    progress: Progress,
) -> None:
    """Write the index of a graph in place of an earlier one.

    Args:
        path: the file of the index; its folder must exist.
        roots: the folders of the graph, each with its name.
        options: how it is loaded.
        looked: its files before they are read: one that changes meanwhile is noticed the next time.
        progress: receives how far it is.

    Raises:
        GraphError: a root cannot be listed.
        DamagedIndexError: the earlier index is damaged.
        OSError: the file cannot be written; the earlier one remains.
    """
    remove_unfinished(path.parent)
    # The next process then counts what it shows without loading a tokenizer.
    ensure_table(DEFAULT_ENCODING)
    graph = SkillGraph.load(*roots, options=options, progress=progress)
    write_rows(path, _rows(path, graph, looked.state, progress))
    os.utime(path, ns=(looked.at_ns, looked.at_ns))


def _rows(path: Path, graph: SkillGraph, state: str, progress: Progress) -> Iterator[Row]:
    """All rows; what the index that is replaced knows of files that have not changed is used."""
    try:
        earlier_rows = SqliteRows(path)
    except FileNotFoundError:
        yield from graph_rows(graph, texts_of(graph), state, progress=progress)
        return
    # It is closed before it is replaced: some systems do not replace a file that is open.
    with closing(earlier_rows):
        about = StoredView(earlier_rows).about
        is_known = is_of_this_version(about.state)
        earlier = EarlierRows(earlier_rows, about.roots, graph) if is_known else None
        yield from graph_rows(graph, texts_of(graph), state, earlier=earlier, progress=progress)
