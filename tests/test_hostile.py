"""Inputs that once hung, crashed or silenced a session; each must stay harmless."""

from __future__ import annotations

import io
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from skillagent import Budget, GraphError, SkillGraph, Toolset, UsageError
from skillagent.cli import main
from skillagent.lint import findings
from skillagent.markdown.document import parse
from tests.conftest import Vault

SECONDS = 5.0
"""Far above what any of them takes now, far below what they took: most did not end."""

SLOW_TEXTS = {
    "indented-lines-below-a-header": "---\na: 1\n---\nNote:\n" + "    line\n" * 200 + "\nend",
    "blanks-below-a-header": "---\na: 1\n---\nkey:\n" + " " * 64_000,
    "underscores-behind-a-stop": "x." + "^__" * 3_000 + " low",
    "comments-in-a-heading": "# " + "<!--" * 32_000,
    "escapes-in-a-heading": "# " + "\\[" * 32_000,
    "escapes-before-a-link": "\\[" * 32_000 + "](",
    "blanks-in-a-heading": "# a" + " " * 64_000 + "b",
    "dotted-toml-key": "+++\n" + "a." * 32_000 + "b = 1\n+++\n",
    "links-on-one-line": "x [[a|b]] " * 100_000,
    "tildes-on-one-line": "a ~~~ " * 200_000,
    "blanks-in-a-key": "---\na" + " " * 128_000 + "\nb: [\n---\n",
    "many-headings": "# a\n" * 80_000,
    "one-long-list": "- item with words\n" * 60_000,
    "quoted-fences": "> ```\n" * 40_000,
    "markdown-links": "[a](b.md) " * 40_000,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SLOW_TEXTS)
def test_a_hostile_text_is_read_in_moments(name: str) -> None:
    started = time.process_time()
    document = parse(SLOW_TEXTS[name].encode(), "x.md")
    assert document.pieces is not None
    assert len(document.description) <= 300
    [document.words_around(reference) for reference in document.references[:100]]
    assert time.process_time() - started < SECONDS


SLOW_BODIES = {
    "blanks-behind-a-tags-beginning": "<" + " " * 200_000 + "x",
    "beginnings-of-tags": "< " * 100_000,
    "entities": "&lt;" * 50_000,
    "lines-that-begin-as-a-pointer": "[section " * 20_000 + "\n[section x" * 20_000,
    "quote-marks": "> " * 100_000,
    "comments": "<!-- a -->\n\nb\n\n" * 10_000,
    "headings-in-comments": "%%\n# a\n%%\n\nb\n\n" * 10_000,
    "headings-in-one-comment": "%%\n" + "# a\n\nb\n\n" * 10_000 + "%%\n",
    "emoji": "\U0001f469\u200d\U0001f4bb " * 20_000,
    "tag-characters": "\U000e0041" * 100_000,
    "selectors": "\u2764\ufe0f\ufe0f" * 50_000,
    "marks-of-direction": "\u05d0\u200f" * 50_000,
    "control-characters": "\x1b\x85" * 50_000,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SLOW_BODIES)
def test_a_hostile_text_is_shown_in_moments(vault: Vault, name: str) -> None:
    graph = SkillGraph.load(vault({"x.md": f"# Top\n\n{SLOW_BODIES[name]}\n\n# End\n\nEnd.\n"}))
    started = time.process_time()
    tools = Toolset(graph, Budget(100_000, 1_000))
    assert "End." in tools.read_node("x", section="End").text
    assert not tools.read_node("x").error
    assert not tools.read_summary("x").error
    list(findings(graph))
    assert time.process_time() - started < SECONDS


def links_to_own_headings(count: int) -> dict[str, str]:
    lines = "".join(f"# H{at}\n\n[[#H{at}]]\n\n" for at in range(count))
    return {"x.md": lines}


def folders_that_link_readme(count: int) -> dict[str, str]:
    return {f"d{at}/README.md": "See [[README]]." for at in range(count)}


def broken_links_among_folders(count: int) -> dict[str, str]:
    return {f"d{at}/index.md": f"[[none{at}]] [[gone{at}]]" for at in range(count)}


def one_alias_for_all(count: int) -> dict[str, str]:
    return {f"n{at}.md": "---\naliases: [same]\n---\n" for at in range(count)}


