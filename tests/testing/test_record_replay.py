"""Record and replay, with a mock on loopback as the real provider, and both SDKs as they are."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import http.client
import json
import os
import re
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anthropic
import openai
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from skillagent.errors import UsageError
from skillagent.recording import CanonicalRequest
from skillagent.testing import (
    Call,
    Fault,
    MockLLM,
    Recorder,
    Replay,
    Server,
    Turn,
    calls,
    record,
    replay,
    say,
)
from skillagent.testing.wire.events import Drop, WireAnswer
from skillagent.testing.wire.exchange import (
    KEPT_HEADERS,
    HttpExchange,
    http_answer,
    http_cassette,
    http_request,
)

pytestmark = pytest.mark.process

KEY = "sk-very-secret-0123456789abcdef"
SCRIPT = (
    Turn("Ich schaue nach … 🔎", (Call("read_node", {"node": "ä/b"}),), thinking="Which one?"),
    calls(Call("read_node", {"node": "a"}), Call("read_node", {"node": "b"})),
    say("The answer: 42 €."),
)
SCHEMA = {
    "type": "object",
    "properties": {"node": {"type": "string", "description": "Its id."}},
    "required": ["node"],
}
PATHS = {
    "messages": "/v1/messages",
    "chat": "/v1/chat/completions",
    "responses": "/v1/responses",
}
APIS = pytest.mark.parametrize("api", PATHS)
STREAMS = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])


def body(api: str, *said: str, stream: bool = False, **changed: Any) -> dict[str, Any]:
    """A request of a user who said these things, with answers of the model in between."""
    name, about = "read_node", "Read a node."
    messages = [
        {"role": ("user", "assistant")[at % 2], "content": text}
        for at, text in enumerate(said or ("Hello?",))
    ]
    every: dict[str, dict[str, Any]] = {
        "messages": {
            "model": "claude-mock",
            "max_tokens": 100,
            "system": "You read nodes.",
            "tools": [{"name": name, "description": about, "input_schema": SCHEMA}],
            "messages": messages,
        },
        "chat": {
            "model": "gpt-mock",
            "messages": [{"role": "system", "content": "You read nodes."}, *messages],
            "tools": [
                {
                    "type": "function",
                    "function": {"name": name, "description": about, "parameters": SCHEMA},
                }
            ],
        },
        "responses": {
            "model": "gpt-mock",
            "instructions": "You read nodes.",
            "input": messages,
            "tools": [
                {
                    "type": "function",
                    "name": name,
                    "description": about,
                    "parameters": SCHEMA,
                    "strict": False,
                }
            ],
        },
    }
    found = copy.deepcopy({**every[api], **changed})
    return {**found, "stream": True} if stream else found


def post(url: str, api: str, sent: Any, key: str = KEY) -> tuple[int, str, bytes]:
    """Status, content type and bytes, by a client that knows nothing of SDKs."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=20)
    headers = {
        "content-type": "application/json",
        "authorization": f"Bearer {key}",
        "cookie": f"session={key}",
        "openai-organization": "org-personal",
        "openai-project": "proj-personal",
        "user-agent": "someone's machine",
        "x-api-key": key,
        "x-stainless-os": "personal-os",
        "x-request-id": "req-personal",
    }
    if api == "messages":
        headers |= {"anthropic-version": "2023-06-01", "anthropic-beta": "some-beta"}
    raw = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
    with contextlib.closing(connection):
        connection.request("POST", f"{PATHS[api]}?api-version=personal", raw, headers)
        answer = connection.getresponse()
        return answer.status, answer.headers["content-type"], answer.read()


def ask(responder: Replay | Recorder, api: str, sent: Any) -> tuple[WireAnswer, str]:
    """In process: an answer, and the message of an error in the provider's own form."""
    answer = responder.respond(PATHS[api], {}, json.dumps(sent).encode())
    if answer.rest is not None or answer.status < 400:
        return answer, ""
    error = json.loads(answer.body)
    assert (error.get("type") == "error") == (api == "messages")
    return answer, error["error"]["message"]


def sdk_client(api: str, url: str) -> Any:
    if api == "messages":
        return anthropic.Anthropic(base_url=url, api_key=KEY, max_retries=0)
    return openai.OpenAI(base_url=f"{url}/v1", api_key=KEY, max_retries=0)


def sdk_ask(client: Any, api: str, sent: dict[str, Any]) -> Any:
    """What the SDK makes of the answer: of a stream, every event."""
    sent = dict(sent)
    create: Callable[..., Any] = {
        "messages": lambda: client.messages.create,
        "chat": lambda: client.chat.completions.create,
        "responses": lambda: client.responses.create,
    }[api]()
    found = create(**sent)
    if sent.get("stream"):
        return [event.model_dump(warnings=False) for event in found]
    return found.model_dump(warnings=False)


def recorded(path: Path, api: str, *sent: Any, script: Any = SCRIPT) -> list[tuple[Any, ...]]:
    """Record these requests; status, content type and bytes that the client got of each."""
    with MockLLM(script).serve() as provider, record(provider.url, path) as server:
        return [post(server.url, api, one) for one in sent]


