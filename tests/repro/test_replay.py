"""Replays: where the graph is found, what a replay may not do, and what an edit changes."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from skillagent import Agent, SkillGraph, Toolset
from skillagent.cli import main
from skillagent.errors import UsageError
from skillagent.repro.answers import replay_answers
from skillagent.repro.no_network import NetworkRefusedError, no_network
from skillagent.runs import RunRecord
from skillagent.runs.manifest import read_manifest
from skillagent.runs.node_copy import restore
from skillagent.store import view_of
from tests.repro.conftest import FILES, FixedModel, Record, resealed


def out_of(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    capsys.readouterr()
    code = main(list(words))
    captured = capsys.readouterr()
    return code, captured.out + captured.err


def test_a_changed_graph_is_replayed_from_the_copy_in_the_record(
    graph: Path, record: Record, capsys: pytest.CaptureFixture[str]
) -> None:
    run = record(with_nodes=True)
    shutil.rmtree(graph)
    code, text = out_of(capsys, "replay", str(run))
    assert (code, "graph the copy in the record" in text) == (0, True)


def test_a_changed_graph_is_replayed_from_the_recorded_commit(
    graph: Path, record: Record, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    top = graph.parent
    git = ["git", "-C", str(top), "-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "graph"], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "one"], check=True)
    monkeypatch.chdir(top)
    run = record()
    (graph / "sizing.md").write_text("# Sizing\n\nBuy everything.\n", encoding="utf-8")
    code, text = out_of(capsys, "replay", str(run))
    assert (code, "graph the recorded commit" in text) == (0, True), text


def test_without_its_graph_a_run_is_replayed_on_the_present_one_and_says_so(
    graph: Path, record: Record, capsys: pytest.CaptureFixture[str]
) -> None:
    run = record()
    (graph / "new.md").write_text("# New\n\nBuy later.\n", encoding="utf-8")
    code, text = out_of(capsys, "replay", str(run))
    assert code != 0
    assert "graph as it is now, which is not as recorded" in text


def test_a_graph_that_is_gone_has_to_be_named(
    graph: Path, record: Record, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = record()
    moved = tmp_path / "elsewhere"
    graph.rename(moved)
    assert out_of(capsys, "replay", str(run)) == (
        2,
        f"skillagent: {run}: which graph did it read? Name its folder with --graph\n",
    )
    assert out_of(capsys, "replay", str(run), "-g", str(moved))[0] == 0


def test_a_replay_can_open_no_connection() -> None:
    with no_network():
        for connect in (
            lambda: socket.create_connection(("127.0.0.1", 9)),
            lambda: socket.getaddrinfo("localhost", 80),
            lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"", ("127.0.0.1", 9)),
        ):
            with pytest.raises(NetworkRefusedError):
                connect()
    assert socket.getaddrinfo("127.0.0.1", 80)


def test_what_an_edit_changes_is_told_call_by_call(
    graph: Path, record: Record, capsys: pytest.CaptureFixture[str]
) -> None:
    record()
    runs = str(graph.parent / "runs")
    assert out_of(capsys, "replay", runs, "--decisions")[0] == 0
    (graph / "sizing.md").write_text(FILES["sizing.md"].replace("less", "half"), encoding="utf-8")
    (graph / "stops.md").unlink()
    (graph / "later.md").write_text("# Later\n\nBuy, then buy again, then buy.\n", encoding="utf-8")
    code, text = out_of(capsys, "replay", runs, "--decisions")
    assert code == 1
    assert "2 of 2 calls answered differently" in text
    for line in (
        "the file has changed: sizing",
        "no longer in the answer: stops",
        "new in the answer: later",
        "+Buy half; see [[stops]].",
    ):
        assert line in text
    code, text = out_of(capsys, "replay", runs, "--decisions", "--summary")
    assert (code, len(text.splitlines())) == (1, 1)
    code, text = out_of(capsys, "replay", runs, "--decisions", "--json")
    (values,) = map(json.loads, text.splitlines())
    assert [change["tool"] for change in values["changes"]] == ["list_index", "read_node"]


def test_an_edit_that_only_costs_more_changes_no_later_answer(
    graph: Path, record: Record, capsys: pytest.CaptureFixture[str]
) -> None:
    record()
    (graph / "sizing.md").write_text(FILES["sizing.md"] + "\nAlways.\n", encoding="utf-8")
    runs = str(graph.parent / "runs")
    code, text = out_of(capsys, "replay", runs, "--decisions")
    assert (code, "2 of 2 calls answered differently" in text) == (1, True)
    (graph / "sizing.md").write_text(FILES["sizing.md"], encoding="utf-8")
    risk = FILES["deep/risk.md"].replace("All of it.", "All of it, and more than that.")
    (graph / "deep" / "risk.md").write_text(risk, encoding="utf-8")
    code, text = out_of(capsys, "replay", runs, "--decisions")
    assert (code, "2 calls, all the same" in text) == (0, True), text


def test_a_record_of_the_library_knows_its_graph_too(
    graph: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    agent = Agent(Toolset(SkillGraph.load(graph)), FixedModel(), record=str(tmp_path / "own"))
    for _ in agent.ask("How much do I buy?"):
        pass
    assert out_of(capsys, "replay", str(tmp_path / "own"))[0] == 0
    (run,) = (path for path in (tmp_path / "own").iterdir() if path.is_dir())
    assert RunRecord.read(str(run)).inputs_id == RunRecord.read(run).manifest.inputs_id


def test_calls_from_a_script_are_recorded_and_replayed(
    graph: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [
        '{"name": "list_index", "arguments": {"query": "buy"}}',
        "no JSON",
        '{"name": "read_summary", "arguments": {"nodes": ["sizing"], "depth": 2.5}}',
        '{"name": "read_node", "arguments": {"node": "sizing"}}',
    ]
    text = "".join(f"{line}\n" for line in lines)
    stdin = type("Stdin", (), {"buffer": [line.encode() for line in text.splitlines(True)]})()
    monkeypatch.setattr("sys.stdin", stdin)
    runs = tmp_path / "runs"
    assert out_of(capsys, "call", str(graph), f"--record={runs}")[0] == 1
    (run,) = (path for path in runs.iterdir() if path.is_dir())
    record = RunRecord.read(run)
    assert record.manifest.determinism == "scripted"
    assert [event.kind for event in record.events] == ["call", "answer"] * 4
    code, text = out_of(capsys, "verify", str(run))
    assert code == 0, text
    replayed = replay_answers(record, view_of(SkillGraph.load(graph)))
    assert (replayed.same, replayed.divergence) == (8, None)


def test_records_are_listed_filtered_shown_and_pruned(
    graph: Path, record: Record, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = record("How much do I buy?"), record("When do I sell?", seed=3)
    runs = str(graph.parent / "runs")
    code, text = out_of(capsys, "runs", runs)
    assert (code, len(text.splitlines())) == (0, 2)
    assert "fixed:one  end  2 calls" in text
    for words, names in (
        (("--question", "sell"), [second]),
        (("--model", "one-2026"), [first, second]),
        (("--model", "other"), []),
        (("--node", "sizing"), [first, second]),
        (("--inputs", RunRecord.read(first).manifest.inputs_id[7:20]), [first]),
        (("--incomplete",), []),
    ):
        _, text = out_of(capsys, "runs", runs, *words)
        assert [line.split()[0] for line in text.splitlines()] == [path.name for path in names]
    code, text = out_of(capsys, "runs", str(first))
    assert "questions: How much do I buy?" in text
    assert "sizing: node" in text
    assert out_of(capsys, "runs", runs, "--prune")[0] == 2
    assert "would remove" in out_of(capsys, "runs", runs, "--prune", "--keep", "1", "--dry-run")[1]
    assert first.exists()
    assert out_of(capsys, "runs", runs, "--prune", "--keep", "1")[0] == 0
    assert (first.exists(), second.exists()) == (False, True)


def test_a_graph_behind_record_is_not_taken_for_its_folder(
    graph: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, text = out_of(capsys, "chat", "-p", "Buy?", "--record", str(graph))
    assert (code, "put the graph before --record" in text) == (2, True)


def test_a_project_can_ask_for_records_of_every_session(
    graph: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    project = graph.parent
    (project / "skillagent.toml").write_text('graphs = ["graph"]\nrecord = "kept"\n')
    monkeypatch.chdir(project)
    assert out_of(capsys, "chat", "-p", "Buy?", "--no-history")[0] == 0
    assert out_of(capsys, "chat", "-p", "Buy?", "--no-history", "--no-record")[0] == 0
    (run,) = (path for path in (project / "kept").iterdir() if path.is_dir())
    assert out_of(capsys, "verify", str(run))[0] == 0


def test_records_inside_a_graph_are_no_part_of_it(
    graph: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(graph)
    assert out_of(capsys, "lock", ".")[0] == 0
    words = ("chat", ".", "-p", "Buy?", "--no-history", "--record", "--with-nodes")
    assert out_of(capsys, *words)[0] == 0
    assert out_of(capsys, "lock", ".", "--check")[0] == 0
    assert out_of(capsys, "verify", "runs")[0] == 0


@pytest.mark.parametrize("name", ["../../elsewhere", "/tmp/elsewhere", "..", ""])
def test_a_stranger_s_record_writes_nothing_outside_its_folder(
    name: str, graph: Path, record: Record, tmp_path: Path
) -> None:
    run = record(with_nodes=True)
    path = run / "nodes.jsonl"
    head, *lines = path.read_text(encoding="utf-8").splitlines()
    head = json.dumps({**json.loads(head), "roots": [name]})
    data = "\n".join([head, *lines]).encode()
    (tmp_path / "inner").mkdir()
    with pytest.raises(UsageError, match="is damaged"):
        restore(data, tmp_path / "inner")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["graph", "inner", "runs"]


def test_a_commit_that_is_none_is_not_given_to_git(
    graph: Path, record: Record, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = record()
    victim = tmp_path / "precious.txt"
    victim.write_text("kept")
    environment = dict(read_manifest(run).environment)
    state = {"commit": f"--output={victim}", "dirty": False, "changes": None}
    resealed(run, environment={**environment, "git": state})
    (graph / "sizing.md").write_text("# Sizing\n", encoding="utf-8")
    out_of(capsys, "replay", str(run))
    assert victim.read_text() == "kept"


def test_records_are_not_written_around_a_graph(graph: Path) -> None:
    agent = Agent(Toolset(SkillGraph.load(graph)), FixedModel(), record=str(graph))
    with pytest.raises(UsageError, match="the graph is in this folder"):
        next(agent.ask("How much do I buy?"))


def test_a_folder_without_a_manifest_is_not_passed_over(
    graph: Path, record: Record, capsys: pytest.CaptureFixture[str]
) -> None:
    record()
    run = record()
    (run / "manifest.json").unlink()
    code, text = out_of(capsys, "verify", str(run.parent), "--strict")
    assert (code, f"{run}: no run record" in text) == (64, True)


def test_a_number_that_json_lacks_is_recorded_as_text(
    graph: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    line = '{"name": "read_node", "arguments": {"node": "sizing", "x": 1e999}}\n'
    monkeypatch.setattr("sys.stdin", type("Stdin", (), {"buffer": [line.encode()]})())
    assert out_of(capsys, "call", str(graph), f"--record={tmp_path / 'runs'}")[0] == 1
    (run,) = (path for path in (tmp_path / "runs").iterdir() if path.is_dir())
    assert RunRecord.read(run).events[0].fields["arguments"]["x"] == "inf"


def test_a_run_frozen_by_a_lock_elsewhere_is_repeated_with_that_lock(
    graph: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lock = tmp_path / "other" / "kept.lock"
    lock.parent.mkdir()
    assert main(["lock", str(graph), "--lock", str(lock)]) == 0
    (graph / "stops.md").write_text("# Stops\n\nIt is another text now.\n")
    runs = str(tmp_path / "runs")
    words = ["chat", str(graph), "--lock", str(lock), "-p", "How much do I buy?"]
    assert main([*words, "--record", runs]) == 0
    for command in ("replay", "verify"):
        assert main([command, runs, "--lock", str(lock)]) == 0
    capsys.readouterr()
    assert main(["verify", runs]) & 4
    assert "the run was frozen by a lock that is not at hand" in capsys.readouterr().out
    assert main(["lock", str(graph), "--lock", str(lock)]) == 0
    assert main(["replay", runs, "--lock", str(lock)]) == 2
    assert "the run was frozen by another lock" in capsys.readouterr().err
