"""Usage that no turn states: the prompt is counted, and its beginnings are cached."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillagent.messages import Usage
from skillagent.testing import MockLLM, say
from skillagent.testing.mock.usage import LEAST, STEP, PromptCache, prompt_tokens

LONG = "word " * LEAST
MARK = {"cache_control": {"type": "ephemeral"}}


def messages(*texts: str, marks: tuple[int, ...] = (), system: str = "") -> dict[str, Any]:
    blocks = [
        {"type": "text", "text": text, **(MARK if at in marks else {})}
        for at, text in enumerate(texts)
    ]
    return {"model": "m", "system": system, "messages": [{"role": "user", "content": blocks}]}


def test_without_a_mark_anthropic_caches_nothing() -> None:
    cache = PromptCache()
    for _ in range(2):
        usage = cache.usage("messages", messages(LONG, "q"), 8)
        assert (usage.cache_read, usage.cache_write, usage.output) == (0, 0, 2)
        assert usage.input > LEAST


def test_a_marked_prefix_is_written_once_and_then_read() -> None:
    cache = PromptCache()
    first = cache.usage("messages", messages(LONG, "q", marks=(0,)), 0)
    assert first.cache_read == 0
    assert LEAST < first.cache_write < first.input
    second = cache.usage("messages", messages(LONG, "other", marks=(0,)), 0)
    assert (second.cache_read, second.cache_write) == (first.cache_write, 0)


def test_a_mark_that_moves_on_reads_what_was_held_and_writes_the_rest() -> None:
    cache = PromptCache()
    first = cache.usage("messages", messages(LONG, marks=(0,)), 0)
    second = cache.usage("messages", messages(LONG, LONG, marks=(1,)), 0)
    assert second.cache_read == first.cache_write
    assert second.cache_read + second.cache_write == second.input


def test_one_other_byte_at_the_beginning_reads_nothing() -> None:
    cache = PromptCache()
    cache.usage("messages", messages(LONG, marks=(0,), system="a"), 0)
    assert cache.usage("messages", messages(LONG, marks=(0,), system="b"), 0).cache_read == 0


def test_another_model_has_another_cache() -> None:
    cache = PromptCache()
    body = messages(LONG, marks=(0,))
    cache.usage("messages", body, 0)
    assert cache.usage("messages", {**body, "model": "n"}, 0).cache_read == 0


def test_a_mark_of_the_whole_request_is_one_on_its_last_block() -> None:
    cache = PromptCache()
    usage = cache.usage("messages", {**messages(LONG, "q"), **MARK}, 0)
    assert usage.cache_write == usage.input


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_openai_caches_by_itself_in_steps(api: str) -> None:
    cache = PromptCache()

    def body(*texts: str) -> dict[str, Any]:
        said = [{"role": "user", "content": text} for text in texts]
        return {"model": "m", "input" if api == "responses" else "messages": said}

    assert cache.usage(api, body(LONG), 0).cache_read == 0
    read = cache.usage(api, body(LONG, "more"), 0).cache_read
    assert read >= LEAST
    assert read % STEP == 0
    assert cache.usage(api, body("less", LONG), 0).cache_read == 0


def test_a_short_prompt_is_not_cached() -> None:
    cache = PromptCache()
    for _ in range(2):
        assert cache.usage("messages", messages("short", marks=(0,)), 0).cache_write == 0


@given(st.lists(st.integers(0, 3), max_size=6), st.sets(st.integers(0, 5)))
def test_parts_of_a_prompt_are_never_more_than_the_whole(which: list[int], marks: set[int]) -> None:
    cache = PromptCache()
    texts = [LONG[: 1_500 * number] + str(number) for number in which]
    for length in range(len(texts) + 1):
        body = messages(*texts[:length], marks=tuple(marks))
        usage = cache.usage("messages", body, 0)
        assert usage.input == prompt_tokens("messages", body)
        assert min(usage.cache_read, usage.cache_write) >= 0
        assert usage.cache_read + usage.cache_write <= usage.input


def test_tokens_counted_beforehand_are_those_that_the_answer_reports() -> None:
    mock = MockLLM([say("x"), say("y", usage=Usage(7, 1))])
    body: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "q " * 99}]}
    client = mock.anthropic()
    counted = client.messages.count_tokens(**body).input_tokens
    assert client.messages.create(max_tokens=9, **body).usage.input_tokens == counted
    assert client.messages.create(max_tokens=9, **body).usage.input_tokens == 7
    raw = json.dumps({"model": "m", "input": "q " * 99}).encode()
    answer = json.loads(mock.respond("/v1/responses/input_tokens", {}, raw).body)
    assert answer["input_tokens"] == prompt_tokens("responses", json.loads(raw)) > 0
