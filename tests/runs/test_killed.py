"""A process that is killed while it records leaves a record that can be read."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from skillagent import Agent, SkillGraph, Toolset
from skillagent.cli import main
from skillagent.errors import UsageError
from skillagent.messages import ToolCall
from skillagent.repro.graph_at_hand import GraphAtHand
from skillagent.repro.verify import checks
from skillagent.runs import RunRecord, RunRecorder
from skillagent.store import view_of
from tests.repro.conftest import FixedModel

KILLS = 100
QUESTIONS = ("How much do I buy?", "When do I sell?", "And then?")
CALLS = ("write", "fsync", "replace", "mkdir")
"""Functions of `os` that change what is on disk."""

pytestmark = [
    pytest.mark.process,
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="children are forked"),
]


def converse(graph: SkillGraph, runs: Path, *, with_nodes: bool) -> None:
    recorder = RunRecorder(runs, with_nodes=with_nodes)
    agent = Agent(Toolset(graph, 4_000), FixedModel(), record=recorder)
    for question in QUESTIONS:
        for _ in agent.ask(question):
            pass


def call(graph: SkillGraph, runs: Path, *, with_nodes: bool) -> None:
    recorder = RunRecorder(runs, with_nodes=with_nodes)
    tools = Toolset(graph, 4_000)
    for number, node in enumerate(("index", "sizing", "nowhere", "stops")):
        recorder.begin(tools, None, None)
        made = ToolCall(f"line {number}", "read_node", {"node": node})
        recorder.call(made)
        recorder.answer(made, tools.call(made.name, made.arguments))
    recorder.close()


Session = Callable[..., None]


def killed_at(place: int, session: Session, *arguments: Any, **options: Any) -> bool:
    """Run a session in a child that kills itself at its n-th change of the disk.

    Every third write is killed when half of its bytes are written.

    Returns:
        False if the session ended before that.
    """
    child = os.fork()
    if child == 0:
        count = 0

        def wrapped(function: Callable[..., Any]) -> Callable[..., Any]:
            def counted(*rest: Any, **named: Any) -> Any:
                nonlocal count
                count += 1
                if count == place:
                    if function is write and place % 3 == 0:
                        write(rest[0], rest[1][: len(rest[1]) // 2])
                    elif place % 3 == 1:
                        function(*rest, **named)
                    os.kill(os.getpid(), signal.SIGKILL)
                return function(*rest, **named)

            return counted

        write = os.write
        for name in CALLS:
            setattr(os, name, wrapped(getattr(os, name)))
        try:
            session(*arguments, **options)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def test_every_record_that_is_left_can_be_read(
    graph: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    loaded = SkillGraph.load(graph)
    at_hand = GraphAtHand(view_of(loaded), "", is_recorded=True, now=loaded)
    kills = incomplete = refused = 0
    for session, with_nodes in ((converse, False), (call, True), (converse, True)):
        place = 0
        while kills < KILLS:
            place += 1
            runs = tmp_path / f"{session.__name__}{with_nodes}{place}"
            if not killed_at(place, session, loaded, runs, with_nodes=with_nodes):
                break
            kills += 1
            for run in (path for path in runs.glob("*") if path.is_dir()):
                incomplete += check(run, at_hand)
                refused += main(["verify", str(run), "-g", str(graph), "--strict"]) != 0
            capsys.readouterr()
    assert kills == KILLS
    assert incomplete > KILLS // 2
    assert refused == incomplete


def check(run: Path, at_hand: GraphAtHand) -> bool:
    """Whether a record is incomplete; all that it has must hold."""
    if not (run / "manifest.json").exists():
        # Killed before the first manifest: nothing had been asked yet.
        with pytest.raises(UsageError, match=r"^[^\n]*: no run record[^\n]*$"):
            RunRecord.read(run)
        return True
    record = RunRecord.read(run)
    for made in checks(record, at_hand, 3):
        faults = [fault for fault in made.faults if fault not in record.damage]
        assert not faults, (run, made, record.where_it_ended)
    if record.is_complete:
        assert record.events[-1].kind in ("end", "answer")
        return False
    assert record.where_it_ended
    return True
