"""`skillagent serve` as a host starts it: a child process that speaks lines of JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters

from skillagent import config
from skillagent.mcp_server import framing
from skillagent.mcp_server.early_handshake import (
    HANDSHAKE_VERSIONS,
    EarlyHandshake,
    ServerDescription,
)
from skillagent.mcp_server.framing import MAX_BYTES
from tests.conftest import Vault
from tests.mcp_server.conftest import TRADING
from tests.mcp_server.odd_messages import GOOD, HALVES, ODD_LINES
from tests.mcp_server.test_server import text_of

pytestmark = pytest.mark.process

COMMAND = [sys.executable, "-m", "skillagent", "serve"]
META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
}


def converse(
    arguments: list[str],
    *messages: Mapping[str, Any],
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> list[dict[str, Any]]:
    """What the server writes for some lines, before it ends with its input."""
    lines = "".join(json.dumps({"jsonrpc": "2.0", **message}) + "\n" for message in messages)
    kept = {key: value for key, value in os.environ.items() if not key.startswith("SKILLAGENT")}
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=cwd,
        env={**kept, **(environment or {})},
    )
    assert process.stdin is not None
    assert process.stdout is not None
    # A host hangs up when it has its answers, not before.
    process.stdin.write(lines)
    process.stdin.flush()
    expected = sum("id" in message for message in messages)
    found = [json.loads(process.stdout.readline()) for _ in range(expected)]
    rest, errors = process.communicate(timeout=60)
    assert (process.returncode, rest, errors) == (0, "", "")
    return sorted(found, key=lambda reply: reply["id"])


def hello(version: str) -> list[dict[str, Any]]:
    """The handshake of the older protocol."""
    client = {"name": "host", "version": "1"}
    params = {"protocolVersion": version, "capabilities": {}, "clientInfo": client}
    return [
        {"id": 1, "method": "initialize", "params": params},
        {"method": "notifications/initialized"},
    ]


@pytest.mark.parametrize("version", ["2025-03-26", "2025-06-18", "2025-11-25"])
def test_a_host_with_a_handshake_is_served(version: str) -> None:
    call = {"name": "list_index", "arguments": {"query": "stop loss"}}
    first, tools, answer = converse(
        [str(TRADING)],
        *hello(version),
        {"id": 2, "method": "tools/list"},
        {"id": 3, "method": "tools/call", "params": call},
    )
    assert first["result"]["protocolVersion"] == version
    assert first["result"]["serverInfo"]["name"] == "skillagent"
    assert first["result"]["instructions"].startswith('Skill graph "trading"')
    assert first["result"]["capabilities"]["resources"]["listChanged"] is True
    assert len(tools["result"]["tools"]) == 3
    (block,) = answer["result"]["content"]
    assert block["type"] == "text"
    assert "[[" in block["text"]
    assert "structuredContent" not in answer["result"]


def test_a_host_of_the_newest_protocol_is_served_without_a_handshake() -> None:
    found, tools = converse(
        [str(TRADING)],
        {"id": 1, "method": "server/discover", "params": {"_meta": META}},
        {"id": 2, "method": "tools/list", "params": {"_meta": META}},
    )
    assert "2026-07-28" in found["result"]["supportedVersions"]
    assert found["result"]["instructions"].startswith('Skill graph "trading"')
    assert tools["result"]["ttlMs"] > 0
    assert tools["result"]["tools"][0]["name"] == "list_index"


def test_the_official_client_lists_and_calls_every_tool() -> None:
    async def run() -> None:
        parameters = StdioServerParameters(
            command=sys.executable, args=["-m", "skillagent", "serve", str(TRADING)]
        )
        async with Client(parameters) as client:
            names = [tool.name for tool in (await client.list_tools()).tools]
            assert names == ["list_index", "read_summary", "read_node"]
            for name, arguments in [
                ("list_index", {}),
                ("read_summary", {"nodes": "position-sizing"}),
                ("read_node", {"node": "position-sizing"}),
            ]:
                result = await client.call_tool(name, arguments)
                assert not result.is_error
                assert "position-sizing" in text_of(result)

    anyio.run(run)


def test_the_budget_is_that_of_the_command_line() -> None:
    _, answer = converse(
        [str(TRADING), "--budget", "777"],
        *hello("2025-06-18"),
        {"id": 2, "method": "tools/call", "params": {"name": "list_index", "arguments": {}}},
    )
    assert "of 777 left)" in answer["result"]["content"][0]["text"]


@pytest.mark.parametrize(
    ("arguments", "environment", "expected"),
    [
        ([], {}, 'Skill graph "declared"'),
        (["other"], {}, 'Skill graph "other"'),
        (["x=other", "declared"], {}, "Skill graphs x + declared"),
        ([], {"SKILLAGENT_GRAPHS": "other"}, 'Skill graph "other"'),
        ([], {"CLAUDE_PROJECT_DIR": "sub"}, 'Skill graph "kept"'),
    ],
)
def test_the_graph_is_the_named_or_the_declared_one(
    arguments: list[str], environment: dict[str, str], expected: str, vault: Vault
) -> None:
    folder = vault(
        {
            "skillagent.toml": 'graphs = ["declared"]\nbudget = 555\n',
            "declared/index.md": "# A",
            "other/index.md": "# B",
            "sub/pyproject.toml": '[tool.skillagent]\ngraphs = ["kept"]\n',
            "sub/kept/index.md": "# C",
        }
    )
    (first,) = converse(arguments, hello("2025-06-18")[0], cwd=folder, environment=environment)
    assert first["result"]["instructions"].startswith(expected)


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ("other", 'Skill graph "other"'),
        ("x=other", 'Skill graph "x"'),
        ("near", 'Skill graph "near"'),
    ],
)
def test_a_session_below_the_project_serves_the_projects_graphs(
    argument: str, expected: str, vault: Vault
) -> None:
    folder = vault(
        {
            "repo/.git/HEAD": "",
            "repo/other/index.md": "# A",
            "repo/near/index.md": "# B",
            "repo/sub/deep/near/index.md": "# C",
        }
    )
    below = folder / "repo" / "sub" / "deep"
    (first,) = converse([argument], hello("2025-06-18")[0], cwd=below)
    assert first["result"]["instructions"].startswith(expected)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("other", "repo/other"),
        ("sub/deep", "repo/sub/deep"),
        ("near", None),
        ("outside", None),
        ("../other", None),
        ("nowhere", None),
        ("/", None),
    ],
)
def test_a_folder_is_looked_for_no_higher_than_the_repository(
    path: str, expected: str | None, vault: Vault
) -> None:
    folder = vault({"repo/.git/HEAD": "", "repo/other/a.md": "", "outside/a.md": ""})
    below = folder / "repo" / "sub" / "deep"
    (below / "near").mkdir(parents=True)
    wanted = None if expected is None else folder / expected
    assert config.above(Path(path), below) == wanted
    (folder / "repo" / ".git" / "HEAD").unlink()
    (folder / "repo" / ".git").rmdir()
    assert config.above(Path(path), below) is None


def test_a_declared_budget_holds(vault: Vault) -> None:
    folder = vault({"skillagent.toml": 'graphs = ["g"]\nbudget = 555\n', "g/index.md": "# A"})
    call = {"name": "list_index", "arguments": {}}
    _, answer = converse(
        [], *hello("2025-06-18"), {"id": 2, "method": "tools/call", "params": call}, cwd=folder
    )
    assert "of 555 left)" in answer["result"]["content"][0]["text"]


def test_without_any_graph_the_guide_is_served(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (first,) = converse([], hello("2025-06-18")[0], cwd=tmp_path)
    assert first["result"]["instructions"].startswith('Skill graph "skillagent"')


@pytest.mark.parametrize(
    ("arguments", "toml", "expected"),
    [
        (["missing"], "", "skillagent: missing: no such folder"),
        ([], "graphs = 1", "graphs: Input should be a valid list"),
        ([], "graphs = [", "is not TOML"),
        ([], 'graphs = ["../elsewhere"]', "lies outside the project"),
        (["--http", "--host", "0.0.0.0", "."], "", "is not loopback: give a bearer token"),
        (["--http", "--workers", "0", "."], "", "--workers 0: there must be at least 1"),
        (
            ["--http", "--sessions", "index.md", "."],
            "",
            "index.md: cannot be used for sessions: file is",
        ),
        (
            ["--http", "--sessions", "no/where", "."],
            "",
            "no/where: cannot be used for sessions: No such",
        ),
        (["--http", "--allow-host", "http://x/", "."], "", "'http://x/' is not a host"),
        (["--http", "--host", "", "."], "", "the address to listen on is empty"),
        (["--port", "9", "."], "", "--port is for --http"),
        (["--sessions", "s", "."], "", "--sessions is for --http"),
        (["--http", "--token-file", "none", "."], "", "none: cannot be read"),
        (["--http", "--port", "99999", "."], "", "cannot listen on 127.0.0.1:99999"),
    ],
)
def test_what_cannot_be_served_is_reported_in_one_line(
    arguments: list[str], toml: str, expected: str, vault: Vault
) -> None:
    folder = vault({"skillagent.toml": toml or 'graphs = ["."]', "index.md": "# A\n" * 99})
    done = subprocess.run([*COMMAND, *arguments], cwd=folder, capture_output=True, timeout=60)
    assert (done.returncode, done.stdout) == (2, b"")
    (line,) = done.stderr.decode().splitlines()
    assert expected in line


@dataclass
class Host:
    """A host that started the server, and speaks with it line by line."""

    process: subprocess.Popen[bytes]

    def send(self, *lines: Mapping[str, Any] | bytes) -> None:
        assert self.process.stdin is not None
        for line in lines:
            message = (
                line if isinstance(line, bytes) else json.dumps({"jsonrpc": "2.0", **line}).encode()
            )
            self.process.stdin.write(message + b"\n")
        self.process.stdin.flush()

    def line(self) -> bytes:
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def reply(self) -> Any:
        return json.loads(self.line())


@contextmanager
def running(*arguments: str) -> Iterator[Host]:
    """A server that must end without an error and log nothing."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen([*COMMAND, *arguments], **pipes)  # type: ignore[call-overload]
    try:
        yield Host(process)
        rest, errors = process.communicate(timeout=60)
        assert (process.returncode, rest, errors) == (0, b"", b"")
    finally:
        process.kill()
        process.wait()


