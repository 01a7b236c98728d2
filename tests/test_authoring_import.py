"""Documents become a graph: nothing is lost, everything is reached, every link is kept."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from skills_ref import validate

from skillagent.authoring.entry import LEGEND
from skillagent.authoring.importing import import_graph
from skillagent.cli.main import main
from skillagent.errors import SkillAgentError, UsageError
from skillagent.graph import NodeKind, SkillGraph
from skillagent.lint import findings
from skillagent.markdown import OBSIDIAN
from tests.conftest import Vault
from tests.test_authoring_strategies import content, graphs, texts, written


def imported(source: Path, folder: Path) -> SkillGraph:
    import_graph(source, folder, None, OBSIDIAN).write()
    return SkillGraph.load(folder)


def lines_of(texts: list[bytes]) -> Counter[str]:
    found: Counter[str] = Counter()
    for data in texts:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
        found.update(line for line in text.split("\n") if line.strip())
    return found


@pytest.mark.slow
@given(graphs())
def test_every_line_without_links_stands_in_exactly_one_node(files: dict[str, bytes]) -> None:
    plain = {path: re.sub(rb"[\[\]]", b"", data) for path, data in files.items()}
    # Lines that say where they are from, so that one that comes twice is not two that are there.
    marked = {
        path: re.sub(rb"(?m)^(\w[^\n\r:]*)(\r?)$", rb"\1 of " + path.encode() + rb"\2", data)
        for path, data in plain.items()
    }
    with written(marked) as top:
        graph = imported(top, top.parent / "made")
        before, after = (
            lines_of(list(marked.values())),
            lines_of(list(content(top.parent / "made").values())),
        )
        body = {line: count for line, count in before.items() if " of " in line}
        assert {line: after[line] for line in body} == body
        assert not before - after
        assert graph.reachable() == set(graph.nodes)
        assert content(top) == marked


@pytest.mark.slow
@given(graphs())
def test_every_link_of_a_folder_is_kept(files: dict[str, bytes]) -> None:
    with written(files) as top:
        before = SkillGraph.load(top)
        try:
            graph = imported(top, top.parent / "made")
        except UsageError:
            assert not (top.parent / "made").exists()
            return
        led = Counter(link.label for link in before.links if link.target and link.label)
        leads = Counter(link.label for link in graph.links if link.target and link.label)
        assert not led - leads
        assert graph.reachable() == set(graph.nodes)
        assert graph.entry == "SKILL"


@pytest.mark.slow
@given(texts())
def test_a_long_document_is_imported_whole(text: str) -> None:
    text = re.sub(r"[\[\]]", "", text)
    with written({"The Guide.md": text.encode()}) as top:
        odd = {found.code for found in SkillGraph.load(top).diagnostics}
        graph = imported(top / "The Guide.md", top.parent / "guide")
        after = lines_of(list(content(top.parent / "guide").values()))
        assert not lines_of([text.encode()]) - after
        assert graph.reachable() == set(graph.nodes)
        assert not {found.code for found in graph.diagnostics} - odd - {"SG020"}


SKILL = """---
name: flat
description: All about flat things. Use when they are flat.
license: MIT
---

# Flat

