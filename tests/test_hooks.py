"""What a host runs by itself: the entry map at the start, findings after an edit."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from skillagent.cli import main
from skillagent.cli.hook import MAP_TOKENS, MAX_FINDINGS
from skillagent.tokens import default_counter
from tests.conftest import Vault

Files = dict[str, str | bytes]
DECLARED: Files = {
    "skillagent.toml": 'graphs = ["know"]\n',
    "know/index.md": "# Index\n\n- [[pay]] - when money moves.\n",
    "know/pay.md": "---\ndescription: How payouts move\n---\n# Pay\n\nText, see [[index]].\n",
    "readme.md": "See [[nowhere]].",
}


@pytest.fixture(autouse=True)
def no_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLAUDE_PROJECT_DIR", raising=False)


class Hook:
    """Runs one event as a host does."""

    def __init__(self, patch: pytest.MonkeyPatch, captured: pytest.CaptureFixture[str]) -> None:
        self._patch, self._captured = patch, captured

    def __call__(self, event: str, told: object) -> tuple[str, str]:
        """What the model is told, and standard error."""
        said = told if isinstance(told, str) else json.dumps(told)
        self._patch.setattr("sys.stdin", io.StringIO(said))
        assert main(["hook", event]) == 0
        out, error = self._captured.readouterr()
        if not out:
            return "", error
        shown: dict[str, Any] = json.loads(out)["hookSpecificOutput"]
        names = {"session-start": "SessionStart", "after-edit": "PostToolUse"}
        assert shown["hookEventName"] == names[event]
        return shown["additionalContext"], error

    def edit(self, folder: Path, file: str | Path) -> tuple[str, str]:
        told = {"cwd": str(folder), "tool_name": "Edit", "tool_input": {"file_path": str(file)}}
        return self("after-edit", told)


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Hook:
    return Hook(monkeypatch, capsys)


# the start of a session


@pytest.mark.parametrize("source", ["startup", "clear", "compact"])
def test_a_session_begins_with_the_entry_map(vault: Vault, hook: Hook, source: str) -> None:
    text, error = hook("session-start", {"cwd": str(vault(DECLARED)), "source": source})
    assert "[[pay]]" in text
    assert "How payouts move" in text
    assert "list_index" in text
    assert "left)" not in text  # of a budget that is not the session's
    assert error == ""


def test_a_session_that_is_resumed_has_it_already(vault: Vault, hook: Hook) -> None:
    assert hook("session-start", {"cwd": str(vault(DECLARED)), "source": "resume"}) == ("", "")


@pytest.mark.parametrize("nodes", [1, 40, 400])
@pytest.mark.parametrize("words", [3, 80])
def test_the_map_costs_what_it_may_at_most(
    vault: Vault, hook: Hook, nodes: int, words: int
) -> None:
    about = "all about everything that could ever be asked here " * (words // 9 + 1)
    files: Files = {"skillagent.toml": 'graphs = ["g"]\n'}
    links = "".join(f"- [[n{at}]] - {about}\n" for at in range(nodes))
    files["g/index.md"] = f"---\ndescription: {about}\n---\n# Index\n\n{links}"
    files |= {f"g/n{at}.md": f"---\ndescription: {about}\n---\n# N{at}\n" for at in range(nodes)}
    text, error = hook("session-start", {"cwd": str(vault(files))})
    assert error == ""
    assert "[[" in text
    assert default_counter().count(text) <= MAP_TOKENS == 400


def test_the_folder_is_the_projects_where_the_host_names_one(
    vault: Vault, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = vault(DECLARED)
    monkeypatch.setenv("CLAUDE_PROJECT_DIR", str(folder))
    assert "[[pay]]" in hook("session-start", {"cwd": str(folder.parent)})[0]


@pytest.mark.parametrize("event", ["session-start", "after-edit"])
def test_where_no_graph_is_declared_nothing_is_said(vault: Vault, hook: Hook, event: str) -> None:
    folder = vault({"know/a.md": "[[nope]]", ".git/HEAD": ""})
    told = {"cwd": str(folder), "tool_input": {"file_path": str(folder / "know/a.md")}}
    assert hook(event, told) == ("", "")


# after an edit


def test_what_is_wrong_with_an_edited_node_is_said(vault: Vault, hook: Hook) -> None:
    folder = vault({**DECLARED, "know/pay.md": "# Pay\n\nText, see [[refunds]].\n"})
    text, error = hook.edit(folder, folder / "know/pay.md")
    assert "pay.md:3: warning SG020: broken link to 'refunds'" in text
    assert error == ""


def test_findings_in_other_files_are_not_the_edits(vault: Vault, hook: Hook) -> None:
    folder = vault({**DECLARED, "know/other.md": "[[nope]]"})
    assert hook.edit(folder, folder / "know/pay.md") == ("", "")


def test_a_path_may_be_relative_to_the_project(vault: Vault, hook: Hook) -> None:
    folder = vault({**DECLARED, "know/pay.md": "[[refunds]]"})
    assert "SG020" in hook.edit(folder, "know/pay.md")[0]


@pytest.mark.parametrize("file", ["readme.md", "skillagent.toml", "../elsewhere.md", "know/x.png"])
def test_files_outside_a_declared_graph_are_left_alone(vault: Vault, hook: Hook, file: str) -> None:
    folder = vault(DECLARED)
    assert hook.edit(folder, folder / file) == ("", "")


def test_with_several_graphs_the_file_is_found_in_its_own(vault: Vault, hook: Hook) -> None:
    files: Files = {
        "skillagent.toml": 'graphs = ["know", "law=laws"]\n',
        "know/index.md": "[[nope]]",
        "laws/index.md": "[[never]]",
    }
    folder = vault(files)
    text, _ = hook.edit(folder, folder / "laws/index.md")
    assert "never" in text
    assert "nope" not in text


def test_a_skill_of_the_graph_is_held_to_the_rules_of_skills(vault: Vault, hook: Hook) -> None:
    folder = vault({**DECLARED, "know/SKILL.md": "---\nname: Other\n---\n# Entry\n\n[[pay]]\n"})
    assert "SG1" in hook.edit(folder, folder / "know/SKILL.md")[0]


def test_a_long_list_is_cut_and_the_rest_counted(vault: Vault, hook: Hook) -> None:
    links = "\n".join(f"[[no{at}]]" for at in range(MAX_FINDINGS + 5))
    folder = vault({**DECLARED, "know/pay.md": links})
    text, _ = hook.edit(folder, folder / "know/pay.md")
    assert text.count("SG020") == MAX_FINDINGS
    assert "5 more: skillagent check" in text


# what goes wrong


@pytest.mark.parametrize(
    "told",
    [
        "no JSON",
        "[]",
        "3",
        '{"cwd": 3}',
        '{"tool_input": []}',
        '{"tool_input": {"file_path": 3}}',
        "",
    ],
)
@pytest.mark.parametrize("event", ["session-start", "after-edit"])
def test_odd_input_never_stops_the_host(
    hook: Hook, event: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    text, error = hook(event, told)
    assert text == ""
    assert error.count("\n") <= 1
    assert "Traceback" not in error


@pytest.mark.parametrize(
    ("declaration", "wrong"),
    [
        ("graphs = [", "is not TOML"),
        ("graphs = []", "graphs"),
        ('graphs = ["gone"]', "gone"),
        ('graphs = [".."]', "outside the project"),
    ],
)
@pytest.mark.parametrize("event", ["session-start", "after-edit"])
def test_a_wrong_declaration_is_one_line_and_no_failure(
    vault: Vault, hook: Hook, event: str, declaration: str, wrong: str
) -> None:
    folder = vault({"skillagent.toml": declaration, "gone.md": ""})
    told = {"cwd": str(folder), "tool_input": {"file_path": str(folder / "gone/a.md")}}
    text, error = hook(event, told)
    assert text == ""
    assert error.startswith("skillagent hook: ")
    assert wrong in error
    assert error.count("\n") == 1