@pytest.mark.slow
@pytest.mark.parametrize(
    "make",
    [
        links_to_own_headings,
        folders_that_link_readme,
        broken_links_among_folders,
        one_alias_for_all,
    ],
)
def test_a_hostile_graph_is_loaded_in_moments(vault: Vault, make: Any) -> None:
    folder = vault(make(2_000))
    started = time.process_time()
    SkillGraph.load(folder)
    assert time.process_time() - started < SECONDS


CRASHES: dict[str, str | bytes] = {
    "toml-with-a-long-number": "+++\na = " + "1" * 5_000 + "\n+++\n",
    "toml-title-of-a-huge-number": "+++\ntitle = 0x" + "f" * 5_000 + "\n+++\n",
    "json-nested-deep": '{\n"a":' + "[" * 700 + "]" * 700 + "\n}\n",
    "toml-nested-deep": "+++\na = " + "[" * 90 + "]" * 90 + "\n+++\n",
}


@pytest.mark.parametrize("name", CRASHES)
def test_a_header_that_crashed_is_just_a_header(vault: Vault, name: str) -> None:
    folder = vault({"a.md": CRASHES[name], "b.md": "[[a]]"})
    graph = SkillGraph.load(folder)
    assert graph.links_from("b")[0].target == "a"
    assert not Toolset(graph).read_summary("a").error


def test_ignore_files_that_are_none_are_passed_over(vault: Vault) -> None:
    folder = vault({"a.md": "x", "b.md": "x", "sub/c.md": "x"})
    os.mkfifo(folder / ".skillagentignore")
    (folder / ".gitignore").write_text("[z-a]\nb.md\n")
    (folder / "sub" / ".gitignore").symlink_to("/dev/zero")
    assert list(SkillGraph.load(folder).nodes) == ["a", "sub/c"]


@pytest.mark.parametrize("root", ["\0", "a" * 5_000, "\ud800"], ids=["nul", "long", "surrogate"])
def test_a_root_that_cannot_be_a_path_is_one_error(root: str) -> None:
    with pytest.raises(GraphError):
        SkillGraph.load(root)


def test_a_root_that_links_to_itself_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(GraphError):
        SkillGraph.load(tmp_path / "loop")
    with pytest.raises(UsageError, match="no folder behind the name"):
        SkillGraph.load("x=")


@pytest.mark.parametrize(
    "arguments",
    [5, [1], True, None, "5", "[]", object()],
    ids=["number", "list", "true", "null", "text", "text-of-a-list", "object"],
)
def test_arguments_that_are_no_object_are_refused(vault: Vault, arguments: object) -> None:
    tools = Toolset(SkillGraph.load(vault({"a.md": "x"})))
    answer = tools.call("read_node", arguments)
    assert answer.error
    assert "must be a JSON object" in answer.text or "is missing" in answer.text
    json.dumps(tools.ledger.to_json())


def test_one_huge_query_does_not_end_the_session(vault: Vault) -> None:
    tools = Toolset(SkillGraph.load(vault({"a.md": "About ships."})))
    for query in ("zzzz " * 5_000, "ships " * 5_000, "\ud800 ships \udfff"):
        tools.list_index(query=query)
    assert "About ships." in tools.read_node("a").text


def test_an_answer_that_fits_no_call_is_refused_and_the_session_goes_on(vault: Vault) -> None:
    files = {f"{'long name ' * 20}{at}.md": "x" for at in range(9)} | {"a.md": "Text."}
    tools = Toolset(SkillGraph.load(vault(files)), Budget(4_000, 210))
    refused = tools.read_summary([name for name in tools.graph.ids if "long" in name])
    assert refused.cost <= 210
    assert "Text." in tools.read_node("a").text


HARD_TO_READ = {
    "a-giant-word-first": "w" * 9_000 + "\n\n" + "\n\n".join(f"Part {at}." for at in range(5)),
    "a-picture-in-the-middle": "Intro.\n\n![](data:image/png;base64,"
    + "QUJD" * 9_000
    + ")\n\nEnd.",
    "twenty-long-titles": "".join(
        f"## {'A long title of a section ' * 3}{at}\n\n{'Sentence here. ' * 20}\n\n"
        for at in range(20)
    ),
}


