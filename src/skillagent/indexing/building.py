"""Builds the stored index of a graph: loads the graph, and writes its rows.

Above: `opening`, which decides when. Below: `costs`, `made_of`, `store`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from skillagent.graph import Options, Root, SkillGraph
from skillagent.graph.folder_state import state_of
from skillagent.indexing.costs import costs_of
from skillagent.indexing.made_of import is_of_this_version, made_of
from skillagent.progress import Progress
from skillagent.store.earlier_rows import EarlierRows
from skillagent.store.graph_rows import graph_rows
from skillagent.store.rows import Row
from skillagent.store.sqlite_rows import SqliteRows, remove_unfinished, write_rows
from skillagent.store.stored_view import StoredView
from skillagent.tokens import DEFAULT_ENCODING
from skillagent.tokens.table_writer import ensure_table


def build(path: Path, roots: Sequence[Root], options: Options, progress: Progress) -> None:
    """Write the index of a graph in place of an earlier one.

    Args:
        path: the file of the index; its folder must exist.
        roots: the folders of the graph, each with its name.
        options: how it is loaded.
        progress: receives how far it is.

    Raises:
        GraphError: a root cannot be listed.
        DamagedIndexError: the earlier index is damaged.
        OSError: the file cannot be written; the earlier one remains.
    """
    remove_unfinished(path.parent)
    # The next process then counts what it shows without loading a tokenizer.
    ensure_table(DEFAULT_ENCODING)
    looked_ns = time.time_ns()
    # Looked at before they are read: a file that changes meanwhile is noticed the next time.
    state = made_of([state_of(root, options) for root in roots])
    graph = SkillGraph.load(*roots, options=options, progress=progress)
    write_rows(path, _rows(path, graph, state, progress))
    os.utime(path, ns=(looked_ns, looked_ns))


def _rows(path: Path, graph: SkillGraph, state: str, progress: Progress) -> Iterator[Row]:
    """All rows; what the index that is replaced knows of files that have not changed is used."""
    try:
        earlier_rows = SqliteRows(path)
    except FileNotFoundError:
        yield from graph_rows(graph, costs_of(graph), state, progress=progress)
        return
    # It is closed before it is replaced: some systems do not replace a file that is open.
    with closing(earlier_rows):
        view = StoredView(earlier_rows)
        is_known = is_of_this_version(view.made_of)
        earlier = EarlierRows(earlier_rows, view.about, graph) if is_known else None
        yield from graph_rows(graph, costs_of(graph), state, earlier=earlier, progress=progress)
