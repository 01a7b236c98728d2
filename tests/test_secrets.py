"""Secrets are taken out wherever they stand, and nothing else is."""

from __future__ import annotations

import base64
import json
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillagent.secrets import (
    FORMATS,
    SCRUBBED,
    Scrubber,
    SecretWords,
    is_secret_name,
    names_variable,
    scrub,
)
from tests.conftest import ROOT
from tests.secret_samples import SAMPLES, pieces

EVERY = pytest.mark.parametrize("kind", SAMPLES)
PLACES: dict[str, Callable[[str], str]] = {
    "alone": lambda key: key,
    "in a sentence": lambda key: f"The key is {key}, by the way.",
    "quoted": lambda key: f'run --key="{key}"',
    "in a path": lambda key: f"https://api.example/v1/{key}/send",
    "in a query": lambda key: f"GET /v1/models?a=1&key={key}&b=2",
    "in a query, encoded": lambda key: f"/v1?x=a%3D{key}",
    "behind an underscore": lambda key: f"PREFIX_{key}",
    "in JSON": lambda key: json.dumps({"text": f"line\n{key}"}),
    "in JSON in JSON": lambda key: json.dumps({"arguments": json.dumps({"x": f"\n{key}"})}),
    "in an error": lambda key: f"HTTPError: 401 for {key}: refused",
}


@EVERY
@pytest.mark.parametrize("place", PLACES)
def test_a_key_is_known_by_its_format_wherever_it_stands(kind: str, place: str) -> None:
    secret = SAMPLES[kind]
    if place == "behind an underscore" and kind in ("JWT", "Discord"):
        return  # of letters only, these have no mark that a longer word could not hold, too
    text = PLACES[place](secret)
    scrubbed = scrub(text)
    assert not [piece for piece in pieces(secret) if piece in scrubbed]
    before, after = PLACES[place](SCRUBBED).split(SCRUBBED)
    if "BEGIN" not in secret and "JSON" not in place and "macaroon" not in kind:
        assert scrubbed.startswith(before) and scrubbed.endswith(after)


def test_every_format_is_tried() -> None:
    tried = {
        form.issuer
        for form in FORMATS
        for secret in SAMPLES.values()
        if form.mark in secret and form.pattern.search(secret)
    }
    assert len(SAMPLES) >= 40
    assert len(tried) >= 40


TEXTS = sorted(
    path
    for path in ROOT.rglob("*.md")
    # Hidden folders hold git's files and the environments of the checks.
    if not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
    and path.name != "SG211.md"  # the page of the rule that finds keys shows one
    and "node_modules" not in path.parts
)


def test_ordinary_text_comes_back_unchanged() -> None:
    assert len(TEXTS) > 100
    changed = [
        str(path.relative_to(ROOT))
        for path in TEXTS
        if scrub(text := path.read_text(encoding="utf-8", errors="replace")) != text
    ]
    assert changed == []


@pytest.mark.parametrize(
    "text",
    [
        "Basic training and bearer authentication are basic understanding.",
        "The max_tokens: 4096 and the token count: 12345678.",
        "password: see chapter two; secret: none; token=",
        "Authorization: Bearer $TOKEN or Bearer <your-token>",
        "git clone ssh://git@github.com/owner/repository",
        "http://127.0.0.1:8765/mcp?session=1&cursor=200",
        "task-oriented-programming-and-sk-learn-pipelines-for-all",
        "sha256:" + "0123456789abcdef" * 4,
        "-----BEGIN PUBLIC KEY-----",
        "Say -----BEGIN PRIVATE KEY----- and then the key.",
        "cookie: a small file",
        '{"token": "Hello", "logprob": -0.1}',
    ],
)
def test_what_only_looks_like_a_secret_is_left(text: str) -> None:
    assert scrub(text) == text
    assert Scrubber().value({"text": text}) == {"text": text}


