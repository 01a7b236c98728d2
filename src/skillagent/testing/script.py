"""What the mock is told to say: turns, tool calls, faults, and what a request must hold.

Plain frozen values; the wire modules turn them into a provider's own form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from skillagent.digest import canonical_json
from skillagent.messages import Role, Stop, ToolResult, Usage
from skillagent.testing.conversation import Conversation

CHUNK = 16


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call that the model makes."""

    name: str
    arguments: Mapping[str, Any] | str = field(default_factory=dict)
    """An object, or text that is sent as it is, malformed or not."""
    id: str | None = None
    """None for one made from the seed."""

    @property
    def text(self) -> str:
        """The arguments as they go over the wire."""
        given = self.arguments
        return given if isinstance(given, str) else canonical_json(given)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong with one turn. Made by the methods below.

    A fault that strikes before the answer begins leaves the turn in the script: once it has
    struck `times` times, the turn itself answers. One in mid-answer uses the turn up, unless
    `times` is more than 1: then it breaks so many answers, and the turn itself follows.
    """

    kind: str
    after: int = 0
    """Pieces of the answer that still come."""
    code: int = 0
    """HTTP status."""
    type: str = ""
    """The provider's name of the error; empty for the usual one."""
    message: str = ""
    retry_after: float | None = None
    """Seconds that the client is told to wait."""
    times: int = 1

    @property
    def in_answer(self) -> bool:
        """True where the answer has begun before it strikes."""
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
        """An HTTP error with the provider's own body; 502 is a proxy's HTML page."""
        return cls("status", 0, code, type, message, retry_after, times)

    @classmethod
    def reset(cls, *, times: int = 1) -> Fault:
        """The connection is reset before a byte of the answer."""
        return cls("reset", times=times)

    @classmethod
    def timeout(cls, *, times: int = 1) -> Fault:
        """No answer at all, for as long as the client waits."""
        return cls("timeout", times=times)

    @classmethod
    def error_event(
        cls, after: int = 1, *, type: str = "", message: str = "", times: int = 1
    ) -> Fault:
        """The stream holds an error instead of its next event."""
        return cls("error_event", after, type=type, message=message, times=times)

    @classmethod
    def cut(cls, after: int = 1, *, times: int = 1) -> Fault:
        """The stream ends early, as if it were whole."""
        return cls("cut", after, times=times)

    @classmethod
    def drop(cls, after: int = 1, *, times: int = 1) -> Fault:
        """The connection breaks in mid-answer."""
        return cls("drop", after, times=times)

    @classmethod
    def stall(cls, after: int = 1, *, times: int = 1) -> Fault:
        """The stream stands still for as long as the client waits."""
        return cls("stall", after, times=times)

    @classmethod
    def corrupt(cls, after: int = 1, *, times: int = 1) -> Fault:
        """An event of the stream is no JSON."""
        return cls("corrupt", after, times=times)

    @classmethod
    def garbage(cls, *, times: int = 1) -> Fault:
        """Status 200 and a body that is no answer."""
        return cls("garbage", times=times)

    def __str__(self) -> str:
        place = f" after {self.after}" if self.after else ""
        return f"{self.kind} {self.code or ''}".strip() + place


@dataclass(frozen=True, slots=True)
class Expect:
    """What a request must hold for its turn to answer it; None asks for nothing."""

    system: str | None = None
    """Text in the system prompt."""
    user: str | None = None
    """Text in the last words of the user."""
    result: str | None = None
    """Text in the tool results that came last."""
    tools: tuple[str, ...] | None = None
    """Names of the tools offered, in their order."""
    model: str | None = None
    turn: int | None = None
    """Answers of the model that the conversation holds already."""

    def problems(self, found: Conversation) -> list[str]:
        """What does not hold, one line each."""
        said = [message for message in found.messages if message.role is Role.USER]
        users = [message.text for message in said if message.text]
        results = [
            part.text
            for message in said[-1:]
            for part in message.parts
            if isinstance(part, ToolResult)
        ]
        lines = []
        for name, wanted, there in (
            ("system prompt", self.system, found.system),
            ("last words of the user", self.user, users[-1] if users else ""),
            ("last tool results", self.result, "\n".join(results)),
        ):
            if wanted is not None and wanted not in there:
                lines.append(f"{name}: expected {wanted!r} in {there[:300]!r}")
        if self.tools is not None and self.tools != found.tool_names:
            lines.append(f"tools: expected {list(self.tools)}, came {list(found.tool_names)}")
        if self.model is not None and self.model != found.model:
            lines.append(f"model: expected {self.model!r}, came {found.model!r}")
        if self.turn is not None and self.turn != found.turn:
            lines.append(f"answers so far: expected {self.turn}, came {found.turn}")
        return lines


@dataclass(frozen=True, slots=True)
class Turn:
    """One answer of the model."""

    text: str = ""
    calls: tuple[Call, ...] = ()
    stop: Stop | str | None = None
    """None: for its tools if there are calls, else the end. Text is sent as it is."""
    usage: Usage | None = None
    """None: counted, with a prompt cache as the providers have one; see `testing.mock.usage`."""
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
        # A slip in a script must not become an odd answer in the middle of a test.
        if not isinstance(self.text, str):
            raise TypeError(f"a turn says a text, not {self.text!r}")
        for made in self.calls:
            if not isinstance(made, Call):
                raise TypeError(f"a turn calls with `Call`, not {made!r}")
            made.text  # noqa: B018 -- raises where the arguments are no JSON
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
"""A model that reacts: from the conversation so far to its next turn."""


def say(text: str, **options: Any) -> Turn:
    """A turn that only says something; options as of `Turn`."""
    return Turn(text=text, **options)


_OPTIONS = frozenset(Turn.__dataclass_fields__) - {"calls"}


def call(name: str, arguments: str | None = None, /, **given: Any) -> Turn:
    """A turn with one tool call.

    Args:
        name: of the tool.
        arguments: text to send as it is; else the keywords are the arguments.
        given: arguments by name; those called like a field of `Turn` are its options, so a
            tool's own `text`, `stop` … need `calls(Call(name, {…}))`.
    """
    options = {key: value for key, value in given.items() if key in _OPTIONS}
    rest = {key: value for key, value in given.items() if key not in _OPTIONS}
    return Turn(calls=(Call(name, rest if arguments is None else arguments),), **options)


def calls(*made: Call, **options: Any) -> Turn:
    """A turn with several tool calls; options as of `Turn`."""
    return Turn(calls=made, **options)
