"""A recorded run as a walk: what each step showed and cost, by which link, and where two part."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from skillagent import OfflineProvider, SkillGraph
from skillagent.messages import Message, Reply, Role, Stop, ToolCall
from skillagent.repro.compare import compare
from skillagent.repro.divergence import first_divergence
from skillagent.runs import RunRecord
from skillagent.store import view_of
from skillagent.viewer import walking
from skillagent.viewer.parting import compared_walks
from skillagent.viewer.walk import Walk
from skillagent.viewer.walking import CHANGED, GONE, MOST_TOKENS, walk_of_record, walk_of_session
from tests.report_page import hostile
from tests.run_records import (
    FILES,
    KINDS,
    LITTLE,
    Maker,
    Scripted,
    answered,
    offline,
    other_model_and_budget,
    reads,
    rewritten,
    says,
    with_usage,
    without_model,
)


@pytest.fixture
def make(tmp_path: Path) -> Maker:
    return Maker(tmp_path)


def walk_of(make: Maker, folder: Path) -> Walk:
    return walk_of_record(RunRecord.read(folder), view_of(SkillGraph.load(make.folder / "graph")))


def calling(*made: tuple[str, dict[str, Any]]) -> Reply:
    """A reply that makes these calls."""
    calls = tuple(ToolCall(f"c{n}", *one) for n, one in enumerate(made))
    return Reply(Message(Role.ASSISTANT, calls), Stop.TOOL_USE, LITTLE, "a-model")


def walked(make: Maker, *made: tuple[str, dict[str, Any]], budget: int = 2_000) -> Walk:
    model = Scripted(calling(*made), says("So."))
    return walk_of(make, answered(make.agent(model, budget=budget), "How?"))


def ways(walk: Walk) -> list[tuple[str, str, int]]:
    """Each arrival: the node, the node from which a link led there, the step that showed it."""
    arrivals = (arrival for step in walk.steps for arrival in step.arrivals)
    return [(arrival.node, arrival.source, arrival.step) for arrival in arrivals]


# one run


def test_each_step_tells_what_it_showed_and_what_it_cost(make: Maker) -> None:
    walk = walked(
        make,
        ("list_index", {"query": "seed"}),
        ("read_summary", {"nodes": ["seed", "index"]}),
        ("read_node", {"node": "seed", "section": "Seed"}),
        ("read_node", {"node": "split", "again": True}),
        ("read_node", {"node": "nowhere"}),
    )
    shown = [(one.operation, one.arguments, one.refused) for one in walk.steps]
    assert shown == [
        ("system prompt", "", False),
        ("list_index", "query “seed”", False),
        ("read_summary", "seed, index", False),
        ("read_node", "seed, section “Seed”", False),
        ("read_node", "split, again", False),
        ("read_node", "nowhere", True),
    ]
    assert [(one.listed, one.summarised, one.read) for one in walk.steps] == [
        (("seed", "split"), (), ()),
        (("seed", "index"), (), ()),
        ((), ("seed", "index"), ()),
        ((), (), ("seed",)),
        ((), (), ("split",)),
        ((), (), ()),
    ]
    assert [one.number for one in walk.steps] == [1, 2, 3, 4, 5, 6]
    assert walk.steps[-1].remark.startswith("There is no node 'nowhere'")
    assert (walk.question, walk.answer, walk.outcome) == ("How?", "So.", "")


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_record_has_a_walk_whose_costs_are_the_records(
    make: Maker, kind: Callable[[Maker], Path]
) -> None:
    record = RunRecord.read(kind(make))
    walk = walk_of_record(record, view_of(SkillGraph.load(make.folder / "graph")))
    answers = [e.fields for e in record.events if e.kind in ("instructions", "answer")]
    costs = [step.cost for step in walk.steps if step.remark != "No answer is recorded."]
    assert costs == [fields["cost"] for fields in answers]
    lefts = [fields["remaining"] for fields in answers if "remaining" in fields]
    assert set(lefts) <= {step.left for step in walk.steps}
    assert walk.remarks == {}
    json.dumps(walk.to_json(), allow_nan=False)


LINKED: dict[str, tuple[list[tuple[str, dict[str, Any]]], list[tuple[str, str, int]]]] = {
    "a line of the entry in the system prompt": (
        [("read_node", {"node": "seed"})],
        [("seed", "index", 1)],
    ),
    "a link in a text": (
        [("read_node", {"node": "seed"}), ("read_node", {"node": "split"})],
        [("seed", "index", 1), ("split", "seed", 2)],
    ),
    "a link in a summary": (
        [("read_summary", {"nodes": ["seed"]}), ("read_node", {"node": "split"})],
        [("seed", "index", 1), ("split", "seed", 2)],
    ),
    "a line of a map": (
        [("list_index", {"map": "index"}), ("read_node", {"node": "split"})],
        [("split", "index", 2)],
    ),
    "a search": (
        [("list_index", {"query": "seed"}), ("read_node", {"node": "seed"})],
        [("seed", "", 2)],
    ),
    "a line of a neighbourhood": (
        [("read_summary", {"nodes": ["seed"], "depth": 2}), ("read_node", {"node": "split"})],
        [("split", "seed", 2)],
    ),
    "the newest of several": (
        [
            ("read_node", {"node": "seed"}),
            ("list_index", {"query": "train"}),
            ("read_node", {"node": "split"}),
        ],
        [("seed", "index", 1), ("split", "", 3)],
    ),
    "nothing that is recorded": (
        [("read_node", {"node": "index"})],
        [("index", "", 0)],
    ),
    "no second arrival": (
        [("read_summary", {"nodes": ["seed"]}), ("read_node", {"node": "seed"})],
        [("seed", "index", 1)],
    ),
}


@pytest.mark.parametrize("case", LINKED)
def test_a_node_is_reached_by_the_link_that_was_shown_last(make: Maker, case: str) -> None:
    calls, expected = LINKED[case]
    assert ways(walked(make, *calls)) == expected


def test_the_sentence_around_the_link_says_why_it_was_followed(make: Maker) -> None:
    walk = walked(make, ("read_node", {"node": "seed"}), ("read_node", {"node": "split"}))
    contexts = [arrival.context for step in walk.steps for arrival in step.arrivals]
    assert contexts == ["seed - fix it", "Set it once, see split."]


def test_a_link_outside_the_section_that_was_shown_leads_nowhere(tmp_path: Path) -> None:
    text = "# Seed\n\n## One\n\nNothing here.\n\n## Two\n\nSee [[far]].\n"
    make = Maker(tmp_path, FILES | {"seed.md": text, "far.md": "# Far\n\nAway.\n"})
    far = ("read_node", {"node": "far"})
    one = walked(make, ("read_node", {"node": "seed", "section": "One"}), far)
    assert ways(one)[-1] == ("far", "", 1)  # a line of the system prompt
    two = walked(make, ("read_node", {"node": "seed", "section": "Two"}), far)
    assert ways(two)[-1] == ("far", "seed", 2)


def test_what_happens_between_the_steps_is_told(make: Maker) -> None:
    walk = walk_of(make, other_model_and_budget(make))
    (told,) = (step.before for step in walk.steps if step.before)
    assert told[0].startswith("Answer 1: [offline navigator")
    assert told[1:] == (
        "From here the model is another.",
        "From here the budget is 3000 tokens.",
        "Question 2: And the split?",
    )
    # The system prompt of the second model is paid from the larger budget.
    assert walk.steps[4].left == walk.steps[3].left + 1_000 - walk.steps[4].cost


def test_answers_to_calls_at_once_are_in_the_order_in_which_they_were_paid(make: Maker) -> None:
    walk = walk_of(make, without_model(make))
    assert [step.arguments for step in walk.steps] == ["split", "seed", ""]
    assert [step.remark for step in walk.steps] == ["", "", "No answer is recorded."]
    lefts = [step.left for step in walk.steps]
    assert lefts == sorted(lefts, reverse=True)


def test_a_session_that_goes_on_has_the_walk_of_its_ledger(make: Maker) -> None:
    toolset = make.toolset()
    toolset.call("list_index", {})
    toolset.call("read_node", {"node": "seed"})
    toolset.call("read_node", {"node": "split"})
    walk = walk_of_session(toolset.ledger.entries, toolset.budget.total, toolset.graph)
    assert [step.read for step in walk.steps] == [(), ("seed",), ("split",)]
    assert ways(walk) == [("seed", "index", 1), ("split", "seed", 2)]
    assert walk.steps[-1].left == toolset.ledger.remaining


# today's graph


def test_nodes_that_are_no_longer_as_they_were_are_named(make: Maker) -> None:
    folder = offline(make)
    (make.folder / "graph" / "seed.md").unlink()
    (make.folder / "graph" / "split.md").write_text("# Split\n\nAnother text.\n")
    walk = walk_of(make, folder)
    assert walk.remarks == {"seed": GONE, "split": CHANGED}
    assert [step.read for step in walk.steps][1:3] == [("seed",), ("split",)]
    # The link from a node that is gone leads nowhere any more.
    assert ("split", "", 1) in ways(walk)


# two runs


def two(make: Maker, first: Scripted, second: Scripted) -> tuple[Walk, Walk]:
    before, after = (
        RunRecord.read(answered(make.agent(model), "How?")) for model in (first, second)
    )
    return compared_walks(before, after, view_of(SkillGraph.load(make.folder / "graph")))


def test_two_runs_part_at_the_step_after_their_last_equal_event(make: Maker) -> None:
    first, second = two(
        make,
        Scripted(reads("index"), reads("seed"), says("A.")),
        Scripted(reads("index"), reads("split"), says("B.")),
    )
    assert first.parting is not None
    assert second.parting is not None
    assert (first.parting.step, second.parting.step) == (3, 3)
    assert first.parting.words == second.parting.words
    assert first.parting.words == (
        "The first 2 steps are equal: reply 2 differs in parts. Run 1 goes on with read_node seed "
        "(step 3); run 2 goes on with read_node split (step 3)."
    )


PARTED: dict[str, tuple[Scripted, Scripted, tuple[int | None, int | None], str]] = {
    "one answers earlier": (
        Scripted(reads("seed"), says("A.")),
        Scripted(reads("seed"), reads("split"), says("A.")),
        (None, 3),
        "Run 1 has no step after it; run 2 goes on with read_node split (step 3).",
    ),
    "only the answers differ": (
        Scripted(reads("seed"), says("A.")),
        Scripted(reads("seed"), says("B.")),
        (None, None),
        "Neither run has a step after it.",
    ),
}


@pytest.mark.parametrize("case", PARTED)
def test_a_run_without_another_step_parts_at_its_end(make: Maker, case: str) -> None:
    first, second, steps, words = PARTED[case]
    walks = two(make, first, second)
    assert tuple(walk.parting and walk.parting.step for walk in walks) == steps
    assert walks[0].parting is not None
    assert walks[0].parting.words.endswith(words)


def test_without_a_cassette_the_difference_is_known_by_digests(make: Maker) -> None:
    models = Scripted(says("A."), name="one"), Scripted(says("A."), name="two")
    folders = [answered(make.agent(model), "How?") for model in models]
    before, after = map(RunRecord.read, folders)
    assert "request 1 differs: model" in str(compare(before, after).first)
    (folders[0] / "cassette.jsonl").write_text("no cassette\n")
    first = compare(before, after).first
    assert first is not None
    assert first.what == "request 1 differs in digest"


def test_equal_runs_do_not_part(make: Maker) -> None:
    walks = two(make, Scripted(says("A.")), Scripted(says("A.")))
    assert [walk.parting for walk in walks] == [None, None]


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_walks_part_if_and_only_if_their_events_differ(
    tmp_path: Path, kind: Callable[[Maker], Path]
) -> None:
    make, other = Maker(tmp_path / "a"), Maker(tmp_path / "b")
    records = RunRecord.read(kind(make)), RunRecord.read(offline(other))
    walks = compared_walks(*records, view_of(SkillGraph.load(make.folder / "graph")))
    place = first_divergence(records[0].events, records[1].events)
    assert (walks[0].parting is None) == (place is None)
    for walk in walks:
        if place is not None and walk.parting is not None and walk.parting.step:
            equal = [step.place < place for step in walk.steps]
            assert equal.index(False) == walk.parting.step - 1


# forged records


def test_a_hostile_record_has_a_walk(tmp_path: Path) -> None:
    record = RunRecord.read(hostile(tmp_path))
    walk = walk_of_record(record, view_of(SkillGraph.load(tmp_path / "graph")))
    assert walk.question.startswith("<script>")
    assert [step.refused for step in walk.steps] == [False, False, True, True]


FORGED: dict[str, dict[str, Any]] = {
    "numbers without end": {"cost": 10**400, "remaining": -(10**400)},
    "halves of letters": {"text": "\ud800", "disclosed": [{"node": "\udfff"}]},
    "reversed text": {"disclosed": [{"node": "\u202egnorw\x00"}]},
    "no such node": {"disclosed": [{"node": "../../etc/passwd"}]},
    "a node of a million letters": {"disclosed": [{"node": "x" * 1_000_000}]},
}


@pytest.mark.parametrize("case", FORGED)
def test_a_forged_answer_is_shown_within_bounds(make: Maker, case: str) -> None:
    folder = with_usage(make)
    events = RunRecord.read(folder).events
    place = next(i for i, event in enumerate(events) if event.kind == "answer")
    fields = dict(FORGED[case])
    for item in fields.get("disclosed", ()):
        item.update(level="node", digest="sha256:0", section="")
    record = rewritten(folder, place, **fields)
    walk = walk_of_record(record, view_of(SkillGraph.load(make.folder / "graph")))
    text = json.dumps(walk.to_json(), ensure_ascii=False)
    assert len(text.encode()) < 20_000
    assert not {"\u202e", "\x00"} & set(text)
    for step in walk.steps:
        assert 0 <= step.cost <= MOST_TOKENS
        assert 0 <= step.left <= MOST_TOKENS
    if "disclosed" in fields:
        assert set(walk.remarks.values()) == {GONE}


def test_a_run_without_end_is_cut_and_says_so(make: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walking, "MOST_STEPS", 3)
    monkeypatch.setattr(walking, "MOST_NODES", 2)
    folder = answered(make.agent(OfflineProvider()), "How do I set a seed?")
    walk = walk_of(make, folder)
    assert len(walk.steps) == 3
    assert walk.omitted == (
        "Not shown, because the run is very long: 1 more step and 1 more node of a single step."
    )
