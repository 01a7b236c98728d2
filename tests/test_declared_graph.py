"""Commands without GRAPH work on what the project declares, as `serve` does."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from skillagent.cli import main
from tests.conftest import Vault

ONE: dict[str, str | bytes] = {
    "skillagent.toml": 'graphs = ["know"]\nbudget = 700\n',
    "know/index.md": "# Index\n\n- [[a]] - first\n- [[b]] - second\n",
    "know/a.md": "---\ndescription: About seeds\n---\n# Seed\n\nText of a.\n",
    "know/b.md": "---\ndescription: About rows\n---\n# Row\n\nA seed in b.\n",
    "other/index.md": "# Other\n\nText of the other.\n",
    "below/deeper/x.txt": "",
}
TWO = {**ONE, "skillagent.toml": 'graphs = ["know", "far=other"]\n'}
NONE = {name: text for name, text in ONE.items() if name != "skillagent.toml"} | {".git/x": ""}


class Project:
    """A folder in which commands are typed."""

    def __init__(
        self,
        vault: Vault,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        self._vault, self._patch, self._captured = vault, monkeypatch, capsys
        for name in ("CLAUDE_PROJECT_DIR", "SKILLAGENT_GRAPHS"):
            monkeypatch.delenv(name, raising=False)

    def write(self, files: dict[str, str | bytes], below: str = "") -> Path:
        folder = self._vault(files)
        self._patch.chdir(folder / below)
        return folder

    def type(self, *words: str, said: str = "") -> tuple[int, str, str]:
        stdin = io.TextIOWrapper(io.BytesIO(said.encode()), encoding="utf-8")
        self._patch.setattr(sys, "stdin", stdin)
        code = main(words)
        captured = self._captured.readouterr()
        return code, captured.out, captured.err


@pytest.fixture
def project(
    vault: Vault, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Project:
    return Project(vault, monkeypatch, capsys)


SHOWS = [
    (("check",), "know: 3 files, 3 nodes"),
    (("health",), "know: 3 nodes"),
    (("list",), "[[a]]"),
    (("list", "-q", "seeds"), "[[a]]"),
    (("summary", "a"), "About seeds"),
    (("summary", "a", "b"), "About rows"),
    (("read", "a"), "Text of a."),
    (("weave",), "[[a|seed]]"),
    (("weave", "b"), "[[a|seed]]"),
    (("rename", "a", "c", "--dry-run"), "+++ b/c.md"),
    (("export", "llms-txt"), "About seeds"),
    (("chat", "-p", "what about seeds?"), "[[a]]"),
]


@pytest.mark.parametrize(("words", "shown"), SHOWS, ids=lambda value: str(value))
@pytest.mark.parametrize("below", ["", "below/deeper"])
def test_the_declared_graph_is_taken_in_the_project_and_below_it(
    project: Project, words: tuple[str, ...], shown: str, below: str
) -> None:
    project.write(ONE, below)
    code, out, err = project.type(*words)
    assert (code, shown in out) == (0, True), (out, err)


def test_call_takes_it_too(project: Project) -> None:
    project.write(ONE)
    code, out, _ = project.type("call", said='{"name": "read_node", "arguments": {"node": "a"}}\n')
    answer = json.loads(out)
    assert (code, "Text of a." in answer["text"]) == (0, True)


def test_its_budget_is_that_of_a_session_unless_another_is_given(project: Project) -> None:
    line = '{"name": "list_index"}\n'
    folder = project.write(ONE)

    def total(*words: str) -> int:
        answer = json.loads(project.type("call", *words, said=line)[1])
        return int(answer["cost"] + answer["remaining"])

    assert total() == 700
    assert total("--budget", "900") == 900
    assert total(str(folder / "know")) == 8_000  # a graph that is named has no declaration


@pytest.mark.parametrize("words", [words for words, _ in SHOWS if words[0] != "chat"])
def test_where_none_is_declared_one_line_says_what_to_type(
    project: Project, words: tuple[str, ...]
) -> None:
    project.write(NONE)
    folder_missing = len(words) > 1 and words[0] in ("summary", "weave") and words[-1] == "b"
    code, out, err = project.type(*words)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert ("no such folder" if folder_missing else "which graph? Put its folder first") in err


def test_chat_then_walks_the_bundled_graph_and_says_so(project: Project) -> None:
    project.write(NONE)
    code, _, err = project.type("chat", "-p", "what does a seed fix?")
    assert code == 0
    assert err.startswith("ml-reproducibility (the bundled example): ")
    project.write(ONE)
    assert "bundled" not in project.type("chat", "-p", "seeds?")[2]


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (("check",), "know + far: 4 files"),
        (("health",), "know + far: 4 nodes"),
        (("list", "--map", "far::index"), "far::index"),
        (("read", "far::index"), "Text of the other."),
        (("summary", "know::a", "far::index"), "About seeds"),
        (("export", "llms-txt"), "far"),
    ],
)
def test_of_several_all_are_read(project: Project, words: tuple[str, ...], shown: str) -> None:
    project.write(TWO)
    code, out, err = project.type(*words)
    assert (code, shown in out) == (0, True), (out, err)


@pytest.mark.parametrize(
    "words",
    [
        ("weave",),
        ("rename", "a", "c"),
        ("split", "a"),
        ("add", "New", "--description", "x", "--map", "none"),
    ],
)
def test_of_several_none_is_changed_before_one_is_named(
    project: Project, words: tuple[str, ...]
) -> None:
    folder = project.write(TWO)
    code, out, err = project.type(*words)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "which graph? " in err
    assert str(folder / "know") in err
    assert "name one with --graph FOLDER" in err


def test_the_environment_names_graphs_before_the_project(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = project.write(ONE)
    monkeypatch.setenv("SKILLAGENT_GRAPHS", str(folder / "other"))
    assert "Text of the other." in project.type("read", "index")[1]


# which of the arguments is GRAPH


def test_a_folder_before_the_nodes_is_the_graph(project: Project) -> None:
    project.write(ONE)
    assert "Text of the other." in project.type("read", "other", "index")[1]
    assert "Text of the other." in project.type("summary", "other", "index")[1]
    assert "other: 1 files" in project.type("check", "other")[1]
    assert "no link seems to be missing" in project.type("weave", "other")[1]
    assert "Text of the other." in project.type("read", "other", "--json", "index")[1]


def test_a_single_argument_of_read_is_the_node_though_a_folder_has_its_name(
    project: Project,
) -> None:
    project.write({**ONE, "a/x.md": "", "b/x.md": ""})
    assert "Text of a." in project.type("read", "a")[1]
    assert "About seeds" in project.type("summary", "a")[1]
    # Of several, the first is the folder; the option leaves no doubt.
    assert project.type("summary", "a", "b")[0] == 1
    assert "About seeds" in project.type("summary", "--graph", "know", "a", "b")[1]
    assert "[[a|seed]]" in project.type("weave", "-g", "know", "b")[1]


def test_a_graph_that_is_named_twice_is_refused(project: Project) -> None:
    project.write(ONE)
    code, _, err = project.type("read", "-g", "know", "other", "a")
    assert code == 2
    assert "two graphs are named, 'other' and 'know'; keep one" in err


def test_a_name_that_begins_with_a_dash_goes_behind_two_dashes(project: Project) -> None:
    project.write({**ONE, "know/-x.md": "Text of the dash."})
    assert "Text of the dash." in project.type("read", "know", "--", "-x")[1]
    assert "Text of the dash." in project.type("read", "--", "-x")[1]


def test_a_declaration_that_is_wrong_is_one_line(project: Project) -> None:
    project.write({**ONE, "skillagent.toml": "graphs = [\n"})
    code, out, err = project.type("check")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "is not TOML" in err
