"""Builds the stored index of a graph: loads the graph, and writes its rows.

Above: `opening`, which decides when. Below: `costs`, `made_of`, `store`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

from skillagent.graph import Options, Root, SkillGraph
from skillagent.graph.folder_state import state_of
from skillagent.indexing.costs import costs_of
from skillagent.indexing.made_of import is_of_this_version, made_of
from skillagent.progress import Progress
from skillagent.store.earlier_rows import EarlierRows
from skillagent.store.graph_rows import graph_rows
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
    rows = graph_rows(
        graph, costs_of(graph), state, earlier=_earlier(path, graph), progress=progress
    )
    write_rows(path, rows)
    os.utime(path, ns=(looked_ns, looked_ns))


def _earlier(path: Path, graph: SkillGraph) -> EarlierRows | None:
    """What the index that is replaced knows of files that have not changed."""
    try:
        rows = SqliteRows(path)
    except FileNotFoundError:
        return None
    view = StoredView(rows)
    return EarlierRows(rows, view.about, graph) if is_of_this_version(view.made_of) else None
