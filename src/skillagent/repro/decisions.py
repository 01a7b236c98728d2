"""Replays the decisions of a record: the recorded tool calls, against today's graph.

It tells an author what an edit changes in a run: which answers differ, which nodes moved in them,
and what the same calls cost now. What the model would do with other answers, nobody can say; so
every call is made as it was recorded.

Above: `cli`. Below: `answers`, `divergence`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from skillagent.disclosure import Answer
from skillagent.errors import UsageError
from skillagent.repro.answers import session_of
from skillagent.repro.divergence import SHOWN_LINES, changed_nodes, differs_in_secrets
from skillagent.repro.recorded_calls import call_again
from skillagent.runs import RunRecord, TraceEvent
from skillagent.runs.trace import disclosed_form
from skillagent.secrets import Scrubber
from skillagent.store import GraphView


@dataclass(frozen=True, slots=True)
class CallChange:
    """One recorded call whose answer is another one now."""

    call: str
    """Its id in the trace."""
    tool: str
    arguments: Any
    cost: tuple[int, int]
    """Tokens of the answer, as recorded and now."""
    error: tuple[bool, bool]
    """Whether the call was refused, as recorded and now."""
    changed: tuple[str, ...]
    """Ids of nodes in both answers whose files differ."""
    gone: tuple[str, ...]
    """Ids of nodes that only the recorded answer has."""
    new: tuple[str, ...]
    """Ids of nodes that only today's answer has."""
    moved: tuple[str, ...]
    """`id: 3 → 1`: nodes in both answers at another place."""
    diff: tuple[str, ...]
    """The texts as a unified diff, without its header."""

    def to_json(self) -> dict[str, Any]:
        return {
            "call": self.call,
            "tool": self.tool,
            "arguments": self.arguments,
            "cost": list(self.cost),
            "error": list(self.error),
            "changed": list(self.changed),
            "gone": list(self.gone),
            "new": list(self.new),
            "moved": list(self.moved),
            "diff": list(self.diff),
        }


@dataclass(frozen=True, slots=True)
class Decisions:
    """What the recorded calls give on another state of the graph."""

    run: str
    calls: int
    changes: tuple[CallChange, ...]
    spent: tuple[int, int]
    """Tokens of all answers, as recorded and now."""

    def to_json(self) -> dict[str, Any]:
        return {
            "run": self.run,
            "calls": self.calls,
            "changes": [change.to_json() for change in self.changes],
            "spent": list(self.spent),
        }


def replay_decisions(record: RunRecord, graph: GraphView) -> Decisions:
    """Make the recorded calls again.

    Args:
        record: the record.
        graph: today's graph.

    Raises:
        UsageError: the record is damaged, or its token counter is not available.
    """
    if record.damage and not record.is_cut_off:
        raise UsageError(f"{record.folder}: it is damaged: {record.damage[0]}")
    toolset = session_of(record, graph).toolset
    before = toolset.ledger.spent
    changes: list[CallChange] = []
    calls, undo = 0, [toolset.calls]
    opened: TraceEvent | None = None
    for event in record.events:
        if event.kind == "question":
            undo.append(toolset.calls)
        elif event.kind == "undo":
            toolset.forget(undo.pop() if undo else 0)
        elif event.kind == "budget" and event.fields["total"] >= toolset.ledger.spent:
            toolset.rebudget(event.fields["total"])
        elif event.kind == "instructions":
            toolset.instructions()
        elif event.kind == "call":
            opened = event
        elif event.kind == "answer" and opened is not None:
            calls += 1
            answer = call_again(toolset, opened, event)
            if change := _change(opened, event, answer):
                changes.append(change)
    recorded = sum(event.fields.get("cost", 0) for event in record.events)
    spent = recorded, toolset.ledger.spent - before
    return Decisions(record.folder.name, calls, tuple(changes), spent)


def _change(call: TraceEvent, recorded: TraceEvent, answer: Answer) -> CallChange | None:
    fields = recorded.fields
    answer = replace(answer, text=Scrubber().value(answer.text))  # as the recorded one is
    now = TraceEvent("answer", {"disclosed": disclosed_form(answer.disclosed)})
    was, is_now = _without_closing(fields["text"]), _without_closing(answer.text)
    is_same = was == is_now or differs_in_secrets(was, is_now)
    if is_same and not changed_nodes(recorded, now):
        return None
    old, new = _places(recorded), _places(now)
    return CallChange(
        call=str(call.fields["id"]),
        tool=str(call.fields["tool"]),
        arguments=call.fields["arguments"],
        cost=(fields["cost"], answer.cost),
        error=(fields["error"], answer.error),
        changed=changed_nodes(recorded, now),
        gone=tuple(node for node in old if node not in new),
        new=tuple(node for node in new if node not in old),
        moved=tuple(_moved(old, new)),
        diff=tuple(_diff(was, is_now)),
    )


def _without_closing(text: str) -> str:
    """An answer without its last line, which tells what is left of the budget."""
    head, _, last = text.rpartition("\n")
    return head if last.startswith("(call ") else text


def _places(event: TraceEvent) -> Mapping[str, int]:
    """Node → its place in the answer, from 1."""
    nodes = dict.fromkeys(item["node"] for item in event.fields.get("disclosed", ()))
    return {node: place for place, node in enumerate(nodes, 1)}


def _moved(old: Mapping[str, int], new: Mapping[str, int]) -> Iterator[str]:
    # A node that only moves because another one came or went has not moved.
    both = [node for node in old if node in new]
    then = {node: place for place, node in enumerate(both, 1)}
    now = {node: place for place, node in enumerate(sorted(both, key=new.__getitem__), 1)}
    for node in both:
        if then[node] != now[node]:
            yield f"{node}: {old[node]} → {new[node]}"


def _diff(old: str, new: str) -> Iterator[str]:
    lines = list(difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=0))[2:]
    yield from (line[:200] for line in lines[:SHOWN_LINES] if not line.startswith("@@"))
    if len(lines) > SHOWN_LINES:
        yield f"… and {len(lines) - SHOWN_LINES} lines more"
