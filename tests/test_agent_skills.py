"""Rules of Agent Skills, compared with the reference validator, and as `check` shows them.

A verdict must be equal on every file; the wording too, but for broken YAML, where the
reference quotes its parser.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import skills_ref
from hypothesis import given
from hypothesis import strategies as st

from skillagent import SkillGraph
from skillagent.cli import main
from skillagent.diagnostics import CODES, Diagnostic, Severity
from skillagent.lint import REFERENCE_CODES, RULES, findings
from skillagent.lint.skill_header import FLOW
from tests.conftest import SHIPPED, Vault

YAML = "Invalid YAML in frontmatter: "


def skill_text(*lines: str, body: str = "Do it.\n") -> str:
    return "\n".join(("---", *lines, "---", body))


def ours(folder: Path) -> list[Diagnostic]:
    return list(findings(SkillGraph.load(folder)))


def codes(folder: Path) -> list[str]:
    return [found.code for found in ours(folder)]


def verdicts(folder: Path) -> tuple[list[str], list[str]]:
    """What the reference says of a skill's folder, and what our rules say in its stead."""
    theirs = [" ".join(text.split()) for text in skills_ref.validate(folder)]
    found = [found for found in ours(folder) if found.code in REFERENCE_CODES]
    own = [one.message for one in found]
    if theirs and theirs[0].startswith(YAML):
        # The reference quotes its parser's whole report, ours the problem alone.
        for one in found:
            if one.code == "SG104":
                assert one.message.removeprefix(YAML) in theirs[0]
        return [YAML], [text[: len(YAML)] for text in own]
    return sorted(theirs), sorted(own)


LONG = "x" * 1_025
CASES: dict[str, tuple[str, list[str]]] = {
    "valid": (skill_text("name: demo", "description: Does it when asked."), []),
    "all six": (
        skill_text(
            "name: demo",
            "description: d",
            "license: MIT",
            "compatibility: any",
            "allowed-tools: Read Bash(git:*)",
            "metadata:",
            '  version: "1.0"',
        ),
        [],
    ),
    "no header": ("# Demo\n", ["SG101"]),
    "a mark before the header": ("\ufeff---\nname: demo\ndescription: d\n---\n", ["SG101"]),
    "never closed": ("---\nname: demo\n", ["SG102"]),
    "broken yaml": (skill_text("name: [demo", "description: d"), ["SG104"]),
    "unquoted colon": (skill_text("name: demo", "description: Use when: always"), ["SG103"]),
    "tab": (skill_text("name: demo", "\tdescription: d"), ["SG103"]),
    "flow list": (skill_text("name: demo", "description: d", "tags: [a, b]"), ["SG104"]),
    "anchor": (skill_text("name: &x demo", "description: d"), ["SG104"]),
    "alias": (skill_text("name: demo", "description: *x"), ["SG103"]),
    "type": (skill_text("name: demo", "description: !!str d"), ["SG104"]),
    "key twice": (skill_text("name: demo", "name: demo", "description: d"), ["SG104"]),
    "merge": (skill_text("<<: x", "name: demo", "description: d"), ["SG103"]),
    "uneven": (
        skill_text("name: demo", "description: d", "metadata:", "  a: b", "license:", "    c: d"),
        ["SG104"],
    ),
    "two documents": (skill_text("name: demo", "...", "description: d"), ["SG103"]),
    "a list": (skill_text("- name", "- description"), ["SG105"]),
    "a text": (skill_text("name"), ["SG105"]),
    "empty header": ("---\n---\n", ["SG105"]),
    "dashes in a value": (skill_text("name: demo", "description: a --- b"), []),
    "dashes behind the fence": ("---name: demo\ndescription: d\n---\n", []),
    "extra keys": (
        skill_text("title: T", "name: demo", "description: d", "tags: x"),
        ["SG106"],
    ),
    "no name": (skill_text("description: d"), ["SG107"]),
    "empty name": (skill_text("name:", "description: d"), ["SG108"]),
    "blank name": (skill_text('name: "  "', "description: d"), ["SG108"]),
    "listed name": (skill_text("name:", "  - demo", "description: d"), ["SG108"]),
    "long name": (skill_text(f"name: {'x' * 65}", "description: d"), ["SG109", "SG114"]),
    "upper case": (skill_text("name: Demo", "description: d"), ["SG110", "SG114"]),
    "hyphen first": (skill_text('name: "-demo"', "description: d"), ["SG111", "SG114"]),
    "two hyphens": (skill_text("name: de--mo", "description: d"), ["SG112", "SG114"]),
    "underscore": (skill_text("name: de_mo", "description: d"), ["SG113", "SG114"]),
    "another folder": (skill_text("name: other", "description: d"), ["SG114"]),
    "other letters": (skill_text("name: démo", "description: d"), ["SG114", "SG124"]),
    "a number": (skill_text("name: 123", "description: 4"), ["SG114"]),
    "no description": (skill_text("name: demo"), ["SG115"]),
    "empty description": (skill_text("name: demo", "description:"), ["SG116"]),
    "mapped description": (skill_text("name: demo", "description:", "  a: b"), ["SG116"]),
    "long description": (skill_text("name: demo", f"description: {LONG}"), ["SG117"]),
    "folded description": (skill_text("name: demo", "description: >-", "  a", "  b"), []),
    "listed compatibility": (
        skill_text("name: demo", "description: d", "compatibility:", "- a"),
        ["SG118"],
    ),
    "long compatibility": (
        skill_text("name: demo", "description: d", f"compatibility: {LONG}"),
        ["SG119"],
    ),
    "empty compatibility": (
        skill_text("name: demo", "description: d", "compatibility:"),
        ["SG120"],
    ),
    "listed tools": (
        skill_text("name: demo", "description: d", "allowed-tools:", "- Read"),
        ["SG121"],
    ),
    "listed metadata": (
        skill_text("name: demo", "description: d", "metadata:", "  tags:", "    - a"),
        ["SG122"],
    ),
    "metadata as text": (skill_text("name: demo", "description: d", "metadata: a"), ["SG122"]),
    "listed license": (skill_text("name: demo", "description: d", "license:", "- a"), ["SG123"]),
    "as long as may be": (
        skill_text(
            "name: demo", f"description: {'d' * 1_024}", f"compatibility: {'c' * 500}", body=""
        ),
        [],
    ),
    "windows": ("---\r\nname: demo\r\ndescription: d\r\n---\r\nText\r\n", []),
}


