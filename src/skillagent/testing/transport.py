"""In process: the mock as a transport of whichever HTTP library the installed SDK speaks.

anthropic 1.0, openai 3.0 and later speak `httpx2`; earlier ones `httpx`. The two have the
same interface, so one set of classes is made for either.
"""

from __future__ import annotations

import asyncio
import importlib
import time
from collections.abc import AsyncIterator, Iterator
from types import ModuleType
from typing import Any

from skillagent.testing.wire import Answer, Drop, Pause, Responder, Stall, Step

_HOSTS = {"anthropic": "http://mock.invalid", "openai": "http://mock.invalid/v1"}


def client(package: str, name: str, mock: Responder, options: dict[str, Any]) -> Any:
    """An SDK's client whose requests go to the mock.

    Args:
        package: `anthropic` or `openai`.
        name: of its class.
        mock: who answers.
        options: of the class, over the mock's own.
    """
    sdk = importlib.import_module(package)
    http = _library(sdk)
    kind = http.AsyncClient if name.startswith("Async") else http.Client
    carried = transport(mock, http)
    given = {
        "api_key": "mock",
        "base_url": _HOSTS[package],
        "http_client": kind(transport=carried),
        **options,
    }
    return getattr(sdk, name)(**given)


def transport(mock: Responder, library: ModuleType | None = None) -> Any:
    """A transport, for blocking and for asynchronous clients alike.

    Args:
        mock: who answers.
        library: `httpx2` or `httpx`; None for the first that is installed.
    """
    http = library or _installed()

    class Transport(http.BaseTransport, http.AsyncBaseTransport):  # type: ignore[name-defined,misc]
        def handle_request(self, request: Any) -> Any:
            answer = mock.respond(request.url.path, dict(request.headers), request.read())
            _before_head(answer, request, http)
            return http.Response(
                answer.status, headers=answer.headers, stream=_Stream(answer, request)
            )

        async def handle_async_request(self, request: Any) -> Any:
            raw = await request.aread()
            answer = mock.respond(request.url.path, dict(request.headers), raw)
            _before_head(answer, request, http)
            return http.Response(
                answer.status, headers=answer.headers, stream=_Stream(answer, request)
            )

    class _Stream(http.SyncByteStream, http.AsyncByteStream):  # type: ignore[name-defined,misc]
        def __init__(self, answer: Answer, request: Any) -> None:
            self._answer, self._request = answer, request

        def __iter__(self) -> Iterator[bytes]:
            for step in self._answer.steps:
                if isinstance(step, Pause):
                    time.sleep(step.seconds)
                else:
                    yield _sent(step, self._request, http)

        async def __aiter__(self) -> AsyncIterator[bytes]:
            for step in self._answer.steps:
                if isinstance(step, Pause):
                    await asyncio.sleep(step.seconds)
                else:
                    yield _sent(step, self._request, http)

    return Transport()


def _before_head(answer: Answer, request: Any, http: ModuleType) -> None:
    first = answer.steps[0]
    if isinstance(first, Drop):
        raise http.ConnectError("connection reset by the mock", request=request)
    if isinstance(first, Stall):
        raise http.ReadTimeout("the mock does not answer", request=request)


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
