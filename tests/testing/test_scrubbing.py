"""No secret reaches a cassette, a log or an error, and what is written still replays."""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from skillagent.errors import UsageError
from skillagent.recording.scrubbing import scrubbed
from skillagent.secrets import SCRUBBED, Scrubber
from skillagent.testing import Recorder, Replay, Server
from skillagent.testing.wire.events import TARGET, WireAnswer
from skillagent.testing.wire.exchange import http_cassette
from tests.secret_samples import SAMPLES, pieces

PASSWORDS = {
    "bearer": "correct horse battery".replace(" ", "-"),
    "header": "quartz vow jumps blindly".replace(" ", "-"),
    "cookie": "zebras fix my gloom".replace(" ", "-"),
    "query": "nymphs blitz vex dwarf".replace(" ", "-"),
    "login": "sphinx of black marble".replace(" ", "-"),
}
"""Secrets that have no format: they are known by where they stand."""
FIELD = "pack my box with five"
"""One that only the name of its field tells."""
SECRETS = {**SAMPLES, **PASSWORDS}
OTHERS = {
    kind: secret[:-8] + secret[-8:].translate(str.maketrans("abcdef234", "bcdefa342"))
    for kind, secret in SECRETS.items()
}


def asked(secrets: Mapping[str, str]) -> tuple[str, dict[str, str], dict[str, Any]]:
    """Target, headers and body of a request with these secrets in every place."""
    login = base64.b64encode(f"ada:{secrets['login']}".encode()).decode()
    one_line = {kind: secret for kind, secret in secrets.items() if "\n" not in secret}
    headers = {f"x-unknown-{at}": secret for at, secret in enumerate(one_line.values())}
    headers |= {
        "Authorization": f"bEARER {secrets['bearer']}",
        "Proxy-Authorization": f"basic {login}",
        "X-Functions-Key": secrets["header"],
        "Cookie": f"theme=dark; sid={secrets['cookie']}",
        "anthropic-beta": f"some-beta,{secrets['OpenAI']}",
        "anthropic-version": "2023-06-01",
    }
    target = f"/{secrets['GitHub']}/{secrets['Telegram']}/v1/messages?key={secrets['query']}"
    arguments = {"api_key": FIELD, "url": f"https://ada:{secrets['npm']}@example/x"}
    body = {
        "model": "claude-mock",
        "metadata": {"Password": FIELD, "note": f"Basic {login}"},
        "messages": [
            {"role": "user", "content": f"{kind} is {secret}"} for kind, secret in secrets.items()
        ]
        + [
            {"role": "assistant", "content": [{"type": "tool_use", "input": arguments}]},
            {"role": "assistant", "tool_calls": [{"arguments": json.dumps(arguments)}]},
            {"role": "user", "content": "export TOKEN=ab\n&password=cd&e=f"},
            {"role": "user", "content": f'form-data; name="token"\r\n\r\n{FIELD}\r\n'},
        ],
        "stream": True,
    }
    return target, headers, body


def event(**data: Any) -> bytes:
    return b"event: x\ndata: " + json.dumps(data).encode() + b"\n\n"


