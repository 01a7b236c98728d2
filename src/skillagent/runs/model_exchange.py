"""Exchanges with a model at the provider boundary, as `recording` keeps them in a cassette.

The same cassette as for HTTP, with another face: the request is what the agent asked for, in no
provider's form, and the answer is its `Reply`, or the error. So a record can be replayed whatever
SDK is installed, and an error is never replayed as an answer.

Above: `recorder` and whoever replays a record. Below: `recording`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from skillagent.messages import Reply, Role, Stop, Usage
from skillagent.recording import CanonicalRequest, Cassette, Exchange
from skillagent.recording.exchange import STRICT
from skillagent.runs.message_form import message_from_json, part_to_json

if TYPE_CHECKING:
    from pydantic import ConfigDict

KIND = "skillagent"
"""Kind of the canonical request."""


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """What an agent asks of a model."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    body: Mapping[str, Any]
    """Canonical: `model`, `parameters` of the provider, `system`, `tools`, `messages`."""

    @property
    def canonical(self) -> CanonicalRequest:
        return CanonicalRequest(KIND, self.body)


@dataclass(frozen=True, slots=True)
class RecordedReply:
    """A complete reply of a model."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    message: Mapping[str, Any]
    stop: Stop
    usage: Usage
    model: str
    response_id: str = ""
    fingerprint: str = ""

    @classmethod
    def of(cls, reply: Reply) -> RecordedReply:
        message = reply.message
        parts = [part_to_json(part) for part in message.parts]
        return cls(
            {"role": message.role.value, "parts": parts},
            reply.stop,
            reply.usage,
            reply.model,
            reply.response_id,
            reply.fingerprint,
        )

    def __post_init__(self) -> None:
        if self.message.get("role") != Role.ASSISTANT:
            raise ValueError("the message of a reply is the assistant's")
        message_from_json(self.message)

    @property
    def reply(self) -> Reply:
        """The reply as the provider gave it."""
        message = message_from_json(self.message)
        ids = self.response_id, self.fingerprint
        return Reply(message, self.stop, self.usage, self.model, *ids)


@dataclass(frozen=True, slots=True)
class RecordedFailure:
    """A request that got no complete reply."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    failure: str
    """One line for a person."""
    status: int | None = None
    """HTTP status; None if no answer came."""
    interrupted: bool = False
    """Whether the caller stopped the answer."""
    text: str = ""
    """What had arrived of the answer's text."""


ModelAnswer: TypeAlias = RecordedReply | RecordedFailure
ModelExchange: TypeAlias = Exchange[ModelRequest, ModelAnswer]


def model_cassette(path: str | os.PathLike[str]) -> Cassette[ModelRequest, ModelAnswer]:
    """A cassette of exchanges with a model.

    Args:
        path: path of the file.
    """
    return Cassette(path, Exchange[ModelRequest, ModelAnswer])
