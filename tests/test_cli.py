"""The command line as a person and a script meet it."""

from __future__ import annotations

import errno
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from skillagent import EncodingCounter, __version__
from skillagent.cli import main
from tests.conftest import BUNDLED, ROOT, Vault

FILES: dict[str, str | bytes] = {
    "index.md": "# Index\n\n- [[a]] - first\n- [[b]]\n",
    "a.md": "---\ndescription: About a\n---\n# A\n\nText of a.\n\n## Part\n\nMore.\n",
    "b.md": "Text of b, see [[a]] and [[nope]].",
}


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    code = main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_the_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["--version"])
    assert stop.value.code == 0
    assert capsys.readouterr().out == f"skillagent {__version__}\n"


def test_the_operations_by_hand(vault: Vault, capsys: pytest.CaptureFixture[str]) -> None:
    folder = vault(FILES)
    assert "[[a]]" in run(capsys, "list", folder)[1]
    assert "matches headings (part)" in run(capsys, "list", folder, "-q", "part")[1]
    assert "sections: Part" in run(capsys, "summary", folder, "a", "b")[1]
    code, out, _ = run(capsys, "read", folder, "a", "--section", "part")
    assert code == 0
    assert "More." in out
    assert "Text of a" not in out


@pytest.mark.parametrize(
    "words", [("-q", "-status:old"), ("--query", "-status:old"), ("-q", "-status:old part")]
)
def test_a_filter_that_begins_with_a_dash_is_the_value_of_its_option(
    vault: Vault, capsys: pytest.CaptureFixture[str], words: tuple[str, str]
) -> None:
    folder = vault(FILES | {"old.md": "---\nstatus: old\n---\n# Old part\n"})
    code, out, err = run(capsys, "list", folder, *words)
    assert (code, err) == (0, "")
    assert "[[a]]" in out
    assert "[[old]]" not in out
    assert run(capsys, "list", *words, folder)[1] == out
    assert run(capsys, "list", folder, f"--query={words[1]}")[1] == out


