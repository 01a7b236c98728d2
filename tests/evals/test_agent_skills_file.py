"""Suites in the format of Agent Skills: what is read, what is refused, and that nothing is lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillagent.cli import main
from skillagent.errors import UsageError
from skillagent.evals.agent_skills_file import (
    agent_skills_values,
    load_agent_skills,
    sentence,
)
from skillagent.evals.checks import Check, Contains, Exact, Judged, Matches, Numeric, Python
from skillagent.evals.opening import open_suite
from skillagent.evals.suite import Case, Suite
from tests.evals import kiln


def read(folder: Path, value: Any) -> Suite:
    return load_agent_skills(kiln.write(folder / "kiln", evals=value) / "evals" / "evals.json")


def one(folder: Path, **entry: Any) -> Case:
    [case] = read(folder, [{"prompt": "Why did it break?", **entry}]).cases
    return case


# reading


def test_an_eval_becomes_a_case_about_the_skill(tmp_path: Path) -> None:
    suite = read(
        tmp_path,
        {
            "skill_name": "kiln",
            "evals": [
                {
                    "id": 7,
                    "prompt": "Why did it break?",
                    "expected_output": "It was damp.",
                    "files": [],
                    "expectations": ["Names damp clay", "Gives the hours of drying"],
                }
            ],
        },
    )
    assert (suite.name, suite.roots) == ("kiln", (str(tmp_path / "kiln"),))
    [case] = suite.cases
    assert (case.id, case.question, case.gold) == ("eval-7", "Why did it break?", ("SKILL",))
    assert case.checks == (Judged("Names damp clay"), Judged("Gives the hours of drying"))
    assert case.line == 4


@pytest.mark.parametrize("key", ["expectations", "assertions", "expected_behavior"])
def test_expectations_are_read_under_their_older_names(tmp_path: Path, key: str) -> None:
    assert one(tmp_path, **{key: ["Names damp clay"]}).checks == (Judged("Names damp clay"),)


@pytest.mark.parametrize(
    ("written", "rubric"),
    [
        ({"text": "Names clay", "passed": None, "evidence": ""}, "Names clay"),
        ({"name": "c", "type": "contains", "value": "damp"}, 'The output contains "damp".'),
        ({"name": "c", "description": "Names clay"}, "Names clay"),
    ],
)
def test_an_expectation_may_be_an_object(
    tmp_path: Path, written: dict[str, Any], rubric: str
) -> None:
    assert one(tmp_path, assertions=[written]).checks == (Judged(rubric),)


def test_without_expectations_the_expected_output_is_the_rubric(tmp_path: Path) -> None:
    assert one(tmp_path, expected_output="It was damp.").checks == (Judged("It was damp."),)


def test_null_is_as_if_it_was_not_there(tmp_path: Path) -> None:
    case = one(tmp_path, id=None, expected_output=None, files=None, expectations=None)
    assert (case.id, case.tags, case.checks) == ("eval-1", (), ())


def test_an_eval_with_files_is_marked(tmp_path: Path) -> None:
    assert one(tmp_path, files=["evals/files/pot.jpg"]).tags == ("needs-files",)


@pytest.mark.parametrize("key", ["evals", "cases", "queries"])
def test_a_list_of_evals_may_stand_alone_or_under_a_key(tmp_path: Path, key: str) -> None:
    entries = [{"id": "first", "prompt": "One?"}, {"prompt": "Two?"}]
    bare = read(tmp_path / "bare", entries)
    assert [case.id for case in bare.cases] == ["first", "eval-2"]
    keyed = read(tmp_path / "keyed", {key: entries})
    assert [case.question for case in keyed.cases] == ["One?", "Two?"]


@pytest.mark.parametrize(
    ("entry", "gold"),
    [
        ({"should_trigger": True}, ("SKILL",)),
        ({"should_trigger": False}, ()),
        ({"should_trigger": True, "expected_skill": "kiln"}, ("kiln",)),
        ({"should_trigger": False, "expected_skill": "oven"}, ()),
        ({"expected_skill": "kiln"}, ("kiln",)),
        ({"expected_skill": None}, ()),
        ({}, ("SKILL",)),
    ],
)
def test_a_query_triggers_the_skill_or_should_find_nothing(
    tmp_path: Path, entry: dict[str, Any], gold: tuple[str, ...]
) -> None:
    [case] = read(tmp_path, [{"query": "Why did it break?", **entry}]).cases
    assert case.gold == gold


def test_our_key_names_gold_nodes_and_checks(tmp_path: Path) -> None:
    own = {"id": "damp", "gold": ["cracks"], "tags": ["single"], "check": [{"contains": "48"}]}
    case = one(tmp_path, id=1, skillagent=own, expectations=[sentence(Contains("48")), "Is kind"])
    assert (case.id, case.gold, case.tags) == ("damp", ("cracks",), ("single",))
    assert case.checks == (Contains("48"), Judged("Is kind"))


def test_keys_of_other_programs_are_ignored(tmp_path: Path) -> None:
    assert one(tmp_path, weight=3, x_other={"gold": ["nothing"]}).gold == ("SKILL",)


def test_questions_of_others_may_quote_titles_and_ours_may_not(tmp_path: Path) -> None:
    entry = {"prompt": "Why?"}
    assert read(tmp_path / "theirs", {"evals": [entry]}).allows_leaks
    ours = {"evals": [entry], "skillagent": {"seed": 3}}
    assert not read(tmp_path / "ours", ours).allows_leaks


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ({"evals": [{"id": 1}]}, ":3: evals.0.prompt: Field required"),
        ([{"prompt": "?"}, {"prompt": 3}], ":6: 1.prompt: Input should be a valid string"),
        ([{"prompt": "?", "expectations": [{"weight": 1}]}], "its sentence as `text`"),
        ([{"prompt": "?", "should_trigger": "yes"}], ":4: 0.should_trigger: Input should be a va"),
        ([{"prompt": "?", "skillagent": {"golden": []}}], ":5: 0.skillagent.golden: Extra inputs"),
        ([{"prompt": "?", "skillagent": {"gold": [1]}}], ":6: 0.skillagent.gold.0: Input should"),
        ([{"id": 1, "prompt": "a"}, {"id": 1, "prompt": "b"}], ":2: 0: the id 'eval-1' is used 2"),
        ({"evals": [{"prompt": "a"}], "skillagent": {"graphs": 1}}, "skillagent.graphs: Extra in"),
        ({"evals": []}, "skillagent.cases: List should have at least 1 item"),
        ({"tests": []}, ":1: no suite: it is neither a list of evals nor an object with one"),
        (3, ":1: no suite: it is neither a list"),
    ],
)
def test_a_wrong_entry_is_an_error_of_one_line(tmp_path: Path, value: Any, error: str) -> None:
    with pytest.raises(UsageError) as raised:
        read(tmp_path, value)
    assert error in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ('[\n{"prompt": }]', ":2: no JSON: Expecting value"),
        ('[{"prompt": NaN}]', ": no JSON: NaN is not JSON"),
        ("[" * 100_000, ": no JSON: "),
        ('[\n\t{"prompt": "a \\ud83d\\ude00"},\n\t{}]', ":3: 1.prompt: Field required"),
        ("\ufeff[\n{}]", ":2: 0.prompt: Field required"),
        ('[\n{"prompt": "\\ud83d"}]', ":2: 0.prompt: Input should be a valid string"),
        ('[{"prompt": ' + "[" * 400 + "]" * 400 + "}]", ":1: 0.prompt: Input should be a valid s"),
        ('[\n{"x": "\x7f"}]', ": 0.prompt: Field required"),
    ],
)
def test_an_error_has_the_line_where_the_text_gives_one(
    tmp_path: Path, text: str, error: str
) -> None:
    path = kiln.write(tmp_path / "kiln") / "evals" / "evals.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as raised:
        load_agent_skills(path)
    assert str(raised.value).startswith(f"{path}{error}")


def test_a_file_in_no_skill_asks_for_its_graph(tmp_path: Path) -> None:
    path = tmp_path / "triggers.json"
    path.write_text('[{"query": "Why?", "should_trigger": true}]')
    with pytest.raises(UsageError, match="name the graph with --graph"):
        load_agent_skills(path)
    graph = str(kiln.write(tmp_path / "kiln"))
    suite = load_agent_skills(path, [graph])
    assert (suite.roots, suite.cases[0].gold) == ((graph,), ("SKILL",))


def test_a_skill_among_several_must_be_named(tmp_path: Path) -> None:
    kiln.write(tmp_path / "skills" / "kiln")
    path = tmp_path / "triggers.json"
    path.write_text('[{"query": "Why?", "should_trigger": true}]')
    with pytest.raises(UsageError, match=r"triggers\.json:1: 0: name its skill as"):
        load_agent_skills(path, [str(tmp_path / "skills")])


# writing

TEXTS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12).filter(str.strip)
NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,8}", fullmatch=True)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
CHECKS: st.SearchStrategy[Check] = st.one_of(
    TEXTS.map(Contains),
    TEXTS.map(Exact),
    st.sampled_from([r"\d+", "^a|b$", ""]).map(Matches),
    st.builds(Numeric, NUMBERS, NUMBERS.map(abs)),
    st.just(Python("a.b:c")),
    TEXTS.map(Judged),
    TEXTS.map(lambda text: Judged(sentence(Contains(text)))),
    st.just(Judged("")),
)
CASES = st.builds(
    Case,
    id=NAMES,
    question=TEXTS.map(lambda text: " ".join(text.split())),
    gold=st.lists(st.sampled_from(["cracks", "SKILL"]), unique=True).map(tuple),
    distractors=st.sampled_from([(), ("glazes",)]),
    tags=st.lists(NAMES, unique=True, max_size=2).map(tuple),
    checks=st.lists(CHECKS, max_size=4).map(tuple),
)
SUITES = st.builds(
    Suite,
    name=NAMES,
    roots=st.sampled_from([("skills/kiln",), ("a=skills/kiln", "b=../other")]),
    cases=st.lists(CASES, min_size=1, max_size=4, unique_by=lambda case: case.id).map(tuple),
    budgets=st.sampled_from([(500,), (1_000, 2_000)]),
    policies=st.sampled_from([("graph",), ("llm", "bm25-fused")]),
    models=st.sampled_from([(), ("mock",)]),
    judge=st.sampled_from(["", "mock"]),
    repeats=st.integers(1, 1_000),
    seed=st.integers(0, 2**32 - 1),
    allows_leaks=st.booleans(),
)


@given(suite=SUITES, folder=st.sampled_from([".", "skills/kiln/evals", "somewhere/else"]))
def test_a_suite_that_is_written_and_read_again_is_the_same(
    suite: Suite, folder: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("project"))
        path = Path(folder) / "evals.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(agent_skills_values(suite, path.parent)), encoding="utf-8")
        again = load_agent_skills(path)
    assert again.file == path
    assert [
        (case.id, case.question, case.gold, case.distractors, case.tags, case.checks)
        for case in again.cases
    ] == [
        (case.id, case.question, case.gold, case.distractors, case.tags, case.checks)
        for case in suite.cases
    ]
    for field in ("name", "roots", "budgets", "policies", "models", "judge", "repeats", "seed"):
        assert getattr(again, field) == getattr(suite, field), field
    assert again.allows_leaks == suite.allows_leaks


def test_what_is_written_has_the_keys_of_the_format(tmp_path: Path) -> None:
    case = Case("damp", "Why?", ("cracks",), checks=(Contains("48"), Judged("Is kind")))
    values = agent_skills_values(Suite("kiln", ("kiln",), (case,)), tmp_path)
    [entry] = values["evals"]
    assert values["skill_name"] == "kiln"
    assert (entry["id"], entry["prompt"], entry["files"]) == (1, "Why?", [])
    assert entry["expectations"] == ['The output contains "48".', "Is kind"]
    assert set(entry) == {
        *("id", "prompt", "expected_output", "files", "expectations"),
        "skillagent",
    }


# the commands

BARE = {"evals": [{"id": 1, "prompt": "Why did my pot break?", "expectations": ["Names clay"]}]}


def run_eval(tmp_path: Path, *arguments: object) -> int:
    options = ("--budget", "600", "--policy", "graph", "--policy", "flat-catalogue")
    return main(["eval", *map(str, arguments), *options, "-o", str(tmp_path / "o"), "--no-record"])


def test_eval_takes_the_folder_of_a_skill(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_eval(tmp_path, kiln.write(tmp_path / "kiln", evals=BARE)) == 0
    out, err = capsys.readouterr()
    assert out.startswith("kiln: 3 nodes")
    assert "not judged, because no --judge is named: 1 of the expectations" in err


def test_a_suite_of_ours_comes_before_one_in_another_format(tmp_path: Path) -> None:
    ours = "name: ours\ngraph: ..\ncases: [{id: a, question: Why, gold: cracks}]\n"
    folder = kiln.write(tmp_path / "kiln", evals=BARE, suite=ours)
    assert open_suite(folder).name == "ours"


def test_a_folder_without_a_suite_says_what_to_write(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no suite in it: write .*suite\.yaml"):
        open_suite(kiln.write(tmp_path / "kiln"))


def test_graph_says_what_a_suite_is_about(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ours = "name: ours\ngraph: ../../missing\ncases: [{id: a, question: Why, gold: cracks}]\n"
    folder = kiln.write(tmp_path / "kiln", suite=ours)
    assert run_eval(tmp_path, folder) == 2
    assert run_eval(tmp_path, folder, "--graph", folder) == 0
    assert capsys.readouterr().out.startswith("ours: 3 nodes")


def test_a_gold_node_that_is_missing_is_named_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = {"prompt": "Why?", "expected_skill": "oven"}
    folder = kiln.write(tmp_path / "kiln", evals=[entry])
    assert run_eval(tmp_path, folder) == 2
    assert "evals.json:2: case 'eval-1': no node 'oven'" in capsys.readouterr().err


def test_export_writes_what_is_read_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ours = (
        "name: ours\ngraph: ..\ncases:\n"
        "- {id: a, question: Why did it break?, gold: cracks, check: {contains: '48'}}\n"
    )
    folder = kiln.write(tmp_path / "kiln", suite=ours)
    out = folder / "evals" / "evals.json"
    command = ["export", "evals-json", str(folder), "-o", str(out)]
    assert main(command) == 0
    assert main(command) == 2
    assert "exists; give --force" in capsys.readouterr().err
    assert load_agent_skills(out).cases[0].checks == (Contains("48"),)
    assert main(command[:3]) == 0
    assert json.loads(capsys.readouterr().out)["evals"][0]["id"] == 1
