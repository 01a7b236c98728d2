"""The ladder from a name to a node: its rungs in order, and what settles a tie on each."""

from __future__ import annotations

import pytest

from skillagent import DIALECTS, Options, ResolveError, SkillGraph
from tests.conftest import Vault

NAMED = "---\ntitle: {0}\n---\n"
ALIAS = "---\naliases: [{0}]\n---\n"
LADDERS: dict[str, list[tuple[str, str, str]]] = {
    "Nn": [
        ("stem", "b/Nn.md", "x"),
        ("stem-key", "c/nn.md", "x"),
        ("title", "titled.md", NAMED),
        ("alias", "other.md", ALIAS),
        ("folder", "d/nn/index.md", "x"),
    ],
    "x/Nn": [
        ("path", "x/Nn.md", "x"),
        ("suffix", "y/x/nn.md", "x"),
        ("title", "titled.md", NAMED),
        ("alias", "other.md", ALIAS),
        ("folder", "z/x/nn/index.md", "x"),
    ],
    "Nn.md": [
        ("path", "Nn.md", "x"),
        ("stem", "b/Nn.md", "x"),
        ("stem-key", "c/nn.markdown", "x"),
        ("title", "titled.md", "---\ntitle: nn\n---\n"),
        ("folder", "d/nn/README.md", "x"),
    ],
}


@pytest.mark.parametrize(
    ("name", "first"), [(name, at) for name in LADDERS for at in range(len(LADDERS[name]))]
)
def test_the_first_rung_that_answers_wins(vault: Vault, name: str, first: int) -> None:
    rungs = LADDERS[name][first:]
    files = {path: text.format(name) for _, path, text in rungs}
    graph = SkillGraph.load(vault({**files, "s/s.md": f"[[{name}]]"}))
    (link,) = graph.links_from("s/s")
    rung, path, _ = rungs[0]
    assert (link.rung, link.target) == (rung, path.rpartition(".")[0])
    assert link.candidates == ()


@pytest.mark.parametrize(
    ("dialect", "path", "link", "rung"),
    [
        ("dendron", "deep/er/node.md", "[[deep.er.node]]", "dots"),
        ("dendron", "deep.er.md", "[[deep.er]]", "stem"),
        ("foam", "Two words.md", "[[two_words]]", "stem-key"),
        ("obsidian", "deep/er/index.md", "[[deep/er]]", "folder"),
        ("obsidian", "deep/er.md", "[[deep/er]]", "path"),
        ("obsidian", "deep/er.md", "[[/deep/er]]", "root"),
        ("obsidian", "s/er.md", "[[./er]]", "relative"),
        ("obsidian", "s/er.md", "[x](er.md)", "markdown"),
        ("obsidian", "deep/er.md", "[x](/deep/er.html)", "site"),
    ],
)
def test_a_link_knows_its_rung(vault: Vault, dialect: str, path: str, link: str, rung: str) -> None:
    options = Options(dialect=DIALECTS[dialect])
    graph = SkillGraph.load(vault({path: "x", "s/s.md": link}), options=options)
    (found,) = graph.links_from("s/s")
    assert (found.target, found.rung) == (path.removesuffix(".md"), rung)


TIED = {
    "stem": ("n", "{0}/n.md", "x"),
    "stem-key": ("N", "{0}/n.md", "x"),
    "file": ("n.md", "{0}/n.md", "x"),
    "title": ("The name", "{0}/t.md", "---\ntitle: The name\n---\n"),
    "suffix": ("d/n", "{0}/d/n.md", "x"),
    "folder": ("n", "{0}/n/index.md", "x"),
}
NEAREST = {
    "the same folder": (("p/q", "p", "a"), "p/q"),
    "below the same folder": (("p/q/x", "p/r", "a"), "p/q/x"),
    "the longest common prefix": (("a", "p/r/x"), "p/r/x"),
    "the shortest path": (("a/b", "c"), "c"),
    "the shortest path of one prefix": (("p/a/b", "p/c", "a"), "p/c"),
    "the smallest path": (("b", "a"), "a"),
}


