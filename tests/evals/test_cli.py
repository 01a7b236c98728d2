"""`skillagent eval`: what it prints, what it writes, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from skillagent.cli import main
from skillagent.testing import Conversation, Fault, MockLLM, call, say

CALLS = ["--no-record", "-o"]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SKILLAGENT_MODEL", raising=False)


def _json(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, object]:
    assert main(["eval", *words, "--json"]) == 0
    printed: dict[str, object] = json.loads(capsys.readouterr().out)
    return printed


def test_the_folder_of_a_graph_names_its_suite(
    bakery: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["eval", str(bakery)]) == 0
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert lines[0] == (
        "bakery: 7 nodes with 152 tokens; 3 questions with answers, 1 without; tokens by o200k_base"
    )
    assert lines[2].startswith("| policy     | budget | recall ")
    assert sum(line.startswith("| graph ") for line in lines) == 2 + 1  # and one without answers
    assert "A/A" not in out
    assert err == "skillagent: results and run records in eval-results/bakery\n"
    assert sorted(path.name for path in Path("eval-results/bakery").iterdir()) == [
        ".eval-lock",
        "report.json",
        "results.jsonl",
        "runs",
    ]


def test_the_command_line_changes_what_is_run(
    bakery: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [str(bakery), "--budget", "0.5k,2,000", "--policy", "oracle", "--case", "white"]
    with pytest.raises(SystemExit):
        main(["eval", *words])  # `2,000` would be two budgets, the second of them 0
    words[2] = "0.5k,2k"
    printed = _json(capsys, *words)
    assert printed["budgets"] == [500, 2000]
    assert [policy["name"] for policy in printed["policies"]] == ["oracle"]  # type: ignore[attr-defined]
    assert (printed["cases"], printed["unanswerable"]) == (1, 0)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nowhere.yaml"], "nowhere.yaml: the suite cannot be read: No such file"),
        (["."], "there is no suite in it: write evals/suite.yaml"),
        (["{}", "--case", "heavi"], "no case 'heavi': did you mean heavy?"),
        (["{}", "--policy", "grahp"], "no policy 'grahp': did you mean graph?"),
        (["{}", "--policy", "no_module:f"], "no_module:f: cannot be imported"),
        (["{}", "--policy", "llm"], "needs a model"),
        (["{}", "--fail-under", "recal=1"], "write [POLICY:]METRIC[@BUDGET]=X"),
        (["{}", "--fail-under", "graph:pass@5=1"], "nothing is run in 5 tokens"),
        (["{}", "--fail-under", "oracle:recall=1"], "the policy oracle is not run"),
        (["{}", "--fail-under", "graph:recall=66"], "these figures are shares, at most 1"),
        (["{}", "--compare", "none.json"], "none.json: the baseline cannot be read"),
        (["{}", "--frozen"], "skillgraph.lock"),
    ],
)
def test_a_mistake_exits_with_2_and_says_what_to_do(
    bakery: Path, capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    assert main(["eval", *(word.format(bakery) for word in words), *CALLS, "out"]) == 2
    error = capsys.readouterr().err
    assert told in error
    assert error.startswith("skillagent: ")
    assert error.strip().count("\n") == error.count("results in")


def test_a_suite_runs_no_code_of_its_own_unless_it_is_allowed(
    bakery: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "planted.py").write_text(
        "open('ran', 'w').close()\n\ndef check(answer):\n    return 'double' in answer\n"
    )
    path = bakery / "evals" / "suite.yaml"
    text = path.read_text()
    for changed in (
        text.replace("{contains: double in size}", "{python: 'planted:check'}"),
        text.replace("policies: [bm25-fused, graph]", "policies: ['planted:check']"),
    ):
        path.write_text(changed)
        assert main(["eval", str(bakery), *CALLS, "out"]) == 2
        assert "--allow-python" in capsys.readouterr().err
        assert not Path("ran").exists()
    path.write_text(text.replace("{contains: double in size}", "{python: 'planted:check'}"))
    assert main(["eval", str(bakery), "--allow-python", *CALLS, "out"]) == 0
    assert Path("ran").exists()


@pytest.mark.parametrize(
    ("limit", "code"),
    [
        ("recall=0.5", 0),
        ("precision=1", 1),
        ("oracle:all-gold@1200=1", 0),
        ("bm25-fused:precision@0.3k=0.99", 1),
        ("graph:refusal@1.2k=1", 0),
        ("graph:pass=1", 0),
        ("bm25-fused:precision=0.99", 1),
    ],
)
def test_a_figure_under_its_limit_exits_with_1(bakery: Path, limit: str, code: int) -> None:
    policies = [word for name in ("oracle", "bm25-fused", "graph") for word in ("--policy", name)]
    words = ["eval", str(bakery), *policies, "--fail-under", limit, *CALLS, "out"]
    assert main(words) == code


def test_a_worse_graph_than_that_of_the_baseline_exits_with_1(
    bakery: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["eval", str(bakery), "--policy", "graph", *CALLS, "out"]
    assert main([*words, "--json"]) == 0
    baseline = tmp_path / "baseline.json"
    baseline.write_text(capsys.readouterr().out)
    assert main([*words, "--compare", str(baseline)]) == 0
    assert "Nothing is better or worse than in the baseline." in capsys.readouterr().out
    (bakery / "stone.md").write_text("# Stone\n\nIt is grey.\n")
    assert main([*words, "--compare", str(baseline)]) == 1
    out = capsys.readouterr().out
    assert "The baseline was made with another graph_root" in out
    assert "WORSE: graph at 1,200, recall 1.000 -> .667" in out
    assert "  worse: granite" in out
    assert main([*words, "--compare", str(baseline), "--json"]) == 1
    compared = json.loads(capsys.readouterr().out)["compared"]
    assert compared["is_regression"]
    assert compared["changes"][0]["worse"] == ["granite"]
    report = tmp_path / "out" / "report.json"
    assert main([*words, "--compare", str(report)]) == 0  # its own report is a baseline, too


def test_a_baseline_that_is_none_is_said_with_its_place(
    bakery: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for text in ("{", "[]", '{"format": "other"}'):
        (tmp_path / "b.json").write_text(text)
        assert main(["eval", str(bakery), *CALLS, "out", "--compare", "b.json"]) == 2
        assert "b.json: no report of `skillagent eval --json`" in capsys.readouterr().err


def test_a_frozen_eval_refuses_a_graph_that_is_not_as_it_was_locked(
    bakery: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["eval", str(bakery), "--frozen", *CALLS, "out"]
    assert main(["lock", str(bakery)]) == 0
    assert main(words) == 0
    (bakery / "stone.md").write_text("# Stone\n\nIt is grey.\n")
    capsys.readouterr()
    assert main(words) == 2
    assert "the graph is not as it was locked (1 changed)" in capsys.readouterr().err


def test_every_policy_is_listed_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", "--list-policies"]) == 0
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert names[0] == "load-everything"
    assert names[-2:] == ["llm", "module:function"]


def test_the_seed_changes_intervals_and_nothing_else(
    bakery: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [str(bakery), "--policy", "bm25-top-k", *CALLS, "out", "--budget", "60"]
    one, other = (_json(capsys, *words, "--seed", seed) for seed in ("1", "2"))
    assert one["by_case"] == other["by_case"]


def _walks(conversation: Conversation) -> object:
    """Reads one node, and answers with its text; every second answer is of no use."""
    if not conversation.results:
        return call("read_node", node="dense-crumb")
    return say("Let it double in size.")


def test_a_model_is_a_policy_and_stands_beside_its_control(
    bakery: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "no-key")
    words = ["eval", str(bakery), "--policy", "bm25-fused", "-m", "openai:one", "-n", "3"]
    with MockLLM(_walks).serve() as server:  # type: ignore[arg-type]
        code = main([*words, "--budget", "1200", "--base-url", server.openai_url, "-o", "out"])
    out = capsys.readouterr().out
    assert code == 0
    assert "| llm:openai:one | 1,200  | .333 " in out
    assert "| 1.000 / 1.000 / 1.000" in out
    assert "A/A control, llm:openai:one against itself at 1,200: +.000 [+.000, +.000]." in out
    records = [path.name for path in Path("out/runs").iterdir() if path.is_dir()]
    assert "heavy@llm%3Aopenai%3Aone@1200@3" in records
    assert len(records) == 4 + 3 * 4
    assert main(["replay", "out/runs/heavy@llm%3Aopenai%3Aone@1200@3"]) == 0


def test_a_model_that_fails_exits_with_3(
    bakery: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "no-key")
    words = ["eval", str(bakery), "--policy", "llm", "-m", "openai:one", "--case", "heavy"]
    with MockLLM([say("", fault=Fault("status", code=401, times=9))]).serve() as server:
        code = main([*words, "--base-url", server.openai_url, *CALLS, "out"])
    assert code == 3
    assert "4 attempts failed" in capsys.readouterr().out


def test_each_repeat_of_a_model_has_a_seed_of_its_own(
    bakery: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "no-key")
    words = ["eval", str(bakery), "--policy", "llm", "-m", "openai-chat:one", "--case", "heavy"]
    with MockLLM(_walks).serve() as server:  # type: ignore[arg-type]
        options = ["--budget", "1k", "-n", "3", "--seed", "7", "--base-url", server.openai_url]
        assert main([*words, *options, "-o", "out"]) == 0
    seeds = set()
    for path in sorted(Path("out/runs").glob("heavy@*/manifest.json")):
        inputs = json.loads(path.read_text())["inputs"]
        seeds.add((inputs["seed"], inputs["model"]["parameters"]["seed"]))
    assert seeds == {(7, 7), (8, 8), (9, 9)}


def test_a_file_of_the_working_folder_stands_in_for_no_package(
    bakery: Path, tmp_path: Path
) -> None:
    (tmp_path / "bm25s.py").write_text("open('ran', 'w').close()\n")
    for policy in ("bm25-top-k", "json:dumps"):
        main(["eval", str(bakery), "--policy", policy, *CALLS, "out"])
        assert not Path("ran").exists()


def test_a_baseline_that_cannot_be_read_stops_before_anything_is_run(bakery: Path) -> None:
    assert main(["eval", str(bakery), "--compare", "none.json", *CALLS, "out"]) == 2
    assert not Path("out/results.jsonl").exists()


def test_a_look_at_one_case_leaves_the_results_of_all(bakery: Path) -> None:
    assert main(["eval", str(bakery), "--no-record"]) == 0
    before = Path("eval-results/bakery/results.jsonl").read_bytes()
    assert main(["eval", str(bakery), "--no-record", "--case", "heavy"]) == 0
    assert Path("eval-results/bakery/results.jsonl").read_bytes() == before
