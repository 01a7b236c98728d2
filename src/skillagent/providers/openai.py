"""A model over OpenAI Responses or Chat Completions, streamed; also any compatible server.

Responses is tried first. If a server other than OpenAI's does not know it, the conversation
continues over Chat Completions, which every local server offers.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Mapping
from typing import Any, Literal, Protocol, TypeAlias

from skillagent.digest import canonical_json
from skillagent.errors import ProviderError
from skillagent.formats import openai as form
from skillagent.formats.blocks import dumped, field
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
)
from skillagent.models import reasons, takes_sampling
from skillagent.providers.base import ReplyEvent, sent_parameters
from skillagent.providers.sdk import load, sdk_errors

_KEY = "OPENAI_API_KEY"
_OFFICIAL = "api.openai.com"
_UNKNOWN_ADDRESS = (404, 405, 501)
Api: TypeAlias = Literal["auto", "responses", "chat"]


class OpenAIProvider:
    """A model of OpenAI, or of another server with its APIs.

    Args:
        model: name of the model; it is not checked here.
        api: `responses`, `chat` (Chat Completions), or `auto`: Responses, and Chat
            Completions if a server other than OpenAI's does not know Responses.
        client: an `openai.OpenAI`; None builds one from the environment at first use.
        async_client: an `openai.AsyncOpenAI`, likewise.
        base_url: URL of another server, such as a local one, which then needs no key.
            Ignored if a client is given.
        max_tokens: maximum tokens of one reply; None for the model's own limit.
        temperature: sent only to models that accept one; see `takes_sampling`.
        seed: sent over Chat Completions only, because Responses takes none. OpenAI calls the
            result "mostly deterministic"; a local server may keep its promise or ignore it.

    Raises, at first use:
        MissingPackageError: the package `openai` is not installed.
        MissingKeyError: no key is set.
    """

    def __init__(
        self,
        model: str,
        *,
        api: Api = "auto",
        client: Any = None,
        async_client: Any = None,
        base_url: str | None = None,
        max_tokens: int | None = None,
        temperature: float | None = None,
        seed: int | None = None,
    ) -> None:
        self.model = model
        self.api: Api = api
        self.max_tokens = max_tokens
        self.temperature = temperature if takes_sampling(model) else None
        self.seed = seed
        self._asked = temperature
        self._base_url = base_url
        self._client, self._async_client = client, async_client

    @property
    def name(self) -> str:
        return f"openai-chat:{self.model}" if self.api == "chat" else f"openai:{self.model}"

    @property
    def parameters(self) -> Mapping[str, Any]:
        """What is sent with each request; see `parameters_of`."""
        return sent_parameters(
            max_tokens=(self.max_tokens, True),
            temperature=(self._asked, takes_sampling(self.model)),
            seed=(self.seed, self.api == "chat"),
        )

    def reply(self, request: Request) -> Iterator[ReplyEvent]:
        """Answer one request; see `Provider.reply`."""
        with sdk_errors(self.name, _KEY):
            if self._client is None:
                self._client = self._new("OpenAI")
            client = self._client
            while True:
                reader = self._reader()
                try:
                    with self._endpoint(client).create(**self._body(request)) as events:
                        for event in events:
                            yield from reader.feed(event)
                    final = reader.reply()
                except Exception as error:
                    if not self._falls_back(error, client):
                        raise
                else:
                    yield final
                    return

    async def reply_async(self, request: Request) -> AsyncGenerator[ReplyEvent, None]:
        """Answer one request without blocking; see `Provider.reply`."""
        with sdk_errors(self.name, _KEY):
            if self._async_client is None:
                self._async_client = self._new("AsyncOpenAI")
            client = self._async_client
            while True:
                reader = self._reader()
                try:
                    async with await self._endpoint(client).create(**self._body(request)) as events:
                        async for event in events:
                            for piece in reader.feed(event):
                                yield piece
                    final = reader.reply()
                except Exception as error:
                    if not self._falls_back(error, client):
                        raise
                else:
                    yield final
                    return

    def _new(self, kind: str) -> Any:
        sdk = load("openai", "a model of OpenAI")
        build = getattr(sdk, kind)
        try:
            return build(base_url=self._base_url)
        except sdk.OpenAIError:
            if self._base_url is None:
                raise
            return build(base_url=self._base_url, api_key="none")

    def _falls_back(self, error: Exception, client: Any) -> bool:
        """Whether to continue over Chat Completions; if so, this provider remembers it.

        Some servers answer an unknown path with status 200 and something that is not a stream.
        """
        unknown = getattr(error, "status_code", None) in _UNKNOWN_ADDRESS
        if self.api != "auto" or _OFFICIAL in str(client.base_url):
            return False
        if not unknown and not isinstance(error, _NoStreamError):
            return False
        self.api = "chat"
        return True

    def _endpoint(self, client: Any) -> Any:
        return client.chat.completions if self.api == "chat" else client.responses

    def _reader(self) -> _ReplyReader:
        return _ChatReader(self.name) if self.api == "chat" else _ResponsesReader(self.name)

    def _body(self, request: Request) -> dict[str, Any]:
        body = self._chat(request) if self.api == "chat" else self._responses(request)
        if self.temperature is not None:
            body["temperature"] = self.temperature
        return {"model": self.model, "stream": True, **body}

    def _responses(self, request: Request) -> dict[str, Any]:
        # The provider stores nothing: the whole conversation is sent each time, and with it the
        # encrypted reasoning of a reasoning model.
        body: dict[str, Any] = {
            "input": form.responses_items(request.messages, reasoning=reasons(self.model)),
            "store": False,
        }
        if reasons(self.model):
            body["include"] = ["reasoning.encrypted_content"]
        if request.system:
            body["instructions"] = request.system
        if request.tools:
            body["tools"] = [form.responses_tool(spec) for spec in request.tools]
        if self.max_tokens is not None:
            body["max_output_tokens"] = self.max_tokens
        return body

    def _chat(self, request: Request) -> dict[str, Any]:
        body: dict[str, Any] = {
            "messages": form.chat_messages(request.system, request.messages),
            "stream_options": {"include_usage": True},
        }
        if request.tools:
            body["tools"] = [form.chat_tool(spec) for spec in request.tools]
        if self.max_tokens is not None:
            limit = "max_completion_tokens" if reasons(self.model) else "max_tokens"
            body[limit] = self.max_tokens
        if self.seed is not None:
            body["seed"] = self.seed
        return body


class _NoStreamError(ProviderError):
    """Status 200 with a body that is not an answer; `_falls_back` catches it."""


class _ReplyReader(Protocol):
    """Collects the events of one reply."""

    def feed(self, event: Any) -> Iterator[ReplyEvent]: ...

    def reply(self) -> Reply: ...


class _ResponsesReader:
    def __init__(self, name: str) -> None:
        self._name = name
        self._items: dict[int, dict[str, Any]] = {}
        self._text_so_far = ""
        self._final: Any = None
        self._begun = False

    def feed(self, event: Any) -> Iterator[ReplyEvent]:
        kind = field(event, "type", "")
        self._begun = self._begun or kind.startswith("response.")
        if kind in ("response.output_text.delta", "response.refusal.delta"):
            self._text_so_far += event.delta
            yield Text(event.delta)
        elif kind in ("response.output_item.added", "response.output_item.done"):
            self._items[event.output_index] = dumped(event.item)
        elif kind == "response.function_call_arguments.done":
            # Some servers send the arguments only here.
            self._items.setdefault(event.output_index, {})["arguments"] = event.arguments
        elif kind in ("response.completed", "response.incomplete"):
            self._final = event.response
        elif kind in ("response.failed", "error"):
            error = field(field(event, "response", event), "error") or event
            raise ProviderError(
                f"{self._name} failed in mid-answer: {field(error, 'message', 'no reason given')}"
            )

    def reply(self) -> Reply:
        if not self._begun:
            raise _NoStreamError(f"{self._name} answered with something that is not a stream")
        final = self._final
        items = [self._items[at] for at in sorted(self._items)]
        if final is not None and (output := field(final, "output", [])):
            items = [dumped(item) for item in output]
        parts = [part for item in items for part in self._parts(item)]
        if not any(isinstance(part, Text) for part in parts) and self._text_so_far:
            parts.append(Text(self._text_so_far))
        message = Message(Role.ASSISTANT, tuple(parts))
        stop = self._stop(items, message)
        usage = _usage(field(final, "usage"))
        return Reply(message, stop, usage, field(final, "model", ""), field(final, "id", ""))

    def _parts(self, item: dict[str, Any]) -> Iterator[Part]:
        kind = item.get("type")
        if kind == "message":
            for content in _contents(item):
                text = content.get("text") or content.get("refusal")
                if text:
                    yield Text(text)
        elif kind == "function_call":
            yield form.call(item)
        elif kind == "reasoning" and item.get("encrypted_content") and self._final is not None:
            fields = ("id", "type", "summary", "encrypted_content")
            yield Opaque(form.API, {name: item[name] for name in fields if name in item})

    def _stop(self, items: list[dict[str, Any]], message: Message) -> Stop:
        if self._final is None:
            return Stop.INCOMPLETE
        if field(self._final, "status") == "incomplete":
            reason = field(field(self._final, "incomplete_details"), "reason")
            stops = {"max_output_tokens": Stop.MAX_TOKENS, "content_filter": Stop.REFUSAL}
            return stops.get(str(reason), Stop.INCOMPLETE)
        if message.tool_calls:
            return Stop.TOOL_USE
        contents = [content for item in items for content in _contents(item)]
        refused = any(content.get("type") == "refusal" for content in contents)
        return Stop.REFUSAL if refused else Stop.END


class _ChatReader:
    def __init__(self, name: str) -> None:
        self._name = name
        self._text = ""
        self._refusal = ""
        self._reasoning = ""
        self._calls: list[dict[str, str]] = []
        self._at: dict[int, int] = {}
        """Index that a server sends → position in `_calls` of the call that it means now."""
        self._finish: str | None = None
        self._usage = Usage()
        self._model = self._id = self._fingerprint = ""
        self._begun = False

    def feed(self, chunk: Any) -> Iterator[ReplyEvent]:
        self._model = field(chunk, "model", self._model)
        self._id = field(chunk, "id", self._id)
        self._fingerprint = field(chunk, "system_fingerprint", self._fingerprint)
        if (usage := field(chunk, "usage")) is not None:
            self._usage = _usage(usage)
            yield self._usage
        for choice in field(chunk, "choices", ()):
            self._begun = True
            delta = field(choice, "delta", {})
            self._reasoning += field(delta, "reasoning_content", "")
            if text := field(delta, "content", ""):
                self._text += text
                yield Text(text)
            if text := field(delta, "refusal", ""):
                self._refusal += text
                yield Text(text)
            for call in field(delta, "tool_calls", ()):
                self._collect(call)
            self._finish = field(choice, "finish_reason") or self._finish

    def _collect(self, call: Any) -> None:
        """Add a piece of a call.

        Servers differ: some send every call complete under the same index, some send no index,
        some repeat the name or the id with each piece.
        """
        call_id, index = field(call, "id", ""), field(call, "index", -1)
        at = self._at.get(index, len(self._calls) - 1 if index < 0 else -1)
        begun = self._calls[at] if 0 <= at < len(self._calls) else None
        if begun is None or (call_id and begun["id"] and call_id != begun["id"]):
            begun = {"id": "", "name": "", "arguments": ""}
            self._at[index] = len(self._calls)
            self._calls.append(begun)
        function = field(call, "function", {})
        piece = field(function, "arguments", "")
        begun["id"] = call_id or begun["id"]
        begun["name"] = field(function, "name", "") or begun["name"]
        begun["arguments"] += piece if isinstance(piece, str) else canonical_json(piece)

    def reply(self) -> Reply:
        if not self._begun:
            raise _NoStreamError(f"{self._name} answered with something that is not a stream")
        parts: list[Part] = []
        if self._reasoning:
            parts.append(Opaque(form.CHAT_API, {"reasoning_content": self._reasoning}))
        if text := self._text + self._refusal:
            parts.append(Text(text))
        for index, call in enumerate(self._calls):
            parts.append(form.call({"id": call["id"] or f"call_{index}", "function": call}))
        message = Message(Role.ASSISTANT, tuple(parts))
        stop, names = self._stop(message.tool_calls), (self._model, self._id, self._fingerprint)
        return Reply(message, stop, self._usage, *names)

    def _stop(self, calls: tuple[ToolCall, ...]) -> Stop:
        if self._finish in ("tool_calls", "function_call", "stop"):
            if calls:
                return Stop.TOOL_USE
            return Stop.REFUSAL if self._refusal else Stop.END
        cut = {"length": Stop.MAX_TOKENS, "content_filter": Stop.REFUSAL}
        return cut.get(self._finish or "", Stop.INCOMPLETE)


def _contents(item: dict[str, Any]) -> list[dict[str, Any]]:
    """The parts of a message; some servers send a string instead of a list."""
    content = item.get("content") or []
    return [{"text": content}] if isinstance(content, str) else content


def _usage(usage: Any) -> Usage:
    """The usage of either API; both include cached tokens in the prompt's."""
    details = field(usage, "input_tokens_details") or field(usage, "prompt_tokens_details")
    return Usage(
        field(usage, "input_tokens") or field(usage, "prompt_tokens", 0),
        field(usage, "output_tokens") or field(usage, "completion_tokens", 0),
        field(details, "cached_tokens", 0),
        field(details, "cache_write_tokens", 0),
    )
