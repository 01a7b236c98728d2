"""A process that is killed while it records leaves a record that says where it ended."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from skillagent import SkillGraph
from skillagent.cli import main
from skillagent.errors import UsageError
from skillagent.repro.answers import replay_answers
from skillagent.runs import RunRecord
from skillagent.runs.record import records_in, without_manifest
from skillagent.runs.recorder import CASSETTE, TRACE
from skillagent.store import view_of
from tests.conftest import ROOT
from tests.repro.conftest import Record
from tests.runs.sessions import faults

KILLS = 100
INCOMPLETE = 64
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the kills are of forked children"),
]


@pytest.fixture(scope="module")
def kills(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a graph, and the records that remain after all kills."""
    top = tmp_path_factory.mktemp("kills")
    done = subprocess.run(
        [sys.executable, "-m", "tests.runs.killed", str(top), str(KILLS)],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    assert json.loads(done.stdout) == [-signal.SIGKILL] * KILLS
    return top


@pytest.mark.process
def test_every_kill_leaves_a_record_that_says_where_it_ended(kills: Path) -> None:
    graph = view_of(SkillGraph.load(kills / "graph"))
    places: Counter[str] = Counter()
    for path in records_in((kills / "runs",)):
        record = RunRecord.read(path)
        assert faults(record, graph) == [], record.where_it_ended
        replayed = replay_answers(record, graph)
        assert (replayed.divergence, replayed.same) == (None, len(record.events))
        if record.is_complete:
            # Killed between two questions, before a byte of the next one was written.
            assert record.events[-1].kind in ("end", "undo", "answer")
            assert record.where_it_ended == ""
        else:
            assert record.where_it_ended.startswith(("before ", "after ", "waiting ", "in a tool"))
        places[record.where_it_ended.partition(", event")[0]] += 1
    for path in without_manifest(kills / "runs"):
        with pytest.raises(UsageError, match=r"no run record: it has no manifest\.json; .* asked"):
            RunRecord.read(path)
        places["before its manifest"] += 1
    # Only a process that is killed before it makes its folder leaves none.
    assert KILLS - 5 <= places.total() <= KILLS
    # The kills are spread over the whole conversation.
    assert len(places) >= 10, places
    assert places[""] <= KILLS // 4, places


@pytest.mark.process
def test_runs_lists_every_record_and_verify_refuses_the_incomplete_ones(
    kills: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = kills / "runs"
    assert main(["runs", str(runs)]) == 0
    printed = capsys.readouterr()
    complete = {path.name: RunRecord.read(path).is_complete for path in records_in((runs,))}
    assert all(name in printed.out for name in complete)
    assert all(path.name in printed.err for path in without_manifest(runs))
    words = ["verify", str(runs), "--graph", str(kills / "graph"), "--level", "0", "--json"]
    assert main(words) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {line["run"]: line["complete"] for line in lines} == complete
    assert all(bool(line["ended"]) is not line["complete"] for line in lines)
    assert main([*words, "--strict"]) == INCOMPLETE


@pytest.mark.parametrize("name", [TRACE, CASSETTE])
def test_a_half_written_last_line_is_no_fault(name: str, record: Record, graph: Path) -> None:
    run = record()
    with (run / name).open("ab") as file:
        file.write(b'{"event": "ques')
    if name == CASSETTE:
        with (run / TRACE).open("ab") as file:
            file.write(b'{"event": "question", "text": "More?"}\n')
    read = RunRecord.read(run)
    view = view_of(SkillGraph.load(graph))
    assert not read.is_complete
    assert read.where_it_ended.startswith("after ")
    assert faults(read, view) == []
    assert replay_answers(read, view).divergence is None


@pytest.mark.parametrize("name", [TRACE, CASSETTE])
def test_a_file_that_was_cut_behind_the_seal_is_a_fault(
    name: str, record: Record, graph: Path
) -> None:
    run = record()
    data = (run / name).read_bytes()
    (run / name).write_bytes(data[:-20])
    read = RunRecord.read(run)
    assert f"L1 {name}: it was cut: {len(data) - 20} bytes, not {len(data)}" in faults(
        read, view_of(SkillGraph.load(graph))
    )
    assert not (name == TRACE and read.is_complete)


def test_an_empty_trace_ended_before_the_first_event(record: Record) -> None:
    run = record()
    (run / TRACE).write_bytes(b"")
    read = RunRecord.read(run)
    assert not read.is_complete
    assert read.where_it_ended == "before the first event"
    assert (read.answer, read.questions) == ("", ())
