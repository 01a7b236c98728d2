"""Scripts of the mock: turns, tool calls, faults, and what a request must contain.

These are frozen values; the modules of `wire` write them in the form of each API.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from skillagent.digest import canonical_json
from skillagent.messages import Role, Stop, ToolResult, Usage
from skillagent.testing.conversation import Conversation

CHUNK = 16
"""Characters of a streamed piece."""


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call that the model makes."""

    name: str
    arguments: Mapping[str, Any] | str = field(default_factory=dict)
    """An object, or text that is sent as it is, malformed or not."""
    id: str | None = None
    """None for an id that follows from the seed."""

    @property
    def text(self) -> str:
        """The arguments as they are sent."""
        arguments = self.arguments
        return arguments if isinstance(arguments, str) else canonical_json(arguments)


@dataclass(frozen=True, slots=True)
class Fault:
    """A failure of one turn. Use the methods below to create one.

    A fault that strikes before the answer begins leaves the turn in the script: after `times`
    failures, the turn itself answers. A fault in the middle of an answer uses the turn up, unless
    `times` is more than 1: then so many answers break, and the turn itself follows.
    """

    kind: str
    after: int = 0
    """Number of pieces of the answer that are sent before the fault."""
    code: int = 0
    """HTTP status."""
    type: str = ""
    """The provider's name of the error; empty for the one that fits the status."""
    message: str = ""
    retry_after: float | None = None
    """Seconds in the header `retry-after`."""
    times: int = 1

    @property
    def in_answer(self) -> bool:
        """True if the answer begins before the fault strikes."""
        return self.kind not in ("status", "reset", "timeout")

    @classmethod
    def status(
        cls,
        code: int,
        *,
        retry_after: float | None = None,
        message: str = "",
        type: str = "",
        times: int = 1,
    ) -> Fault:
        """An HTTP error with the provider's body; 502 is the HTML page of a proxy."""
        return cls("status", 0, code, type, message, retry_after, times)

    @classmethod
    def reset(cls, *, times: int = 1) -> Fault:
        """The connection is reset before the first byte of the answer."""
        return cls("reset", times=times)

    @classmethod
    def timeout(cls, *, times: int = 1) -> Fault:
        """No answer at all, for as long as the client waits."""
        return cls("timeout", times=times)

    @classmethod
    def error_event(
        cls, after: int = 1, *, type: str = "", message: str = "", times: int = 1
    ) -> Fault:
        """The stream contains an error instead of its next event."""
        return cls("error_event", after, type=type, message=message, times=times)

    @classmethod
    def cut(cls, after: int = 1, *, times: int = 1) -> Fault:
        """The stream ends early, as if it were complete."""
        return cls("cut", after, times=times)

    @classmethod
    def drop(cls, after: int = 1, *, times: int = 1) -> Fault:
        """The connection breaks in the middle of the answer."""
        return cls("drop", after, times=times)

    @classmethod
    def stall(cls, after: int = 1, *, times: int = 1) -> Fault:
        """The stream stalls for as long as the client waits."""
        return cls("stall", after, times=times)

    @classmethod
    def corrupt(cls, after: int = 1, *, times: int = 1) -> Fault:
        """An event of the stream is not JSON."""
        return cls("corrupt", after, times=times)

    @classmethod
    def garbage(cls, *, times: int = 1) -> Fault:
        """Status 200 with an HTML page instead of an answer."""
        return cls("garbage", times=times)

    def __str__(self) -> str:
        place = f" after {self.after}" if self.after else ""
        return f"{self.kind} {self.code or ''}".strip() + place


