"""Explains how two recorded runs differ: inputs, environment, graph, path, answer, cost.

Above: `cli`, reports. Below: `divergence`, `runs`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from skillagent.environment import Environment, differences
from skillagent.recording.difference import short
from skillagent.repro.divergence import Divergence, divergence_of_records
from skillagent.runs import RunRecord, TraceEvent


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two runs differ; every part is empty if they do not differ in it."""

    inputs: tuple[str, ...]
    environment: tuple[str, ...]
    nodes: tuple[str, ...]
    """Nodes that only one run read, or that had other bytes."""
    path: tuple[str, ...]
    """The tool calls as a diff."""
    answer: tuple[str, ...]
    """The last answers as a diff."""
    cost: tuple[str, ...]
    first: Divergence | None
    """The first event that differs."""

    @property
    def is_same(self) -> bool:
        """Whether the runs have the same inputs and the same events."""
        return not self.inputs and self.first is None

    def to_json(self) -> dict[str, Any]:
        return {
            "same": self.is_same,
            "inputs": list(self.inputs),
            "environment": list(self.environment),
            "nodes": list(self.nodes),
            "path": list(self.path),
            "answer": list(self.answer),
            "cost": list(self.cost),
            "first": self.first and self.first.to_json(),
        }


def compare(before: RunRecord, after: RunRecord) -> Comparison:
    """How two runs differ.

    Args:
        before: a record.
        after: another one.
    """
    old, new = before.manifest, after.manifest
    environments = Environment.from_json(old.environment), Environment.from_json(new.environment)
    return Comparison(
        inputs=tuple(_fields("", old.inputs.to_json(), new.inputs.to_json())),
        environment=differences(*environments),
        nodes=tuple(_nodes(before, after)),
        path=tuple(_diff(_path(before.events), _path(after.events))),
        answer=tuple(_diff(before.answer.splitlines(), after.answer.splitlines())),
        cost=tuple(
            f"{name}: {was} → {now}"
            for name, was, now in (
                ("tokens", old.spent, new.spent),
                ("calls", old.calls, new.calls),
                ("turns", _turns(before), _turns(after)),
            )
            if was != now
        ),
        first=divergence_of_records(before, after),
    )


def _fields(path: str, old: Any, new: Any) -> Iterator[str]:
    """The innermost values that differ, a line each."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for name in sorted({*old, *new}):
            inner = f"{path}.{name}" if path else str(name)
            yield from _fields(inner, old.get(name), new.get(name))
    elif old != new:
        yield f"{path}: {short(old)} → {short(new)}"


def _nodes(before: RunRecord, after: RunRecord) -> Iterator[str]:
    old, new = before.manifest.nodes, after.manifest.nodes
    for node in sorted({*old, *new}):
        if node not in new:
            yield f"[[{node}]] was shown only by the first run ({old[node].level})"
        elif node not in old:
            yield f"[[{node}]] was shown only by the second run ({new[node].level})"
        elif old[node].digest != new[node].digest:
            yield f"[[{node}]] had another content"
        elif old[node].level != new[node].level:
            yield f"[[{node}]]: {old[node].level} → {new[node].level}"


def _path(events: tuple[TraceEvent, ...]) -> list[str]:
    return [
        f"{event.fields['tool']} {short(event.fields['arguments'])}"
        for event in events
        if event.kind == "call"
    ]


def _turns(record: RunRecord) -> int:
    return sum(event.kind == "reply" for event in record.events)


def _diff(old: list[str], new: list[str]) -> Iterator[str]:
    if old != new:
        yield from list(difflib.unified_diff(old, new, lineterm="", n=1))[2:]
