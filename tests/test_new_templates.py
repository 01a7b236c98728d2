"""Templates of `skillagent new`: what those that are shipped hold, and how one becomes a graph."""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from hatchling.builders.wheel import WheelBuilder
from skills_ref import validate

from skillagent.authoring.template import bundled_templates
from skillagent.cli.main import main
from skillagent.evals import suite_file
from skillagent.graph import NodeKind, SkillGraph
from tests.conftest import ROOT, Vault
from tests.test_authoring_strategies import content

Capture = pytest.CaptureFixture[str]

PLACE = ROOT / "src" / "skillagent" / "templates"
NAMES = ["company", "incident-response", "legal", "product-docs", "trading", "blank"]
CLEAN = "0 errors, 0 warnings, 0 infos"
WORKFLOW = ".github/workflows/skillagent.yml"
ABOUT = "What we know of tea. Use when a pot is to be brewed."
OWN = {
    "own/template.toml": 'summary = "Tea"\n',
    "own/graph/SKILL.md": "---\n# ours\nname: graph\n"
    f"description: {ABOUT}\n---\n\n# Tea\n\n- [[pot]] - to brew\n",
    "own/graph/pot.md": "---\ndescription: When a pot is to be brewed\n---\n\n# Pot\n\nWarm it.\n",
}
"""A template as small as one can be."""


def run(capsys: Capture, *arguments: str | Path) -> tuple[int, str, str]:
    code = main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def workflow_of(top: Path) -> dict[str, object]:
    text = (top / WORKFLOW).read_text(encoding="utf-8")
    job: dict[str, object] = yaml.safe_load(text)["jobs"]["graph"]
    return job


# what is shipped


def test_each_template_has_a_line_in_the_list(capsys: Capture) -> None:
    code, out, err = run(capsys, "new", "--list-templates")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert [line.split(maxsplit=1)[0] for line in lines] == NAMES
    assert all(len(line) <= 100 for line in lines)
    code, out, _ = run(capsys, "new", "--list-templates", "--json")
    assert json.loads(out) == bundled_templates()


@pytest.mark.parametrize("name", NAMES)
def test_a_template_is_a_whole_graph_of_short_texts(name: str) -> None:
    folder = PLACE / name / "graph"
    assert validate(folder) == []
    graph = SkillGraph.load(folder)
    assert graph.entry is not None
    assert set(graph.reachable()) == set(graph.nodes)
    if name != "blank":
        assert 12 <= len(graph.nodes) <= 18
        assert len(graph.maps) in (3, 4)
    for node in graph.nodes.values():
        assert 20 <= len(node.description) <= 200, node.id
        body = node.document.text[node.document.frontmatter.body_start :]
        if node.kind is NodeKind.NODE and node.id != graph.entry:
            assert 80 <= len(body.split()) <= 250, node.id
            assert graph.neighbors(node.id), node.id


@pytest.mark.parametrize("name", NAMES)
def test_a_template_has_ten_questions_in_other_words_than_its_titles(name: str) -> None:
    suite = suite_file.load(PLACE / name / "graph" / suite_file.FOLDER / suite_file.NAMES[0])
    assert (suite.name, len(suite.cases), suite.unanswerable) == (name, 10, ())
    assert not suite.allows_leaks
    # Questions about one or two nodes only would not test the graph.
    assert len({node for case in suite.cases for node in case.gold}) >= 7


def test_the_wheel_holds_every_file_of_the_templates() -> None:
    builder = WheelBuilder(str(ROOT))
    packed = {file.distribution_path for file in builder.recurse_included_files()}
    ours = {path for path in PLACE.rglob("*") if path.is_file()}
    assert {path.relative_to(ROOT / "src").as_posix() for path in ours} <= packed
    assert len(ours) > 100


# what becomes of one