@dataclass(frozen=True, slots=True)
class Expect:
    """What a request must contain so that the turn answers it; None accepts anything."""

    system: str | None = None
    """Text that the system prompt contains."""
    user: str | None = None
    """Text that the user's last message contains."""
    result: str | None = None
    """Text that the last tool results contain."""
    tools: tuple[str, ...] | None = None
    """Names of the tools offered, in their order."""
    model: str | None = None
    turn: int | None = None
    """Number of answers of the model in the conversation so far."""

    def problems(self, conversation: Conversation) -> list[str]:
        """Expectations that the conversation does not meet, one line each."""
        from_user = [message for message in conversation.messages if message.role is Role.USER]
        texts = [message.text for message in from_user if message.text]
        results = [
            part.text
            for message in from_user[-1:]
            for part in message.parts
            if isinstance(part, ToolResult)
        ]
        lines = []
        for name, expected, actual in (
            ("system prompt", self.system, conversation.system),
            ("last words of the user", self.user, texts[-1] if texts else ""),
            ("last tool results", self.result, "\n".join(results)),
        ):
            if expected is not None and expected not in actual:
                lines.append(f"{name}: expected {expected!r} in {actual[:300]!r}")
        if self.tools is not None and self.tools != conversation.tool_names:
            names = list(conversation.tool_names)
            lines.append(f"tools: expected {list(self.tools)}, came {names}")
        if self.model is not None and self.model != conversation.model:
            lines.append(f"model: expected {self.model!r}, came {conversation.model!r}")
        if self.turn is not None and self.turn != conversation.turn:
            lines.append(f"answers so far: expected {self.turn}, came {conversation.turn}")
        return lines


@dataclass(frozen=True, slots=True)
class Turn:
    """One answer of the model."""

    text: str = ""
    calls: tuple[Call, ...] = ()
    stop: Stop | str | None = None
    """Why the answer ends; None: `TOOL_USE` if there are calls, else `END`. Text is sent as is."""
    usage: Usage | None = None
    """None: counted, as if the provider had a prompt cache; see `testing.mock.usage`."""
    thinking: str = ""
    """Reasoning before the answer: a signed block, or an encrypted item."""
    expect: Expect | None = None
    fault: Fault | None = None
    chunk: int = CHUNK
    """Characters of a streamed piece."""
    pause: float = 0.0
    """Seconds between two pieces."""
    delay: float = 0.0
    """Seconds before the first byte."""

    def __post_init__(self) -> None:
        # A mistake in a script must fail here, not as a strange answer in the middle of a test.
        if not isinstance(self.text, str):
            raise TypeError(f"a turn says a text, not {self.text!r}")
        for call in self.calls:
            if not isinstance(call, Call):
                raise TypeError(f"a turn calls with `Call`, not {call!r}")
            call.text  # noqa: B018 -- raises if the arguments are not JSON
        if self.expect is not None and not isinstance(self.expect, Expect):
            raise TypeError(f"a turn expects an `Expect`, not {self.expect!r}")

    @property
    def ends(self) -> Stop | str:
        """Why the answer ends."""
        if self.stop is not None:
            return self.stop
        return Stop.TOOL_USE if self.calls else Stop.END

    def __str__(self) -> str:
        parts = [repr(self.text)] if self.text else []
        parts += [f"{call.name}({call.text})" for call in self.calls]
        if self.fault:
            parts.append(f"[{self.fault}]")
        return " ".join(parts) or "(an empty answer)"


Policy: TypeAlias = Callable[[Conversation], Turn]
"""A function from the conversation so far to the model's next turn."""


def say(text: str, **options: Any) -> Turn:
    """A turn that is only text; options are fields of `Turn`."""
    return Turn(text=text, **options)


_OPTIONS = frozenset(Turn.__dataclass_fields__) - {"calls"}


def call(name: str, arguments: str | None = None, /, **keywords: Any) -> Turn:
    """A turn with one tool call.

    Args:
        name: name of the tool.
        arguments: JSON text to send as it is; if None, the keywords are the arguments.
        keywords: arguments by name. Those with the name of a field of `Turn` are options of the
            turn, so a tool's own `text`, `stop` … need `calls(Call(name, {…}))`.
    """
    options = {key: value for key, value in keywords.items() if key in _OPTIONS}
    rest = {key: value for key, value in keywords.items() if key not in _OPTIONS}
    return Turn(calls=(Call(name, rest if arguments is None else arguments),), **options)


def calls(*tool_calls: Call, **options: Any) -> Turn:
    """A turn with several tool calls; options are fields of `Turn`."""
    return Turn(calls=tool_calls, **options)
