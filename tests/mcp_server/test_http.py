"""Over HTTP: who may ask, and sessions that outlive their worker."""

from __future__ import annotations

import os
import re
import signal
import time
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from skillagent.mcp_server.server import SESSION_KEY
from tests.mcp_server.conftest import TRADING, listening
from tests.mcp_server.test_server import ERAS, Era, text_of

pytestmark = pytest.mark.process

TOKEN = "a-bearer-token-of-some-length"
PING = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "host", "version": "1"},
    },
}
HEADERS = {"accept": "application/json, text/event-stream"}


def post(url: str, headers: dict[str, str] | None = None) -> httpx2.Response:
    return httpx2.post(url, json=PING, headers={**HEADERS, **(headers or {})}, timeout=60)


def session_of(text: str) -> str:
    found = re.search(r'session "([0-9a-f]{16})"\)$', text)
    assert found, text
    return found[1]


@pytest.mark.parametrize("era", ERAS)
def test_the_tools_carry_a_session_over_stateless_requests(trading_url: str, era: Era) -> None:
    async def run() -> None:
        async with Client(trading_url, mode=era) as client:
            tools = (await client.list_tools()).tools
            for tool in tools:
                assert tool.input_schema["required"][-1] == "session"
            first = await client.call_tool("list_index", {"query": "stop", "session": None})
            session = session_of(text_of(first))
            second = await client.call_tool("list_index", {"query": "kelly", "session": session})
            assert "(call 2:" in text_of(second)
            assert session_of(text_of(second)) == session
            other = await client.call_tool("list_index", {"query": "kelly"})
            assert "(call 1:" in text_of(other)
            assert session_of(text_of(other)) != session
            wrong = await client.call_tool("list_index", {"query": "kelly", "session": "zzz"})
            assert wrong.is_error
            assert "there is no session of this name" in text_of(wrong)

    anyio.run(run)


def test_a_program_may_carry_the_session_beside_the_arguments(trading_url: str) -> None:
    async def run() -> None:
        async with Client(trading_url) as client:
            meta: Any = {}
            for number in (1, 2, 3):
                result = await client.call_tool(
                    "list_index", {"query": f"stop {number}"}, meta=meta
                )
                assert f"(call {number}:" in text_of(result)
                assert result.meta is not None
                meta = {SESSION_KEY: result.meta[SESSION_KEY]}
            listed = (await client.list_resources()).resources
            read = await client.read_resource(listed[0].uri, meta=meta)
            assert read.meta is not None
            assert read.meta[SESSION_KEY] == meta[SESSION_KEY]
            result = await client.call_tool("list_index", {"query": "x"}, meta=meta)
            assert "(call 5:" in text_of(result)

    anyio.run(run)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"origin": "http://127.0.0.1:{port}"}, 200),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "http://127.0.0.1.evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"host": "evil.example"}, 421),
        ({"host": "127.0.0.1:1"}, 421),
        ({"host": "LOCALHOST:{port}"}, 200),
        ({"host": "graphs.example"}, 200),
        ({"host": "Graphs.Example:443"}, 200),
        ({"host": "graphs.example:444"}, 421),
    ],
)
def test_only_pages_and_names_of_this_machine_may_ask(
    headers: dict[str, str], status: int, trading_url: str
) -> None:
    port = trading_url.rpartition(":")[2].partition("/")[0]
    filled = {key: value.replace("{port}", port) for key, value in headers.items()}
    assert post(trading_url, filled).status_code == status


@pytest.mark.parametrize("given", ["argument", "variable"])
def test_every_client_needs_the_bearer_token(given: str, tmp_path: Path) -> None:
    arguments = [str(TRADING)]
    environment = dict(os.environ)
    if given == "argument":
        (tmp_path / "token").write_text(f"{TOKEN}\n")
        arguments += ["--token-file", str(tmp_path / "token")]
    else:
        environment["SKILLAGENT_TOKEN"] = TOKEN
    with listening(*arguments, environment=environment) as server:
        url = server.url
        for wrong in ("", "Bearer", f"Bearer {TOKEN}x", f"Basic {TOKEN}", TOKEN):
            refused = post(url, {"authorization": wrong})
            assert refused.status_code == 401
            assert refused.headers["www-authenticate"] == "Bearer"
        for scheme in ("Bearer", "bearer"):
            assert post(url, {"authorization": f"{scheme} {TOKEN}"}).status_code == 200

        async def run() -> None:
            headers = {"authorization": f"Bearer {TOKEN}"}
            async with (
                httpx2.AsyncClient(headers=headers) as http,
                Client(streamable_http_client(url, http_client=http)) as client,
            ):
                assert len((await client.list_tools()).tools) == 3

        anyio.run(run)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc to find workers")
def test_a_killed_worker_loses_no_session() -> None:
    with listening(str(TRADING), "--workers", "2", "--budget", "100000") as server:

        async def run() -> None:
            sessions: dict[int, str] = {}

            async def call(number: int) -> str:
                arguments = {"query": "stop", "session": sessions.get(number)}
                for _ in range(60):
                    answers: list[str] = []
                    try:
                        async with Client(server.url) as client:
                            answers.append(text_of(await client.call_tool("list_index", arguments)))
                    except* httpx2.TransportError:
                        # The worker that took the connection was just killed.
                        await anyio.sleep(0.25)
                    if answers:
                        return answers[0]
                raise AssertionError("no worker answers")

            for number in range(8):
                sessions[number] = session_of(await call(number))
            killed, other = server.workers
            os.kill(killed, signal.SIGKILL)
            for turn in (2, 3):
                for number in sessions:
                    text = await call(number)
                    assert f"(call {turn}:" in text
                    assert session_of(text) == sessions[number]
            assert other in server.workers

        anyio.run(run)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc to find workers")
def test_workers_do_not_outlive_the_server_that_started_them() -> None:
    with listening(str(TRADING), "--workers", "2") as server:
        for _ in range(100):
            if len(workers := server.workers) == 2 and post(server.url).status_code == 200:
                break
            time.sleep(0.1)
        os.kill(server.process, signal.SIGKILL)
        for _ in range(200):
            if not any(Path(f"/proc/{worker}").exists() for worker in workers):
                break
            time.sleep(0.1)
        assert not [worker for worker in workers if Path(f"/proc/{worker}").exists()]


def test_the_file_of_sessions_is_its_owners(tmp_path: Path) -> None:
    file = tmp_path / "sessions.sqlite"
    with listening(str(TRADING), "--sessions", str(file)) as server:
        assert post(server.url).status_code == 200
    assert file.stat().st_mode & 0o077 == 0
