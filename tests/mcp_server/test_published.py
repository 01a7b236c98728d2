"""Servers of published graphs: any of them goes on with any session, and tokens open one graph."""

from __future__ import annotations

import argparse
from collections.abc import MutableMapping
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import Any

import anyio
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from starlette.applications import Starlette

from skillagent import SkillGraph, Toolset
from skillagent.cli import access, serve
from skillagent.errors import SkillAgentError, UsageError
from skillagent.indexing.published import publish_graph
from skillagent.mcp_server.published_app import PublishedGraphs, published_app
from skillagent.mcp_server.server_config import ServerConfig, StoreConfig
from skillagent.store.postgres.address import Address
from skillagent.store.postgres.database import Database
from skillagent.store.postgres.tokens import hashed, make_token, may_read, revoke_token
from tests.conftest import Vault
from tests.mcp_server.conftest import TRADING, listening
from tests.mcp_server.test_http import post, session_of
from tests.mcp_server.test_server import text_of
from tests.postgres import Server, wait_until

pytestmark = pytest.mark.process


@pytest.fixture
def address(postgres: Server) -> str:
    """A database with the graph `trading`."""
    address = postgres.new_database()
    publish_graph(SkillGraph.load(TRADING), Address.parse(address), namespace="trading")
    return address


def call(url: str, session: str | None, query: str, token: str = "") -> str:
    """The answer to one call, from a client of its own."""

    async def run() -> str:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        async with (
            httpx2.AsyncClient(headers=headers, timeout=60) as http,
            Client(streamable_http_client(url, http_client=http)) as client,
        ):
            arguments = {"query": query, "session": session}
            return text_of(await client.call_tool("list_index", arguments))

    return anyio.run(run)


def test_a_published_graph_can_be_untrusted(address: str) -> None:
    config = ServerConfig((), resources="off", watch=False, untrusted=("trading",))
    graphs = PublishedGraphs.open(config, StoreConfig(address))
    (graph,) = graphs.graphs
    assert "Text from <data-…> to </data-…>" in graph.instructions
    assert "position sizing" not in graph.instructions
    tools = graph.toolset()
    text = tools.read_node("position-sizing").text
    assert f"\n<{tools.state().tag}>\n" in text
    loaded = Toolset(SkillGraph.load(TRADING), graph.budget, untrusted=["trading"])
    assert text == loaded.read_node("position-sizing").text
    graphs.close()
    with pytest.raises(UsageError, match="there is no root 'tradin'; the roots are trading"):
        PublishedGraphs.open(replace(config, untrusted=("tradin",)), StoreConfig(address))


def test_any_server_goes_on_with_a_session_within_its_budget(address: str, vault: Vault) -> None:
    store = ("--store", address, "--budget", "1500")
    with listening(*store) as one, listening(*store) as other:
        urls = [server.url.replace("NAMESPACE", "trading") for server in (one, other)]
        session = None
        answers: list[str] = []
        while not answers or answers[-1]:
            answers.append(call(urls[len(answers) % 2], session, f"stop loss {len(answers)}"))
            if answers[-1]:
                session = session_of(answers[-1])
        for number, text in enumerate(answers[:-1], 1):
            assert f"(call {number}:" in text
        assert len(answers) > 3
        assert post(one.url.replace("NAMESPACE", "other")).status_code == 404
        published = vault({"a.md": "# A\n\nQuite another graph."})
        publish_graph(
            SkillGraph.load(published), Address.parse(address), namespace="trading", replace=True
        )
        for url in urls:
            wait_until(partial(has_changed, url))


def has_changed(url: str) -> bool:
    return "Quite another graph" in call(url, None, "another graph")


@pytest.mark.slow
def test_graphs_are_read_from_a_replica_and_sessions_survive_the_primary(
    postgres_pair: tuple[Server, Server],
) -> None:
    primary, replica = postgres_pair
    address = Address.parse(primary.address())
    publish_graph(SkillGraph.load(TRADING), address, namespace="trading")
    wait_until(lambda: has_graph(replica))
    stores = ("--store", primary.address(), "--read-store", replica.address())
    with listening(*stores) as server:
        url = server.url.replace("NAMESPACE", "trading")
        session = session_of(call(url, None, "stop loss"))
        primary.kill()
        primary.start_again()
        second = call(url, session, "kelly")
        assert "(call 2:" in second
        assert session_of(second) == session


