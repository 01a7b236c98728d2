"""In process: the mock as a transport of the HTTP library that the installed SDK uses.

anthropic 1.0, openai 3.0 and later use `httpx2`, earlier versions `httpx`. Both have the same
interface, so the classes below are built for either.
"""

from __future__ import annotations

import asyncio
import importlib
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from types import ModuleType
from typing import Any

from skillagent.recording.strict_json import dumped
from skillagent.testing.server import Server
from skillagent.testing.wire import anthropic as anthropic_wire
from skillagent.testing.wire import chat as chat_wire
from skillagent.testing.wire.events import (
    METHOD,
    TARGET,
    Drop,
    Pause,
    Responder,
    Stall,
    WireAnswer,
    WireStep,
)

_HOSTS = {"anthropic": "http://mock.invalid", "openai": "http://mock.invalid/v1"}


class Clients:
    """Base class of what answers requests: clients, transports and a server that lead to it."""

    live = False
    """True if requests go on to a real provider: it needs the client's own key, and takes time."""

    def respond(self, path: str, headers: Mapping[str, str], raw: bytes) -> WireAnswer:
        """Answer a request; see `Responder`."""
        raise NotImplementedError

    def transport(self) -> Any:
        """A transport for an HTTP client, or for the `http_client` of an SDK."""
        return transport(self, live=self.live)

    def async_transport(self) -> Any:
        """The same for an asynchronous client: one transport serves both kinds."""
        return transport(self, live=self.live)

    def anthropic(self, **options: Any) -> Any:
        """An `anthropic.Anthropic` that sends its requests here; options go to the client."""
        return client("anthropic", "Anthropic", self, options, live=self.live)

    def async_anthropic(self, **options: Any) -> Any:
        """An `anthropic.AsyncAnthropic` that sends its requests here; options go to the client."""
        return client("anthropic", "AsyncAnthropic", self, options, live=self.live)

    def openai(self, **options: Any) -> Any:
        """An `openai.OpenAI` that sends its requests here; options go to the client."""
        return client("openai", "OpenAI", self, options, live=self.live)

    def async_openai(self, **options: Any) -> Any:
        """An `openai.AsyncOpenAI` that sends its requests here; options go to the client."""
        return client("openai", "AsyncOpenAI", self, options, live=self.live)

    def serve(self, port: int = 0) -> Server:
        """A real HTTP server on 127.0.0.1, to be used with `with`.

        Args:
            port: port to listen on; 0 for any free one.
        """
        return Server(self, port, live=self.live)


def refusal(status: int, message: str, *, anthropic: bool) -> WireAnswer:
    """An error in the form of the provider.

    Args:
        status: HTTP status.
        message: text of the SDK's exception.
        anthropic: True for Anthropic's form, False for OpenAI's.
    """
    body = chat_wire.error(status, "", message)
    if anthropic:
        body = anthropic_wire.error(status, "", message, "")
    return WireAnswer(status, (("content-type", "application/json"),), (dumped(body),))


def client(
    package: str,
    name: str,
    mock: Responder,
    options: dict[str, Any],
    *,
    live: bool = False,
) -> Any:
    """An SDK's client whose requests go to the mock.

    Args:
        package: `anthropic` or `openai`.
        name: name of the client's class.
        mock: answers the requests.
        options: arguments of the class; they override the mock's own.
        live: True to use the SDK's own key, and for answers that may take long.
    """
    sdk = importlib.import_module(package)
    http = _library(sdk)
    http_client = http.AsyncClient if name.startswith("Async") else http.Client
    arguments = {
        **({} if live else {"api_key": "mock"}),
        "base_url": _HOSTS[package],
        "http_client": http_client(transport=transport(mock, http, live=live)),
        **options,
    }
    return getattr(sdk, name)(**arguments)


