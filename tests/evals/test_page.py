"""The report of an eval as an HTML file: all of it is there and escaped, in the same bytes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from skillagent.cli import main
from skillagent.evals.page import page
from skillagent.evals.page.curves import MOST_KINDS
from skillagent.evals.page.drawing import SERIES
from skillagent.evals.report import Report
from skillagent.evals.suite import Case
from skillagent.html.document import resource
from tests.colours import SIGHTS, colours, contrast, distance
from tests.evals.small_evals import evaluated, moody, planned, written
from tests.report_page import HOSTILE, Page, checked

FILES = {
    "index.md": "# All\n\n- [[seeds]] - when runs differ.\n- [[locks]] - when packages differ.\n",
    "seeds.md": "---\ndescription: Set every seed once\n---\n# Seeds\n\nCall `manual_seed`.\n",
    "locks.md": "---\ndescription: Pin the packages\n---\n# Locks\n\nWrite a lock file.\n",
}
CASES = (
    Case("differ", "Why do two runs differ in their numbers?", ("seeds",), tags=("single",)),
    Case("both", "Which seed and which lock file?", ("seeds", "locks"), tags=("two-hop",)),
    Case("weather", "Will it rain tomorrow?", tags=("unanswerable",)),
)
SUITE = """\
name: small
graph: ..
budgets: [500, 1000]
policies: [load-everything, graph]
cases:
- {id: differ, question: Why do two runs differ?, gold: seeds, tags: single}
- {id: weather, question: Will it rain?}
"""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    names = "load-everything", "graph", "oracle"
    more = [moody("coin", "seeds")]
    folder = tmp_path_factory.mktemp("eval")
    return evaluated(planned(folder, FILES, CASES, names, (500, 1_000), more))


@pytest.fixture(scope="module")
def html(report: Report) -> str:
    return page(report, CASES)


@pytest.fixture(scope="module")
def read(html: str) -> Page:
    return checked(html, has_script=False)


def test_it_says_what_was_run(report: Report, read: Page) -> None:
    assert "Eval of small" in read.text
    for name in ("graph_root", "counter", "code", "cases"):
        assert str(report.made_of[name]) in read.text
    assert "Questions 2 with an answer, 1 without" in read.text


def test_every_figure_has_a_title_and_its_values_as_a_text(html: str) -> None:
    drawings = re.findall(r"<svg[^>]*role=\"img\"[^>]*>(.*?)</svg>", html, re.DOTALL)
    titles = [re.findall(r"<title[^>]*>(.*?)</title>", drawing) for drawing in drawings]
    assert titles == [
        ["Recall over the budget"],
        ["All gold nodes over the budget"],
        ["Recall for the tokens that were shown"],
        ["All gold nodes over the budget, questions of the kind single"],
        ["All gold nodes over the budget, questions of the kind two-hop"],
    ]
    for drawing in drawings:
        (about,) = re.findall(r"<desc[^>]*>(.*?)</desc>", drawing)
        assert re.search(r"oracle: 1\.000 \[1\.000, 1\.000\] (at|for) ", about)


def test_a_curve_has_a_marker_for_each_policy_and_budget(html: str, report: Report) -> None:
    drawing = html.split('aria-labelledby="recall-title"')[1].partition("</svg>")[0]
    marks = re.findall(r'<use [^>]*fill="var\(--series-', drawing)
    ends_of_intervals = 2
    assert len(marks) == (1 + ends_of_intervals) * len(report.policies) * len(report.budgets)


def test_drawings_have_no_style_no_colour_of_their_own_and_no_shared_id(html: str) -> None:
    drawings = "".join(re.findall(r"<svg.*?</svg>", html, re.DOTALL))
    assert "style" not in drawings
    assert not re.search(r"#[0-9a-f]{6}\"", drawings)
    names = {f"#{name}" for name in re.findall(r' id="([^"]+)"', drawings)}
    referred = set(re.findall(r'xlink:href="(#[^"]+)"', drawings))
    referred |= set(re.findall(r"url\((#[^)]+)\)", drawings))
    assert referred
    assert referred <= names


def test_a_difference_has_its_verdict_and_the_control_of_what_is_sampled(read: Page) -> None:
    assert "underpowered" in read.text
    assert re.search(r"coin, A/A control 500 recall [+-]\.\d{3} \[.*?\] against itself", read.text)
    assert "graph, A/A control" not in read.text


def test_the_questions_come_with_who_reads_their_gold_in_which_budget(read: Page) -> None:
    questions = read.text.partition("Worst first")[2]
    assert "by the recall of graph, coin" in questions
    for case in CASES:
        assert case.question in questions
    both = questions.partition("Which seed and which lock file?")[2]
    # load-everything, graph, oracle, coin, which reads one of the two at most
    assert re.match(r" gold: seeds, locks (?:[●○].*?)● from 500 ◐ \.250", both)
    weather = questions.partition(CASES[2].question)[2]
    assert weather.split()[:2] == ["from", "500"]


def test_the_worst_question_comes_first(report: Report) -> None:
    by_case = [replace(line, recall=0.0 if line.case == "both" else 1.0) for line in report.by_case]
    text = checked(page(replace(report, by_case=tuple(by_case)), CASES), has_script=False).text
    assert text.index("both · two-hop") < text.index("differ · single")


@pytest.mark.parametrize(
    "kept", ["cases", "answerable", "nothing"], ids=lambda kept: f"only {kept}"
)
def test_a_report_without_some_of_it_is_a_page_too(report: Report, kept: str) -> None:
    cut = replace(report, refusals=(), unanswerable_cases=frozenset())
    if kept != "answerable":
        cut = replace(cut, rows=(), areas={}, strongest="", differences=())
    if kept == "nothing":
        cut = replace(cut, by_case=())
    text = checked(page(cut, CASES), has_script=False).text
    assert "What was run" in text
    assert ("Worst first" in text) is (kept != "nothing")
    assert ("Recall over the budget" in text) is (kept == "answerable")


def test_hostile_text_is_text(tmp_path: Path) -> None:
    files = FILES | {"<img src=x onerror='owned=1'>.md": f"# {HOSTILE}\n\n{HOSTILE}\n"}
    hostile = [
        Case(f"{HOSTILE}{number}", f"{HOSTILE} {number}?", gold, tags=(HOSTILE, "$\\frac{$"))
        for number, gold in enumerate([("<img src=x onerror='owned=1'>",), ("seeds",)])
    ]
    more = [moody(HOSTILE, "seeds"), moody("$\\notmath{", "seeds")]
    plan = planned(tmp_path, files, hostile, ("load-everything",), (500,), more)
    read = checked(page(evaluated(plan), hostile), has_script=False)
    shown = " ".join(HOSTILE.split())
    assert shown in read.text
    assert "$\\notmath{" in read.text


def test_many_kinds_are_in_the_table_if_they_have_no_figure(tmp_path: Path) -> None:
    kinds = tuple(f"kind-{number}" for number in range(MOST_KINDS + 2))
    case = replace(CASES[0], tags=kinds)
    text = page(evaluated(planned(tmp_path, FILES, [case])), [case])
    assert f'id="kind-{MOST_KINDS - 1}-title"' in text
    assert f'id="kind-{MOST_KINDS}-title"' not in text
    assert "2 more kinds are in the table." in text
    assert f"{kinds[-1]} (1)" in text


def test_a_style_of_the_users_changes_nothing(report: Report, html: str) -> None:
    import matplotlib as mpl

    with mpl.rc_context({"font.size": 30, "lines.linewidth": 9, "svg.hashsalt": "other"}):
        assert page(report, CASES) == html


@pytest.mark.process
def test_the_command_writes_the_same_bytes_with_every_hash_seed(tmp_path: Path) -> None:
    graph = written(tmp_path / "graph", FILES | {"evals/suite.yaml": SUITE})
    files = []
    for seed in ("1", "2"):
        out = tmp_path / f"{seed}.html"
        command = [sys.executable, "-m", "skillagent", "eval", str(graph), "--no-record"]
        command += ["--html", str(out), "-o", str(tmp_path / seed)]
        environment = os.environ | {"PYTHONHASHSEED": seed}
        subprocess.run(command, check=True, capture_output=True, env=environment)
        files.append(out.read_bytes())
    assert files[0] == files[1]
    assert b"Recall over the budget" in files[0]


def test_without_matplotlib_nothing_is_run_and_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    graph = written(tmp_path / "graph", FILES | {"evals/suite.yaml": SUITE})
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.style", None)
    out = tmp_path / "out"
    assert main(["eval", str(graph), "--html", str(tmp_path / "a.html"), "-o", str(out)]) == 2
    assert "needs the package 'matplotlib'" in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize("kind", ["a text", "a folder"])
def test_what_is_no_html_file_is_not_replaced(
    tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    graph = written(tmp_path / "graph", FILES | {"evals/suite.yaml": SUITE})
    suite = graph / "evals" / ("suite.yaml" if kind == "a text" else "")
    assert main(["eval", str(graph), "--html", str(suite), "-o", str(tmp_path / "out")]) == 2
    assert str(suite) in capsys.readouterr().err
    assert (graph / "evals" / "suite.yaml").read_text() == SUITE
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_tells_the_colours_of_the_curves_apart(scheme: str) -> None:
    ground = colours(resource("skillagent.html", "base.css"))[scheme]["ground"]
    named = colours(resource("skillagent.evals.page", "page.css"))[scheme]
    assert list(named) == [f"series-{number}" for number in range(SERIES)]
    for colour in named.values():
        assert contrast(colour, ground) >= 3.0
    for sight in SIGHTS:
        for one, other in combinations(named.values(), 2):
            assert distance(one, other, sight) >= 25, (one, other, sight)
