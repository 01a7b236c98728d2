"""`skillagent view --run`: a recorded run, or two, on the graph that they read."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from skillagent import Agent, SkillGraph, Toolset
from skillagent.cli import main
from skillagent.runs import RunRecorder
from tests.run_records import Maker, Scripted, answered, reads, says

Printed = pytest.CaptureFixture[str]


def recorded(make: Maker, *nodes: str) -> Path:
    """A run that read these nodes, whose record names its graph."""
    graph = make.folder / "graph"
    recorder = RunRecorder(
        make.folder / "runs" / "-".join(nodes),
        clock=lambda: 1_700_000_000,
        environ={},
        graph=("graph",),
    )
    model = Scripted(*map(reads, nodes), says("So."))
    return answered(Agent(Toolset(SkillGraph.load(graph)), model, record=recorder), "How?")


@pytest.fixture
def make(tmp_path: Path) -> Maker:
    return Maker(tmp_path)


def exported(make: Maker, *arguments: str | Path) -> list[dict[str, Any]]:
    """The walks in the file that the command writes."""
    file = make.folder / "view.html"
    assert main(["view", *map(str, arguments), "--export", str(file), "--force"]) == 0
    text = file.read_text(encoding="utf-8")
    start = text.index('id="data">') + len('id="data">')
    walks: list[dict[str, Any]] = json.loads(text[start : text.index("</script>", start)])["walks"]
    return walks


def test_one_run_is_drawn_on_the_graph_that_is_named(make: Maker) -> None:
    (walk,) = exported(make, make.folder / "graph", "--run", recorded(make, "seed"))
    assert (walk["question"], walk["parting"]) == ("How?", None)
    assert [step["read"] for step in walk["steps"]] == [[], ["seed"]]


def test_without_a_graph_the_recorded_one_is_taken(make: Maker) -> None:
    # Its relative folder is looked up above the record.
    (walk,) = exported(make, "--run", recorded(make, "seed"))
    assert walk["remarks"] == {}


def test_two_runs_are_compared_and_the_difference_is_printed(make: Maker, capsys: Printed) -> None:
    runs = recorded(make, "seed"), recorded(make, "split")
    walks = exported(make, "--run", runs[0], "--run", runs[1])
    assert [walk["parting"]["step"] for walk in walks] == [2, 2]
    said = capsys.readouterr().out.splitlines()
    assert said[1] == walks[0]["parting"]["words"]
    assert said[1].startswith("The first step is equal: reply 1 differs in parts. Run 1 goes on")


def test_a_folder_of_two_records_is_two_runs(make: Maker) -> None:
    both = make.folder / "both"
    for name in ("seed", "split"):
        folder = recorded(make, name)
        shutil.copytree(folder, both / name)
    assert len(exported(make, make.folder / "graph", "--run", both)) == 2


def test_more_than_two_runs_are_refused_in_one_line(make: Maker, capsys: Printed) -> None:
    run = recorded(make, "seed")
    assert main(["view", *["--run", str(run)] * 3]) == 2
    said = capsys.readouterr().err
    assert said.endswith("3 runs; name one, or two to compare\n")
    assert said.count("\n") == 1


def test_what_is_no_record_is_refused_in_one_line(make: Maker, capsys: Printed) -> None:
    assert main(["view", "--run", str(make.folder / "graph")]) == 2
    said = capsys.readouterr().err
    assert "no run record" in said
    assert said.count("\n") == 1


def test_a_graph_that_is_not_to_be_found_is_asked_for(
    make: Maker, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = recorded(make, "seed")
    os.rename(make.folder / "graph", make.folder / "moved")
    monkeypatch.chdir(make.folder / "moved")
    assert main(["view", "--run", str(run)]) == 2
    said = capsys.readouterr().err
    assert said.endswith(f"{run}: which graph did it read? Name its folder before --run\n")
    (walk,) = exported(make, make.folder / "moved", "--run", run)
    assert walk["remarks"] == {}
