"""Results in the layout of skill-creator: what its viewer finds, and what is graded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from skillagent.cli import main
from skillagent.evals.attempt import Attempt, Task
from skillagent.evals.checks import Contains
from skillagent.evals.grading import GradedPolicies, Grading
from skillagent.evals.policies.policy import Policy, Role, Setup
from skillagent.evals.running import Eval
from skillagent.evals.session import Step
from skillagent.evals.suite import Case, Suite
from skillagent.graph import SkillGraph
from skillagent.providers import OfflineProvider
from skillagent.tokens import default_counter
from tests.evals import kiln

GRAPH = Policy("graph", Role.GRAPH, lambda case, session: None)
MODEL = Policy("llm:m", Role.MODEL, lambda case, session: None, is_sampled=True)
OTHER = Policy("llm:n", Role.MODEL, lambda case, session: None, is_sampled=True)
PLAIN = Policy("bm25-fused", Role.BASELINE, lambda case, session: None, is_plain=True)
FLAT = Policy("flat-catalogue", Role.BASELINE, lambda case, session: None, is_plain=True)
CASES = (
    Case("damp", "Why did it break?", ("cracks",), checks=(Contains("48"),)),
    Case("parking", "Where may I park?"),
)
LISTED = Step("list_index", 100, listed=("cracks", "glazes"))
READ = Step("read_node", 40, read=("cracks",))
PART = Step("read_node", 20, parts=("cracks",))


def grading(tmp_path: Path, attempts: list[Attempt], *policies: Policy, against: str) -> Grading:
    graph = SkillGraph.load(kiln.write(tmp_path / "kiln"))
    suite = Suite("kiln", (str(tmp_path / "kiln"),), CASES, (500, 1_000))
    setup = Setup(graph, CASES, default_counter(), lambda name, repeat: OfflineProvider())
    plan = Eval(suite, setup, policies, tmp_path / "o", records=False)
    return Grading(plan, attempts, GradedPolicies.of(policies, against))


def attempt(
    policy: Policy,
    case: str,
    *steps: Step,
    answer: str | None = None,
    passed: tuple[bool, ...] = (),
    error: str = "",
    budget: int = 1_000,
    repeat: int = 1,
) -> Attempt:
    return Attempt(Task(policy.name, budget, case, repeat), steps, answer, passed, error)


def scripted(tmp_path: Path) -> Grading:
    """Rules against a plain policy: neither of the two is asked for an answer in common."""
    return grading(
        tmp_path,
        [
            attempt(GRAPH, "damp", LISTED, READ, answer="Dry it for 48 hours.", passed=(True,)),
            attempt(GRAPH, "parking", LISTED, answer="Nothing is said of it."),
            attempt(PLAIN, "damp", PART),
            attempt(PLAIN, "parking", READ),
            attempt(GRAPH, "damp", LISTED, budget=500),
            attempt(PLAIN, "damp", READ, budget=500),
        ],
        PLAIN,
        GRAPH,
        against="bm25-fused",
    )


def value(files: dict[str, str], name: str) -> Any:
    return json.loads(files[name])


# layout


def test_a_single_attempt_has_the_files_of_a_run(tmp_path: Path) -> None:
    assert sorted(scripted(tmp_path).files()) == [
        "benchmark.json",
        "eval-damp/eval_metadata.json",
        "eval-damp/with_skill/grading.json",
        "eval-damp/with_skill/outputs/answer.md",
        "eval-damp/with_skill/outputs/read.md",
        "eval-damp/with_skill/timing.json",
        "eval-damp/without_skill/grading.json",
        "eval-damp/without_skill/outputs/read.md",
        "eval-damp/without_skill/timing.json",
        "eval-parking/eval_metadata.json",
        "eval-parking/with_skill/grading.json",
        "eval-parking/with_skill/outputs/answer.md",
        "eval-parking/with_skill/outputs/read.md",
        "eval-parking/with_skill/timing.json",
        "eval-parking/without_skill/grading.json",
        "eval-parking/without_skill/outputs/read.md",
        "eval-parking/without_skill/timing.json",
    ]


def test_each_of_several_attempts_has_a_folder_and_its_prompt_is_found(tmp_path: Path) -> None:
    attempts = [
        attempt(policy, case.id, READ, answer="48", passed=(True,) * len(case.checks), repeat=at)
        for policy, repeats in ((MODEL, 2), (PLAIN, 1))
        for at in range(1, repeats + 1)
        for case in CASES
    ]
    files = grading(tmp_path, attempts, MODEL, PLAIN, against="bm25-fused").files()
    assert "eval-damp/with_skill/run-2/grading.json" in files
    assert "eval-damp/without_skill/grading.json" in files
    # The viewer looks for the prompt beside a run, or one folder above it.
    metadata = value(files, "eval-damp/with_skill/eval_metadata.json")
    assert (metadata["eval_id"], metadata["prompt"]) == (1, "Why did it break?")
    benchmark = value(files, "benchmark.json")
    assert benchmark["metadata"]["runs_per_configuration"] == 2
    assert [run["run_number"] for run in benchmark["runs"]] == [1, 2, 1, 1, 2, 1]


def test_each_eval_takes_the_next_free_iteration(tmp_path: Path) -> None:
    results = scripted(tmp_path)
    folder = tmp_path / "reviews"
    (folder / "iteration-4").mkdir(parents=True)
    (folder / "iteration-x").mkdir()
    assert results.write(folder).name == "iteration-5"
    assert results.write(folder).name == "iteration-6"
    assert sorted(path.name for path in folder.iterdir()) == [
        *("iteration-4", "iteration-5", "iteration-6", "iteration-x")
    ]
    first, second = (folder / f"iteration-{number}" for number in (5, 6))
    for path in first.rglob("*.*"):
        assert path.read_bytes() == (second / path.relative_to(first)).read_bytes()


# what is graded


def test_gold_nodes_are_expectations_with_evidence(tmp_path: Path) -> None:
    files = scripted(tmp_path).files()
    assert value(files, "eval-damp/with_skill/grading.json") == {
        "expectations": [
            {
                "text": "The node cracks was read",
                "passed": True,
                "evidence": "answer 2 (read_node) showed it, 140 tokens in",
            }
        ],
        "summary": {"passed": 1, "failed": 0, "total": 1, "pass_rate": 1.0},
        "execution_metrics": {
            "tool_calls": {"list_index": 1, "read_node": 1},
            "total_tool_calls": 2,
            "errors_encountered": 0,
            "output_chars": 20,
        },
    }
    assert value(files, "eval-damp/with_skill/timing.json") == {"total_tokens": 140}


@pytest.mark.parametrize(
    ("steps", "evidence"),
    [
        ((), "it was never shown"),
        ((LISTED,), "it was listed in answer 1 and not read"),
        ((LISTED, PART), "only a section of it was read, in answer 2"),
        ((PART, LISTED), "only a section of it was read, in answer 1"),
    ],
)
def test_a_node_that_was_not_read_says_how_near_it_came(
    tmp_path: Path, steps: tuple[Step, ...], evidence: str
) -> None:
    attempts = [attempt(p, case.id, *steps) for p in (GRAPH, PLAIN) for case in CASES]
    files = grading(tmp_path, attempts, GRAPH, PLAIN, against="").files()
    [verdict] = value(files, "eval-damp/with_skill/grading.json")["expectations"]
    assert (verdict["passed"], verdict["evidence"]) == (False, evidence)


def test_where_nothing_answers_nothing_may_be_read(tmp_path: Path) -> None:
    files = scripted(tmp_path).files()
    for side, passed, evidence in (
        ("with_skill", True, "nothing was read"),
        ("without_skill", False, "read: cracks"),
    ):
        [verdict] = value(files, f"eval-parking/{side}/grading.json")["expectations"]
        assert (verdict["passed"], verdict["evidence"]) == (passed, evidence)


def test_checks_of_answers_are_graded_if_both_answer(tmp_path: Path) -> None:
    attempts = [
        attempt(MODEL, "damp", READ, answer="Dry it for 48 hours.", passed=(True,)),
        attempt(OTHER, "damp", error="the model failed"),
    ]
    results = grading(tmp_path, attempts, MODEL, OTHER, against="llm:n")
    ours = value(results.files(), "eval-damp/with_skill/grading.json")
    assert [verdict["text"] for verdict in ours["expectations"]] == ["The node cracks was read"]
    assert any("are not graded" in note for note in results.benchmark()["notes"])

    attempts.append(attempt(OTHER, "parking", answer="No."))
    attempts.append(attempt(MODEL, "parking", answer="No."))
    files = grading(tmp_path / "2", attempts, MODEL, OTHER, against="llm:n").files()
    ours = value(files, "eval-damp/with_skill/grading.json")["expectations"][1]
    theirs = value(files, "eval-damp/without_skill/grading.json")["expectations"][1]
    assert (ours["text"], ours["passed"]) == ('The output contains "48".', True)
    assert ours["evidence"] == "the answer: Dry it for 48 hours."
    assert (theirs["passed"], theirs["evidence"]) == (False, "no answer: the model failed")


def test_the_benchmark_has_the_names_that_the_viewer_reads(tmp_path: Path) -> None:
    benchmark = scripted(tmp_path).benchmark()
    assert list(benchmark["run_summary"]) == ["with_skill", "without_skill", "delta"]
    assert benchmark["run_summary"] == {
        "with_skill": {
            "pass_rate": {"mean": 1.0, "stddev": 0.0, "min": 1.0, "max": 1.0},
            "tokens": {"mean": 120.0, "stddev": 28.2843, "min": 100.0, "max": 140.0},
        },
        "without_skill": {
            "pass_rate": {"mean": 0.0, "stddev": 0.0, "min": 0.0, "max": 0.0},
            "tokens": {"mean": 30.0, "stddev": 14.1421, "min": 20.0, "max": 40.0},
        },
        "delta": {"pass_rate": "+1.00", "tokens": "+90"},
    }
    run = benchmark["runs"][0]
    assert (run["eval_id"], run["eval_name"], run["configuration"]) == (1, "damp", "with_skill")
    assert run["result"] == {
        "passed": 1,
        "failed": 0,
        "total": 1,
        "pass_rate": 1.0,
        "tokens": 140,
        "tool_calls": 2,
        "errors": 0,
    }
    assert benchmark["metadata"]["evals_run"] == [1, 2]


# which policies


@pytest.mark.parametrize(
    ("policies", "against", "chosen"),
    [
        ((PLAIN, GRAPH), "", ("graph", "bm25-fused")),
        ((PLAIN, GRAPH, MODEL), "", ("llm:m", "bm25-fused")),
        ((PLAIN, FLAT, GRAPH), "flat-catalogue", ("graph", "flat-catalogue")),
        ((GRAPH, MODEL), "graph", ("llm:m", "graph")),
    ],
)
def test_our_policy_is_the_model_or_the_graph(
    policies: tuple[Policy, ...], against: str, chosen: tuple[str, str]
) -> None:
    graded = GradedPolicies.of(policies, against)
    assert (graded.ours.name, graded.baseline.name) == chosen


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (["--policy", "bm25-fused"], "needs a policy of ours"),
        (["--policy", "graph"], "compares with a baseline, and what is run is no other policy"),
        (
            ["--policy", "graph", "--policy", "bm25-fused", "--grading-against", "nav"],
            "compares with 'nav', and what is run is bm25-fused",
        ),
    ],
)
def test_a_policy_that_is_not_run_is_an_error_before_anything_is(
    tmp_path: Path, options: list[str], error: str, capsys: pytest.CaptureFixture[str]
) -> None:
    suite = "name: kiln\ngraph: ..\ncases: [{id: a, question: Why, gold: cracks}]\n"
    folder = kiln.write(tmp_path / "kiln", suite=suite)
    command = ["eval", str(folder), *options, "-o", str(tmp_path / "o"), "--no-record"]
    assert main([*command, "--grading", str(tmp_path / "reviews")]) == 2
    assert error in capsys.readouterr().err
    assert not (tmp_path / "o").exists()
    assert not (tmp_path / "reviews").exists()


def test_the_command_grades_the_largest_budget(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    suite = (
        "name: kiln\ngraph: ..\nbudgets: [200, 900]\npolicies: [flat-catalogue, graph]\n"
        "cases: [{id: a, question: Why does damp clay burst, gold: cracks}]\n"
    )
    folder = kiln.write(tmp_path / "kiln", suite=suite)
    reviews = tmp_path / "reviews"
    command = ["eval", str(folder), "-o", str(tmp_path / "o"), "--no-record"]
    assert main([*command, "--grading", str(reviews)]) == 0
    assert f"gradings in {reviews / 'iteration-1'}" in capsys.readouterr().err
    benchmark = json.loads((reviews / "iteration-1" / "benchmark.json").read_text())
    assert benchmark["metadata"]["executor_model"] == "graph"
    assert "flat-catalogue, both in 900 tokens" in benchmark["notes"][0]


def test_a_folder_that_cannot_be_written_is_an_error_of_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    suite = "name: kiln\ngraph: ..\ncases: [{id: a, question: Why, gold: cracks}]\n"
    folder = kiln.write(tmp_path / "kiln", suite=suite)
    command = ["eval", str(folder), "-o", str(tmp_path / "o"), "--no-record", "--budget", "300"]
    policies = ["--policy", "graph", "--policy", "flat-catalogue"]
    assert main([*command, *policies, "--grading", str(folder / "SKILL.md")]) == 2
    assert "SKILL.md: cannot be written" in capsys.readouterr().err
