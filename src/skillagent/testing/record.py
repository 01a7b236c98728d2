"""Record: requests are forwarded to a real provider, and its answers go into a cassette.

Everything is forwarded as it came, errors and broken streams too. Only complete answers are
written, and each is in the file before the client receives its end. The client's own key goes to
the provider and nowhere else; no other secret of a request or an answer is written either.

Above: `cli`. Below: `recording`, `transport` and `server`.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from urllib.parse import SplitResult, urlsplit
from urllib.request import HTTPErrorProcessor, OpenerDirector, ProxyHandler, Request, build_opener

from skillagent.errors import UsageError
from skillagent.recording import strict_json
from skillagent.recording.scrubbing import Scrub, scrubbed
from skillagent.secrets import Scrubber, scrub
from skillagent.testing.server import Server
from skillagent.testing.transport import Clients, refusal
from skillagent.testing.wire.events import METHOD, TARGET, Drop, WireAnswer, WireStep, api_of
from skillagent.testing.wire.exchange import (
    HttpExchange,
    http_answer,
    http_cassette,
    http_request,
)

TIMEOUT = 600.0
"""Seconds; as long as the SDKs themselves wait."""
# Headers that hold for one connection only, so a proxy does not forward them (RFC 9110, 7.6.1).
_HOP = frozenset(
    """connection content-length host keep-alive proxy-authenticate proxy-authorization
    proxy-connection te trailer transfer-encoding upgrade""".split()
)
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_ENDS = ("message_stop", "response.completed", "response.incomplete")
_ERRORS = ("error", "response.failed")


class Recorder(Clients):
    """A proxy between a client and its provider that records. Threads may share it.

    Args:
        upstream: the provider's base URL, as its SDK takes it.
        path: path of the cassette; an existing one gets more lines.
        scrub: changes a request's body before it is written; secrets are removed anyway. Give
            the same function to `Replay` as `normalise`.
        scrub_answer: changes an answer's body, or each event of a stream, before it is written:
            an answer may repeat the request, as that of the Responses API does.
        timeout: seconds to wait for the next byte from the provider.

    Raises:
        UsageError: the address is not an HTTP address, or the file cannot be written or is not a
            cassette.
    """

    live = True

    def __init__(
        self,
        upstream: str,
        path: str | os.PathLike[str],
        *,
        scrub: Scrub | None = None,
        scrub_answer: Scrub | None = None,
        timeout: float = TIMEOUT,
    ) -> None:
        parts = _parts_of(upstream)
        self._cassette = http_cassette(path)
        self._cassette.begin()
        self._base = upstream.rstrip("/")
        self._mounted = bool(urlsplit(self._base).path)
        self._opener = _opener(parts.hostname or "")
        self._scrub = scrub
        self._scrub_answer = scrub_answer
        self._timeout = timeout
        self._lock = threading.Lock()
        self._recorded = 0
        self._skipped: list[str] = []

    @property
    def recorded(self) -> int:
        """Number of exchanges written so far."""
        return self._recorded

    @property
    def skipped(self) -> tuple[str, ...]:
        """What was forwarded but not recorded, and the reason; one line each."""
        return tuple(self._skipped)

    def assert_recorded(self) -> None:
        """Every exchange is in the cassette.

        Raises:
            AssertionError: the text lists those that are not, and the reasons.
        """
        if self._skipped:
            raise AssertionError("\n".join(["not recorded:", *self._skipped]))

    def respond(self, path: str, headers: Mapping[str, str], raw: bytes) -> WireAnswer:
        """Forward a request; see `Responder`. A stream is read while it is sent on."""
        by_name = {name.lower(): value for name, value in headers.items()}
        method = by_name.pop(METHOD, "POST" if raw else "GET")
        target = by_name.pop(TARGET, path)
        incoming = _ClientRequest(method, path, by_name, raw, Scrubber.of_request(by_name, target))
        request = Request(  # noqa: S310 -- only HTTP: see __init__
            self._address(target, incoming.anthropic),
            data=raw or None,
            headers={
                **{name: value for name, value in by_name.items() if name not in _HOP},
                # A compressed answer could not be read in the cassette.
                "accept-encoding": "identity",
            },
            method=incoming.method,
        )
        try:
            response: HTTPResponse = self._opener.open(request, timeout=self._timeout)
        except (OSError, HTTPException) as error:
            text = f"{self._base} cannot be reached: {getattr(error, 'reason', error)}"
            reason = incoming.scrubber.text(text)
            self._skip(incoming, reason)
            return refusal(502, f"recorder: {reason}", anthropic=incoming.anthropic)
        head = tuple(
            (name, value) for name, value in response.getheaders() if name.lower() not in _HOP
        )
        if _streams(response) and response.status < 300:
            return WireAnswer(response.status, head, (), self._streamed(incoming, response))
        return self._whole(incoming, response, head)

    def _whole(
        self, incoming: _ClientRequest, response: HTTPResponse, head: tuple[tuple[str, str], ...]
    ) -> WireAnswer:
        chunks: list[bytes] = []
        with response:
            try:
                while data := response.read1():
                    chunks.append(data)
                # An answer shorter than its declared length ends without an error.
                broken = "the answer broke off" if response.length else ""
            except (OSError, HTTPException) as error:
                broken = f"the answer broke off: {error!r}"
        data = b"".join(chunks)
        if broken:
            self._skip(incoming, broken)
            return WireAnswer(response.status, head, (data, Drop()) if data else (Drop(),))
        self._keep(incoming, response, [data], _unfit(response, data))
        return WireAnswer(response.status, head, (data,))

    def _streamed(self, incoming: _ClientRequest, response: HTTPResponse) -> Generator[WireStep]:
        """Chunks as they come. The last event and all after it wait until the line is written."""
        watch, chunks, waiting, reason = _StreamWatch(), [], 0, "the client disconnected"
        try:
            with response:
                try:
                    while data := _next_chunk(response):
                        chunks.append(data)
                        watch.feed(data)
                        if watch.ended:
                            waiting += 1
                        else:
                            yield data
                    broken = None
                except (OSError, HTTPException) as error:
                    broken = error
            watch.close()
            if broken is not None:
                reason = f"the stream broke off: {broken!r}"
            elif watch.error:
                reason = watch.error
            elif not watch.ended:
                reason = "the stream ended early"
            else:
                reason = _encoded(response)
        finally:
            self._keep(incoming, response, chunks, reason)
        yield from chunks[len(chunks) - waiting :]
        if broken is not None:
            yield Drop()

    def _keep(
        self, incoming: _ClientRequest, response: HTTPResponse, chunks: Sequence[bytes], reason: str
    ) -> None:
        """Write an exchange, unless there is a reason not to.

        The answer has been paid for: whatever fails here, the client still receives it.
        """
        if reason:
            self._skip(incoming, reason)
            return
        try:
            exchange = self._exchange(incoming, response, chunks)
            with self._lock:
                self._cassette.append(exchange)
                self._recorded += 1
        except Exception as error:
            self._skip(incoming, f"{type(error).__name__}: {error}")

    def _exchange(
        self, incoming: _ClientRequest, response: HTTPResponse, chunks: Sequence[bytes]
    ) -> HttpExchange:
        body = incoming.scrubber.value(strict_json.parsed(incoming.raw)) if incoming.raw else None
        if self._scrub is not None and body is not None:
            body = self._scrub(body)
        content_type = response.headers.get("content-type", "")
        chunks = scrubbed(chunks, incoming.scrubber, self._scrub_answer, stream=_streams(response))
        request = http_request(
            incoming.method,
            incoming.scrubber.url(incoming.path),
            incoming.scrubber.headers(incoming.headers),
            body,
        )
        answer = http_answer(response.status, incoming.scrubber.text(content_type), chunks)
        return HttpExchange.of(request, answer)

    def _skip(self, incoming: _ClientRequest, reason: str) -> None:
        with self._lock:
            self._skipped.append(
                incoming.scrubber.text(f"{incoming.method} {incoming.path}: {reason}")
            )

    def _address(self, target: str, anthropic: bool) -> str:
        """The provider's URL. OpenAI's base URL includes the version, Anthropic's does not."""
        if anthropic:
            return self._base.removesuffix("/v1") + target
        return self._base + (target.removeprefix("/v1") if self._mounted else target)


