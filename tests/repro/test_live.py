"""L4 of `verify`: the recorded model is asked again, and its answers are counted."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from skillagent.cli import main
from skillagent.testing import Fault, MockLLM, Turn, call, say
from skillagent.testing.conversation import Conversation
from skillagent.testing.script import Policy
from tests.repro.conftest import FixedModel, Record, events_of

Live = Callable[..., tuple[int, dict[str, Any]]]


def answering(text: str, node: str = "sizing") -> Policy:
    return lambda conversation: say(text) if conversation.turn else call("read_node", node=node)


@pytest.fixture
def run(graph: Path, tmp_path: Path) -> Path:
    """The record of a run of a mock, which read a node and said `Buy less.`"""
    runs = tmp_path / "runs"
    with MockLLM(answering("Buy less.")).serve() as server:
        words = ["chat", str(graph), "-p", "How much?", "-m", "openai:one", "--seed", "3"]
        assert main([*words, "--base-url", server.openai_url, "--record", str(runs)]) == 0
    return next(path for path in runs.iterdir() if path.is_dir())


@pytest.fixture
def live(run: Path, capsys: pytest.CaptureFixture[str]) -> Live:
    """Verify the record live, asking another mock; exit code and what L4 says in JSON."""

    def verified(script: Policy, times: int, *options: str) -> tuple[int, dict[str, Any]]:
        capsys.readouterr()
        with MockLLM(script).serve() as server:
            words = ["verify", str(run), "--live", str(times), "--base-url", server.openai_url]
            code = main([*words, "--json", *options])
        level: dict[str, Any] = json.loads(capsys.readouterr().out)["levels"][-1]
        assert level["level"] == 4
        return code, level

    return verified


def test_a_recorded_answer_that_comes_again_is_counted(live: Live) -> None:
    texts = iter(["Buy more.", "Buy  less.", "Buy less."])

    def policy(conversation: Conversation) -> Turn:
        return say(next(texts)) if conversation.turn else call("read_node", node="sizing")

    code, level = live(policy, 3)
    assert (code, level["faults"]) == (0, [])
    answer = level["live"]["answer"]
    assert (answer["count"], answer["of"]) == (2, 3)
    assert answer["interval"] == [0.20766, 0.938508]
    assert (level["live"]["nodes"]["count"], level["live"]["likeness"]) == (3, 1.0)


def test_a_recorded_answer_that_does_not_come_again_has_a_bit_of_its_own(live: Live) -> None:
    code, level = live(answering("Sell.", "stops"), 5)
    assert code == 128
    assert level["faults"] == [
        "the recorded answer did not come again in 5 runs; its share is at most 43%"
    ]
    assert (level["live"]["nodes"]["count"], level["live"]["likeness"]) == (0, 0.0)


def test_live_runs_that_fail_are_counted_and_told(
    live: Live, run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def policy(conversation: Conversation) -> Turn:
        return say("Buy less.", fault=Fault.status(400, message="gone", times=9))

    code, level = live(policy, 2)
    assert code == 128
    assert level["live"]["errors"] == ["openai:one answered 400: gone"] * 2
    assert level["live"]["likeness"] is None
    with MockLLM(policy).serve() as server:
        assert main(["verify", str(run), "--live=2", "--base-url", server.openai_url]) == 128
    out = capsys.readouterr().out
    assert "L4 FAILS the recorded answer did not come again in 2 runs" in out
    assert "         2 failed: openai:one answered 400: gone" in out


def test_the_recorded_seed_and_question_are_sent_again(live: Live, run: Path) -> None:
    asked: list[Conversation] = []

    def policy(conversation: Conversation) -> Turn:
        asked.append(conversation)
        return say("Buy less.")

    assert live(policy, 1)[0] == 0
    assert asked[0].model == "one"
    assert asked[0].messages[0].text == "How much?"
    assert events_of(run)[0] == "question"


def test_a_conversation_is_asked_in_its_order_and_its_last_answer_counts(record: Record) -> None:
    model = FixedModel(name="openai:one", parameters={}, answers=("First.", "Buy less."))
    run = record("What first?", "How much?", model=model)
    asked: list[str] = []

    def policy(conversation: Conversation) -> Turn:
        asked.append(conversation.messages[-1].text)
        return say("Buy less." if len(asked) == 2 else "Something else.")

    with MockLLM(policy).serve() as server:
        assert main(["verify", str(run), "--live", "1", "--base-url", server.openai_url]) == 0
    assert asked == ["What first?", "How much?"]


def test_a_changed_graph_is_not_asked(live: Live, graph: Path) -> None:
    (graph / "new.md").write_text("# New\n", encoding="utf-8")
    code, level = live(answering("Buy less."), 1)
    assert code & 128 == 0
    assert level["skipped"] == "the recorded graph is not at hand"
    assert level["live"] is None


@pytest.mark.parametrize(
    ("model", "told"),
    [
        (FixedModel(), "whose model is 'fixed:one'?"),
        (FixedModel(name="openai:one", parameters={"max_tokens": 9}), "other parameters: max_"),
    ],
)
def test_a_model_that_cannot_be_asked_as_it_was_is_not_asked(
    record: Record, capsys: pytest.CaptureFixture[str], model: FixedModel, told: str
) -> None:
    assert main(["verify", str(record(model=model)), "--live", "1"]) == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("L4")]
    assert line.startswith("L4 -     not checked: ")
    assert told in line


def test_a_scripted_run_needs_no_sample(
    graph: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = tmp_path / "runs"
    assert main(["chat", str(graph), "-p", "How much?", "--record", str(runs)]) == 0
    assert main(["verify", str(runs), "--live", "2"]) == 0
    assert "L4 -     not checked: the run is scripted" in capsys.readouterr().out