@contextlib.contextmanager
def provider_of(*sent: bytes | Iterator[bytes]) -> Iterator[str]:
    """A provider that answers each connection with these bytes, whatever is asked."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for parts in sent:
            connection, _ = listening.accept()
            with connection, connection.makefile("rb") as asked:
                # What is left unread would reset the connection at its end.
                head = list(iter(asked.readline, b"\r\n"))
                lengths = [line for line in head if line.lower().startswith(b"content-length:")]
                asked.read(int(lengths[0].partition(b":")[2]))
                for part in [parts] if isinstance(parts, bytes) else parts:
                    connection.sendall(part)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    with listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        thread.join(10)
        assert not thread.is_alive()


def chunked(*chunks: bytes, open_end: bool = False, kind: str = "text/event-stream") -> bytes:
    head = f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ntransfer-encoding: chunked\r\n\r\n"
    body = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)
    return head.encode() + body + (b"" if open_end else b"0\r\n\r\n")


@pytest.fixture
def tape(tmp_path: Path) -> Path:
    return tmp_path / "cassette.jsonl"


# What is recorded comes back.


@APIS
@STREAMS
def test_replay_gives_the_bytes_that_were_recorded(tape: Path, api: str, stream: bool) -> None:
    sent = [body(api, f"Question {number}?", stream=stream) for number in range(3)]
    before = recorded(tape, api, *sent)
    with MockLLM(SCRIPT).serve() as provider:
        straight = [post(provider.url, api, one) for one in sent]
    player = Replay(tape)
    with player.serve() as server:
        after = [post(server.url, api, one) for one in sent]
    assert before == straight == after
    assert {status for status, _, _ in after} == {200}
    player.assert_done()


@APIS
@STREAMS
def test_the_sdk_reads_the_same_from_provider_recorder_and_replay(
    tape: Path, api: str, stream: bool
) -> None:
    sent = [body(api, f"Question {number}?", stream=stream) for number in range(3)]
    with MockLLM(SCRIPT).serve() as provider:
        straight = [sdk_ask(sdk_client(api, provider.url), api, one) for one in sent]
    with MockLLM(SCRIPT).serve() as provider, record(provider.url, tape) as server:
        before = [sdk_ask(sdk_client(api, server.url), api, one) for one in sent]
    with replay(tape) as server:
        after = [sdk_ask(sdk_client(api, server.url), api, one) for one in sent]
    assert straight == before == after


@APIS
@STREAMS
def test_in_process_too(tape: Path, api: str, stream: bool) -> None:
    sent = body(api, stream=stream)
    name = "anthropic" if api == "messages" else "openai"
    with MockLLM(SCRIPT).serve() as provider:
        recorder = Recorder(provider.url, tape)
        before = sdk_ask(getattr(recorder, name)(api_key=KEY), api, sent)
    recorder.assert_recorded()
    assert recorder.recorded == 1
    player = Replay(tape)
    assert sdk_ask(getattr(player, name)(), api, sent) == before
    player.assert_done()


def test_async_clients_record_and_replay_without_holding_up_the_loop(tape: Path) -> None:
    sent = [body("messages", f"Question {number}?", stream=True) for number in range(4)]
    script = [say("a b c d e f g h", chunk=2, pause=0.03)] * 4

    async def one(client: Any, request: dict[str, Any]) -> list[Any]:
        return [event.model_dump() async for event in await client.messages.create(**request)]

    async def all_of(client: Any) -> tuple[list[Any], int]:
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                await asyncio.sleep(0.005)
                ticks += 1

        clock = asyncio.create_task(tick())
        found = await asyncio.gather(*(one(client, request) for request in sent))
        clock.cancel()
        return found, ticks

    with MockLLM(script).serve() as provider:
        recorder = Recorder(provider.url, tape)
        before, ticks = asyncio.run(all_of(recorder.async_anthropic(api_key=KEY)))
    recorder.assert_recorded()
    assert ticks >= 5
    player = Replay(tape, any_order=True)
    after, _ = asyncio.run(all_of(player.async_anthropic()))
    assert after == before
    player.assert_done()


def test_a_slow_first_byte_does_not_hold_up_the_loop(tape: Path) -> None:
    async def ticks_meanwhile(client: Any) -> int:
        asked = asyncio.create_task(client.messages.create(**body("messages")))
        ticks = 0
        while not asked.done():
            await asyncio.sleep(0.005)
            ticks += 1
        assert asked.result().content[0].text == "late"
        return ticks

    with MockLLM([say("late", delay=0.3)]).serve() as provider:
        recorder = Recorder(provider.url, tape)
        assert asyncio.run(ticks_meanwhile(recorder.async_anthropic(api_key=KEY))) >= 5
    recorder.assert_recorded()


def test_async_openai_too(tape: Path) -> None:
    async def one(client: Any) -> Any:
        found = await client.responses.create(**body("responses"))
        return found.model_dump(warnings=False)

    with MockLLM(SCRIPT).serve() as provider:
        before = asyncio.run(one(Recorder(provider.url, tape).async_openai(api_key=KEY)))
    assert asyncio.run(one(Replay(tape).async_openai())) == before


@APIS
def test_two_recordings_of_a_script_are_the_same_bytes(tmp_path: Path, api: str) -> None:
    big = say("x" * 60_000, chunk=20_000)
    sent = [body(api, f"{at}", stream=at % 2 == 0) for at in range(4)]
    paths = [tmp_path / f"{number}.jsonl" for number in range(3)]
    for path in paths:
        recorded(path, api, *sent, script=[big, *SCRIPT])
    first, *others = [path.read_bytes() for path in paths]
    assert [other == first for other in others] == [True, True]
    assert len(first) > 60_000


@APIS
def test_a_stream_keeps_its_chunks(tape: Path, api: str) -> None:
    turn = say("one two three four", chunk=4)
    recorded(tape, api, body(api, stream=True), script=[turn])
    sent = MockLLM([turn]).respond(PATHS[api], {}, json.dumps(body(api, stream=True)).encode())
    [(_, made)] = http_cassette(tape).read()
    assert made.answer.data == sent.steps
    assert all(isinstance(chunk, str) for chunk in made.answer.chunks)


def test_a_chunk_may_end_inside_a_character(tape: Path) -> None:
    whole = 'data: {"type":"message_stop","said":"€"}\n\n'.encode()
    at = whole.index("€".encode()) + 1
    with provider_of(chunked(whole[:at], whole[at:])) as url:
        sent = body("messages", stream=True)
        with record(url, tape) as server:
            assert post(server.url, "messages", sent)[2] == whole
    [(_, made)] = http_cassette(tape).read()
    assert made.answer.data == (whole[:at], whole[at:])
    assert [type(chunk).__name__ for chunk in made.answer.chunks] == ["Binary", "Binary"]
    with replay(tape) as server:
        assert post(server.url, "messages", sent)[2] == whole


def test_a_chunk_stays_one_however_the_network_splits_it(tape: Path) -> None:
    sent = chunked(b'data: {"type":"ping"}\n\n', b'data: {"type":"message_stop"}\n\n')

    def slowly() -> Iterator[bytes]:
        for at in range(0, len(sent), 10):
            yield sent[at : at + 10]
            time.sleep(0.005)

    with provider_of(slowly()) as url:
        recorder = Recorder(url, tape)
        list(ask(recorder, "messages", body("messages", stream=True))[0].send())
    [(_, made)] = http_cassette(tape).read()
    assert [len(chunk) for chunk in made.answer.data] == [23, 31]


@APIS
def test_a_stream_is_passed_on_while_it_comes(tape: Path, api: str) -> None:
    """The provider waits for the client between two chunks: else nobody gets on."""
    seen = threading.Event()
    end = {
        "messages": b'data: {"type":"message_stop"}\n\n',
        "chat": b"data: [DONE]\n\n",
        "responses": b'data: {"type":"response.completed"}\n\n',
    }[api]

    def steps() -> Iterator[bytes]:
        head, first = chunked(b'data: {"type":"ping"}\n\n', open_end=True).split(b"\r\n\r\n", 1)
        yield head + b"\r\n\r\n" + first
        assert seen.wait(10)
        yield b"%x\r\n%b\r\n0\r\n\r\n" % (len(end), end)

    with provider_of(steps()) as url, record(url, tape) as server:
        connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=10)
        with contextlib.closing(connection):
            connection.request("POST", PATHS[api], json.dumps(body(api, stream=True)))
            answer = connection.getresponse()
            assert answer.read1() == b'data: {"type":"ping"}\n\n'
            assert len(tape.read_text().splitlines()) == 1
            seen.set()
            assert answer.read() == end
            # Written before the client saw the end.
            assert len(tape.read_text().splitlines()) == 2


def test_models_and_token_counts_are_recorded_too(tape: Path) -> None:
    count = {name: body("messages")[name] for name in ("model", "messages")}
    with MockLLM([]).serve() as provider, record(provider.url, tape) as server:
        client = sdk_client("messages", server.url)
        before = (client.messages.count_tokens(**count), client.models.list().data)
        assert sdk_client("chat", server.url).models.list().data
    player = Replay(tape)
    with player.serve() as server:
        client = sdk_client("messages", server.url)
        assert (client.messages.count_tokens(**count), client.models.list().data) == before
        assert sdk_client("chat", server.url).models.list().data
    player.assert_done()


# What must not be in the file.


@APIS
@STREAMS
def test_no_key_and_nothing_personal_is_written(tape: Path, api: str, stream: bool) -> None:
    leak = body(api, f"My key is {KEY}, by the way.", stream=stream)
    script = [say(f"So your key is {KEY}.", chunk=100)]
    [(status, _, data)] = recorded(tape, api, leak, script=script)
    assert status == 200
    assert KEY.encode() in data
    with MockLLM(SCRIPT).serve() as provider, record(provider.url, tape) as server:
        sdk_ask(sdk_client(api, server.url), api, body(api, stream=stream))
    written = tape.read_bytes()
    for secret in (KEY, "personal", "someone", "stainless", "req_", "127.0.0.1", "uthorization"):
        assert secret.encode() not in written
    kept = [set(made.request.headers) for _, made in http_cassette(tape).read()]
    assert kept[0] <= set(KEPT_HEADERS)
    assert "content-type" in kept[0]
    if api == "messages":
        assert http_cassette(tape).read()[0][1].request.headers["anthropic-beta"] == "some-beta"


def key_of(mock: MockLLM, at: int) -> str:
    """Wherever this version of the SDK puts it."""
    headers = mock.requests[at].headers
    return headers.get("x-api-key") or headers["authorization"]


def test_the_client_s_key_reaches_the_provider(tape: Path) -> None:
    mock = MockLLM(SCRIPT)
    with mock.serve() as provider, record(provider.url, tape) as server:
        sdk_ask(sdk_client("messages", server.url), "messages", body("messages"))
        sdk_ask(sdk_client("chat", server.url), "chat", body("chat"))
    assert KEY in key_of(mock, 0)
    assert mock.requests[1].headers["authorization"] == f"Bearer {KEY}"
    assert mock.requests[0].headers["host"] in provider.url
    assert mock.requests[0].headers["accept-encoding"] == "identity"


def test_a_recorder_takes_the_key_of_the_environment(
    tape: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    mock = MockLLM(SCRIPT)
    with mock.serve() as provider:
        recorder = Recorder(provider.url, tape)
        sdk_ask(recorder.anthropic(), "messages", body("messages"))
        with recorder.serve() as server:
            assert not [name for name in server.environment() if name.endswith("_KEY")]
    assert KEY in key_of(mock, 0)


@STREAMS
def test_scrub_takes_secrets_out_of_requests_and_answers(tape: Path, stream: bool) -> None:
    def scrub(value: Any) -> Any:
        return json.loads(re.sub(r"Ada L\w+", "(name)", json.dumps(value)))

    sent = body("responses", "I am Ada Lovelace.", instructions="Serve Ada Lovelace.")
    sent |= {"stream": True} if stream else {}
    with MockLLM([say("Hello, Ada Lovelace!", chunk=100)]).serve() as provider:
        recorder = Recorder(provider.url, tape, scrub=scrub, scrub_answer=scrub)
        with recorder.serve() as server:
            assert b"Ada Lovelace" in post(server.url, "responses", sent)[2]
    recorder.assert_recorded()
    assert b"Lovelace" not in tape.read_bytes()
    with replay(tape, normalise=scrub) as server:
        status, _, data = post(server.url, "responses", sent)
        assert status == 200
        assert b"Hello, (name)!" in data


def test_a_scrub_that_fails_loses_no_answer(tape: Path) -> None:
    with MockLLM(SCRIPT).serve() as provider:
        recorder = Recorder(provider.url, tape, scrub=lambda value: value["nothing"])
        found = sdk_ask(recorder.anthropic(api_key=KEY), "messages", body("messages"))
    assert found["stop_reason"] == "tool_use"
    with pytest.raises(AssertionError, match=r"POST /v1/messages: KeyError: 'nothing'"):
        recorder.assert_recorded()
    assert http_cassette(tape).read() == ()


def test_the_file_is_its_owner_s_and_keeps_what_was_in_it(tape: Path) -> None:
    recorded(tape, "messages", body("messages", "1"))
    before = tape.read_bytes()
    tape.chmod(0o644)
    recorded(tape, "chat", body("chat", "2"))
    assert tape.read_bytes().startswith(before)
    assert len(http_cassette(tape).read()) == 2
    if os.name == "posix":
        assert stat.S_IMODE(tape.stat().st_mode) == 0o600


# What is no good answer is passed on, and not recorded.


FAULTS = (
    Fault.status(400),
    Fault.status(429, retry_after=1),
    Fault.status(529),
    Fault.status(502),
    Fault.cut(),
    Fault.drop(),
    Fault.reset(),
    Fault.corrupt(),
    Fault.error_event(),
    Fault.garbage(),
)


@APIS
@pytest.mark.parametrize(
    ("stream", "fault"),
    [
        pytest.param(stream, fault, id=f"{fault} {'stream' if stream else 'whole'}")
        for fault in FAULTS
        for stream in (False, True)
        if stream or fault.kind not in ("corrupt", "error_event")
    ],
)
def test_errors_and_cut_streams_are_passed_on_and_not_recorded(
    tape: Path, api: str, stream: bool, fault: Fault
) -> None:
    script = [say("one two three four five", chunk=4, fault=fault), *SCRIPT]
    sent = body(api, stream=stream)

    def outcome(url: str) -> Any:
        try:
            status, kind, data = post(url, api, sent)
        except (OSError, http.client.HTTPException) as error:
            return type(error) is not TimeoutError
        return status, kind, re.sub(rb"req_\w+", b"", data)

    with MockLLM(script).serve() as provider:
        wanted = outcome(provider.url)
    with MockLLM(script).serve() as provider:
        recorder = Recorder(provider.url, tape)
        with recorder.serve() as server:
            found = outcome(server.url)
            assert http_cassette(tape).read() == ()
            assert len(recorder.skipped) == 1
            # The next one is.
            assert post(server.url, api, body(api, "Again?", stream=stream))[0] == 200
    assert recorder.recorded == len(http_cassette(tape).read()) == 1
    if fault.kind == "reset":
        assert found[0] == 502
        assert b"cannot be reached" in found[2]
    else:
        assert found == wanted


def test_a_stream_that_breaks_after_its_last_event_is_not_recorded(tape: Path) -> None:
    end = b'data: {"type":"message_stop"}\n\n'
    with provider_of(chunked(end, open_end=True)) as url:
        recorder = Recorder(url, tape)
        answer, _ = ask(recorder, "messages", body("messages", stream=True))
        steps = list(answer.send())
    assert steps[0] == end
    assert len(steps) == 2
    assert "broke off" in recorder.skipped[0]
    assert http_cassette(tape).read() == ()


def test_a_stream_that_ends_properly_but_holds_an_error_is_not_recorded(tape: Path) -> None:
    events = b'data: {"error":{"message":"overloaded"}}\n\n', b"data: [DONE]\n\n"
    with provider_of(chunked(*events)) as url:
        recorder = Recorder(url, tape)
        answer, _ = ask(recorder, "chat", body("chat", stream=True))
        assert tuple(answer.send()) == events
    assert recorder.skipped == ("POST /v1/chat/completions: the stream holds an error",)
    assert http_cassette(tape).read() == ()


def test_a_body_short_of_its_length_breaks_off_for_the_client_too(tape: Path) -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n"
    with provider_of(head + b"{}") as url:
        recorder = Recorder(url, tape)
        answer, _ = ask(recorder, "chat", body("chat"))
    assert answer.steps == (b"{}", Drop())
    assert recorder.skipped == ("POST /v1/chat/completions: the answer broke off",)
    assert http_cassette(tape).read() == ()


def test_a_client_that_goes_away_leaves_no_recording(tape: Path) -> None:
    with MockLLM([say("one two three", chunk=1)]).serve() as provider:
        recorder = Recorder(provider.url, tape)
        answer, _ = ask(recorder, "chat", body("chat", stream=True))
        assert next(answer.send())
        answer.close()
    assert recorder.skipped == ("POST /v1/chat/completions: the client disconnected",)
    assert http_cassette(tape).read() == ()


@pytest.mark.parametrize(
    ("upstream", "api", "target"),
    [
        ("{url}", "messages", "/v1/messages?beta=true"),
        ("{url}/v1", "messages", "/v1/messages?beta=true"),
        ("{url}/anthropic/", "messages", "/anthropic/v1/messages?beta=true"),
        ("{url}", "chat", "/v1/chat/completions?beta=true"),
        ("{url}/v1", "chat", "/v1/chat/completions?beta=true"),
        ("{url}/api/v1/", "chat", "/api/v1/chat/completions?beta=true"),
        ("{url}/openai", "responses", "/openai/responses?beta=true"),
    ],
)
def test_the_upstream_is_what_the_sdk_takes_as_its_base(
    tape: Path, upstream: str, api: str, target: str
) -> None:
    seen: list[str] = []

    class Provider:
        def respond(self, path: str, headers: Any, raw: bytes) -> WireAnswer:
            seen.append(headers[":path"])
            return WireAnswer(200, (("content-type", "application/json"),), (b"{}",))

    with Server(Provider()) as provider:
        recorder = Recorder(upstream.format(url=provider.url), tape)
        headers = {":method": "POST", ":path": f"{PATHS[api]}?beta=true"}
        assert recorder.respond(PATHS[api], headers, b"{}").status == 200
    assert seen == [target]


def test_a_redirect_is_not_followed_with_the_key(tape: Path) -> None:
    away = b"HTTP/1.1 307 Away\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 0\r\n\r\n"
    with provider_of(away) as url:
        recorder = Recorder(url, tape)
        answer, _ = ask(recorder, "chat", body("chat"))
    assert answer.status == 307
    assert recorder.skipped == ("POST /v1/chat/completions: status 307",)


@pytest.mark.parametrize("upstream", ["file:///etc/passwd", "api.openai.com", "https://", ""])
def test_an_upstream_that_is_none_is_refused(tape: Path, upstream: str) -> None:
    with pytest.raises(UsageError, match="is not the address of a model API"):
        Recorder(upstream, tape)
    assert not tape.exists()


# A request that differs is told what drifted.


def drift(api: str, tape: Path, sent: Any, **options: Any) -> str:
    """The message of the 400, which is also that of `assert_done`."""
    player = Replay(tape, **options)
    answer, message = ask(player, api, sent)
    assert answer.status == 400
    with pytest.raises(AssertionError) as raised:
        player.assert_done()
    assert str(raised.value).startswith(message.removeprefix("replay: "))
    return message


def renamed_property(api: str) -> dict[str, Any]:
    changed = body(api)
    tool = changed["tools"][0]
    schema = tool.get("input_schema") or tool.get("parameters") or tool["function"]["parameters"]
    schema["properties"]["node"]["type"] = "integer"
    return changed


def other_prompt(api: str) -> dict[str, Any]:
    changed = body(api)
    if api == "chat":
        changed["messages"][0]["content"] = "You write nodes."
    else:
        changed["system" if api == "messages" else "instructions"] = "You write nodes."
    return changed


@APIS
@pytest.mark.parametrize(
    ("change", "named"),
    [
        (other_prompt, ("system prompt", "-You read nodes.", "+You write nodes.")),
        (
            renamed_property,
            ("tool schema of tool read_node", "properties.node.type", "-string", "+integer"),
        ),
        (lambda api: body(api, model="claude-other"), ("model", "-mock", "+claude-other")),
        (lambda api: body(api, temperature=0), ("parameter temperature", "absent → 0")),
        (lambda api: body(api, stream=True), ("parameter stream", "absent → true")),
        (lambda api: body(api, "Hello!"), ("message", "(user)", "-Hello?", "+Hello!")),
        (lambda api: body(api, "Hello?", "Yes."), ("(assistant): is new", "Yes.")),
        (lambda api: body(api, tools=[]), ("tool read_node: was recorded",)),
    ],
    ids=["prompt", "schema", "model", "parameter", "stream", "message", "longer", "tools"],
)
def test_drift_is_named(
    tape: Path, api: str, change: Callable[[str], dict[str, Any]], named: tuple[str, ...]
) -> None:
    recorded(tape, api, body(api))
    message = drift(api, tape, change(api))
    assert "request 1: it matches nothing; nearest is recorded request 1" in message
    assert "(cassette.jsonl:2)" in message
    lines = message.splitlines()[1:]
    for text in named:
        assert any(text in line for line in lines), (text, message)
    # That and nothing else: one part, or the tools' list and what is left of it.
    parts = [line for line in lines if re.match(r"  \w", line)]
    assert len(parts) == (2 if named[0].startswith("tool read_node") else 1), message


def test_a_value_of_another_type_is_drift(tape: Path) -> None:
    recorded(tape, "chat", body("chat", seed=1))
    message = drift("chat", tape, body("chat", seed=True))
    assert message.endswith("  parameter seed:\n    1 → true")


@APIS
def test_drift_reaches_the_user_of_an_sdk_at_once(tape: Path, api: str) -> None:
    recorded(tape, api, body(api))
    player = Replay(tape)
    name = "anthropic" if api == "messages" else "openai"
    wanted = anthropic.BadRequestError if api == "messages" else openai.BadRequestError
    with pytest.raises(wanted, match=r"system prompt(.|\n)*\+You write nodes\."):
        sdk_ask(getattr(player, name)(), api, other_prompt(api))
    assert len(player.drift) == 1


def test_the_nearest_recording_is_the_one_compared_with(tape: Path) -> None:
    sent = [body("messages", *"abcde"[: 2 * at + 1]) for at in range(3)]
    recorded(tape, "messages", *sent)
    player = Replay(tape)
    for one in sent[:2]:
        assert ask(player, "messages", one)[0].status == 200
    changed = body("messages", "a", "b", "c", "d", "E")
    message = ask(player, "messages", changed)[1]
    assert "nearest is recorded request 3 (cassette.jsonl:4)" in message
    assert "message 5 (user):" in message
    assert "message 4" not in message
    # One part that is quite another is nearer than two that are nearly the same.
    changed = body("messages", "a", "b", "quite another question, and a long one")
    changed |= {"max_tokens": 101}
    tape.unlink()
    one_part = changed | {"messages": body("messages", "a", "b", "c")["messages"]}
    two_parts = body("messages", "a", "b", "quite another question, and a long one!")
    recorded(tape, "messages", two_parts, one_part)
    message = ask(Replay(tape), "messages", changed)[1]
    assert "nearest is recorded request 2" in message
    tape.unlink()
    recorded(tape, "messages", *sent)
    player = Replay(tape)
    inserted = body("messages", "a", "b", "c", "new", "d", "e")
    inserted["messages"][5]["role"] = "user"
    inserted["messages"][4]["role"] = "assistant"
    message = ask(player, "messages", inserted)[1]
    assert "message 4 (assistant): is new, and was not recorded" in message


def test_a_role_and_a_tool_result_that_changed_are_named(tape: Path) -> None:
    result = {"type": "tool_result", "tool_use_id": "t1", "content": "12 nodes"}
    sent = body("messages", "Read.", "x", "y")
    sent["messages"][1]["content"] = [
        {"type": "tool_use", "id": "t1", "name": "read_node", "input": {"node": "a"}}
    ]
    sent["messages"][2]["content"] = [result]
    recorded(tape, "messages", sent)
    changed = copy.deepcopy(sent)
    changed["messages"][2]["content"] = [{**result, "content": "13 nodes"}]
    message = drift("messages", tape, changed)
    assert "message 3 (user):\n    content[0].content:\n      -12 nodes\n      +13 nodes" in message
    changed = copy.deepcopy(sent)
    changed["messages"][0]["role"] = "assistant"
    assert "message 1 (user → assistant):" in drift("messages", tape, changed)


def test_other_tools_and_another_order_of_them_are_named(tape: Path) -> None:
    tools = [{"name": name, "input_schema": {"type": "object"}} for name in "abc"]
    recorded(tape, "messages", body("messages", tools=tools))
    a, b, c = tools
    message = drift("messages", tape, body("messages", tools=[c, a, {**b, "name": "d"}]))
    assert "  tool b: was recorded, and is not offered now" in message
    assert "  tool d: is offered now, and was not recorded" in message
    assert "  order of the tools: a, c → c, a" in message


def test_of_long_texts_only_the_change_is_shown(tape: Path) -> None:
    long = "word " * 2_000
    lines = [f"line {number}" for number in range(500)]
    recorded(tape, "messages", body("messages", long + "old" + long, system="\n".join(lines)))
    lines[250] = "--- changed"
    message = drift(
        "messages", tape, body("messages", long + "new" + long, system="\n".join(lines))
    )
    assert "      -line 250\n      +--- changed\n" in message
    assert re.search(r"-….{0,40}old", message)
    assert re.search(r"\+….{0,40}new", message)
    assert len(message) < 2_000


@APIS
def test_order_is_named(tape: Path, api: str) -> None:
    first, second = body(api, "1"), body(api, "2")
    recorded(tape, api, first, second)
    message = drift(api, tape, second)
    assert "order: it matches recorded request 2 (cassette.jsonl:3), but" in message
    assert "recorded request 1 (cassette.jsonl:2) comes first" in message
    player = Replay(tape)
    assert ask(player, api, first)[0].status == 200
    message = ask(player, api, first)[1]
    assert "order: it matches recorded request 1 (cassette.jsonl:2), which was used" in message
    for loose in (Replay(tape, strict=False), Replay(tape, any_order=True)):
        assert ask(loose, api, second)[0].status == ask(loose, api, first)[0].status == 200
        loose.assert_done()


def test_after_a_drift_the_others_are_not_blamed_for_the_order(tape: Path) -> None:
    first, second = body("chat", "1"), body("chat", "2")
    recorded(tape, "chat", first, second)
    player = Replay(tape)
    assert ask(player, "chat", body("chat", "1!"))[0].status == 400
    assert ask(player, "chat", second)[0].status == 200
    with pytest.raises(AssertionError) as raised:
        player.assert_done()
    assert str(raised.value).count("request 1:") == 1
    assert "order" not in str(raised.value)
    assert "never asked for" not in str(raised.value)


def test_the_same_request_gets_its_answers_in_order(tape: Path) -> None:
    same = body("messages")
    before = [data for _, _, data in recorded(tape, "messages", same, same, same)]
    assert len(set(before)) == 3
    player = Replay(tape)
    assert [ask(player, "messages", same)[0].body for _ in range(3)] == before
    player.assert_done()
    assert "used already (recorded 3 times)" in ask(player, "messages", same)[1]
    loose = Replay(tape, strict=False)
    found = [ask(loose, "messages", same)[0].body for _ in range(5)]
    assert found == [*before, before[-1], before[-1]]
    loose.assert_done()


def test_a_client_that_retries_gets_the_same_answer_again(tape: Path) -> None:
    first, second = body("messages", "1"), body("messages", "2")
    recorded(tape, "messages", first, second)
    player = Replay(tape)
    raw = json.dumps(first).encode()
    found = player.respond(PATHS["messages"], {}, raw).body
    again = player.respond(PATHS["messages"], {"X-Stainless-Retry-Count": "1"}, raw).body
    assert found == again
    assert ask(player, "messages", second)[0].status == 200
    player.assert_done()


def test_what_was_never_asked_for_fails(tape: Path) -> None:
    recorded(tape, "messages", body("messages", "1"), body("messages", "2"))
    player = Replay(tape)
    ask(player, "messages", body("messages", "1"))
    wanted = r"^recorded request 2 \(cassette.jsonl:3\) was never asked for: messages.*\"2\""
    with pytest.raises(AssertionError, match=wanted):
        player.assert_done()


def test_the_address_alone_matches_nothing_and_does_not_hinder(tape: Path) -> None:
    recorded(tape, "chat", body("chat"))
    player = Replay(tape)
    elsewhere = "/openai/deployments/x/chat/completions"
    assert player.respond(elsewhere, {}, json.dumps(body("chat")).encode()).status == 200
    answer, message = ask(Replay(tape), "responses", body("chat"))
    assert answer.status == 400
    assert "no request of 'responses' was recorded" in message
    assert ask(Replay(tape), "chat", body("chat", "Other?"))[0].status == 400
    assert (
        "it cannot be compared"
        in json.loads(Replay(tape).respond(PATHS["chat"], {}, b"no json").body)["error"]["message"]
    )


def test_normalise_takes_out_what_differs_each_time(tape: Path) -> None:
    def normalise(value: Any) -> Any:
        return json.loads(re.sub(r"\d\d:\d\d|[0-9a-f]{8}-[0-9a-f-]{27}", "·", json.dumps(value)))

    def at(clock: str, ident: str) -> dict[str, Any]:
        said = f"It is {clock}. Session {ident}-0000-4000-8000-000000000000."
        return body("responses", "Hello?", instructions=said)

    recorded(tape, "responses", at("10:30", "0123abcd"))
    assert "system prompt" in drift("responses", tape, at("11:45", "deadbeef"))
    player = Replay(tape, normalise=normalise)
    assert ask(player, "responses", at("11:45", "deadbeef"))[0].status == 200
    player.assert_done()
    other = at("11:45", "deadbeef") | {"model": "gpt-other"}
    assert "system prompt" not in drift("responses", tape, other, normalise=normalise)


def test_a_normalise_that_fails_is_named(tape: Path) -> None:
    recorded(tape, "chat", body("chat"))
    broken = body("chat") | {"messages": []}
    message = drift("chat", tape, broken, normalise=lambda value: value["messages"][0])
    assert "it cannot be compared: IndexError" in message


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
bodies = st.dictionaries(
    st.sampled_from(["system", "instructions", "model", "tools", "messages", "input", "x"]),
    json_values,
)


def exchange(path: str, sent: Any, content_type: str, chunks: list[bytes]) -> HttpExchange:
    request = http_request("POST", path, {}, sent)
    return HttpExchange.of(request, http_answer(200, content_type, chunks))


@pytest.mark.slow
@given(bodies, bodies)
@example({"system": "x"}, {"instructions": "x"})
@example({"messages": ["x"]}, {"input": ["x"]})
@example({"messages": "x"}, {"messages": ["x"]})
@example({"tools": []}, {})
@example({"tools": ["a", "a"]}, {"tools": ["a"]})
def test_two_bodies_differ_in_some_part_or_have_one_digest(
    tmp_path_factory: pytest.TempPathFactory, old: Any, new: Any
) -> None:
    tape = tmp_path_factory.mktemp("tape") / "cassette.jsonl"
    http_cassette(tape).begin()
    made = exchange("/v1/messages", old, "application/json", [b"1"])
    http_cassette(tape).append(made)
    answer, message = ask(Replay(tape), "messages", new)
    same = CanonicalRequest("messages", old).digest == CanonicalRequest("messages", new).digest
    assert (answer.status == 200) == same
    assert same or len(message.splitlines()) > 1


@given(st.lists(st.binary()), json_values)
def test_any_bytes_and_any_json_come_back_from_the_file(
    tmp_path_factory: pytest.TempPathFactory, chunks: list[bytes], sent: Any
) -> None:
    tape = tmp_path_factory.mktemp("tape") / "cassette.jsonl"
    http_cassette(tape).begin()
    made = exchange("/x", sent, "text/event-stream", chunks)
    http_cassette(tape).append(made)
    [(number, found)] = http_cassette(tape).read()
    assert (number, found) == (2, made)
    assert found.answer.data == tuple(chunk for chunk in chunks if chunk)


def test_half_a_surrogate_pair_is_no_trouble(tape: Path) -> None:
    sent = body("messages", "half: \ud800")
    http_cassette(tape).begin()
    made = exchange("/v1/messages", sent, "text/plain", [b"x"])
    http_cassette(tape).append(made)
    assert ask(Replay(tape), "messages", sent)[0].body == b"x"
    player = Replay(tape)
    assert ask(player, "messages", body("messages", "\udfff"))[0].status == 400
    assert "\\udfff" in player.drift[0]
    assert player.drift[0].encode()


# Files that are broken.


def lines_of(tape: Path) -> list[bytes]:
    recorded(tape, "chat", body("chat", "1"), body("chat", "2", stream=True))
    return tape.read_bytes().splitlines(keepends=True)


def edited(line: bytes, **changed: Any) -> bytes:
    found = json.loads(line)
    for path, value in changed.items():
        *outer, name = path.split("__")
        place = found
        for step in outer:
            place = place[step]
        place[name] = value
    return json.dumps(found).encode() + b"\n"


@pytest.mark.parametrize(
    ("number", "change", "reason"),
    [
        (1, lambda line: b'{"cassette": 2}\n', "cassette: Input should be 1"),
        (1, lambda line: b"", "Unexpected keyword|Field required"),
        (2, lambda line: line[:-20] + b"\n", "not JSON"),
        (3, lambda line: line[:-20], "not JSON"),
        (3, lambda line: b"[]\n", "Input should be"),
        (2, lambda line: b"\xff\n", "not JSON"),
        (3, lambda line: b"[" * 100_000 + b"\n", "not JSON"),
        (2, lambda line: edited(line, answer__status=500), "answer: .*status 500"),
        (2, lambda line: edited(line, answer__status="many"), "answer.status"),
        (3, lambda line: edited(line, answer__content_type="a\r\nb: c"), "not a content type"),
        (3, lambda line: edited(line, answer__chunks=[{"base64": "!"}]), "not base64"),
        (3, lambda line: edited(line, answer__chunks=[7]), "answer.chunks"),
        (2, lambda line: edited(line, extra=1), "extra: Unexpected keyword"),
        (2, lambda line: edited(line, request__body={}), "digest does not fit"),
        (3, lambda line: edited(line, digest="sha256:0"), "digest does not fit"),
    ],
    ids="""version no-header torn torn-last list bytes deep error status-type header-split base64
    chunk-type field body digest""".split(),
)
def test_a_broken_line_is_named(
    tape: Path, number: int, change: Callable[[bytes], bytes], reason: str
) -> None:
    lines = lines_of(tape)
    lines[number - 1] = change(lines[number - 1])
    tape.write_bytes(b"".join(lines))
    for use in (Replay, lambda path: Recorder("http://127.0.0.1:9", path)):
        with pytest.raises(UsageError, match=reason) as raised:
            use(tape)
        assert str(raised.value).startswith(f"{tape}:{number}: ")
        assert "\n" not in str(raised.value)
    assert tape.read_bytes() == b"".join(lines)


def test_an_end_without_its_newline_is_no_trouble(tape: Path) -> None:
    lines = lines_of(tape)
    tape.write_bytes(b"".join(lines).rstrip(b"\n"))
    recorded(tape, "chat", body("chat", "3"))
    assert [number for number, _ in http_cassette(tape).read()] == [2, 3, 4]


def test_a_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.jsonl: cannot be read"):
        Replay(tmp_path / "none.jsonl")
    with pytest.raises(UsageError, match=r"cannot be written"):
        Recorder("http://127.0.0.1:9", tmp_path / "none" / "cassette.jsonl")
    with pytest.raises(UsageError, match=r"cannot be read"):
        Recorder("http://127.0.0.1:9", tmp_path)


def test_a_process_that_is_killed_loses_nothing(tape: Path) -> None:
    code = """
