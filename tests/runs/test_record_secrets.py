"""No file of a record holds a secret, wherever it stood, and the record can still be checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from skillagent import Agent, OfflineProvider, ProviderError, SkillGraph, Toolset
from skillagent.agent import saved
from skillagent.cli import main
from skillagent.errors import UsageError
from skillagent.graph import Options
from skillagent.messages import Message, Opaque, Part, Reply, Role, Stop, Text, ToolCall
from skillagent.providers import Provider
from skillagent.repro.graph_at_hand import graph_at_hand
from skillagent.repro.verify import Check, checks
from skillagent.runs import RunRecord, RunRecorder
from skillagent.secrets import SCRUBBED
from tests.repro.conftest import FILES
from tests.run_records import Scripted
from tests.secret_samples import SAMPLES, pieces

PASSWORD = "9correct-Horse7Battery4-staple0Xq"
"""A secret without any format, known only as the value of a variable."""
KEY = SAMPLES["GitHub"]
ALL = "\n\n".join(f"Say {key} once." for key in SAMPLES.values()) + f"\n\nSay {PASSWORD} once.\n"
URL = f"https://user:{PASSWORD}@example.org/v1/{SAMPLES['Groq']}?key={SAMPLES['Google']}"
REPEATED = (
    f"400 for POST {URL} with headers {{'Authorization': 'Bearer {SAMPLES['OpenAI']}', "
    f"'Cookie': 'session={SAMPLES['JWT']}'}} and body "
    f'{{"api_key": "{SAMPLES["Stripe"]}", "input": "{SAMPLES["Slack bot"]}"}}'
)
"""What an SDK may say of a request that failed."""


def leaks(folder: Path) -> list[str]:
    """Name of each secret in a file of a record, with the file; in any case of its letters."""
    secrets = {**SAMPLES, "password": PASSWORD}
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    content = {path.name: path.read_bytes().lower() for path in files}
    return [
        f"{name} in {file}"
        for file, data in content.items()
        for name, secret in secrets.items()
        if any(piece.lower().encode() in data for piece in pieces(secret))
    ]


@dataclass
class Session:
    """What is recorded: a question, the model's replies, and the graph."""

    model: Provider
    questions: tuple[str, ...] = ("How much do I buy?",)
    files: Mapping[str, str | bytes] = field(default_factory=lambda: FILES)
    folder: str = "graph"


def made(*parts: Part) -> Reply:
    stop = Stop.TOOL_USE if any(isinstance(part, ToolCall) for part in parts) else Stop.END
    return Reply(Message(Role.ASSISTANT, parts), stop)


def calling(name: str, arguments: Any) -> Scripted:
    return Scripted(made(ToolCall("1", name, arguments)), made(Text("So.")))


def reading(**files: str | bytes) -> Session:
    """A session that reads a node `sizing`, in a graph with these nodes, too."""
    named = {f"{name}.md": text for name, text in files.items()}
    return Session(calling("read_node", {"node": "sizing"}), files={**FILES, **named})


ANSWER = Reply(Message(Role.ASSISTANT, (Text("So."),)), Stop.END, model=KEY, response_id=KEY)

