"""Exports are valid, complete, deterministic and lossless, and overwrite no other files."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import quote

import networkx
import pytest
import skills_ref
from hypothesis import given
from hypothesis import strategies as st

from skillagent import GraphError, NodeKind, Root, SkillGraph, UsageError
from skillagent.cli import main
from skillagent.exports import (
    agent_skill,
    graph_record,
    graphml_view,
    llms_txt,
    read_json,
    restore,
    to_graphml,
)
from skillagent.exports.file_names import SkillPaths, skill_name, skill_names
from skillagent.exports.provenance import RECORD
from skillagent.graph import Options
from skillagent.graph_json import GRAPH_FORMAT
from skillagent.lint.agent_skills import MAX_BYTES, crlf_bytes
from skillagent.markdown import DIALECTS, LinkKind
from tests.conftest import BUNDLED, Vault

FILES: dict[str, str | bytes] = {
    "index.md": "---\ndescription: All of it. Use when asked.\ntags: [x]\n---\n"
    "# Index\n\nFirst [[Big Map|the map]], then [a](sub/a.md 'why').\n",
    "Big Map.md": '---\ntype: map\nup: "[[index]]"\n---\n- [[a]] - first\n- [[b#Part Two]]\n'
    "- ![[a]]\n- [[nowhere]]\n",
    "sub/a.md": "Back to [[index]].\n\n![[pic.png|300]] and [p](../files/p%20q.pdf#page=2)\n",
    "sub/b.md": "# B\n\n## Part Two\n\n"
    "| x | [[a\\|one]] |\n|---|---|\n\n[[#Part Two]] ![i](i.svg)\n",
    "sub/i.svg": "<svg/>",
    "img/pic.png": b"\x89PNG",
    "files/p q.pdf": b"%PDF",
    "files/unused.txt": "x",
}


def pack(
    folder: Path, out: Path, *, contexts: bool = True, titles: bool = True
) -> tuple[SkillGraph, SkillGraph]:
    """A graph and what our loader makes of its export; everything that must hold is checked.

    Contexts are compared as they are, but for labels that plain text shows with their marks;
    titles, but for files called by their name whose header is TOML or JSON.
    """
    graph = SkillGraph.load(folder)
    (packed,) = agent_skill(graph, out)
    assert skills_ref.validate(out) == []
    loaded = SkillGraph.load(out)
    ids = {node: file.removesuffix(".md") for node, file in packed.nodes.items()}
    extra = set() if packed.whole_entry else {"SKILL"}
    assert set(ids) == set(graph.nodes)
    assert set(loaded.nodes) == set(ids.values()) | extra
    assert loaded.entry == "SKILL"
    for node in graph.nodes:
        if graph.nodes[node].kind is not NodeKind.SKILL and ids[node] != "SKILL":
            assert loaded.nodes[ids[node]].title == graph.nodes[node].title or not titles
        before = [link for link in graph.links_from(node) if link.target]
        after = [link for link in loaded.links_from(ids[node]) if link.target]
        assert [ids[str(link.target)] for link in before] == [link.target for link in after]
        if contexts:
            assert [link.context for link in before] == [link.context for link in after]
        assert [link.key for link in before] == [link.key for link in after]
        for old, new in zip(before, after, strict=True):
            assert heading(graph, old) == heading(loaded, new)
    broken = sum(link.target is None for link in loaded.links)
    assert broken <= graph.counts.broken
    originals = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.suffix in (".md", ".markdown")
    }
    back = restore(out)
    assert {path: back[path] for path in originals} == originals
    assert {(folder / path).read_bytes() == data for path, data in back.items()} == {True}
    return graph, loaded


def heading(graph: SkillGraph, link: Any) -> int:
    """Index of the heading that a link leads to."""
    if not link.fragment or link.fragment.startswith("^"):
        return -1
    return graph.nodes[link.target].document.find_heading(link.fragment)


def spelled(graph: SkillGraph, node: str) -> str:
    """A body with every link that leads somewhere as one mark, however it is written."""
    document = graph.nodes[node].document
    text, start = document.text, document.frontmatter.body_start
    parts = []
    for link in graph.links_from(node):
        if link.target and link.kind is not LinkKind.FRONTMATTER:
            parts += [text[start : link.reference.start], "\0"]
            start = link.reference.end
    body = "".join(parts) + text[start:]
    return re.sub(r"^\[[^\]]+\]: .*$", "\0", body, flags=re.MULTILINE)


# Agent Skill


def test_a_packed_graph_is_one_valid_skill(vault: Vault, tmp_path: Path) -> None:
    folder = vault({f"notes/{name}": data for name, data in FILES.items()}) / "notes"
    out = tmp_path / "out" / "my-notes"
    pack(folder, out)
    assert sorted(
        path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()
    ) == [
        "SKILL.md",
        "references/.skillagent.json",
        "references/Big-Map.md",
        "references/files/p-q.pdf",
        "references/img/pic.png",
        "references/sub/a.md",
        "references/sub/b.md",
        "references/sub/i.svg",
    ]
    assert (out / "SKILL.md").read_text() == (
        '---\nname: my-notes\ndescription: "All of it. Use when asked."\n'
        'metadata:\n  skillagent.title: "Index"\n---\n'
        "# Index\n\nFirst [the map](references/Big-Map.md), "
        "then [a](references/sub/a.md 'why').\n"
    )
    assert (out / "references/Big-Map.md").read_text() == (
        '---\ntitle: "Big Map"\ntype: map\nup: "[[../SKILL|index]]"\n---\n- [a](sub/a.md) - first\n'
        "- [b](sub/b.md#part-two)\n- [a](sub/a.md)\n- [[nowhere]]\n"
    )
    assert (out / "references/sub/a.md").read_text() == (
        "Back to [index](../../SKILL.md).\n\n"
        "![300](../img/pic.png) and [p](../files/p-q.pdf#page=2)\n"
    )
    assert (out / "references/sub/b.md").read_text() == (
        "# B\n\n## Part Two\n\n| x | [one](a.md) |\n|---|---|\n\n"
        "[Part Two](b.md#part-two) ![i](i.svg)\n"
    )
    files = restore(out)
    assert files["img/pic.png"] == b"\x89PNG"
    assert "files/unused.txt" not in files


def test_a_skill_keeps_its_six_keys_and_no_other(vault: Vault, tmp_path: Path) -> None:
    text = (
        "---\nname: old\ndescription: d, when asked --- always\nlicense: MIT\ncompatibility: any\n"
        "allowed-tools: Read\nmetadata:\n  version: 1.0\n  list: [a, b]\ntags: [t]\n---\nText\n"
    )
    pack(vault({"old/SKILL.md": text}) / "old", tmp_path / "new")
    assert (tmp_path / "new/SKILL.md").read_text() == (
        '---\nname: new\ndescription: "d, when asked — always"\nlicense: "MIT"\n'
        'compatibility: "any"\nallowed-tools: "Read"\nmetadata:\n  skillagent.title: "old"\n'
        '  version: "1.0"\n  list: "[\\"a\\", \\"b\\"]"\n---\nText\n'
    )


def test_a_header_leaves_room_for_the_body(vault: Vault, tmp_path: Path) -> None:
    header = f"description: {'🎉' * 2_000}\nlicense: {'🎉' * 300}\ncompatibility: {'🎉' * 900}\n"
    header += "metadata:\n" + "".join(f"  k{number}: {'v' * 90}\n" for number in range(200))
    text = f"---\nname: g\n{header}---\n" + "- [[a]]\n" * 400
    pack(vault({"g/SKILL.md": text, "g/a.md": "x"}) / "g", tmp_path / "out")
    assert crlf_bytes((tmp_path / "out/SKILL.md").read_text()) < MAX_BYTES


def test_no_link_slips_into_the_header(vault: Vault, tmp_path: Path) -> None:
    vault({"g/a.md": "See [[b|the [odd] one]] when lost.", "g/b.md": "x"})
    _, loaded = pack(tmp_path / "g", tmp_path / "out", contexts=False)
    assert [link.kind for link in loaded.links] == [LinkKind.MARKDOWN]


def test_what_is_a_skill_already_keeps_its_files(vault: Vault, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "one/SKILL.md": '---\nname: one\ndescription: "d, when asked"\n---\n[x](references/x.md)\n',
        "one/references/x.md": "[back](../SKILL.md)\n",
    }
    pack(vault(files) / "one", tmp_path / "out" / "one")
    for name, text in files.items():
        assert (tmp_path / "out" / name).read_text() == text


def test_a_description_says_when_and_stays_in_its_limit(vault: Vault, tmp_path: Path) -> None:
    long = "word " * 400
    vault(
        {
            "g/index.md": f"---\ndescription: {long}\n---\n[[Rain]] and [[Snow]]\n",
            "g/Rain.md": "r",
            "g/Snow.md": "s",
        }
    )
    pack(tmp_path / "g", tmp_path / "out")
    given = skills_ref.read_properties(tmp_path / "out").description
    assert len(given) <= 1_024
    assert given.endswith("Use when a task is about Rain; Snow.")


def test_an_entry_that_hosts_would_cut_is_kept_whole_beside_a_shorter_one(
    vault: Vault, tmp_path: Path
) -> None:
    lines = [f"- [[Topic {number}]] - why topic {number} matters so much" for number in range(300)]
    entry = "# All Topics\n\n" + "\n".join(lines) + "\n"
    files: dict[str, str | bytes] = {"g/index.md": entry}
    for number in range(300):
        kind = "---\ntype: map\n---\n" if number % 10 == 0 else ""
        files[f"g/Topic {number}.md"] = f"{kind}Text [[index]]\n"
    graph, loaded = pack(vault(files) / "g", tmp_path / "topics")
    text = (tmp_path / "topics/SKILL.md").read_text()
    assert crlf_bytes(text) < MAX_BYTES
    assert "[All Topics](references/index.md)" in text
    assert loaded.nodes["references/index"].document.body.count("- [Topic ") == 300
    clusters = {f"references/Topic-{number}" for number in range(0, 300, 10)}
    assert clusters <= set(loaded.neighbors("SKILL"))
    assert len(loaded.nodes) == len(graph.nodes) + 1


def test_more_clusters_than_fit_are_counted(vault: Vault, tmp_path: Path) -> None:
    names = [f"a rather long name of a topic that goes on and on {number}" for number in range(900)]
    files: dict[str, str | bytes] = {f"g/{name}.md": "x" for name in names}
    files["g/index.md"] = "".join(f"- [[{name}]]\n" for name in names)
    pack(vault(files) / "g", tmp_path / "out")
    text = (tmp_path / "out/SKILL.md").read_text()
    assert 7_000 < crlf_bytes(text) < MAX_BYTES
    left = re.search(r"- and (\d+) more, in \[index\]\(references/index\.md\)\n\Z", text)
    assert left
    assert text.count("\n- [a rather") + int(left[1]) == 900


def test_an_entry_with_links_in_its_header_is_kept_whole(vault: Vault, tmp_path: Path) -> None:
    vault({"g/index.md": "---\nnext: '[[a]]'\n---\nStart\n", "g/a.md": "A"})
    _, loaded = pack(tmp_path / "g", tmp_path / "out")
    (link,) = loaded.links_from("references/index")
    assert (link.key, link.context) == ("next", "next: a")


def test_each_root_becomes_a_skill_and_links_lead_across(vault: Vault, tmp_path: Path) -> None:
    vault(
        {
            "one/index.md": "See [[two::b]].\n",
            "two/index.md": "See [[b]].\n",
            "two/b.md": "Back [[one::index|there]].\n",
        }
    )
    graph = SkillGraph.load(tmp_path / "one", tmp_path / "two")
    packed = agent_skill(graph, tmp_path / "skills")
    assert [skill.path.name for skill in packed] == ["one", "two"]
    assert [skills_ref.validate(skill.path) for skill in packed] == [[], []]
    assert "[two::b](../two/references/b.md)" in (tmp_path / "skills/one/SKILL.md").read_text()
    loaded = SkillGraph.load(tmp_path / "skills")
    assert loaded.links_from("two/references/b")[0].target == "one/SKILL"
    for name in ("one", "two"):
        for path, data in restore(tmp_path / "skills" / name).items():
            assert data == (tmp_path / name / path).read_bytes()


ODD: dict[str, dict[str, str | bytes]] = {
    "one stem twice": {
        "index.md": "[[x/n]] [[y/n]] [n](y/n.md)",
        "x/n.md": "[[n]] [[../y/n]]",
        "y/n.md": "[[n]] [[x/n|other]]",
    },
    "equal but for case and suffix": {
        "index.md": "[[A b]] [[a-b]] [b](a_b.markdown)",
        "A b.md": "1",
        "a-b.md": "2",
        "a b.markdown": "3",
    },
    "nested skills": {
        "SKILL.md": "[[sub/SKILL]] [s](sub/SKILL.md)",
        "sub/SKILL.md": "---\nname: sub\ndescription: d\n---\n[[../SKILL]]",
        "sub/index.md": "i [[sub/SKILL]]",
    },
    "names that links cannot hold": {
        "index.md": "[x](a%23b.md) [[100% (of) it]] [[c'd]] [[日本 語]] ![[é#h]]",
        "a#b.md": "hash",
        "100% (of) it.md": "# H",
        "c'd.md": "q",
        "日本 語.md": "[[index]]",
        "é.md": "# h",
    },
    "escapes and links inside links": {
        "index.md": "\\![[a]] !![[a]] \\[[a]] [see [[a]]](https://x.y) [a] ![alt [[a]]](p.png)",
        "a.md": "x",
    },
    "links by reference": {
        "index.md": "[a][1] and [one] and [b][]\n\n[1]: <sub/a b.md#h>\n[one]: sub/c.md 'T'\n"
        "[b]: ./sub/c.md\n",
        "sub/a b.md": "# h",
        "sub/c.md": "c",
    },
    "code and comments": {
        "index.md": "`[[a]]` %% [[a]] %% <!-- [[a]] -->\n\n```\n[[a]]\n```\n\n[[a]]\n",
        "a.md": "x",
    },
    "a broken link that its new neighbours would mend": {
        "index.md": "[[My Note]] but [[My-Note]] and [[out]] and [x](references/My-Note.md)",
        "My Note.md": "x [[references]]",
    },
    "bytes": {
        "index.md": b"\xef\xbb\xbf# I\r\n\r\n[[mac]] [[latin]] [[mixed]] [[wide]] [[empty]]\r\n",
        "mac.md": b"one\r[[latin]]\r",
        "latin.md": b"caf\xe9 [[mac]]",
        "mixed.md": b"a\r\nb\n[[mac]]\r\n",
        "wide.md": "[[mac]]\n".encode("utf-16"),
        "nul.md": b"a\0b [[mac]]",
        "empty.md": b"",
    },
    "headers of all kinds": {
        "index.md": "---\nnever closed\n[[toml]] [[json]] [[flow]] [[broken]] [[quoted]]\n",
        "toml.md": '+++\nup = "[[index]]"\n+++\n[[json]]\n',
        "json.md": '{\n"up": "[[index#x|y]]"\n}\n[[toml]]\n',
        "flow.md": "---\nup: [[index]]\nall: [[[toml]], [[json]]]\n---\n",
        "broken.md": "---\na: [1\nup: '[[index]]'\n---\n[[toml]]",
        "quoted.md": '---\nup: "![[index|it\'s]]" # [[json]]\n---\n',
    },
    "labels": {
        "index.md": "[[a|*e* `f`]] [[a|]] [[a|^g]] - [[a|x.y]]\n\n"
        "| t |\n|---|\n| [[a\\|b\\|c]] [[a]] |\n",
        "a.md": "x",
    },
    "headings": {
        "index.md": "[[a#One#Two]] [[a#Two]] [[a#^b-1]] [[a#no pe]] [x](a.md#one) [[#]]\n"
        "[[a#C++ & D]] [[a#Three#Two]]",
        "a.md": "# One\n## Two\n# Three\n## Two\nText ^b-1\n## C++ & D\n",
    },
}


@pytest.mark.parametrize("case", ODD)
def test_odd_graphs_lose_nothing(case: str, vault: Vault, tmp_path: Path) -> None:
    vault({f"graph/{name}": data for name, data in ODD[case].items()})
    pack(tmp_path / "graph", tmp_path / "out")


def test_labels_with_brackets_and_backslashes_stay_links(vault: Vault, tmp_path: Path) -> None:
    vault({"g/index.md": "[[a|x\\]] [[a|b [c] d]] [[a|]]] [[a|e\\f]] [[a| ]]\n", "g/a.md": "x"})
    pack(tmp_path / "g", tmp_path / "out", contexts=False)


def test_other_dialects_are_packed_for_the_default_one(vault: Vault, tmp_path: Path) -> None:
    vault(
        {
            "g/index.md": "[[the words|a.b]] [[gone|dendron://v/a.b]] [[lost|a.c]]\n",
            "g/a.b.md": "---\nup: '[[words|index]]'\n---\nx",
        }
    )
    graph = SkillGraph.load(tmp_path / "g", options=Options(dialect=DIALECTS["dendron"]))
    agent_skill(graph, tmp_path / "out")
    assert (
        "[the words](references/a.b.md) [gone](dendron://v/a.b)"
        in (tmp_path / "out/SKILL.md").read_text()
    )
    assert "'[[../SKILL|words]]'" in (tmp_path / "out/references/a.b.md").read_text()
    assert len([link for link in SkillGraph.load(tmp_path / "out").links if link.target]) == 2


@pytest.mark.parametrize(
    ("there", "message"),
    [
        ({"out/own.md": "mine"}, "not empty, and not an earlier export"),
        ({"out/.hidden": "mine"}, "not empty, and not an earlier export"),
        ({"out": "a file"}, "not a folder"),
        ({"out/references/.skillagent.json": "{}"}, "not an earlier export"),
    ],
)
def test_files_of_others_are_not_overwritten(
    vault: Vault, tmp_path: Path, there: dict[str, str | bytes], message: str
) -> None:
    graph = SkillGraph.load(vault({"g/a.md": "x", **there}) / "g")
    before = sorted(path for path in tmp_path.rglob("*"))
    with pytest.raises(UsageError, match=message):
        agent_skill(graph, tmp_path / "out")
    assert sorted(path for path in tmp_path.rglob("*")) == before
    for name, data in there.items():
        assert (tmp_path / name).read_text() == data


def test_an_earlier_export_is_replaced_as_a_whole(vault: Vault, tmp_path: Path) -> None:
    vault({"g/a.md": "[[b]]", "g/b.md": "x"})
    pack(tmp_path / "g", tmp_path / "out")
    (tmp_path / "g/b.md").unlink()
    pack(tmp_path / "g", tmp_path / "out")
    assert not (tmp_path / "out/references/b.md").exists()


@pytest.mark.parametrize("change", ["edit", "add"])
def test_an_export_that_was_changed_by_hand_is_left_alone(
    vault: Vault, tmp_path: Path, change: str
) -> None:
    vault({"g/a.md": "[[b]]", "g/b.md": "x"})
    pack(tmp_path / "g", tmp_path / "out")
    touched = tmp_path / "out/references" / ("b.md" if change == "edit" else "c.md")
    touched.write_text("by hand")
    with pytest.raises(UsageError, match="earlier export"):
        agent_skill(SkillGraph.load(tmp_path / "g"), tmp_path / "out")
    assert touched.read_text() == "by hand"
    if change == "edit":
        with pytest.raises(GraphError, match="changed since the export"):
            restore(tmp_path / "out")


def test_a_failure_leaves_no_half_folder(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault({"g/a.md": "one", "h/a.md": "two"})
    graph = SkillGraph.load(tmp_path / "g", tmp_path / "h")
    agent_skill(graph, tmp_path / "out")
    old = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    (tmp_path / "g/a.md").write_text("three")
    replace, calls = os.replace, 0

    def fails_late(source: Any, target: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise OSError(28, "No space left on device")
        replace(source, target)

    monkeypatch.setattr(os, "replace", fails_late)
    with pytest.raises(UsageError, match="No space"):
        agent_skill(SkillGraph.load(tmp_path / "g", tmp_path / "h"), tmp_path / "out")
    left = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert left == old


def test_what_came_into_an_export_meanwhile_stays(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault({"g/a.md": "one"})
    agent_skill(SkillGraph.load(tmp_path / "g"), tmp_path / "out")
    (tmp_path / "out" / "empty").mkdir()
    (tmp_path / "g/a.md").write_text("two")
    replace = os.replace

    def meanwhile(source: Any, target: Any) -> None:
        (tmp_path / "out" / "mine.txt").write_text("mine")
        replace(source, target)

    monkeypatch.setattr(os, "replace", meanwhile)
    agent_skill(SkillGraph.load(tmp_path / "g"), tmp_path / "out")
    assert "two" in (tmp_path / "out" / "SKILL.md").read_text()
    assert (tmp_path / "out" / "mine.txt").read_text() == "mine"
    assert (tmp_path / "out" / "empty").is_dir()


@pytest.mark.parametrize("place", ["g/out", "g", "."])
def test_an_export_never_lies_in_its_graph(vault: Vault, tmp_path: Path, place: str) -> None:
    folder = vault({"demo/g/a.md": "x"}) / "demo"
    with pytest.raises(UsageError):
        agent_skill(SkillGraph.load(folder / "g"), folder / place)
    assert [path.name for path in folder.rglob("*.md")] == ["a.md"]


def test_a_name_that_no_skill_may_have_is_refused(vault: Vault, tmp_path: Path) -> None:
    graph = SkillGraph.load(vault({"g/a.md": "x"}) / "g")
    with pytest.raises(UsageError, match=r"write to .*my-skill"):
        agent_skill(graph, tmp_path / "My Skill")


def test_a_graph_without_nodes_is_refused(tmp_path: Path) -> None:
    (tmp_path / "g").mkdir()
    with pytest.raises(GraphError, match="no node"):
        agent_skill(SkillGraph.load(tmp_path / "g"), tmp_path / "out")


def test_a_file_that_changed_since_the_load_is_refused(vault: Vault, tmp_path: Path) -> None:
    vault({"g/a.md": b"caf\xe9"})
    graph = SkillGraph.load(tmp_path / "g")
    (tmp_path / "g/a.md").write_bytes(b"caf\xe8")
    with pytest.raises(GraphError, match="changed while"):
        agent_skill(graph, tmp_path / "new" / "deep" / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["g"]


def test_a_damaged_record_never_leads_out_of_the_folder(vault: Vault, tmp_path: Path) -> None:
    vault({"g/a.md": "x", "secret.md": "s"})
    pack(tmp_path / "g", tmp_path / "out")
    record = json.loads((tmp_path / "out" / RECORD).read_text())
    good = dict(record["nodes"][0])
    for change in ({"file": "../secret.md"}, {"path": "../x.md"}, {"edits": 3}, {"newline": None}):
        record["nodes"][0] = {**good, **change}
        (tmp_path / "out" / RECORD).write_text(json.dumps(record))
        with pytest.raises(GraphError):
            restore(tmp_path / "out")
    with pytest.raises(GraphError, match="not an exported skill"):
        restore(tmp_path / "g")


def test_equal_graphs_give_equal_bytes(vault: Vault, tmp_path: Path) -> None:
    folder = vault({f"g/{name}": data for name, data in FILES.items()}) / "g"
    made = []
    for _ in range(2):
        pack(folder, tmp_path / "out")
        made.append(
            {
                path.name: path.read_bytes()
                for path in (tmp_path / "out").rglob("*.*")
                if path.is_file()
            }
        )
    assert made[0] == made[1]


# Properties

STEMS = [
    "a", "B b", "é", "日本 語", "x.y", "a#b", "p (q)", "100% r", "s't", "-u", "SKILL", "index",
    "README", "v^w", "A", "e\u0301", "z=1&2", "emoji 🎉", "c--d", "map",
]  # fmt: skip
FOLDERS = ["", "", "sub/", "sub/deep/", "Other one/", "SKILL/"]
HEADERS = [
    "",
    "",
    '---\ntitle: T\nrelated: "[[{0}]]"\n---\n',
    "---\nup: [[{0}]]\ntags: [x, 'y, z']\n---\n",
    "---\na: [1\nb: '[[{0}|l]]'\n---\n",
    "---\nnever: closed\n",
    "---\nname: {1}\naliases: [Al, {0}]\ndescription: d\n---\n",
    "---\ntype: map\nentry: true\n---\n\n",
    '+++\nup = "[[{0}#Head]]"\n+++\n',
    '{{\n"up": "[[{0}]]"\n}}\n',
]
BLOCKS = [
    "See [[{0}]] for it, and [[{1}|the label]] too.\n\n",
    "- [[{0}]] - when it rains\n- ![[{1}]]\n\n",
    "| a | b |\n|---|---|\n| [[{0}\\|x]] | [[{1}]] |\n\n",
    "# Head\n\n[[{0}#Head]] then [[#Head]]\n\n",
    "## Head\n\nBlock text ^b1\n\n[[{0}#^b1]]\n\n",
    '[words]({2}) and [more *words*](<{3}> "t").\n\n',
    "By [reference][r].\n\n[r]: {2}\n\n",
    "`[[{0}]]` and %% [[{1}]] %%\n\n```\n[[{0}]]\n```\n\n",
    "\\[[{0}]] \\![[{0}]] !![[{1}]] [see [[{0}]]](https://x.y)\n\n",
    "[[missing]] [gone](no/where.md) [[{0}-{1}]] [[references]]\n\n",
    "Text with a tag #t/u, [a], `code` and *marks*.\n\n",
    "> quoted [[{0}]]\n> on [[{1}|two\\|x]]\n\n",
]


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, bytes]:
    """Files of a graph: odd names, links in every form, odd bytes."""
    paths = draw(
        st.lists(
            st.builds(
                lambda folder, stem, suffix: folder + stem + suffix,
                st.sampled_from(FOLDERS),
                st.sampled_from(STEMS),
                st.sampled_from([".md", ".md", ".md", ".markdown"]),
            ),
            min_size=1,
            max_size=6,
            unique=True,
        )
    )
    files = {}
    for path in paths:
        pieces = [
            draw(st.sampled_from(HEADERS)),
            *draw(st.lists(st.sampled_from(BLOCKS), max_size=4)),
        ]
        text = ""
        for piece in pieces:
            targets = [draw(st.sampled_from(paths)) for _ in range(2)]
            names = [
                draw(st.sampled_from([target.rpartition("/")[2], target])).rpartition(".")[0]
                for target in targets
            ]
            up = "../" * path.count("/")
            text += piece.format(*names, *(up + quote(target) for target in targets))
        data = text.replace("\n", draw(st.sampled_from(["\n", "\n", "\r\n", "\r"]))).encode()
        files[path] = draw(st.sampled_from([b"", b"", b"\xef\xbb\xbf"])) + data
        if draw(st.integers(0, 9)) == 0:
            files[path] += b"\xff\0"
    return files


def written(files: dict[str, bytes], folder: Path) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


@pytest.mark.slow
@given(graphs())
def test_an_agent_skill_loses_nothing(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]
) -> None:
    place = tmp_path_factory.mktemp("pack")
    folder = written(files, place / "graph")
    odd_headers = any(data.lstrip(b"\xef\xbb\xbf")[:1] in (b"+", b"{") for data in files.values())
    graph, loaded = pack(folder, place / "out", titles=not odd_headers)
    assert restore(place / "out") == files
    record = json.loads((place / "out" / RECORD).read_text())
    written_ids = [entry["file"].removesuffix(".md") for entry in record["nodes"]]
    for node, written_id in zip(graph.nodes.values(), written_ids, strict=True):
        before = len(graph.links_from(node.id))
        if len(loaded.links_from(written_id)) == before:
            assert spelled(graph, node.id) == spelled(loaded, written_id)
    shutil.rmtree(place)


@pytest.mark.slow
@given(graphs())
def test_json_loses_nothing(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]
) -> None:
    place = tmp_path_factory.mktemp("json")
    graph = SkillGraph.load(written(files, place / "graph"))
    record = graph_record(graph)
    back = read_json(record.to_json())
    assert back == record
    again = SkillGraph.load(written(back.files()["graph"], place / "again" / "graph"))
    assert graph_record(again) == record
    assert graph_record(again).to_json() == record.to_json()
    shutil.rmtree(place)


@pytest.mark.slow
@given(graphs())
def test_graphml_loses_nothing(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]
) -> None:
    place = tmp_path_factory.mktemp("graphml")
    graph = SkillGraph.load(written(files, place / "graph"))
    text = to_graphml(graph)
    back: Any = networkx.read_graphml(
        io.BytesIO(text.encode()), edge_key_type=int, force_multigraph=True
    )
    view: Any = graphml_view(graph)
    assert back.graph["name"] == view.graph["name"]
    assert dict(back.nodes(data=True)) == dict(view.nodes(data=True))
    assert list(back.edges(keys=True, data=True)) == list(view.edges(keys=True, data=True))
    whole = graph.to_networkx()
    assert set(view) == set(whole)
    assert [(a, b, data["line"]) for a, b, data in view.edges(data=True)] == [
        (a, b, data["line"]) for a, b, data in whole.edges(data=True)
    ]
    assert {node: json.loads(data["tags"]) for node, data in view.nodes(data=True)} == {
        node: list(data["tags"]) for node, data in whole.nodes(data=True)
    }
    shutil.rmtree(place)


paths = st.lists(
    st.text(st.sampled_from("aA/.é-# ?x"), min_size=1, max_size=9).filter(
        lambda path: "//" not in path and path[0] != "/" and path[-1] != "/"
    ),
    max_size=12,
    unique=True,
)


@given(paths, paths)
def test_names_of_files_never_meet(nodes: list[str], attachments: list[str]) -> None:
    names = SkillPaths()
    given_nodes = [names.node(f"{path}.md") for path in nodes]
    made = [*given_nodes, *(names.attachment(path) for path in attachments)]
    keys = [path.casefold() for path in made]
    assert len(set(keys)) == len(keys)
    assert all(path.endswith(".md") for path in given_nodes)
    for path in made:
        assert re.fullmatch(r"references(/[\w.-]+)+", path)
        assert not re.search(r"(^|/)(\.|skill\.md$)", path, re.IGNORECASE)
    folders = {key.rsplit("/", depth)[0] for key in keys for depth in range(1, key.count("/") + 1)}
    assert folders.isdisjoint(keys)
    assert not [path for path in made[len(nodes) :] if path.lower().endswith(".md")]


@given(st.lists(st.text(max_size=80), max_size=6))
def test_any_text_gives_a_name_that_a_skill_may_have(texts: list[str]) -> None:
    names = skill_names(texts)
    assert len(set(names)) == len(texts)
    for name in names:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)
        assert len(name) <= 64
        assert skill_name(name) == name


# JSON, GraphML, llms.txt


def test_the_json_has_the_documented_keys(vault: Vault) -> None:
    graph = SkillGraph.load(vault(FILES))
    found = json.loads(graph_record(graph).to_json())
    assert list(found) == [
        "format", "name", "digest", "roots", "entries", "nodes", "links", "diagnostics",
    ]  # fmt: skip
    assert (found["format"], found["digest"]) == (GRAPH_FORMAT, graph.digest)
    node = found["nodes"][0]
    assert node["id"] == "Big Map"
    assert node["fields"] == {"type": "map", "up": "[[index]]"}
    assert node["form"] == {"newline": "\n", "bom": False}
    links = [link for link in found["links"] if link["source"] == "Big Map"]
    assert [(link["target"], link["resolved"], link["kind"]) for link in links] == [
        ("index", True, "frontmatter"),
        ("sub/a", True, "wikilink"),
        ("sub/b", True, "wikilink"),
        ("sub/a", True, "embed"),
        (None, False, "wikilink"),
    ]
    assert links[1]["context"] == "a - first"
    assert [entry["code"] for entry in found["diagnostics"]] == ["SG020"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not JSON"),
        ("[]", "format None"),
        ('{"format": "skillagent-graph/2"}', "format 'skillagent-graph/2'"),
        ('{"format": "skillagent-graph/1"}', "lacks 'name'"),
    ],
)
def test_what_is_no_graph_is_refused(text: str, message: str) -> None:
    with pytest.raises(GraphError, match=message):
        read_json(text)


def test_json_that_was_tampered_with_gives_no_files(vault: Vault) -> None:
    text = graph_record(SkillGraph.load(vault({"a.md": "good"}))).to_json()
    with pytest.raises(GraphError, match="digest"):
        read_json(text.replace('"good"', '"evil"')).files()
    with pytest.raises(GraphError, match="not a path"):
        read_json(text.replace('"path": "a.md"', '"path": "../a.md"')).files()


def test_values_that_json_and_xml_lack_become_text(vault: Vault) -> None:
    folder = vault(
        {
            "a.md": '+++\nx = inf\ntitle = "a\\u0001\\u202eb"\n+++\n',
            "b.md": '{\n"title": "\\ud800", "y": 1\n}\n[[a]]\n',
        }
    )
    graph = SkillGraph.load(folder)
    text = graph_record(graph).to_json()
    assert text.encode("utf-8")
    assert "\u202e" not in text
    assert read_json(text) == graph_record(graph)
    back = networkx.read_graphml(io.BytesIO(to_graphml(graph).encode()), force_multigraph=True)
    assert back.nodes["a"]["title"] == "a\N{REPLACEMENT CHARACTER}\u202eb"


def test_llms_txt_has_a_section_for_every_map(vault: Vault) -> None:
    files: dict[str, str | bytes] = {
        "index.md": "---\ndescription: All of it.\n---\n# My [odd] Title\n\n[[m1]] [[m2]] [[e]]\n",
        "m1.md": "---\ntype: map\ntitle: One\n---\n- [[a (b)]]\n- [[c]]\n",
        "m2.md": "---\ntype: map\ntitle: Two\n---\n- [[c]]\n- [[d]]\n",
        "a (b).md": "---\ndescription: About a.\n---\n",
        "c.md": "Text of c.",
        "sub/d.md": "",
        "e.md": "Text of e.",
        "lost.md": "Nobody links here.",
    }
    assert llms_txt(SkillGraph.load(vault(files)), "https://x.y/") == (
        "# My odd Title\n\n> All of it.\n\n"
        "## My odd Title\n\n- [My odd Title](https://x.y/index.md): All of it.\n"
        "- [e](https://x.y/e.md): Text of e.\n\n"
        "## One\n\n- [One](https://x.y/m1.md)\n"
        "- [a (b)](https://x.y/a%20%28b%29.md): About a.\n"
        "- [c](https://x.y/c.md): Text of c.\n\n"
        "## Two\n\n- [Two](https://x.y/m2.md)\n- [d](https://x.y/sub/d.md)\n\n"
        "## Optional\n\n- [lost](https://x.y/lost.md): Nobody links here.\n"
    )


OUTDATED: dict[str, str | bytes] = {
    "index.md": "[[old]] [[gone]] [[new]]\n",
    "old.md": '---\nsuperseded_by: "[[new]]"\n---\nOld words.\n',
    "gone.md": "---\nstatus: archived\n---\nGone words.\n",
    "new.md": "New words.\n",
    "lost.md": "---\ndeprecated: true\n---\nLost.\n",
    "other.md": "Other.\n",
}


def test_llms_txt_says_what_should_not_be_relied_on_and_lists_it_last(vault: Vault) -> None:
    lines = llms_txt(SkillGraph.load(vault(OUTDATED))).splitlines()
    assert [line for line in lines if line.startswith("- ")] == [
        "- [index](index.md): old gone new",
        "- [new](new.md): New words.",
        "- [old](old.md) (superseded; see new): Old words.",
        "- [gone](gone.md) (archived): Gone words.",
        "- [other](other.md): Other.",
        "- [lost](lost.md) (deprecated): Lost.",
    ]


def test_every_form_of_a_graph_tells_the_status_of_a_node(vault: Vault) -> None:
    graph = SkillGraph.load(vault(OUTDATED))
    wanted = {
        "gone": ("archived", []),
        "index": ("", []),
        "lost": ("deprecated", []),
        "new": ("", []),
        "old": ("superseded", ["new"]),
        "other": ("", []),
    }
    nodes = graph.to_networkx().nodes(data=True)
    assert {n: (data["status"], list(data["successors"])) for n, data in nodes} == wanted
    assert {n.id: (n.status, n.successors) for n in graph_record(graph).nodes} == wanted
    back = networkx.read_graphml(io.BytesIO(to_graphml(graph).encode()), force_multigraph=True)
    assert {
        n: (data["status"], json.loads(data["successors"])) for n, data in back.nodes(data=True)
    } == wanted


def test_json_of_an_earlier_version_has_no_status_and_is_read(vault: Vault) -> None:
    record = graph_record(SkillGraph.load(vault(OUTDATED)))
    earlier = json.loads(record.to_json())
    for node in earlier["nodes"]:
        del node["status"], node["successors"]
    assert {node.status for node in read_json(json.dumps(earlier)).nodes} == {""}


@given(graphs())
def test_every_node_is_listed_once_in_the_form_of_llms_txt(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]
) -> None:
    place = tmp_path_factory.mktemp("llms")
    graph = SkillGraph.load(written(files, place / "graph"))
    lines = [line for line in llms_txt(graph).splitlines() if line]
    assert re.fullmatch(r"# \S.*", lines[0])
    items = [line for line in lines[1:] if not line.startswith(("> ", "## "))]
    # The pattern by which the format's own parser reads an item.
    read = [re.fullmatch(r"-\s*\[([^\]]+)\]\(([^\)]+)\)(?::\s*(.*))?", item) for item in items]
    addresses = [found[2] for found in read if found]
    assert sorted(addresses) == sorted(
        quote(node.path, safe="/-_.~") for node in graph.nodes.values()
    )
    shutil.rmtree(place)


# The command


def test_the_command_writes_each_form(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    graph = SkillGraph.load(BUNDLED)
    assert main(["export", "agent-skill", str(BUNDLED)]) == 0
    assert f"{len(graph.nodes)} nodes" in capsys.readouterr().out
    assert skills_ref.validate(tmp_path / BUNDLED.name) == []
    for form, text in (
        ("json", graph_record(graph).to_json()),
        ("networkx", to_graphml(graph)),
        ("llms-txt", llms_txt(graph)),
    ):
        assert main(["export", form, str(BUNDLED)]) == 0
        assert capsys.readouterr().out == text
        assert main(["export", form, str(BUNDLED), "-o", "out/file"]) == 0
        assert (tmp_path / "out/file").read_text("utf-8") == text
        assert main(["export", form, str(BUNDLED), "-o", "out/file"]) == 2
        assert "exists; give --force" in capsys.readouterr().err
        assert main(["export", form, str(BUNDLED), "-o", "out/file", "--force"]) == 0
        (tmp_path / "out/file").unlink()
    assert [path.name for path in (tmp_path / "out").iterdir()] == []


def test_the_command_says_what_is_wrong(
    vault: Vault, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vault({"g/a.md": "x", "out/own": "mine", "file": "x"})
    folder = str(tmp_path / "g")
    for arguments, message in (
        (["agent-skill", folder, "-o", str(tmp_path / "out")], "not empty"),
        (["agent-skill", folder, "-o", str(tmp_path / "file" / "x")], "cannot be written"),
        (["agent-skill", folder, "-o", str(tmp_path / "A B")], "write to"),
        (["json", folder, "-o", str(tmp_path / "out")], "a folder; name a file"),
        (["json", folder, "-o", str(tmp_path / "file" / "x")], "cannot be written"),
    ):
        assert main(["export", *arguments]) == 2
        error = capsys.readouterr().err
        assert error.startswith("skillagent: ")
        assert message in error
        assert error.count("\n") == 1


def test_several_roots_are_packed_by_the_command(
    vault: Vault, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vault({"g/a.md": "x", "G 2/a.md": "y"})
    arguments = ["--also", f"more={tmp_path / 'G 2'}", "-o", str(tmp_path / "skills")]
    assert main(["export", "agent-skill", str(tmp_path / "g"), *arguments]) == 0
    assert sorted(path.name for path in (tmp_path / "skills").iterdir()) == ["g", "more"]
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_names_of_roots_become_valid_and_stay_apart(vault: Vault, tmp_path: Path) -> None:
    vault({"one/a.md": "x", "two/a.md": "[[My_Graph::a]]", "out/x": ""})
    graph = SkillGraph.load(Root(tmp_path / "one", "My_Graph"), Root(tmp_path / "two", "my.graph"))
    packed = agent_skill(graph, tmp_path / "out")
    assert [skill.path.name for skill in packed] == ["my-graph", "my-graph-2"]
    assert (tmp_path / "out/x").exists()
