"""Chooses the thresholds of a match: with questions off the subject, and with true questions.

    python -m benchmarks.off_subject arscontexta-methodology=FOLDER foam-docs=FOLDER \\
        sourcegraph-handbook=FOLDER nvidia-skills=FOLDER [--semantic]

The graphs of this project are always included. Each graph gets four kinds of questions:

- off the subject: the everyday questions of `off_subject.toml`;
- true: the questions for that graph in `off_subject.toml`, and for nvidia-skills the prompts of
  `benchmarks.ranking_sets`; only those with one of their nodes among the first five hits;
- words of a text: three words of one sentence of a node, and a word that no node contains;
- near the subject: prompts of nvidia-skills that should select no skill.

It prints, as Markdown, for several thresholds which share of each kind has a best hit with less
strength, for the half for tuning and for the other half. Then it prints the result of each graph
with the thresholds that were chosen.
"""

from __future__ import annotations

import random
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.ranking_sets import Question, nvidia, nvidia_negatives
from skillagent import SearchIndex, SkillGraph
from skillagent.embeddings import Embedder, embedder_of
from skillagent.index.analyzer import STOP_WORDS
from skillagent.index.search import NONE_BELOW, WEAK_BELOW
from skillagent.markdown.inline import plain_text
from skillagent.markdown.prose import sentences

HERE = Path(__file__).parent
BUNDLED = {
    "ml-reproducibility": HERE.parent / "examples" / "ml-reproducibility",
    "skillagent": HERE.parent / "skills" / "skillagent",
    "trading": HERE.parent / "examples" / "trading",
}
OFF, TRUE, PROBE, NEAR = "off the subject", "true", "words of a text", "near the subject"
KINDS = (OFF, TRUE, PROBE, NEAR)
THRESHOLDS = (0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6)
PROBES, PROBE_WORDS, FIRST = 40, 3, 5
UNKNOWN = "flibbertigib"
SEED = 20261128


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """One question to one graph, and its result."""

    graph: str
    kind: str
    """One of `KINDS`."""
    tuning: bool
    """Whether the question is in the half for tuning."""
    strength: float
    """Strength of the best hit."""


def ask_all(
    name: str, graph: SkillGraph, folder: Path, embedder: Embedder | None
) -> Iterator[AskedQuestion]:
    """Ask one graph all its questions.

    Args:
        name: name of the graph, as in `off_subject.toml`.
        graph: the graph.
        folder: folder of the graph.
        embedder: the model by which it is searched by meaning, too; None for words alone.
    """
    written = tomllib.loads((HERE / "off_subject.toml").read_text())
    index = SearchIndex.of(graph, embedder=embedder)

    def ask(kind: str, question: Question) -> AskedQuestion:
        return AskedQuestion(name, kind, question.tuning, index.strength(question.text))

    for text in written["off_subject"]:
        yield ask(OFF, Question(text, frozenset()))
    true = [
        Question(text, frozenset(gold))
        for text, gold in written["on_subject"].get(name, {}).items()
    ]
    if name == "nvidia-skills":
        true += nvidia(folder).questions
        for _, text in nvidia_negatives(folder):
            yield ask(NEAR, Question(text, frozenset()))
    for question in true:
        if _answered(index, question):
            yield ask(TRUE, question)
    for question in _probes(index, graph):
        yield ask(PROBE, question)


def _answered(index: SearchIndex, question: Question) -> bool:
    hits, _ = index.search(question.text, FIRST)
    return any(hit.node in question.gold for hit in hits)


def _probes(index: SearchIndex, graph: SkillGraph) -> Iterator[Question]:
    """Words of random sentences, for which the node of the sentence is one of the first hits."""
    rng = random.Random(SEED)
    lines = [
        (node.id, sentence)
        for node in graph.nodes.values()
        for sentence in sentences(plain_text(node.document.body))
    ]
    rng.shuffle(lines)
    count = 0
    for node, sentence in lines:
        words = [
            word
            for word in dict.fromkeys(re.findall(r"[a-z]{4,}", sentence.casefold()))
            if word not in STOP_WORDS
        ]
        if len(words) < PROBE_WORDS or count == PROBES:
            continue
        text = " ".join((*rng.sample(words, PROBE_WORDS), UNKNOWN))
        question = Question(text, frozenset({node}))
        if _answered(index, question):
            count += 1
            yield question


def print_curve(rows: list[AskedQuestion]) -> None:
    """Print which share of each kind falls below each threshold: tuning half / other half."""
    print("| strength below | " + " | ".join(KINDS) + " |")
    print("|---|" + "---|" * len(KINDS))
    for threshold in THRESHOLDS:
        cells = []
        for kind in KINDS:
            halves = (
                [
                    row.strength < threshold
                    for row in rows
                    if row.kind == kind and row.tuning is half
                ]
                for half in (True, False)
            )
            cells.append(
                " / ".join(f"{sum(half) / len(half):.3f}" if half else "-" for half in halves)
            )
        chosen = {NONE_BELOW: " (none)", WEAK_BELOW: " (weak)"}.get(threshold, "")
        print(f"| {threshold}{chosen} | " + " | ".join(cells) + " |")
    print()


def print_graphs(rows: list[AskedQuestion]) -> None:
    """Print how many questions of each kind each graph answers with nothing, weakly and well."""
    print("| graph, none / weak / good | " + " | ".join(KINDS) + " |")
    print("|---|" + "---|" * len(KINDS))
    for name in dict.fromkeys(row.graph for row in rows):
        cells = []
        for kind in KINDS:
            count = Counter(
                (row.strength >= NONE_BELOW) + (row.strength >= WEAK_BELOW)
                for row in rows
                if row.graph == name and row.kind == kind
            )
            cells.append(f"{count[0]} / {count[1]} / {count[2]}" if count else "-")
        print(f"| {name} | " + " | ".join(cells) + " |")


def main() -> None:
    words = [word for word in sys.argv[1:] if word != "--semantic"]
    folders = {name: Path(folder) for name, folder in (word.split("=", 1) for word in words)}
    embedder = embedder_of("--semantic" in sys.argv)
    rows = [
        row
        for name, folder in (BUNDLED | folders).items()
        for row in ask_all(name, SkillGraph.load(folder), folder, embedder)
    ]
    print_curve(rows)
    print_graphs(rows)


if __name__ == "__main__":
    main()
