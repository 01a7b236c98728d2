"""Scripts as YAML files, for agents that are not written in Python.

The models below define the format; `schema()` returns it as JSON Schema.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from skillagent.files.yaml_model import read_yaml
from skillagent.messages import Stop, Usage
from skillagent.testing import policies
from skillagent.testing.mock.chaos import Chaos
from skillagent.testing.mock.mock import MockLLM
from skillagent.testing.script import CHUNK, Call, Expect, Fault, Policy, Turn

POLICIES = {
    "walks": policies.walks,
    "always_wrong": policies.always_wrong,
    "greedy": policies.greedy,
    "wanders": policies.wanders,
}
_Count = Annotated[int, Field(ge=0)]
_Seconds = Annotated[float, Field(ge=0)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CallModel(_Model):
    """One tool call."""

    name: str
    arguments: dict[str, Any] | str = Field(
        default={}, description="An object, or text that is sent as it is, malformed or not."
    )
    id: str | None = None


class UsageModel(_Model):
    """Tokens that the provider reports."""

    input: _Count = Field(default=0, description="All of the prompt, cached parts included.")
    output: _Count = 0
    cache_read: _Count = 0
    cache_write: _Count = 0


class FaultModel(_Model):
    """Something that goes wrong with the turn."""

    kind: Literal[
        "status",
        "reset",
        "timeout",
        "error_event",
        "cut",
        "drop",
        "stall",
        "corrupt",
        "garbage",
    ]
    after: _Count = Field(default=1, description="Pieces of the answer that still come.")
    code: int = Field(default=500, ge=400, le=599, description="HTTP status, for `status`.")
    type: str = ""
    message: str = ""
    retry_after: _Seconds | None = None
    times: int = Field(default=1, ge=1)


class ExpectModel(_Model):
    """What the request must hold for this turn to answer it."""

    system: str | None = None
    user: str | None = None
    result: str | None = None
    tools: list[str] | None = None
    model: str | None = None
    turn: _Count | None = Field(default=None, description="Answers of the model so far.")


class TurnModel(_Model):
    """One answer of the model."""

    say: str = Field(default="", description="What it says.")
    call: CallModel | None = Field(default=None, description="One tool call.")
    calls: list[CallModel] = Field(default=[], description="Several tool calls.")
    stop: str | None = Field(
        default=None,
        description="Why it ends: "
        + ", ".join(f"`{stop.value}`" for stop in Stop if stop is not Stop.INCOMPLETE)
        + ", or text that is sent as it is. Left out, it follows from the calls.",
    )
    usage: UsageModel | None = None
    thinking: str = ""
    expect: ExpectModel | None = None
    fault: FaultModel | None = None
    chunk: int = Field(default=CHUNK, ge=1, description="Characters of a streamed piece.")
    pause: _Seconds = Field(default=0.0, description="Seconds between two pieces.")
    delay: _Seconds = Field(default=0.0, description="Seconds before the first byte.")

    def turn(self) -> Turn:
        """The turn as a value of `script`."""
        tool_calls = [*([self.call] if self.call else []), *self.calls]
        expect = self.expect
        expected = expect.model_dump() if expect else {}
        if expected.get("tools") is not None:
            expected["tools"] = tuple(expected["tools"])
        return Turn(
            text=self.say,
            calls=tuple(Call(call.name, call.arguments, call.id) for call in tool_calls),
            stop=_stop(self.stop),
            usage=Usage(**self.usage.model_dump()) if self.usage else None,
            thinking=self.thinking,
            expect=Expect(**expected) if expect else None,
            fault=Fault(**self.fault.model_dump()) if self.fault else None,
            chunk=self.chunk,
            pause=self.pause,
            delay=self.delay,
        )


class ChaosModel(_Model):
    """Faults at given rates."""

    rates: dict[str, Annotated[float, Field(ge=0, le=1)]]
    seed: int = 0


class ScriptModel(_Model):
    """A script of the mock LLM: turns in their order, or a policy that reacts."""

    turns: list[TurnModel] | None = None
    policy: Literal["walks", "always_wrong", "greedy", "wanders"] | None = None
    seed: int = 0
    chaos: ChaosModel | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> ScriptModel:
        if (self.turns is None) == (self.policy is None):
            raise ValueError("give either turns or a policy")
        return self


def load(path: str | Path) -> MockLLM:
    """The mock that a file describes.

    Args:
        path: path of a YAML file.

    Raises:
        UsageError: the file cannot be read, is not YAML, or is not a script. The text has the
            line number.
    """
    model = read_yaml(path, ScriptModel, "the script").model
    chaos = Chaos(model.chaos.rates, model.chaos.seed) if model.chaos else None
    script: Policy | list[Turn]
    if model.policy is not None:
        script = POLICIES[model.policy]()
    else:
        script = [turn.turn() for turn in model.turns or ()]
    return MockLLM(script, seed=model.seed, chaos=chaos)


def schema() -> dict[str, Any]:
    """The format as JSON Schema."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **ScriptModel.model_json_schema(),
    }


def _stop(text: str | None) -> Stop | str | None:
    return Stop(text) if text in list(Stop) else text
