"""Writes a recorded run as a trajectory in ATIF, the Agent Trajectory Interchange Format.

ATIF is the format of harbor and of several viewers. Version 1.7 is written: what 1.8 adds to it is
audio, which no run has. All that ATIF has no key for is in `extra`, which it leaves to producers:
the root of the graph, digests and levels of nodes, what an answer cost and left.

Above: the command `export`. Below: `run_events`.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any, TypeAlias

from skillagent.disclosure import Disclosed
from skillagent.errors import UsageError
from skillagent.graph_json.json_writer import UNSEEN
from skillagent.messages import Usage
from skillagent.runs import Determinism, RunRecord
from skillagent.runs.run_events import (
    CallAnswer,
    CallStart,
    Instructions,
    ModelFailure,
    ModelReply,
    OtherEvent,
    Question,
    QuestionEnd,
    RequestSent,
    RunEvent,
    spent_by,
    typed_event,
)

SCHEMA_VERSION = "ATIF-v1.7"
Json: TypeAlias = dict[str, Any]


def trajectory(record: RunRecord) -> str:
    """A run as the text of an ATIF file; the same record gives the same bytes.

    Args:
        record: any record, also one of a process that was killed.

    Raises:
        UsageError: an event of the trace has a wrong field.
    """
    value = trajectory_value(record)
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=2) + "\n"
    return UNSEEN.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def trajectory_value(record: RunRecord) -> Json:
    """A run as the JSON object of an ATIF file; see `trajectory`."""
    steps = _Steps(record)
    events = [typed_event(event) for event in record.events]
    for event in events:
        steps.add(event)
    if not steps.all:
        steps.system("Nothing had happened when the record ended.")
    manifest = record.manifest
    extra: Json = {
        "graph_root": manifest.inputs.graph_root,
        "inputs_id": manifest.inputs_id,
        "run_digest": record.run_digest,
        "determinism": manifest.determinism.value,
        "complete": record.is_complete,
        "outcome": manifest.outcome.reason if manifest.outcome else None,
        "inputs": manifest.inputs.to_json(),
        "nodes": {
            node: {"digest": read.digest, "level": read.level}
            for node, read in manifest.nodes.items()
        },
    }
    return {
        "schema_version": SCHEMA_VERSION,
        "session_id": manifest.run,
        "agent": _agent(record),
        "steps": steps.all,
        **({} if record.is_complete else {"notes": _incomplete(record)}),
        "final_metrics": _final_metrics(spent_by(events), steps.all),
        "extra": extra,
    }


def _incomplete(record: RunRecord) -> str:
    lines = [f"The record is incomplete; it ended {record.where_it_ended}."]
    return " ".join([*lines, *(f"{line}." for line in record.damage)])


def _agent(record: RunRecord) -> Json:
    model = record.manifest.inputs.model
    version = record.manifest.environment.get("skillagent")
    agent: Json = {"name": "skillagent", "version": str(version or "unknown")}
    if model is not None:
        agent["model_name"] = model.name
        agent["extra"] = {"parameters": dict(model.parameters)}
    if tools := _tool_definitions(record):
        agent["tool_definitions"] = tools
    return agent


def _tool_definitions(record: RunRecord) -> list[Json]:
    """The tools of the first request, in OpenAI's form; none if the cassette cannot be read."""
    try:
        exchanges = record.exchanges()
    except UsageError:
        return []
    tools = exchanges[0][1].request.body.get("tools") if exchanges else ()
    if not isinstance(tools, list | tuple):
        return []
    return [{"type": "function", "function": tool} for tool in tools if isinstance(tool, dict)]


def _final_metrics(spent: int, steps: list[Json]) -> Json:
    totals: Json = {"total_steps": len(steps), "extra": {"disclosed_tokens": spent}}
    reported = [step["metrics"] for step in steps if "metrics" in step]
    if reported:
        for name in ("prompt_tokens", "completion_tokens", "cached_tokens"):
            totals[f"total_{name}"] = sum(metrics[name] for metrics in reported)
        if all("cost_usd" in metrics for metrics in reported):
            totals["total_cost_usd"] = sum(metrics["cost_usd"] for metrics in reported)
    return totals


