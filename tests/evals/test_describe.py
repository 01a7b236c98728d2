"""What in a graph leads questions to the wrong nodes is found, and named with words to change."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from skillagent.cli import main
from skillagent.disclosure.results import IndexResult
from skillagent.evals.describe import Description, describe, description_lines
from skillagent.evals.describe.text import SHOWN
from skillagent.evals.policies.policy import Policy, Role
from skillagent.evals.session import Session
from skillagent.evals.suite import Case
from tests.evals.small_evals import planned, written

INDEX = "---\ntype: map\ndescription: Where everything begins\n---\n# Start\n\n"
BREAD = "---\ndescription: Bake bread\n---\n# Bread\n\nKnead the dough, wait, heat the oven.\n"
SOUP = "---\ndescription: Cook soup\n---\n# Soup\n\nBoil carrots and onions in broth.\n"
CAKE = "---\ndescription: Mix a cake\n---\n# Cake\n\nSugar, eggs, flour.\n"
KITCHEN = {
    "index.md": INDEX + "- [[bread]] - for loaves.\n- [[soup]] - for broth.\n- [[cake]] - sweet.\n",
    "bread.md": BREAD,
    "soup.md": SOUP,
    "cake.md": CAKE,
}
ASKED = (
    Case("loaf", "How is bread baked?", ("bread",)),
    Case("broth", "How is soup cooked?", ("soup",)),
    Case("sweet", "How is a cake mixed?", ("cake",)),
)


def first_hit(case: Case, session: Session) -> None:
    """Lists the hits, and reads the first one."""
    listing = session.list_index(query=case.question).result
    if isinstance(listing, IndexResult) and listing.lines:
        session.read_node(listing.lines[0].id)


def described(
    folder: Path,
    files: Mapping[str, str],
    cases: Iterable[Case],
    reads: Mapping[str, tuple[str, ...]] | None = None,
) -> Description:
    """The findings about a graph whose reader opens the first hit, or what `reads` says."""

    def walk(case: Case, session: Session) -> None:
        if reads is None:
            first_hit(case, session)
        for node in (reads or {}).get(case.id, ()):
            session.read_node(node)

    plan = planned(folder, files, cases, (), more=[Policy("graph", Role.GRAPH, walk)])
    return describe(plan, plan.run())


def test_a_clean_graph_gives_nothing(tmp_path: Path) -> None:
    description = described(tmp_path, KITCHEN, ASKED)
    assert not description.has_findings
    assert list(description_lines(description)) == [
        "small: graph misses a gold node of 0 of 3 questions in 1,000 tokens",
        "Nothing to change was found.",
    ]


# descriptions that attract

HOLE = "---\ntags: [x]\ndescription: Dough, oven, loaves, carrots, broth\n---\n# Shopping\n\nBuy.\n"
HOLE_CASES = (
    Case("crust", "Which oven makes dough crusty?", ("bread",)),
    Case("roots", "Do carrots and oven heat go together?", ("soup",)),
    ASKED[2],
)


def test_a_description_that_attracts_everything_is_found_with_its_words(tmp_path: Path) -> None:
    files = KITCHEN | {"shopping.md": HOLE}
    (hole,) = described(tmp_path, files, HOLE_CASES).attracting
    assert (hole.node, hole.place) == ("shopping", "shopping.md:3")
    assert hole.cases == hole.missed == ("crust", "roots")
    # Only the word that attracts both questions counts.
    assert hole.to_drop == ("oven",)
    bread, soup = hole.instead
    assert (bread.node, bread.place, bread.cases) == ("bread", "bread.md:2", ("crust",))
    assert set(bread.to_add[: bread.in_text]) == {"oven", "dough"}
    assert set(bread.to_add[bread.in_text :]) == {"crusty"}
    assert set(soup.to_add[: soup.in_text]) == {"carrots"}


def test_it_stays_quiet_if_the_word_is_gone_or_attracts_one_question(tmp_path: Path) -> None:
    dry = HOLE.replace("oven, ", "")
    assert not described(tmp_path, KITCHEN | {"shopping.md": dry}, HOLE_CASES).attracting


def test_a_description_is_not_blamed_for_what_its_text_has(tmp_path: Path) -> None:
    hole = "# Shopping\n\nBuy " + "a dough, an oven, carrots and broth. " * 5
    hole = "---\ndescription: Buy what is missing\n---\n" + hole
    assert not described(tmp_path, KITCHEN | {"shopping.md": hole}, HOLE_CASES).attracting


# nodes that no question reaches


def test_a_gold_node_that_is_never_read_is_found_with_its_ranks(tmp_path: Path) -> None:
    cases = (*ASKED, Case("boil", "Do onions float?", ("soup",)))
    reads = {"loaf": ("bread",), "broth": ("bread",), "sweet": ("cake",)}
    description = described(tmp_path, KITCHEN, cases, reads)
    assert description.missed == ("broth", "boil")
    (soup,) = description.unread
    assert (soup.words.node, soup.words.cases) == ("soup", ("broth", "boil"))
    assert (soup.ranks, soup.named) == ((1, 1), 0)
    assert soup.on.maps == ("index",)
    assert soup.words.to_add == ("onions", "float")
    assert soup.words.in_text == 1
    lines = list(description_lines(description))
    assert (
        "- soup.md:2: not read for 2 questions (broth rank 1, boil rank 1); no listing or map "
        "names it" in lines
    )
    assert "    add words of its text: onions; in the questions, not in it: float" in lines


def test_a_node_that_is_read_once_is_reached(tmp_path: Path) -> None:
    cases = ASKED[1], Case("boil", "Do onions float?", ("soup",))
    assert not described(tmp_path, KITCHEN, cases, {"boil": ("soup",)}).unread


def test_a_node_that_nothing_names_is_found_with_the_map_for_it(tmp_path: Path) -> None:
    garden = "---\ndescription: Outside\n---\n# Garden\n\nWeeds, weeds. A hoe, the hoe.\n"
    maps = {"index.md": KITCHEN["index.md"] + "- [[shed]] - for tools.\n", "shed.md": SHED}
    files = KITCHEN | maps | {"outside/garden.md": garden, "outside/pond.md": garden}
    names = {one.node: one for one in described(tmp_path, files, ASKED).unnamed}
    assert set(names) == {"outside/garden", "outside/pond", "shed"}
    hidden, listed = names["outside/garden"], names["outside/pond"]
    assert (hidden.on.maps, hidden.on.proposed) == ((), "shed")
    assert (listed.on.maps, listed.on.proposed) == (("shed",), "")
    assert set(hidden.to_add) == {"weeds", "hoe"}


SHED = INDEX.replace("Start", "Shed") + "- [[outside/pond]] - for fish.\n"


# links that mislead

MISLEADING = {
    "index.md": INDEX + "- [[dough]] - first.\n",
    "dough.md": (
        "---\ndescription: Dough\n---\n# Dough\n\nMuch can be made of it.\n\n"
        "- [[cake]] - when the crust of a loaf burns.\n- [[bread]] - the other one.\n"
    ),
    "bread.md": "# Bread\n\nIf the crust burns, lower the heat of the oven.\n",
    "cake.md": CAKE,
}
BURNS = Case("burns", "Why burns the crust?", ("bread",))


def test_a_link_whose_sentence_misleads_is_found_with_the_right_one(tmp_path: Path) -> None:
    reads = {"burns": ("dough", "cake")}
    description = described(tmp_path, MISLEADING, [BURNS], reads)
    (link,) = description.misleading
    assert (link.source, link.place, link.target) == ("dough", "dough.md:8", "cake")
    assert link.cases == ("burns",)
    assert set(link.to_drop) == {"crust", "burns"}
    (right,) = link.instead
    assert (right.place, right.target) == ("dough.md:9", "bread")
    assert set(right.to_add) == {"burns", "crust"}
    assert "“cake - when the crust of a loaf burns.”" in "\n".join(description_lines(description))


@pytest.mark.parametrize(
    ("reads", "change"),
    [
        (("dough", "bread"), ("", "")),
        (("cake",), ("", "")),
        (("dough", "cake"), ("the other one", "when the crust burns")),
        (("dough", "cake"), ("- [[bread]] - the other one.\n", "")),
    ],
    ids=["the gold node was read", "the link was not seen", "the right link is as good", "none"],
)
def test_a_link_does_not_mislead_if(
    tmp_path: Path, reads: tuple[str, ...], change: tuple[str, str]
) -> None:
    files = MISLEADING | {"dough.md": MISLEADING["dough.md"].replace(*change)}
    assert not described(tmp_path, files, [BURNS], {"burns": reads}).misleading


# order, length, command


def test_what_helps_most_questions_comes_first_and_a_long_list_says_how_much_is_left(
    tmp_path: Path,
) -> None:
    names = [f"n{number:02}" for number in range(SHOWN + 3)]
    files = {f"{name}.md": f"# {name}\n\nAbout {name} only.\n" for name in names}
    cases = [Case(name, f"What is {name}?", (name,)) for name in names]
    cases.append(Case("again", "And once more?", (names[-1],)))
    description = described(tmp_path, files, cases, {})
    assert [one.words.node for one in description.unread] == [names[-1], *names[:-1]]
    lines = list(description_lines(description))
    assert f"Nodes that their questions never reach ({len(names)})" in lines
    assert "- 3 more: see --json" in lines


SUITE = """\
name: kitchen
graph: ..
budgets: [500, 1000]
cases:
- {id: crust, question: "Which oven makes dough crusty?", gold: bread}
- {id: roots, question: "Do carrots and oven heat go together?", gold: soup}
"""


@pytest.fixture
def kitchen(tmp_path: Path) -> Path:
    more = {"shopping.md": HOLE, "evals/suite.yaml": SUITE}
    return written(tmp_path / "kitchen", KITCHEN | more)


def _command(graph: Path, out: Path, *more: str) -> list[str]:
    return ["eval", str(graph), "--describe", "--no-record", "-o", str(out), *more]


def test_the_command_describes_the_largest_budget_as_text_and_as_json(
    kitchen: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(_command(kitchen, tmp_path / "out")) == 0
    text = capsys.readouterr().out
    assert text.startswith("kitchen: graph misses a gold node of ")
    assert "of 2 questions in 1,000 tokens" in text
    assert main(_command(kitchen, tmp_path / "out", "--json", "--budget", "500")) == 0
    values: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert (values["format"], values["budget"]) == ("skillagent-eval-describe-1", 500)
    assert values["questions"] == 2


def test_the_command_leaves_the_results_of_an_eval_alone(
    kitchen: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["eval", str(kitchen), "--describe", "--no-record"]) == 0
    assert [path.name for path in (tmp_path / "eval-results").iterdir()] == ["kitchen.describe"]


@pytest.mark.parametrize(
    "option", ["--policy=nav", "--model=offline", "--html=a.html", "--compare=a.json"]
)
def test_the_command_refuses_what_means_nothing_here(
    kitchen: Path, tmp_path: Path, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(_command(kitchen, tmp_path / "out", option)) == 2
    assert f"leave out {option.partition('=')[0]}" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.process
def test_the_command_prints_the_same_bytes_with_every_hash_seed(
    kitchen: Path, tmp_path: Path
) -> None:
    printed = []
    for seed in ("1", "2"):
        command = [sys.executable, "-m", "skillagent", *_command(kitchen, tmp_path / seed)]
        environment = os.environ | {"PYTHONHASHSEED": seed}
        done = subprocess.run(command, check=True, capture_output=True, env=environment)
        printed.append(done.stdout)
    assert printed[0] == printed[1]
    assert b"cake.md:2: listed by index; no case asks for it" in printed[0]
