"""`skillagent serve --record`: every served session leaves a record that can be checked."""

from __future__ import annotations

import json
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError

from skillagent import Answer, Toolset
from skillagent.cli import main
from skillagent.disclosure.served_call import ServedCall
from skillagent.graph import SkillGraph
from skillagent.lock import FILE, lock_of, read_lock
from skillagent.mcp_server import session_records
from skillagent.mcp_server.graph_loader import GraphLoader
from skillagent.mcp_server.reload import is_graph_path
from skillagent.mcp_server.server import SESSION_KEY
from skillagent.mcp_server.server_config import RecordConfig, ServerConfig
from skillagent.mcp_server.session_records import SessionRecords, StandInNames
from skillagent.mcp_server.session_rows import SqliteSessionRows
from skillagent.mcp_server.sessions import SingleSession, StoredSessions
from skillagent.runs import RunRecord
from skillagent.runs.graph_identity import GraphIdentity
from skillagent.runs.record import records_in
from skillagent.tokens import counter_for
from tests.conftest import Vault
from tests.mcp_server.conftest import graph_server, listening
from tests.mcp_server.test_http import session_of
from tests.mcp_server.test_server import text_of
from tests.mcp_server.test_stdio import COMMAND, Host, hello, running
from tests.secret_samples import SAMPLES

SECRET = SAMPLES["GitHub"]
GRAPH = {
    "SKILL.md": "---\nname: bees\ndescription: Honest words about bees\n---\n[[a]] [[b]]\n",
    "a.md": "About a.\n",
    "b.md": f"About b, with the key {SECRET} in it.\n",
    "scripts/run.py": "print('bees')\n",
}


def call(number: int, tool: str, /, **arguments: Any) -> dict[str, Any]:
    params = {"name": tool, "arguments": arguments}
    return {"id": number, "method": "tools/call", "params": params}


def read(number: int, uri: str) -> dict[str, Any]:
    return {"id": number, "method": "resources/read", "params": {"uri": uri}}


def records(folder: Path) -> list[RunRecord]:
    """All records in a folder, in the order in which they were begun."""
    return [RunRecord.read(path) for path in records_in((folder,))]


def kinds(record: RunRecord) -> list[str]:
    return [event.kind for event in record.events]


def everything(folder: Path) -> str:
    """The content of all files below a folder."""
    return "".join(path.read_text() for path in sorted(folder.rglob("*")) if path.is_file())


def verified(capsys: pytest.CaptureFixture[str], folder: Path, graph: Path) -> list[list[str]]:
    """What `verify` has to say of each record: faults of all levels, and what was not checked."""
    main(["verify", str(folder), "--json", "-g", str(graph)])
    checks = [json.loads(line)["levels"] for line in capsys.readouterr().out.splitlines()]
    return [
        [text for level in levels[:3] for text in (*level["faults"], level["skipped"]) if text]
        for levels in checks
    ]


@pytest.fixture
def graph(vault: Vault) -> Path:
    return vault({f"bees/{name}": text for name, text in GRAPH.items()}) / "bees"


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    return tmp_path / "runs"


class Served:
    """Sessions of a server in this process, which records them."""

    def __init__(self, graph: Path, runs: Path, **terms: Any) -> None:
        self.record = RecordConfig(str(runs), (str(graph),), terms.pop("with_nodes", False))
        self.loader = GraphLoader(ServerConfig((str(graph),), record=self.record, **terms))
        self.records = SessionRecords(self.record)

    def single(self) -> SingleSession:
        return SingleSession(self.loader, self.records)

    def sqlite(self, file: Path, *, recorded: bool = True) -> StoredSessions:
        return StoredSessions(
            SqliteSessionRows(file), self.loader, records=self.records if recorded else None
        )


Sessions = SingleSession | StoredSessions


def act(sessions: Sessions, token: str | None, tool: str, **arguments: Any) -> tuple[Answer, str]:
    def action(toolset: Toolset) -> Answer:
        return toolset.call(tool, arguments)

    return sessions.act(token, action, ServedCall(tool, arguments))


def ask(sessions: Sessions, token: str | None, query: str) -> tuple[Answer, str]:
    return act(sessions, token, "list_index", query=query)


