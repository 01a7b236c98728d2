"""Builds the stored index of a graph: loads the graph, and writes its rows.

Above: `opening`, which decides when. Below: `costs`, `looking`, `store`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import partial

from skillagent.graph import Options, Root, SkillGraph
from skillagent.graph.collection_pause import collection_paused
from skillagent.graph.folder_state import RACY_NS
from skillagent.indexing.costs import shown_texts
from skillagent.indexing.folder_rows import folder_rows, numbers_of_files
from skillagent.indexing.looking import Looked, is_judged_today, is_of_this_version
from skillagent.indexing.partition import Workers, WorkersFacts, facts_by, no_workers
from skillagent.indexing.place import IndexPlace
from skillagent.indexing.updating import changed_rows
from skillagent.progress import Progress
from skillagent.store.earlier_rows import EarlierRows
from skillagent.store.graph_rows import graph_rows
from skillagent.store.overlaid_rows import opened_rows, write_changes
from skillagent.store.rows import Kind, Row
from skillagent.store.sqlite_rows import remove_unfinished, write_rows
from skillagent.store.stored_view import StoredView
from skillagent.tokens import DEFAULT_ENCODING
from skillagent.tokens.table_writer import ensure_table

SMALL_BYTES = 2**20
"""Size of changes, in bytes, that is small beside any index."""


def build(
    place: IndexPlace,
    roots: Sequence[Root],
    options: Options,
    looked: Looked,
    progress: Progress,
    workers: Workers = no_workers,
) -> None:
    """Write the index of a graph in place of an earlier one.

    Args:
        place: where the index is; its folder must exist.
        roots: the folders of the graph, each with its name.
        options: how it is loaded.
        looked: its files before they are read: one that changes meanwhile is noticed the next time.
        progress: receives how far it is.
        workers: read the files, too, if there is no earlier index.

    Raises:
        GraphError: a root cannot be listed.
        DamagedIndexError: the earlier index is damaged.
        OSError: the file cannot be written; the earlier one remains.
    """
    remove_unfinished(place.path.parent)
    # The next process then counts what it shows without loading a tokenizer.
    ensure_table(DEFAULT_ENCODING)
    if place.path.exists():  # most of what workers would do is known
        workers = no_workers
    with facts_by(workers, roots, options, looked) as facts, collection_paused():
        graph = SkillGraph.load(*roots, options=options, progress=progress)
        write_rows(place.path, _rows(place, roots, graph, looked, progress, facts))
    os.utime(place.path, ns=(looked.at_ns, looked.at_ns))
    # If a crash leaves them, they do not belong to the new rows, and are not read.
    place.changes.unlink(missing_ok=True)


def _rows(
    place: IndexPlace,
    roots: Sequence[Root],
    graph: SkillGraph,
    looked: Looked,
    progress: Progress,
    facts: WorkersFacts | None,
) -> Iterator[Row]:
    """All rows; what the index that is replaced knows of files that have not changed is used."""
    nodes = {(node.root, node.path): number for number, node in enumerate(graph.nodes.values())}
    for key, value in folder_rows(looked, numbers_of_files(roots, nodes)):
        yield Kind.FOLDER, key, value
    rows = partial(graph_rows, graph, state=looked.state, progress=progress)
    try:
        earlier_rows = opened_rows(place.path, place.changes)
    except FileNotFoundError:
        characters = sum(len(node.document.text) for node in graph.nodes.values())
        yield from rows(shown_texts(0 if facts else characters), known=facts)
        return
    # It is closed before it is replaced: some systems do not replace a file that is open.
    with closing(earlier_rows):
        about = StoredView(earlier_rows).about
        is_known = is_of_this_version(about.state)
        known = EarlierRows(earlier_rows, about.roots, graph) if is_known else None
        yield from rows(shown_texts(), known=known)


def update(
    place: IndexPlace,
    roots: Sequence[Root],
    options: Options,
    looked: Looked,
) -> bool:
    """Bring an index up to date with files that have changed.

    Args:
        place: where the index is.
        roots: the folders of the graph, each with its name.
        options: how it is loaded.
        looked: its files before they are read.

    Returns:
        False if the index has to be built again; it is then as it was.

    Raises:
        DamagedIndexError: the index is damaged.
        OSError: the changes cannot be written.
    """
    try:
        rows = opened_rows(place.path, place.changes)
    except FileNotFoundError:
        return False
    with closing(rows):
        about = StoredView(rows).about
        is_valid = is_of_this_version(about.state) and is_judged_today(about.judged_on, options)
        if not is_valid or not _is_small(place):
            return False
        certain_ns = rows.path.stat().st_mtime_ns - RACY_NS
        changed = changed_rows(rows, roots, options, looked, certain_ns)
        if changed is None:
            return False
        ensure_table(DEFAULT_ENCODING)
        write_changes(place.changes, rows, changed)
    os.utime(place.changes, ns=(looked.at_ns, looked.at_ns))
    return True


def _is_small(place: IndexPlace) -> bool:
    """Whether the changes are so small that writing them again is faster than a new index."""
    if not place.changes.exists():
        return True
    largest = max(SMALL_BYTES, place.path.stat().st_size // 4)
    return place.changes.stat().st_size < largest
