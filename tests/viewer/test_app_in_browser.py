"""The page as an MCP App: a host page speaks SEP-1865 with it, and the conversation is walked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import anyio
import mcp_types as types
import pytest
from mcp import Client
from mcp.client.extension import advertise
from mcp.server import apps

from tests.browser import Open, Opened
from tests.mcp_server.conftest import TRADING, graph_server

if TYPE_CHECKING:
    from playwright.sync_api import FrameLocator

pytestmark = [pytest.mark.process, pytest.mark.slow]

CALLS: list[tuple[str, dict[str, Any]]] = [
    ("read_summary", {"nodes": ["position-sizing"]}),
    ("read_node", {"node": "kelly-is-an-upper-bound"}),
    ("read_node", {"node": "nowhere"}),
]
HOST = """<!DOCTYPE html>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline';
  style-src 'unsafe-inline'; img-src data:; connect-src 'none'">
<title>A host</title>
<iframe id="app" sandbox="allow-scripts" style="width: 900px; height: 640px"></iframe>
<script>
  const app = document.getElementById("app");
  const waiting = [];
  window.got = [];
  window.send = (message) => app.contentWindow.postMessage({ jsonrpc: "2.0", ...message }, "*");
  window.heard = (key, value) => new Promise((resolve) => {
    waiting.push(() => got.some((message) => message[key] === value) && resolve());
    waiting.at(-1)();
  });
  const hostContext = {
    theme: "dark",
    displayMode: "inline",
    containerDimensions: { width: 900, maxHeight: 500 },
    toolInfo: { tool: { name: "read_node" } },
  };
  const hostInfo = { name: "a host", version: "1" };
  const greeting = { protocolVersion: "2026-01-26", hostCapabilities: {}, hostInfo, hostContext };
  window.addEventListener("message", ({ data, source }) => {
    if (source !== app.contentWindow) return;
    got.push(data);
    if (data.method === "ui/initialize") send({ id: data.id, result: greeting });
    for (const look of waiting) look();
  });
  app.srcdoc = PAGE;
