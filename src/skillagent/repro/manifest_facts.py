"""Compares what a manifest says of a run with what trace and cassette show of it.

A manifest can be edited and sealed again. What follows from the other files is computed again here;
what does not (the seed, the limit of one answer, hidden text, the most turns) is an input, which
`inputs_id` covers and a replay uses.

Above: `verify`. Below: `runs`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from skillagent.digest import canonical_json, sha256
from skillagent.errors import UsageError
from skillagent.providers.base import Determinism
from skillagent.providers.offline import OfflineProvider
from skillagent.runs import RunRecord
from skillagent.runs.inputs import ModelInputs
from skillagent.runs.model_exchange import RecordedReply
from skillagent.runs.run_events import spent_by, typed_event

_LAST = {"end": "", "undo": "undone"}
"""Kind of the event that decides the outcome → its reason; empty for that of the event."""


def manifest_faults(record: RunRecord) -> Iterator[str]:
    """What the manifest of a complete record says otherwise than trace and cassette, a line each.

    Of a resumed session, what was before the record is not known, so its sums are not compared.
    """
    facts = {**_from_trace(record), **_from_cassette(record)}
    for name, (said, shown) in facts.items():
        if said != shown:
            shown_text = _text(shown)
            yield f"manifest.json: {name} is {_text(said)}, but the other files give {shown_text}"


def _from_trace(record: RunRecord) -> dict[str, tuple[Any, Any]]:
    manifest, events = record.manifest, record.events
    facts: dict[str, tuple[Any, Any]] = {}
    if not record.continues:
        facts["spent"] = manifest.spent, spent_by(map(typed_event, events))
        facts["calls"] = manifest.calls, sum(event.kind == "answer" for event in events)
    model = manifest.inputs.model
    if model is None:
        reason = "closed"
    else:
        last = next((event for event in reversed(events) if event.kind in _LAST), None)
        reason = (_LAST[last.kind] or str(last.fields["reason"])) if last else ""
    if manifest.outcome is not None and reason:
        facts["outcome.reason"] = manifest.outcome.reason, reason
    is_offline = model is not None and model.name == OfflineProvider().name
    if is_offline and not any(event.kind == "model" for event in events):
        facts["determinism"] = manifest.determinism.value, Determinism.SCRIPTED.value
    return facts


def _from_cassette(record: RunRecord) -> dict[str, tuple[Any, Any]]:
    """What the first request, and all replies, tell; nothing if the cassette cannot be read."""
    inputs = record.manifest.inputs
    try:
        exchanges = [exchange for _, exchange in record.exchanges()]
    except UsageError:
        return {}  # said by `cassette_faults`
    if not exchanges or inputs.model is None:
        return {}
    body = exchanges[0].request.body
    system = str(body.get("system", ""))
    model, parameters = _first_model(record, inputs.model)
    facts: dict[str, tuple[Any, Any]] = {
        "inputs.model.name": (model, body.get("model")),
        "inputs.model.parameters": (dict(parameters), body.get("parameters")),
        "inputs.tools": (dict(inputs.tools), _tool_digests(body.get("tools"))),
    }
    if system or not any(exchange.request.body.get("system") for exchange in exchanges):
        facts["inputs.system"] = inputs.system, sha256(system) if system else None
    replies = [e.answer for e in exchanges if isinstance(e.answer, RecordedReply)]
    reported = list(dict.fromkeys(reply.model for reply in replies if reply.model))
    facts["observed.models"] = record.manifest.observed.get("models"), reported
    return facts


def _first_model(record: RunRecord, model: ModelInputs) -> tuple[str, Mapping[str, Any]]:
    """Name and parameters of the model that gets the first request.

    A user may change the model before: a session that goes on can begin with an undo.
    """
    name, parameters = model.name, model.parameters
    for event in record.events:
        if event.kind == "request":
            break
        if event.kind == "model":
            name, parameters = str(event.fields["model"]), event.fields["parameters"]
    return name, parameters


def _tool_digests(tools: Any) -> dict[str, str] | None:
    if not isinstance(tools, list) or not all(isinstance(tool, Mapping) for tool in tools):
        return None
    return {str(tool.get("name")): sha256(canonical_json(tool)) for tool in tools}


def _text(value: Any) -> str:
    return str(value) if len(str(value)) <= 60 else f"{str(value)[:59]}…"
