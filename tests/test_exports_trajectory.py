"""A recorded run as an ATIF trajectory: valid for every kind of record, and nothing left out."""

from __future__ import annotations

import importlib
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from skillagent.cli import main
from skillagent.exports.trajectory import trajectory, trajectory_value
from skillagent.runs import Determinism, RunRecord
from tests import atif
from tests.run_records import (
    KINDS,
    Maker,
    Scripted,
    answered,
    offline,
    reads,
    rewritten,
    says,
    with_usage,
)

SNAPSHOT = Path(__file__).parent / "snapshots" / "trajectory.json"
HARBOR = Path(sys.prefix) / "harbor"
"""Where .ci/harbor puts harbor; its models need nothing but pydantic."""


@pytest.fixture
def make(tmp_path: Path) -> Maker:
    return Maker(tmp_path)


@pytest.fixture
def harbor(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The models of the program that the format comes from."""
    if not HARBOR.is_dir():
        pytest.skip("harbor is not installed: run .ci/harbor")
    monkeypatch.syspath_prepend(str(HARBOR))
    return importlib.import_module("harbor.models.trajectories")


def exported(folder: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(trajectory(RunRecord.read(folder)))
    return value


def steps_of(folder: Path, source: str = "agent") -> list[dict[str, Any]]:
    return [step for step in exported(folder)["steps"] if step["source"] == source]


# every kind of record


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_record_gives_a_valid_trajectory(make: Maker, kind: Callable[[Maker], Path]) -> None:
    value = exported(kind(make))
    atif.check(value)
    assert value["session_id"]
    is_cut = kind.__name__.startswith(
        ("killed", "without_the_call", "before", "of_a_later", "no_json")
    )
    assert not is_cut or value["extra"]["complete"] is False
    assert ("notes" in value) is not value["extra"]["complete"]


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_harbor_accepts_every_trajectory_as_it_is(
    make: Maker, kind: Callable[[Maker], Path], harbor: Any
) -> None:
    value = exported(kind(make))
    assert harbor.Trajectory.model_validate(value).to_json_dict() == value


def test_our_check_refuses_what_harbor_refuses(make: Maker, harbor: Any) -> None:
    def unknown_key(value: Any) -> None:
        value["steps"][0]["mood"] = "good"

    def gap(value: Any) -> None:
        value["steps"][1]["step_id"] = 7

    def no_such_call(value: Any) -> None:
        value["steps"][1]["observation"]["results"][0]["source_call_id"] = "call_99"

    def metrics_without_a_model(value: Any) -> None:
        value["steps"][1] |= {"llm_call_count": 0, "metrics": {}}

    def user_with_calls(value: Any) -> None:
        value["steps"][0]["tool_calls"] = []

    def no_time(value: Any) -> None:
        value["steps"][1]["timestamp"] = "yesterday"

    text = trajectory(RunRecord.read(offline(make)))
    for spoil in (
        unknown_key,
        gap,
        no_such_call,
        metrics_without_a_model,
        user_with_calls,
        no_time,
    ):
        value = json.loads(text)
        spoil(value)
        with pytest.raises(ValidationError):
            harbor.Trajectory.model_validate(value)
        with pytest.raises((AssertionError, ValueError)):
            atif.check(value)


def test_the_same_record_gives_the_same_bytes(make: Maker) -> None:
    folder = with_usage(make)
    assert trajectory(RunRecord.read(folder)) == trajectory(RunRecord.read(folder))


def test_a_trajectory_looks_like_this(make: Maker) -> None:
    text = trajectory(RunRecord.read(with_usage(make)))
    value = json.loads(text)
    del value["agent"]["tool_definitions"], value["extra"]["inputs"]
    text = re.sub(
        r"sha256:[0-9a-f]{64}", "sha256:…", json.dumps(value, ensure_ascii=False, indent=1)
    )
    text = text.replace(value["session_id"], "RUN").replace(value["agent"]["version"], "VERSION")
    if not SNAPSHOT.exists():  # a new snapshot is written, shown in the diff and read by a person
        SNAPSHOT.write_text(text + "\n", encoding="utf-8")
        pytest.fail(f"wrote {SNAPSHOT.name}; run again")
    assert text + "\n" == SNAPSHOT.read_text("utf-8")


# what it tells


def test_a_trajectory_names_the_graph_the_nodes_and_what_the_budget_was(make: Maker) -> None:
    folder = offline(make)
    record, value = RunRecord.read(folder), exported(folder)
    extra = value["extra"]
    assert extra["graph_root"] == record.manifest.inputs.graph_root
    assert extra["inputs_id"] == record.manifest.inputs_id
    assert extra["run_digest"] == record.manifest.run_digest
    assert extra["determinism"] == "scripted"
    assert extra["nodes"]["seed"] == {
        "digest": record.manifest.nodes["seed"].digest,
        "level": record.manifest.nodes["seed"].level,
    }
    results = [
        result["extra"]
        for step in value["steps"]
        for result in step.get("observation", {"results": []})["results"]
    ]
    costs = [result["cost"] for result in results]
    left = [result["remaining"] for result in results]
    assert left == [2_000 - sum(costs[: number + 1]) for number in range(len(costs))]
    assert sum(costs) == record.manifest.spent
    assert value["final_metrics"]["extra"] == {"disclosed_tokens": sum(costs)}
    shown = {item["node"] for result in results for item in result["disclosed"]}
    assert shown == set(extra["nodes"])


def test_questions_calls_and_answers_keep_their_order(make: Maker) -> None:
    value = exported(offline(make))
    questions = [step["message"] for step in value["steps"] if step["source"] == "user"]
    assert questions == ["How do I set a seed?", "And the split?"]
    first = value["steps"][1]
    (call,), (result,) = first["tool_calls"], first["observation"]["results"]
    assert (call["function_name"], call["arguments"]) == (
        "list_index",
        {"query": "How do I set a seed?"},
    )
    assert result["source_call_id"] == call["tool_call_id"]
    assert "[[seed]]" in result["content"]


def test_rules_are_no_model_and_have_no_metrics(make: Maker) -> None:
    for step in steps_of(offline(make)):
        assert step["llm_call_count"] == 0
        assert "metrics" not in step


@pytest.mark.parametrize("determinism", [Determinism.SCRIPTED, Determinism.REPLAYED])
def test_a_reply_of_rules_or_of_a_recording_has_no_metrics_whatever_it_reports(
    make: Maker, determinism: Determinism
) -> None:
    model = Scripted(reads("seed"), says("Once."))
    vars(model)["determinism"] = determinism
    folder = answered(make.agent(model), "How?")
    atif.check(exported(folder))
    assert [step["llm_call_count"] for step in steps_of(folder)] == [0, 0]
    assert "total_prompt_tokens" not in exported(folder)["final_metrics"]


def test_metrics_are_those_that_the_provider_reported(make: Maker) -> None:
    folder = KINDS["priced"](make)
    first, last = steps_of(folder)
    assert first["metrics"] == {
        "prompt_tokens": 100,
        "completion_tokens": 10,
        "cached_tokens": 0,
        "cost_usd": pytest.approx(0.00012),
    }
    assert last["metrics"]["cached_tokens"] == 150
    assert (last["llm_call_count"], last["model_name"]) == (1, "a-model-0901")
    totals = exported(folder)["final_metrics"]
    assert (totals["total_prompt_tokens"], totals["total_completion_tokens"]) == (300, 30)
    assert totals["total_cost_usd"] == pytest.approx(0.00012 + 0.00024)


def test_a_cost_that_is_not_known_is_not_written(make: Maker) -> None:
    folder = with_usage(make)
    assert "cost_usd" not in steps_of(folder)[0]["metrics"]
    assert "total_cost_usd" not in exported(folder)["final_metrics"]


def test_a_model_that_reports_no_usage_has_no_metrics(make: Maker) -> None:
    folder = KINDS["without_usage"](make)
    assert not any("metrics" in step for step in steps_of(folder))
    assert {step["llm_call_count"] for step in steps_of(folder)} == {1}
    assert "total_prompt_tokens" not in exported(folder)["final_metrics"]


def test_a_question_that_was_taken_back_is_marked(make: Maker) -> None:
    steps = exported(KINDS["undone"](make))["steps"]
    marked = [step["message"] for step in steps if step.get("extra", {}).get("undone")]
    assert marked == ["Second?", "Two."]
    (undo,) = [step for step in steps if step.get("extra", {}).get("event") == "undo"]
    assert undo["source"] == "system"
    assert "taken back" in undo["message"]


@pytest.mark.parametrize(
    ("kind", "text", "end", "interrupted"),
    [
        ("stopped_in_the_answer", "Half of it", "interrupted", True),
        ("failed", "The begin", "failed", False),
    ],
)
def test_a_reply_that_did_not_come_whole_keeps_what_came(
    make: Maker, kind: str, text: str, end: str, interrupted: bool
) -> None:
    last = steps_of(KINDS[kind](make))[-1]
    assert last["message"] == text
    assert last["extra"]["end"] == end
    assert last["extra"]["failure"]["interrupted"] is interrupted
    assert "metrics" not in last


def test_a_call_that_was_not_carried_out_has_no_result(make: Maker) -> None:
    (step,) = steps_of(KINDS["stopped_in_a_call"](make))
    assert [call["arguments"]["node"] for call in step["tool_calls"]] == ["seed", "split"]
    assert "observation" not in step
    assert step["extra"]["end"] == "interrupted"


def test_arguments_that_are_no_object_are_kept_as_text(make: Maker) -> None:
    broken, with_float, too_large, no_object = steps_of(KINDS["odd_arguments"](make))[0][
        "tool_calls"
    ]
    for call, text in (
        (broken, '{"node": '),
        (too_large, '{"node": 1e999}'),
        (no_object, '["seed"]'),
    ):
        assert (call["arguments"], call["extra"]["arguments_text"]) == ({}, text)
    assert with_float["arguments"] == {"node": "seed", "depth": 0.5}


def test_a_change_of_model_and_budget_is_told(make: Maker) -> None:
    folder = KINDS["other_model_and_budget"](make)
    told = [step["message"] for step in steps_of(folder, "system")]
    assert "From here the model is another." in told
    assert "From here the budget is 3000 tokens." in told
    last = steps_of(folder)[-1]
    assert (last["model_name"], last["llm_call_count"]) == ("a-model-0901", 1)
    # The navigator's own steps are not those of a model that reported something.
    assert "llm_call_count" not in steps_of(folder)[0]


def test_a_session_without_a_model_has_a_step_for_each_call(make: Maker) -> None:
    folder = KINDS["without_model"](make)
    steps = steps_of(folder)
    assert [step["tool_calls"][0]["function_name"] for step in steps] == [
        "read_node",
        "read_node",
        "list_index",
    ]
    # The calls were answered in another order than they came.
    assert [step["observation"]["results"][0]["extra"]["call"] for step in steps[:2]] == [2, 1]
    assert "observation" not in steps[2]
    assert not any("llm_call_count" in step for step in steps)
    assert "model_name" not in exported(folder)["agent"]


def test_tools_are_in_the_form_of_openai(make: Maker) -> None:
    tools = exported(offline(make))["agent"]["tool_definitions"]
    names = [tool["function"]["name"] for tool in tools]
    assert names == ["list_index", "read_summary", "read_node"]


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e999"])
def test_a_number_that_json_lacks_is_damage_and_what_was_before_is_kept(
    make: Maker, number: str
) -> None:
    folder = KINDS["no_json"](make)
    trace = folder / "trace.jsonl"
    trace.write_text(trace.read_text("utf-8").replace("NaN", number), encoding="utf-8")
    value = exported(folder)
    assert "trace.jsonl:25: the line is no event" in value["notes"]
    assert len(value["steps"]) == len(exported(offline(make))["steps"])


def test_a_killed_run_says_where_it_ended(make: Maker) -> None:
    value = exported(KINDS["killed_while_writing"](make))
    assert "trace.jsonl:6: the last line is incomplete" in value["notes"]
    assert "tool_definitions" not in value["agent"]


@pytest.mark.parametrize(
    ("place", "fields", "message"),
    [
        (0, {"text": 7}, r"trace\.jsonl:1: question\.text: Input should be a valid string"),
        (1, {"turn": "one"}, r"trace\.jsonl:2: request\.turn: Input should be a valid integer"),
        (2, {"parts": [{"type": "dance"}]}, r"trace\.jsonl:3: reply\.text: Field required"),
        (2, {"observed": {"at": "noon"}}, r"trace\.jsonl:3: reply\.observed: Value error"),
        (3, {"arguments": 3}, r"trace\.jsonl:4: call\.arguments"),
        (4, {"disclosed": [{"node": "a"}]}, r"trace\.jsonl:5: answer\.disclosed\.0\.level: Field"),
    ],
)
def test_a_wrong_field_is_named_with_its_line(
    make: Maker, place: int, fields: dict[str, Any], message: str
) -> None:
    record = rewritten(offline(make), place, **fields)
    assert re.search(message, trajectory_value(record)["notes"])


# the command


def test_the_command_writes_a_trajectory(
    make: Maker, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder, out = offline(make), tmp_path / "out" / "trajectory.json"
    assert main(["export", "trajectory", str(folder)]) == 0
    printed = capsys.readouterr().out
    assert printed == trajectory(RunRecord.read(folder))
    assert main(["export", "trajectory", str(folder), "-o", str(out)]) == 0
    assert out.read_text("utf-8") == printed
    assert main(["export", "trajectory", str(folder), "-o", str(out)]) == 2
    assert "exists; give --force" in capsys.readouterr().err
    assert main(["export", "trajectory", str(folder), "-o", str(out), "--force"]) == 0


@pytest.mark.parametrize("form", ["trajectory", "report"])
def test_what_is_no_record_is_an_error_of_one_line(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", form, str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "no run record" in error


def test_no_text_of_a_run_controls_the_terminal(make: Maker) -> None:
    odd = "\x1b[31m \x9b \u202e \ud800"
    folder = answered(make.agent(Scripted(says(odd))), f"Why {odd}?")
    text = trajectory(RunRecord.read(folder))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\ud800-\udfff]", text)
    atif.check(json.loads(text))
