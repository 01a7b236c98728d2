"""Measures how many of the nodes that answer a question the offline navigator reads in a budget.

    python -m benchmarks.navigator nvidia-skills=FOLDER hotpotqa-100=FOLDER [half=tuned|held-out]

The sets are those of `benchmarks.ranking`. For each budget, it prints the share of gold nodes
whose whole text was disclosed, according to the ledger of the session, with a 95 % bootstrap
interval over the questions. It compares this with two other ways: to read the hits of `list_index`
in their order, without judging them; and to read the hits of BM25, for which only the texts are
counted, not the search. A question is in the half for tuning if the SHA-256 of its text is even.
"""

from __future__ import annotations

import hashlib
import random
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.fused_bm25 import FusedBM25
from benchmarks.ranking_sets import Question, QuestionSet, hotpot, nvidia
from skillagent import Agent, OfflineProvider, SkillGraph, Toolset
from skillagent.agent import CallFinished
from skillagent.disclosure import Level
from skillagent.disclosure.results import IndexResult
from skillagent.tokens import default_counter

BUDGETS = (500, 1_000, 2_000, 4_000, 8_000)
RESAMPLES = 2_000


@dataclass(frozen=True, slots=True)
class Walk:
    """The result of one question."""

    read: frozenset[str]
    """Nodes whose whole text was disclosed."""
    spent: int
    """Tokens of all answers."""
    calls: int
    """Number of tool calls."""


Walker = Callable[[str, int], Walk]


def navigator(graph: SkillGraph) -> Walker:
    """The offline provider with the same agent as in `skillagent chat`."""

    def walk(question: str, budget: int) -> Walk:
        agent = Agent(Toolset(graph, budget), OfflineProvider())
        calls = sum(isinstance(event, CallFinished) for event in agent.ask(question))
        return _walk(agent.toolset, calls)

    return walk


def in_order(graph: SkillGraph) -> Walker:
    """`list_index`, then `read_node` for every hit in order, until the budget is spent."""

    def walk(question: str, budget: int) -> Walk:
        tools = Toolset(graph, budget)
        for node in _listed(tools, question):
            tools.read_node(node)
        return _walk(tools, tools.calls)

    return walk


def _listed(tools: Toolset, question: str) -> Iterator[str]:
    cursor: str | None = None
    while not tools.spent:
        page = tools.list_index(query=question, cursor=cursor).result
        if not isinstance(page, IndexResult):
            return
        yield from (line.id for line in page.lines)
        cursor = page.cursor
        if cursor is None:
            return


def bm25(graph: SkillGraph) -> Walker:
    """The best nodes by BM25 of their whole text, as many as fit; only their texts are counted."""
    rank = FusedBM25(graph, 1.5, 0.75, 0.0).rank
    counter = default_counter()
    costs = {node.id: node.cost(counter) for node in graph.nodes.values()}

    def walk(question: str, budget: int) -> Walk:
        read: list[str] = []
        spent = 0
        for node in rank(question):
            if spent + costs[node] > budget:
                break
            read.append(node)
            spent += costs[node]
        return Walk(frozenset(read), spent, 0)

    return walk


WALKERS: dict[str, Callable[[SkillGraph], Walker]] = {
    "offline navigator": navigator,
    "list_index, then in order": in_order,
    "BM25, whole texts": bm25,
}


def _walk(tools: Toolset, calls: int) -> Walk:
    levels = tools.ledger.levels()
    read = frozenset(node for node, level in levels.items() if level is Level.NODE)
    return Walk(read, tools.ledger.spent, calls)


def half(questions: Sequence[Question], name: str) -> list[Question]:
    """The questions of one half of a set, or all of them.

    Args:
        questions: all questions of the set.
        name: `tuned`, `held-out`, or empty for both.
    """
    if not name:
        return list(questions)
    remainder = {"tuned": 0, "held-out": 1}[name]
    return [question for question in questions if _last_byte(question.text) % 2 == remainder]


def _last_byte(text: str) -> int:
    return hashlib.sha256(text.encode()).digest()[-1]


def interval(values: Sequence[float]) -> tuple[float, float]:
    """The 95 % bootstrap interval of a mean, from a fixed seed."""
    draw = random.Random(0)
    means = sorted(statistics.fmean(draw.choices(values, k=len(values))) for _ in range(RESAMPLES))
    return means[round(RESAMPLES * 0.025)], means[round(RESAMPLES * 0.975) - 1]


def row(walk: Walker, questions: Sequence[Question], budget: int) -> str:
    """One row of the table: recall with its interval, mean of tokens and median of calls."""
    walks = [walk(question.text, budget) for question in questions]
    shares = [
        len(question.gold & result.read) / len(question.gold)
        for question, result in zip(questions, walks, strict=True)
    ]
    low, high = interval(shares)
    spent = statistics.fmean(result.spent for result in walks)
    calls = statistics.median(result.calls for result in walks)
    return (
        f"{budget:6,}  {statistics.fmean(shares):.3f} [{low:.3f}, {high:.3f}]"
        f"  {spent:6,.0f} tokens  {calls:g} calls"
    )


def main() -> None:
    options = dict(argument.split("=", 1) for argument in sys.argv[1:])
    with tempfile.TemporaryDirectory() as name:
        sets: list[QuestionSet] = []
        if "hotpotqa-100" in options:
            sets.append(hotpot(Path(options["hotpotqa-100"]), Path(name)))
        if "nvidia-skills" in options:
            sets.append(nvidia(Path(options["nvidia-skills"])))
        if not sets:
            raise SystemExit((__doc__ or "").strip())
        for question_set in sets:
            label, graph = question_set.name, question_set.graph
            questions = half(question_set.questions, options.get("half", ""))
            print(f"{label}: {len(graph.nodes)} nodes, {len(questions)} questions")
            budgets = (*BUDGETS, 16_000) if label == "nvidia-skills" else BUDGETS
            for title, make in WALKERS.items():
                print(f"  {title}")
                walk = make(graph)
                for budget in budgets:
                    print(f"    {row(walk, questions, budget)}", flush=True)


if __name__ == "__main__":
    main()