OPTIONS = [[], ["--no-watch"], ["--resources", "off"], ["--resources", "free"]]
DEFERRED = {"id": 99, "method": "prompts/list"}
"""A request that is never answered before the SDK is loaded."""


@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: " ".join(options) or "plain")
@pytest.mark.parametrize("version", HANDSHAKE_VERSIONS)
def test_the_first_answers_are_those_that_the_sdk_gives(version: str, options: list[str]) -> None:
    arguments = [str(TRADING), *options]
    opening = hello(version)
    ping = {"id": 2, "method": "ping", "params": {}}
    tools = {"id": 3, "method": "tools/list", "params": {"_meta": {"progressToken": 1}}}
    early = converse(arguments, *opening, ping, tools)
    # A request that waits for the SDK makes all later ones wait too.
    late = converse(arguments, DEFERRED, *opening, ping, tools)[:-1]
    assert [json.dumps(reply) for reply in early] == [json.dumps(reply) for reply in late]


SHOWS_APPS = {
    "extensions": {"io.modelcontextprotocol/ui": {"mimeTypes": ["text/html;profile=mcp-app"]}}
}
"""The capabilities of a host that shows MCP Apps."""


@pytest.mark.parametrize("options", [[], ["--resources", "off"]], ids=["plain", "no resources"])
@pytest.mark.parametrize("version", HANDSHAKE_VERSIONS)
def test_the_first_answers_to_a_host_that_shows_apps_are_those_that_the_sdk_gives(
    version: str, options: list[str]
) -> None:
    arguments = [str(TRADING), *options]
    opening = hello(version)
    opening[0]["params"]["capabilities"] = SHOWS_APPS
    tools = {"id": 3, "method": "tools/list"}
    early = converse(arguments, *opening, tools)
    late = converse(arguments, DEFERRED, *opening, tools)[:-1]
    assert [json.dumps(reply) for reply in early] == [json.dumps(reply) for reply in late]
    assert ("ui://" in json.dumps(early)) is not bool(options)


