"""The page of the graph as an MCP App: offered to hosts that show one, and to no other."""

from __future__ import annotations

import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import mcp_types as types
import pytest
from mcp import Client
from mcp.client.extension import advertise
from mcp.server import apps
from mcp.shared.exceptions import MCPError

from skillagent.errors import StoredIndexError
from skillagent.mcp_server import capabilities, graph_app
from skillagent.mcp_server.graph_app import WALK_KEY
from skillagent.mcp_server.server import SESSION_KEY, GraphServer
from skillagent.viewer import walking
from skillagent.viewer.walk import Walk
from tests.conftest import Vault
from tests.mcp_server.conftest import TRADING, graph_server
from tests.mcp_server.test_server import ERAS, Era, text_of

SHOWS_APPS = advertise(apps.EXTENSION_ID, {"mimeTypes": [apps.APP_MIME_TYPE]})
HOSTS: dict[str, list[Any]] = {
    "none": [],
    "another extension": [advertise("com.example/other")],
    "other pages": [advertise(apps.EXTENSION_ID, {"mimeTypes": ["text/uri-list"]})],
}


def ask(
    server: GraphServer,
    act: Callable[[Client], Awaitable[None]],
    era: Era = "auto",
    extensions: Any = (SHOWS_APPS,),
) -> None:
    async def run() -> None:
        async with Client(server.sdk_server, mode=era, extensions=list(extensions)) as client:
            await act(client)

    anyio.run(run)


async def everything(client: Client) -> str:
    """All that a server sends to a host that asks for all of it."""
    listed = await client.list_resources(), await client.list_tools()
    called = await client.call_tool("read_node", {"node": "kelly-is-an-upper-bound"})
    sent = [client.server_capabilities, *listed, called]
    return "\n".join(one.model_dump_json(by_alias=True) for one in sent)


def test_the_names_are_those_of_the_sdk() -> None:
    assert capabilities.APPS_EXTENSION == apps.EXTENSION_ID
    assert capabilities.APP_TYPE == apps.APP_MIME_TYPE


@pytest.mark.parametrize("era", ERAS)
def test_a_host_that_shows_apps_is_told_of_the_page(era: Era) -> None:
    async def act(client: Client) -> None:
        tools = (await client.list_tools()).tools
        assert len(tools) == 3
        for tool in tools:
            assert tool.meta == {"ui": {"resourceUri": "ui://skillagent/graph"}}
        listed = (await client.list_resources()).resources
        assert [one.mime_type for one in listed if one.uri.startswith("ui://")] == [
            "text/html;profile=mcp-app"
        ]
        reported = client.server_capabilities
        assert reported is not None
        if era == "auto":  # the older protocol has no place for it
            assert reported.extensions is not None
            assert reported.extensions["io.modelcontextprotocol/ui"] == {}

    ask(graph_server(TRADING), act, era)


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("host", HOSTS)
def test_every_other_host_gets_the_same_bytes_as_before(era: Era, host: str) -> None:
    async def act(client: Client) -> None:
        sent.append(await everything(client))
        with pytest.raises(MCPError, match="no resource ui://"):
            await client.read_resource("ui://skillagent/graph")

    sent: list[str] = []
    ask(graph_server(TRADING), act, era, HOSTS[host])
    ask(graph_server(TRADING), act, era, ())
    assert sent[0] == sent[1]
    assert "ui://" not in sent[0]
    assert WALK_KEY not in sent[0]
    assert "io.modelcontextprotocol/ui" not in sent[0]


@pytest.mark.parametrize("era", ERAS)
def test_a_result_tells_the_page_the_walk_and_the_model_nothing_more(era: Era) -> None:
    calls: list[tuple[str, dict[str, Any]]] = [
        ("list_index", {}),
        ("read_node", {"node": "kelly-is-an-upper-bound"}),
    ]
    texts: dict[bool, list[str]] = {True: [], False: []}
    walks: list[dict[str, Any]] = []

    async def act(client: Client, shows: bool) -> None:
        for name, arguments in calls:
            result = await client.call_tool(name, arguments)
            texts[shows].append(text_of(result))
            if shows:
                assert result.meta is not None
                walks.append(result.meta[WALK_KEY])

    for shows in (True, False):
        ask(
            graph_server(TRADING),
            lambda client, shows=shows: act(client, shows),  # type: ignore[misc]
            era,
            (SHOWS_APPS,) if shows else (),
        )
    assert texts[True] == texts[False]
    assert [len(walk["steps"]) for walk in walks] == [1, 2]
    last = walks[1]["steps"][1]
    assert (last["operation"], last["read"]) == (
        "read_node",
        ["position-sizing/kelly-is-an-upper-bound"],
    )
    assert f"; {last['left']} of " in texts[True][1]


