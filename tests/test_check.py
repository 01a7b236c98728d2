"""`skillagent check`: what it looks for, where it keeps silent, and how it prints its findings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sarif_pydantic import Sarif

from skillagent.cli.main import main
from skillagent.config import find
from skillagent.diagnostics import CODES
from skillagent.graph import SkillGraph
from skillagent.lint.checking import check, file_of
from skillagent.lint.selection import Selection
from tests.conftest import ROOT, Vault

HEADER = "---\ndescription: When {}\n{}---\n"
BROKEN = "# {0}\n\nSee [[nope]] for {0}.\n"
GRAPH = {
    "know/index.md": HEADER.format("it begins", "") + "# Index\n\nFirst [[a]], then [[b]].\n",
    "know/a.md": HEADER.format("a matters", "") + BROKEN.format("A"),
    "know/b.md": HEADER.format("b matters", "") + BROKEN.format("B"),
}


class Checked:
    """A project in which `skillagent check` is typed."""

    def __init__(
        self, vault: Vault, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self._vault, self._patch, self._captured = vault, monkeypatch, capsys
        for name in ("CLAUDE_PROJECT_DIR", "SKILLAGENT_GRAPHS"):
            monkeypatch.delenv(name, raising=False)

    def write(self, files: dict[str, str]) -> Path:
        folder = self._vault(files)
        (folder / ".git").mkdir(exist_ok=True)
        self._patch.chdir(folder)
        return folder

    def type(self, *words: str) -> tuple[int, str, str]:
        code = main(["check", "know", *words])
        captured = self._captured.readouterr()
        return code, captured.out, captured.err

    def codes(self, *words: str) -> list[tuple[str, str]]:
        """Path and code of every finding."""
        report = json.loads(self.type(*words, "--json")[1])
        return [(one["path"], one["code"]) for one in report["diagnostics"]]


@pytest.fixture
def checked(
    vault: Vault, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Checked:
    return Checked(vault, monkeypatch, capsys)


@pytest.mark.parametrize(
    ("select", "ignore", "held", "not_held"),
    [
        (("ALL",), (), {"SG020", "SG313"}, set()),
        (("SG0",), (), {"SG001", "SG020"}, {"SG101", "SG305"}),
        (("SG020", "SG3"), (), {"SG020", "SG305"}, {"SG021"}),
        (("ALL",), ("SG3",), {"SG020"}, {"SG305", "SG313"}),
        (("SG305",), ("SG3",), {"SG305"}, {"SG304"}),
        (("ALL", "SG305"), ("SG3",), {"SG305", "SG020"}, {"SG304"}),
        (("SG3",), ("SG305",), {"SG304"}, {"SG305"}),
        (("SG305",), ("SG305",), set(), {"SG305"}),
        (("SG3",), ("ALL",), {"SG304"}, {"SG020"}),
    ],
)
def test_the_longest_name_that_fits_a_code_decides(
    select: tuple[str, ...], ignore: tuple[str, ...], held: set[str], not_held: set[str]
) -> None:
    selection = Selection(select, ignore)
    assert all(map(selection.holds, held))
    assert not any(map(selection.holds, not_held))


def test_the_command_line_selects_and_ignores(checked: Checked) -> None:
    checked.write(GRAPH)
    assert checked.codes() == [("a.md", "SG020"), ("b.md", "SG020")]
    assert checked.codes("--ignore", "SG02") == []
    assert checked.codes("--select", "SG305") == [("a.md", "SG305")]
    assert checked.codes("--select", "sg305,SG304") == [("a.md", "SG305")]


def test_a_strict_check_says_of_a_broken_link_once(checked: Checked) -> None:
    checked.write(GRAPH)
    codes = [code for _, code in checked.codes("--strict")]
    assert codes.count("SG020") == 2
    assert "SG305" not in codes


def test_a_code_that_does_not_exist_is_one_line(checked: Checked) -> None:
    checked.write(GRAPH)
    code, _, error = checked.type("--select", "SG9")
    assert code == 2
    assert error == ("skillagent: --select: there is no code 'SG9'; `skillagent rule` lists them\n")


@pytest.mark.parametrize(
    ("header", "ignored"),
    [
        ("check-ignore: [SG020]\n", True),
        ("check-ignore: SG020, SG313\n", True),
        ("check-ignore:\n  - sg02\n", True),
        ("check-ignore: [SG021]\n", False),
        ('metadata:\n  check-ignore: "SG020"\n', True),
    ],
)
def test_a_header_says_what_is_not_reported_in_its_file(
    checked: Checked, header: str, ignored: bool
) -> None:
    checked.write({**GRAPH, "know/a.md": HEADER.format("a matters", header) + BROKEN.format("A")})
    expected = [("b.md", "SG020")] if ignored else [("a.md", "SG020"), ("b.md", "SG020")]
    assert checked.codes() == expected
    assert checked.type()[1].endswith("1 ignored\n") is ignored


def test_a_header_that_ignores_too_much_is_a_finding(checked: Checked) -> None:
    header = "check-ignore: [SG020, SG022, SG9]\n"
    checked.write({**GRAPH, "know/a.md": HEADER.format("a matters", header) + BROKEN.format("A")})
    assert ("a.md", "SG041") in checked.codes()  # SG9 is no code
    assert ("a.md", "SG040") in checked.codes("--strict")  # SG022 was not found
    assert ("a.md", "SG040") not in checked.codes("--strict", "--ignore", "SG022")


CONFIGURED = [
    ('[check]\nignore = ["SG020"]\n', []),
    ('[check]\nper-file-ignores = { "/know/a.md" = ["SG020"] }\n', [("b.md", "SG020")]),
    ('[check]\nper-file-ignores = { "know/" = ["SG0"] }\n', []),
    ('[check]\nper-file-ignores = { "[ab].md" = ["SG020"] }\n', []),
    ('[check]\nper-file-ignores = { "other/" = ["SG020"] }\n', None),
    ('[check]\nper-file-ignores = { "/know" = ["SG020"] }\n', []),
    ('[check]\nper-file-ignores = { "/kno" = ["SG020"] }\n', None),
    ('\ufeff[check]\nignore = ["SG020"]\n', []),
    ('[check]\nselect = ["SG305"]\n', [("a.md", "SG305")]),
    ('graphs = ["know"]\n[check]\nignore = ["SG020"]\n', []),
]


@pytest.mark.parametrize(("text", "expected"), CONFIGURED)
@pytest.mark.parametrize("file", ["skillagent.toml", "pyproject.toml"])
def test_the_project_says_what_is_not_reported(
    checked: Checked, text: str, expected: list[tuple[str, str]] | None, file: str
) -> None:
    if file == "pyproject.toml":
        head, text = text[: text.startswith("\ufeff")], text.removeprefix("\ufeff")
        text = f"{head}[tool.skillagent]\n" + text.replace("[check]", "[tool.skillagent.check]")
    checked.write({**GRAPH, file: text})
    both = [("a.md", "SG020"), ("b.md", "SG020")]
    assert checked.codes() == (both if expected is None else expected)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ('[check]\nignore = ["SG9"]\n', "there is no code 'SG9'"),
        ("[check]\nignore = 3\n", "check.ignore: Input should be a valid list"),
        ("[check]\nunknown = 3\n", "check.unknown: Extra inputs are not permitted"),
        ("budget = 3\n", "graphs is missing"),
    ],
)
def test_a_wrong_configuration_is_one_line(checked: Checked, text: str, error: str) -> None:
    checked.write({**GRAPH, "skillagent.toml": text})
    code, _, said = checked.type()
    assert code == 2
    assert error in said
    assert said.count("\n") == 1


def test_a_file_with_checks_only_declares_no_graph(
    checked: Checked, capsys: pytest.CaptureFixture[str]
) -> None:
    checked.write({**GRAPH, "skillagent.toml": "[check]\nstrict = true\n"})
    assert main(["check"]) == 2
    assert "which graph?" in capsys.readouterr().err
    assert checked.type()[0] == 1  # strict: a warning fails


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), 0),
        (("--fail-on", "warning"), 1),
        (("--strict",), 1),
        (("--strict", "--fail-on", "error"), 0),
        (("--strict", "--fail-on", "never"), 0),
        (("--fail-on", "info", "--ignore", "SG020"), 0),
    ],
)
def test_the_exit_code_says_whether_something_serious_was_found(
    checked: Checked, words: tuple[str, ...], code: int
) -> None:
    checked.write(GRAPH)
    assert checked.type(*words)[0] == code


def test_statistics_count_each_code(checked: Checked) -> None:
    checked.write(GRAPH)
    out = checked.type("--statistics")[1]
    assert out == "     2  SG020  warning  broken link\n"
    rows = json.loads(checked.type("--statistics", "--json")[1])
    assert rows == [{"code": "SG020", "severity": "warning", "count": 2}]


def test_findings_of_several_roots_keep_their_places(
    vault: Vault, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = vault({**GRAPH, "more/x.md": BROKEN.format("X")})
    graph = SkillGraph.load(folder / "know", f"m={folder / 'more'}")
    found = {file_of(graph, one.path) for one in check(graph).findings if one.code == "SG020"}
    assert found == {folder / "know/a.md", folder / "know/b.md", folder / "more/x.md"}


def test_sarif_names_files_as_the_repository_does(checked: Checked) -> None:
    odd = "know/a ü%.md"
    checked.write({**GRAPH, odd: BROKEN.format("X")})
    log: dict[str, Any] = json.loads(checked.type("--output-format", "sarif")[1])
    Sarif.model_validate(log)
    (run,) = log["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["SG020"]
    assert run["tool"]["driver"]["rules"][0]["shortDescription"]["text"] == "broken link"
    uris = [
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for result in run["results"]
    ]
    assert uris == ["know/a%20%C3%BC%25.md", "know/a.md", "know/b.md"]
    assert all(result["ruleId"] == "SG020" for result in run["results"])


def test_github_gets_one_escaped_command_a_finding(checked: Checked) -> None:
    checked.write({**GRAPH, "know/a,b%.md": BROKEN.format("X")})
    lines = checked.type("--output-format", "github")[1].splitlines()
    assert lines[0] == (
        "::warning title=skillagent SG020,file=know/a%2Cb%25.md,line=3::SG020 broken link to "
        "'nope' (create the node, or correct the link)"
    )
    assert len(lines) == 3


def test_gitlab_tells_equal_findings_apart_and_knows_them_again(checked: Checked) -> None:
    twice = BROKEN.format("A") + "\nAnd [[nope]] again.\n"
    folder = checked.write({**GRAPH, "know/a.md": twice})
    report = json.loads(checked.type("--output-format", "gitlab")[1])
    prints = [one["fingerprint"] for one in report]
    assert len(set(prints)) == len(prints) == 3
    assert report[0]["location"] == {"path": "know/a.md", "lines": {"begin": 3}}
    (folder / "know/a.md").write_text("A new line.\n\n" + twice)
    later = json.loads(checked.type("--output-format", "gitlab")[1])
    assert [one["fingerprint"] for one in later] == prints


def test_add_ignore_lets_an_old_graph_pass_and_new_findings_fail(checked: Checked) -> None:
    names = ["a b.md", "[x].md", "#y.md", "!z.md", "é*?.md", "w\\v.md", "end .md"]
    if os.name == "nt":
        names = names[:4]
    files = {f"know/{name}": BROKEN.format("X") for name in names}
    folder = checked.write({**GRAPH, **files})
    assert checked.type("--strict")[0] == 1
    code, out, _ = checked.type("--strict", "--add-ignore", "--diff")
    assert (code, (folder / "skillagent.toml").exists()) == (0, False)
    assert '+"/know/a.md" = ["SG020"' in out
    code, out, _ = checked.type("--strict", "--add-ignore")
    assert code == 0
    assert out.startswith("created ../skillagent.toml\n")
    assert checked.codes("--strict") == []
    assert checked.type("--strict")[0] == 0
    (folder / "know/new.md").write_text(BROKEN.format("N"))
    assert {path for path, _ in checked.codes("--strict")} == {"new.md"}
    # A second time it adds what is new and keeps what is there.
    checked.type("--strict", "--add-ignore")
    assert checked.codes("--strict") == []


def test_add_ignore_keeps_the_comments_in_a_list(checked: Checked) -> None:
    ignores = '[check.per-file-ignores]\n"/know/a.md" = [\n  "SG309", # we know\n  # end\n]\n'
    files = {"know/a.md": BROKEN.format("A"), "skillagent.toml": f'graphs = ["know"]\n{ignores}'}
    folder = checked.write({**GRAPH, **files})
    assert checked.type("--add-ignore")[0] == 0
    assert checked.codes() == []
    text = (folder / "skillagent.toml").read_text()
    assert '  "SG309", # we know\n  # end\n  "SG020",\n]\n' in text


def test_add_ignore_leaves_errors_to_be_reported(checked: Checked) -> None:
    """A header that cannot be read, or a key in a text, does not become old."""
    folder = checked.write({**GRAPH, "know/bad.md": "---\na: [1\n---\n# Bad\n"})
    code, _, error = checked.type("--strict", "--add-ignore")
    assert code == 1
    assert "bad.md:2: error SG010" in error
    assert "errors cannot be ignored like this" in error
    assert {code for _, code in checked.codes("--strict")} == {"SG010"}
    assert "SG010" not in (folder / "skillagent.toml").read_text()


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("skillagent.toml", 'graphs = ["know"]\ncheck = {strict = true}\n'),
        ("pyproject.toml", '[tool]\nskillagent = {graphs = ["know"]}\n'),
        ("pyproject.toml", 'tool = {skillagent = {graphs = ["know"], check = {strict = true}}}\n'),
    ],
)
def test_add_ignore_reads_every_form_of_table(checked: Checked, file: str, text: str) -> None:
    folder = checked.write({**GRAPH, file: text})
    before = find(folder)
    assert checked.type("--add-ignore")[0] == 0
    assert checked.codes() == []
    after = find(folder)
    assert before and after
    assert (after.graphs, after.check.strict) == (before.graphs, before.check.strict)


def test_add_ignore_says_what_it_cannot_extend(checked: Checked) -> None:
    text = '[tool]\nskillagent.graphs = ["know"]\n'
    folder = checked.write({**GRAPH, "pyproject.toml": text})
    code, _, error = checked.type("--add-ignore")
    assert code == 2
    assert "cannot be extended; write [tool.skillagent] as a table of its own" in error
    assert (folder / "pyproject.toml").read_text() == text


def test_add_ignore_makes_a_table_of_an_inline_one(checked: Checked) -> None:
    text = '[check]\nper-file-ignores = { "old/" = ["SG306"] }\n'
    folder = checked.write({**GRAPH, "skillagent.toml": text})
    checked.type("--add-ignore")
    written = (folder / "skillagent.toml").read_text()
    assert '"old/" = ["SG306"]\n"/know/a.md" = ["SG020"]\n' in written
    assert checked.codes() == []


@pytest.mark.parametrize("file", ["skillagent.toml", "pyproject.toml"])
def test_add_ignore_keeps_the_rest_of_the_configuration(checked: Checked, file: str) -> None:
    table = "[tool.skillagent]\n" if file == "pyproject.toml" else ""
    text = f'{table}# mine\ngraphs = [\n  "know",  # the one\n]\n'
    folder = checked.write({**GRAPH, file: text})
    checked.type("--add-ignore")
    assert (folder / file).read_text().startswith(text)
    assert checked.codes() == []


def test_add_ignore_of_a_finding_about_the_whole_graph_ignores_its_code(
    checked: Checked,
) -> None:
    files = {f"know/{number}.rst": "x" for number in range(9)}
    folder = checked.write({**GRAPH, **files})
    assert (".", "SG302") in checked.codes()
    checked.type("--add-ignore")
    assert 'ignore = ["SG302"]' in (folder / "skillagent.toml").read_text()
    assert checked.codes() == []


@pytest.mark.process
def test_the_action_checks_and_fails(checked: Checked, tmp_path: Path) -> None:
    """The commands of action.yml, in the shell in which GitHub runs them."""
    import yaml

    folder = checked.write({**GRAPH, "skillagent.toml": 'graphs = ["know"]\n'})
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    step = action["runs"]["steps"][1]
    program = tmp_path / "skillagent/bin/skillagent"
    program.parent.mkdir(parents=True)
    program.symlink_to(Path(sys.executable).parent / "skillagent")
    given = {name: str(row["default"]) for name, row in action["inputs"].items()}
    environment = {
        **os.environ,
        "RUNNER_TEMP": str(tmp_path),
        "GRAPH": given["graph"],
        "ARGS": "--strict --select SG020",
        "FORMAT": given["format"],
        "OUTPUT_FILE": str(tmp_path / "found.txt"),
    }
    shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    done = subprocess.run(
        shell, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    assert done.stdout.count("::warning title=skillagent SG020,file=know/") == 2
    assert (tmp_path / "found.txt").read_text() == done.stdout
    assert set(step["env"]) == {"GRAPH", "ARGS", "FORMAT", "OUTPUT_FILE"}


@pytest.mark.process
def test_the_action_and_the_hooks_are_what_their_programs_read() -> None:
    from pre_commit.clientlib import load_manifest

    hooks = load_manifest(str(ROOT / ".pre-commit-hooks.yaml"))
    assert [hook["id"] for hook in hooks] == ["skillagent-check", "skillagent-check-fix"]
    command = ["check-jsonschema", "--builtin-schema", "vendor.github-actions", "action.yml"]
    program = Path(sys.executable).parent / command[0]
    done = subprocess.run(
        [str(program), *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("hook", ["skillagent-check", "skillagent-check-fix"])
def test_a_hook_fails_on_what_the_check_finds(
    checked: Checked, hook: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from pre_commit.clientlib import load_manifest

    checked.write({**GRAPH, "skillagent.toml": 'graphs = ["know"]\n'})
    hooks = load_manifest(str(ROOT / ".pre-commit-hooks.yaml"))
    (entry,) = [one["entry"] for one in hooks if one["id"] == hook]
    assert main(entry.split()[1:]) == 1
    assert "a.md:6: warning SG020" in capsys.readouterr().out


def test_every_code_that_can_be_ignored_is_a_code() -> None:
    assert all(Selection((code,)).holds(code) for code in CODES)
