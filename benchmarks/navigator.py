"""Measures how many of the nodes that answer a question the offline navigator reads in a budget.

    python -m benchmarks.navigator nvidia-skills=FOLDER hotpotqa-100=FOLDER [half=tuned|held-out]

The sets are those of `benchmarks.ranking`. For each budget it prints, with 95 % bootstrap intervals
over the questions, the share of gold nodes whose whole text was disclosed, according to the ledger
of the session, and its paired difference to fused BM25; the share of questions with all gold nodes;
the mean of tokens spent; and the median of tokens and calls until all gold nodes were read (a
question that misses one counts as infinite).

The navigator is compared with two plain ways. One reads the hits of `list_index` in their order,
without judging them. The other is fused BM25, tuned on the half for tuning: it reads whole nodes,
best first, and skips a node that does not fit. For it only the texts are counted, not the search
and not the lines around a text. A question is in the half for tuning if the last byte of the
SHA-256 of its text is even.
"""

from __future__ import annotations

import hashlib
import math
import random
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.fused_bm25 import tuned
from benchmarks.ranking_sets import Question, QuestionSet, hotpot, nvidia
from skillagent import Agent, OfflineProvider, SkillGraph, Toolset
from skillagent.disclosure import Level
from skillagent.disclosure.results import IndexResult
from skillagent.tokens import default_counter

BUDGETS = (500, 1_000, 2_000, 4_000, 8_000)
RESAMPLES = 2_000


@dataclass(frozen=True, slots=True)
class Walk:
    """The result of one question."""

    reads: Mapping[str, tuple[int, int]]
    """Node whose whole text was disclosed → tokens and calls until then."""
    spent: int
    """Tokens of all answers."""

    def recall(self, question: Question) -> float:
        """Share of a question's gold nodes that were read."""
        return len(question.gold & self.reads.keys()) / len(question.gold)

    def until_all(self, question: Question) -> tuple[float, float]:
        """Tokens and calls until all gold nodes were read; infinite if one was missed."""
        reads = [self.reads.get(node, (math.inf, math.inf)) for node in question.gold]
        return max(tokens for tokens, _ in reads), max(calls for _, calls in reads)


Walker = Callable[[str, int], Walk]
Shares = Sequence[float]


def navigator(graph: SkillGraph) -> Walker:
    """The offline provider with the same agent as in `skillagent chat`."""

    def walk(question: str, budget: int) -> Walk:
        agent = Agent(Toolset(graph, budget), OfflineProvider())
        for _ in agent.ask(question):
            pass
        return _walk(agent.toolset)

    return walk


def in_order(graph: SkillGraph) -> Walker:
    """`list_index`, then `read_node` for every hit in order, until the budget is spent."""

    def walk(question: str, budget: int) -> Walk:
        tools = Toolset(graph, budget)
        for node in _listed(tools, question):
            tools.read_node(node)
        return _walk(tools)

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


def _walk(tools: Toolset) -> Walk:
    """What a session read, and when."""
    reads: dict[str, tuple[int, int]] = {}
    spent = 0
    for entry in tools.ledger.entries:
        spent += entry.cost
        for item in entry.disclosed:
            if item.level is Level.NODE:
                reads.setdefault(item.node, (spent, entry.call))
    return Walk(reads, spent)


def fused_bm25(question_set: QuestionSet) -> Walker:
    """The best nodes by fused BM25 that fit; only their texts are counted."""
    graph = question_set.graph
    rank = tuned(graph, half(question_set.questions, "tuned")).rank
    counter = default_counter()
    costs = {node.id: node.cost(counter) for node in graph.nodes.values()}

    def walk(question: str, budget: int) -> Walk:
        reads: dict[str, tuple[int, int]] = {}
        spent = 0
        for node in rank(question):
            if spent + costs[node] <= budget:
                spent += costs[node]
                reads[node] = (spent, len(reads) + 1)
        return Walk(reads, spent)

    return walk


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


def with_interval(values: Sequence[float], sign: str = "") -> str:
    """A mean and its interval as text."""
    low, high = interval(values)
    return f"{statistics.fmean(values):{sign}.3f} [{low:{sign}.3f}, {high:{sign}.3f}]"


def row(questions: Sequence[Question], budget: int, walks: Sequence[Walk], plain: Shares) -> str:
    """One row of the table.

    Args:
        questions: the questions.
        budget: tokens of the budget.
        walks: the result of each question.
        plain: recall of the plain way for each question.
    """
    pairs = list(zip(questions, walks, strict=True))
    shares = [walk.recall(question) for question, walk in pairs]
    gains = [ours - other for ours, other in zip(shares, plain, strict=True)]
    complete = statistics.fmean(share == 1 for share in shares)
    spent = statistics.fmean(walk.spent for walk in walks)
    tokens, calls = (
        statistics.median_low(column)
        for column in zip(*(walk.until_all(question) for question, walk in pairs), strict=True)
    )
    return (
        f"{budget:6,}  {with_interval(shares)}  {with_interval(gains, '+')}  all {complete:.3f}"
        f"  {spent:6,.0f} tokens  until all gold: {tokens:,} tokens, {calls} calls"
    )


def print_set(question_set: QuestionSet, half_name: str) -> None:
    """Print the tables of one set: fused BM25, then the ways that use the tools."""
    graph, questions = question_set.graph, half(question_set.questions, half_name)
    print(f"{question_set.name}: {len(graph.nodes)} nodes, {len(questions)} questions")
    walkers = {
        "fused BM25, tuned, whole texts": fused_bm25(question_set),
        "offline navigator": navigator(graph),
        "list_index, then in order": in_order(graph),
    }
    plain: dict[int, Shares] = {}
    for title, walk in walkers.items():
        print(f"  {title}")
        for budget in (*BUDGETS, 16_000) if question_set.name == "nvidia-skills" else BUDGETS:
            walks = [walk(question.text, budget) for question in questions]
            shares = [
                result.recall(question) for question, result in zip(questions, walks, strict=True)
            ]
            print(f"    {row(questions, budget, walks, plain.setdefault(budget, shares))}")


def main() -> None:
    options = dict(argument.split("=", 1) for argument in sys.argv[1:])
    if not options.keys() & {"nvidia-skills", "hotpotqa-100"}:
        raise SystemExit((__doc__ or "").strip())
    half_name = options.get("half", "")
    if "hotpotqa-100" in options:
        with tempfile.TemporaryDirectory() as name:
            print_set(hotpot(Path(options["hotpotqa-100"]), Path(name)), half_name)
    if "nvidia-skills" in options:
        print_set(nvidia(Path(options["nvidia-skills"])), half_name)


if __name__ == "__main__":
    main()