SESSIONS: dict[str, Session] = {
    "question": Session(OfflineProvider(), (ALL, "How much do I buy?", ALL)),
    "a question that is a key": Session(OfflineProvider(), (KEY, KEY, KEY.lower())),
    "node text": reading(sizing=f"# Sizing\n\n{ALL}"),
    "description": reading(sizing=f"---\ndescription: The key {KEY} opens it\n---\n# Sizing\n"),
    "heading": reading(sizing=f"# Sizing {KEY}\n\nText.\n\n## Of {PASSWORD}\n\nText.\n"),
    "node in another encoding": reading(sizing=f"# Sizing\n\ncaf\xe9 {ALL}".encode("cp1252")),
    "node in UTF-16": reading(sizing=f"# Sizing\n\n{ALL}".encode("utf-16")),
    "link": reading(sizing=f"# Sizing\n\nSee [[{KEY}]].\n", **{KEY: "# K\n\nMuch.\n"}),
    "a folder of the graph": Session(OfflineProvider(), folder=f"graph-{KEY}"),
    "tool arguments": Session(calling("read_node", {"node": KEY, "password": PASSWORD, "x": ALL})),
    "arguments with a float": Session(calling("read_node", {"node": KEY, "depth": 0.5})),
    "raw arguments": Session(calling("read_node", f'{{"node": "{KEY}", {ALL}')),
    "a list of nodes": Session(calling("read_summary", {"nodes": [KEY, ALL], "query": PASSWORD})),
    "name of a tool": Session(calling(KEY, {})),
    "reply": Session(Scripted(made(Text(f"It is {KEY.lower()}, that is, {ALL}")))),
    "reasoning": Session(
        Scripted(made(Opaque("anthropic", {"thinking": ALL, "password": 0.5}), Text("So.")))
    ),
    "what the provider reports": Session(Scripted(ANSWER)),
    "the model's name": Session(Scripted(made(Text("So.")), name=f"openai:{KEY}")),
    "parameters": Session(Scripted(made(Text("So.")), parameters={"user": ALL, "seed": 3})),
    "a query that is a key in a node": replace(
        reading(sizing=f"# Sizing\n\nThe key is {KEY}.\n"),
        model=Scripted(
            made(ToolCall("1", "list_index", {"query": KEY})),
            made(Text(f"Node sizing has {KEY.lower().partition('_')[2]}.")),
        ),
    ),
    "error": Session(Scripted(ProviderError(REPEATED, 400))),
    "error that repeats everything": Session(Scripted(ProviderError(ALL, 400))),
}
"""Where the secrets stand → the session."""


def recorded(tmp_path: Path, session: Session, **options: Any) -> Path:
    """The record of a session; the folder of its graph is `folder` in `tmp_path`."""
    graph = tmp_path / session.folder
    for name, text in session.files.items():
        path = graph / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    recorder = RunRecorder(
        tmp_path / "runs",
        environ={"MY_PASSWORD": PASSWORD, "HOME": "/home/me"},
        graph=(str(graph),),
        with_nodes=True,
        **options,
    )
    model = deepcopy(session.model)  # which gives each of its replies once
    agent = Agent(Toolset(SkillGraph.load(graph), 20_000), model, record=recorder)
    for question in session.questions:
        asked(agent, question)
    assert recorder.path is not None
    return recorder.path


def asked(agent: Agent, question: str) -> None:
    with suppress(ProviderError):
        for _ in agent.ask(question):
            pass


def checked(record: RunRecord, graph: Path) -> list[Check]:
    with graph_at_hand(record, (str(graph),), Options()) as at_hand:
        return checks(record, at_hand, 3)


@pytest.mark.parametrize("place", SESSIONS)
def test_no_file_of_a_record_holds_a_secret(tmp_path: Path, place: str) -> None:
    session = SESSIONS[place]
    run = recorded(tmp_path, session)
    assert leaks(run) == []
    written = b"".join(path.read_bytes() for path in run.iterdir())
    assert SCRUBBED.encode() in written  # the secrets did reach the recorder
    record = RunRecord.read(run)
    assert record.is_complete, record.where_it_ended
    for check in checked(record, tmp_path / session.folder):
        assert not check.faults, check
        assert "secret" in check.skipped or check.level != 2 or not check.skipped


def test_the_words_of_a_secret_query_do_not_come_back_in_lower_case(tmp_path: Path) -> None:
    session = SESSIONS["a query that is a key in a node"]
    record = RunRecord.read(recorded(tmp_path, session))
    answer = next(event for event in record.events if event.kind == "answer")
    assert f"matches text (ghp, {SCRUBBED})" in str(answer.fields["text"])
    replay = checked(record, tmp_path / session.folder)[2]
    assert "a secret in the arguments of call_0 (trace.jsonl:5) was not recorded" in replay.skipped


def test_of_variables_only_names_are_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, (kind, key) in enumerate(SAMPLES.items()):
        monkeypatch.setenv(f"SKILLAGENT_{number}_TOKEN", key.replace("\n", " "))
        monkeypatch.setenv(f"OPENAI_BASE_URL_{kind.upper().replace(' ', '_')}", f"{URL}{key}")
    monkeypatch.setenv("OPENAI_BASE_URL", URL)
    monkeypatch.setenv("PYTHONHASHSEED", "0")
    assert leaks(recorded(tmp_path, Session(OfflineProvider()))) == []