@pytest.mark.parametrize("name", NAMES)
def test_a_copy_with_a_name_and_description_of_its_own_is_a_clean_skill_that_answers(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = Path("skills/2024")
    code, _, err = run(
        capsys,
        *("new", folder, "--template", name, "--name", "Our desk", "--description", ABOUT),
        *("--no-declare", "--no-ci"),
    )
    assert (code, err.count("\n")) == (0, 1)  # one remark, about the title
    assert validate(folder) == []
    graph = SkillGraph.load(folder)
    entry = graph.nodes[graph.entry or ""]
    assert (entry.document.headings[0].title, entry.description) == ("Our desk", ABOUT)
    original = SkillGraph.load(PLACE / name / "graph")
    same = set(graph.nodes) - {entry.id}
    assert all(graph.nodes[node].digest == original.nodes[node].digest for node in same)
    assert set(graph.nodes) == set(original.nodes)
    code, out, _ = run(capsys, "check", folder, "--strict")
    assert (code, out.splitlines()[-1]) == (0, CLEAN)
    assert run(capsys, "health", folder, "--strict")[0] == 0
    least = ("--policy", "graph", "--budget", "4k", "--fail-under", "recall@4k=0.8")
    code, out, err = run(capsys, "eval", folder, *least, "--no-record")
    assert code == 0, out
    assert out.startswith("2024: ")


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("incident-response", "on-call"),
        ("incident-response", "incidents"),
        ("company", "handbook"),
        ("product-docs", "docs"),
        ("legal", "legal"),
        ("trading", "trading"),
        ("blank", "knowledge"),
    ],
)
def test_a_copy_is_clean_in_a_folder_with_a_usual_name(
    tmp_path: Path, capsys: Capture, name: str, folder: str
) -> None:
    top = tmp_path / folder
    assert run(capsys, "new", top, "--template", name, "--no-declare", "--no-ci")[0] == 0
    code, out, _ = run(capsys, "check", top, "--strict")
    assert (code, out.splitlines()[-1]) == (0, CLEAN)


def test_without_texts_of_the_user_those_of_the_template_stay(
    tmp_path: Path, capsys: Capture
) -> None:
    folder = tmp_path / "desk"
    code, _, err = run(capsys, "new", folder, "--template", "legal", "--no-declare", "--no-ci")
    assert (code, err.count("\n")) == (0, 1)
    assert "remark: SKILL.md: its description is the template's" in err
    expected = {
        path: data.replace(b"name: graph", b"name: desk").replace(b"name: legal", b"name: desk")
        for path, data in content(PLACE / "legal" / "graph").items()
    }
    assert content(folder) == expected


def test_maps_of_the_user_come_after_those_of_the_template(vault: Vault, capsys: Capture) -> None:
    top = vault(OWN)
    new = ("new", top / "tea", "--template", top / "own", "--no-declare", "--no-ci")
    assert run(capsys, *new, "--map", "Cups=when it is served")[0] == 0
    text = (top / "tea" / "SKILL.md").read_text()
    assert text.endswith("- [[pot]] - to brew\n- [[cups]] - when it is served\n")
    assert "# ours\nname: tea\n" in text
    assert SkillGraph.load(top / "tea").maps == ("cups",)
    code, _, err = run(capsys, *new[:1], top / "other", *new[2:], "--map", "Pot=x")
    assert (code, err.count("\n")) == (2, 1)
    assert "like names" in err
    assert not (top / "other").exists()


def test_a_folder_of_the_users_own_is_copied_byte_for_byte(vault: Vault, capsys: Capture) -> None:
    more: Mapping[str, str | bytes] = {
        "own/graph/deep/pot.png": b"\x89PNG\xff",
        "own/graph/.gitignore": "drafts/\n",
        "own/graph/.git/config": "theirs",
        "own/graph/.DS_Store": "theirs",
        "own/ci/github.yml": "graph: {graph}\n",
        "project/.git/HEAD": "",
    }
    top = vault({**OWN, **more})
    folder = top / "project" / "deep" / "tea"
    assert run(capsys, "new", folder, "--template", top / "own", "--no-declare")[0] == 0
    copied = content(folder)
    assert set(copied) == {".gitignore", "SKILL.md", "deep/pot.png", "pot.md"}
    assert copied["deep/pot.png"] == b"\x89PNG\xff"
    assert (top / "project" / WORKFLOW).read_text() == 'graph: "deep/tea"\n'