def record(
    upstream: str,
    path: str | os.PathLike[str],
    *,
    port: int = 0,
    scrub: Scrub | None = None,
    scrub_answer: Scrub | None = None,
) -> Server:
    """A server on 127.0.0.1 that records, to be used with `with`.

    Args:
        upstream: the provider's base URL, as its SDK takes it.
        path: path of the cassette; an existing one gets more lines.
        port: port to listen on; 0 for any free one.
        scrub: see `Recorder`.
        scrub_answer: see `Recorder`.

    Raises:
        UsageError: the address is not an HTTP address, or the file cannot be written or is not a
            cassette.
    """
    return Recorder(upstream, path, scrub=scrub, scrub_answer=scrub_answer).serve(port)


@dataclass(frozen=True, slots=True)
class _ClientRequest:
    """A request of the client."""

    method: str
    path: str
    headers: Mapping[str, str]
    raw: bytes
    scrubber: Scrubber
    """Knows the secrets of this request."""

    @property
    def anthropic(self) -> bool:
        return api_of(self.path) in ("messages", "count_tokens") or (
            "anthropic-version" in self.headers
        )


class _Unprocessed(HTTPErrorProcessor):
    """Returns every answer: errors are answers too, and a redirect could leak the key."""

    def http_response(
        self,
        request: Request,  # noqa: ARG002
        response: HTTPResponse,
    ) -> HTTPResponse:
        return response

    https_response = http_response


