"""Missing links are found in prose only, and written only to files that have not changed."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillagent.authoring.unlinked_mentions import mentions
from skillagent.authoring.weave import apply, proposals
from skillagent.errors import UsageError
from skillagent.graph import SkillGraph
from tests.conftest import Vault
from tests.test_authoring_strategies import content, edges, graphs, written

NAMED: dict[str, str | bytes] = {
    "token-budget.md": (
        "---\ndescription: What a budget bounds\naliases: [allowance]\n---\n# Token budget\n"
    ),
    "seed.md": "# Seed\n",
    "token.md": "# Token\n",
}


def mentions_in(vault: Vault, text: str) -> list[str]:
    top = vault({**NAMED, "a.md": text})
    found = proposals(SkillGraph.load(top), "a")
    return [proposal.sentence for proposal in found if proposal.kind == "mention"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("A token budget is it.", "A [[token-budget|token budget]] is it."),
        ("Token budgets, here.", "[[token-budget|Token budgets]], here."),
        ("First. The *allowance* is it. Last.", "The *[[allowance]]* is it."),
        ("Two tokens.", "Two [[token|tokens]]."),
        ("A SEED.", "A [[SEED]]."),
        ("- item with seeds", "- item with [[seed|seeds]]"),
        ("| a | seeds |\n|---|---|\n| b | c |", "| a | [[seed\\|seeds]] |"),
        ("a | b\n--|--\nthe seeds | c", "the [[seed\\|seeds]] | c"),
        ("> quoted seed.", "> quoted [[seed]]."),
        ("the seed's end", "the [[seed]]'s end"),
        ("# Of seeds\n\nthe seed", "the [[seed]]"),
    ],
)
def test_a_name_in_prose_is_proposed(vault: Vault, text: str, sentence: str) -> None:
    assert mentions_in(vault, text) == [sentence]


@pytest.mark.parametrize(
    "text",
    [
        "`seed` and ``the seed``",
        "```\nseed\n```",
        "text\n\n    seed = 1\n",
        "- item\n\n      seed = 1\n",
        "> text\n>\n>     seed = 1\n",
        "> ```\n> seed\n> ```",
        "# Seed\n\n## The seed\n\nSeed\n====\n",
        "[seed](https://x.y/seed) and [the seed][x]\n\n[x]: https://x.y/seed",
        "![seed](seed.png) <a href='seed'>seed</a> <seed> https://x.y/seed www.seed.org a@seed.org",
        "[[seed]] and then the seed",
        "[[nowhere|seed]]",
        "seed_value seed-value pre-seed x/seed seed/x @seed #seed seed.py seed()",
        "proceed, seeding of seedlings",
        "<!-- seed --> %% seed %%",
        "---\nabout: seed\n---\n",
        "[^1]: [seed]",
    ],
)
def test_what_is_no_prose_is_left(vault: Vault, text: str) -> None:
    assert mentions_in(vault, text) == []


def test_a_node_does_not_mention_itself_nor_a_name_of_two(vault: Vault) -> None:
    top = vault(
        {"a.md": "# Twin\n\nThe twin and the alpha.", "x/b.md": "# Alpha", "y/c.md": "# Alpha"}
    )
    assert not [p for p in proposals(SkillGraph.load(top), "a") if p.kind == "mention"]


def test_nodes_alike_are_proposed_with_what_made_them_so(vault: Vault) -> None:
    files: dict[str, str | bytes] = {
        "index.md": "[[one]] [[two]] [[far]]",
        "one.md": (
            "---\ndescription: Shuffled rows break reproducible training runs\n---\n# Row order\n"
        ),
        "two.md": (
            "---\ndescription: Sort rows before training\n---\n# Sorting\n\nIntro.\n"
            "Shuffled rows make training runs differ.\n\nSee also:\n\n- [[far]] - far\n"
        ),
        "far.md": "---\ndescription: Licences of pictures\n---\n# Law\n",
    }
    top = vault(files)
    graph = SkillGraph.load(top)
    (found,) = [p for p in proposals(graph, "two") if p.kind == "alike"]
    assert (found.source, found.target) == ("two", "one")
    assert found.sentence == "[[one]] - Shuffled rows break reproducible training runs"
    (other,) = [p for p in proposals(graph, "one") if p.kind == "alike"]
    assert other.why == "Shuffled rows make training runs differ."
    edited = {**found.to_json(), "sentence": "[[one]] - for the order"}
    apply(graph, [edited]).write()
    assert content(top)["two.md"].endswith(b"- [[far]] - far\n- [[one]] - for the order\n")
    assert not [p for p in proposals(SkillGraph.load(top)) if p.kind == "alike"]


def bare(text: str) -> str:
    """A text as its reader sees it: links as their labels."""
    text = re.sub(r"\[\[([^\[\]|]*?)\\?\|([^\[\]]*)\]\]", r"\2", text)
    return re.sub(r"\[\[([^\[\]|]*)\]\]", r"\1", text)


@pytest.mark.slow
@given(graphs(), st.integers(0, 99))
def test_all_that_is_proposed_can_be_written_and_reads_as_before(
    files: dict[str, bytes], pick: int
) -> None:
    with written(files) as top:
        graph = SkillGraph.load(top)
        found = [p for p in proposals(graph, None, 1_000) if p.kind == "mention"]
        given_back = json.loads(json.dumps([p.to_json() for p in found]))
        apply(graph, {"proposals": given_back}).write()
        after = SkillGraph.load(top)
        for proposal in found:
            assert proposal.target in after.neighbors(proposal.source)
        now = content(top)
        for path, data in files.items():
            assert bare(now[path].decode()) == bare(data.decode())
        kept = edges(after)
        assert not [edge for edge in edges(graph) if edge not in kept]
        assert not [p for p in proposals(after, None, 1_000) if p.kind == "mention"]


def test_two_names_in_one_sentence_are_both_written(vault: Vault) -> None:
    top = vault({**NAMED, "a.md": "A seed,\r\nand a seed in a token budget.\r\n"})
    graph = SkillGraph.load(top)
    found = [p for p in proposals(graph, "a") if p.kind == "mention"]
    apply(graph, [p.to_json() for p in found]).write()
    assert (
        content(top)["a.md"] == b"A [[seed]],\r\nand a seed in a [[token-budget|token budget]].\r\n"
    )


def proposal(vault: Vault, **changes: Any) -> tuple[SkillGraph, dict[str, Any]]:
    graph = SkillGraph.load(vault({**NAMED, "a.md": "A seed and a seed."}))
    (found,) = [p for p in proposals(graph, "a") if p.kind == "mention"]
    return graph, {**found.to_json(), **changes}


def test_an_edited_sentence_is_written(vault: Vault) -> None:
    graph, item = proposal(vault, sentence="A seed and one more [[seed]], edited.")
    apply(graph, [item]).write()
    assert (graph.roots[0].path / "a.md").read_bytes() == b"A seed and one more [[seed]], edited."


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"digest": "sha256:0"}, "has changed since it was proposed"),
        ({"path": "gone.md"}, "is gone"),
        ({"was": "Another sentence."}, "does not hold the sentence"),
        ({"sentence": "No link at all."}, "does not link seed"),
        ({"sentence": "`[[seed]]` in code"}, "does not link seed"),
        ({"start": "0"}, "is not as weave --json printed it"),
        ({"kind": "other"}, "is not as weave --json printed it"),
        ({"sentence": " "}, "is not as weave --json printed it"),
    ],
)
def test_a_proposal_that_does_not_fit_is_refused(
    vault: Vault, changes: dict[str, Any], said: str
) -> None:
    graph, item = proposal(vault, **changes)
    with pytest.raises(UsageError, match=said):
        apply(graph, [item])


def test_two_edits_of_the_same_words_are_refused(vault: Vault) -> None:
    graph, item = proposal(vault)
    other = {**item, "sentence": "A [[seed|kernel]] and a seed."}
    with pytest.raises(UsageError, match=r"a\.md:1: two proposals change the same words"):
        apply(graph, [item, other])
    assert len(apply(graph, [item, item]).files) == 1


@pytest.mark.parametrize("given_back", [{}, "text", None, [1], [{}], {"proposals": {}}])
def test_what_is_no_list_of_proposals_is_refused(vault: Vault, given_back: object) -> None:
    with pytest.raises(UsageError, match="weave --json printed"):
        apply(SkillGraph.load(vault(NAMED)), given_back)


@pytest.mark.slow
@given(graphs(), st.integers(0, 12))
def test_fewer_proposals_are_the_first_of_all(files: dict[str, bytes], limit: int) -> None:
    """Nodes alike are not compared where names are enough; that must not show."""
    with written(files) as top:
        graph = SkillGraph.load(top)
        assert proposals(graph, None, limit) == proposals(graph, None, 1_000)[:limit]


def test_the_longest_name_counts_and_words_go_on_behind_it(vault: Vault) -> None:
    names = ["how to", "how to sow", "how to sow a seed in spring", "seed in"]
    files: dict[str, str | bytes] = {f"n{at}.md": f"# {name}\n" for at, name in enumerate(names)}
    text = "Say how to sow a seed in summer, and how to sow a seed in spring."
    graph = SkillGraph.load(vault({**files, "a.md": text}))
    found = [p for p in proposals(graph, "a") if p.kind == "mention"]
    assert sorted(p.target for p in found) == ["n1", "n2", "n3"]
    assert {p.sentence.count("[[") for p in found} == {1}


CONSTRUCTS = {
    "words": "how to do the thing with care ",
    "a blob": "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo0",
    "addresses": "a@",
    "dashes": "a-b.c+",
    "brackets": "[[",
    "open links": "[[a ",
    "open callouts": "[! ",
    "open tags": "<a>",
    "blanks": "   ",
    "quotes": "> ",
    "items": "- item with a seed\n",
    "links": "see [[seed]] and a seed ",
    "callouts": "> [!tip] a seed\n",
}


@pytest.mark.slow
@pytest.mark.parametrize("construct", CONSTRUCTS.values(), ids=CONSTRUCTS.keys())
def test_the_time_to_find_names_grows_with_the_text(vault: Vault, construct: str) -> None:
    """Four times the text: under eight times the processor's time, where a square takes sixteen."""
    names = {f"n{at}.md": f"# how to do the thing with care {at}\n" for at in range(20)}
    took = {}
    for times in (1, 4):
        text = construct * (60_000 * times // len(construct))
        graph = SkillGraph.load(vault({**NAMED, **names, "a.md": f"# A\n\n{text}\n"}))
        node = graph.nodes["a"]
        runs = []
        for _ in range(3):
            start = time.process_time()
            list(mentions(graph, [node]))
            runs.append(time.process_time() - start)
        took[times] = min(runs)
    assert took[4] < 8 * max(took[1], 0.004)