import json, os, signal, sys
from skillagent.testing import Recorder
recorder = Recorder(sys.argv[1], sys.argv[2])
recorder.respond("/v1/chat/completions", {}, sys.argv[3].encode())
os._exit(9)
"""
    with MockLLM(SCRIPT).serve() as provider:
        sent = json.dumps(body("chat"))
        done = subprocess.run(
            [sys.executable, "-c", code, provider.url, str(tape), sent], timeout=30, check=False
        )
    assert done.returncode == 9
    assert len(http_cassette(tape).read()) == 1


def test_threads_record_and_replay_together(tape: Path) -> None:
    sent = [body("chat", f"{number}", stream=number % 2 == 0) for number in range(24)]

    def all_of(url: str) -> dict[int, bytes]:
        found: dict[int, bytes] = {}

        def one(number: int) -> None:
            found[number] = post(url, "chat", sent[number])[2]

        threads = [threading.Thread(target=one, args=(at,)) for at in range(len(sent))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        return found

    with MockLLM([say(f"{at}") for at in range(24)]).serve() as provider:
        recorder = Recorder(provider.url, tape)
        with recorder.serve() as server:
            before = all_of(server.url)
    recorder.assert_recorded()
    player = Replay(tape, any_order=True)
    with player.serve() as server:
        assert all_of(server.url) == before
    player.assert_done()
    assert len(before) == recorder.recorded == 24


def test_importing_the_package_stays_cheap() -> None:
    code = "import sys, skillagent.testing as t; t.record, t.Replay; print(*sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30
    )
    heavy = {"pydantic", "httpx", "httpx2", "anthropic", "openai", "networkx", "tiktoken"}
    assert not heavy & set(found.stdout.split())
