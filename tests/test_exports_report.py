"""A recorded run as an HTML file: all of it is there and escaped, in the same bytes each time."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillagent import OfflineProvider
from skillagent.cli import main
from skillagent.exports.report import comparison_report, run_report
from skillagent.exports.report.path import MOST_ROWS
from skillagent.html.document import resource
from skillagent.html.markup import Markup, element
from skillagent.messages import Reply
from skillagent.repro.divergence import first_divergence
from skillagent.runs import RunRecord, TraceEvent
from tests.colours import colours, contrast
from tests.report_page import HOSTILE, Page, checked, hostile
from tests.run_records import (
    KINDS,
    Maker,
    Scripted,
    answered,
    calls,
    offline,
    reads,
    rewritten,
    says,
    with_usage,
)


@pytest.fixture
def make(tmp_path: Path) -> Maker:
    return Maker(tmp_path)


def report(folder: Path) -> str:
    return run_report(RunRecord.read(folder))


def compared(first: Path, second: Path) -> str:
    return comparison_report(RunRecord.read(first), RunRecord.read(second))


# one run


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_record_gives_a_report(make: Maker, kind: Callable[[Maker], Path]) -> None:
    folder = kind(make)
    record = RunRecord.read(folder)
    page = checked(run_report(record))
    for text in (*record.questions, record.answer, record.run_digest, record.where_it_ended):
        assert " ".join(text.split()) in page.text
    answers = [event.fields["text"] for event in record.events if event.kind == "answer"]
    for text in answers:
        assert " ".join(text.split()) in page.text


def test_the_head_says_what_the_run_was(make: Maker) -> None:
    folder = offline(make)
    manifest = RunRecord.read(folder).manifest
    text = checked(report(folder)).text
    for name, value in {
        "Question 1": "How do I set a seed?",
        "Outcome": "end",
        "Model asked": "offline",
        "Model reported": "none",
        "Determinism": "scripted",
        "Budget": "2000 tokens by o200k_base",
        "Graph root": str(manifest.inputs.graph_root),
        "inputs_id": manifest.inputs_id,
        "run_digest": manifest.run_digest,
    }.items():
        assert f"{name} {value} " in text


def test_the_path_has_each_node_with_what_was_shown_of_it(make: Maker) -> None:
    model = Scripted(
        calls({"node": "seed"}), calls({"node": "split", "section": "Split"}), says("So.")
    )
    page = checked(report(answered(make.agent(model), "How?")))
    assert "Path through the graph: 2 nodes opened in 3 calls" in page.labels
    assert "seed – index, call 0, node, call 1" in page.text
    assert re.search(r"split – index, call 0, (section|node)", page.text)


def test_a_path_of_many_nodes_is_drawn_in_part_and_listed_whole(tmp_path: Path) -> None:
    count = MOST_ROWS + 5
    nodes = [f"n{number:03}" for number in range(count)]
    files = {"index.md": "".join(f"- [[{node}]]\n" for node in nodes)}
    make = Maker(tmp_path, files | {f"{node}.md": f"Text of {node}.\n" for node in nodes})
    model = Scripted(reads(*nodes), says("So."))
    page = checked(report(answered(make.agent(model, budget=50_000), "How?")))
    assert "5 more are in the list." in page.text
    for node in nodes:
        assert f"{node} – " in page.text


def test_the_budget_is_a_curve_and_a_table(make: Maker) -> None:
    folder = offline(make)
    page = checked(report(folder))
    answers = [event.fields for event in RunRecord.read(folder).events if event.kind == "answer"]
    first, last = answers[0], answers[-1]
    assert f"from 2,000 tokens to {last['remaining']:,}; the table below" in page.labels[1]
    assert f"1 list_index {first['cost']} {first['remaining']:,} " in page.text


def test_a_call_that_was_refused_says_so(make: Maker) -> None:
    assert ": refused, " in checked(report(with_usage(make))).text


def test_what_differs_from_the_manifest_is_told(make: Maker) -> None:
    record = rewritten(offline(make), 0, text="Another question?")
    assert "not that of the manifest: the trace was changed" in checked(run_report(record)).text


def test_a_wrong_field_is_named_with_its_line(make: Maker) -> None:
    record = rewritten(offline(make), 4, cost="much")
    assert "trace.jsonl:5: answer.cost: Input should be" in checked(run_report(record)).text


# hostile text


def test_hostile_text_is_text_and_nothing_else(make: Maker, tmp_path: Path) -> None:
    plain = checked(report(with_usage(make)))
    page = checked(report(hostile(tmp_path / "other")))
    assert set(page.tags) <= set(plain.tags) | {"details", "ul"}
    assert page.attributes <= plain.attributes
    assert page.text.count(" ".join(HOSTILE.split())) >= 6


@given(text=st.text())
def test_no_text_becomes_a_tag_or_leaves_an_attribute(text: str) -> None:
    html = element("p", text, element("b", text), title=text)
    page = Page(html)
    assert page.tags == ["p", "b"]
    assert page.attributes == {"title"}
    assert isinstance(html, Markup)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("<b>", "<p>&lt;b&gt;</p>"),
        ("a\u202eb\u200bc", "<p>a&lt;U+202E&gt;b&lt;U+200B&gt;c</p>"),
        ("a\x00b\x1b[31m", "<p>a\ufffdb\ufffd[31m</p>"),
        ("half \ud800 pair", "<p>half \ufffd pair</p>"),
    ],
)
def test_what_cannot_be_seen_is_made_visible(text: str, html: str) -> None:
    assert element("p", text) == html
    html.encode("utf-8")


def test_a_line_end_at_the_beginning_of_a_text_stays() -> None:
    # HTML drops the first line end in this element.
    assert element("pre", "\n\nx") == "<pre>\n\n\nx</pre>"


# the same bytes


def test_the_same_record_gives_the_same_bytes_in_every_process(make: Maker) -> None:
    first, second = offline(make), with_usage(make)
    code = (
        "import sys; from pathlib import Path; from skillagent.runs import RunRecord\n"
        "from skillagent.exports.report import comparison_report, run_report\n"
        "from skillagent.exports.trajectory import trajectory\n"
        "a, b = (RunRecord.read(Path(name)) for name in sys.argv[1:])\n"
        "sys.stdout.buffer.write((run_report(a) + comparison_report(a, b) + trajectory(a))"
        ".encode())"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code, str(first), str(second)],
            env={"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C", "PATH": ""},
            check=True,
            capture_output=True,
            cwd=folder,
        ).stdout
        for seed, zone, folder in (("1", "UTC", first), ("2", "Asia/Tokyo", second))
    }
    assert len(outputs) == 1


# two runs


def event(text: str) -> TraceEvent:
    return TraceEvent("question", {"text": text})


@pytest.mark.parametrize(
    ("first", "second", "place"),
    [
        ("", "", None),
        ("abc", "abc", None),
        ("abc", "axc", 1),
        ("abc", "ab", 2),
        ("ab", "abc", 2),
        ("", "a", 0),
    ],
)
def test_two_traces_part_at_the_first_event_that_differs(
    first: str, second: str, place: int | None
) -> None:
    assert first_divergence([*map(event, first)], [*map(event, second)]) == place


def test_what_was_only_observed_is_no_difference() -> None:
    seen = TraceEvent("question", {"text": "a"}, {"at": "noon"}, 7)
    assert first_divergence([event("a")], [seen]) is None


def test_equal_runs_are_called_equal(make: Maker) -> None:
    page = checked(compared(offline(make), offline(make)))
    assert "All 24 events are equal" in page.text
    assert "divergence" not in page.ids


def of(*replies: Reply, name: str = "a-model") -> Callable[[Maker], Path]:
    """A kind of record: one question, to a model that gives these replies."""
    return lambda make: answered(make.agent(Scripted(*replies, name=name)), "How?")


def with_less(make: Maker) -> Path:
    return answered(make.agent(OfflineProvider(), budget=1_500), "How do I set a seed?")


def with_two_questions(make: Maker) -> Path:
    return answered(make.agent(Scripted(says("A."), says("B."))), "How?", "So?")


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        (
            of(reads("seed"), says("A.")),
            of(reads("split"), says("A.")),
            "differs in parts Event 4 (line 4 and line 4 of trace.jsonl): reply, field parts.",
        ),
        (of(says("A.")), of(says("B.")), "trace.jsonl): reply, field parts."),
        (offline, with_less, "trace.jsonl): answer, fields text, remaining."),
        (of(says("A.")), with_two_questions, "Event 6: run 1 has nothing, run 2 has question."),
        (
            of(says("A."), name="one"),
            of(says("A."), name="two"),
            "request: request 1 differs: model Event 3 (line 3 and line 3 of trace.jsonl): request",
        ),
        (of(says("A."), name="one"), of(says("A."), name="two"), "requests model: -one +two"),
        (
            KINDS["stopped_in_the_answer"],
            of(says("A.")),
            "Event 4: run 1 has failure, run 2 has reply.",
        ),
    ],
    ids=["call", "answer", "budget", "longer", "request", "model", "kind"],
)
def test_the_first_difference_is_named(
    make: Maker, first: Callable[[Maker], Path], second: Callable[[Maker], Path], told: str
) -> None:
    page = checked(compared(first(make), second(make)))
    assert told in page.text
    assert page.ids.index("course") < page.ids.index("divergence") < page.ids.index("later")


def test_a_difference_in_a_text_is_shown_as_a_diff(make: Maker) -> None:
    first, second = offline(make), offline(make)
    record = RunRecord.read(second)
    text = str(record.events[4].fields["text"]).replace("One seed for all", "One <b>seed</b>")
    html = comparison_report(RunRecord.read(first), rewritten(second, 4, text=text))
    checked(html)
    (removed,), (added,) = re.findall("<del>(.*)</del>", html), re.findall("<ins>(.*)</ins>", html)
    assert (removed[0], added[0]) == ("-", "+")
    assert "One seed for all" in removed
    assert "One &lt;b&gt;seed&lt;/b&gt;" in added


def test_what_differs_in_the_environment_is_counted(make: Maker) -> None:
    first, second = offline(make), offline(make)
    manifest = second / "manifest.json"
    values = json.loads(manifest.read_text("utf-8"))
    values["environment"] |= {"python": "2.7", "<b>": "new"}
    manifest.write_text(json.dumps(values), encoding="utf-8")
    assert "Environment (0 values differ)" in checked(compared(first, first)).text
    text = checked(compared(first, second)).text
    assert "Environment (2 values differ)" in text
    assert "<b> differs none new" in text


def test_facts_that_differ_are_marked(make: Maker) -> None:
    text = checked(compared(offline(make), with_usage(make))).text
    assert "Model asked differs offline a-model" in text
    assert "Graph root differs" not in text


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_record_can_be_compared(make: Maker, kind: Callable[[Maker], Path]) -> None:
    checked(compared(offline(make), kind(make)))


# the command


def test_the_command_writes_a_report_of_one_run_and_of_two(
    make: Maker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second, out = offline(make), with_usage(make), tmp_path / "report.html"
    assert main(["export", "report", str(first), "-o", str(out)]) == 0
    assert out.read_text("utf-8") == report(first)
    assert main(["export", "report", str(first), str(second), "-o", str(out)]) == 2
    assert "exists; give --force" in capsys.readouterr().err
    assert main(["export", "report", str(first), str(second), "-o", str(out), "--force"]) == 0
    assert out.read_text("utf-8") == compared(first, second)
    assert main(["export", "report", str(first)]) == 0
    assert capsys.readouterr().out == report(first)


# colours


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("front", "behind", "least"),
    [
        *((front, "ground", 4.5) for front in ("text", "quiet", "accent", "alert")),
        *((front, "raised", 4.5) for front in ("text", "quiet")),
        *(("text", behind, 4.5) for behind in ("removed", "added")),
        ("line", "ground", 3.0),
    ],
)
def test_colours_are_far_enough_apart(scheme: str, front: str, behind: str, least: float) -> None:
    named = colours(resource("skillagent.html", "base.css"))[scheme]
    assert contrast(named[front], named[behind]) >= least
