"""Figures of a graph: size, density, reach, hubs, clusters, isolated parts and growth."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from skillagent.authoring.clusters import clusters
from skillagent.authoring.statistics import growth as growth_module
from skillagent.authoring.statistics import statistics
from skillagent.authoring.statistics.growth import Growth, Month, growth
from skillagent.authoring.statistics.reach import within_tokens
from skillagent.cli.main import main
from skillagent.disclosure import Toolset
from skillagent.graph import SkillGraph
from skillagent.markdown import OBSIDIAN
from tests.conftest import BUNDLED, Vault

Capture = pytest.CaptureFixture[str]

SMALL = {
    "index.md": "---\ntype: map\n---\n# Start\n\n- [[one]] - to begin with one\n- [[two]]\n",
    "one.md": "Read [[two]] before a run, and [[three]] after it.",
    "two.md": "---\nup: '[[index]]'\n---\nBack to [[one]].",
    "three.md": "Three leads to [[four]].",
    "four.md": "Four.",
    "far.md": "Far and [[away]].",
    "away.md": "Away.",
}


def test_size_and_density_are_counted(vault: Vault) -> None:
    figures = statistics(SkillGraph.load(vault(SMALL)))
    size = figures.size
    assert (size.nodes, size.maps) == (7, 1)
    assert 0 < size.median <= size.p95 < size.tokens
    # index→one, index→two, one→two, one→three, two→index, two→one, three→four, far→away.
    assert figures.density.links == 8
    assert figures.density.links_per_node == 1.14
    assert figures.density.reciprocal == 0.5  # index and two, one and two
    assert figures.density.with_words == round(6 / 7, 4)  # in texts; `- [[two]]` has none


def test_reach_hubs_and_isolated_parts_are_named(vault: Vault) -> None:
    figures = statistics(SkillGraph.load(vault(SMALL)))
    assert [row.nodes for row in figures.reach] == [3, 4, 5, 5, 5]
    assert [(hub.node, hub.count) for hub in figures.linked_most[:2]] == [("one", 2), ("two", 2)]
    assert figures.linking_most[0].node == "index"
    assert (figures.isolated, figures.part_count) == (2, 1)
    assert [(part.nodes, part.first) for part in figures.parts] == [(2, "away")]


def test_an_empty_graph_has_figures(tmp_path: Path) -> None:
    figures = statistics(SkillGraph.load(tmp_path))
    assert (figures.size.nodes, figures.size.p95, figures.density.links) == (0, 0, 0)
    assert {row.nodes for row in figures.reach} == {0}
    assert {row.named for row in figures.disclosed} == {0}
    assert (figures.clusters, figures.parts) == ((), ())


def test_what_an_agent_sees_within_tokens_is_what_the_tools_answer() -> None:
    graph = SkillGraph.load(BUNDLED)
    toolset = Toolset(graph, 100_000)
    first = toolset.read_summary(graph.entries[0])
    at_first, before = within_tokens(graph, [first.cost, first.cost - 1])[::-1]
    assert (before.named, before.summarised) == (1, 0)  # only the entry, where an agent begins
    assert at_first.summarised == 1
    assert at_first.named == len({graph.entries[0]} | _named(first.text, graph))
    rows = within_tokens(graph, [1_000, 2_000, 1_000_000])
    assert [row.named for row in rows] == sorted(row.named for row in rows)
    assert rows[-1].named == rows[-1].summarised == len(graph.reachable())
    # A budget's figures do not depend on the other budgets.
    assert within_tokens(graph, [1_000]) == rows[:1]


def _named(text: str, graph: SkillGraph) -> set[str]:
    return {node for node in graph.nodes if f"[[{node}]]" in text}


def _two_clusters(vault: Vault) -> Path:
    files = {"index.md": "# Start\n\nSee [[a0]] and [[b0]].\n"}
    for letter in "ab":
        for number in range(5):
            links = " ".join(f"[[{letter}{other}]]" for other in range(5) if other != number)
            files[f"{letter}{number}.md"] = f"Links: {links}\n"
    files["b0.md"] += "Also [[a0]].\n"
    return vault(files)


def test_clusters_are_the_groups_that_link_each_other(vault: Vault) -> None:
    graph = SkillGraph.load(_two_clusters(vault))
    assert clusters(graph) == [
        ("a0", "a1", "a2", "a3", "a4"),
        ("b0", "b1", "b2", "b3", "b4"),
    ]
    assert clusters(graph, without=("a0", "a1", "a2")) == [("b0", "b1", "b2", "b3", "b4")]


@pytest.mark.process
def test_the_same_graph_gives_the_same_bytes_in_every_process() -> None:
    command = [sys.executable, "-m", "skillagent", "stats", str(BUNDLED), "--json"]
    printed = [
        subprocess.run(
            command,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert printed[0] == printed[1]


def test_the_command_prints_a_line_a_kind_of_figure(vault: Vault, capsys: Capture) -> None:
    top = vault(SMALL)
    assert main(["stats", str(top)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"{top.name}: 7 nodes, 1 maps, ")
    assert [line.partition(":")[0] for line in lines[1:]] == [
        "links",
        "within links of the entry",
        "seen by an agent within tokens",
        "linked most",
        "links most",
        "clusters",
        "isolated",
    ]
    assert main(["stats", str(top), "--json", "--budget", "500"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert [row["tokens"] for row in printed["disclosed"]] == [500, 1000, 2000, 4000, 8000]
    assert printed["growth"] is None


# Growth


def git(folder: Path, *arguments: str, date: str = "2026-01-05") -> None:
    identity = ("-c", "user.name=n", "-c", "user.email=e@e.invalid", "-c", "commit.gpgsign=false")
    day = f"{date}T12:00:00+00:00"
    subprocess.run(
        ["git", *identity, *arguments],
        cwd=folder,
        check=True,
        capture_output=True,
        env={**os.environ, "GIT_AUTHOR_DATE": day, "GIT_COMMITTER_DATE": day},
    )


def commit(folder: Path, date: str, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message=work", date=date)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "--quiet")
    commit(folder, "2025-12-01", {"readme.txt": "before the graph"})
    commit(folder, "2026-01-05", {"graph/a.md": "[[b]]", "other.md": "[[x]] [[y]]"})
    commit(folder, "2026-01-20", {"graph/b.md": "[[a]] and [a](a.md), `[[code]]`"})
    commit(folder, "2026-03-02", {"graph/a.md": "[[b]] [[c]]", "graph/.hidden/c.md": "[[a]]"})
    return folder


@pytest.mark.process
def test_growth_is_the_folder_at_the_end_of_each_month(repository: Path) -> None:
    expected = Growth((Month("2026-01", 2, 3), Month("2026-03", 2, 4)), earlier=False)
    assert growth(repository / "graph", OBSIDIAN) == expected
    latest = growth(repository / "graph", OBSIDIAN, months=1)
    assert latest == Growth(expected.months[1:], earlier=True)
    whole = growth(repository, OBSIDIAN)
    assert whole and [month.files for month in whole.months] == [3, 3]
    loaded = statistics(SkillGraph.load(repository / "graph"))
    assert loaded.growth == expected


@pytest.mark.process
def test_older_months_are_left_out_where_there_is_too_much_to_read(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(growth_module, "ALL_BYTES", 43)
    counted = growth(repository / "graph", OBSIDIAN)
    assert counted == Growth((Month("2026-03", 2, 4),), earlier=True)


@pytest.mark.process
@pytest.mark.parametrize("kind", ["no repository", "no commit", "broken", "no git"])
def test_without_history_there_is_no_growth(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.md").write_text("a")
    if kind == "no commit":
        git(tmp_path, "init", "--quiet")
    elif kind == "broken":
        (tmp_path / ".git").write_text("gitdir: nowhere\n")
    elif kind == "no git":
        git(tmp_path, "init", "--quiet")
        commit(tmp_path, "2026-01-01", {})
        monkeypatch.setenv("PATH", str(tmp_path))
    assert growth(tmp_path, OBSIDIAN) is None


@pytest.mark.process
@pytest.mark.skipif(sys.platform == "win32", reason="the program is a shell script")
def test_nothing_that_the_repository_names_is_run(repository: Path) -> None:
    ran = repository / "ran"
    program = repository / "program"
    program.write_text(f"#!/bin/sh\ntouch '{ran}'\n")
    program.chmod(0o755)
    missing = subprocess.run(
        ["git", "rev-parse", "HEAD:graph/b.md"],
        cwd=repository,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    (repository / ".gitattributes").write_text("*.md diff=it filter=it\n")
    settings = {
        "core.fsmonitor": program,
        "core.hooksPath": repository,
        "core.pager": program,
        "pager.log": program,
        "diff.external": program,
        "diff.it.textconv": program,
        "filter.it.smudge": program,
        "filter.it.clean": program,
        "log.showSignature": "true",
        "gpg.program": program,
        "core.sshCommand": program,
        # A partial clone fetches an object that is missing, by a program that its settings name.
        "remote.origin.url": f"ext::{program}",
        "remote.origin.promisor": "true",
        "remote.origin.partialclonefilter": "blob:none",
        "protocol.ext.allow": "always",
        "extensions.partialClone": "origin",
        "core.repositoryFormatVersion": "1",
    }
    for key, value in settings.items():
        git(repository, "config", key, str(value))
    (repository / ".git" / "objects" / missing[:2] / missing[2:]).unlink()
    counted = growth(repository / "graph", OBSIDIAN)
    assert not ran.exists()
    # The control: an ordinary command of the user does run what the settings name.
    subprocess.run(
        ["git", "cat-file", "-p", missing],
        cwd=repository,
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
    )
    assert ran.exists()
    assert counted is None or counted.months