BASIC = base64.b64encode(b"someone:open sesame").decode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("BEARER abc-123-xyz.q=", "BEARER [scrubbed]"),
        ("authorization: bEaReR abc123xyz", "authorization: bEaReR [scrubbed]"),
        ("Authorization: Token abc123xyz", "Authorization: Token [scrubbed]"),
        (f"proxy-authorization: basic {BASIC}", "proxy-authorization: basic [scrubbed]"),
        ('{\\"api_key\\": \\"abc123xyz\\"}', '{\\"api_key\\": \\"[scrubbed]\\"}'),
        ("MISTRAL_API_KEY=abcdefgh\n", "MISTRAL_API_KEY=[scrubbed]\n"),
        ("aws_secret_access_key = abc/1+xyz", "aws_secret_access_key = [scrubbed]"),
        ("user=ada&password=short&x=1", "user=ada&password=[scrubbed]&x=1"),
        ("https://x.example/?sig=a1b2c3d4%3D&y=2", "https://x.example/?sig=[scrubbed]&y=2"),
        ("https://ada:pw@host.example/x", "https://[scrubbed]@host.example/x"),
        ("postgres://ada:p%40w@db:5432/x", "postgres://[scrubbed]@db:5432/x"),
        ("Cookie: sid=12; theme=dark\r\nx: y", "Cookie: [scrubbed]\r\nx: y"),
        ("Set-Cookie: sid=abcd; Path=/", "Set-Cookie: [scrubbed]"),
        (
            '--x\r\nContent-Disposition: form-data; name="api_key"\r\n\r\nopen\r\n--x--',
            '--x\r\nContent-Disposition: form-data; name="api_key"\r\n\r\n[scrubbed]\r\n--x--',
        ),
    ],
)
def test_a_secret_is_known_by_where_it_stands(text: str, expected: str) -> None:
    assert scrub(text) == expected


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        *[(name, True) for name in ("token", "Token", "API-KEY", "apiKey", "x-api-key", "api_key")],
        *[(name, True) for name in ("Authorization", "proxy-authorization", "DB_PASSWORD")],
        *[(name, True) for name in ("clientSecret", "set-cookie", "AWS_SECRET_ACCESS_KEY")],
        *[
            (name, False)
            for name in ("max_tokens", "next_page_token", "tokens", "key", "secretary")
        ],
        *[
            (name, False)
            for name in ("cache_key", "author", "session", "tokenizer", "cookiecutter")
        ],
    ],
)
def test_names_of_secrets_are_known_in_any_case(name: str, secret: bool) -> None:
    assert is_secret_name(name) is secret


def test_fields_of_json_are_scrubbed_by_name_whatever_they_hold() -> None:
    value = {
        "password": "a",
        "Auth": {"API_KEY": ["b", {"x": "c"}]},
        "headers": [{"name": "Cookie", "value": "d"}, {"name": "accept", "value": "e"}],
        "cookies": [{"name": "sid", "value": "f"}],
        "page_token": "two",
        "github_token": "abcdef123456",
        "arguments": '{"token": "g", "x": [1]}',
        "properties": {"token": {"type": "string", "description": "Of the session."}},
        "n": [1, 2.5, None, True],
    }
    assert Scrubber().value(value) == {
        "password": SCRUBBED,
        "Auth": {"API_KEY": [SCRUBBED, {"x": "c"}]},
        "headers": [{"name": "Cookie", "value": SCRUBBED}, {"name": "accept", "value": "e"}],
        "cookies": [{"name": "sid", "value": SCRUBBED}],
        "page_token": "two",
        "github_token": SCRUBBED,
        "arguments": '{"token": "[scrubbed]", "x": [1]}',
        "properties": {"token": {"type": "string", "description": "Of the session."}},
        "n": [1, 2.5, None, True],
    }


def test_secrets_of_a_request_are_known_without_any_format() -> None:
    login = base64.b64encode(b"ada:a long pass phrase").decode()
    headers = {
        "Authorization": f"bAsIc {login}",
        "X-Functions-Key": "only-letters-in-here",
        "cookie": 'sid="another-of-letters"; theme=dark',
        "accept": "application/json, and more",
    }
    scrubber = Scrubber.of_request(headers, "/v1?key=letters-of-a-query&limit=aaaaaaaaaaaaaaaaaaaa")
    for secret in (
        login,
        "a long pass phrase",
        "only-letters-in-here",
        "another-of-letters",
        "letters-of-a-query",
    ):
        assert scrubber.text(f"({secret})") == "([scrubbed])"
    for word in ("dark", "application/json, and more", "aaaaaaaaaaaaaaaaaaaa"):
        assert scrubber.text(word) == word
    assert scrubber.headers(headers) == {
        "Authorization": SCRUBBED,
        "X-Functions-Key": SCRUBBED,
        "cookie": SCRUBBED,
        "accept": "application/json, and more",
    }
    assert scrubber.url("https://u:p@h/v1?key=x&limit=2#top") == (
        "https://[scrubbed]@h/v1?key=[scrubbed]&limit=2#top"
    )


