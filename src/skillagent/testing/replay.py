"""Replay: a cassette answers requests, and reports exactly how an unknown request differs.

A request is matched by the digest of its API and body, both without secrets, so another key makes
no difference. A request that matches nothing is compared part by part (system prompt, model,
parameters, tools, messages) with the nearest recorded request.

Above: `cli`. Below: `recording`, `transport` and `server`.
"""

from __future__ import annotations

import copy
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from skillagent.recording import CanonicalRequest, difference, strict_json
from skillagent.secrets import Scrubber
from skillagent.testing.server import Server
from skillagent.testing.transport import Clients, refusal
from skillagent.testing.wire.events import METHOD, TARGET, WireAnswer
from skillagent.testing.wire.exchange import HttpAnswer, HttpExchange, http_cassette, kind_of

Normalise: TypeAlias = Callable[[Any], Any]
"""From the body of a request to the part of it that is compared. It receives a copy."""

SHOWN_REPORT = 6_000
"""Characters shown of one report."""
_RETRY = "x-stainless-retry-count"
"""Header in which both SDKs count how often they have sent the request before."""


@dataclass(frozen=True, slots=True)
class _Recording:
    """An exchange of the cassette, ready to be matched."""

    number: int
    """Its place in the cassette, from 1."""
    place: str
    """File and line."""
    request: CanonicalRequest
    """Scrubbed and normalised, as requests are before they are compared."""
    digest: str
    answer: WireAnswer

    def __str__(self) -> str:
        return f"recorded request {self.number} ({self.place})"


