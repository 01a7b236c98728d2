"""Record: requests go on to a real provider, and what comes back goes into a cassette.

Everything is passed on as it came, errors and broken streams too; only what ended properly is
written, before the client sees its end. The client's own key goes to the provider and nowhere
else; no other secret is written either, in a request or an answer.

Above: `cli`. Below: `cassette`, the file; `transport` and `server`, the ways in.
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
from skillagent.secrets import Scrubber, scrub
from skillagent.testing import cassette
from skillagent.testing.scrubbing import Scrub, scrubbed
from skillagent.testing.server import Server
from skillagent.testing.transport import Clients, refusal
from skillagent.testing.wire.events import METHOD, TARGET, Answer, Drop, Step, api_of

TIMEOUT = 600.0
"""Seconds; as long as the SDKs themselves wait."""
_HOP = frozenset(
    """connection content-length host keep-alive proxy-authenticate proxy-authorization
    proxy-connection te trailer transfer-encoding upgrade""".split()
)
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_ENDS = ("message_stop", "response.completed", "response.incomplete")
_ERRORS = ("error", "response.failed")


class Recorder(Clients):
    """Stands between a client and its provider. Safe to share by threads.

    Args:
        upstream: the provider's base URL, as its SDK takes it.
        path: of the cassette; one that is there gets more lines.
        scrub: what is written of a request's body, beyond its secrets, which never are. A
            `Replay` needs it as its `normalise`.
        scrub_answer: what is written of an answer's body, and of each event of a stream: an
            answer may repeat the request, and that of the Responses API does.
        timeout: seconds without a byte from the provider.

    Raises:
        UsageError: the address is none of HTTP, or the file cannot be written or is no cassette.
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
        cassette.begin(path)
        self._base = upstream.rstrip("/")
        self._mounted = bool(urlsplit(self._base).path)
        self._opener = _opener(parts.hostname or "")
        self._path = path
        self._scrub = scrub
        self._scrub_answer = scrub_answer
        self._timeout = timeout
        self._lock = threading.Lock()
        self._recorded = 0
        self._skipped: list[str] = []

    @property
    def recorded(self) -> int:
        """Exchanges written so far."""
        return self._recorded

    @property
    def skipped(self) -> tuple[str, ...]:
        """What was passed on and not recorded, and why; one line each."""
        return tuple(self._skipped)

    def assert_recorded(self) -> None:
        """Every exchange is in the cassette.

        Raises:
            AssertionError: with those that are not, and why.
        """
        if self._skipped:
            raise AssertionError("\n".join(["not recorded:", *self._skipped]))

    def respond(self, path: str, headers: Mapping[str, str], raw: bytes) -> Answer:
        """Ask the provider; see `Responder`. Its stream is read while it is sent."""
        known = {name.lower(): value for name, value in headers.items()}
        method, target = known.pop(METHOD, "POST" if raw else "GET"), known.pop(TARGET, path)
        asked = _Asked(method, path, known, raw, Scrubber.of_request(known, target))
        request = Request(  # noqa: S310 -- only HTTP: see __init__
            self._address(target, asked.anthropic),
            data=raw or None,
            headers={
                **{name: value for name, value in known.items() if name not in _HOP},
                # What is compressed cannot be read in the file.
                "accept-encoding": "identity",
            },
            method=asked.method,
        )
        try:
            response: HTTPResponse = self._opener.open(request, timeout=self._timeout)
        except (OSError, HTTPException) as error:
            why = f"{self._base} cannot be reached: {getattr(error, 'reason', error)}"
            reason = asked.scrubber.text(why)
            self._skip(asked, reason)
            return refusal(502, f"recorder: {reason}", anthropic=asked.anthropic)
        head = tuple(
            (name, value) for name, value in response.getheaders() if name.lower() not in _HOP
        )
        if _streams(response) and response.status < 300:
            return Answer(response.status, head, (), self._streamed(asked, response))
        return self._whole(asked, response, head)

    def _whole(
        self, asked: _Asked, response: HTTPResponse, head: tuple[tuple[str, str], ...]
    ) -> Answer:
        chunks: list[bytes] = []
        with response:
            try:
                while data := response.read1():
                    chunks.append(data)
                # Short of its length it ends without an error.
                broken = "the answer broke off" if response.length else ""
            except (OSError, HTTPException) as error:
                broken = f"the answer broke off: {error!r}"
        data = b"".join(chunks)
        if broken:
            self._skip(asked, broken)
            return Answer(response.status, head, (data, Drop()) if data else (Drop(),))
        self._keep(asked, response, [data], _unfit(response, data))
        return Answer(response.status, head, (data,))

    def _streamed(self, asked: _Asked, response: HTTPResponse) -> Generator[Step]:
        """Chunks as they come; from the last event on they wait for the end to be written."""
        watch, chunks, held, reason = _Watch(), [], 0, "the client went away"
        try:
            with response:
                try:
                    while data := _next_chunk(response):
                        chunks.append(data)
                        watch.feed(data)
                        if watch.ended:
                            held += 1
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
            self._keep(asked, response, chunks, reason)
        yield from chunks[len(chunks) - held :]
        if broken is not None:
            yield Drop()

    def _keep(
        self, asked: _Asked, response: HTTPResponse, chunks: Sequence[bytes], reason: str
    ) -> None:
        """Write an exchange, unless there is a reason not to.

        The answer is paid for: whatever is wrong here, it still goes to the client.
        """
        if reason:
            self._skip(asked, reason)
            return
        try:
            line = self._exchange(asked, response, chunks)
            with self._lock:
                cassette.append(self._path, line)
                self._recorded += 1
        except Exception as error:
            self._skip(asked, f"{type(error).__name__}: {error}")

    def _exchange(
        self, asked: _Asked, response: HTTPResponse, chunks: Sequence[bytes]
    ) -> cassette.Exchange:
        body = asked.scrubber.value(cassette.parsed(asked.raw)) if asked.raw else None
        if self._scrub is not None and body is not None:
            body = self._scrub(body)
        kind = response.headers.get("content-type", "")
        chunks = scrubbed(chunks, asked.scrubber, self._scrub_answer, stream=_streams(response))
        return cassette.exchange(
            asked.method,
            asked.scrubber.url(asked.path),
            asked.scrubber.headers(asked.headers),
            body,
            (response.status, asked.scrubber.text(kind), chunks),
        )

    def _skip(self, asked: _Asked, reason: str) -> None:
        with self._lock:
            self._skipped.append(asked.scrubber.text(f"{asked.method} {asked.path}: {reason}"))

    def _address(self, target: str, anthropic: bool) -> str:
        """Where a request goes: OpenAI's base URL has the version in it, Anthropic's has not."""
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
        path: of the cassette; one that is there gets more lines.
        port: 0 for any that is free.
        scrub: see `Recorder`.
        scrub_answer: see `Recorder`.

    Raises:
        UsageError: the address is none of HTTP, or the file cannot be written or is no cassette.
    """
    return Recorder(upstream, path, scrub=scrub, scrub_answer=scrub_answer).serve(port)


@dataclass(frozen=True, slots=True)
class _Asked:
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


class _AsItIs(HTTPErrorProcessor):
    """Errors are answers too, and a redirect would take the key to another host."""

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
        UsageError: it is none, or holds what belongs into headers.
    """
    shown = scrub(upstream)
    try:
        parts = urlsplit(upstream)
    except ValueError as error:
        raise UsageError(f"{shown!r} is no address of a model API: {scrub(str(error))}") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"{shown!r} is no address of a model API: it begins with https://")
    if parts.username is not None or parts.query:
        # An answer or an error could say it again; the client's own headers reach the provider.
        raise UsageError(
            f"the address of {parts.hostname} holds a user or a query: let the client send its key"
        )
    return parts