class _Steps:
    """The steps so far.

    Args:
        record: the record whose events are added.
    """

    def __init__(self, record: RunRecord) -> None:
        self.all: list[Json] = []
        model = record.manifest.inputs.model
        self._has_model = model is not None
        self._asked = self._default = model.name if model else ""
        # Nobody infers anything where fixed rules or a recording answer.
        fixed = (Determinism.SCRIPTED, Determinism.REPLAYED)
        self._is_fixed = record.manifest.determinism in fixed
        self._request = ""
        self._calls: dict[str, Json] = {}
        """Id of a call → the step that made it last."""
        self._questions: list[int] = []
        """Where each question begins that was not taken back."""
        self._failed: Json | None = None
        """The step of a request that failed, until the text that had come is known."""

    def add(self, event: RunEvent) -> None:
        """Add what an event tells."""
        match event:
            case Question():
                self._questions.append(len(self.all))
                self._step("user", event.text)
            case Instructions():
                extra = {"cost": event.cost, "disclosed": _shown(event.disclosed)}
                self._step("system", event.text, extra=extra)
            case RequestSent():
                self._request = event.digest
            case ModelReply():
                self._reply(event)
            case ModelFailure():
                extra = {"turn": event.turn, "failure": asdict(event), "request": self._request}
                self._failed = self._agent_step("", extra)
            case CallStart():
                self._call(event)
            case CallAnswer():
                self._answer(event)
            case QuestionEnd():
                self._end(event)
            case OtherEvent():
                self._other(event)

    def system(self, text: str, extra: Json | None = None) -> None:
        """Add a step of neither the user nor the agent."""
        self._step("system", text, extra=extra)

    def _step(self, source: str, message: str, **more: Any) -> Json:
        step: Json = {"step_id": len(self.all) + 1, "source": source, "message": message}
        step |= {name: value for name, value in more.items() if value not in (None, {})}
        self.all.append(step)
        return step

    def _agent_step(self, message: str, extra: Json, **more: Any) -> Json:
        if self._is_fixed:
            more["llm_call_count"] = 0
        if self._asked != self._default:
            more.setdefault("model_name", self._asked)
        return self._step("agent", message, **more, extra=extra)

    def _reply(self, reply: ModelReply) -> None:
        told = reply.observed
        extra: Json = {"turn": reply.turn, "stop": reply.stop, "request": self._request}
        if reply.opaque:
            extra["opaque"] = list(reply.opaque)
        more: Json = {}
        if told.at:
            more["timestamp"] = told.at
        if told.model:
            more["model_name"] = told.model
        is_reported = told.usage != Usage()
        if is_reported and not self._is_fixed:
            more["metrics"] = _metrics(told.usage, told.dollars)
        if is_reported or told.model:
            more["llm_call_count"] = 1
        step = self._agent_step(reply.text, extra, **more)
        calls = [CallStart(call.id, call.name, call.arguments) for call in reply.calls]
        if calls:
            step["tool_calls"] = [_tool_call(call) for call in calls]
            self._calls |= {call.id: step for call in calls}

    def _call(self, call: CallStart) -> None:
        """A call is part of the reply that asked for it; one from elsewhere is a step."""
        if self._has_model and call.id in self._calls:
            return
        step = self._agent_step("", {})
        step["tool_calls"] = [_tool_call(call)]
        self._calls[call.id] = step

    def _answer(self, answer: CallAnswer) -> None:
        content: Json = {"source_call_id": answer.id, "content": answer.text}
        content["extra"] = {
            "call": answer.call,
            "cost": answer.cost,
            "remaining": answer.remaining,
            "error": answer.error,
            "disclosed": _shown(answer.disclosed),
        }
        step = self._calls.get(answer.id)
        if step is None:
            # The trace was cut: there is an answer to a call that it does not have.
            step = self._step("system", "")
            del content["source_call_id"]
        step.setdefault("observation", {"results": []})["results"].append(content)

    def _end(self, end: QuestionEnd) -> None:
        if self._failed is not None:
            self._failed["message"], self._failed = end.text, None
        if not self.all:
            self.system("")
        self.all[-1].setdefault("extra", {})["end"] = end.reason

    def _other(self, event: OtherEvent) -> None:
        if event.kind == "model":
            self._asked = str(event.fields.get("model", ""))
        if event.kind == "undo" and self._questions:
            for step in self.all[self._questions.pop() :]:
                step.setdefault("extra", {})["undone"] = True
        self.system(event.words, {"event": event.kind, **event.fields})


def _tool_call(call: CallStart) -> Json:
    form: Json = {"tool_call_id": call.id, "function_name": call.tool}
    parsed = call.parsed
    if parsed is None:
        return form | {"arguments": {}, "extra": {"arguments_text": call.arguments}}
    return form | {"arguments": dict(parsed)}


def _metrics(usage: Usage, dollars: float | None) -> Json:
    metrics: Json = {
        "prompt_tokens": usage.input,
        "completion_tokens": usage.output,
        "cached_tokens": usage.cache_read,
    }
    if dollars is not None:
        metrics["cost_usd"] = dollars
    if usage.cache_write:
        metrics["extra"] = {"cache_write_tokens": usage.cache_write}
    return metrics


def _shown(disclosed: tuple[Disclosed, ...]) -> list[Json]:
    return [asdict(shown) for shown in disclosed]
