"""Measures how well `list_index(query=…)` ranks, compared with a tuned, fused BM25.

    python -m benchmarks.ranking nvidia-skills=FOLDER hotpotqa-100=FOLDER

It uses labelled questions, and only the half of each set that is not used for tuning. It prints, as
Markdown, the share of gold nodes among the first hits with its 95 % interval, and the paired
difference to the fused BM25, whose parameters are tuned on the other half. The intervals come from
10,000 bootstrap samples of the questions, from a fixed seed. Needs `bm25s`.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.fused_bm25 import FusedBM25, tuned
from benchmarks.ranking_sets import Question, QuestionSet, hotpot, nvidia
from skillagent import SearchIndex

CUTS = (1, 2, 3, 5)
SAMPLES = 10_000
SEED = 20261128
Ranker = Callable[[str], list[str]]


def rankers(question_set: QuestionSet) -> dict[str, Ranker]:
    """Label → function that ranks the nodes for a question; the last two are compared in pairs."""
    index = SearchIndex.of(question_set.graph)
    fused = tuned(question_set.graph, question_set.half(tuning=True))
    plain = FusedBM25(question_set.graph, 1.5, 0.75, 0.0)
    return {
        "BM25 of the whole text, as `bm25s` comes": plain.rank,
        f"fused BM25, tuned ({fused})": fused.rank,
        "`list_index(query)`": lambda query: [
            hit.node for hit in index.search(query, max(CUTS))[0]
        ],
    }


def recall(rank: Ranker, questions: Sequence[Question]) -> list[tuple[float, ...]]:
    """For each question, the share of its gold nodes among the first hits, for each of `CUTS`."""
    return [
        tuple(len(question.gold & set(order[:cut])) / len(question.gold) for cut in CUTS)
        for question in questions
        for order in [rank(question.text)]
    ]


def interval(values: Sequence[float]) -> tuple[float, float]:
    """The 95 % bootstrap interval of a mean."""
    rng = random.Random(SEED)
    count = len(values)
    means = sorted(sum(rng.choices(values, k=count)) / count for _ in range(SAMPLES))
    return means[int(0.025 * SAMPLES)], means[int(0.975 * SAMPLES) - 1]


def shown(values: Sequence[float], *, signed: bool = False) -> str:
    """The mean and its interval as text, such as `.862 [.827, .895]`."""
    low, high = interval(values)
    numbers = (sum(values) / len(values), low, high)
    mean, low_text, high_text = (
        f"{number:{'+' if signed else ''}.3f}".replace("0.", ".", 1) for number in numbers
    )
    return f"{mean} [{low_text}, {high_text}]"


def print_set(question_set: QuestionSet) -> None:
    """Print the table of one set."""
    graph, questions = question_set.graph, question_set.half(tuning=False)
    print(
        f"{question_set.name}: {len(graph.nodes)} nodes, {graph.counts.resolved} links, "
        f"{len(questions)} questions of {len(question_set.questions)}\n"
    )
    print("| |" + "".join(f" @{cut} |" for cut in CUTS))
    print("|---|" + "---|" * len(CUTS))
    shares = {label: recall(rank, questions) for label, rank in rankers(question_set).items()}
    for label, rows in shares.items():
        print(f"| {label} | " + " | ".join(map(shown, zip(*rows, strict=True))) + " |")
    *_, rival, ours = shares.values()
    for_cut = zip(zip(*ours, strict=True), zip(*rival, strict=True), strict=True)
    paired = [[a - b for a, b in zip(*both, strict=True)] for both in for_cut]
    cells = " | ".join(shown(differences, signed=True) for differences in paired)
    print(f"| paired difference to fused BM25 | {cells} |\n")


def main() -> None:
    folders = dict(argument.split("=", 1) for argument in sys.argv[1:])
    if not folders.keys() & {"nvidia-skills", "hotpotqa-100"}:
        raise SystemExit((__doc__ or "").strip())
    if "nvidia-skills" in folders:
        print_set(nvidia(Path(folders["nvidia-skills"])))
    if "hotpotqa-100" in folders:
        with tempfile.TemporaryDirectory() as name:
            print_set(hotpot(Path(folders["hotpotqa-100"]), Path(name)))


if __name__ == "__main__":
    main()