class Replay(Clients):
    """Answers from a cassette. Threads may share it.

    Args:
        path: path of the cassette.
        normalise: removes from a body what differs on each run (time stamps, random ids). It is
            applied to requests and recordings before they are compared.
        strict: True: each recording answers once, in the recorded order. False: in any order,
            and the last answer to a request repeats.
        any_order: True for clients that send requests in parallel: each recording answers once,
            in any order.

    Raises:
        UsageError: the file cannot be read, is not a cassette, or has a broken line.
        ValueError, TypeError: `normalise` returned something that is not JSON.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        normalise: Normalise | None = None,
        strict: bool = True,
        any_order: bool = False,
    ) -> None:
        self._normalise = normalise
        self._once = strict
        self._in_order = strict and not any_order
        name = os.path.basename(os.fspath(path))
        self._recordings = tuple(
            self._recording(number, f"{name}:{line}", exchange)
            for number, (line, exchange) in enumerate(http_cassette(path).read(), 1)
        )
        self._lock = threading.Lock()
        self._unused = list(self._recordings)
        self._drifted: set[int] = set()
        """Numbers of the recordings that requests without a match most likely meant."""
        self._last: _Recording | None = None
        self._request_count = 0
        self._reports: list[str] = []

    @property
    def drift(self) -> tuple[str, ...]:
        """A report on each request that matched nothing."""
        return tuple(self._reports)

    def assert_done(self) -> None:
        """Every request matched, and every recording was requested.

        Raises:
            AssertionError: the text lists requests that differ and recordings never requested.
        """
        lines = list(self._reports)
        lines += [
            f"{recording} was never asked for: {_gist(recording.request)}"
            for recording in self._unused
            if recording.number not in self._drifted
        ]
        if lines:
            raise AssertionError("\n".join(lines))

    def respond(self, path: str, headers: Mapping[str, str], raw: bytes) -> WireAnswer:
        """Answer a request, with status 400 if it matches nothing; see `Responder`."""
        by_name = {name.lower(): value for name, value in headers.items()}
        scrubber = Scrubber.of_request(by_name, by_name.get(TARGET, ""))
        kind = kind_of(by_name.get(METHOD, "POST" if raw else "GET"), scrubber.url(path))
        anthropic = kind in ("messages", "count_tokens") or "anthropic-version" in by_name
        is_retry = by_name.get(_RETRY, "0") != "0"
        with self._lock:
            answer = self._match(kind, raw, is_retry, scrubber)
        if isinstance(answer, WireAnswer):
            return answer
        return refusal(400, f"replay: {answer}", anthropic=anthropic)

    def _recording(self, number: int, place: str, exchange: HttpExchange) -> _Recording:
        canonical = exchange.request.canonical
        request = self._compared(canonical.kind, canonical.body, Scrubber())
        return _Recording(number, place, request, request.digest, _wire_answer(exchange.answer))

    def _compared(self, kind: str, body: Any, scrubber: Scrubber) -> CanonicalRequest:
        if body is not None:
            # Recordings too: an older one may hold what is recognised as a secret only now.
            body = scrubber.value(body)
            body = body if self._normalise is None else self._normalise(copy.deepcopy(body))
        return CanonicalRequest(kind, body)

    def _match(self, kind: str, raw: bytes, is_retry: bool, scrubber: Scrubber) -> WireAnswer | str:
        """The recorded answer, or a report on the difference."""
        try:
            request = self._compared(kind, strict_json.parsed(raw) if raw else None, scrubber)
            digest = request.digest
        except Exception as error:
            reason = scrubber.text(f"{type(error).__name__}: {error}")
            return self._report(f"it cannot be compared: {reason}")
        if is_retry and self._last is not None and self._last.digest == digest:
            # The client did not receive the whole answer, so it sends the same request again.
            return self._last.answer
        matches = [recording for recording in self._recordings if recording.digest == digest]
        unused = next((recording for recording in matches if recording in self._unused), None)
        if unused is not None:
            return self._use(unused)
        if not matches:
            return self._report(self._difference(request))
        if not self._once:
            return self._answer(matches[-1])
        times = f" (recorded {len(matches)} times)" if len(matches) > 1 else ""
        return self._report(f"order: it matches {matches[-1]}, which was used already{times}")

    def _use(self, recording: _Recording) -> WireAnswer | str:
        """The answer of a recording that was not used yet, if it is its turn."""
        due = next((item for item in self._unused if item.number not in self._drifted), recording)
        if self._in_order and due.number < recording.number:
            return self._report(f"order: it matches {recording}, but {due} comes first")
        self._unused.remove(recording)
        return self._answer(recording)

    def _answer(self, recording: _Recording) -> WireAnswer:
        self._request_count += 1
        self._last = recording
        return recording.answer

    def _difference(self, request: CanonicalRequest) -> str:
        same_kind = [item for item in self._recordings if item.request.kind == request.kind]
        if not same_kind:
            return f"it matches nothing: no request of {request.kind!r} was recorded"
        place = difference.nearest(
            request,
            [recording.request for recording in same_kind],
            is_used=lambda place: self._is_used(same_kind[place]),
        )
        nearest = same_kind[place]
        self._drifted.add(nearest.number)
        lines = difference.differences(nearest.request.parts, request.parts)
        return "\n".join([f"it matches nothing; nearest is {nearest}, which differs in:", *lines])

    def _is_used(self, recording: _Recording) -> bool:
        return recording not in self._unused or recording.number in self._drifted

    def _report(self, reason: str) -> str:
        self._request_count += 1
        text = f"request {self._request_count}: {reason}"
        if len(text) > SHOWN_REPORT:
            text = text[:SHOWN_REPORT] + f"… ({len(text)} characters)"
        # Half of a surrogate pair could not be sent.
        text = text.encode("utf-8", "backslashreplace").decode()
        self._reports.append(text)
        return text


def replay(
    path: str | os.PathLike[str],
    *,
    port: int = 0,
    normalise: Normalise | None = None,
    strict: bool = True,
    any_order: bool = False,
) -> Server:
    """A server on 127.0.0.1 that answers from a cassette, to be used with `with`.

    Args:
        path: path of the cassette.
        port: port to listen on; 0 for any free one.
        normalise: see `Replay`.
        strict: see `Replay`.
        any_order: see `Replay`.

    Raises:
        UsageError: the file cannot be read, is not a cassette, or has a broken line.
    """
    return Replay(path, normalise=normalise, strict=strict, any_order=any_order).serve(port)


def _wire_answer(answer: HttpAnswer) -> WireAnswer:
    headers = (("content-type", answer.content_type),) if answer.content_type else ()
    return WireAnswer(answer.status, headers, answer.data or (b"",))


def _gist(request: CanonicalRequest) -> str:
    messages = request.parts.messages
    last = f", the last {difference.short(messages[-1])}" if messages else ""
    return f"{request.kind}, messages: {len(messages)}{last}"
