"""The invariant: all answers together never cost more than the budget, whatever is called.

Counted independently, by tiktoken itself, on the very strings that a model receives.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
)

from skillagent import (
    Answer,
    Budget,
    EncodingCounter,
    Level,
    ScaledCounter,
    SkillGraph,
    Toolset,
    UsageError,
)
from skillagent.disclosure.results import Refusal
from skillagent.messages import ToolCall
from tests.conftest import BUNDLED

REFERENCE = EncodingCounter(fast=False)
CORPORA = [BUNDLED, *sorted(Path(os.environ.get("SKILLAGENT_CORPORA", os.devnull)).glob("*/"))]
"""The bundled graph, and every folder below $SKILLAGENT_CORPORA."""

WORDS = st.sampled_from(
    ["seed", "gpu", "[[n1]]", "[[n2|two]]", "![[n3]]", "![[n0#H1]]", "é", "日本", "</node>", "`x`"]
)
SENTENCES = st.lists(WORDS, min_size=1, max_size=12).map(lambda words: " ".join(words) + ".")
BLOCKS = st.one_of(
    SENTENCES,
    st.integers(1, 3).flatmap(lambda level: st.just(f"{'#' * level} H{level}")),
    st.lists(SENTENCES, min_size=1, max_size=4).map(lambda items: "- " + "\n- ".join(items)),
    SENTENCES.map(lambda text: f"```\n{text}\n```"),
    SENTENCES.map(lambda text: text * 40),
)
NODES = st.lists(BLOCKS, max_size=8).map("\n\n".join)
HEADERS = st.sampled_from(
    ["", "---\ntype: moc\n---\n", "---\ndescription: About seeds\naliases: [seedy]\n---\n", "---\n"]
)
GRAPHS = st.lists(st.tuples(HEADERS, NODES), min_size=1, max_size=5)
NAMES = st.one_of(
    st.sampled_from(["n0", "n1", "n2", "n3", "n0#H1", "seedy", "[[n1]]", "unmapped", ""]),
    st.text(max_size=8),
)
OPTIONAL_NAMES = st.none() | NAMES
BUDGETS = st.builds(
    Budget, st.integers(0, 700) | st.integers(0, 6_000), st.none() | st.integers(0, 2_000)
)


def write(folder: Path, nodes: list[tuple[str, str]]) -> SkillGraph:
    for number, (header, body) in enumerate(nodes):
        (folder / f"n{number}.md").write_text(header + body, encoding="utf-8")
    return SkillGraph.load(folder)


class Session(RuleBasedStateMachine):
    """Any calls in any order; every text is counted here a second time."""

    cursors: Bundle[str] = Bundle("cursors")

    @initialize(nodes=GRAPHS, budget=BUDGETS)
    def start(self, nodes: list[tuple[str, str]], budget: Budget) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.begin(write(Path(self.folder.name), nodes), budget)

    def begin(self, graph: SkillGraph, budget: Budget) -> None:
        self.graph = graph
        self.tools = Toolset(graph, budget)
        self.total = budget.total
        self.cap = budget.cap
        self.sum = 0
        self.instructions = ""

    @rule()
    def read_instructions(self) -> None:
        text = self.tools.instructions()
        if not self.instructions:
            self.instructions = text
            self.sum += REFERENCE.count(text)
        assert text == self.instructions

    @rule(target=cursors, map=OPTIONAL_NAMES, query=OPTIONAL_NAMES)
    def list_index(self, map: str | None, query: str | None) -> Any:
        result = self.take(self.tools.list_index(map, query)).to_json()["result"]
        return result["cursor"] if result.get("cursor") else multiple()

    @rule(cursor=cursors, map=OPTIONAL_NAMES)
    def next_page(self, cursor: str, map: str | None) -> None:
        self.take(self.tools.list_index(map, None, cursor))

    @rule(
        nodes=st.lists(NAMES, max_size=4),
        query=OPTIONAL_NAMES,
        depth=st.none() | st.integers(0, 4),
    )
    def read_summary(self, nodes: list[str], query: str | None, depth: int | None) -> None:
        self.take(self.tools.read_summary(nodes, query, depth))

    @rule(node=NAMES, section=OPTIONAL_NAMES, again=st.booleans())
    def read_node(self, node: str, section: str | None, again: bool) -> None:
        self.take(self.tools.read_node(node, section, again))

    @rule(
        name=st.sampled_from(["read_node", "list_index", "read_summary", "fly", ""]),
        arguments=st.text(max_size=20) | st.dictionaries(st.text(max_size=6), st.text(max_size=6)),
    )
    def malformed(self, name: str, arguments: Any) -> None:
        self.take(self.tools.call(name, arguments))

    def take(self, answer: Answer) -> Answer:
        cost = REFERENCE.count(answer.text)
        assert answer.cost == cost
        assert cost <= self.cap
        self.sum += cost
        return answer

    @invariant()
    def never_over(self) -> None:
        if hasattr(self, "total"):
            assert self.sum <= self.total
            assert self.tools.ledger.spent == self.sum
            assert self.tools.remaining == self.total - self.sum

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.folder.cleanup()


TestSession = Session.TestCase
TestSession.settings = settings(
    max_examples=60,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@cache
def loaded(folder: Path) -> SkillGraph:
    return SkillGraph.load(folder)


@pytest.mark.parametrize("folder", CORPORA, ids=lambda folder: folder.name)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), budget=BUDGETS)
def test_no_session_on_a_real_graph_exceeds_its_budget(
    folder: Path, data: st.DataObject, budget: Budget
) -> None:
    graph = loaded(folder)
    names = st.sampled_from(sorted(graph.nodes))
    tools = Toolset(graph, budget)
    texts = [tools.instructions()]
    for _ in range(data.draw(st.integers(1, 12))):
        name = data.draw(names)
        query = graph.nodes[data.draw(names)].title
        operations: list[Callable[[], Answer]] = [
            partial(tools.list_index, map=name),
            partial(tools.list_index, query=query),
            partial(tools.read_summary, [name], query),
            partial(tools.read_summary, [name], query, depth=3),
            partial(tools.read_node, name),
            partial(tools.read_node, name, again=True),
        ]
        answer = operations[data.draw(st.integers(0, len(operations) - 1))]()
        assert answer.cost == REFERENCE.count(answer.text)
        texts.append(answer.text)
    assert sum(map(REFERENCE.count, texts)) <= budget.total


@pytest.mark.parametrize("total", [50, 700, 5_000])
def test_threads_share_one_budget(total: int) -> None:
    tools = Toolset(loaded(BUNDLED), total)
    names = list(tools.graph.ids)

    def work(number: int) -> list[str]:
        answers = [
            tools.read_node(names[number % len(names)], again=True),
            tools.list_index(query=names[number]),
            tools.read_summary(names[number : number + 3]),
        ]
        return [answer.text for answer in answers]

    with ThreadPoolExecutor(8) as pool:
        texts = [text for answers in pool.map(work, range(40)) for text in answers]
    assert sum(map(REFERENCE.count, texts)) <= total
    assert tools.ledger.spent == sum(map(REFERENCE.count, texts))


def test_reading_on_shows_every_text_exactly_once() -> None:
    graph = loaded(BUNDLED)
    for node in list(graph.nodes.values())[:20]:
        tools = Toolset(graph, Budget(100_000, 300))
        seen = ""
        for _ in range(40):
            seen += tools.read_node(node.id).to_json()["result"]["text"]
        text = node.document.text
        pieces = [text[piece.start : piece.end].strip() for piece in node.document.pieces]
        assert [seen.count(piece) for piece in pieces] == [1] * len(pieces)


def test_an_estimating_counter_holds_its_own_budget() -> None:
    counter = ScaledCounter(REFERENCE, 1.65, "estimate")
    tools = Toolset(loaded(BUNDLED), 3_000, counter=counter)
    texts = [tools.instructions()]
    texts += [tools.read_node(name).text for name in list(tools.graph.ids)[:30]]
    assert sum(map(counter.count, texts)) <= 3_000


@pytest.mark.parametrize("limits", [(-1,), (0, -1), (0, None, -1), (9, 9, -1), (9, -1, 9)])
def test_a_negative_budget_is_refused(limits: tuple[int, ...]) -> None:
    with pytest.raises(UsageError, match=r"^a budget cannot be negative$"):
        Budget(*limits)


@pytest.mark.parametrize(
    ("budget", "cap", "reserve"),
    [
        (Budget(), 4_000, 120),
        (Budget(1_920), 960, 120),
        (Budget(1_919), 959, 119),
        (Budget(960), 480, 60),
        (Budget(1_000, 800), 800, 62),
        (Budget(300), 150, 30),
        (Budget(100, 800), 100, 12),
        (Budget(1_000, 0), 0, 62),
        (Budget(1_000, None, 403), 100, 62),
        (Budget(1_000, 50, 403), 50, 62),
        (Budget(1_000, None, 9_000), 500, 62),
        (Budget(1_000, 50, 0), 0, 62),
        (Budget(0, 0, 0), 0, 0),
    ],
    ids=str,
)
def test_the_smallest_limit_caps_an_answer(budget: Budget, cap: int, reserve: int) -> None:
    assert (budget.cap, budget.reserve) == (cap, reserve)


def test_no_answer_has_more_characters_than_the_host_takes() -> None:
    lengths = set()
    for limit in range(400, 4_000, 200):
        tools = Toolset(loaded(BUNDLED), Budget(20_000, 5_000, limit))
        for name in list(tools.graph.ids)[:3]:
            text = tools.read_node(name).text
            assert 0 < len(text) <= limit
            lengths.add(len(text))
    assert len(lengths) > 10


def test_an_answer_states_what_is_left_and_how_much_of_it_answers_may_cost() -> None:
    tools = Toolset(loaded(BUNDLED), 2_000)
    first, second = list(tools.graph.ids)[:2]
    answer = tools.read_node(first)
    assert answer.remaining == 2_000 - answer.cost
    assert answer.room == answer.remaining - tools.budget.reserve
    result = tools.answer(ToolCall("c1", "read_summary", {"nodes": [second]}))
    assert (result.id, result.error) == ("c1", False)
    assert result.data and result.data["room"] == tools.remaining - tools.budget.reserve
    assert result.data["nodes"][0]["id"] == second


def test_a_file_that_is_handed_over_is_charged_or_refused() -> None:
    tools = Toolset(loaded(BUNDLED), 2_000)
    node = tools.graph.ids[0]
    handed = tools.hand_over("a file", "Some words.", node)
    assert (handed.text, handed.error, handed.call) == ("Some words.", False, 1)
    assert handed.cost == REFERENCE.count("Some words.")
    assert handed.room == handed.remaining - tools.budget.reserve
    assert [(item.node, item.level) for item in handed.disclosed] == [(node, Level.NODE)]
    large = tools.hand_over("a file", "word " * 3_000, node)
    assert (large.error, large.call) == (True, 2)
    assert f"; {handed.room} are left; read_node can show sections of [[{node}]]." in large.text
    told = [(entry.call, entry.tool, entry.arguments, entry.cost) for entry in tools.ledger.entries]
    arguments = {"name": "a file"}
    assert told == [
        (1, "hand_over", arguments, handed.cost),
        (2, "hand_over", arguments, large.cost),
    ]
    assert tools.ledger.entries[0].disclosed == handed.disclosed
    assert [entry.error for entry in tools.ledger.entries] == [False, True]
    assert tools.hand_over("other", "Words.").disclosed == ()


def test_the_last_answer_is_an_error_and_is_said_once() -> None:
    tools = Toolset(loaded(BUNDLED), 400)
    answers = [tools.read_node(name, again=True) for name in list(tools.graph.ids)[:20]]
    last = next(answer for answer in answers if "budget is spent" in answer.text)
    ends = answers[last.call :]
    assert {(answer.text, answer.cost, answer.room, answer.disclosed) for answer in ends} == {
        ("", 0, 0, ())
    }
    for answer in (last, *ends):
        assert isinstance(answer.result, Refusal)
        assert answer.result.code == "spent"
    assert isinstance(last.result, Refusal)
    assert last.result.message == last.text.partition("\n")[0]
    entries = tools.ledger.entries[last.call - 1 :]
    assert all(entry.error is True and entry.disclosed == () for entry in entries)
    assert {answer.remaining for answer in ends} == {last.remaining} == {tools.remaining}


def test_who_forgets_the_end_of_the_budget_is_told_again() -> None:
    tools = Toolset(loaded(BUNDLED), 400)
    names = iter(tools.graph.ids)
    while not tools.spent:
        tools.read_node(next(names), again=True)
    tools.forget(after=tools.calls)
    assert tools.spent
    tools.forget(after=tools.calls - 1)
    assert not tools.spent


@pytest.mark.parametrize(
    ("budget", "is_spent"),
    [
        (Budget(5_000, 200), False),
        (Budget(5_000, 100), False),  # a small cap does not end a session with much left
        (Budget(5_000, None, 400), False),
        (Budget(228), False),
        (Budget(227), True),
    ],
    ids=str,
)
def test_what_fits_no_answer_is_refused_while_there_is_room_to_go_on(
    tmp_path: Path, budget: Budget, is_spent: bool
) -> None:
    rare = "龘" * 60  # more than one token a character
    (tmp_path / rare).mkdir()
    (tmp_path / rare / f"{rare}.md").write_text("---\ntitle: deep\n---\nText.", encoding="utf-8")
    (tmp_path / "a.md").write_text("Another text.", encoding="utf-8")
    tools = Toolset(SkillGraph.load(tmp_path), budget)
    refused = tools.read_summary(["deep"])
    assert isinstance(refused.result, Refusal)
    assert refused.error
    assert tools.spent == is_spent
    if is_spent:
        assert refused.text.startswith("The budget is spent; nothing more can be shown.")
        assert refused.result.code == "spent"
    else:
        limit = min(budget.cap, budget.total - budget.reserve)
        message = f"That does not fit in one answer of {limit} tokens; ask for less"
        assert refused.text.startswith(message)
        assert refused.result.code == "too_large"
        assert "Another text." in tools.read_node("a").text
