"""`skillagent chat` as a person has it in a terminal, and as a script has it in a pipe."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from skillagent.cli import main
from skillagent.cli.chat.markdown import BlockSplitter
from skillagent.cli.chat.words import budget_bar, dollars_text, usage_text
from skillagent.disclosure import Ledger, LedgerEntry
from skillagent.messages import Stop, Usage
from skillagent.testing import Call, Fault, MockLLM, Turn, call, calls, say
from tests.conftest import Vault

FILES: dict[str, str | bytes] = {
    "index.md": "---\ntype: map\n---\n# Index\n\n- [[ships]] - about ships\n- [[shoes]] - shoes\n",
    "ships.md": "# Ships\n\nShips float because they displace water, see [[shoes]].\n",
    "shoes.md": "# Shoes\n\nShoes do not float.\n",
}
KEYS = ("\x03", "\x04")
"""Ctrl-C and Ctrl-D."""
Talk = Callable[..., tuple[int, str, str]]


@pytest.fixture
def folder(vault: Vault) -> Path:
    return vault(FILES)


@pytest.fixture
def talk(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Talk:
    """Type lines into a chat; its exit code, standard output and standard error."""

    def run(lines: Sequence[str], *options: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
        with create_pipe_input() as typed, create_app_session(typed, DummyOutput()):
            typed.send_text("".join(line if line in KEYS else f"{line}\r" for line in lines))
            code = main(["chat", str(folder), *options])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def test_a_conversation_ends_with_exit_quit_and_end_of_file(talk: Talk) -> None:
    for last in ("/exit", "/quit", "exit", "quit", "\x04"):
        code, out, err = talk(["why do ships float?", last])
        assert code == 0
        assert "[[ships]]" in out
        assert "→ read_node(node='ships')" in err


def test_ctrl_c_twice_at_the_prompt_leaves(talk: Talk) -> None:
    code, _, err = talk(["\x03", "\x03"])
    assert code == 0
    assert "Ctrl-C again, or Ctrl-D, leaves" in err


def test_help_lists_every_command(talk: Talk) -> None:
    _, out, err = talk(["/help", "/exit"])
    commands = "/help /index /read /loaded /budget /tokens /trace /model /clear /undo /save /load"
    assert all(name in err for name in [*commands.split(), "/exit"])
    assert out == ""


def test_an_unknown_command_never_reaches_the_model(talk: Talk) -> None:
    _, out, err = talk(["/hlep me", "/exit"])
    assert "there is no command /hlep: did you mean /help?" in err
    assert out == ""
    assert "→" not in err


def test_a_persons_own_look_costs_the_model_nothing(talk: Talk) -> None:
    _, out, err = talk(["/index", "/index nope", "/read ships", "/read", "/budget", "/exit"])
    assert "[[ships]]" in out
    assert "Ships float because they displace water" in out
    assert "There is no node 'nope'" in out
    assert "/read takes a node" in err
    assert "░░░░░░░░░░ 0 of 8,000 tokens, 8,000 left (o200k_base)" in err


def test_loaded_tokens_and_trace_say_what_was_disclosed(talk: Talk) -> None:
    _, _, err = talk(
        [
            "/loaded",
            "why do ships float?",
            "/loaded",
            "/tokens",
            "/trace",
            "/undo",
            "/trace",
            "/exit",
        ]
    )
    assert "the model has seen nothing yet" in err
    assert "node     ships" in err
    assert "provider   reported no usage" in err
    assert "  1  list_index(query='why do ships float?')" in err
    assert "the last question is taken back" in err
    assert "taken back" in err.rpartition("  1  list_index(")[2]


def test_the_budget_can_be_raised_and_not_lowered_below_what_is_spent(talk: Talk) -> None:
    _, _, err = talk(
        ["why do ships float?", "/budget 12,000", "/budget 3", "/budget many", "/exit"]
    )
    assert "of 12,000 tokens" in err
    assert "tokens are spent; 3 is less" in err
    assert "'many' is not a number of tokens" in err


def test_a_conversation_is_saved_loaded_cleared_and_continued(
    talk: Talk, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("out") / "talk.json"
    _, _, err = talk(
        [
            "why do ships float?",
            f"/save {path}",
            "/clear",
            "/loaded",
            f"/load {path}",
            "/loaded",
            "/load nowhere.json",
            "/save",
            "/exit",
        ]
    )
    assert f"written to {path}" in err
    assert "a new conversation, with the whole budget" in err
    before, _, after = err.partition("1 questions with offline")
    assert "the model has seen nothing yet" in before
    assert "node     ships" in after
    assert "nowhere.json: the conversation cannot be read" in err
    assert "/save takes a file" in err
    _, _, err = talk(["/loaded", "/budget", "/exit"], "--continue", "--budget", "9000")
    assert "node     ships" in err
    assert "of 9,000 tokens" in err


def test_nothing_is_kept_where_nothing_should_be(talk: Talk) -> None:
    talk(["why do ships float?", "/exit"], "--no-history")
    state = Path(os.environ["XDG_STATE_HOME"])
    assert not list(state.rglob("*.*"))
    code, _, err = talk(["/exit"], "--continue")
    assert code == 2
    assert "there is no earlier conversation about" in err


def test_a_conversation_about_another_graph_is_not_loaded(
    talk: Talk, vault: Vault, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("out") / "talk.json"
    talk(["why?", f"/save {path}", "/exit"])
    found = json.loads(path.read_text())
    path.write_text(json.dumps({**found, "graph": "another"}))
    assert "a conversation about another, not" in talk([f"/load {path}", "/exit"])[2]


def test_the_model_can_be_changed(talk: Talk) -> None:
    _, _, err = talk(["/model", "/model foo", "/model claude-sonnet-5-5", "/exit"])
    assert "offline; the budget counts o200k_base" in err
    assert "whose model is 'foo'?" in err
    assert "anthropic:claude-sonnet-5-5; the budget counts o200k_base" in err


# With a model behind it: the mock on loopback, the SDKs unmodified.


@pytest.fixture(params=["anthropic:claude-sonnet-5", "openai:gpt-5.4", "openai-chat:gpt-5.4"])
def model(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def ask(
    folder: Path, server: Any, model: str, *options: str, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "skillagent", "chat", str(folder), "--model", model]
    return subprocess.run(
        [*command, *options],
        env={**os.environ, **server.environment()},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.process
def test_one_question_in_a_pipe(folder: Path, model: str) -> None:
    mock = MockLLM(
        [
            calls(Call("read_node", {"node": "ships"}), Call("read_node", {"node": "zz"})),
            say("Because of **water**.", usage=Usage(2_000, 100, cache_read=1_000)),
        ]
    )
    with mock.serve() as server:
        done = ask(folder, server, model, stdin="why do ships float?\n")
    assert (done.returncode, done.stdout) == (0, "Because of **water**.\n")
    assert "→ read_node(node='ships')" in done.stderr
    assert "refused" in done.stderr
    assert "2,000 in (1,000 from cache), 100 out" in done.stderr.replace("\n", " ") or (
        "1,000 from cache" in done.stderr
    )
    assert "$0.0" in done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    mock.assert_done()


@pytest.mark.process
def test_json_is_one_event_a_line_also_of_a_failure(folder: Path, model: str) -> None:
    mock = MockLLM([call("read_node", node="ships"), say("x", fault=Fault.status(400))])
    with mock.serve() as server:
        done = ask(folder, server, model, "-p", "why?", "--json")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 3
    assert [event["event"] for event in events] == ["turn", "call", "result", "error"]
    assert "answered 400" in events[-1]["message"]


@pytest.mark.process
@pytest.mark.parametrize(
    ("turn", "code", "told"),
    [
        (Turn(text="No.", stop=Stop.REFUSAL), 1, "stopped: the model refused"),
        (Turn(text="Half", stop=Stop.MAX_TOKENS), 1, "the longest reply"),
        (Turn(text="Half of it", fault=Fault.cut(after=1)), 1, "the answer broke off"),
        (say("x", fault=Fault.status(401)), 3, "refuses the key (401)"),
    ],
    ids=["refusal", "max tokens", "early end", "wrong key"],
)
def test_exit_codes_tell_how_it_ended(
    folder: Path, model: str, turn: Turn, code: int, told: str
) -> None:
    with MockLLM([turn]).serve() as server:
        done = ask(folder, server, model, "-p", "why?")
    assert done.returncode == code
    assert told in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.process
def test_a_model_that_never_stops_calling_is_stopped(folder: Path, model: str) -> None:
    mock = MockLLM([call("read_node", node="ships") for _ in range(3)])
    with mock.serve() as server:
        done = ask(folder, server, model, "-p", "why?", "--max-turns", "3")
    assert done.returncode == 1
    assert "raise --max-turns" in done.stderr


class Terminal:
    """A real one: a process on a pseudo-terminal."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self.screen = ""
        self.pid, self._descriptor = pty.fork()
        if self.pid == 0:
            os.execvpe(command[0], command, {**os.environ, "TERM": "xterm-256color", **environment})

    def type(self, text: str) -> None:
        os.write(self._descriptor, text.encode())

    def wait(self, shown: str, seconds: float = 30) -> None:
        end = time.monotonic() + seconds
        while shown not in self.screen:
            ready, _, _ = select.select([self._descriptor], [], [], 0.2)
            if ready:
                try:
                    data = os.read(self._descriptor, 65_536)
                except OSError:
                    data = b""
                self.screen += data.decode("utf-8", "replace")
                if "\x1b[6n" in data.decode("utf-8", "replace"):
                    self.type("\x1b[1;1R")
            assert time.monotonic() < end, f"never saw {shown!r} in {self.screen!r}"

    def leave(self) -> int:
        self.type("/exit\r")
        while True:
            done, status = os.waitpid(self.pid, os.WNOHANG)
            if done:
                return os.waitstatus_to_exitcode(status)
            select.select([self._descriptor], [], [], 0.1)
            try:
                os.read(self._descriptor, 65_536)
            except OSError:
                return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