PARTS = """password= token: Cookie: :// @ : = & ?key= \\n " sk- eyJ Bearer a1b2c3d4""".split()
PARTS += [*SAMPLES.values(), " ", "\n", "-----BEGIN PRIVATE KEY-----"]
texts = st.lists(st.sampled_from(PARTS) | st.text(max_size=8), max_size=12).map("".join)


@given(texts)
def test_scrubbed_text_is_left_as_it_is(text: str) -> None:
    once = scrub(text)
    assert scrub(once) == once


@given(st.recursive(st.none() | texts, lambda inner: st.dictionaries(texts, inner, max_size=3)))
def test_so_is_scrubbed_json(value: Any) -> None:
    once = Scrubber().value(value)
    assert Scrubber().value(once) == once


def test_words_of_a_secret_are_taken_out_once_it_was_seen() -> None:
    scrubber = Scrubber(words=SecretWords())
    key, other = SAMPLES["GitHub"], SAMPLES["OpenAI"]
    word = key.partition("_")[2].lower()
    assert scrubber.text(f"matches text ({word})") == f"matches text ({word})"
    assert scrubber.value([f"matches {word}", {"query": key}]) == [
        f"matches {SCRUBBED}",
        {"query": SCRUBBED},
    ]
    assert scrubber.text(f"ghp, {word.upper()}") == f"ghp, {SCRUBBED}"
    assert Scrubber(words=SecretWords()).text(word) == word  # nobody else knows it
    assert scrubber.value({"password": "Abc123de"}) == {"password": SCRUBBED}
    assert scrubber.text(f"abc123de {other}") == f"{SCRUBBED} {SCRUBBED}"


def test_ordinary_words_of_a_secret_are_left() -> None:
    scrubber = Scrubber(("correct horse 12345678 battery staple",), words=SecretWords())
    for secret in (*scrubber.known, SAMPLES["RSA key"], SAMPLES["GitHub fine-grained"]):
        assert scrubber.text(secret) != secret
    text = "The correct battery of a private github repository, number 12345678."
    assert scrubber.text(text) == text


@given(st.lists(st.sampled_from(sorted(SAMPLES)), min_size=2, max_size=2))
def test_another_key_gives_the_same_text(kinds: list[str]) -> None:
    one, other = (f'Say "{SAMPLES[kind]}" again.' for kind in kinds)
    if "key" not in "".join(kinds):  # what surrounds a private key is left, and names its kind
        assert scrub(one).replace("AccountKey=", "") == scrub(other).replace("AccountKey=", "")


REPEATED = [
    *sorted({form.mark for form in FORMATS}),
    *("password=", "token:", "cookie:", "authorization:", "?key=", "bearer ", "://a:", "://"),
    *(
        "eyJ-",
        "eyJa.",
        "-----BEGIN PRIVATE KEY-----\n",
        'form-data; name="x"\r\n',
        "a",
        "Aa1.",
        "\\n",
    ),
]


def steps(text: str) -> float:
    """CPU seconds of this thread, the best of three."""
    best = sys.float_info.max
    for _ in range(3):
        before = time.thread_time()
        scrub(text)
        best = min(best, time.thread_time() - before)
    return best


@pytest.mark.slow
@pytest.mark.parametrize("part", REPEATED, ids=repr)
def test_the_time_grows_with_the_length_of_the_text(part: str) -> None:
    small, large = (part * (size // len(part)) for size in (8_000, 64_000))
    # Eight times the text; squared it would be sixty-four times the time.
    assert steps(large) < 24 * steps(small) + 0.02


@pytest.mark.parametrize(
    ("name", "is_secret"),
    [
        *((name, True) for name in ("GITHUB_TOKEN", "HF_TOKEN", "DEPLOY_KEY", "DB_PASS", "db-pwd")),
        *((name, False) for name in ("PATH", "TOKENIZERS_PARALLELISM", "KEYBOARD", "LANG")),
    ],
)
def test_variables_are_told_by_the_end_of_their_name(name: str, is_secret: bool) -> None:
    assert names_variable(name) is is_secret
