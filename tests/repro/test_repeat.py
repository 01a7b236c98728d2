"""`skillagent repeat`: the same question several times, of a mock model over a real socket."""

from __future__ import annotations

import json
import os
import random
import signal
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillagent import Agent, OfflineProvider, SkillGraph, Toolset
from skillagent.agent import EndReason
from skillagent.cli import main
from skillagent.errors import UsageError
from skillagent.repro.repeat import ask_again, ask_in_turns, repeated
from skillagent.repro.sample import Outcome, Sample
from skillagent.testing import Fault, MockLLM, Turn, call, say
from skillagent.testing.conversation import Conversation
from skillagent.testing.script import Policy

QUESTION = "How much do I buy?"
Repeat = Callable[..., tuple[int, str]]
Ask = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def repeat(graph: Path, capsys: pytest.CaptureFixture[str]) -> Repeat:
    """Repeat the question, asked of a mock; exit code and output."""

    def asked(script: Iterable[Turn] | Policy, *options: str) -> tuple[int, str]:
        with MockLLM(script).serve() as server:
            words = ["repeat", str(graph), "-p", QUESTION, "-m", "openai:one"]
            code = main([*words, "--base-url", server.openai_url, *options])
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    return asked


@pytest.fixture
def report(repeat: Repeat) -> Ask:
    """The same, as the report that `--json` writes."""

    def asked(script: Iterable[Turn] | Policy, *options: str) -> tuple[int, dict[str, Any]]:
        code, out = repeat(script, "--json", *options)
        values: dict[str, Any] = json.loads(out)
        return code, values

    return asked


def reads(node: str, answer: str, thinking: str = "") -> tuple[Turn, ...]:
    return call("read_node", node=node, thinking=thinking), say(answer)


def answers(*texts: str, model: str = "one", others: str = "") -> Policy:
    """Reads a node, then gives the texts in turn, one a conversation.

    Args:
        texts: the answers of one model.
        model: its name.
        others: what every other model answers.
    """
    begun = iter(texts)

    def turn(conversation: Conversation) -> Turn:
        if conversation.turn == 0:
            return call("read_node", node="sizing")
        return say(next(begun) if conversation.model == model else others)

    return turn


def test_a_run_that_answers_differently_is_counted_and_its_departure_named(report: Ask) -> None:
    usual = reads("sizing", "Buy less.")
    script = [*usual, *usual, *reads("deep/risk", "Sell early."), *usual]
    code, values = report(script, "-n", "4")
    assert code == 0
    most, other = values["outcomes"]
    assert (most["text"], most["count"], most["runs"]) == ("Buy less.", 3, [1, 2, 4])
    assert (other["text"], other["count"], other["runs"]) == ("Sell early.", 1, [3])
    assert most["departure"] is None
    left = other["departure"]
    assert (left["run"], left["leaves"], left["turn"], left["kind"]) == (3, 1, 1, "reply")
    assert "sizing" in left["details"][0]
    assert "deep/risk" in left["details"][0]
    assert values["departures"] == {"1": 1}
    agreement = values["agreement"]
    assert (agreement["count"], agreement["of"], agreement["share"]) == (3, 4, 0.75)
    assert agreement["interval"] == [0.300642, 0.954413]
    assert values["nodes"] == 0.5  # three of six pairs read the same node
    assert values["calls"] == {"mean": 1.0, "min": 1, "max": 1}
    assert values["tokens"]["min"] < values["tokens"]["max"]


def test_answers_that_differ_in_white_space_only_are_one_outcome(report: Ask) -> None:
    _, values = report(answers("Buy  less.", "Buy less.\n", "\n\nBuy\nless."), "-n", "3")
    assert [outcome["text"] for outcome in values["outcomes"]] == ["Buy less."]
    assert values["agreement"]["count"] == 3


def test_another_answer_after_the_same_calls_parts_in_the_last_turn(repeat: Repeat) -> None:
    code, out = repeat(answers("Buy less.", "Buy less.", "Buy more."), "-n", "3")
    assert code == 0
    assert "2 distinct outcomes:\n  2 of 3  run 1: Buy less.\n  1 of 3  run 3: Buy more.\n" in out
    assert "leaves run 1 at turn 2, event 8: reply 2 differs in parts" in out
    assert "they leave it: 1 run at turn 2" in out
    assert "67%, 95 % interval 21% to 94%" in out


def test_a_run_is_compared_with_the_usual_run_that_it_follows_longest(report: Ask) -> None:
    script = [
        *reads("stops", "Buy less."),
        *reads("sizing", "Buy less."),
        *reads("sizing", "Sell."),
    ]
    _, values = report(script, "-n", "3")
    left = values["outcomes"][1]["departure"]
    assert (left["run"], left["leaves"], left["turn"]) == (3, 2, 2)