@pytest.mark.process
def test_ctrl_c_stops_the_answer_and_not_the_program(folder: Path, model: str) -> None:
    slow = Turn(text="A long answer, slowly. " * 200, chunk=20, pause=0.05)
    mock = MockLLM([call("read_node", node="ships"), slow, say("Short and whole.")])
    with mock.serve() as server:
        command = [sys.executable, "-m", "skillagent", "chat", str(folder), "-m", model]
        terminal = Terminal(command, server.environment())
        terminal.wait("Ctrl-D leaves")
        terminal.type("why?\r")
        terminal.wait("slowly")
        os.kill(terminal.pid, signal.SIGINT)
        terminal.wait("stopped; what came so far is kept")
        terminal.type("and in short?\r")
        terminal.wait("Short and whole.")
        assert terminal.leave() == 0
    mock.assert_done()
    conversation = mock.requests[-1].conversation
    assert conversation
    sent = conversation.messages
    assert sent[-1].text == "and in short?"
    assert sent[-2].text.startswith("A long answer")


@pytest.mark.process
def test_markdown_is_rendered_and_control_sequences_are_not(folder: Path) -> None:
    evil = (
        "# Title\n\nSome **bold** words\x1b]0;owned\x07 and \x1b[2Jmore, "
        "&#x202E;gnp.exe &#27;[2J.\n\n"
        "```py\nx = 1\n```\n"
    )
    mock = MockLLM([say(evil)])
    with mock.serve() as server:
        command = [sys.executable, "-m", "skillagent", "chat", str(folder)]
        terminal = Terminal([*command, "-m", "claude-x"], server.environment())
        terminal.wait("Ctrl-D leaves")
        terminal.type("why?\r")
        terminal.wait("disclosed (")
        assert terminal.leave() == 0
    assert "\x1b[1mbold" in terminal.screen
    assert "\x1b]0;owned" not in terminal.screen
    assert "\x1b[2Jmore" not in terminal.screen
    assert "\u202e" not in terminal.screen
    assert "\x1b[2J." not in terminal.screen
    # The fence was only there while the block was being written.
    assert terminal.screen.rfind("```") < terminal.screen.rfind("\x1b[2K")


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("", ""),
        ("one", ""),
        ("one\n\ntwo", "one\n\n"),
        ("one\n\ntwo\n\n", "one\n\ntwo\n\n"),
        ("```\na\n\nb\n", ""),
        ("```\na\n\nb\n```\n\nc", "```\na\n\nb\n```\n\n"),
        ("````\n```\n\n```\n", ""),
        ("~~~\n```\n\n~~~\n\n", "~~~\n```\n\n~~~\n\n"),
        ("1. a\n    ```\n    b\n\n    c\n    ```\n", ""),
    ],
)
def test_blocks_are_whole_at_blank_lines_outside_of_code(text: str, whole: str) -> None:
    for size in (1, 3, len(text) + 1):
        blocks = BlockSplitter()
        pieces = [text[at : at + size] for at in range(0, len(text), size)]
        assert "".join(blocks.feed(piece) for piece in pieces) == whole
        assert blocks.rest() == text[len(whole) :]


