"""Our postings in memory, for `benchmarks.engines`; and what the other engines are built from.

    python -m benchmarks.engine_memory GRAPH FOLDER

Loads a graph, builds its `SearchIndex` and asks it the questions. Writes into the folder the terms
of each document, the questions, and the postings as an SQLite file.
"""

from __future__ import annotations

import json
import random
import resource
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.engine_files import CANDIDATES
from benchmarks.engine_postings import PostingsEngine, build_postings
from skillagent import SearchIndex, SkillGraph
from skillagent.index.analyzer import query_words, stem, terms, words
from skillagent.index.entries import PostingsBuilder
from skillagent.index.languages import stop_words
from skillagent.index.tables import GraphTables

QUESTIONS = 200
"""Number of questions of each kind."""
WORDS = 3
WRITES = 3
"""Number of times that the postings are written; the median is taken."""
RARE, MIDDLE, COMMON = (0.0, 0.002), (0.01, 0.05), (0.2, 1.0)
"""In what part of all documents a rare, a middle or a common word is."""
LONG = 7
"""A word with more letters stays recognisable when one letter of it is wrong."""
ALWAYS_RARE = 20
"""A word that is in no more documents is rare, too."""
CHINESE = "数据库的查询"
"""A question in a script without spaces, about the text below."""
CHINESE_NOTE = (
    "---\ndescription: 数据库查询的优化\n---\n# 查询优化\n\n为数据库建立索引可以加快查询。\n"
)


def main() -> None:
    graph_folder, folder = Path(sys.argv[1]), Path(sys.argv[2])
    adding = _Stopwatch()
    started = time.process_time()
    graph = SkillGraph.load(graph_folder)
    loaded = time.process_time()
    # Adding to the postings is measured apart from analysing the texts, which every engine needs.
    for name in ("add", "entries"):
        setattr(PostingsBuilder, name, adding.timed(getattr(PostingsBuilder, name)))
    tables = GraphTables(graph)
    index = SearchIndex(tables)
    indexed = time.process_time()
    questions, plain = _questions(graph, tables, index)
    begun = time.process_time()
    index.alike(plain["mixed"][0], CANDIDATES)
    first = time.process_time() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    (folder / "questions.json").write_text(json.dumps(questions), encoding="utf-8")
    (folder / "terms.txt").write_text(_all_terms(graph, tables), encoding="utf-8")
    typo_hits = [node for node, _ in index.alike(plain["typo"][0], CANDIDATES)]
    result = {
        "load": loaded - started,
        "index": indexed - loaded,
        "build": adding.seconds,
        "first": loaded - started + indexed - loaded + first,
        "peak_mb": peak,
        "write": _write(folder, tables),
        "answers": _ask(index, questions),
        "typo_is_found": plain["typo"][1] in typo_hits,
        "chinese_note": list(graph.nodes).index("chinese"),
        "typo_note": list(graph.nodes).index(plain["typo"][1]),
        "alike": _same_as_alike(index, graph, questions, plain),
    }
    print(json.dumps(result))