Start with [running](#run-it), see `scripts/run.py` and [the script](scripts/run.py).

## Set up

Install it.

```sh
# not a heading
make install
```

## Run it

Run [the script](scripts/run.py) after [set up](#set-up). [Home](https://example.org)
"""


def test_a_flat_skill_becomes_a_graph(vault: Vault) -> None:
    top = vault({"old/SKILL.md": SKILL, "old/scripts/run.py": "print()"})
    graph = imported(top / "old" / "SKILL.md", top / "flat")
    found = {path: data.decode() for path, data in content(top / "flat").items()}
    assert set(found) == {"SKILL.md", "set-up.md", "run-it.md", "scripts/run.py"}
    entry = found["SKILL.md"]
    assert entry.startswith(SKILL[: SKILL.index("# Flat")])
    assert "[running](run-it.md), see `scripts/run.py` and [the script](scripts/run.py)" in entry
    assert "- [[set-up]] - Install it.\n- [[run-it]] - Run the script after set up.\n" in entry
    assert "```sh\n# not a heading\nmake install\n```\n" in found["set-up.md"]
    assert (
        "[the script](scripts/run.py) after [set up](set-up.md). [Home](https:"
        in found["run-it.md"]
    )
    assert graph.nodes["SKILL"].kind is NodeKind.SKILL
    assert (*graph.diagnostics, *findings(graph)) == ()


def test_a_skill_takes_the_name_of_its_new_folder(vault: Vault) -> None:
    top = vault({"old/SKILL.md": SKILL})
    changes = import_graph(top / "old" / "SKILL.md", top / "other-name", None, OBSIDIAN)
    assert "became that of the folder" in changes.remarks[0]
    changes.write()
    assert (
        "\nname: other-name\ndescription: All"
        in "\n" + content(top / "other-name")["SKILL.md"].decode()
    )


def test_the_parts_of_an_outdated_document_are_outdated_too(vault: Vault) -> None:
    top = vault({"in/a.md": "---\nstatus: deprecated\n---\n# A\n\n## B\n\nOne.\n\n## C\n\nTwo.\n"})
    import_graph(top / "in" / "a.md", top / "out", None, OBSIDIAN).write()
    graph = SkillGraph.load(top / "out")
    assert {graph.outdated[node].word for node in ("b", "c")} == {"deprecated"}


def test_sections_without_a_title_above_are_listed_once(vault: Vault) -> None:
    top = vault({"a.md": "# One\n\nx\n\n# Two\n\ny\n", "b/c.md": "---\nentry: true\n---\nc"})
    imported(top / "a.md", top / "a")
    entry = content(top / "a")["SKILL.md"].decode()
    assert entry.endswith("---\n\n- [[one]] - x\n- [[two]] - y\n\n" + LEGEND + "\n")
    changes = import_graph(top / "b", top / "made", None, OBSIDIAN)
    assert changes.remarks == (
        "c.md: is the entry, by its header, and not SKILL.md",
        "SKILL.md: write in its description what it is about and when to use it",
    )


def test_a_description_is_taken_where_the_source_has_none(vault: Vault) -> None:
    top = vault(
        {"a.md": "# A\n\n## One\n\nx\n\n## Two\n\ny\n", "b.md": "---\ndescription: own\n---\n"}
    )
    import_graph(top / "a.md", top / "a", "Given: when asked", OBSIDIAN).write()
    assert content(top / "a")["SKILL.md"].startswith(
        b'---\nname: a\ndescription: "Given: when asked"\n---\n\n# A\n'
    )
    changes = import_graph(top / "b.md", top / "b", "Given", OBSIDIAN)
    assert changes.remarks == ("SKILL.md: its own description was kept",)


def test_one_file_under_two_names_is_not_written_twice(vault: Vault) -> None:
    from skillagent.authoring.rename import rename

    top = vault({"a/b.md": "b", "a/x.md": "[up](b.md)", "c/keep.md": ""})
    (top / "c" / "x.md").symlink_to(top / "a" / "x.md")
    graph = SkillGraph.load(top)
    rename(graph, "a/b", "new").write()
    assert content(top)["a/x.md"] == b"[up](new.md)"


def test_long_sections_become_maps_of_their_parts(vault: Vault) -> None:
    words = "Some words that take up room. " * 300
    parts = f"### One\n\n{words}\n\n### Two\n\ntwo\n\n"
    text = f"# T\n\nIntro.\n\n## Long\n\nAbout.\n\n{parts}## Short\n\nx\n"
    top = vault({"doc.md": text})
    graph = imported(top / "doc.md", top / "doc")
    assert set(graph.nodes) == {"SKILL", "long", "one", "two", "short"}
    assert graph.neighbors("SKILL") == ("long", "short")
    assert graph.neighbors("long") == ("one", "two")
    assert graph.nodes["long"].kind is NodeKind.MAP
    assert graph.diagnostics == ()


def test_a_folder_keeps_its_documents_and_gets_maps(vault: Vault) -> None:
    files: dict[str, str | bytes] = {
        "docs/index.md": "# Welcome\n\nSee [a](guide/a.md).\n",
        "docs/guide/a.md": "---\ntags: [t]\n---\n# A\n\nHow to a, see [b](b.md#part) "
        "and [home](../index.md).\n",
        "docs/guide/b.md": "# B\n\nHow to b.\n\n## Part\n\n![pic](pic.png)\n",
        "docs/guide/pic.png": "",
        "docs/x/SKILL.md": "---\nname: x\ndescription: Inner\n---\n# X\n",
    }
    top = vault(files)
    graph = imported(top / "docs", top / "docs-graph")
    assert graph.entry == "SKILL"
    assert "guide/a" in graph.nodes
    assert not [node for node in graph.nodes if node.endswith("/SKILL") or node == "index"]
    assert graph.reachable() == set(graph.nodes)
    found = content(top / "docs-graph")
    assert b"[b](b.md#part) and [home](../welcome.md)" in found["guide/a.md"]
    assert b"![pic](pic.png)" in found["guide/b.md"]
    assert found["guide/pic.png"] == b""
    assert found["guide/guide-map.md"] == (
        b"---\ntype: map\n---\n\n# Guide\n\n"
        b"- [[a]] - How to a, see b and home.\n- [[b]] - How to b.\n"
    )
    assert b"- [[guide-map]] - A, B\n" in found["SKILL.md"]
    assert graph.nodes["guide/guide-map"].kind is NodeKind.MAP
    assert graph.diagnostics == ()


def test_files_that_documents_name_are_copied_and_no_link_is_written_anew(vault: Vault) -> None:
    text = (
        "# A\n\n![p](img/p.png?x) <img src='img/q%20q.png'> ![[r.png]] [s][s] [d](data/) "
        "[[deep/t.csv]] [out](../out.txt) [gone](../gone.txt) [g](gone.bin) [web](https://x.y/z) "
        "[hid](.env) `![code](img/no.png)` [root](/img/p.png) [b](sub/b.md) [sub](sub)\n\n"
        "[s]: ./img/s.svg 'S'\n"
    )
    files: dict[str, str | bytes] = {
        "in/sub/b.md": "# B\n\n[up](../a.md) ![](../img/p.png)\n",
        "in/img/p.png": bytes(range(256)),
        "in/img/q q.png": "q",
        "in/x/r.png": "r",
        "in/img/s.svg": "s",
        "in/img/no.png": "n",
        "in/data/1.csv": "1",
        "in/data/more/2.csv": "2",
        "in/deep/t.csv": "t",
        "in/.env": "secret",
        "out.txt": "o",
    }
    top = vault({"in/a.md": text, **files})
    changes = import_graph(top / "in", top / "new" / "in", None, OBSIDIAN)
    changes.write()
    found = content(top / "new" / "in")
    kept = {"img/p.png", "img/q q.png", "x/r.png", "img/s.svg", "data/1.csv", "data/more/2.csv"}
    assert set(found) == {"SKILL.md", "a.md", "sub/b.md", "deep/t.csv", *kept}
    assert found["a.md"].decode() == text
    assert all(found[path] == (top / "in" / path).read_bytes() for path in found if path in files)
    assert found["img/p.png"] == bytes(range(256))
    assert changes.remarks[-2:] == (
        "1 file is not copied, because no document links there: img/no.png",
        "2 links lead to files that were not copied: a.md: ../out.txt; a.md: .env",
    )


def test_what_one_document_names_is_copied_with_it(vault: Vault) -> None:
    text = "# A\n\n## One\n\n![p](img/p.png) [b](b.md)\n\n## Two\n\n[o](../o.txt) [h](.h/x)\n"
    top = vault({"d/a.md": text, "d/img/p.png": "p", "d/b.md": "b", "o.txt": "o", "d/.h/x": "x"})
    changes = import_graph(top / "d" / "a.md", top / "n" / "a", None, OBSIDIAN)
    changes.write()
    found = content(top / "n" / "a")
    assert set(found) == {"SKILL.md", "one.md", "two.md", "img/p.png"}
    assert b"![p](img/p.png) [b](b.md)" in found["one.md"]
    assert b"[o](../o.txt) [h](.h/x)" in found["two.md"]
    assert (
        "2 links lead to files that were not copied: a.md: ../o.txt; a.md: .h/x" in changes.remarks
    )


def test_a_link_out_of_the_source_through_a_symbolic_link_copies_nothing(vault: Vault) -> None:
    top = vault({"in/a.md": "[x](img/x.png) [y](y.txt)", "secret/x.png": "s", "y.txt": "s"})
    (top / "in" / "img").symlink_to(top / "secret")
    (top / "in" / "y.txt").symlink_to(top / "y.txt")
    for source in (top / "in", top / "in" / "a.md"):
        import_graph(source, top / f"made-{source.stem}", None, OBSIDIAN).write()
        assert b"s" not in content(top / f"made-{source.stem}").values()


def test_a_skill_whose_header_hosts_refuse_becomes_a_valid_one(vault: Vault) -> None:
    head = (
        "---\n# ours\nName: Old Skill\nup: '[[b]]'\ntitle: The Skill\nallowed-tools: [Bash, Read]\n"
        "description: >-\n  What --- it is,\n  at length.\nmodel: opus\ntags: [a, b]\n"
        "nested: {x: [1]}\nmetadata:\n  tags: kept\n  version: 1\n---\n"
    )
    top = vault(
        {"in/SKILL.md": f"{head}# Skill\n\n[b](b.md)\n", "in/b.md": "See [[The Skill]], [[c]].\n"}
    )
    changes = import_graph(top / "in", top / "new-skill", None, OBSIDIAN)
    changes.write()
    assert content(top / "new-skill")["SKILL.md"].decode() == (
        '---\n# ours\nname: new-skill\ndescription: "What — it is, at length."\n'
        'allowed-tools: "Bash Read"\nmetadata:\n  tags: "kept"\n  version: "1"\n  up: "[[b]]"\n'
        '  title: "The Skill"\n  model: "opus"\n  tags-2: "a, b"\n'
        '  nested: "{\\"x\\": [1]}"\n---\n'
        f"# Skill\n\n[b](b.md)\n\n- [[b]] - See The Skill, c.\n\n{LEGEND}\n"
    )
    assert content(top / "new-skill")["b.md"] == b"See [[SKILL]], [[c]].\n"
    graph = SkillGraph.load(top / "new-skill")
    assert [found.code for found in (*graph.diagnostics, *findings(graph))] == ["SG020"]
    assert validate(top / "new-skill") == []
    assert changes.remarks[:2] == (
        "SKILL.md: its name 'Old Skill' became that of the folder",
        "SKILL.md: keys that hosts refuse are under metadata now: model, nested, tags, title, up",
    )


def test_an_entry_that_would_be_too_long_leads_to_a_map_of_all(vault: Vault) -> None:
    files: dict[str, str | bytes] = {
        f"in/{n:03}.md": f"# Number {n}\n\nAbout {'words ' * 12}{n}.\n" for n in range(120)
    }
    top = vault({**files, "in/index.md": "# Home\n\nHello.\n"})
    graph = imported(top / "in", top / "made")
    assert graph.neighbors("SKILL") == ("contents", "home")
    assert len(graph.neighbors("contents")) == 120
    assert graph.reachable() == set(graph.nodes)
    assert (*graph.diagnostics, *findings(graph)) == ()
    assert (
        b"- [[contents]] - Number 0, Number 1, Number 2, Number 3 and 116 more\n"
        in (content(top / "made")["SKILL.md"])
    )


def test_the_account_of_an_import_is_short(
    vault: Vault, capsys: pytest.CaptureFixture[str]
) -> None:
    top = vault({f"in/x/{n}.md": f"# N{n}\n\n![]({n}.png)\n" for n in range(30)})
    (top / "in" / "x" / "7.png").write_bytes(b"p")
    made = top / "made"
    assert main(["import", str(top / "in"), str(made)]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[30:] == [
        "and 3 more; --json has all",
        f"created 33 files in {made}: 1 entry, 1 map, 30 nodes, 1 other file",
    ]
    assert "1 new node has no description: x/x-map.md" in err
    assert main(["import", "--json", str(top / "in"), str(top / "again")]) == 0
    assert len(json.loads(capsys.readouterr().out)["created"]) == 33


def test_what_no_author_wrote_is_no_description(vault: Vault) -> None:
    top = vault({"a.md": "# A\n\n## One\n\n- x\n\n## Two\n\n| t |\n| - |\n"})
    graph = imported(top / "a.md", top / "a")
    for node in ("one", "two"):
        assert graph.nodes[node].description == ""
        assert content(top / "a")[f"{node}.md"].startswith(b"---\ntitle: ")
    assert b"- [[one]]\n- [[two]]\n" in content(top / "a")["SKILL.md"]


@pytest.mark.parametrize(
    ("source", "folder", "said"),
    [
        ("nope.md", "new", "is not a readable Markdown file"),
        ("a.txt", "new", "is not a readable Markdown file"),
        ("empty", "new", "has no Markdown file"),
        ("docs", "full", "is not empty"),
        ("docs", "a.txt", "is not a folder"),
        ("docs", "docs/new", "is inside"),
        ("docs", "New Graph", "call the folder 'new-graph'"),
        ("broken.md", "new", "its header cannot be read"),
        ("late.md", "new", "late.md:2: blank lines before the header; remove them first"),
    ],
)
def test_what_cannot_be_imported_is_refused(
    vault: Vault, source: str, folder: str, said: str
) -> None:
    files: dict[str, str | bytes] = {
        "docs/a.md": "a",
        "full/b.md": "",
        "a.txt": "",
        "empty/x.txt": "",
    }
    late = "\n---\nname: a\n---\n"
    top = vault({**files, "broken.md": "---\n- a\n---\n", "late.md": late})
    before = content(top)
    with pytest.raises(SkillAgentError) as refused:
        imported(top / source, top / folder)
    assert said in str(refused.value)
    assert content(top) == before


def test_files_in_other_encodings_are_kept_as_text(vault: Vault) -> None:
    top = vault(
        {
            "docs/a.md": "# A\n\ncaf\xe9".encode("latin-1"),
            "docs/b.md": "\ufeff# B\r\n\r\nb".encode(),
        }
    )
    imported(top / "docs", top / "made")
    assert content(top / "made")["a.md"].decode() == "# A\n\ncafé"
    assert content(top / "made")["b.md"] == "\ufeff# B\r\n\r\nb".encode()


def test_the_entry_begins_with_its_header_whatever_the_mark_at_the_beginning(vault: Vault) -> None:
    top = vault({"a.md": "\ufeff---\r\nname: a\r\ndescription: d\r\n---\r\nx\r\n".encode()})
    imported(top / "a.md", top / "a")
    assert content(top / "a")["SKILL.md"].startswith(b"---\r\nname: a\r\n")


def test_a_graph_of_logseq_is_imported_through_a_bundle(
    vault: Vault, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {"pages/a.md": "title:: Bee\n\n- x\n", "pages/b.md": "- [[Bee]]\n"}
    top = vault({"in/logseq/config.edn": "{}", **{f"in/{path}": files[path] for path in files}})
    assert main(["import", str(top / "in"), str(top / "out")]) == 2
    assert "is a graph of Logseq; write it with `skillagent export okf" in capsys.readouterr().err
    assert not (top / "out").exists()
    assert main(["export", "okf", str(top / "in"), "-o", str(top / "bundle")]) == 0
    assert main(["import", str(top / "bundle"), str(top / "out")]) == 0
    assert SkillGraph.load(top / "out").neighbors("pages/b") == ("pages/a",)