def test_a_long_block_is_written_in_no_time() -> None:
    blocks = BlockSplitter()
    for _ in range(100_000):
        blocks.feed("x = 1\n")
        assert len(blocks.last_lines(40)) <= 41


@pytest.mark.parametrize(
    ("spent", "total", "bar"),
    [
        (0, 8_000, "░░░░░░░░░░ 0 of 8,000 tokens"),
        (1, 8_000, "█░░░░░░░░░ 1 of 8,000 tokens"),
        (7_999, 8_000, "██████████ 7,999 of 8,000 tokens"),
        (8_000, 8_000, "██████████ 8,000 of 8,000 tokens"),
        (0, 0, "██████████ 0 of 0 tokens"),
    ],
)
def test_the_bar(spent: int, total: int, bar: str) -> None:
    ledger = Ledger("o200k_base", total)
    ledger.append(LedgerEntry(1, "read_node", {}, (), spent, total - spent, False, 0.0))
    assert budget_bar(ledger) == bar


def test_numbers_in_words() -> None:
    assert usage_text(Usage(9_120, 310, 8_000, 500)) == (
        "9,120 in (8,000 from cache, 500 to cache), 310 out"
    )
    assert usage_text(Usage(10, 2)) == "10 in, 2 out"
    assert [dollars_text(cost) for cost in (0.0213, 1.5, 0.000041)] == [
        "$0.0213",
        "$1.5000",
        "under $0.0001",
    ]
