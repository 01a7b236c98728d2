"""Policies: what each shows, and that none of them spends more than the budget."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillagent import SkillGraph
from skillagent.errors import UsageError
from skillagent.evals import POLICIES, Case, Session, Setup, Suite, policies
from skillagent.evals.policies.searching import Fused, spread
from skillagent.evals.session import plain_budget
from skillagent.tokens import default_counter
from tests.evals.conftest import offline, planned

TRADING = Path(__file__).parents[2] / "examples" / "trading"
BOUNDS = ("flat-perfect", "search-perfect", "nav-perfect", "oracle")


def _setup(folder: Path, cases: tuple[Case, ...] = ()) -> Setup:
    return Setup(SkillGraph.load(folder), cases, default_counter(), offline)


def _walked(setup: Setup, name: str, case: Case, budget: int) -> Session:
    (policy,) = policies([name], ["offline"], setup)
    session = Session(setup.graph, budget, setup.counter, plain=policy.is_plain)
    policy.walk(case, session)
    return session


def _read(session: Session) -> list[str]:
    return [node for step in session.steps for node in step.read]


@pytest.fixture(scope="module")
def trading() -> Setup:
    return _setup(TRADING)


@given(
    name=st.sampled_from([*POLICIES, "llm"]),
    budget=st.integers(min_value=1, max_value=9_000),
    question=st.sampled_from(["how big is a position", "stop loss", "zzz", "?", "a" * 300]),
    gold=st.sets(st.sampled_from(sorted(SkillGraph.load(TRADING).nodes)), max_size=3),
)
@settings(max_examples=150, deadline=None)
def test_no_policy_spends_more_than_the_budget(
    trading: Setup, name: str, budget: int, question: str, gold: set[str]
) -> None:
    case = Case("case", question, tuple(sorted(gold)))
    session = _walked(trading, name, case, budget)
    assert sum(step.cost for step in session.steps) == session.toolset.ledger.spent <= budget


@given(total=st.integers(min_value=1, max_value=20_000))
def test_a_plain_policy_may_use_the_whole_budget(total: int) -> None:
    budget = plain_budget(total)
    assert budget.total - budget.reserve == total


def test_everything_is_loaded_from_the_entry_along_the_links(bakery: Path) -> None:
    session = _walked(_setup(bakery), "load-everything", Case("c", "anything"), 10_000)
    assert _read(session) == [
        "index",
        "bread",
        "ovens",
        "dense-crumb",
        "pale-crust",
        "steam",
        "stone",
    ]


def test_a_catalogue_shows_all_descriptions_then_files_by_best_match(bakery: Path) -> None:
    case = Case("c", "When is a loaf heavy?", ("dense-crumb",))
    session = _walked(_setup(bakery), "flat-catalogue", case, 1_000)
    first, *others = session.steps
    assert (first.tool, first.read) == ("hand_over", ())
    assert others[0].read == ("dense-crumb",)


def test_a_catalogue_that_is_too_long_is_cut_to_names(trading: Setup) -> None:
    case = Case("c", "q", ("position-sizing/kelly-is-an-upper-bound",))
    full, cut = (_walked(trading, "flat-perfect", case, budget) for budget in (8_000, 1_000))
    assert cut.steps[0].cost <= 500 < full.steps[0].cost
    assert _read(cut) == _read(full) == list(case.gold)


def test_a_search_goes_on_behind_a_text_that_does_not_fit(bakery: Path) -> None:
    (bakery / "stone.md").write_text("# Stone\n\n" + "slab slab granite hour. " * 200)
    case = Case("c", "slab granite, or wet air")
    assert "stone" not in _read(session := _walked(_setup(bakery), "bm25-top-k", case, 100))
    assert "steam" in _read(session)


def test_baselines_are_tuned_on_the_half_that_they_are_not_judged_by() -> None:
    from skillagent.evals import load

    suite = load(TRADING.parent / "ml-reproducibility" / "evals" / "suite.yaml")
    graph = SkillGraph.load(*suite.roots)
    cases = suite.on(graph).cases
    case = next(case for case in cases if case.is_answerable)
    of_this_half = [c for c in cases if c.half == case.half]
    others = tuple(c for c in cases if c.half != case.half)
    alone = Fused(Setup(graph, (case, *others), default_counter(), offline))
    all_cases = Fused(Setup(graph, cases, default_counter(), offline))
    assert len(of_this_half) > 40
    assert alone.scores(case) == all_cases.scores(case)


def test_links_spread_scores_to_what_they_lead_to() -> None:
    ranks = spread([1.0, 0.0, 0.0, 0.0], {0: [1], 1: [0, 2], 2: [1]})
    assert ranks[0] > ranks[1] > ranks[2] > ranks[3] == 0.0
    assert sum(ranks) == pytest.approx(1.0)


@pytest.mark.parametrize("name", BOUNDS)
def test_a_bound_reads_nothing_but_gold(suite: Suite, bakery: Path, name: str) -> None:
    setup = _setup(bakery)
    for case in suite.cases:
        assert set(_read(_walked(setup, name, case, 2_000))) <= set(case.gold)


@pytest.mark.parametrize("name", ["nav-perfect", "flat-perfect", "oracle"])
def test_a_bound_reaches_every_gold_node_in_a_large_budget(
    suite: Suite, bakery: Path, name: str
) -> None:
    setup = _setup(bakery)
    for case in suite.answerable:
        assert set(_read(_walked(setup, name, case, 4_000))) == set(case.gold)


def test_maps_are_walked_by_the_words_of_the_question(bakery: Path) -> None:
    session = _walked(_setup(bakery), "nav", Case("c", "How does steam get into ovens?"), 2_000)
    assert _read(session)[0] == "steam"
    assert [step.tool for step in session.steps][:3] == ["list_index", "list_index", "read_node"]


def test_a_function_of_the_users_is_a_policy(
    bakery: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own_policy.py").write_text(
        "def reads_first_hit(question, session):\n"
        "    hits = session.list_index(query=question).result.lines\n"
        "    session.read_node(hits[0].id)\n"
        "    return hits[0].id\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    setup, name = _setup(bakery), "own_policy:reads_first_hit"
    (policy,) = policies([name], [], setup, allow_python=True)
    session = Session(setup.graph, 1_000, setup.counter)
    assert policy.walk(Case("c", "granite slab"), session) == "stone"
    with pytest.raises(UsageError, match="--allow-python"):
        policies([name], [], setup)


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["grap"], "no policy 'grap': did you mean graph"),
        (["zzzz"], "there are load-everything, "),
        (["llm"], "needs a model"),
    ],
)
def test_a_policy_that_is_none_is_refused(suite: Suite, names: list[str], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        planned(suite, Path("unused"), *names)