@pytest.mark.parametrize("case", CASES)
def test_each_rule_finds_what_it_is_for_and_the_reference_agrees(
    case: str, vault: Vault, tmp_path: Path
) -> None:
    text, expected = CASES[case]
    vault({"demo/SKILL.md": text})
    assert sorted(codes(tmp_path / "demo")) == expected
    assert verdicts(tmp_path / "demo")[0] == verdicts(tmp_path / "demo")[1]


def test_every_code_of_agent_skills_is_found_by_some_case() -> None:
    found = {code for _, expected in CASES.values() for code in expected}
    elsewhere = {"SG130", "SG131", "SG132", "SG133"}
    assert found | elsewhere == {code for code in CODES if code.startswith("SG1")}
    assert {code for code in found if CODES[code].severity is Severity.ERROR} <= REFERENCE_CODES


scalars = st.one_of(
    st.sampled_from(["demo", "Demo", "de--mo", "-demo", "démo", "", "~", "true", "12", "a b"]),
    st.sampled_from(["'it''s'", '"a\\tb"', "'a: b'", "a: b", "a #b", "#c", "[a]", "{a: b}"]),
    st.sampled_from(["|\n  x\n  y", ">-\n  x", "&a b", "*a", "!x y", "---", "a---b", "@a", "`a`"]),
    st.text("abz-_ .9É", max_size=70),
    st.text("xy ", min_size=1_020, max_size=1_030),
    st.integers(495, 505).map(lambda number: "c" * number),
)
values = st.one_of(
    scalars,
    st.lists(st.sampled_from(["a", "b c", "1"]), min_size=1, max_size=3).map(
        lambda items: "".join(f"\n  - {item}" for item in items)
    ),
    st.dictionaries(
        st.sampled_from(["a", "b", "c"]), st.sampled_from(["x", "1.0", ""]), min_size=1
    ).map(lambda pairs: "".join(f"\n  {key}: {value}" for key, value in pairs.items())),
)
keys = st.one_of(
    st.sampled_from(
        ["license", "compatibility", "allowed-tools", "metadata", "tags", "Name", '"x"', "a b"]
    ),
)
headers = st.builds(
    lambda name, described, rest: [
        *([] if name is None else [f"name: {name}"]),
        *([] if described is None else [f"description: {described}"]),
        *(f"{key}: {value}" for key, value in rest),
    ],
    st.one_of(st.just("demo"), st.none(), values),
    st.one_of(st.just("What, when."), st.none(), values),
    st.lists(st.tuples(keys, values), max_size=3),
).flatmap(st.permutations)


@pytest.mark.slow
@given(headers, st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", "# Demo\n", "---\n"]))
def test_the_reference_gives_the_same_verdict_on_any_header(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], line_end: str, body: str
) -> None:
    folder = tmp_path_factory.mktemp("skills") / "demo"
    folder.mkdir()
    text = skill_text(*lines, body=body).replace("\n", line_end)
    (folder / "SKILL.md").write_bytes(text.encode())
    theirs, own = verdicts(folder)
    assert theirs == own
    shutil.rmtree(folder.parent)