@pytest.mark.process
def test_a_session_over_stdio_is_one_record(
    graph: Path, runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running(str(graph), "--record", str(runs), "--budget", "600") as host:
        host.send(*hello("2025-06-18"), {"id": 2, "method": "resources/list"})
        assert [host.reply()["id"] for _ in range(2)] == [1, 2]
        assert list(runs.iterdir()) == []  # until the first call
        for number, request in enumerate(
            [
                call(3, "list_index", query="bees"),
                read(4, "skill://bees/SKILL.md"),
                read(5, "skill://bees/scripts/run.py"),
                call(6, "read_node", node="b"),
                call(7, "read_node", node="nowhere", section=SECRET),
                call(8, "no_tool", number=1.5),
                call(9, "hand_over", name="skill://bees/a.md", node="a", tokens=1),
                call(10, "", line="read_node a"),
            ],
            3,
        ):
            host.send(request)
            assert host.reply()["id"] == number
    (record,) = records(runs)
    assert record.is_complete
    manifest = record.manifest
    assert manifest.determinism == "sampled"
    assert manifest.calls == 8
    assert manifest.observed["host"] == {"name": "host", "version": "1"}
    assert kinds(record) == ["call", "answer"] * 8
    assert [event.fields.get("asked") for event in record.events[:6:2]] == [None, "file", "file"]
    assert {node: read.level for node, read in manifest.nodes.items()}["SKILL"] == "node"
    assert SECRET not in everything(runs)

    assert verified(capsys, runs, graph) == [[]]
    for options in ([], ["--decisions"]):
        assert main(["replay", str(runs), "-g", str(graph), *options]) == 0
        assert "all the same" in capsys.readouterr().out
    assert main(["diff", str(record.folder), str(record.folder)]) == 0
    assert main(["runs", str(runs)]) == 0
    assert re.search(r"calls  closed  8 calls  \d+ tokens", capsys.readouterr().out)


@pytest.mark.process
def test_a_killed_server_leaves_a_readable_record(
    graph: Path, runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = [*COMMAND, str(graph), "--record", str(runs)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        host = Host(process)
        host.send(*hello("2025-06-18"), call(2, "list_index"), call(3, "read_node", node="a"))
        assert {host.reply()["id"] for _ in range(3)} == {1, 2, 3}
        process.kill()
    (record,) = records(runs)
    assert not record.is_complete
    assert record.damage == ()
    assert record.where_it_ended == "after 'answer', event 4 (trace.jsonl:4)"
    assert verified(capsys, runs, graph) == [[]]
    assert main(["verify", str(runs), "--strict", "-g", str(graph)]) == 64
    assert main(["replay", str(runs), "-g", str(graph)]) == 0
    assert "the record is incomplete" in capsys.readouterr().out


@pytest.mark.process
def test_sessions_over_http_have_a_record_each_without_their_tokens(
    graph: Path, runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tokens: list[str] = []

    async def session(client: Client, *queries: str, again: bool = False) -> None:
        token: str | None = None
        for query in queries:
            result = await client.call_tool("list_index", {"query": query, "session": token})
            token = session_of(text_of(result))
        meta: Any = {SESSION_KEY: token}
        for uri in ("skill://bees/a.md", "skill://bees/scripts/run.py"):
            await client.read_resource(uri, meta=meta)
        wrong = {"node": "a", "session": str(token)[:-1]}
        answer = text_of(await client.call_tool("read_node", wrong))
        tokens.extend([str(token), session_of(answer)])
        if again:  # a model that puts the name of its session into another argument, too
            await client.call_tool("read_node", {"node": str(token).upper(), "session": token})

    async def run(url: str) -> None:
        async with Client(url) as client, anyio.create_task_group() as group:
            group.start_soon(session, client, "a", "b", SECRET)
            group.start_soon(session, client, "b", "bees")
            group.start_soon(partial(session, again=True), client, "b")

    with listening(str(graph), "--record", str(runs)) as server:
        anyio.run(run, server.url)
    assert sorted(len(record.events) for record in records(runs)) == [2, 2, 2, 8, 8, 10]
    assert all(record.is_complete for record in records(runs))
    text = everything(runs).lower()
    assert SECRET.lower() not in text
    assert not [token for token in tokens if token[:12] in text]
    *all_the_same, (of_query,), (of_node,) = sorted(verified(capsys, runs, graph))
    assert all_the_same == [[]] * 4
    assert of_query.startswith("after 5 events: a secret in the arguments of call_2 ")
    assert of_node.startswith("after 7 events: a secret in the arguments of call_3 ")


def test_calls_at_once_in_one_session_are_recorded_in_their_order(
    graph: Path, runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    served = Served(graph, runs, budget=900)
    sessions = served.sqlite(tmp_path / "sessions.sqlite")
    _, token = act(sessions, None, "list_index")
    with ThreadPoolExecutor(8) as pool:
        queries = [f"b {number}" for number in range(40)]
        answers = list(pool.map(lambda query: ask(sessions, token, query)[0], queries))
    assert not answers[-1].text  # the budget was spent long before
    sessions.close()
    (record,) = records(runs)
    recorded = [event.fields["call"] for event in record.events if event.kind == "answer"]
    assert recorded == list(range(1, 42))
    assert verified(capsys, runs, graph) == [[]]


def test_a_session_that_another_server_continued_has_a_record_for_each_part(
    graph: Path, runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    served = Served(graph, runs)
    here, elsewhere = (
        served.sqlite(tmp_path / "sessions.sqlite", recorded=recorded) for recorded in (True, False)
    )
    _, token = act(here, None, "list_index")
    act(elsewhere, token, "read_node", node="a")
    act(here, token, "read_node", node="b")
    act(here, token, "list_index", query="bees")
    here.close()
    first, second = records(runs)
    assert kinds(first) == ["call", "answer"]
    assert kinds(second) == ["resumed", *["call", "answer"] * 2]
    assert second.events[0].fields == {"calls": 2, "messages": 0}
    ok, resumed = verified(capsys, runs, graph)
    assert ok == []
    assert len(resumed) == 1
    assert resumed[0].endswith("it continues a session whose beginning was not recorded")
    assert main(["replay", str(runs), "-g", str(graph)]) == 2
    printed = capsys.readouterr()
    assert "2 events, all the same" in printed.out
    assert "beginning was not recorded" in printed.err


def test_the_least_used_record_is_closed_when_too_many_are_open(
    graph: Path, runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_records, "MAX_OPEN", 2)
    sessions = Served(graph, runs).sqlite(tmp_path / "sessions.sqlite")
    tokens = [act(sessions, None, "list_index")[1] for _ in range(3)]
    assert [record.is_complete for record in records(runs)] == [True, False, False]
    act(sessions, "0" * 16, "list_index")  # unknown: a new one
    act(sessions, tokens[0], "list_index")
    sessions.close()
    assert all(record.is_complete for record in records(runs))
    assert [kinds(record)[0] for record in records(runs)].count("resumed") == 1


def test_a_changed_graph_is_an_event_at_which_a_replay_stops(
    graph: Path, runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (graph / "b.md").write_text("About b, without a secret: its file is in the record.\n")
    served = Served(graph, runs, with_nodes=True)
    session = served.single()
    act(session, None, "read_node", node="a")
    (graph / "a.md").write_text("About a, in other words.\n")
    served.loader.reload()
    act(session, None, "read_node", node="a")
    act(session, None, "list_index")
    session.close()
    (record,) = records(runs)
    assert kinds(record) == ["call", "answer", "graph", *["call", "answer"] * 2]
    root = GraphIdentity.of(served.loader.loaded.view).root
    assert record.events[2].fields == {"root": root}
    assert record.manifest.inputs.graph_root != root
    ((changed, stopped),) = verified(capsys, runs, graph)
    assert changed == "[[a]] was read, and its file has changed since"
    assert "after 2 events: the graph changed during the session (trace.jsonl:3)" in stopped
    assert main(["replay", str(runs), "-g", str(graph)]) == 128
    assert "2 of 7 events are the same; then the graph changed" in capsys.readouterr().out
    assert main(["replay", str(runs), "-g", str(graph), "--decisions"]) == 1
    assert "the file has changed: a" in capsys.readouterr().out


def test_the_record_of_a_frozen_server_names_the_lock(
    graph: Path, runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = graph / FILE
    path.write_text(lock_of(SkillGraph.load(graph)).to_text())
    (graph / "b.md").write_text("Another b.\n")
    lock = read_lock(path)
    served = Served(graph, runs, lock=str(path), lock_root=lock.root)
    session = served.single()
    for name in ("a", "b"):
        act(session, None, "read_node", node=name)
    session.close()
    (record,) = records(runs)
    assert record.manifest.inputs.frozen == lock.root
    assert record.manifest.inputs.graph_root != lock.root  # without b
    assert list(record.manifest.nodes) == ["a"]
    assert verified(capsys, runs, graph) == [[]], "what differs from the lock was not shown"
    assert main(["replay", str(runs), "-g", str(graph)]) == 0


@pytest.mark.parametrize("budget", [60, 400])
def test_files_are_given_out_again_whether_they_fitted_or_not(
    graph: Path, runs: Path, budget: int, capsys: pytest.CaptureFixture[str]
) -> None:
    async def run() -> None:
        record = RecordConfig(str(runs), (str(graph),))
        server = graph_server(graph, budget=budget, record=record)
        async with Client(server.sdk_server) as client:
            for uri in ("skill://bees/scripts/run.py", "skill://bees/a.md", "skill://bees/b.md"):
                for _ in range(3):
                    with suppress(MCPError):
                        await client.read_resource(uri)

    anyio.run(run)
    (record,) = records(runs)
    assert kinds(record) == ["call", "answer"] * 9
    errors = {event.fields["error"] for event in record.events if event.kind == "answer"}
    assert errors == ({True, False} if budget < 100 else {False})
    assert SECRET not in everything(runs)
    assert verified(capsys, runs, graph) == [[]]
    (graph / "a.md").unlink()
    assert main(["replay", str(runs), "-g", str(graph), "--decisions"]) == 1


def test_a_session_goes_on_when_it_cannot_be_recorded(
    graph: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    taken = tmp_path / "taken"
    taken.write_text("a file")
    session = Served(graph, taken).single()
    assert [act(session, None, "read_node", node=name)[0].error for name in "ab"] == [False] * 2
    session.close()
    assert caplog.text.count("a session is no longer recorded") == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--http", "--workers", "2", "--record", "runs"], "--workers 2: sessions can be recorded"),
        (["--http", "--workers", "2"], "--workers 2: sessions can be recorded"),
        (["--record", "bees/a.md"], "--record bees/a.md: "),
        (["--record", "bees"], "--record bees: that is a folder of Markdown files"),
        (["--record", "runs", "--no-record"], "exclude each other"),
        (["--no-record", "--with-nodes"], "--with-nodes is for --record"),
    ],
)
def test_what_cannot_be_recorded_is_refused_before_anything_is_served(
    graph: Path,
    options: list[str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(graph.parent)
    (graph.parent / "skillagent.toml").write_text('graphs = ["bees"]\nrecord = "kept"\n')
    assert main(["serve", "bees", *options]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("model", [None, "gpt-4", "claude-opus-4", "claude-2", "some-model"])
def test_a_name_in_place_of_a_token_has_as_many_tokens(model: str | None) -> None:
    counter = counter_for(model)
    names = StandInNames(counter)
    for number in range(60):
        token = f"{number * 0x9E3779B97F4A7C15 % 2**64:016x}"
        name = names.for_token(token)
        assert name != token
        for text in ('(call 1: 5 tokens; session "{}")', 'x\n(3 left; session "{}") . .'):
            assert counter.count(text.format(name)) == counter.count(text.format(token))
        assert StandInNames(counter).for_token(token) == name


def test_records_in_the_folder_of_the_graph_do_not_reload_it(graph: Path) -> None:
    runs = str(graph / "runs")
    for path, expected in [("runs/1/trace.jsonl", False), ("runs.md", True), ("a.md", True)]:
        assert is_graph_path(str(graph / path), [str(graph)], runs) is expected