def has_graph(server: Server) -> bool:
    with closing(Database(Address.parse(server.address()))) as database:
        return bool(database.read("SELECT to_regclass('skillagent.graphs')")[0][0]) and bool(
            database.read("SELECT 1 FROM skillagent.graphs WHERE revision = 1")
        )


def test_a_token_opens_one_graph_until_it_is_revoked(
    address: str, vault: Vault, capsys: pytest.CaptureFixture[str]
) -> None:
    publish_graph(
        SkillGraph.load(vault({"a.md": "Text."})), Address.parse(address), namespace="open"
    )
    told_access("trading", "--store", address, "--name", "ci")
    token = capsys.readouterr().out.strip()
    with listening("--store", address) as server:
        trading, free = (server.url.replace("NAMESPACE", name) for name in ("trading", "open"))
        for wrong in ("", "Bearer", f"Bearer {token}x", f"Basic {token}", token):
            assert post(trading, {"authorization": wrong}).status_code == 401
        assert post(trading, {"authorization": f"Bearer {token}"}).status_code == 200
        assert post(free).status_code == 200
        told_access("open", "--store", address)
        assert post(free, {"authorization": f"Bearer {token}"}).status_code == 401
        told_access("trading", "--store", address, "--name", "ci", "--revoke")
        with closing(Database(Address.parse(address))) as database:
            make_token(database, "trading", "another")
        assert post(trading, {"authorization": f"Bearer {token}"}).status_code == 401


def test_a_token_that_cannot_be_checked_opens_nothing(address: str) -> None:
    opened = PublishedGraphs.open(
        ServerConfig((), resources="off"), StoreConfig(address, namespaces=("trading",))
    )
    app = published_app(opened, True, lambda server, namespace: Starlette())
    opened.close()
    sent: list[MutableMapping[str, Any]] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    async def receive() -> MutableMapping[str, Any]:
        raise AssertionError("nothing of the request is read")

    scope = {"type": "http", "method": "POST", "path": "/mcp/trading", "headers": []}
    anyio.run(app, scope, receive, send)
    assert sent[0]["status"] == 503


def told_access(*arguments: str) -> None:
    commands = argparse.ArgumentParser().add_subparsers()
    access.add(commands)
    parsed = commands.choices["access"].parse_args(arguments)
    parsed.run(parsed)


def test_only_hashes_of_tokens_are_kept(address: str) -> None:
    with closing(Database(Address.parse(address))) as database:
        token = make_token(database, "trading", "ci")
        assert database.read("SELECT hash FROM skillagent.tokens") == [(hashed(token),)]
        assert may_read(database, 1, token, without=False)
        assert not may_read(database, 1, "", without=True)
        with pytest.raises(UsageError, match="'ci' already"):
            make_token(database, "trading", "ci")
        revoke_token(database, "trading", "ci")
        assert not may_read(database, 1, token, without=False)
        assert may_read(database, 1, "", without=True)
        with pytest.raises(UsageError, match="no token 'ci'"):
            revoke_token(database, "trading", "ci")
        with pytest.raises(SkillAgentError, match="no graph 'none'"):
            make_token(database, "none", "ci")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--store", "postgresql://db/x"], "add --http"),
        (["--http", "--store", "postgresql://db/x", "folder"], "leave a folder out"),
        (["--http", "--store", "postgresql://db/x", "--sessions", "f"], "leave --sessions out"),
        (["--http", "--store", "postgresql://me:s3cret@db/x"], "PGPASSWORD"),
        (["--http", "--store", "postgresql://db/x", "--read-store", "x"], "write it as"),
        (["--http", "--namespace", "a"], "add --store"),
    ],
)
def test_options_that_contradict_each_other_are_refused(arguments: list[str], message: str) -> None:
    commands = argparse.ArgumentParser().add_subparsers()
    serve.add(commands)
    parsed = commands.choices["serve"].parse_args(arguments)
    with pytest.raises(UsageError, match=message):
        serve.run(parsed)
