"""Creating a graph, adding nodes and judging its health, on the command line."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from skills_ref import validate

from skillagent.authoring.file_text import Source
from skillagent.authoring.link_writer import file_name
from skillagent.authoring.list_insertion import list_edit
from skillagent.cli.main import main
from skillagent.config import find
from skillagent.errors import UsageError
from skillagent.files.changes import Changes, FileChange
from skillagent.graph import SkillGraph
from skillagent.markdown.compose import composed
from skillagent.markdown.decoding import decode
from skillagent.markdown.document import parse
from skillagent.markdown.edit import Edit, edited
from tests.conftest import BUNDLED, Vault
from tests.test_authoring_strategies import content

Capture = pytest.CaptureFixture[str]


def run(capsys: Capture, *arguments: str | Path) -> tuple[int, str, str]:
    code = main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def set_up(capsys: Capture, top: Path, *more: str) -> Path:
    folder = top / "token-work"
    code, _, err = run(
        capsys,
        "new",
        folder,
        "--name",
        "Token work",
        "--description",
        'How to count: tokens, for "budgets"',
        "--map",
        "Counting=to count: tokens",
        "--map",
        "Budgets=to bound what is shown",
        *more,
    )
    assert (code, err) == (0, "")
    return folder


def test_a_new_graph_is_a_valid_skill_without_a_finding(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / ".git").mkdir()
    folder = set_up(capsys, tmp_path)
    assert validate(folder) == []
    code, out, _ = run(capsys, "check", folder)
    assert code == 0
    assert "0 errors, 0 warnings, 0 infos" in out
    graph = SkillGraph.load(folder)
    assert graph.maps == ("budgets", "counting")
    assert graph.neighbors("SKILL") == ("counting", "budgets")
    assert graph.links_from("SKILL")[0].context == "counting - to count: tokens"
    config = find(tmp_path)
    assert config is not None
    assert config.graphs == (("", folder),)


def test_a_graph_has_its_folders_name_unless_a_title_is_given(
    tmp_path: Path, capsys: Capture
) -> None:
    described = ("--description", "d: when asked", "--no-declare", "--map", "Counting=to count")
    plain, other = tmp_path / "token-work", tmp_path / "tokens"
    assert run(capsys, "new", plain, *described)[2] == ""
    code, _, err = run(capsys, "new", other, "--name", "Token Work", *described)
    told = "the skill is called 'tokens', because hosts require the name of its folder"
    assert (code, err) == (0, f"remark: SKILL.md: {told}; 'Token Work' is its title\n")
    for folder, name, title in (
        (plain, "token-work", "Token work"),
        (other, "tokens", "Token Work"),
    ):
        text = (folder / "SKILL.md").read_text()
        assert f'---\nname: {name}\ndescription: "d: when asked"\n---\n\n# {title}\n' in text
        assert validate(folder) == []
        assert run(capsys, "check", folder)[0] == 0
        # What is for the author is told to the author: an agent reads no advice on writing.
        assert (folder / "counting.md").read_text() == (
            "---\ntype: map\ndescription: to count\n---\n\n# Counting\n"
        )


def test_a_declaration_is_extended_and_its_other_bytes_stay(
    tmp_path: Path, capsys: Capture
) -> None:
    text = '# ours\nbudget = 900 # small\ngraphs = [\n    "a", # first\n]\n'
    (tmp_path / "skillagent.toml").write_text(text)
    set_up(capsys, tmp_path)
    assert (tmp_path / "skillagent.toml").read_text() == text.replace(
        "# first\n", '# first\n    "token-work",\n'
    )
    assert (
        run(capsys, "new", tmp_path / "b", "--name", "b", "--description", "d", "--no-declare")[0]
        == 0
    )
    assert '"b"' not in (tmp_path / "skillagent.toml").read_text()


def test_a_graph_of_a_python_project_is_declared_in_its_file(
    tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "x"\n\n[tool.skillagent]\ngraphs = ["a"]\n'
    )
    set_up(capsys, tmp_path)
    assert (tmp_path / "pyproject.toml").read_text().endswith('graphs = ["a", "token-work"]\n')
    assert not (tmp_path / "skillagent.toml").exists()


@pytest.mark.parametrize(
    ("folder", "more", "said"),
    [
        ("full", (), "is not empty"),
        ("full/x.txt", (), "is not a folder"),
        ("Other", (), "call the folder 'other'"),
        ("token-work", ("--map", "no sentence"), "write TITLE=WHEN"),
        ("token-work", ("--map", "A=x", "--map", "a=y"), "like names"),
        ("token-work", ("--map", "***=x"), "cannot name a file"),
        ("token-work", ("--map", "Index=x"), "like names"),
        ("token-work", ("--description", " "), "the description is empty"),
        ("token-work", ("--description", "x" * 1_025), "at most 1024"),
    ],
)
def test_a_graph_that_cannot_be_set_up_leaves_nothing(
    vault: Vault, capsys: Capture, folder: str, more: tuple[str, ...], said: str
) -> None:
    top = vault({"full/x.txt": "x"})
    code, out, err = run(
        capsys, "new", top / folder, "--name", "Token work", "--description", "d", *more
    )
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1
    assert content(top) == {"full/x.txt": b"x"}
    assert not (top / "token-work").exists()


def add(capsys: Capture, folder: Path, name: str, *more: str) -> tuple[int, str, str]:
    return run(capsys, "add", folder, name, "--description", f"When: {name}", *more)


def test_an_added_node_is_reachable_at_once(tmp_path: Path, capsys: Capture) -> None:
    folder = set_up(capsys, tmp_path, "--no-declare")
    code, out, _ = add(
        capsys,
        folder,
        "Claude's count is higher",
        "--map",
        "Counting",
        "--tag",
        "a",
        "--tag",
        "b: c",
    )
    assert (code, out) == (0, "created claudes-count-is-higher.md\nchanged counting.md\n")
    graph = SkillGraph.load(folder)
    node = graph.nodes["claudes-count-is-higher"]
    assert (node.title, node.tags) == ("Claude's count is higher", ("a", "b: c"))
    assert node.description == "When: Claude's count is higher"
    assert graph.neighbors("counting") == (node.id,)
    assert graph.reachable() == set(graph.nodes)
    assert graph.diagnostics == ()


def test_a_body_and_a_sentence_of_its_own(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = set_up(capsys, tmp_path, "--no-declare")
    stdin = type("Stdin", (), {"buffer": io.BytesIO(b"# Own heading\r\n\r\nText.\r\n")})()
    monkeypatch.setattr(sys, "stdin", stdin)
    assert (
        add(capsys, folder, "x y", "--map", "budgets", "--why", "for that", "--body", "-")[0] == 0
    )
    found = content(folder)
    assert found["x-y.md"] == b'---\ndescription: "When: x y"\n---\n\n# Own heading\n\nText.\n'
    assert found["budgets.md"].endswith(b"\n\n- [[x-y]] - for that\n")


def test_without_a_map_the_best_are_named(tmp_path: Path, capsys: Capture) -> None:
    folder = set_up(capsys, tmp_path, "--no-declare")
    before = content(folder)
    code, out, err = add(capsys, folder, "bounds of what is shown")
    assert (code, out) == (2, "")
    assert err.startswith("skillagent: which --map? The best for it: budgets (Budgets), ")
    assert content(folder) == before
    assert add(capsys, folder, "bounds of what is shown", "--map", "none")[0] == 0
    assert SkillGraph.load(folder).orphans() == ("bounds-of-what-is-shown",)


@pytest.mark.parametrize(
    ("name", "more", "said"),
    [
        ("Counting", ("--map", "budgets"), "exists: counting.md"),
        ("countings", ("--map", "budgets"), "nearly exists: counting.md"),
        ("Budgets", ("--map", "budgets", "--force"), "exists: budgets.md"),
        ("new", ("--map", "nope"), "no node 'nope'"),
        (
            "new",
            ("--map", "counting", "--heading", "Nope"),
            "has no heading 'Nope'; it has: Counting",
        ),
        ("???", ("--map", "counting"), "cannot name a file"),
        ("new", ("--map", "counting", "--body", "nowhere.txt"), "cannot be read"),
        ("new", ("--map", "none", "--why", "x"), "need a map"),
        ("new", ("--map", "counting", "--body", "HEADED"), "the body begins with a header"),
    ],
)
def test_a_node_that_cannot_be_added_leaves_nothing(
    tmp_path: Path, capsys: Capture, name: str, more: tuple[str, ...], said: str
) -> None:
    folder = set_up(capsys, tmp_path, "--no-declare")
    before = content(folder)
    headed = tmp_path / "headed.md"
    headed.write_text("---\ndescription: own\n---\ntext")
    given = [text.replace("HEADED", str(headed)) for text in more]
    code, out, err = add(capsys, folder, name, *given)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1
    assert content(folder) == before


def test_force_adds_what_is_nearly_there(tmp_path: Path, capsys: Capture) -> None:
    folder = set_up(capsys, tmp_path, "--no-declare")
    assert add(capsys, folder, "countings", "--map", "budgets", "--force")[0] == 0
    assert SkillGraph.load(folder).neighbors("budgets") == ("countings",)


PLACES = [
    ("# M\n", None, "# M\n\n- new\n"),
    ("", None, "- new\n"),
    ("- [[a]] - x\n- [[b]]\n", None, "- [[a]] - x\n- [[b]]\n- new\n"),
    ("- [[a]]", None, "- [[a]]\n- new"),
    ("* [[a]]\n  goes on\n\nText.\n", None, "* [[a]]\n  goes on\n* new\n\nText.\n"),
    ("1. [[a]]\n2. [[b]]\n", None, "1. [[a]]\n2. [[b]]\n3. new\n"),
    ("- [[a]]\n  - [[b]]\n", None, "- [[a]]\n  - [[b]]\n- new\n"),
    ("- [[a]]\n\n```\n- [[b]]\n```\n", None, "- [[a]]\n- new\n\n```\n- [[b]]\n```\n"),
    ("# A\n- [[a]]\n# B\n- [[b]]\n", "A", "# A\n- [[a]]\n- new\n# B\n- [[b]]\n"),
    ("# A\n# B\n- [[b]]\n", "a", "# A\n\n- new\n\n# B\n- [[b]]\n"),
    ("# A\n\ntext\n\n# B\n", "A", "# A\n\ntext\n\n- new\n\n# B\n"),
    ("text [[a]]", None, "text [[a]]\n\n- new\n"),
    ("---\ntype: map\n---", None, "---\ntype: map\n---\n- new\n"),
]


@pytest.mark.parametrize(("text", "heading", "wanted"), PLACES)
def test_where_an_item_goes(text: str, heading: str | None, wanted: str) -> None:
    document = parse(text, "m.md")
    assert edited(text, [list_edit(document, ["new"], heading)]) == wanted


@given(st.text("ab\n\r\0\ufeffé"), st.data())
def test_an_edit_leaves_all_other_bytes(raw: str, data: st.DataObject) -> None:
    stored = raw.encode()
    text, _ = decode(stored, "")
    try:
        source = Source(stored, text, "x.md")
    except UsageError:
        return
    assert source.stretch(0, len(text)) == stored
    if text:
        cut = data.draw(st.integers(1, len(text)))
        assert source.stretch(0, cut) + source.stretch(cut, len(text)) == stored
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    edit = Edit(start, end, "new")
    assert decode(source.stretch(0, len(text), [edit]), "")[0] == edited(text, [edit])


@given(st.text(min_size=1, max_size=60).map(lambda text: " ".join(text.split())).filter(bool))
def test_a_string_in_a_header_is_read_as_it_was(text: str) -> None:
    if not text.isprintable():
        return
    document = parse(composed({"x": text}), "")
    assert dict(document.frontmatter.fields) == {"x": text}
    assert document.diagnostics == ()


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Claude's count is higher!", "claudes-count-is-higher"),
        ("TCP/IP: what it is", "tcp-ip-what-it-is"),
        ("Größe_und  Maß", "größe-und-maß"),
        ("…", ""),
        ("word " * 40, "-".join(["word"] * 16)),
    ],
)
def test_file_names_are_kebab_case(title: str, name: str) -> None:
    assert file_name(title) == name


def test_what_fails_half_way_is_undone(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("a")
    (tmp_path / "file").write_text("")
    made = FileChange(tmp_path / "new" / "b.md", "new/b.md", None, b"b")
    kept = FileChange(tmp_path / "a.md", "a.md", b"a", b"changed")
    stop = FileChange(tmp_path / "file" / "c.md", "file/c.md", None, b"c")
    with pytest.raises(UsageError, match="nothing was changed"):
        Changes(tmp_path, (made, kept, stop)).write()
    assert content(tmp_path) == {"a.md": b"a", "file": b""}
    assert not (tmp_path / "new").exists()
    there = FileChange(tmp_path / "file", "file", None, b"c")
    with pytest.raises(UsageError, match="is there already"):
        Changes(tmp_path, (kept, there)).write()
    assert content(tmp_path) == {"a.md": b"a", "file": b""}


def test_what_was_placed_and_removed_is_put_back(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / f"{name}.md").write_text(name)
    (tmp_path / "b.md").chmod(0o600)
    changed = FileChange(tmp_path / "a.md", "a.md", b"a", b"changed")
    made = FileChange(tmp_path / "new" / "d.md", "new/d.md", None, b"d")
    gone = FileChange(tmp_path / "b.md", "b.md", b"b", None)
    with pytest.raises(UsageError, match=r"b\.md: has changed meanwhile; nothing was changed"):
        Changes(tmp_path, (changed, made, gone, gone)).write()
    assert content(tmp_path) == {"a.md": b"a", "b.md": b"b", "c.md": b"c"}
    assert (tmp_path / "b.md").stat().st_mode & 0o777 == 0o600
    assert not (tmp_path / "new").exists()
    Changes(tmp_path, (changed, made, gone)).write()
    assert content(tmp_path) == {"a.md": b"changed", "c.md": b"c", "new/d.md": b"d"}


def test_maps_are_proposed_by_the_nodes_that_they_link(vault: Vault, capsys: Capture) -> None:
    files: dict[str, str | bytes] = {
        "index.md": "[[one]] [[two]]",
        "one.md": "---\ntype: map\n---\n# One\n\n- [[retry-payments]] - when late\n",
        "two.md": "---\ntype: map\n---\n# Two\n\n- [[paint-walls]] - when white\n",
        "retry-payments.md": "---\ndescription: When a payment is late\n---\n",
        "paint-walls.md": "---\ndescription: When a wall is white\n---\n",
    }
    top = vault(files)
    assert "The best for it: one (One)" in add(capsys, top, "A late payment is not lost")[2]
    assert "The best for it: two (Two)" in add(capsys, top, "A white wall is not lost")[2]
    code, _, err = add(capsys, top, "x", "--map", "paint-walls")
    assert code == 2
    assert "paint-walls.md: is not a map" in err


def test_text_from_a_file_must_be_utf_8(vault: Vault, capsys: Capture) -> None:
    top = vault(GRAPH)
    (top / "x.bin").write_bytes(b"\xff\xfe\xff")
    code, _, err = run(capsys, "weave", top, "--apply", top / "x.bin")
    assert code == 2
    assert "is not UTF-8" in err
    code, _, err = run(capsys, "weave", top, "long", "--apply", top / "x.bin")
    assert "leave NODE out" in err


def test_weave_shows_why_two_nodes_are_alike(vault: Vault, capsys: Capture) -> None:
    top = vault(
        {
            "a.md": "---\ndescription: Shuffled rows break training\n---\n",
            "b.md": "---\ndescription: Sort rows\n---\nShuffled rows break training runs.\n",
        }
    )
    assert run(capsys, "weave", top, "a")[1] == (
        "1. a.md:4: alike of b\n   because: Shuffled rows break training runs.\n"
        "   + - [[b]] - Sort rows\n"
    )
    (top / "a.md").unlink()
    assert run(capsys, "weave", top)[1] == "no link seems to be missing\n"


GRAPH: dict[str, str | bytes] = {
    "index.md": "# Index\n\n- [[long]] - read it when long\n- [[seed]] - when random\n",
    "long.md": "# Long\n\n## One\n\nOf seeds.\n\n## Two\n\ntwo\n",
    "seed.md": "# Seed\n\n[[nope]]\n",
}


@pytest.mark.parametrize(
    "arguments",
    [
        ("rename", "G", "long", "short"),
        ("split", "G", "long"),
        ("add", "G", "new", "--description", "d", "--map", "none"),
        ("import", "G", "T/graph-made"),
        ("new", "T/x", "--name", "x", "--description", "d", "--no-declare"),
    ],
)
def test_a_dry_run_shows_a_diff_and_writes_nothing(
    vault: Vault,
    tmp_path_factory: pytest.TempPathFactory,
    capsys: Capture,
    arguments: tuple[str, ...],
) -> None:
    top, made = vault(GRAPH), tmp_path_factory.mktemp("made")
    given = [text.replace("G", str(top)).replace("T/", f"{made}/") for text in arguments]
    before = content(top)
    code, out, _ = run(capsys, *given, "--dry-run")
    assert code == 0
    assert "+++ b/" in out
    report = json.loads(run(capsys, *given, "--dry-run", "--json")[1])
    assert report["dry_run"] is True
    assert report["diff"] == out
    assert content(top) == before
    assert list(made.iterdir()) == []
    report = json.loads(run(capsys, *given, "--json")[1])
    assert set(report) == {"dry_run", "created", "changed", "removed", "remarks"}
    assert report["created"]


def test_weave_goes_out_as_json_and_comes_back(
    vault: Vault, capsys: Capture, tmp_path: Path
) -> None:
    top = vault(GRAPH)
    assert (
        "1. long.md:5: mention of seed\n   - Of seeds.\n   + Of [[seed|seeds]].\n"
        in run(capsys, "weave", top, "long")[1]
    )
    report: dict[str, Any] = json.loads(run(capsys, "weave", top, "--json", "--limit", "1")[1])
    assert [found["id"] for found in report["proposals"]]
    accepted = tmp_path / "accepted.json"
    accepted.write_text(json.dumps(report["proposals"]))
    assert run(capsys, "weave", top, "--apply", accepted)[1] == "changed long.md\n"
    assert b"Of [[seed|seeds]].\n" in content(top)["long.md"]
    code, _, err = run(capsys, "weave", top, "--apply", accepted)
    assert code == 2
    assert "long.md: has changed since it was proposed" in err
    accepted.write_text("no json")
    assert run(capsys, "weave", top, "--apply", accepted)[0] == 2


def test_health_says_what_to_do_first(vault: Vault, capsys: Capture) -> None:
    like = "---\ndescription: When seeds of two runs differ by one\n---\n"
    files: dict[str, str | bytes] = {
        **GRAPH,
        "alone.md": "---\ndescription: Nothing\n---\n",
        "like-a.md": like,
        "like-b.md": like,
        "bare.md": "---\ntype: map\ndescription: When bare\n---\n"
        + "".join(f"- [[{name}]]\n" for name in ("like-a", "like-b", "seed", "long")),
        "wide.md": "---\ntype: map\ndescription: When wide\n---\n[[bare]] "
        + " ".join(f"[[w{number}]]" for number in range(26)),
        **{f"w{number}.md": f"---\ndescription: When {number} × it\n---\n" for number in range(26)},
        "index.md": "[[long]], [[seed]], [[wide]], [[deep1]]\n",
        **{f"deep{at}.md": f"---\ndescription: How\n---\n[[deep{at + 1}]]" for at in range(1, 7)},
        "deep7.md": "---\ndescription: To be deep\n---\n" + "word " * 2_000,
    }
    top = vault(files)
    code, out, _ = run(capsys, "health", top)
    assert code == 0
    assert (
        "places to mend, first 1 × nodes that no link leads to from an entry" in out.split("\n")[0]
    )
    report = json.loads(run(capsys, "health", top, "--json")[1])
    found = {
        figure["key"]: [place["node"] for place in figure["places"]] for figure in report["figures"]
    }
    assert found["unreachable"] == ["alone"]
    assert found["broken"] == ["nope"]
    assert found["undescribed"] == ["index", "long", "seed"]
    assert found["long"] == ["deep7"]
    assert found["wide"] == ["wide"]
    assert found["bare"] == ["bare"]
    assert found["far"] == ["deep7", "deep6", "deep5"]
    assert "like-b" in found["alike"]
    assert found["no-when"] == ["alone"]
    assert list(found)[:2] == ["unreachable", "broken"]
    assert run(capsys, "health", top, "--strict")[0] == 1


def test_the_graphs_that_come_with_us_are_healthy_but_for_guesses(capsys: Capture) -> None:
    code, out, _ = run(capsys, "health", BUNDLED, "--strict")
    assert code == 0
    assert "healthy" in out


def test_nothing_above_a_root_is_written(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "graph").mkdir()
    (tmp_path / "graph" / "a.md").write_text("a")
    (tmp_path / "graph" / "link").symlink_to(tmp_path / "outside")
    code, _, err = run(capsys, "rename", tmp_path / "graph", "a", "link/b")
    assert code == 2
    assert "lies outside" in err
    assert content(tmp_path) == {"graph/a.md": b"a"}