@given(st.text("ab12-é", min_size=1, max_size=70), st.text("ab-", min_size=1, max_size=8))
def test_the_reference_gives_the_same_verdict_on_any_name_and_folder(
    tmp_path_factory: pytest.TempPathFactory, name: str, folder_name: str
) -> None:
    folder = tmp_path_factory.mktemp("skills") / folder_name
    folder.mkdir()
    (folder / "SKILL.md").write_text(skill_text(f'name: "{name}"', "description: d"))
    theirs, own = verdicts(folder)
    assert theirs == own
    shutil.rmtree(folder.parent)


def test_every_skill_of_the_roots_is_judged_and_nothing_else(vault: Vault) -> None:
    bad = skill_text("description: d")
    folder = vault(
        {
            "skills/one/SKILL.md": bad,
            "skills/one/references/more.md": "---\nname: A B\n---\nMore.",
            "skills/one/inner/SKILL.md": skill_text("name: inner", "description: d"),
            "skills/two/skill.md": bad,
            "skills/three/Skill.md": bad,
            "readme.md": "Text",
        }
    )
    assert [(found.path, found.code) for found in ours(folder)] == [
        ("skills/one/SKILL.md", "SG107"),
        ("skills/one/inner/SKILL.md", "SG133"),
        ("skills/two/skill.md", "SG107"),
    ]


def test_a_graph_that_is_no_skill_has_no_finding_of_a_skill(vault: Vault) -> None:
    long = "- [[a]]\n" * 2_000
    folder = vault({"index.md": f"---\nname: Not A Skill\ntags: [x]\n---\n{long}", "a.md": "A"})
    assert codes(folder) == []


def test_roots_are_told_apart(vault: Vault, tmp_path: Path) -> None:
    text = skill_text("name: one", "description: d")
    vault({"one/SKILL.md": text, "two/SKILL.md": text})
    graph = SkillGraph.load(tmp_path / "one", tmp_path / "two")
    assert [(found.path, found.code) for found in findings(graph)] == [("two::SKILL.md", "SG114")]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("x" * 3_900, []),
        ("word\n" * 500, []),
        ("word\n" * 501, ["SG131"]),
        # 7,527 bytes; each line end counts twice.
        (("x" * 14 + "\n") * 450, []),
        (("x" * 14 + "\n") * 499, ["SG130"]),
        (("x" * 14 + "\n") * 510, ["SG130", "SG131"]),
        ("1 2 3 4 5 6 7 8\n" * 300, []),
        ("1 2 3 4 5 6 7 8\n" * 450, ["SG132"]),
        ("a b c d e f g h i j k l m n o p\n" * 400, ["SG130", "SG132"]),
    ],
)
def test_what_hosts_cut_is_reported(vault: Vault, body: str, expected: list[str]) -> None:
    folder = vault({"demo/SKILL.md": skill_text("name: demo", "description: d", body=body)})
    assert codes(folder / "demo") == expected


def test_the_line_is_that_of_the_key(vault: Vault) -> None:
    text = skill_text("# a comment", "name: other", "tags: x", "license: MIT", "description:")
    found = ours(vault({"demo/SKILL.md": text}))
    assert [(one.line, one.code) for one in found] == [(3, "SG114"), (4, "SG106"), (6, "SG116")]
    flow = ours(vault({"demo/SKILL.md": skill_text("name: demo", "description: d", "x: [a]")}))
    assert [(one.line, one.message) for one in flow] == [(4, YAML + FLOW)]


def test_check_shows_them_in_order_with_the_graphs_own(
    vault: Vault, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vault({"demo/SKILL.md": skill_text("name: Demo", "description: d", body="[[nope]]\n")})
    assert main(["check", str(tmp_path / "demo")]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[1] for line in lines[3:6]] == ["2", "2", "5"]
    assert lines[3].startswith("SKILL.md:2: error SG110: Skill name 'Demo' must be lowercase")
    assert main(["check", str(tmp_path / "demo"), "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert [found["code"] for found in report["diagnostics"]] == ["SG110", "SG114", "SG020"]


def test_a_warning_for_strict_hosts_does_not_fail_the_check(
    vault: Vault, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vault({"demo/SKILL.md": skill_text("name: demo", "description: d", "metadata: {a: b}")})
    assert main(["check", str(tmp_path / "demo")]) == 0
    assert "SKILL.md:4: warning SG104" in capsys.readouterr().out


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda path: path.name)
def test_the_skills_we_ship_have_no_finding(folder: Path) -> None:
    assert ours(folder) == []
    assert skills_ref.validate(folder) == []


def test_every_rule_has_a_sentence() -> None:
    assert all(rule.__doc__ for rule in RULES.values())
