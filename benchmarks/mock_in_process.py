"""Measures a call of an SDK through the mock's transport, for `benchmarks.mock`.

It is compared with `MockLLM.respond` alone, with the same bytes that the SDK sent. All times are
processor time.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping

from benchmarks.mock_requests import policy, request
from skillagent.testing import MockLLM

APIS = ("messages", "chat", "responses")
BATCHES = 15
"""Number of measurements; the results are medians."""
CALLS = 40
"""Number of calls of one measurement."""


def _calls(mock: MockLLM) -> dict[tuple[str, bool], Callable[[], object]]:
    """API and whether to stream → a function that makes one call of an SDK."""
    anthropic, openai = mock.anthropic(max_retries=0), mock.openai(max_retries=0)
    create = {
        "messages": anthropic.messages.create,
        "chat": openai.chat.completions.create,
        "responses": openai.responses.create,
    }

    def caller(api: str, stream: bool) -> Callable[[], object]:
        ask, bodies = create[api], [request(api, stream, answered) for answered in (False, True)]
        number = 0

        def call_once() -> object:
            nonlocal number
            number += 1
            answer = ask(**bodies[number % 2])
            return list(answer) if stream else answer

        return call_once

    return {(api, stream): caller(api, stream) for api in APIS for stream in (False, True)}


def _alone(mock: MockLLM, sent: list[tuple[str, Mapping[str, str], bytes]]) -> Callable[[], object]:
    """A function that calls `respond` with the requests of an SDK, alternately."""
    number = 0

    def call_once() -> object:
        nonlocal number
        number += 1
        return mock.respond(*sent[number % len(sent)])

    return call_once


def in_process() -> dict[tuple[str, bool], dict[str, float]]:
    """Median µs of processor time of one call, alone and through an SDK."""
    sent: dict[tuple[str, bool], list[tuple[str, Mapping[str, str], bytes]]] = {}
    first = MockLLM(policy)
    for kind, call_once in _calls(first).items():
        call_once(), call_once()
        sent[kind] = [(last.path, last.headers, last.raw) for last in first.requests[-2:]]
    alone: dict[tuple[str, bool], list[float]] = {kind: [] for kind in sent}
    through: dict[tuple[str, bool], list[float]] = {kind: [] for kind in sent}
    for _ in range(BATCHES):
        mock = MockLLM(policy)
        for kind, call_once in _calls(mock).items():
            call_once(), call_once()
            through[kind].append(_batch(call_once))
            alone[kind].append(_batch(_alone(mock, sent[kind])))
        assert all(request.status == 200 for request in mock.requests)
        mock.assert_done()
    return {
        kind: {
            "respond": statistics.median(alone[kind]),
            "sdk": statistics.median(through[kind]),
        }
        for kind in sent
    }


def _batch(call_once: Callable[[], object]) -> float:
    started = time.process_time()
    for _ in range(CALLS):
        call_once()
    return (time.process_time() - started) / CALLS * 1e6
