"""Our postings for `benchmarks.engines`: in memory, or as rows of the product's SQLite file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.engine_files import CANDIDATES, Hits
from skillagent.index.entries import Entries
from skillagent.index.postings import Postings
from skillagent.index.scores import best
from skillagent.store.rows import ABOUT, Kind, Row, pack_entries, pack_json, text_key
from skillagent.store.sqlite_rows import SqliteRows, write_rows
from skillagent.store.stored_tables import StoredTables


class PostingsEngine:
    """Candidates by our postings, wherever their lists are kept."""

    def __init__(self, postings: Postings) -> None:
        self._postings = postings

    def search(self, terms: Sequence[str]) -> Hits:
        postings = self._postings
        known = [term for term in terms if term in postings]
        # The lists are added in the order of the terms of a parsed query.
        ranked = sorted(known, key=lambda term: (-postings.idf(term), term))
        return best(postings.score(dict.fromkeys(ranked, 1.0)), CANDIDATES)


def build_postings(folder: Path, terms: Mapping[str, Entries], documents: int) -> None:
    """Write the file that `stored_postings` opens.

    Args:
        folder: where it is written.
        terms: what is kept of each term.
        documents: the number of all documents.
    """
    write_rows(folder / "postings.db", _rows(terms, documents))


def _rows(terms: Mapping[str, Entries], documents: int) -> Iterator[Row]:
    yield Kind.PART, ABOUT, pack_json({"nodes": documents})
    for term, entries in terms.items():
        yield Kind.TERM, text_key(term), pack_entries(entries)


def stored_postings(folder: Path) -> PostingsEngine:
    """Open the file of `build_postings`."""
    tables = StoredTables(SqliteRows(folder / "postings.db"))
    return PostingsEngine(Postings(tables.lists, len(tables)))
