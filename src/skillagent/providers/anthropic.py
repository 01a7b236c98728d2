"""Claude over Anthropic Messages, streamed.

The SDK retries failed requests, but not a stream that has begun. The reader below takes the raw
events, to know whether a reply ended properly: the SDK's own accumulator turns a stream that
stops early into a call without arguments.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Mapping
from typing import Any

from skillagent.errors import ProviderError
from skillagent.formats import anthropic as form
from skillagent.formats.blocks import dumped, field, tool_call
from skillagent.messages import (
    Message,
    Opaque,
    Part,
    Reply,
    Request,
    Role,
    Stop,
    Text,
    ToolCall,
    Usage,
    parse_arguments,
)
from skillagent.models import takes_sampling
from skillagent.providers.base import ReplyEvent, sent_parameters
from skillagent.providers.sdk import load, sdk_errors

MAX_TOKENS = 16_000
"""Default limit of one reply in tokens."""
_KEY = "ANTHROPIC_API_KEY"
_CACHED = {"type": "ephemeral"}
_STOPS = {
    "end_turn": Stop.END,
    "stop_sequence": Stop.END,
    "tool_use": Stop.TOOL_USE,
    "max_tokens": Stop.MAX_TOKENS,
    "model_context_window_exceeded": Stop.CONTEXT_FULL,
    "pause_turn": Stop.PAUSE,
    "refusal": Stop.REFUSAL,
}


class AnthropicProvider:
    """A model of Anthropic, or of another server with its Messages API.

    Args:
        model: name of the model; it is not checked here.
        client: an `anthropic.Anthropic`; None builds one from the environment at first use.
        async_client: an `anthropic.AsyncAnthropic`, likewise.
        base_url: URL of another server; ignored if a client is given.
        max_tokens: maximum tokens of one reply, including its thinking.
        temperature: sent only to models that accept one; see `takes_sampling`.
        seed: never sent, because the Messages API takes none; only written into run records.

    Raises, at first use:
        MissingPackageError: the package `anthropic` is not installed.
        MissingKeyError: no key is set.
    """

    def __init__(
        self,
        model: str,
        *,
        client: Any = None,
        async_client: Any = None,
        base_url: str | None = None,
        max_tokens: int = MAX_TOKENS,
        temperature: float | None = None,
        seed: int | None = None,
    ) -> None:
        self.model = model
        self.max_tokens = max_tokens
        self.temperature = temperature if takes_sampling(model) else None
        self._asked = temperature, seed
        self._base_url = base_url
        self._client, self._async_client = client, async_client

    @property
    def name(self) -> str:
        return f"anthropic:{self.model}"

    @property
    def parameters(self) -> Mapping[str, Any]:
        """What is sent with each request; see `parameters_of`."""
        temperature, seed = self._asked
        return sent_parameters(
            max_tokens=(self.max_tokens, True),
            temperature=(temperature, takes_sampling(self.model)),
            seed=(seed, False),
        )

    def reply(self, request: Request) -> Iterator[ReplyEvent]:
        """Answer one request; see `Provider.reply`."""
        reader = _MessagesReader(self.name)
        with sdk_errors(self.name, _KEY):
            if self._client is None:
                self._client = self._sdk().Anthropic(base_url=self._base_url)
            with self._client.messages.create(**self._body(request)) as events:
                for event in events:
                    yield from reader.feed(event)
            yield reader.reply()

    async def reply_async(self, request: Request) -> AsyncGenerator[ReplyEvent, None]:
        """Answer one request without blocking; see `Provider.reply`."""
        reader = _MessagesReader(self.name)
        with sdk_errors(self.name, _KEY):
            if self._async_client is None:
                self._async_client = self._sdk().AsyncAnthropic(base_url=self._base_url)
            async with await self._async_client.messages.create(**self._body(request)) as events:
                async for event in events:
                    for piece in reader.feed(event):
                        yield piece
            yield reader.reply()

    def _sdk(self) -> Any:
        return load("anthropic", "a model of Anthropic")

    def _body(self, request: Request) -> dict[str, Any]:
        """The arguments of the SDK's call.

        The mark on the system prompt caches the tools and the system prompt; the mark at the top
        level caches the conversation. Both work because earlier parts never change.
        """
        body: dict[str, Any] = {
            "model": self.model,
            "max_tokens": self.max_tokens,
            "messages": form.messages(request.messages),
            "stream": True,
            "cache_control": _CACHED,
        }
        if request.system:
            body["system"] = [{"type": "text", "text": request.system, "cache_control": _CACHED}]
        if request.tools:
            body["tools"] = [form.tool(spec) for spec in request.tools]
        if self.temperature is not None:
            # Older models accept it, although the SDK no longer has the argument.
            body["extra_body"] = {"temperature": self.temperature}
        return body


class _MessagesReader:
    """Collects the events of one reply."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._blocks: dict[int, dict[str, Any]] = {}
        self._open: set[int] = set()
        self._unknown: set[int] = set()
        """Blocks with pieces of an unknown kind, which cannot be joined."""
        self._usage: dict[str, int] = {}
        self._stop: str | None = None
        self._model = self._id = ""
        self._ended = False

    def feed(self, event: Any) -> Iterator[ReplyEvent]:
        kind = field(event, "type", "")
        if kind == "message_start":
            self._model = field(event.message, "model", "")
            self._id = field(event.message, "id", "")
            yield self._used(field(event.message, "usage"))
        elif kind == "content_block_start":
            self._blocks[event.index] = dumped(event.content_block)
            self._open.add(event.index)
            if text := self._blocks[event.index].get("text"):
                yield Text(text)
        elif kind == "content_block_delta":
            yield from self._delta(event.index, event.delta)
        elif kind == "content_block_stop":
            self._open.discard(event.index)
        elif kind == "message_delta":
            self._stop = field(event.delta, "stop_reason") or self._stop
            yield self._used(field(event, "usage"))
        elif kind == "message_stop":
            self._ended = True

    def _delta(self, index: int, delta: Any) -> Iterator[ReplyEvent]:
        block = self._blocks[index]
        kind = field(delta, "type", "")
        if kind == "text_delta":
            block["text"] = block.get("text", "") + delta.text
            yield Text(delta.text)
        elif kind == "input_json_delta":
            block["json"] = block.get("json", "") + delta.partial_json
        elif kind == "thinking_delta":
            block["thinking"] = block.get("thinking", "") + delta.thinking
        elif kind == "signature_delta":
            block["signature"] = block.get("signature", "") + delta.signature
        elif kind != "citations_delta":
            self._unknown.add(index)

    def _used(self, usage: Any) -> Usage:
        for name in (
            "input_tokens",
            "output_tokens",
            "cache_read_input_tokens",
            "cache_creation_input_tokens",
        ):
            count = field(usage, name)
            if count is not None:
                self._usage[name] = count
        read = self._usage.get("cache_read_input_tokens", 0)
        written = self._usage.get("cache_creation_input_tokens", 0)
        fresh = self._usage.get("input_tokens", 0)
        return Usage(fresh + read + written, self._usage.get("output_tokens", 0), read, written)

    def reply(self) -> Reply:
        whole = self._ended and self._stop is not None
        stop = _STOPS.get(self._stop or "", Stop.INCOMPLETE) if whole else Stop.INCOMPLETE
        if not (self._blocks or self._model or self._stop):
            raise ProviderError(f"{self._name} answered with something that is not a stream")
        parts = [self._part(index, stop) for index in sorted(self._blocks)]
        message = Message(Role.ASSISTANT, tuple(part for part in parts if part is not None))
        if stop is Stop.END and message.tool_calls:
            # Some servers with this API do not report `tool_use` as the reason.
            stop = Stop.TOOL_USE
        return Reply(message, stop, self._used(None), self._model, self._id)

    def _part(self, index: int, stop: Stop) -> Part | None:
        block = self._blocks[index]
        kind = block.get("type")
        if kind == "text":
            return Text(block["text"]) if block.get("text") else None
        if kind == "tool_use":
            return _call(block)
        # Incomplete reasoning has no valid signature, and the API refuses it.
        unsigned = kind == "thinking" and not block.get("signature")
        if index in self._open or stop is Stop.INCOMPLETE or unsigned or index in self._unknown:
            return None
        written = block.pop("json", "")
        return Opaque(form.API, {**block, "input": parse_arguments(written)} if written else block)


def _call(block: dict[str, Any]) -> ToolCall:
    arguments = block.get("json") or block.get("input") or ""
    return tool_call(block.get("id"), block.get("name"), arguments)