def test_reasoning_that_only_the_provider_can_read_is_no_departure(report: Ask) -> None:
    script = [
        *reads("sizing", "Buy less.", "first"),
        *reads("sizing", "Buy more.", "second thoughts"),
    ]
    _, values = report(script, "-n", "2")
    assert values["outcomes"][1]["departure"]["turn"] == 2


def test_a_failed_run_is_an_outcome_and_the_others_go_on(report: Ask, repeat: Repeat) -> None:
    code, values = report(fails_in(2, times=1), "-n", "3")
    assert code == 3
    most, failed = values["outcomes"]
    assert (most["count"], failed["count"], failed["reason"]) == (2, 1, "failed")
    assert "no such model" in failed["errors"][0]
    assert (values["failed"], values["agreement"]["share"]) == (1, pytest.approx(2 / 3, abs=1e-6))
    assert failed["departure"]["turn"] == 1
    assert (values["nodes"], values["calls"]["min"]) == (1.0, 1)
    code, out = repeat(fails_in(1, times=9), "-n", "2", "--null")
    assert code == 3
    assert "2 of 2  run 1: failed:" in out
    assert "agreement: 0 of 2" in out
    assert "every run of A failed, so there is nothing to compare with" in out


def fails_in(run: int, times: int) -> Policy:
    """Reads a node and answers, but the first request of one run fails, so many times."""
    begun = 0

    def turn(conversation: Conversation) -> Turn:
        nonlocal begun
        if conversation.turn:
            return say("Buy less.")
        begun += 1
        fault = Fault.status(400, message="no such model", times=times)
        return call("read_node", node="sizing", fault=fault if begun == run else None)

    return turn


def test_a_model_that_answers_at_random_is_measured_beside_itself(report: Ask) -> None:
    draw = random.Random(6)
    texts = [draw.choice(("Buy less.", "Buy more.", "Sell.")) for _ in range(8)]
    code, values = report(answers(*texts), "-n", "4", "--null", "--seed", "7")
    assert code == 0
    control = values["control"]
    assert control["inputs_id"] == values["inputs_id"]
    counts = {outcome["text"]: outcome["count"] for outcome in values["outcomes"]}
    assert counts == {text: texts[::2].count(text) for text in counts}  # asked in turns
    (agreement, *others) = control["differences"]
    low, high = agreement["interval"]
    assert (agreement["metric"], low < 0 < high) == ("agreement", True)
    assert all(other["difference"] == 0 == other["interval"][0] for other in others)
    assert "verdict" not in agreement
    assert report(answers(*texts), "-n", "4", "--null", "--seed", "7")[1] == values


def test_the_control_of_a_model_that_never_varies_shows_no_difference(repeat: Repeat) -> None:
    code, out = repeat(answers(*["Buy less."] * 6), "-n", "3", "--null")
    assert code == 0
    lines = [line for line in out.splitlines() if "difference" in line]
    assert len(lines) == 4
    assert all("difference 0.00, 95 % interval 0.00 to 0.00" in line for line in lines)
    assert "underpowered" not in out


@pytest.mark.parametrize(
    ("times", "others", "meant"),
    [
        (4, "Sell.", "beyond the noise"),
        (4, "Buy less.", "no difference"),
        (3, "Sell.", "underpowered"),
    ],
)
def test_another_model_is_compared_beside_the_control(
    report: Ask, times: int, others: str, meant: str
) -> None:
    policy = answers(*["Buy less."] * times * 2, others=others)
    code, values = report(policy, "-n", str(times), "--against-model", "openai:two")
    assert code == 0
    assert values["control"]["inputs_id"] == values["inputs_id"]
    assert values["against"]["inputs_id"] != values["inputs_id"]
    assert values["against"]["model"] == "openai:two"
    verdicts = {item["metric"]: item["verdict"] for item in values["against"]["differences"]}
    assert verdicts == {
        "agreement": meant,
        "nodes read": "no difference",
        "tokens": "no difference",
        "calls": "no difference",
    }


def test_a_difference_as_large_as_the_noise_is_called_underpowered(repeat: Repeat) -> None:
    texts = ["Buy less.", "Buy more.", "Buy less.", "Buy less.", "Buy more."] * 2
    code, out = repeat(answers(*texts, others="Buy more."), "-n", "5", "--against-model=openai:two")
    assert code == 0
    control, other = out.split("B: 5 runs of openai:two")
    assert "control: A asked again, the same inputs, 5 runs" in control
    assert "underpowered" not in control
    assert other.count("underpowered") == 1


def test_the_model_that_is_asked_anyway_is_no_other_model(repeat: Repeat) -> None:
    code, out = repeat([], "--against-model", "openai:one")
    assert (code, out) == (
        2,
        "skillagent: --against-model names the model that is asked anyway: use --null\n",
    )


