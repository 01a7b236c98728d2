"""The harness does not let a test pass that it should fail."""

from __future__ import annotations

from typing import Any

import pytest

from skillagent.testing import MockLLM, Turn, call, say

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


def test_a_script_that_makes_no_sense_fails_the_test_that_it_is_in() -> None:
    wrong: Any = 3
    mock = MockLLM([Turn(text=wrong)])
    with pytest.raises(Exception, match="Connection error"):
        mock.anthropic(max_retries=0).messages.create(model="m", max_tokens=9, messages=USER)
    with pytest.raises(AssertionError, match="the mock raised TypeError"):
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