def _opener(host: str) -> OpenerDirector:
    own = (ProxyHandler({}),) if host in _LOOPBACK else ()
    return build_opener(_AsItIs, *own)


class _Watch:
    """Looks at the events of a stream, to tell whether it ended properly."""

    def __init__(self) -> None:
        self.ended = False
        self.error = ""
        self._left = b""

    def feed(self, data: bytes) -> None:
        *lines, self._left = (self._left + data).split(b"\n")
        for line in lines:
            self._line(line)

    def close(self) -> None:
        """The stream is over; some servers leave out the last line's end."""
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
            found = cassette.parsed(data)
        except ValueError:
            self.error = "an event of the stream is no JSON"
            return
        if not isinstance(found, dict):
            return
        kind = found.get("type")
        if kind in _ERRORS or found.get("error"):
            self.error = "the stream holds an error"
        self.ended = self.ended or kind in _ENDS


def _next_chunk(response: HTTPResponse) -> bytes:
    """One chunk as the provider framed it, however the network split it; empty at the end."""
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
    """Why an answer that is not streamed is not recorded; empty if it is."""
    if not 200 <= response.status < 300:
        return f"status {response.status}"
    if coded := _encoded(response):
        return coded
    try:
        found = cassette.parsed(data)
    except ValueError:
        return "the answer is no JSON"
    if isinstance(found, dict) and (found.get("error") or found.get("status") == "failed"):
        return "the answer is an error"
    return ""
