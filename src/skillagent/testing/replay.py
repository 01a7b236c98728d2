"""Replay: a cassette answers, and a request that differs is told exactly what drifted.

A request is matched by the digest of its API and body, both without secrets: another key in one
is the same request. One that matches nothing is compared
part by part (system prompt, model, parameters, tools, messages) with the recorded request
that has the fewest parts that differ.

Above: `cli`. Below: `cassette`, the file; `transport` and `server`, the ways in.
"""

from __future__ import annotations

import copy
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from skillagent.digest import canonical_json
from skillagent.secrets import Scrubber
from skillagent.testing import cassette, request_diff
from skillagent.testing.server import Server
from skillagent.testing.transport import Clients, refusal
from skillagent.testing.wire.events import METHOD, TARGET, Answer

Normalise: TypeAlias = Callable[[Any], Any]
"""From the body of a request to what of it is compared; it is given a copy."""

SHOWN_REPORT = 6_000
"""Characters of a whole report."""
_RETRY = "x-stainless-retry-count"


@dataclass(frozen=True, slots=True)
class _Recording:
    """An exchange as it is matched."""

    number: int
    """From 1."""
    place: str
    """File and line."""
    kind: str
    digest: str
    body: Any
    answer: Answer

    def __str__(self) -> str:
        return f"recorded request {self.number} ({self.place})"


class Replay(Clients):
    """Answers from a cassette. Safe to share by threads.

    Args:
        path: of the cassette.
        normalise: takes out of a body what differs each time (time stamps, random ids), on
            both sides, before they are compared.
        strict: True: each recording answers once, in the recorded order. False: in any order,
            and the last answer to a request repeats.
        any_order: True for clients that ask in parallel: each recording once, in any order.

    Raises:
        UsageError: the file cannot be read, is no cassette, or has a broken line.
        ValueError, TypeError: what `normalise` made of a body is no JSON.
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
            self._recording(number, f"{name}:{line}", made)
            for number, (line, made) in enumerate(cassette.read(path), 1)
        )
        self._lock = threading.Lock()
        self._left = list(self._recordings)
        self._drifted: set[int] = set()
        """Numbers of recordings that a drifted request most likely meant."""
        self._last: _Recording | None = None
        self._asked = 0
        self._complaints: list[str] = []

    @property
    def drift(self) -> tuple[str, ...]:
        """What was said of each request that matched nothing."""
        return tuple(self._complaints)

    def assert_done(self) -> None:
        """Every request matched, and every recording was asked for.

        Raises:
            AssertionError: with what drifted, and what was never asked for.
        """
        lines = list(self._complaints)
        lines += [
            f"{one} was never asked for: {_gist(one)}"
            for one in self._left
            if one.number not in self._drifted
        ]
        if lines:
            raise AssertionError("\n".join(lines))

    def respond(self, path: str, headers: Mapping[str, str], raw: bytes) -> Answer:
        """Answer a request, with status 400 where it matches nothing; see `Responder`."""
        known = {name.lower(): value for name, value in headers.items()}
        scrubber = Scrubber.of_request(known, known.get(TARGET, ""))
        kind = cassette.kind_of(known.get(METHOD, "POST" if raw else "GET"), scrubber.url(path))
        anthropic = kind in ("messages", "count_tokens") or "anthropic-version" in known
        retry = known.get(_RETRY, "0") != "0"
        with self._lock:
            found = self._find(kind, raw, retry, scrubber)
        if isinstance(found, Answer):
            return found
        return refusal(400, f"replay: {found}", anthropic=anthropic)

    def _recording(self, number: int, place: str, made: cassette.Exchange) -> _Recording:
        kind, answer = made.request.kind, made.answer
        body = self._compared(made.request.body, Scrubber())
        head = (("content-type", answer.content_type),) if answer.content_type else ()
        return _Recording(
            number,
            place,
            kind,
            cassette.digest_of(kind, body),
            body,
            Answer(answer.status, head, answer.data or (b"",)),
        )

    def _compared(self, body: Any, scrubber: Scrubber) -> Any:
        if body is None:
            return None
        # Recordings too: an older one may hold what is known for a secret by now.
        body = scrubber.value(body)
        return body if self._normalise is None else self._normalise(copy.deepcopy(body))

    def _find(self, kind: str, raw: bytes, retry: bool, scrubber: Scrubber) -> Answer | str:
        """The answer, or what drifted."""
        try:
            body = self._compared(cassette.parsed(raw) if raw else None, scrubber)
            digest = cassette.digest_of(kind, body)
        except Exception as error:
            why = scrubber.text(f"{type(error).__name__}: {error}")
            return self._note(f"it cannot be compared: {why}")
        if retry and self._last is not None and self._last.digest == digest:
            # The client did not get it whole: it asks for the same once more.
            return self._last.answer
        fits = [one for one in self._recordings if one.digest == digest]
        left = next((one for one in fits if one in self._left), None)
        if left is not None:
            due = next((one for one in self._left if one.number not in self._drifted), left)
            if self._in_order and due.number < left.number:
                return self._note(f"order: it matches {left}, but {due} comes first")
            self._left.remove(left)
            return self._give(left)
        if fits and not self._once:
            return self._give(fits[-1])
        if fits:
            times = f" (recorded {len(fits)} times)" if len(fits) > 1 else ""
            return self._note(f"order: it matches {fits[-1]}, which was used already{times}")
        return self._note(self._compare(kind, body))

    def _give(self, one: _Recording) -> Answer:
        self._asked += 1
        self._last = one
        return one.answer

    def _compare(self, kind: str, body: Any) -> str:
        same_kind = [one for one in self._recordings if one.kind == kind]
        if not same_kind:
            return f"it matches nothing: no request of {kind!r} was recorded"
        new, text = request_diff.parts(kind, body), canonical_json(body)
        far = {
            one.number: request_diff.distance(request_diff.parts(kind, one.body), new)
            for one in same_kind
        }
        closest = [one for one in same_kind if far[one.number] == min(far.values())]
        nearest = min(
            closest,
            # Of those that are equally close the first that is left is the one that is due.
            key=lambda one: (
                -request_diff.alike(canonical_json(one.body), text),
                self._spent(one),
                one.number,
            ),
        )
        self._drifted.add(nearest.number)
        lines = request_diff.differences(request_diff.parts(kind, nearest.body), new)
        return "\n".join([f"it matches nothing; nearest is {nearest}, which differs in:", *lines])

    def _spent(self, one: _Recording) -> bool:
        return one not in self._left or one.number in self._drifted

    def _note(self, what: str) -> str:
        self._asked += 1
        text = f"request {self._asked}: {what}"
        if len(text) > SHOWN_REPORT:
            text = text[:SHOWN_REPORT] + f"… ({len(text)} characters)"
        # Half a surrogate pair could not be sent.
        text = text.encode("utf-8", "backslashreplace").decode()
        self._complaints.append(text)
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
        path: of the cassette.
        port: 0 for any that is free.
        normalise: see `Replay`.
        strict: see `Replay`.
        any_order: see `Replay`.

    Raises:
        UsageError: the file cannot be read, is no cassette, or has a broken line.
    """
    return Replay(path, normalise=normalise, strict=strict, any_order=any_order).serve(port)


def _gist(one: _Recording) -> str:
    parts = request_diff.parts(one.kind, one.body)
    said = f", the last {request_diff.short(parts.messages[-1])}" if parts.messages else ""
    return f"{one.kind}, messages: {len(parts.messages)}{said}"
