"""Ranked search: fields, links, spelling, paging, order."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from skillagent import SearchIndex, SkillGraph
from tests.conftest import BUNDLED, Vault

FILES: dict[str, str | bytes] = {
    "seeds.md": "---\ndescription: What a random seed fixes\naliases: [RNG]\n---\nText.",
    "loader.md": "# Data loader\n\nWorkers shuffle. A seed is set for each worker.",
    "far.md": "# Unrelated\n\nBananas are yellow.",
    "hub.md": "Read [[loader]] when shuffling differs, as in card games.",
    "日本.md": "再現性のある実験",
}


def ranked(folder: Path, query: str) -> list[str]:
    return [hit.node for hit in SearchIndex.of(SkillGraph.load(folder)).search(query)[0]]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("random seeds", "seeds"),
        ("rng", "seeds"),
        ("what does a seed fix?", "seeds"),
        ("shuffled workers", "loader"),
        ("yellow bananas", "far"),
        ("loadr", "loader"),
        ("再現性", "日本"),
    ],
)
def test_the_best_node_comes_first(vault: Vault, query: str, first: str) -> None:
    assert ranked(vault(FILES), query)[0] == first


def test_a_node_is_found_by_the_words_around_links_to_it(vault: Vault) -> None:
    assert "loader" in ranked(vault(FILES), "card games")


def test_a_hit_says_why_it_matched(vault: Vault) -> None:
    index = SearchIndex.of(SkillGraph.load(vault(FILES)))
    hits, _ = index.search("seed shuffle")
    why = {hit.node: dict(hit.why) for hit in hits}
    assert why["seeds"] == {"title": ("seed",)}
    assert why["loader"]["text"] == ("seed",)
    assert why["loader"]["links to it"] == ("shuffle",)


def test_a_misspelled_name_is_named_with_its_correction(vault: Vault) -> None:
    hits, _ = SearchIndex.of(SkillGraph.load(vault(FILES))).search("loadr")
    assert hits[0].why == (("title", ("loadr→loader",)),)


def test_links_between_hits_lift_the_hit_they_lead_to(vault: Vault) -> None:
    plain = {"x.md": "alpha beta", "y.md": "alpha beta", "z.md": "alpha [[y]]"}
    index = SearchIndex.of(SkillGraph.load(vault(plain)))
    hits, _ = index.search("alpha beta")
    assert hits[0].node == "y"
    assert hits[0].linked_from == ("z",)


def test_pages_join_to_the_whole_ranking() -> None:
    index = SearchIndex.of(SkillGraph.load(BUNDLED))
    whole, total = index.search("seed gpu", limit=1000)
    pages = [hit for at in range(0, total, 7) for hit in index.search("seed gpu", 7, at)[0]]
    assert pages == whole
    assert len({hit.node for hit in whole}) == total


def test_nothing_matches_nothing(vault: Vault) -> None:
    index = SearchIndex.of(SkillGraph.load(vault(FILES)))
    assert index.search("")[0] == []
    assert index.search("?!") == ([], 0)


def test_an_empty_graph_can_be_searched(vault: Vault) -> None:
    assert SearchIndex.of(SkillGraph.load(vault({}))).search("x") == ([], 0)


@pytest.mark.parametrize(
    ("question", "node"),
    [
        ("why does the loss change when I use more data loader workers?", "dataloader-workers"),
        ("temperature 0 still gives different answers", "temperature-zero"),
        ("how to pin a docker base image", "container-digests"),
        ("cudnn benchmark nondeterministic", "pytorch-determinism"),
        ("split train and test so that users do not leak", "split"),
        ("mlflow what to log", "mlflow"),
    ],
)
def test_questions_to_the_bundled_graph_find_their_node(question: str, node: str) -> None:
    hits, _ = SearchIndex.of(SkillGraph.load(BUNDLED)).search(question, limit=3)
    assert any(node in hit.node for hit in hits)


def test_the_ranking_does_not_depend_on_the_hash_seed() -> None:
    code = (
        "from skillagent import SearchIndex, SkillGraph\n"
        f"index = SearchIndex.of(SkillGraph.load({str(BUNDLED)!r}))\n"
        "print(index.search('same seed, other result on a gpu with more workers', 50))\n"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(outputs) == 1