@pytest.mark.parametrize("able", [{}, SHOWS_APPS], ids=["plain", "shows apps"])
@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: " ".join(options) or "plain")
def test_the_first_answers_of_the_newest_protocol_are_those_that_the_sdk_gives(
    options: list[str], able: dict[str, Any]
) -> None:
    arguments = [str(TRADING), *options]
    info = {"io.modelcontextprotocol/clientInfo": {"name": "host", "version": "1"}}
    told = {"io.modelcontextprotocol/clientCapabilities": able}
    params = {"_meta": {**META, **info, **told, "progressToken": "a"}}
    found = {"id": 1, "method": "server/discover", "params": params}
    tools = {"id": 2, "method": "tools/list", "params": params}
    early = converse(arguments, found, tools)
    late = converse(arguments, {**DEFERRED, "params": params}, found, tools)[:-1]
    assert [json.dumps(reply) for reply in early] == [json.dumps(reply) for reply in late]


def test_a_request_that_comes_with_the_greeting_is_answered_once_and_in_full() -> None:
    call = {"name": "list_index", "arguments": {"query": "stop loss"}}
    replies = converse(
        [str(TRADING)],
        *hello("2025-11-25"),
        {"id": 2, "method": "tools/call", "params": call},
        {"id": 3, "method": "tools/list"},
        {"id": 4, "method": "tools/call", "params": call},
    )
    assert [reply["id"] for reply in replies] == [1, 2, 3, 4]
    # The two calls are concurrent: either may be the one that lists the first part.
    texts = [replies[at]["result"]["content"][0]["text"] for at in (1, 3)]
    assert sum("matches, best first" in text for text in texts) == 1
    assert len(replies[2]["result"]["tools"]) == 3


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, -32602),
        ({"protocolVersion": "2025-06-18"}, -32602),
        ({"protocolVersion": 7, "capabilities": {}, "clientInfo": {}}, -32602),
    ],
)
def test_an_invalid_greeting_is_refused_by_the_sdk(params: dict[str, Any], code: int) -> None:
    (reply,) = converse([str(TRADING)], {"id": 1, "method": "initialize", "params": params})
    assert reply["error"]["code"] == code


