"""The engines on files that `benchmarks.engines` compares: FTS5, Tantivy and our own postings.

    python -m benchmarks.engine_files build tantivy FOLDER
    python -m benchmarks.engine_files ask fts5-full FOLDER

An engine is built from `terms.txt`, which has one line for each document: its terms, as our
analyzer makes them, between spaces. So all engines compare the same terms. This module needs only
the standard library, because Tantivy runs in an environment that has nothing else; our own postings
are in `engine_postings`.
"""

from __future__ import annotations

import importlib
import json
import sqlite3
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

CANDIDATES = 100
"""Number of candidates that an engine returns, best first."""
FIELD = "text"

Hits = list[tuple[int, float]]
"""Numbers of documents with their scores, best first."""


class Engine(Protocol):
    """An index in a folder that is open for questions."""

    def search(self, terms: Sequence[str]) -> Hits:
        """The candidates for a question. An engine that cannot rank returns all matches."""
        ...


class Fts5:
    """SQLite's FTS5 without its own copy of the text.

    Args:
        folder: where `build_fts5` wrote the file.
        detail: what it keeps of each match, as in FTS5's option `detail`.
    """

    def __init__(self, folder: Path, detail: str) -> None:
        path = folder / f"fts5-{detail}.db"
        self._connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        # With neither positions nor the text, the rank that FTS5 computes is 0 for every document.
        ranked = f"rank FROM search WHERE search MATCH ? ORDER BY rank LIMIT {CANDIDATES}"
        every = "0.0 FROM search WHERE search MATCH ?"
        self._query = f"SELECT rowid, {ranked if detail == 'full' else every}"

    def search(self, terms: Sequence[str]) -> Hits:
        question = " OR ".join(f'"{term}"' for term in terms)
        return self._connection.execute(self._query, (question,)).fetchall()


def keeps_frequencies(detail: str) -> bool:
    """Whether FTS5 without the text can tell how often a document contains a term."""
    connection = sqlite3.connect(":memory:")
    connection.execute(f"CREATE VIRTUAL TABLE search USING fts5(text, content='', detail={detail})")
    connection.execute("INSERT INTO search(rowid, text) VALUES (1, 'word word word')")
    connection.execute("CREATE VIRTUAL TABLE terms USING fts5vocab('search', 'instance')")
    return len(connection.execute("SELECT * FROM terms WHERE term = 'word'").fetchall()) == 3


def build_fts5(folder: Path, documents: Iterable[str], detail: str) -> None:
    """Write the file of `Fts5`."""
    connection = sqlite3.connect(folder / f"fts5-{detail}.db")
    connection.execute(
        f"CREATE VIRTUAL TABLE search USING fts5({FIELD}, content='', detail={detail},"
        " tokenize=\"unicode61 remove_diacritics 0 categories 'L* N* M*'\")"
    )
    connection.executemany("INSERT INTO search(rowid, text) VALUES (?, ?)", enumerate(documents))
    connection.execute("INSERT INTO search(search) VALUES ('optimize')")
    connection.commit()
    connection.close()


class Tantivy:
    """Tantivy with term frequencies and without positions.

    Args:
        folder: where `build_tantivy` wrote the index.
    """

    def __init__(self, folder: Path) -> None:
        self._tantivy = tantivy = importlib.import_module("tantivy")
        self._index = tantivy.Index.open(str(folder / "tantivy"))
        self._searcher = self._index.searcher()

    def search(self, terms: Sequence[str]) -> Hits:
        schema, should = self._index.schema, self._tantivy.Occur.Should
        term_query = self._tantivy.Query.term_query
        query = self._tantivy.Query.boolean_query(
            [(should, term_query(schema, FIELD, term)) for term in terms]
        )
        return self._hits(query)

    def similar(self, terms: Sequence[str]) -> Hits:
        """The candidates for one word that may be misspelled in one letter."""
        (word,) = terms
        query = self._tantivy.Query.fuzzy_term_query(self._index.schema, FIELD, word)
        return self._hits(query)

    def _hits(self, query: Any) -> Hits:
        hits = self._searcher.search(query, CANDIDATES, count=False).hits
        numbers = self._searcher.fast_field_values("number", [address for _, address in hits])
        return [(number, score) for number, (score, _) in zip(numbers, hits, strict=True)]


def build_tantivy(folder: Path, documents: Iterable[str]) -> None:
    """Write the index of `Tantivy`, with one thread."""
    tantivy = importlib.import_module("tantivy")
    schema = tantivy.SchemaBuilder()
    schema.add_text_field(FIELD, tokenizer_name="whitespace", index_option="freq")
    schema.add_integer_field("number", fast=True)
    (folder / "tantivy").mkdir()
    index = tantivy.Index(schema.build(), str(folder / "tantivy"))
    writer = index.writer(heap_size=100_000_000, num_threads=1)
    for number, text in enumerate(documents):
        writer.add_document(tantivy.Document(**{FIELD: text, "number": number}))
    writer.commit()
    writer.wait_merging_threads()


MODULES = {"tantivy": "tantivy", "postings": "benchmarks.engine_postings"}
"""Engine → the module that it needs beyond the standard library."""


def opened(engine: str, folder: Path) -> Engine:
    """An engine by its name."""
    if engine == "tantivy":
        return Tantivy(folder)
    if engine == "postings":
        stored: Engine = importlib.import_module(MODULES[engine]).stored_postings(folder)
        return stored
    return Fts5(folder, engine.partition("-")[2])


def build(engine: str, folder: Path) -> dict[str, float]:
    """Build FTS5 or Tantivy; seconds of processor time, with reading the terms."""
    started = time.process_time()
    with open(folder / "terms.txt", encoding="utf-8") as documents:
        if engine == "tantivy":
            build_tantivy(folder, documents)
        else:
            build_fts5(folder, documents, engine.partition("-")[2])
    return {"build": time.process_time() - started}


def first_answer(engine: str, folder: Path) -> dict[str, float]:
    """Open an engine and ask it one question; seconds of processor time, without imports."""
    if engine in MODULES:
        importlib.import_module(MODULES[engine])
    (terms, *_) = json.loads((folder / "questions.json").read_text())["mixed"]
    started = time.process_time()
    opened(engine, folder).search(terms)
    return {"first": time.process_time() - started}


def ask(engine: str, folder: Path) -> dict[str, dict[str, list[Any]]]:
    """Ask an engine all questions of `questions.json`.

    Returns:
        Kind of question → seconds of processor time, number of hits and the best hits, for each.
    """
    questions: dict[str, list[list[str]]] = json.loads((folder / "questions.json").read_text())
    index = opened(engine, folder)
    answers: dict[str, dict[str, list[Any]]] = {}
    for kind, asked in questions.items():
        answers[kind] = {"seconds": [], "counts": [], "hits": []}
        for terms in asked:
            search = index.search
            if kind == "typo" and isinstance(index, Tantivy):
                search = index.similar
            started = time.process_time()
            hits = search(terms)
            answers[kind]["seconds"].append(time.process_time() - started)
            answers[kind]["counts"].append(len(hits))
            answers[kind]["hits"].append(hits[:CANDIDATES])
    return answers


TASKS = {"build": build, "first": first_answer, "ask": ask}


def main() -> None:
    task, engine, folder = sys.argv[1:]
    print(json.dumps(TASKS[task](engine, Path(folder))))


if __name__ == "__main__":
    main()