def answer(secrets: Mapping[str, str]) -> list[bytes]:
    """A stream that repeats every secret: in one event, in two events, and in two chunks."""
    events = []
    for at, secret in enumerate(secrets.values()):
        middle = len(secret) // 2
        for half in (f"So {secret[:middle]}", f"{secret[middle:]}, is it?"):
            delta = {"type": "text_delta", "text": half}
            events.append(event(type="content_block_delta", index=at, delta=delta))
        told = event(type="told", tool={"input": json.dumps({"said": f"is {secret}?"})})
        events += [told[: len(told) // 2], told[len(told) // 2 :]]
    return [*events, event(type="message_stop")]


class Provider:
    """Says again what it was sent."""

    def __init__(self, secrets: Mapping[str, str], status: int = 200) -> None:
        self._secrets = secrets
        self._status = status

    def respond(self, path: str, headers: Mapping[str, str], raw: bytes) -> WireAnswer:
        if self._status != 200:
            said = json.dumps({"error": dict(headers)}).encode()
            return WireAnswer(self._status, (("content-type", "application/json"),), (said,))
        head = (("content-type", "text/event-stream"),)
        return WireAnswer(200, head, tuple(answer(self._secrets)))


def ask(url: str, secrets: Mapping[str, str]) -> tuple[int, bytes]:
    target, headers, body = asked(secrets)
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=20)
    connection.request("POST", target, json.dumps(body).encode(), headers)
    found = connection.getresponse()
    status, data = found.status, found.read()
    connection.close()
    return status, data


def leaks(text: str, secrets: Mapping[str, str] = SECRETS) -> dict[str, list[str]]:
    every = {
        kind: [one for one in pieces(secret) if one in text] for kind, secret in secrets.items()
    }
    return {kind: left for kind, left in every.items() if left}


@pytest.fixture
def tape(tmp_path: Path) -> Path:
    return tmp_path / "cassette.jsonl"


@pytest.mark.process
def test_no_secret_is_written_and_what_is_written_replays(tape: Path) -> None:
    with Server(Provider(SECRETS)) as provider:
        recorder = Recorder(provider.url, tape)
        with recorder.serve() as server:
            status, data = ask(server.url, SECRETS)
    recorder.assert_recorded()
    assert (status, data) == (200, b"".join(answer(SECRETS)))
    written = tape.read_text()
    assert leaks(written) == {}
    assert FIELD not in written
    assert base64.b64encode(f"ada:{PASSWORDS['login']}".encode()).decode() not in written
    assert '"password"' not in written.casefold().replace(f'"password": "{SCRUBBED}"', "")
    [(_, made)] = http_cassette(tape).read()
    assert made.request.path == f"/{SCRUBBED}/{SCRUBBED}/v1/messages"
    assert made.request.headers["anthropic-beta"] == f"some-beta,{SCRUBBED}"
    # With the same keys, and with any others.
    for secrets in (SECRETS, OTHERS):
        player = Replay(tape)
        with player.serve() as server:
            status, data = ask(server.url, secrets)
        player.assert_done()
        assert status == 200
        told = [line for line in data.splitlines() if line.startswith(b"data:")]
        assert len(told) == 3 * len(SECRETS) + 1
        texts = [json.loads(line.partition(b":")[2]).get("delta", {}).get("text") for line in told]
        assert texts[texts.index(f"So {SCRUBBED}, is it?") + 1] == ""


@pytest.mark.process
def test_a_request_that_drifted_is_told_without_its_secrets(tape: Path) -> None:
    with Server(Provider(SECRETS)) as provider, Recorder(provider.url, tape).serve() as server:
        ask(server.url, SECRETS)
    player = Replay(tape)
    target, headers, body = asked(OTHERS)
    body["messages"].append({"role": "user", "content": f"More: {OTHERS['OpenAI']}"})
    headers[TARGET] = target
    told = player.respond(target.partition("?")[0], headers, json.dumps(body).encode())
    assert told.status == 400
    assert "More: [scrubbed]" in player.drift[0]
    for text in (told.body.decode(), *player.drift):
        assert leaks(text, OTHERS) == {}


@pytest.mark.process
@pytest.mark.parametrize("fault", ["refused", "unreachable", "broken"])
def test_no_secret_is_in_what_is_said_of_a_failure(tape: Path, fault: str) -> None:
    def scrub(value: Any) -> Any:
        raise ValueError(f"no {SECRETS['Anthropic']} in {SECRETS['bearer']}")

    with Server(Provider(SECRETS, 401 if fault == "refused" else 200)) as provider:
        url = "http://127.0.0.1:9" if fault == "unreachable" else provider.url
        recorder = Recorder(url, tape, scrub=scrub)
        with recorder.serve() as server:
            status, data = ask(server.url, SECRETS)
    assert status == {"refused": 401, "unreachable": 502, "broken": 200}[fault]
    assert leaks(tape.read_text() + "".join(recorder.skipped)) == {}
    assert len(recorder.skipped) == 1
    if fault == "unreachable":
        assert leaks(data.decode()) == {}


@pytest.mark.parametrize(
    ("upstream", "said"),
    [
        (f"htps://ada:{SECRETS['npm']}@x.example", "is not the address of a model API"),
        (f"https://ada:{SECRETS['npm']}@x.example/v1", "x.example holds a user or a query"),
        (f"https://x.example/v1?key={SECRETS['Google']}", "x.example holds a user or a query"),
        (f"https://[{SECRETS['Google']}", "is not the address of a model API"),
    ],
)
def test_an_upstream_with_a_secret_is_refused_without_saying_it(
    upstream: str, said: str, tape: Path
) -> None:
    with pytest.raises(UsageError, match=said) as raised:
        Recorder(upstream, tape)
    assert leaks(str(raised.value)) == {}
    assert not tape.exists()


@pytest.mark.process
def test_a_mock_that_fails_says_so_without_secrets() -> None:
    class Broken:
        def respond(self, path: str, headers: Mapping[str, str], raw: bytes) -> WireAnswer:
            raise ValueError(f"no {SECRETS['OpenAI']}")

    with Server(Broken()) as server:
        status, data = ask(server.url, SECRETS)
    assert (status, leaks(data.decode())) == (500, {})


def test_tokens_of_an_answer_do_not_say_again_what_was_scrubbed() -> None:
    secret = SECRETS["Groq"]
    tokens = [{"token": secret[at : at + 4], "logprob": -1.0} for at in range(0, len(secret), 4)]
    choice = {"message": {"content": f"It is {secret}."}, "logprobs": {"content": tokens}}
    [made] = scrubbed([json.dumps({"choices": [choice]}).encode()], Scrubber(), None, stream=False)
    assert json.loads(made) == {
        "choices": [{"message": {"content": "It is [scrubbed]."}, "logprobs": None}]
    }
    chunks = [
        event(
            choices=[
                {"index": 0, "delta": {"content": token["token"]}, "logprobs": {"content": [token]}}
            ]
        )
        for token in tokens
    ]
    made = b"".join(scrubbed(chunks, Scrubber(), None, stream=True))
    assert b'"content":"[scrubbed]"' in made
    assert b'logprob"' not in made
    harmless = json.dumps({"choices": [{"logprobs": {"content": tokens[:1]}}]}).encode()
    assert scrubbed([harmless], Scrubber(), None, stream=False) == [harmless]


def test_pieces_of_different_texts_are_not_put_together() -> None:
    secret = SECRETS["Groq"]
    halves = secret[:20], secret[20:]
    chunks = [
        event(type="content_block_delta", index=at, delta={"type": "text_delta", "text": half})
        for at, half in enumerate(halves)
    ]
    assert scrubbed(chunks, Scrubber(), None, stream=True) == chunks
