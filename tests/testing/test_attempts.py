"""Retries and faults: each request gets its own turn, however many ask at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillagent.testing import Conversation, Fault, MockLLM, Turn, say
from skillagent.testing.mock.attempts import RETRIES


def ask(mock: MockLLM, text: str = "q", retry: int = 0, **more: Any) -> tuple[int, Any]:
    body = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": text}], **more}
    headers = {RETRIES: str(retry)}
    answer = mock.respond("/v1/messages", headers, json.dumps(body).encode())
    if answer.status != 200:
        return answer.status, None
    return 200, json.loads(answer.body)["content"][0]["text"]


def echo(fault: Fault | None = None) -> Callable[[Conversation], Turn]:
    return lambda found: say(found.messages[-1].text, fault=fault)


def test_a_turn_stays_in_the_script_until_its_fault_has_struck() -> None:
    mock = MockLLM([say("a", fault=Fault.status(529, times=2)), say("b")])
    assert [ask(mock)[0], ask(mock, retry=1)[0]] == [529, 529]
    assert [ask(mock, retry=2), ask(mock, "next")] == [(200, "a"), (200, "b")]
    mock.assert_done()


def test_a_client_that_asks_otherwise_after_a_fault_gets_the_turn_too() -> None:
    mock = MockLLM([say("a", fault=Fault.status(400))])
    assert ask(mock)[0] == 400
    assert ask(mock, "otherwise") == (200, "a")
    mock.assert_done()


def test_a_retry_of_an_answered_request_gets_the_same_turn_and_uses_none_up() -> None:
    mock = MockLLM([say("a"), say("b")])
    assert [ask(mock), ask(mock, retry=1), ask(mock, "next")] == [
        (200, "a"),
        (200, "a"),
        (200, "b"),
    ]
    mock.assert_done()


def test_the_same_question_asked_again_is_no_retry() -> None:
    mock = MockLLM([say("a"), say("b")])
    assert [ask(mock), ask(mock)] == [(200, "a"), (200, "b")]


def test_a_policy_is_asked_once_for_a_request_and_its_retries() -> None:
    seen: list[str] = []

    def policy(found: Conversation) -> Turn:
        seen.append(found.messages[-1].text)
        return say("x", fault=Fault.status(500, times=3))

    mock = MockLLM(policy)
    assert [ask(mock, retry=retry)[0] for retry in range(4)] == [500, 500, 500, 200]
    assert seen == ["q"]


def test_a_client_that_counts_no_retries_gets_past_a_fault_as_well() -> None:
    mock = MockLLM(echo(Fault.status(503)))
    assert [ask(mock), ask(mock)] == [(503, None), (200, "q")]


def test_a_break_in_mid_answer_uses_the_turn_up_unless_it_is_to_happen_more_often() -> None:
    once = MockLLM([say("a", fault=Fault.cut()), say("b")])
    ask_raw(once)
    assert ask(once) == (200, "b")
    twice = MockLLM([say("a", fault=Fault.cut(times=2)), say("b")])
    assert not any(b"message_stop" in ask_raw(twice) for _ in range(2))
    assert [ask(twice), ask(twice, "next")] == [(200, "a"), (200, "b")]


def ask_raw(mock: MockLLM) -> bytes:
    body = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "q"}]}
    data = json.dumps({**body, "stream": True}).encode()
    return mock.respond("/v1/messages", {}, data).body


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=24))
def test_no_order_of_requests_and_retries_loses_or_doubles_a_turn(
    steps: list[tuple[int, bool]],
) -> None:
    """Against a model of it: a fresh question takes the next turn, a retry its own again."""
    mock = MockLLM([say(str(number)) for number in range(24)])
    own: dict[int, str] = {}
    fresh = 0
    for which, retry in steps:
        status, text = ask(mock, f"question {which}", retry=int(retry))
        assert status == 200
        if retry and which in own:
            assert text == own[which]
        else:
            assert text == str(fresh)
            own[which] = text
            fresh += 1


@pytest.mark.process
@pytest.mark.parametrize("way", ["in process", "socket"])
@pytest.mark.parametrize("fault", [Fault.status(529, retry_after=0.01), Fault.drop()], ids=str)
def test_retries_of_many_conversations_at_once_do_not_mix(way: str, fault: Fault) -> None:
    mock = MockLLM(echo(fault))

    def run(client: Any, text: str) -> str:
        said = [{"role": "user", "content": text}]
        found = client.messages.create(model="m", max_tokens=9, messages=said)
        return str(found.content[0].text)

    texts = [f"conversation {number}" for number in range(8)]
    with mock.serve() as server, ThreadPoolExecutor(8) as threads:
        options = {"base_url": server.url, "http_client": None} if way == "socket" else {}
        client = mock.anthropic(max_retries=2, **options)
        assert list(threads.map(lambda text: run(client, text), texts)) == texts
    assert len(mock.requests) == 16
    mock.assert_done()


def test_a_policy_that_raises_is_a_400_and_noticed() -> None:
    known: dict[str, Turn] = {}
    mock = MockLLM(lambda found: known["nothing"])
    assert ask(mock)[0] == 400
    with pytest.raises(AssertionError, match="the policy raised KeyError"):
        mock.assert_done()
