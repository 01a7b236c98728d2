"""Measures what search by meaning adds to search by words, and what it costs.

    python -m benchmarks.semantic nvidia-skills=FOLDER hotpotqa-100=FOLDER

The sets are those of `benchmarks.ranking`, on the half that is not used for tuning, and the
questions in other words of `paraphrases.toml`. It prints, as Markdown, the share of gold nodes
among the first hits with its 95 % bootstrap interval: for words, for meaning alone, for a sum of
reciprocal ranks (Cormack, Clarke and Büttcher, SIGIR 2009), and for the fusion that is used, with
its paired difference to words. All vectors are computed anew, in a temporary cache.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.ranking import CUTS, Ranker, recall, shown
from benchmarks.ranking_sets import Question, QuestionSet, hotpot, nvidia
from skillagent import SearchIndex, SkillGraph
from skillagent.embeddings import embedder_of
from skillagent.embeddings.vector_cache import user_cache
from skillagent.index.meaning import Meaning

HERE = Path(__file__).parent
RANK_CONSTANT = 60
"""The constant of reciprocal rank fusion, as its authors recommend it."""


def rankers(graph: SkillGraph, hybrid: SearchIndex, meaning: Meaning) -> dict[str, Ranker]:
    """Label → function that ranks the nodes for a question."""
    words = SearchIndex.of(graph)
    ids = list(graph.nodes)

    def by(index: SearchIndex, limit: int) -> Ranker:
        return lambda query: [hit.node for hit in index.search(query, limit)[0]]

    def by_meaning(query: str) -> list[str]:
        similarity = meaning.closeness(query).similarity
        return [ids[at] for at in sorted(similarity, key=lambda at: (-similarity[at], at))]

    def by_reciprocal_ranks(query: str) -> list[str]:
        scores = dict.fromkeys(ids, 0.0)
        for order in (by(words, len(ids))(query), by_meaning(query)):
            for rank, node in enumerate(order, 1):
                scores[node] += 1 / (RANK_CONSTANT + rank)
        return sorted(ids, key=lambda node: -scores[node])

    return {
        "words": by(words, max(CUTS)),
        "meaning alone": by_meaning,
        "reciprocal ranks": by_reciprocal_ranks,
        "words and meaning": by(hybrid, max(CUTS)),
    }


def milliseconds(rank: Ranker, questions: Sequence[Question]) -> float:
    """Mean time of one question."""
    started = time.perf_counter()
    for question in questions:
        rank(question.text)
    return 1000 * (time.perf_counter() - started) / len(questions)


def print_set(name: str, graph: SkillGraph, questions: Sequence[Question]) -> None:
    """Print the table of one set, and its costs."""
    embedder = embedder_of(True)
    assert embedder is not None
    SearchIndex.of(graph)
    embedder.embed(["loads the model"])
    started = time.perf_counter()
    hybrid = SearchIndex.of(graph, embedder=embedder)
    seconds = time.perf_counter() - started
    started = time.perf_counter()
    meaning = Meaning(graph, embedder)
    again = time.perf_counter() - started
    size = user_cache(embedder.name).path.stat().st_size
    ways = rankers(graph, hybrid, meaning)
    print(f"**{name}**: {len(graph.nodes)} nodes, {len(questions)} questions\n")
    print("| |" + "".join(f" @{cut} |" for cut in CUTS))
    print("|---|" + "---|" * len(CUTS))
    shares = {label: recall(rank, questions) for label, rank in ways.items()}
    for label, rows in shares.items():
        print(f"| {label} | " + " | ".join(map(shown, zip(*rows, strict=True))) + " |")
    for label in ("reciprocal ranks", "words and meaning"):
        pairs = zip(
            zip(*shares[label], strict=True), zip(*shares["words"], strict=True), strict=True
        )
        paired = [[a - b for a, b in zip(*both, strict=True)] for both in pairs]
        cells = " | ".join(shown(differences, signed=True) for differences in paired)
        print(f"| paired: {label} − words | {cells} |")
    slow, fast = (milliseconds(ways[label], questions) for label in ("words and meaning", "words"))
    print(
        f"\n{seconds:.1f} s to embed, {again:.2f} s from the file ({size:,} bytes); a query "
        f"{slow:.1f} ms, by words {fast:.1f} ms.\n"
    )


def sets_of(folders: Mapping[str, str], temporary: Path) -> dict[str, QuestionSet]:
    """The public sets that the command line names."""
    sets = {}
    if "nvidia-skills" in folders:
        sets["nvidia-skills"] = nvidia(Path(folders["nvidia-skills"]))
    if "hotpotqa-100" in folders:
        sets["hotpotqa-100"] = hotpot(Path(folders["hotpotqa-100"]), temporary)
    return sets


def main() -> None:
    folders = dict(argument.split("=", 1) for argument in sys.argv[1:])
    with tempfile.TemporaryDirectory() as name, tempfile.TemporaryDirectory() as cache:
        for question_set in sets_of(folders, Path(name)).values():
            os.environ["XDG_CACHE_HOME"] = f"{cache}/{question_set.name}"
            half = question_set.half(tuning=False)
            print_set(question_set.name, question_set.graph, half)
        written = tomllib.loads((HERE / "paraphrases.toml").read_text(encoding="utf-8"))
        for graph, texts in written.items():
            os.environ["XDG_CACHE_HOME"] = f"{cache}/{graph}"
            questions = [Question(text, frozenset(gold)) for text, gold in texts.items()]
            folder = HERE.parent / "examples" / graph
            print_set(f"{graph}, other words", SkillGraph.load(folder), questions)


if __name__ == "__main__":
    main()