def transport(mock: Responder, library: ModuleType | None = None, *, live: bool = False) -> Any:
    """A transport, for blocking and asynchronous clients alike.

    Args:
        mock: answers the requests.
        library: `httpx2` or `httpx`; None for the first that is installed.
        live: True if answers may take long: an event loop then waits for them in threads.
    """
    http = library or _installed()

    class Transport(http.BaseTransport, http.AsyncBaseTransport):  # type: ignore[name-defined,misc]
        def handle_request(self, request: Any) -> Any:
            answer = mock.respond(request.url.path, _headers(request), request.read())
            return _response(answer, request)

        async def handle_async_request(self, request: Any) -> Any:
            content = await request.aread()
            parts = (request.url.path, _headers(request), content)
            answer = await asyncio.to_thread(mock.respond, *parts) if live else mock.respond(*parts)
            return _response(answer, request)

    stream_class = _stream_class(http, live=live)

    def _response(answer: WireAnswer, request: Any) -> Any:
        _raise_before_headers(answer, request, http)
        stream = stream_class(answer, request)
        return http.Response(answer.status, headers=answer.headers, stream=stream)

    return Transport()


def _stream_class(http: ModuleType, *, live: bool) -> Any:
    """The class of the body of an answer; arguments as in `transport`."""

    class Stream(http.SyncByteStream, http.AsyncByteStream):  # type: ignore[name-defined,misc]
        def __init__(self, answer: WireAnswer, request: Any) -> None:
            self._answer, self._request = answer, request

        def __iter__(self) -> Iterator[bytes]:
            for step in self._answer.send():
                if isinstance(step, Pause):
                    time.sleep(_patience(step, self._request, http))
                else:
                    yield _sent(step, self._request, http)

        async def __aiter__(self) -> AsyncIterator[bytes]:
            steps = self._answer.send()
            take = _next_in_thread if live else _next_here
            while (step := await take(steps)) is not None:
                if isinstance(step, Pause):
                    await asyncio.sleep(_patience(step, self._request, http))
                else:
                    yield _sent(step, self._request, http)

        def close(self) -> None:
            self._answer.close()

        async def aclose(self) -> None:
            self._answer.close()

    return Stream


async def _next_here(steps: Iterator[WireStep]) -> WireStep | None:
    return next(steps, None)


async def _next_in_thread(steps: Iterator[WireStep]) -> WireStep | None:
    return await asyncio.to_thread(next, steps, None)


def _raise_before_headers(answer: WireAnswer, request: Any, http: ModuleType) -> None:
    first = answer.steps[0] if answer.steps else None
    if isinstance(first, Drop):
        raise http.ConnectError("connection reset by the mock", request=request)
    if isinstance(first, Stall):
        raise http.ReadTimeout("the mock does not answer", request=request)


def _headers(request: Any) -> dict[str, str]:
    target = request.url.raw_path.decode("ascii")
    return {METHOD: request.method, TARGET: target, **dict(request.headers)}


def _patience(pause: Pause, request: Any, http: ModuleType) -> float:
    """Seconds to wait; if the client's read timeout is shorter, it is raised at once."""
    timeout = request.extensions.get("timeout", {}).get("read")
    if timeout is not None and pause.seconds > timeout:
        raise http.ReadTimeout("the mock is slower than the client waits", request=request)
    return pause.seconds


def _sent(step: WireStep, request: Any, http: ModuleType) -> bytes:
    """The bytes of a step, or the error that a client would get from its socket.

    In process, nothing waits: a stalled stream times out at once.
    """
    if isinstance(step, Drop):
        raise http.RemoteProtocolError("connection reset by the mock", request=request)
    if isinstance(step, Stall):
        raise http.ReadTimeout("the mock stalls", request=request)
    assert isinstance(step, bytes)
    return step


def _library(sdk: ModuleType) -> ModuleType:
    """The HTTP library on which an SDK's client is built."""
    base = next(
        kind for kind in sdk.DefaultHttpxClient.__mro__ if kind.__module__.startswith("httpx")
    )
    return importlib.import_module(base.__module__.partition(".")[0])


def _installed() -> ModuleType:
    try:
        return importlib.import_module("httpx2")
    except ImportError:
        return importlib.import_module("httpx")
