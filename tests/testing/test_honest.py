"""The harness does not let a test pass that it should fail."""

from __future__ import annotations

from typing import Any

import pytest

from skillagent.testing import Expect, MockLLM, call, calls, say

WRONG: Any = (3, call("a"))
"""What is neither a text nor a `Call`."""
USER: list[Any] = [{"role": "user", "content": "q"}]


def answered(client: Any, question: str) -> None:
    """One question, the call that it leads to, and the answer."""
    messages: list[Any] = [{"role": "user", "content": question}]
    reply = client.messages.create(model="m", max_tokens=9, messages=messages)
    result = {"type": "tool_result", "tool_use_id": reply.content[0].id, "content": "x"}
    messages += [{"role": "assistant", "content": reply.content}]
    messages += [{"role": "user", "content": [result]}]
    client.messages.create(model="m", max_tokens=9, messages=messages)


def test_calls_of_every_conversation_count() -> None:
    mock = MockLLM([call("one"), say("x"), call("two"), say("y")])
    client = mock.anthropic()
    answered(client, "first")
    answered(client, "second")
    mock.assert_tools("one", "two")
    with pytest.raises(AssertionError, match=r"\+ one"):
        mock.assert_tools("two")


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: say(WRONG[0]), "says a text"),
        (lambda: calls(WRONG[1]), "calls with `Call`"),
        (lambda: call("a", when={1, 2}), "not JSON serializable"),
        (lambda: call("a", x=float("nan")), "not JSON compliant"),
        (lambda: say("a", expect="b"), "expects an `Expect`"),
    ],
)
def test_a_script_that_makes_no_sense_is_refused_at_once(make: Any, told: str) -> None:
    with pytest.raises((TypeError, ValueError), match=told):
        make()


def test_what_the_mock_raises_fails_the_test_that_it_is_in() -> None:
    mock = MockLLM([say("x", usage=3)])
    with pytest.raises(Exception, match="Connection error"):
        mock.anthropic(max_retries=0).messages.create(model="m", max_tokens=9, messages=USER)
    with pytest.raises(AssertionError, match="the mock raised AttributeError"):
        mock.assert_done()


def test_developers_words_are_part_of_the_system_prompt() -> None:
    mock = MockLLM([say("x", expect=Expect(system="Be brief"))])
    items: list[Any] = [{"role": "developer", "content": "Be brief."}, *USER]
    mock.openai().responses.create(model="m", input=items)
    mock.assert_done()


def test_a_mark_is_one_only_where_the_api_reads_it() -> None:
    schema = {"type": "object", "properties": {"cache_control": {"type": "object"}}}
    tools: list[Any] = [{"name": f"t{number}", "input_schema": schema} for number in range(6)]
    mock = MockLLM([say("x")])
    mock.anthropic().messages.create(model="m", max_tokens=9, messages=USER, tools=tools)
    mock.assert_done()


@pytest.mark.parametrize("slow", [{"delay": 5.0}, {"pause": 5.0, "chunk": 1}])
def test_an_answer_slower_than_the_client_waits_is_a_timeout_in_process_too(
    slow: dict[str, Any],
) -> None:
    import anthropic
    import httpx2

    client = MockLLM([say("slow", **slow)]).anthropic(timeout=0.2, max_retries=0)
    with pytest.raises((anthropic.APITimeoutError, httpx2.ReadTimeout)):
        list(client.messages.create(model="m", max_tokens=9, messages=USER, stream=True))


def test_the_usual_temperature_is_taken_by_every_model_of_openai() -> None:
    mock = MockLLM([say("x")])
    mock.openai().chat.completions.create(model="gpt-5.5", messages=USER, temperature=1)
    mock.assert_done()