def test_an_option_is_not_the_value_of_the_option_before_it(
    vault: Vault, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["list", str(vault(FILES)), "-q", "--json"])
    assert "expected one argument" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [("list",), ("summary", "a"), ("read", "a"), ("read", "nope")]
)
def test_json_has_the_documented_fields(
    vault: Vault, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    command, *rest = arguments
    code, out, _ = run(capsys, command, vault(FILES), *rest, "--json")
    answer = json.loads(out)
    assert set(answer) == {"text", "cost", "remaining", "error", "result"}
    assert answer["cost"] == EncodingCounter().count(answer["text"])
    assert answer["error"] == (code == 1) == ("nope" in arguments)


def test_check_counts_and_lists_what_is_wrong(
    vault: Vault, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = vault(FILES)
    code, out, _ = run(capsys, "check", folder)
    assert code == 0
    assert "3 files, 3 nodes" in out
    assert "b.md:1: warning SG020: broken link to 'nope'" in out
    report = json.loads(run(capsys, "check", folder, "--json")[1])
    assert report["entry"] == "index"
    assert report["counts"] == {
        "files": 3,
        "nodes": 3,
        "maps": 0,
        "links": 4,
        "resolved": 3,
        "broken": 1,
        "ambiguous": 0,
        "orphans": 0,
        "unreachable": 0,
    }
    (found,) = report["diagnostics"]
    assert set(found) == {"code", "severity", "message", "path", "line", "remedy"}


def test_check_fails_on_an_error(vault: Vault, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "check", vault({"x.md": "---\na: [1\nb: 2\n---\n"}))
    assert code == 1
    assert "x.md:2: error SG010" in out


def session_of(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str, *rest: Any
) -> tuple[int, list[dict[str, Any]]]:
    stdin = type("Stdin", (), {"buffer": io.BytesIO(text.encode())})()
    monkeypatch.setattr(sys, "stdin", stdin)
    code, out, _ = run(capsys, "call", *rest)
    return code, [json.loads(line) for line in out.splitlines()]


def test_call_is_one_session_for_all_lines(
    vault: Vault,
    tmp_path_factory: pytest.TempPathFactory,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ledger = tmp_path_factory.mktemp("out") / "ledger.json"
    lines = (
        '{"name": "list_index"}\n'
        '{"name": "read_node", "arguments": {"node": "a"}}\n\n'
        '{"name": "read_node", "arguments": "{\\"node\\": \\"a\\"}"}\n'
        "not json\n"
        "[1]\n"
        '{"name": "read_node", "arguments": {"node": "zz"}}\n'
    )
    code, answers = session_of(
        monkeypatch, capsys, lines, vault(FILES), "--budget", "900", "--ledger", ledger
    )
    assert [answer["error"] for answer in answers] == [False, False, False, True, True, True]
    assert "was shown in call 2" in answers[2]["text"]
    remaining = [answer["remaining"] for answer in answers]
    assert remaining == sorted(remaining, reverse=True)
    assert 900 - sum(answer["cost"] for answer in answers) == remaining[-1]
    assert code == 1
    assert json.loads(ledger.read_text())["remaining"] == remaining[-1]


def test_the_ledger_of_the_same_calls_is_the_same_bytes(
    vault: Vault,
    tmp_path_factory: pytest.TempPathFactory,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = vault(FILES)
    out = tmp_path_factory.mktemp("out")
    lines = '{"name": "list_index"}\n{"name": "read_node", "arguments": {"node": "a"}}\nno json\n'
    for name in ("one", "two"):
        session_of(monkeypatch, capsys, lines, folder, "--ledger", out / name)
    assert (out / "one").read_bytes() == (out / "two").read_bytes()
    session_of(monkeypatch, capsys, lines, folder, "--ledger", out / "timed", "--seconds")
    entries = json.loads((out / "timed").read_text())["entries"]
    assert [type(entry["seconds"]) for entry in entries] == [float] * 3


def test_a_budget_that_holds_no_answer_is_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, error = run(capsys, "list", BUNDLED, "--budget", "0")
    assert (code, out) == (1, "")
    assert error == "the budget is too small for any answer: give more with --budget\n"


@pytest.mark.parametrize("command", ["list", "index"])
def test_files_that_are_not_read_as_meant_are_counted(
    command: str, vault: Vault, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {"a.md": "Text.", "b.md": "---\nx: [\n---\nText.", "c.md": "---\ny: {\n---\nText."}
    folder = vault(files)
    code, _, error = run(capsys, command, str(folder))
    assert code == 0
    assert error.startswith("2 files could not be read as meant: `skillagent check`")
    assert error.count("\n") == 1
    vault({"c.md": "Text."})
    assert run(capsys, command, str(folder))[2].startswith("a file could not be read as meant")
    vault({"b.md": "Text."})
    assert run(capsys, command, str(folder))[2] == ""


def test_a_folder_without_markdown_is_named(
    vault: Vault, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = vault({"notes/a.txt": "Text."}) / "notes"
    assert run(capsys, "index", str(folder))[2] == "notes: no Markdown file was found\n"


def test_call_never_exceeds_its_budget(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    line = json.dumps({"name": "read_node", "arguments": {"node": "SKILL", "again": True}})
    _, answers = session_of(monkeypatch, capsys, f"{line}\n" * 9, BUNDLED, "--budget", "1500")
    counter = EncodingCounter(fast=False)
    assert sum(counter.count(answer["text"]) for answer in answers) <= 1_500
    assert answers[-1]["text"] == ""


def test_chat_answers_on_stdout_and_shows_each_call_on_stderr(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, err = run(capsys, "chat", "-p", "How do I pin a Docker base image?")
    assert code == 0
    assert out.startswith("[offline navigator: no model")
    assert "[[environment/container-digests-not-tags]]" in out
    assert "→ list_index(query='How do I pin a Docker base image?')" in err
    assert "→ read_node(" in err
    assert "tokens disclosed" in err
    assert "\x1b" not in out + err


def test_chat_as_json_is_one_event_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "chat", "-p", "what does a seed fix?", "--json", "--budget", "4000")
    events = [json.loads(line) for line in out.splitlines()]
    assert {event["event"] for event in events} == {"text", "call", "result", "turn", "done"}
    results = [event for event in events if event["event"] == "result"]
    assert all(set(event) >= {"id", "text", "cost", "remaining", "result"} for event in results)
    assert events[-1]["reason"] == "end"


def test_chat_takes_its_question_from_a_pipe(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("what does a seed fix?\n"))
    assert "[[determinism/what-a-seed-fixes]]" in run(capsys, "chat")[1]
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    assert run(capsys, "chat")[0] == 2


def test_control_sequences_in_a_node_never_reach_the_terminal(
    vault: Vault, capsys: pytest.CaptureFixture[str]
) -> None:
    evil = "# Evil\n\n\x1b]0;owned\x07\x1b[2J\u202egnp.exe \x9b31m text about ships.\n"
    folder = vault({"evil.md": evil, "index.md": "- [[evil]] \x1b[31mred\n"})
    outputs = [
        run(capsys, "read", folder, "evil"),
        run(capsys, "list", folder),
        run(capsys, "chat", folder, "-p", "ships"),
        run(capsys, "check", folder),
    ]
    outputs.append(run(capsys, "read", folder, "evil", "--json"))
    assert "\ufffd]0;owned" in json.loads(outputs[-1][1])["text"]
    for _, out, err in outputs:
        assert not set("\x1b\x07\x9b\u202e") & set(out + err)


TOO_LONG = os.strerror(errno.ENAMETOOLONG)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("check", "no/such/folder"), "no/such/folder: no such folder"),
        (("list", "README.md"), "not a folder"),
        pytest.param(("new", "n" * 300, "--template", "blank"), TOO_LONG, id="new"),
        pytest.param(("import", "skills", "n" * 300), TOO_LONG, id="import"),
        (("read", ".", "x", "--also", "a=no/such"), "no/such: no such folder"),
        (("call", "skills/skillagent", "--ledger", "no/such/x"), "there is no such folder"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    says: str,
) -> None:
    monkeypatch.chdir(ROOT)
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("skillagent: ")
    assert says in err
    assert err.count("\n") == 1


def test_several_roots_on_the_command_line(
    vault: Vault, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = vault({"one/x.md": "[[two::y]]", "two/y.md": "Text of y."})
    out = run(capsys, "read", folder / "one", "two::y", "--also", f"two={folder / 'two'}")[1]
    assert "Text of y." in out


@pytest.mark.process
def test_it_runs_as_a_module_in_a_closed_pipe() -> None:
    command = [sys.executable, "-m", "skillagent", "check", str(BUNDLED), "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout
    process.stdout.close()
    assert process.stderr
    assert b"Traceback" not in process.stderr.read()
    process.stderr.close()
    assert process.wait() in (0, 1)


@pytest.mark.process
def test_output_is_utf_8_where_the_locale_is_not(vault: Vault) -> None:
    folder = vault({"日本.md": "日本語のテキスト。"})
    environment = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": ""}
    command = [sys.executable, "-m", "skillagent", "read", str(folder), "日本"]
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert "日本語のテキスト" in done.stdout.decode()


def test_a_session_of_calls_goes_on_when_a_file_changes(vault: Vault) -> None:
    folder = vault(FILES)
    command = [sys.executable, "-m", "skillagent", "call", str(folder)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as calls:
        reader, writer = calls.stdout, calls.stdin
        assert reader is not None
        assert writer is not None

        def answer(name: str, arguments: dict[str, str]) -> str:
            print(json.dumps({"name": name, "arguments": arguments}), file=writer, flush=True)
            text: str = json.loads(reader.readline())["text"]
            return text

        assert "About a" in answer("list_index", {})
        vault({"a.md": "---\ndescription: About a\n---\n# A\n\nAnother text of a."})
        text = answer("read_node", {"node": "a"})
        assert "Another text of a." in text
        assert "(call 2:" in text
        writer.close()
        assert calls.wait() == 0