</script>
"""
"""A host with the policy that SEP-1865 asks for where a page names no domain."""


@pytest.fixture(scope="module")
def served() -> tuple[str, list[dict[str, Any]]]:
    """The page as a host reads it, and the results of some calls as the host gets them."""
    html: list[str] = []
    results: list[dict[str, Any]] = []

    async def run() -> None:
        shows_apps = advertise(apps.EXTENSION_ID, {"mimeTypes": [apps.APP_MIME_TYPE]})
        server = graph_server(TRADING)
        async with Client(server.sdk_server, extensions=[shows_apps]) as client:
            tool = (await client.list_tools()).tools[0]
            assert tool.meta is not None
            read = await client.read_resource(tool.meta["ui"]["resourceUri"])
            (contents,) = read.contents
            assert isinstance(contents, types.TextResourceContents)
            html.append(contents.text)
            for name, arguments in CALLS:
                result = await client.call_tool(name, arguments)
                results.append(result.model_dump(by_alias=True, mode="json", exclude_none=True))

    anyio.run(run)
    return html[0], results


def hosted(show: Open, html: str) -> tuple[Opened, FrameLocator]:
    """A host that shows the page and has been greeted by it."""
    page = json.dumps(html).replace("<", "\\u003c")
    opened = show(HOST.replace("PAGE", page), reduced_motion="reduce")
    hear(opened, "method", "ui/notifications/initialized")
    frame = opened.page.frame_locator("#app")
    frame.locator("html[data-ready=true]").wait_for(state="attached")
    return opened, frame


def hear(opened: Opened, key: str, value: str | int) -> None:
    """Wait until the host has got such a message."""
    opened.page.evaluate("([key, value]) => heard(key, value)", [key, value])


def tell(opened: Opened, method: str, params: Any, **more: Any) -> None:
    opened.page.evaluate("send", {"method": method, "params": params, **more})


def test_the_page_greets_its_host_and_takes_its_theme(
    served: tuple[str, list[dict[str, Any]]], show: Open
) -> None:
    opened, frame = hosted(show, served[0])
    got = opened.page.evaluate("got")
    assert [message.get("method") for message in got] == [
        "ui/initialize",
        "ui/notifications/size-changed",
        "ui/notifications/initialized",
    ]
    assert got[0]["params"]["protocolVersion"] == "2026-01-26"
    assert got[0]["params"]["appInfo"]["name"] == "skillagent"
    assert got[1]["params"] == {"width": 900, "height": 500}
    root = frame.locator("html")
    assert root.get_attribute("data-theme") == "dark"
    tell(opened, "ui/notifications/host-context-changed", {"theme": "light"})
    frame.locator("html[data-theme=light]").wait_for(state="attached")
    opened.check_that_nothing_ran()


def test_the_conversation_is_walked_as_results_come(
    served: tuple[str, list[dict[str, Any]]], show: Open
) -> None:
    html, results = served
    opened, frame = hosted(show, html)
    assert frame.locator(".walks").count() == 0
    for number, result in enumerate(results, 1):
        tell(opened, "ui/notifications/tool-result", result)
        said = frame.locator(".walks .said", has_text=f"step {number} of {number}")
        said.wait_for(state="attached")
    assert frame.locator(".walks h2").inner_text() == "This conversation"
    calls = frame.locator(".steps code").all_inner_texts()
    assert calls == ["read_summary", "read_node", "read_node"]
    frame.get_by_role("button", name="Step back").click()
    card = frame.locator(".step-card")
    assert "Kelly is an upper bound" in card.inner_text()
    card.get_by_role("button", name="Kelly is an upper bound").click()
    frame.locator("#node-title", has_text="Kelly is an upper bound").wait_for()
    opened.check_that_nothing_ran()


def test_a_host_that_keeps_the_meta_to_itself_is_followed_by_the_text(
    served: tuple[str, list[dict[str, Any]]], show: Open
) -> None:
    html, results = served
    opened, frame = hosted(show, html)
    for (_, arguments), result in zip(CALLS, results, strict=True):
        tell(opened, "ui/notifications/tool-input", {"arguments": arguments})
        bare = {key: value for key, value in result.items() if key != "_meta"}
        tell(opened, "ui/notifications/tool-result", bare)
    frame.locator(".walks .said", has_text="step 3 of 3").wait_for(state="attached")
    assert "refused" in frame.locator(".walks .said").inner_text()
    shown = []
    for _ in range(2):
        frame.get_by_role("button", name="Step back").click()
        shown.append(frame.locator(".disclosed").first.inner_text().split("\n")[0:2])
    assert shown == [["Read", "Kelly is an upper bound"], ["Summary of", "Position sizing"]]
    cost = results[1]["content"][0]["text"].rpartition("(call 2: ")[2].partition(" ")[0]
    assert cost in frame.locator(".steps li").nth(1).inner_text()


def test_requests_of_a_host_are_answered(
    served: tuple[str, list[dict[str, Any]]], show: Open
) -> None:
    opened, _ = hosted(show, served[0])
    methods = ["ping", "ui/resource-teardown", "tools/list"]
    for number, method in enumerate(methods, 70):
        tell(opened, method, {}, id=number)
    hear(opened, "id", 72)
    answers = [message for message in opened.page.evaluate("got") if message.get("id", 0) >= 70]
    assert [answer.get("result") for answer in answers] == [{}, {}, None]
    assert answers[2]["error"]["code"] == -32601


@pytest.mark.parametrize(
    "odd",
    [
        None,
        "text",
        {"method": "ui/notifications/tool-result"},
        {"jsonrpc": "2.0", "method": "ui/notifications/tool-result"},
        {"jsonrpc": "2.0", "method": "ui/notifications/tool-result", "params": {"content": [{}]}},
        {"jsonrpc": "2.0", "method": "ui/notifications/host-context-changed", "params": {}},
        {"jsonrpc": "2.0", "id": 1, "result": {"hostContext": {"theme": "pink"}}},
    ],
    ids=str,
)
def test_odd_messages_do_no_harm(
    served: tuple[str, list[dict[str, Any]]], show: Open, odd: Any
) -> None:
    opened, frame = hosted(show, served[0])
    opened.page.evaluate("(odd) => app.contentWindow.postMessage(odd, '*')", odd)
    tell(opened, "ping", {}, id=99)
    hear(opened, "id", 99)
    assert frame.locator("html").get_attribute("data-theme") == "dark"
    opened.check_that_nothing_ran()


def test_messages_of_anyone_but_the_host_are_ignored(
    served: tuple[str, list[dict[str, Any]]], show: Open
) -> None:
    opened, frame = hosted(show, served[0])
    inner = opened.page.frames[1]
    result = {"jsonrpc": "2.0", "method": "ui/notifications/tool-result", "params": served[1][0]}
    inner.evaluate("(message) => window.postMessage(message, '*')", result)
    tell(opened, "ping", {}, id=99)
    hear(opened, "id", 99)
    assert frame.locator(".walks").count() == 0


def test_a_page_that_no_host_shows_speaks_to_nobody(
    served: tuple[str, list[dict[str, Any]]], show: Open
) -> None:
    posted = "window.posted = []; window.postMessage = (message) => posted.push(message);"
    opened = show(served[0], before=posted)
    opened.page.wait_for_selector("html[data-ready=true]", state="attached")
    assert opened.page.evaluate("posted") == []
    opened.check_that_nothing_ran()