def test_a_long_session_sends_only_its_newest_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph_app, "MOST_STEPS", 2)

    async def act(client: Client) -> None:
        for query in ("stop loss", "kelly", "drawdown"):
            result = await client.call_tool("list_index", {"query": query})
        assert result.meta is not None
        walk = result.meta[WALK_KEY]
        assert [step["number"] for step in walk["steps"]] == [2, 3]
        assert walk["omitted"] == "Not shown: the first step."

    ask(graph_server(TRADING), act)


def test_a_walk_that_cannot_be_drawn_does_not_repeat_the_call(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    def changed(*_: object) -> Walk:
        raise StoredIndexError("a file has changed")

    monkeypatch.setattr(walking, "walk_of_session", changed)

    async def act(client: Client) -> None:
        for number in (1, 2):
            result = await client.call_tool("list_index", {"query": "one"})
            assert f"(call {number}:" in text_of(result)
            assert WALK_KEY not in (result.meta or {})

    ask(graph_server(vault({"one.md": "# One\n"})), act)


def test_without_resources_there_is_no_page() -> None:
    async def act(client: Client) -> None:
        assert [tool.meta for tool in (await client.list_tools()).tools] == [None] * 3
        result = await client.call_tool("list_index", {})
        assert WALK_KEY not in (result.meta or {})

    ask(graph_server(TRADING, resources="off"), act)


async def page_of(client: Client) -> str:
    (contents,) = (await client.read_resource("ui://skillagent/graph")).contents
    assert isinstance(contents, types.TextResourceContents)
    assert contents.mime_type == "text/html;profile=mcp-app"
    # It names no domain, so a host allows it none.
    assert contents.meta == {"ui": {"csp": {}, "prefersBorder": True}}
    return contents.text


def test_the_page_is_made_once_for_each_state_of_the_graph(vault: Vault) -> None:
    entry = "---\ntype: map\n---\n# Index\n\n- [[one]]\n"
    server = graph_server(vault({"index.md": entry, "one.md": "# One\n\nThe first text.\n"}))
    pages: list[str] = []

    async def act(client: Client) -> None:
        pages.append(await page_of(client))
        pages.append(await page_of(client))
        vault({"one.md": "# One\n\nThe second text.\n"})
        server.loader.reload()
        pages.append(await page_of(client))
        # It is for a person: no token of the budget was spent on it.
        assert "(call 1:" in text_of(await client.call_tool("list_index", {}))

    ask(server, act)
    assert pages[0] is pages[1]
    assert "The first text." in pages[0]
    assert "The second text." in pages[2]


def test_a_page_that_is_too_large_says_so(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = vault({"one.md": "---\ndescription: One\n---\n# One\n\nA text that is not sent.\n"})
    pages: list[str] = []

    async def act(client: Client) -> None:
        pages.append(await page_of(client))

    monkeypatch.setattr(graph_app, "TEXT_LIMIT", 5)
    ask(graph_server(folder), act)
    monkeypatch.setattr(graph_app, "MOST_CHARACTERS", 10)
    ask(graph_server(folder), act)
    assert "A text that is not sent." not in pages[0]
    assert "together they are longer than 5 characters" in pages[0]
    assert "too large for a picture" in pages[1]
    assert "a host is sent no more than 10." in pages[1]


def test_a_graph_that_is_gone_is_reported_in_one_line(vault: Vault, tmp_path: Path) -> None:
    server = graph_server(vault({"graph/one.md": "# One\n"}) / "graph")
    shutil.rmtree(tmp_path / "graph")

    async def act(client: Client) -> None:
        with pytest.raises(MCPError, match=r"the picture cannot be made: .*graph"):
            await page_of(client)

    ask(server, act)


def test_the_policy_of_the_page_allows_no_network(vault: Vault) -> None:
    folder = vault({"one.md": "# One\n"})

    async def act(client: Client) -> None:
        page = await page_of(client)
        assert "default-src 'none'" in page
        assert "connect-src" not in page
        assert "unsafe" not in page.partition("</title>")[0]

    ask(graph_server(folder), act)


@pytest.mark.process
@pytest.mark.parametrize("era", ERAS)
def test_over_http_a_host_is_known_where_each_request_tells_what_it_can_do(
    trading_url: str, era: Era
) -> None:
    async def run() -> None:
        async with Client(trading_url, mode=era, extensions=[SHOWS_APPS]) as client:
            metas = [tool.meta for tool in (await client.list_tools()).tools]
            first = await client.call_tool("list_index", {"query": "stop"})
            assert first.meta is not None
            arguments = {"node": "kelly-is-an-upper-bound", "session": first.meta[SESSION_KEY]}
            second = await client.call_tool("read_node", arguments)
            assert second.meta is not None
            if era == "legacy":  # its requests are independent, and only the first one told
                assert metas == [None] * 3
                assert WALK_KEY not in second.meta
            else:
                assert metas == [{"ui": {"resourceUri": "ui://skillagent/graph"}}] * 3
                # Another worker may answer: the walk is the session's, not the worker's.
                steps = second.meta[WALK_KEY]["steps"]
                assert [step["operation"] for step in steps] == ["list_index", "read_node"]

    anyio.run(run)