def test_ctrl_c_ends_with_the_report_of_the_runs_that_are_done(repeat: Repeat) -> None:
    begun = 0

    def policy(conversation: Conversation) -> Turn:
        nonlocal begun
        begun += conversation.turn == 0
        if begun == 3:
            os.kill(os.getpid(), signal.SIGINT)
        return say("Buy less.")

    code, out = repeat(policy, "-n", "9")
    assert code == 130
    assert "2 runs of openai:one" in out
    assert "agreement: 2 of 2" in out


def test_kept_records_are_named_and_have_the_same_inputs(
    report: Ask, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = tmp_path / "runs"
    _, values = report(answers("Buy less.", "Sell."), "-n", "2", "--record", str(runs))
    named = [sample["record"] for sample in values["samples"]]
    assert sorted(named) == sorted(path.name for path in runs.iterdir() if path.is_dir())
    assert main(["diff", str(runs / named[0]), str(runs / named[1])]) == 1
    assert "inputs" not in capsys.readouterr().out
    assert report(answers("Buy less.", "Sell."), "-n", "2")[1]["samples"][0]["record"] == ""


def test_the_offline_navigator_is_said_to_be_scripted(
    graph: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["repeat", str(graph), "-p", QUESTION, "-n", "3", "--null"])
    out = capsys.readouterr().out
    assert code == 0
    assert out.startswith("3 runs of offline, scripted: fixed rules answer")
    assert "1 distinct outcome:\n  3 of 3  run 1: " in out
    assert "nodes read: mean Jaccard similarity of two runs 1.00" in out
    assert "underpowered" not in out


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("-n", "0", "-p", "a"), "'0' is not a number of runs"),
        (("-n", "two", "-p", "a"), "'two' is not a number of runs"),
        (("-n", "2"), "-p/--prompt"),
    ],
)
def test_a_wrong_option_is_explained(
    options: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["repeat", *options])
    assert stop.value.code == 2
    assert told in capsys.readouterr().err


def test_a_blank_question_is_refused(graph: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["repeat", str(graph), "-p", " "]) == 2
    assert capsys.readouterr().err == "skillagent: a question needs words\n"


def test_runs_of_other_inputs_are_not_compared(graph: Path, tmp_path: Path) -> None:
    loaded = SkillGraph.load(graph)

    def asked(budget: int) -> Any:
        def new_agent() -> Agent:
            return Agent(Toolset(loaded, budget), OfflineProvider(), record=tmp_path / "runs")

        return ask_again(new_agent, QUESTION, 1)

    assert repeated((*asked(900), *asked(900))).agreement.count == 2
    with pytest.raises(UsageError, match="the runs do not have the same inputs: sha256:"):
        repeated((*asked(900), *asked(901)))


def test_an_agent_without_a_record_cannot_be_compared(graph: Path) -> None:
    tools = Toolset(SkillGraph.load(graph), 900)
    with pytest.raises(UsageError, match="give the agent a RunRecorder"):
        ask_again(lambda: Agent(tools, OfflineProvider()), QUESTION, 1)


def test_groups_are_asked_in_turns_and_progress_is_told(graph: Path, tmp_path: Path) -> None:
    loaded = SkillGraph.load(graph)

    def new_agent() -> Agent:
        return Agent(Toolset(loaded, 900), OfflineProvider(), record=tmp_path / "runs")

    told: list[tuple[str, int, int]] = []
    asked = ask_in_turns(
        {"A": new_agent, "B": new_agent}, QUESTION, 2, lambda *step: told.append(step)
    )
    assert [(name, run.number) for name, run in asked] == [("A", 1), ("B", 1), ("A", 2), ("B", 2)]
    assert told == [("asking the model", done, 4) for done in range(5)]


@given(st.lists(st.sampled_from(["Buy.", "Sell.", "Wait.", None]), min_size=1, max_size=12))
def test_every_run_is_in_one_outcome_and_the_most_frequent_answer_is_first(
    texts: list[str | None],
) -> None:
    whole = repeated([sample_of(number, text) for number, text in enumerate(texts, 1)])
    numbers = [run for outcome in whole.outcomes for run in outcome.runs]
    assert sorted(numbers) == list(range(1, len(texts) + 1))
    counts = [texts.count(text) for text in set(texts) if text is not None]
    assert whole.agreement.count == max(counts, default=0)
    assert whole.failed == texts.count(None)
    first = whole.outcomes[0]
    assert first.outcome.is_failed == (not counts)
    assert len(first.runs) == (max(counts) if counts else len(texts))


def sample_of(number: int, text: str | None) -> Sample:
    """A run that gave a text, or failed."""
    reason = EndReason.FAILED if text is None else EndReason.END
    outcome = Outcome(reason, text or "")
    return Sample(number, outcome, "" if text else "gone", frozenset(), 0, 0, ())


def test_no_runs_are_no_report() -> None:
    with pytest.raises(ValueError, match="no runs"):
        repeated(())
