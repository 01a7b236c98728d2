"""In process: the mock as a transport of whichever HTTP library the installed SDK speaks.

anthropic 1.0, openai 3.0 and later speak `httpx2`; earlier ones `httpx`. The two have the
same interface, so one set of classes is made for either.
"""

from __future__ import annotations

import asyncio
import importlib
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from types import ModuleType
from typing import Any

from skillagent.testing.server import Server
from skillagent.testing.wire import anthropic as anthropic_wire
from skillagent.testing.wire import chat as chat_wire
from skillagent.testing.wire.events import (
    METHOD,
    TARGET,
    Answer,
    Drop,
    Pause,
    Responder,
    Stall,
    Step,
    dumped,
)

_HOSTS = {"anthropic": "http://mock.invalid", "openai": "http://mock.invalid/v1"}


class Clients:
    """The ways to a responder that its class offers; to be inherited."""

    live = False
    """True where a real provider stands behind it: it takes the client's own key, and time."""

    def respond(self, path: str, headers: Mapping[str, str], raw: bytes) -> Answer:
        """Answer a request; see `Responder`."""
        raise NotImplementedError

    def transport(self) -> Any:
        """A transport for an HTTP client's, or an SDK's, `http_client`."""
        return transport(self, live=self.live)

    def async_transport(self) -> Any:
        """The same for an asynchronous client: one transport serves both kinds."""
        return transport(self, live=self.live)

    def anthropic(self, **options: Any) -> Any:
        """An `anthropic.Anthropic` that asks here; options go to the client."""
        return client("anthropic", "Anthropic", self, options, live=self.live)

    def async_anthropic(self, **options: Any) -> Any:
        """An `anthropic.AsyncAnthropic` that asks here; options go to the client."""
        return client("anthropic", "AsyncAnthropic", self, options, live=self.live)

    def openai(self, **options: Any) -> Any:
        """An `openai.OpenAI` that asks here; options go to the client."""
        return client("openai", "OpenAI", self, options, live=self.live)

    def async_openai(self, **options: Any) -> Any:
        """An `openai.AsyncOpenAI` that asks here; options go to the client."""
        return client("openai", "AsyncOpenAI", self, options, live=self.live)

    def serve(self, port: int = 0) -> Server:
        """A real HTTP server on 127.0.0.1, to be used with `with`.

        Args:
            port: 0 for any that is free.
        """
        return Server(self, port, live=self.live)


def refusal(status: int, message: str, *, anthropic: bool) -> Answer:
    """An error in the form of the provider that was asked.

    Args:
        status: of HTTP.
        message: for whoever reads the SDK's exception.
        anthropic: whether that is Anthropic, or else OpenAI.
    """
    body = chat_wire.error(status, "", message)
    if anthropic:
        body = anthropic_wire.error(status, "", message, "")
    return Answer(status, (("content-type", "application/json"),), (dumped(body),))


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
        name: of its class.
        mock: who answers.
        options: of the class, over the mock's own.
        live: True for the SDK's own key, and for answers that may take long.
    """
    sdk = importlib.import_module(package)
    http = _library(sdk)
    kind = http.AsyncClient if name.startswith("Async") else http.Client
    carried = transport(mock, http, live=live)
    given = {
        **({} if live else {"api_key": "mock"}),
        "base_url": _HOSTS[package],
        "http_client": kind(transport=carried),
        **options,
    }
    return getattr(sdk, name)(**given)


def transport(mock: Responder, library: ModuleType | None = None, *, live: bool = False) -> Any:
    """A transport, for blocking and for asynchronous clients alike.

    Args:
        mock: who answers.
        library: `httpx2` or `httpx`; None for the first that is installed.
        live: True where answers may take long: an event loop then waits for them in threads.
    """
    http = library or _installed()

    class Transport(http.BaseTransport, http.AsyncBaseTransport):  # type: ignore[name-defined,misc]
        def handle_request(self, request: Any) -> Any:
            answer = mock.respond(request.url.path, _headers(request), request.read())
            _before_head(answer, request, http)
            return http.Response(
                answer.status, headers=answer.headers, stream=_Stream(answer, request)
            )

        async def handle_async_request(self, request: Any) -> Any:
            raw = await request.aread()
            asked = (request.url.path, _headers(request), raw)
            answer = await asyncio.to_thread(mock.respond, *asked) if live else mock.respond(*asked)
            _before_head(answer, request, http)
            return http.Response(
                answer.status, headers=answer.headers, stream=_Stream(answer, request)
            )

    class _Stream(http.SyncByteStream, http.AsyncByteStream):  # type: ignore[name-defined,misc]
        def __init__(self, answer: Answer, request: Any) -> None:
            self._answer, self._request = answer, request

        def __iter__(self) -> Iterator[bytes]:
            for step in self._answer.send():
                if isinstance(step, Pause):
                    time.sleep(_patience(step, self._request, http))
                else:
                    yield _sent(step, self._request, http)

        async def __aiter__(self) -> AsyncIterator[bytes]:
            steps = self._answer.send()
            take = self._in_thread if live else self._here
            while (step := await take(steps)) is not None:
                if isinstance(step, Pause):
                    await asyncio.sleep(_patience(step, self._request, http))
                else:
                    yield _sent(step, self._request, http)

        async def _here(self, steps: Iterator[Step]) -> Step | None:
            return next(steps, None)

        async def _in_thread(self, steps: Iterator[Step]) -> Step | None:
            return await asyncio.to_thread(next, steps, None)

        def close(self) -> None:
            self._answer.close()

        async def aclose(self) -> None:
            self._answer.close()

    return Transport()


def _before_head(answer: Answer, request: Any, http: ModuleType) -> None:
    first = answer.steps[0] if answer.steps else None
    if isinstance(first, Drop):
        raise http.ConnectError("connection reset by the mock", request=request)
    if isinstance(first, Stall):
        raise http.ReadTimeout("the mock does not answer", request=request)


def _headers(request: Any) -> dict[str, str]:
    target = request.url.raw_path.decode("ascii")
    return {METHOD: request.method, TARGET: target, **dict(request.headers)}


def _patience(pause: Pause, request: Any, http: ModuleType) -> float:
    """Seconds to wait, unless the client's own read timeout is shorter: then nobody waits."""
    timeout = request.extensions.get("timeout", {}).get("read")
    if timeout is not None and pause.seconds > timeout:
        raise http.ReadTimeout("the mock is slower than the client waits", request=request)
    return pause.seconds


def _sent(step: Step, request: Any, http: ModuleType) -> bytes:
    """The bytes of a step, or the error that a client gets from its socket.

    Nobody waits in process: a stream that stands still times out at once.
    """
    if isinstance(step, Drop):
        raise http.RemoteProtocolError("connection reset by the mock", request=request)
    if isinstance(step, Stall):
        raise http.ReadTimeout("the mock stands still", request=request)
    assert isinstance(step, bytes)
    return step


def _library(sdk: ModuleType) -> ModuleType:
    """The HTTP library that an SDK's own client is made of."""
    base = next(
        kind for kind in sdk.DefaultHttpxClient.__mro__ if kind.__module__.startswith("httpx")
    )
    return importlib.import_module(base.__module__.partition(".")[0])


def _installed() -> ModuleType:
    try:
        return importlib.import_module("httpx2")
    except ImportError:
        return importlib.import_module("httpx")
