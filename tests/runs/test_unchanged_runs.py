"""Runs of which nothing has changed: every one verifies, and replays to the same digest."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from skillagent import Agent, OfflineProvider, SkillGraph, Toolset
from skillagent.repro.answers import replay_answers
from skillagent.repro.verify import check_again, check_graph, check_record
from skillagent.runs import RunRecord, RunRecorder
from skillagent.store import GraphView, view_of
from tests.conftest import BUNDLED
from tests.runs.sessions import Model, Player, Session, faults, in_folder, sessions

SMALL = {
    "index.md": "# Index\n\n- [[Seeds]]\n- [[Loss]]\n",
    "Seeds.md": "---\ndescription: What a seed fixes.\n---\n# Seeds\n\nA seed. See [[Loss]].\n"
    "\n<!-- hidden: 42 -->\n\n## Limits\n\nNot the GPU.\n",
    "Loss.md": "# Loss\n\nThe loss of a run differs. " + "It is long. " * 80,
    "ü/Übung.md": "# Übung\n\nEine Übung über [[Seeds]].\n",
}
QUESTIONS = ("What does a seed fix?", "Why does the loss differ?", "/nothing ü", "half \udc00")
GRAPHS = ("small", "bundled", "one", "empty")
RUNS = int(os.environ.get("SKILLAGENT_UNCHANGED_RUNS", "100"))
"""How many runs on each graph are looked at; 250 make a thousand over the four."""


def _graph(name: str, folder: Path) -> GraphView:
    if name == "bundled":
        return view_of(SkillGraph.load(BUNDLED))
    files = {"small": SMALL, "one": {"one.md": "Only a seed.\n"}, "empty": {"e.md": ""}}[name]
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return view_of(SkillGraph.load(folder))


@pytest.mark.slow
@pytest.mark.parametrize("name", GRAPHS)
def test_no_unchanged_run_is_called_changed(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda handle: None)  # no power is cut here
    graph = _graph(name, tmp_path)
    names = tuple(graph.ids)[:4]
    runs = 0

    @settings(
        max_examples=RUNS + 10,
        suppress_health_check=list(HealthCheck),
        database=None,
        print_blob=False,
    )
    @given(sessions(names, QUESTIONS))
    def holds(session: Session) -> None:
        nonlocal runs
        with tempfile.TemporaryDirectory(dir=tmp_path) as folder:
            for path in Player(graph, session, Path(folder)).play():
                record = RunRecord.read(path)
                assert record.is_complete
                replayed = replay_answers(record, graph)  # as L2 does
                assert replayed.divergence is None
                assert replayed.same == len(record.events)
                at_hand = in_folder(graph)
                levels = check_graph(record, at_hand, None), check_record(record)
                for check in (*levels, check_again(record, at_hand)):
                    assert check.faults == ()
                runs += 1

    holds()
    assert runs >= RUNS


class _Interrupting:
    """A clock that stops the program, as Ctrl-C does, when it is looked at for the n-th time."""

    def __init__(self, look: int) -> None:
        self._looks_left = look

    def __call__(self) -> float:
        self._looks_left -= 1
        if self._looks_left == 0:
            raise KeyboardInterrupt
        return 0.0


# A toolset looks at the clock when a call begins, and when its answer is ready.
@pytest.mark.parametrize("look", [1, 2, 3, 4])
def test_a_run_that_was_stopped_in_a_tool_call_replays(look: int, tmp_path: Path) -> None:
    graph = _graph("small", tmp_path / "graph")
    toolset = Toolset(graph, clock=_Interrupting(look))
    agent = Agent(toolset, OfflineProvider(), record=RunRecorder(tmp_path / "runs"))
    with pytest.raises(KeyboardInterrupt):
        list(agent.ask(QUESTIONS[0]))
    list(agent.ask(QUESTIONS[1]))
    record = _the_record(agent)
    assert faults(record, graph) == []
    assert replay_answers(record, graph).same == len(record.events)


def test_a_budget_that_was_raised_and_lowered_again_replays(tmp_path: Path) -> None:
    # Raising it reopens a session that was spent, although the total is the same in the end.
    graph = _graph("small", tmp_path / "graph")
    agent = Agent(Toolset(graph, 40), OfflineProvider(), record=RunRecorder(tmp_path / "runs"))
    list(agent.ask(QUESTIONS[1]))
    assert agent.toolset.spent
    agent.toolset.rebudget(20_000)
    agent.toolset.rebudget(40)
    list(agent.ask(QUESTIONS[1]))
    record = _the_record(agent)
    assert faults(record, graph) == []
    assert replay_answers(record, graph).same == len(record.events)


def test_instructions_that_fit_only_after_the_budget_was_raised_replay(tmp_path: Path) -> None:
    graph = _graph("small", tmp_path / "graph")
    model = Model("mock-small", None)
    agent = Agent(Toolset(graph, 0), model, record=RunRecorder(tmp_path / "runs"))
    list(agent.ask(QUESTIONS[0]))
    agent.toolset.rebudget(1_000)
    list(agent.ask(QUESTIONS[0]))
    record = _the_record(agent)
    costs = [event.fields["cost"] for event in record.events if event.kind == "instructions"]
    assert costs == [agent.toolset.ledger.spent]
    assert faults(record, graph) == []


def _the_record(agent: Agent) -> RunRecord:
    recorder = agent.record
    assert isinstance(recorder, RunRecorder)
    assert recorder.path is not None
    return RunRecord.read(recorder.path)