class _Stopwatch:
    """Adds up the processor time of functions."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def timed(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            started = time.process_time()
            try:
                return function(*arguments)
            finally:
                self.seconds += time.process_time() - started

        return call


def _questions(
    graph: SkillGraph, tables: GraphTables, index: SearchIndex
) -> tuple[dict[str, list[list[str]]], dict[str, list[str]]]:
    """Kind of question → the terms of each question; and kind → the questions in words."""
    rng = random.Random(0)
    language = tables.languages.every[0]
    total = len(graph.nodes)
    postings = index._postings
    sample = rng.sample(sorted(graph.nodes), min(total, 3_000))
    vocabulary = Counter(word for name in sample for word in words(graph.nodes[name].document.body))
    groups: dict[str, list[str]] = {"rare": [], "middle": [], "common": []}
    for word in sorted(vocabulary):
        count = postings.count(stem(word, language))
        share = count / total
        # A word of the Chinese text is also searched by its parts, which weigh less.
        if not (word.isascii() and word.isalpha()) or word in stop_words(language):
            continue
        if count <= ALWAYS_RARE or RARE[0] <= share <= RARE[1]:
            groups["rare"].append(word)
        elif MIDDLE[0] <= share <= MIDDLE[1]:
            groups["middle"].append(word)
        elif COMMON[0] <= share <= COMMON[1]:
            groups["common"].append(word)
    kinds = {
        "rare": ("rare",) * WORDS,
        "common": ("common",) * WORDS,
        "mixed": ("rare", "middle", "common"),
    }
    asked: dict[str, list[list[str]]] = {}
    plain: dict[str, list[str]] = {}
    for kind, of_groups in kinds.items():
        for _ in range(QUESTIONS):
            chosen: dict[str, str] = {}
            for group in of_groups:
                while (word := rng.choice(groups[group])) and stem(word, language) in chosen:
                    continue
                chosen[stem(word, language)] = word
            text = " ".join(chosen.values())
            plain.setdefault(kind, []).append(text)
            # A word has several terms if the graph has nodes in several languages.
            asked.setdefault(kind, []).append(list(index._parse(text).weights))
    asked["chinese"] = [list(query_words(CHINESE, language))]
    name, node = _rare_name(graph, set(groups["rare"]))
    misspelled = f"{name[:3]}x{name[4:]}"
    asked["typo"] = [[stem(misspelled, language)]]
    plain["typo"] = [misspelled, node]
    return asked, plain


def _rare_name(graph: SkillGraph, rare: set[str]) -> tuple[str, str]:
    """A long rare word of a title, and the node that has it."""
    for node in graph.nodes.values():
        for word in words(node.title):
            if word in rare and len(word) > LONG:
                return word, node.id
    raise LookupError("no title with a long rare word")


def _all_terms(graph: SkillGraph, tables: GraphTables) -> str:
    """A line for each document: its terms, those of a field as often as the field weighs.

    Engines that count terms then rank a document by its weighted fields, nearly as ours do.
    """
    languages, anchors = tables.languages, tables.anchors
    lines = []
    for node in graph.nodes.values():
        language = languages.of(node.id)
        headings = "\n".join(heading.title for heading in node.document.headings)
        fields = (
            (5, terms(f"{node.path} {node.title}", language)),
            (3, terms(node.description, language)),
            (2, terms(" ".join((*node.tags, *node.topics)), language)),
            (2, terms(headings, language)),
            (1, anchors.get(node.id, [])),
            (1, terms(node.document.body, language)),
        )
        lines.append(" ".join(term for weight, field in fields for term in field * weight))
    return "".join(f"{line}\n" for line in lines)


def _write(folder: Path, tables: GraphTables) -> float:
    times = []
    for _ in range(WRITES):
        (folder / "postings.db").unlink(missing_ok=True)
        started = time.process_time()
        build_postings(folder, tables.entries, len(tables))
        times.append(time.process_time() - started)
    return statistics.median(times)


def _ask(index: SearchIndex, questions: dict[str, list[list[str]]]) -> dict[str, dict[str, Any]]:
    engine = PostingsEngine(index._postings)
    answers: dict[str, dict[str, list[Any]]] = {}
    for kind, asked in questions.items():
        answers[kind] = {"seconds": [], "counts": [], "hits": []}
        for question in asked:
            started = time.process_time()
            hits = engine.search(question)
            answers[kind]["seconds"].append(time.process_time() - started)
            answers[kind]["counts"].append(len(hits))
            answers[kind]["hits"].append(hits)
    return answers


def _same_as_alike(
    index: SearchIndex,
    graph: SkillGraph,
    questions: dict[str, list[list[str]]],
    plain: dict[str, list[str]],
) -> int:
    """Number of questions that `SearchIndex.alike` answers with the same nodes and scores."""
    same = 0
    ids = list(graph.nodes)
    answers = _ask(index, {kind: questions[kind] for kind in ("rare", "common", "mixed")})
    for kind, answer in answers.items():
        for question, hits in zip(plain[kind], answer["hits"], strict=True):
            named = [(ids[document], score) for document, score in hits]
            same += named == index.alike(question, CANDIDATES)
    return same


if __name__ == "__main__":
    main()
