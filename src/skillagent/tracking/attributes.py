"""The attributes of spans, from the manifest and the events of a record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from skillagent.disclosure import Disclosed
from skillagent.messages import Stop, Usage
from skillagent.providers.names import OFFLINE
from skillagent.runs import RunRecord
from skillagent.runs.inputs import ModelInputs
from skillagent.runs.run_events import CallAnswer, ModelFailure, ModelReply
from skillagent.tracking import conventions as names
from skillagent.tracking.span import Attributes, Value

_PROVIDERS = {"openai-chat": "openai"}
"""Our name of a provider → the conventions' name, where they differ."""
_FINISH_REASONS: Mapping[str, str] = {
    Stop.END: "stop",
    Stop.TOOL_USE: "tool_call",
    Stop.MAX_TOKENS: "length",
    Stop.REFUSAL: "content_filter",
}
"""How a reply stopped → the conventions' name; others have none and keep ours."""


@dataclass(frozen=True, slots=True)
class AskedModel:
    """The model that is asked, as the conventions name it."""

    provider: str
    name: str
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, model: ModelInputs | None) -> AskedModel | None:
        """The model of a manifest or an event; None if no model is asked."""
        if model is None or model.name == OFFLINE:
            return None
        provider, colon, name = model.name.partition(":")
        maker = _PROVIDERS.get(provider, provider)
        return cls(maker, name if colon else model.name, model.parameters)

    @property
    def attributes(self) -> Attributes:
        """What was asked for."""
        number = self.parameters.get
        asked: dict[str, Value | None] = {
            names.REQUEST_MODEL: self.name,
            names.REQUEST_MAX_TOKENS: _number(int, number("max_tokens")),
            names.REQUEST_SEED: _number(int, number("seed")),
            names.REQUEST_TEMPERATURE: _number(float, number("temperature")),
        }
        return {name: value for name, value in asked.items() if value is not None}


def _number(kind: type[int | float], value: Any) -> int | float | None:
    # A manifest has floats as text.
    try:
        return None if value is None else kind(value)
    except (TypeError, ValueError):
        return None


def of_run(record: RunRecord) -> Attributes:
    """What names the run: on the first span of each trace."""
    manifest = record.manifest
    return {
        names.CONVERSATION_ID: manifest.run,
        names.RUN_DIGEST: record.run_digest,
        names.INPUTS_ID: manifest.inputs_id,
        names.DETERMINISM: manifest.determinism.value,
        **of_graph(record),
    }


def of_graph(record: RunRecord) -> Attributes:
    """What names the graph: on every span that may show a node."""
    return {names.GRAPH_ROOT: record.manifest.inputs.graph_root}


def of_reply(reply: ModelReply, response_id: str) -> Attributes:
    """What the provider told with a reply.

    Args:
        reply: the reply.
        response_id: the id that the provider gave it; empty if it gave none.
    """
    told: dict[str, Value] = {
        names.FINISH_REASONS: (_FINISH_REASONS.get(reply.stop, reply.stop),),
        **of_usage(reply.observed.usage, cache=True),
    }
    if reply.observed.model:
        told[names.RESPONSE_MODEL] = reply.observed.model
    if response_id:
        told[names.RESPONSE_ID] = response_id
    return told


def of_usage(usage: Usage, *, cache: bool = False) -> Attributes:
    """Tokens as the provider counted them; nothing if it reported none.

    Args:
        usage: the tokens.
        cache: include the parts that came from the provider's cache or went into it, which the
            conventions have for a single request only.
    """
    if usage == Usage():
        return {}
    tokens = {names.INPUT_TOKENS: usage.input, names.OUTPUT_TOKENS: usage.output}
    parts = {
        names.CACHE_READ_TOKENS: usage.cache_read,
        names.CACHE_WRITE_TOKENS: usage.cache_write,
    }
    return tokens | {name: count for name, count in parts.items() if cache and count}


def of_answer(answer: CallAnswer) -> Attributes:
    """What a tool call disclosed, cost and left."""
    return {
        names.TOKENS_DISCLOSED: answer.cost,
        names.BUDGET_REMAINING: answer.remaining,
        **of_nodes(answer.disclosed),
    }


def of_nodes(shown: Sequence[Disclosed]) -> Attributes:
    """Nodes as three lists in the same order; nothing if there are none."""
    if not shown:
        return {}
    return {
        names.NODE_ID: tuple(node.node for node in shown),
        names.NODE_DIGEST: tuple(node.digest for node in shown),
        names.NODE_LEVEL: tuple(node.level for node in shown),
    }


def failure_type(failure: ModelFailure) -> str:
    """The type of the error of a request without a reply."""
    if failure.interrupted:
        return "interrupted"
    return "_OTHER" if failure.status is None else str(failure.status)
