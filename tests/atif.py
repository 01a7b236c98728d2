"""What ATIF 1.7 asks of a trajectory, kept by hand and strict: no key that it does not name.

Source: harbor 0.26.0, `harbor.models.trajectories`. Keys that no run of ours can have (images,
audio, subagents, token ids) are left out, so they are refused here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

Keys = Mapping[str, type | tuple[type, ...]]
TRAJECTORY: Keys = {
    "schema_version": str,
    "session_id": str,
    "agent": dict,
    "steps": list,
    "notes": str,
    "final_metrics": dict,
    "extra": dict,
}
AGENT: Keys = {
    "name": str,
    "version": str,
    "model_name": str,
    "tool_definitions": list,
    "extra": dict,
}
STEP: Keys = {"step_id": int, "source": str, "message": str, "timestamp": str, "extra": dict} | {
    "observation": dict,
    "llm_call_count": int,
}
AGENT_STEP: Keys = {**STEP, "model_name": str, "tool_calls": list, "metrics": dict}
CALL: Keys = {"tool_call_id": str, "function_name": str, "arguments": dict, "extra": dict}
RESULT: Keys = {"source_call_id": str, "content": str, "extra": dict}
METRICS: Keys = {"prompt_tokens": int, "completion_tokens": int, "cached_tokens": int} | {
    "cost_usd": float,
    "extra": dict,
}
TOTALS: Keys = {f"total_{name}": kind for name, kind in METRICS.items() if name != "extra"} | {
    "total_steps": int,
    "extra": dict,
}


def check(trajectory: dict[str, Any]) -> None:
    """Fails if the value is no valid trajectory."""
    has(trajectory, TRAJECTORY, "schema_version", "agent", "steps")
    assert trajectory["schema_version"] == "ATIF-v1.7"
    has(trajectory["agent"], AGENT, "name", "version")
    for tool in trajectory["agent"].get("tool_definitions", ()):
        assert set(tool) == {"type", "function"}
        assert {"name", "description", "parameters"} <= set(tool["function"])
    has(trajectory.get("final_metrics", {}), TOTALS)
    assert trajectory["final_metrics"]["total_steps"] == len(trajectory["steps"])
    assert [step["step_id"] for step in trajectory["steps"]] == [
        number for number, _ in enumerate(trajectory["steps"], 1)
    ]
    assert trajectory["steps"]
    for step in trajectory["steps"]:
        check_step(step)


def check_step(step: dict[str, Any]) -> None:
    assert step["source"] in ("system", "user", "agent")
    keys = AGENT_STEP if step["source"] == "agent" else STEP
    has(step, keys, "step_id", "source", "message")
    if "timestamp" in step:
        datetime.fromisoformat(step["timestamp"])
    if "metrics" in step:
        has(step["metrics"], METRICS)
        assert step.get("llm_call_count") != 0
    calls = step.get("tool_calls", ())
    for call in calls:
        has(call, CALL, "tool_call_id", "function_name", "arguments")
    ids = [call["tool_call_id"] for call in calls]
    assert len(set(ids)) == len(ids)
    if "observation" in step:
        assert set(step["observation"]) == {"results"}
        for result in step["observation"]["results"]:
            has(result, RESULT)
            assert result.get("source_call_id") in (*ids, None)


def has(value: Any, keys: Keys, *required: str) -> None:
    """The value has the required keys, no others than those named, each of its type."""
    assert isinstance(value, dict)
    assert set(required) <= set(value) <= set(keys), set(value) ^ set(keys)
    for name, item in value.items():
        assert isinstance(item, keys[name]), (name, item)
        assert not (keys[name] is int and isinstance(item, bool)), name