@pytest.mark.parametrize("early", [True, False], ids=["before the SDK", "after"])
def test_every_line_is_answered_and_the_session_goes_on(early: bool) -> None:
    """Invalid lines between valid ones: each gets its answer, in order."""
    with running(str(TRADING)) as host:
        greeting, ready = hello("2025-06-18")
        call = {"name": "list_index", "arguments": {"query": "stop"}}
        if early:
            host.send(*(line for line, _, _ in ODD_LINES))
            host.send(greeting, ready)
        else:
            host.send(greeting, ready, {"id": 2, "method": "tools/call", "params": call})
            assert [host.reply()["id"] for _ in range(2)] == [1, 2]
            host.send(*(line for line, _, _ in ODD_LINES))
            host.send({"id": 1, "method": "ping"})
        for line, code, number in ODD_LINES:
            reply = host.reply()
            replies = reply if isinstance(reply, list) else [reply]
            assert [one["error"]["code"] for one in replies] == [code] * len(replies), line[:80]
            assert [one["id"] for one in replies] == [number] if replies is not reply else number
            assert all(one["error"]["message"].isascii() for one in replies)
        assert host.reply()["id"] == 1
        host.send(*(line for line, _ in GOOD.values()))
        numbers = [host.reply()["id"] for _ in GOOD]
        assert sorted(map(str, numbers)) == sorted(str(number) for _, number in GOOD.values())
        host.send({"id": 3, "method": "tools/call", "params": call})
        assert "stop" in host.reply()["result"]["content"][0]["text"]