def _parts_of(upstream: str) -> SplitResult:
    """The parts of a provider's address.

    Raises:
        UsageError: the address is not one of HTTP, or contains what belongs into headers.
    """
    shown = scrub(upstream)
    try:
        parts = urlsplit(upstream)
    except ValueError as error:
        reason = scrub(str(error))
        raise UsageError(f"{shown!r} is not the address of a model API: {reason}") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"{shown!r} is not the address of a model API: it begins with https://")
    if parts.username is not None or parts.query:
        # An answer or an error could repeat it; the client's own headers reach the provider anyway.
        raise UsageError(
            f"the address of {parts.hostname} holds a user or a query: let the client send its key"
        )
    return parts


def _opener(host: str) -> OpenerDirector:
    # A proxy of the environment could not reach this machine.
    without_proxy = (ProxyHandler({}),) if host in _LOOPBACK else ()
    return build_opener(_Unprocessed, *without_proxy)


class _StreamWatch:
    """Reads the events of a stream to learn whether it ended properly."""

    def __init__(self) -> None:
        self.ended = False
        self.error = ""
        self._left = b""

    def feed(self, data: bytes) -> None:
        *lines, self._left = (self._left + data).split(b"\n")
        for line in lines:
            self._line(line)

    def close(self) -> None:
        """End of the stream. Some servers omit the end of the last line."""
        self._line(self._left)

    def _line(self, line: bytes) -> None:
        name, _, data = line.partition(b":")
        data = data.strip()
        if name != b"data" or not data:
            return
        if data == b"[DONE]":
            self.ended = True
            return
        try:
            event = strict_json.parsed(data)
        except ValueError:
            self.error = "an event of the stream is not JSON"
            return
        if not isinstance(event, dict):
            return
        kind = event.get("type")
        if kind in _ERRORS or event.get("error"):
            self.error = "the stream holds an error"
        self.ended = self.ended or kind in _ENDS


def _next_chunk(response: HTTPResponse) -> bytes:
    """One chunk as the provider sent it, even if the network split it; empty at the end."""
    data = response.read1()
    while data and response.chunked and response.chunk_left:
        data += response.read1(response.chunk_left)
    return data


def _streams(response: HTTPResponse) -> bool:
    return bool(response.headers.get_content_type() == "text/event-stream")


def _encoded(response: HTTPResponse) -> str:
    coding = response.headers.get("content-encoding", "identity")
    return "" if coding == "identity" else f"the answer is encoded as {coding}"


def _unfit(response: HTTPResponse, data: bytes) -> str:
    """The reason not to record an answer that was not streamed; empty if it is recorded."""
    if not 200 <= response.status < 300:
        return f"status {response.status}"
    if coded := _encoded(response):
        return coded
    try:
        body = strict_json.parsed(data)
    except ValueError:
        return "the answer is not JSON"
    if isinstance(body, dict) and (body.get("error") or body.get("status") == "failed"):
        return "the answer is an error"
    return ""
