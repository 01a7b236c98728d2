"""A small graph, a model with fixed answers, and a record of a conversation with it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from skillagent import Agent, SkillGraph, Toolset
from skillagent.messages import Message, Reply, Request, Role, Stop, Text, ToolCall
from skillagent.recording import strict_json
from skillagent.runs import Manifest, RunRecord, RunRecorder
from skillagent.runs.manifest import FILE, read_manifest

FILES = {
    "index.md": "# Index\n\n- [[sizing]] says how much to buy\n- [[stops]] says when to sell\n",
    "sizing.md": "---\ndescription: How much to buy\n---\n# Sizing\n\nBuy less; see [[stops]].\n",
    "stops.md": "---\ndescription: When to sell\n---\n# Stops\n\nSell early. See [[deep/risk]].\n",
    "deep/risk.md": "---\ndescription: What can be lost\n---\n# Risk\n\nAll of it.\n",
    "chart.png": "not really",
}


@dataclass
class FixedModel:
    """Lists, reads two nodes, and answers."""

    name: str = "fixed:one"
    parameters: dict[str, Any] = field(default_factory=lambda: {"temperature": 0.5})
    answers: tuple[str, ...] = ("Buy less.",)

    def reply(self, request: Request) -> Iterator[Text | Reply]:
        asked = [m for m in request.messages if m.role is Role.USER and m.text]
        since = request.messages[request.messages.index(asked[-1]) + 1 :]
        turn = sum(message.role is Role.ASSISTANT for message in since)
        number = len(request.messages)
        if turn == 0:
            part: Text | ToolCall = ToolCall(f"id-{number}", "list_index", {"query": "buy"})
        elif turn == 1:
            part = ToolCall(f"id-{number}", "read_node", {"node": "sizing"})
        else:
            part = Text(self.answers[(len(asked) - 1) % len(self.answers)])
        stop = Stop.TOOL_USE if isinstance(part, ToolCall) else Stop.END
        if isinstance(part, Text):
            yield part
        yield Reply(Message(Role.ASSISTANT, (part,)), stop, model="one-2026", fingerprint="fp")


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    """Folder of the graph."""
    folder = tmp_path / "graph"
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def no_disk_sync(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of records would wait for the disk, whose power no test cuts."""
    monkeypatch.setattr(os, "fsync", lambda handle: None)


Record = Callable[..., Path]


@pytest.fixture
def record(tmp_path: Path, graph: Path) -> Record:
    """Record a conversation; the folder of the record."""

    def made(*questions: str, model: Any = None, budget: int = 4_000, **options: Any) -> Path:
        recorder = RunRecorder(tmp_path / "runs", graph=(str(graph),), **options)
        agent = Agent(
            Toolset(SkillGraph.load(graph), budget), model or FixedModel(), record=recorder
        )
        for question in questions or ("How much do I buy?",):
            for _ in agent.ask(question):
                pass
        assert recorder.path is not None
        return recorder.path

    return made


def resealed(run: Path, **changes: Any) -> None:
    """Change fields of a manifest as a careful forger does: with a digest that fits."""
    manifest = replace(read_manifest(run), **changes)
    write_manifest(run, replace(manifest, digest=manifest.sealed_digest()))


def write_manifest(run: Path, manifest: Manifest) -> None:
    """Write a manifest, whatever its digest is."""
    (run / FILE).write_bytes(strict_json.pretty(manifest.to_json()))


def edit_line(path: Path, number: int, change: Callable[[Any], Any]) -> None:
    """Change one line of a file of JSON lines."""
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[number - 1] = json.dumps(change(json.loads(lines[number - 1])), ensure_ascii=False)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def events_of(run: Path) -> list[str]:
    """Kinds of the events of a record."""
    return [event.kind for event in RunRecord.read(run).events]