@pytest.mark.parametrize("form", HALVES)
def test_a_request_with_half_a_letter_is_answered(form: str) -> None:
    """As a byte or an escape, in an argument, a name or the id, early or late."""
    whole, half = "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"), HALVES[form]
    with running(str(TRADING)) as host:
        greeting, ready = hello("2025-06-18")
        first = json.dumps({"jsonrpc": "2.0", **greeting}).replace('"host"', '"a HALF"')
        host.send(first.encode().replace(b"HALF", half), ready)
        assert host.reply()["result"]["serverInfo"]["name"] == "skillagent"
        for place in ("argument", "id", "name"):
            call = {"name": "list_index", "arguments": {"query": f"stop {whole}"}}
            number = "late HALF" if place == "id" else 5
            if place != "id":
                call = json.loads(
                    json.dumps(call).replace("stop" if place == "argument" else "list", "HALF")
                )
            line = json.dumps(
                {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": call}
            )
            host.send(line.encode().replace(b"HALF", half))
            reply = host.reply()
            assert reply["id"] == number if place != "id" else reply["id"].startswith("late \ufffd")
            assert "result" in reply


def test_letters_that_end_lines_elsewhere_are_escaped(vault: Vault) -> None:
    text = "One\u2028two\u2029three\u0085four"
    folder = vault({"SKILL.md": f"# Start\n\n{text}\n"})
    with running(str(folder)) as host:
        greeting, ready = hello("2025-06-18")
        call = {"name": "read_node", "arguments": {"node": "SKILL"}}
        host.send(greeting, ready, {"id": 2, "method": "tools/call", "params": call})
        assert host.reply()["id"] == 1
        line = host.line()
        assert "One\ntwo\nthree\nfour" in json.loads(line)["result"]["content"][0]["text"]
        assert len(line.decode().splitlines()) == 1


def test_the_first_tools_leave_before_the_sdk_is_imported() -> None:
    """Not a timing: what is loaded when the first answers are written."""
    script = """
import json, os, sys
from skillagent.mcp_server.server_config import ServerConfig, instructions
from skillagent.mcp_server.early_handshake import ServerDescription, EarlyHandshake
from skillagent.mcp_server.capabilities import capabilities, server_info
import skillagent.mcp_server.stdio
config = ServerConfig((sys.argv[1],))
handshake_capabilities = capabilities(config, modern=False)
description = ServerDescription(
    server_info(), instructions(config), handshake_capabilities, {}, 1
)
handshake = EarlyHandshake(description, lambda line: None)
for message in json.loads(sys.argv[2]):
    assert handshake.handle(json.dumps({"jsonrpc": "2.0", **message}))
heavy = {"mcp", "mcp_types", "pydantic", "anyio", "starlette", "tiktoken", "networkx"}
print(sorted(heavy & set(sys.modules)))
"""
    messages = [*hello("2025-06-18"), {"id": 2, "method": "tools/list"}]
    command = [sys.executable, "-c", script, str(TRADING), json.dumps(messages)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def handled(*messages: Mapping[str, Any]) -> list[bool]:
    """Which of some messages are answered before the SDK is loaded."""
    handshake = EarlyHandshake(ServerDescription({}, "", {}, {}, 0), lambda line: None)
    lines = [framing.read(json.dumps({"jsonrpc": "2.0", **one}).encode()) for one in messages]
    return [isinstance(line, str) and handshake.handle(line) for line in lines]


@pytest.mark.parametrize(
    "change",
    [
        {"capabilities": {"roots": 5}},
        {"capabilities": {"sampling": True}},
        {"capabilities": {"experimental": {"x": True}}},
        {"clientInfo": {"name": "h", "version": "1", "title": 5}},
        {"clientInfo": {"name": "h", "version": "1", "icons": []}},
        {"clientInfo": {"name": "h"}},
        {"_meta": 5},
        {"_meta": META},
        {"_meta": {"progressToken": None}},
        {"protocolVersion": "2024-11-05"},
        {"more": 1},
    ],
    ids=str,
)
def test_what_the_sdk_might_refuse_is_left_to_it(change: dict[str, Any]) -> None:
    greeting = hello("2025-06-18")[0]
    assert handled(greeting) == [True]
    assert handled({**greeting, "params": {**greeting["params"], **change}}) == [False]
    assert handled({**greeting, "id": "\ud800"}) == [True]  # with the half replaced
    assert handled({**greeting, "id": 2, "method": "x"}) == [False]


@pytest.mark.parametrize("version", ["2025-11-25", "2026-07-28"])
def test_the_greetings_of_real_hosts_do_not_wait(version: str) -> None:
    info = {
        "name": "claude-code",
        "title": "Claude Code",
        "version": "2.1.330",
        "websiteUrl": "https://claude.com/claude-code",
    }
    able = {"roots": {"listChanged": True}, "elicitation": {"form": {}, "url": {}}, "sampling": {}}
    if version in HANDSHAKE_VERSIONS:
        params = {"protocolVersion": version, "capabilities": able, "clientInfo": info}
        assert handled({"id": 0, "method": "initialize", "params": params}) == [True]
    else:
        names = ("protocolVersion", "clientCapabilities", "clientInfo")
        values = (version, able, info)
        meta = {f"io.modelcontextprotocol/{n}": v for n, v in zip(names, values, strict=True)}
        message = {"id": 0, "method": "server/discover", "params": {"_meta": meta}}
        assert handled(message) == [True]


def test_a_line_without_end_is_dropped_and_the_next_one_is_served() -> None:
    command = [*COMMAND, str(TRADING)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    data = b'{"x": "' + b"x" * (MAX_BYTES + 1) + b'"}\n'
    data += json.dumps({"jsonrpc": "2.0", **hello("2025-06-18")[0]}).encode() + b"\n"
    output, _ = process.communicate(data, timeout=60)
    replies = [json.loads(line) for line in output.splitlines()]
    assert [reply.get("id") for reply in replies][-1] == 1
    assert process.returncode == 0


def test_a_host_that_disconnects_ends_the_server_without_an_error() -> None:
    command = [*COMMAND, str(TRADING)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen(command, **pipes)  # type: ignore[call-overload]
    template = {"id": 2, "method": "resources/templates/list"}
    greeting, ready = hello("2025-06-18")
    for message in (greeting, ready, template):
        process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
    process.stdin.flush()
    process.stdout.readline()
    process.stdout.readline()
    process.stdout.close()
    process.stdin.write(json.dumps({"jsonrpc": "2.0", **template, "id": 3}).encode() + b"\n")
    process.stdin.close()
    with process.stderr:
        assert (process.wait(20), process.stderr.read()) == (0, b"")