@pytest.mark.parametrize(("folders", "winner"), NEAREST.values(), ids=NEAREST)
@pytest.mark.parametrize("rung", TIED)
def test_a_tie_goes_to_the_nearest_and_all_are_reported(
    vault: Vault, rung: str, folders: tuple[str, ...], winner: str
) -> None:
    name, path, text = TIED[rung]
    files = {path.format(folder): text for folder in folders}
    graph = SkillGraph.load(vault({**files, "p/q/s.md": f"[[{name}]]"}))
    (link,) = graph.links_from("p/q/s")
    ids = {folder: path.format(folder).removesuffix(".md") for folder in folders}
    assert link.rung == ("stem" if rung == "file" else rung)
    assert link.target == ids[winner]
    assert link.candidates == tuple(sorted(ids.values()))
    with pytest.raises(ResolveError) as error:
        graph.find(name)
    assert (error.value.ambiguous, error.value.candidates) == (True, link.candidates)


def test_ties_of_several_names_are_told_apart(vault: Vault) -> None:
    files = {f"{folder}/d/{name}.md": "x" for folder in "ab" for name in ("m", "n")}
    files |= {f"{folder}/e/{name}/index.md": "x" for folder in "ab" for name in ("v", "w")}
    names = ["d/m", "d/n", "v", "w", "e/v", "D/M"]
    body = " ".join(f"[[{name}]]" for name in names)
    graph = SkillGraph.load(vault({**files, "b/s.md": body}))
    assert [link.target for link in graph.links_from("b/s")] == [
        "b/d/m",
        "b/d/n",
        "b/e/v/index",
        "b/e/w/index",
        "b/e/v/index",
        "b/d/m",
    ]


@pytest.mark.parametrize(
    ("names", "index"),
    [
        (("index", "README", "SKILL"), "index"),
        (("SKILL", "ReadMe"), "ReadMe"),
        (("SKILL",), "SKILL"),
    ],
)
@pytest.mark.parametrize("link", ["[[part]]", "[[doc/part]]", "[[/doc/part]]", "[p](/doc/part/)"])
def test_a_folder_stands_for_the_best_ranked_file_that_describes_it(
    vault: Vault, names: tuple[str, ...], index: str, link: str
) -> None:
    files = {f"doc/part/{name}.md": "x" for name in names}
    graph = SkillGraph.load(vault({**files, "s.md": link}))
    (found,) = graph.links_from("s")
    assert found.target == f"doc/part/{index}"


@pytest.mark.parametrize(
    ("link", "rung"),
    [
        ("[[../../x]]", "outside"),
        ("[[..]]", "missing"),
        ("[[a/../../../x]]", "outside"),
        ("[[c:/x]]", "outside"),
        ("[[file:x]]", "outside"),
        ("[x](../../x.md)", "outside"),
        ("[x](c:/x.md)", "outside"),
        ("[[./n]]", "missing"),
        ("[[/n]]", "missing"),
        ("[[e/n]]", "missing"),
        ("[x](n.md)", "missing"),
        ("[x](/s/m.md)", "missing"),
    ],
)
def test_a_link_that_leads_nowhere_says_why(vault: Vault, link: str, rung: str) -> None:
    graph = SkillGraph.load(vault({"d/n.md": "x", "s/s.md": link}))
    (found,) = graph.links_from("s/s")
    assert (found.target, found.rung, found.candidates) == (None, rung, ())


@pytest.mark.parametrize(
    "link",
    [
        "[[LICENSE]]",
        "[[near]]",
        "[[X.PNG]]",
        "[[a.b.png]]",
        "[[TOC]]",
        "[x](near)",
        "[x](/LICENSE)",
        "[x](../x.Pdf)",
        "[x](/folder/)",
    ],
)
def test_a_file_that_is_no_node_is_neither_a_link_nor_a_finding(vault: Vault, link: str) -> None:
    files = {"LICENSE": "x", "s/near": "x", "folder/x.txt": "x", "n.md": "x"}
    graph = SkillGraph.load(vault({**files, "s/s.md": link}))
    assert graph.links_from("s/s") == ()
    assert graph.counts.broken == 0


def test_an_alias_of_several_nodes_is_no_tie_that_is_settled(vault: Vault) -> None:
    files = {f"{folder}/x.md": ALIAS.format("same") for folder in ("s", "a")}
    graph = SkillGraph.load(vault({**files, "s/s.md": "[[same]]"}))
    (link,) = graph.links_from("s/s")
    assert (link.target, link.rung, link.candidates) == (None, "alias", ("a/x", "s/x"))