def test_an_entry_with_the_line_ends_of_windows_is_copied_with_them(
    vault: Vault, capsys: Capture
) -> None:
    entry = "\ufeff" + OWN["own/graph/SKILL.md"].replace("\n", "\r\n")
    top = vault({**OWN, "own/graph/SKILL.md": entry.encode()})
    new = ("new", top / "tea", "--template", top / "own", "--no-declare", "--no-ci")
    assert run(capsys, *new, "--name", "Tea", "--map", "Cups=when it is served")[0] == 0
    data = content(top / "tea")["SKILL.md"]
    assert data.startswith(b"---\r\n")
    assert data.endswith(b"- [[pot]] - to brew\r\n- [[cups]] - when it is served\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"")


BROKEN = {
    "nowhere": ({}, "own2", "there is no template '{top}/own2': name one of company, "),
    "no manifest": ({"own/template.toml": None}, "own", "template.toml: the template cannot be"),
    "no TOML": ({"own/template.toml": "summary"}, "own", "template.toml: is not TOML"),
    "no summary": ({"own/template.toml": ""}, "own", "summary: Field required"),
    "unknown key": ({"own/template.toml": "summary = 'x'\na = 1\n"}, "own", "toml: a: Extra"),
    "two lines": ({"own/template.toml": 'summary = "a\\nb"\n'}, "own", "summary: String should"),
    "no UTF-8": ({"own/template.toml": b"\xff"}, "own", "template.toml: is not UTF-8"),
    "no entry": ({"own/graph/SKILL.md": None}, "own", "graph/SKILL.md: is missing"),
    "odd entry": ({"own/graph/SKILL.md": b"---\nname: \xff\n---\n"}, "own", "SKILL.md: is not UTF"),
    "no header": ({"own/graph/SKILL.md": "# Tea\n"}, "own", "SKILL.md:1: its header is not that"),
    "no words": (
        {"own/graph/SKILL.md": "---\nname: graph\n---\n"},
        "own",
        "SKILL.md:1: its header",
    ),
    "broken header": ({"own/graph/SKILL.md": "---\nname: [\n---\n"}, "own", "SKILL.md:1: its head"),
    "odd key": (
        {"own/graph/SKILL.md": "---\nname: a\ndescription: b\ntags: c\n---\n"},
        "own",
        "SKILL.md:1: its header",
    ),
    "no title": (
        {"own/graph/SKILL.md": "---\nname: a\ndescription: b\n---\n\n## Tea\n"},
        "own",
        "has no line `# TITLE`",
    ),
}


@pytest.mark.parametrize(("files", "named", "said"), BROKEN.values(), ids=BROKEN)
def test_a_template_that_cannot_be_used_is_one_line_and_writes_nothing(
    vault: Vault,
    capsys: Capture,
    files: Mapping[str, str | bytes | None],
    named: str,
    said: str,
) -> None:
    texts = {path: text for path, text in {**OWN, **files}.items() if text is not None}
    top = vault(texts)
    before = content(top)
    code, out, err = run(
        capsys, "new", top / "tea", "--template", top / named, "--name", "Tea", "--no-declare"
    )
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said.replace("{top}", str(top)) in err
    assert content(top) == before


@pytest.mark.parametrize("linked", ["graph/pot.md", "graph/more", "template.toml", "ci/github.yml"])
def test_a_link_out_of_a_template_is_not_followed(
    vault: Vault, capsys: Capture, linked: str
) -> None:
    top = vault(OWN | {"secret/key.md": "x"})
    path = top / "own" / linked
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    path.symlink_to(top / "secret" / ("" if linked.endswith("more") else "key.md"))
    code, _, err = run(capsys, "new", top / "tea", "--template", top / "own", "--no-declare")
    assert (code, err.count("\n")) == (2, 1)
    assert f"{path}: the template cannot be read: it is no regular file but a symbolic link" in err
    assert not (top / "tea").exists()


def test_a_file_name_that_no_journal_can_hold_is_refused(vault: Vault, capsys: Capture) -> None:
    top = vault(OWN)
    try:
        (top / "own" / "graph" / os.fsdecode(b"t\xe9.md")).touch()
    except OSError:
        pytest.skip("this file system has UTF-8 names only")
    code, _, err = run(capsys, "new", top / "tea", "--template", top / "own", "--no-declare")
    assert (code, err.count("\n")) == (2, 1)
    assert "is not UTF-8; rename it" in err
    assert not (top / "tea").exists()


@pytest.mark.parametrize("arguments", [(), ("tea",)])
def test_without_a_template_the_folder_and_its_description_must_be_given(
    tmp_path: Path, capsys: Capture, arguments: tuple[str, ...]
) -> None:
    code, out, err = run(capsys, "new", *(tmp_path / name for name in arguments))
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert re.search("--description TEXT" if arguments else "name the FOLDER", err)


# the workflow


@pytest.mark.parametrize("folder", ["skills/tea", "with 'odd' \"name\" é/tea"])
def test_a_repository_gets_a_workflow_whose_lines_check_the_graph(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    (tmp_path / ".git").mkdir()
    new = ("new", tmp_path / folder, "--template", "blank", "--no-declare")
    code, _, err = run(capsys, *new)
    assert code == 0
    assert f"remark: {WORKFLOW}: set the repository variable SKILLAGENT" in err
    job = workflow_of(tmp_path)
    assert isinstance(job["env"], dict)
    assert isinstance(job["steps"], list)
    assert job["env"]["GRAPH"] == folder
    monkeypatch.chdir(tmp_path)
    commands = re.findall(r"skillagent .+", "\n".join(step.get("run", "") for step in job["steps"]))
    assert [command.split()[1] for command in commands] == ["check", "eval"]
    for command in commands:
        words = [folder if word == "$GRAPH" else word for word in shlex.split(command)]
        assert main(words[1:]) == 0


WITHOUT_WORKFLOW = {
    "is there": ({".git/HEAD": "", WORKFLOW: "theirs"}, (), f"{WORKFLOW}: was not changed; add"),
    "is a broken link": ({".git/HEAD": ""}, ("link",), f"{WORKFLOW}: was not changed; add"),
    "no repository": ({}, (), "no git repository here, so no workflow is written; let CI run"),
    "not wanted": ({".git/HEAD": ""}, ("--no-ci",), ""),
}


@pytest.mark.parametrize(("files", "more", "said"), WITHOUT_WORKFLOW.values(), ids=WITHOUT_WORKFLOW)
def test_a_workflow_is_written_only_into_a_repository_that_has_none(
    vault: Vault, capsys: Capture, files: Mapping[str, str], more: tuple[str, ...], said: str
) -> None:
    top = vault({**OWN, **files})
    if more == ("link",):
        (top / ".github").symlink_to(top / "elsewhere")
        more = ()
    new = ("new", top / "tea", "--template", top / "own", "--description", ABOUT, "--no-declare")
    before = content(top)
    code, _, err = run(capsys, *new, *more)
    assert code == 0
    assert err.startswith(f"remark: {said}" if said else "")
    assert bool(said) == ("--strict` and `skillagent eval" in err)
    after = content(top)
    added = {path for path in after if path not in before}
    assert added == {"tea/SKILL.md", "tea/pot.md"}


def test_a_dry_run_shows_everything_and_writes_nothing(vault: Vault, capsys: Capture) -> None:
    top = vault(OWN | {".git/HEAD": ""})
    before = content(top)
    new = ("new", top / "tea", "--template", top / "own", "--dry-run")
    code, out, _ = run(capsys, *new)
    assert code == 0
    for path in ("SKILL.md", "pot.md", WORKFLOW, "skillagent.toml"):
        assert f"+++ b/{path}\n" in out
    assert content(top) == before