@pytest.mark.parametrize("name", HARD_TO_READ)
def test_all_that_can_be_shown_is_shown_in_the_end(vault: Vault, name: str) -> None:
    text = HARD_TO_READ[name]
    tools = Toolset(SkillGraph.load(vault({"x.md": text})), Budget(100_000, 400))
    seen = "".join(tools.read_node("x").to_json()["result"]["text"] for _ in range(40))
    for line in text.split("\n"):
        assert line in seen or len(line) > 1_500
    last = tools.read_node("x")
    assert "was shown" in last.text or "larger than one answer may be" in last.text


NAMES = {
    "C# basics.md": "C# basics",
    "a#b.md": "a#b",
    '"q".md': '"q"',
    "`q`.md": "`q`",
    " lead.md": " lead",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_listed_id_can_be_read(vault: Vault, name: str) -> None:
    tools = Toolset(SkillGraph.load(vault({name: "Its text."})))
    listed = tools.list_index().to_json()["result"]["lines"][0]["id"]
    assert listed == NAMES[name]
    assert "Its text." in tools.read_node(listed).text


@pytest.mark.parametrize(
    ("section", "shows"),
    [
        ("C++", "plus"),
        ("C", "plain"),
        ("🎉", "party"),
        ("Two#Head", "second"),
        ("^blk", "block"),
    ],
)
def test_a_section_is_the_one_that_was_named(vault: Vault, section: str, shows: str) -> None:
    text = (
        "# C\n\nplain\n\n# C++\n\nplus\n\n# 🎉\n\nparty\n\n# Two\n\nx\n\n# Two\n\n"
        "## Head\n\nsecond\n\n# Last\n\na block ^blk\n"
    )
    answer = Toolset(SkillGraph.load(vault({"x.md": text}))).read_node("x", section=section)
    assert shows in answer.text
    others = {"plus", "plain", "party", "second", "block"} - {shows}
    assert not [word for word in others if word in answer.text]


def test_a_tiny_cap_holds_for_the_last_answer_too(vault: Vault) -> None:
    tools = Toolset(SkillGraph.load(vault({"a.md": "x"})), Budget(8_000, 5))
    assert tools.list_index().cost <= 5


def test_ids_hold_no_control_characters(vault: Vault) -> None:
    folder = vault({"a\x01.md": "x", "a\x02.md": "x", "a\n\x1b[31m.md": "x"})
    graph = SkillGraph.load(folder)
    assert len(graph.nodes) == 3
    assert all(name.isprintable() for name in graph.nodes)
    assert all(graph.find(name).id == name for name in graph.nodes)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("x | y\n--|--\n1 | [[a|lbl]]", "SG025"),
        ("[t](file:///etc/passwd)", "SG024"),
        ("[t](C:/x.md)", "SG024"),
        ("---\n a: x: y\nsource: 1\n---\n", "SG010"),
    ],
)
def test_more_findings_of_the_link_table(vault: Vault, body: str, code: str) -> None:
    graph = SkillGraph.load(vault({"a.md": "x", "s.md": body}))
    assert code in {found.code for found in graph.diagnostics}


def test_keys_behind_a_broken_first_line_are_kept(vault: Vault) -> None:
    graph = SkillGraph.load(vault({"s.md": '---\n a: x: y\nsource: "[[s]]"\n---\n'}))
    assert graph.nodes["s"].fields["source"] == "[[s]]"


def test_a_scripted_session_survives_odd_json(
    vault: Vault,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = [
        '{"name": "read_node", "arguments": 5}',
        '{"name": "read_node", "arguments": {"node": "\\ud800"}}',
        '{"name": "list_index", "arguments": {"cursor": 1e400}}',
    ]
    ledger = tmp_path_factory.mktemp("out") / "ledger.json"
    stdin = type("Stdin", (), {"buffer": io.BytesIO("\n".join(lines).encode())})()
    monkeypatch.setattr(sys, "stdin", stdin)
    assert main(["call", str(vault({"a.md": "x"})), "--ledger", str(ledger)]) == 1
    assert len(capsys.readouterr().out.splitlines()) == 3

    def no_constant(text: str) -> None:
        raise AssertionError(text)

    assert len(json.loads(ledger.read_text(), parse_constant=no_constant)["entries"]) == 3


def test_an_escape_in_an_argument_never_reaches_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["read", "/no\x1b[31m", "x"]) == 2
    assert "\x1b" not in capsys.readouterr().err
