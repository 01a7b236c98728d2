"""Retrieval sets in BEIR's form: `corpus.jsonl`, `queries.jsonl` and `qrels/SPLIT.tsv`.

A document is a node, and what is judged relevant is gold. Documents link to those whose titles
they mention, and to those that they cite, if the corpus says which.

Source: N. Thakur et al., BEIR (arXiv:2104.08663), and the layout of its repository.

Above: `cli`. Below: `passages`, `made_suite`, `source_files`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from skillagent.errors import UsageError
from skillagent.evals.adapters.made_suite import Cases, MadeSuite, suite_name
from skillagent.evals.adapters.passages import Passage, node_files, passage_ids
from skillagent.evals.adapters.plain_text import one_line
from skillagent.evals.adapters.source_files import entries, objects, read_text, read_values, text_of
from skillagent.evals.suite import Case
from skillagent.progress import Progress, tracked

SPLIT = "test"
CITES = ("references", "citations", "cites", "outCitations", "out_citations")
"""Keys of a document's metadata with the ids of what it cites."""
CITED_BY = ("cited_by", "inCitations", "in_citations")
"""Keys with the ids of what cites it."""
_LEAKS = "queries of such sets may be titles, and documents are judged to answer them all the same."


def beir(source: Path, progress: Progress, split: str = SPLIT) -> MadeSuite:
    """The suite of a folder.

    Args:
        source: the folder.
        progress: receives how far the work is.
        split: which judgements are used: the name of a file in `qrels`.

    Raises:
        UsageError: a file is missing or cannot be read, or there is no document.
    """
    documents = objects(read_values(source / "corpus.jsonl"))
    ids = _ids(documents)
    if not ids:
        raise UsageError(f"{source / 'corpus.jsonl'}: no documents with an `_id`")
    # Of documents with one id the first counts.
    chosen = [documents[place] for place in ids.values()]
    place_of = {name: place for place, name in enumerate(ids)}
    citations = _citations(chosen, place_of)
    passages = [
        Passage.of(text_of(document.get("title")), text_of(document.get("text")), cites)
        for document, cites in zip(chosen, citations, strict=True)
    ]
    nodes = dict(zip(ids, passage_ids(len(passages)), strict=True))
    relevant = _relevant(source / "qrels" / f"{split}.tsv")
    cases = Cases()
    for query in tracked(
        objects(read_values(source / "queries.jsonl")), "reading queries", progress
    ):
        _add(cases, query, relevant, nodes)
    for _ in relevant:
        cases.leave_out("they are judged, and are not among the queries")
    return MadeSuite(
        name=suite_name(source.resolve().name),
        description=f"queries on {len(passages)} documents, split {split}",
        files=dict(node_files(passages, progress)),
        cases=cases.all(),
        leaks=_LEAKS,
        left_out=cases.left_out,
    )


def _add(
    cases: Cases,
    query: Mapping[str, Any],
    relevant: dict[str, list[str]],
    nodes: Mapping[str, str],
) -> None:
    name = _id(query)
    if name not in relevant:
        return None  # it belongs to another split
    judged = relevant.pop(name)
    text = one_line(text_of(query.get("text")))
    gold = tuple(nodes[document] for document in judged if document in nodes)
    if not text:
        return cases.leave_out("they have no text")
    if not judged:
        return cases.leave_out("no document is relevant to them")
    if not gold:
        return cases.leave_out("no relevant document of theirs is in the corpus")
    return cases.add(
        name, Case("", text, gold, tags=("single",) if len(gold) == 1 else ("several",))
    )


def _relevant(path: Path) -> dict[str, list[str]]:
    """Id of a query → ids of its relevant documents, from lines `query document score`.

    Four columns, as in TREC's files, have a column between the query and the document.
    """
    relevant: dict[str, dict[str, None]] = {}
    for number, line in enumerate(read_text(path).split("\n"), 1):
        cells = [cell.strip() for cell in line.split("\t")]
        if len(cells) < 3:
            cells = line.split()
        if not cells:
            continue
        try:
            score = float(cells[-1])
        except ValueError:
            if number == 1:
                continue  # names of the columns
            score = float("nan")
        if len(cells) not in (3, 4) or score != score:
            raise UsageError(f"{path}:{number}: write query, document and score, with tabs between")
        of_query = relevant.setdefault(cells[0], {})
        if score > 0:
            of_query[cells[-2]] = None
    return {query: list(documents) for query, documents in relevant.items()}


def _ids(documents: list[Mapping[str, Any]]) -> dict[str, int]:
    """Id of each document → place of the first document that has it."""
    ids: dict[str, int] = {}
    for place, document in enumerate(documents):
        if name := _id(document):
            ids.setdefault(name, place)
    return ids


def _id(item: Mapping[str, Any]) -> str:
    return text_of(item.get("_id")) or text_of(item.get("id"))


def _citations(
    documents: list[Mapping[str, Any]], place_of: Mapping[str, int]
) -> list[tuple[int, ...]]:
    """For each document, the places of those that it cites, sorted."""
    cites: list[set[int]] = [set() for _ in documents]
    for place, document in enumerate(documents):
        for other in _cited(document, CITES, place_of):
            cites[place].add(other)
        for other in _cited(document, CITED_BY, place_of):
            cites[other].add(place)
    return [tuple(sorted(others - {place})) for place, others in enumerate(cites)]


def _cited(
    document: Mapping[str, Any], keys: tuple[str, ...], place_of: Mapping[str, int]
) -> Iterator[int]:
    metadata = document.get("metadata")
    for values in (metadata if isinstance(metadata, Mapping) else {}, document):
        for key in keys:
            for item in entries(values.get(key)):
                name = _id(item) if isinstance(item, Mapping) else text_of(item)
                if name in place_of:
                    yield place_of[name]