SAVED: dict[str, Callable[[], list[Reply]]] = {
    "node text": lambda: [made(ToolCall("1", "read_node", {"node": "sizing"})), made(Text("So."))],
    "arguments": lambda: [
        made(ToolCall("1", "list_index", {"query": KEY, "password": PASSWORD, "x": 0.5})),
        made(ToolCall("2", "read_node", {"node": "x" * (484 - len("node")) + f" {KEY} {ALL}"})),
        made(Text("So.")),
    ],
    "raw arguments": lambda: [
        made(ToolCall("1", "read_node", f'{{"node": "{KEY}", {ALL}')),
        made(Text("So.")),
    ],
    "reply": lambda: [made(Opaque("anthropic", {"thinking": ALL}), Text(f"{KEY.lower()}: {ALL}"))],
}
"""Where the secrets of the saved conversation stand → the replies in it."""


def continued(tmp_path: Path, question: str, replies: list[Reply]) -> tuple[Path, bytes]:
    """The record of a session that continues a saved one, and the saved conversation.

    Args:
        tmp_path: its folder `graph` has the graph.
        question: the question of the saved conversation.
        replies: what the model said to it.
    """
    graph = tmp_path / "graph"
    for name, text in {**FILES, "sizing.md": f"# Sizing\n\n{ALL}"}.items():
        (graph / name).parent.mkdir(parents=True, exist_ok=True)
        (graph / name).write_text(text, encoding="utf-8")
    before = Agent(Toolset(SkillGraph.load(graph), 20_000), Scripted(*replies))
    asked(before, question)
    path = tmp_path / "saved.json"
    saved.save(before, path, "a-model", None)
    conversation = saved.load(path)
    after = Agent(
        Toolset.resume(SkillGraph.load(graph), conversation.state),
        Scripted(
            made(ToolCall("1", "read_node", {"node": "stops"})),
            made(ToolCall("2", "read_node", {"node": "sizing"})),
            made(Text("So.")),
        ),
        messages=conversation.messages,
        marks=conversation.marks,
        record=RunRecorder(
            tmp_path / "runs", environ={"MY_PASSWORD": PASSWORD}, resumed=path.read_bytes()
        ),
    )
    asked(after, "When do I sell?")
    assert isinstance(after.record, RunRecorder)
    assert after.record.path is not None
    return after.record.path, path.read_bytes()


@pytest.mark.parametrize("place", SAVED)
def test_a_conversation_that_is_continued_is_copied_without_secrets(
    tmp_path: Path, place: str
) -> None:
    run, before = continued(tmp_path, f"Say {KEY}", SAVED[place]())
    assert leaks(run) == []
    record = RunRecord.read(run)
    copied, original = saved.parse(record.resumed(), ""), saved.parse(before, "")
    assert copied.state.budget == original.state.budget
    assert [len(message.parts) for message in copied.messages] == [
        len(message.parts) for message in original.messages
    ]
    for check in checked(record, tmp_path / "graph"):
        assert not check.faults, check
        assert "secret" in check.skipped or check.level != 2 or not check.skipped


def test_a_conversation_without_secrets_is_copied_byte_by_byte(tmp_path: Path) -> None:
    replies = [made(ToolCall("1", "read_node", {"node": "deep/risk"})), made(Text("So."))]
    run, before = continued(tmp_path, "What can I lose?", replies)
    assert RunRecord.read(run).resumed() == before


def test_what_is_no_conversation_is_not_copied(tmp_path: Path) -> None:
    (tmp_path / "graph").mkdir()
    recorder = RunRecorder(tmp_path / "runs", environ={}, resumed=f'["{KEY}"]'.encode())
    toolset = Toolset(SkillGraph.load(tmp_path / "graph"))
    agent = Agent(toolset, OfflineProvider(), record=recorder)
    with pytest.raises(UsageError, match="the conversation to continue cannot be recorded"):
        next(agent.ask("Hm?"))
    assert leaks(tmp_path / "runs") == []


def test_what_a_replay_cannot_repeat_is_said_in_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = recorded(tmp_path, SESSIONS["a query that is a key in a node"])
    assert main(["replay", str(run)]) == 128
    assert "events are the same; then a secret in the arguments of" in capsys.readouterr().out
