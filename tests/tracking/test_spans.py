"""A run record as spans: names, ids, times, errors and attributes, for every kind of record."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from skillagent import OfflineProvider, UsageError
from skillagent.disclosure import Level
from skillagent.messages import Usage
from skillagent.runs import Determinism, RunRecord
from skillagent.runs.run_events import typed_event
from skillagent.tracking import RunTotals, Span, spans_of
from skillagent.tracking import conventions as names
from tests import run_records
from tests.run_records import KINDS, Maker, Scripted, answered, reads, rewritten, says


@pytest.fixture
def make(tmp_path: Path) -> Maker:
    return Maker(tmp_path)


def spans(folder: Path) -> tuple[Span, ...]:
    return spans_of(RunRecord.read(folder))


def tree(made: Sequence[Span]) -> list[str]:
    """The names of spans; parts are indented."""
    return ["  " * (span.parent_id is not None) + span.name for span in made]


def seconds(span: Span) -> tuple[float, float]:
    """Start and end, since the recorder's clock began."""
    return (span.start / 1e9 - 1_700_000_000, span.end / 1e9 - 1_700_000_000)


# every kind of record


@pytest.mark.parametrize("kind", KINDS)
def test_every_record_becomes_sound_traces(kind: str, make: Maker) -> None:
    record = RunRecord.read(KINDS[kind](make))
    made = spans_of(record)
    assert spans_of(RunRecord.read(record.folder)) == made
    assert len({span.span_id for span in made}) == len(made)
    roots = {span.trace_id: span for span in made if span.parent_id is None}
    assert len(roots) == sum(span.parent_id is None for span in made)
    for span in made:
        root = roots[span.trace_id]
        assert span.parent_id in (None, root.span_id)
        assert root.start <= span.start <= span.end <= root.end
        assert (names.ERROR_TYPE in span.attributes) == (span.error is not None)
        assert not names.CONTENT & set(span.attributes)
        assert "\n" not in (span.error or "")
    for root in roots.values():
        assert root.attributes[names.RUN_DIGEST] == record.run_digest
        assert root.attributes[names.GRAPH_ROOT] == record.manifest.inputs.graph_root
        assert root.attributes[names.INPUTS_ID] == record.manifest.inputs_id
        assert root.attributes[names.DETERMINISM] == record.manifest.determinism.value


SHAPES = {
    "offline": [
        "invoke_agent skillagent",
        "  execute_tool list_index",
        "  execute_tool read_node seed",
        "  execute_tool read_node split",
        "  execute_tool read_node index",
        "invoke_agent skillagent",
        "  execute_tool list_index",
    ],
    "with_usage": [
        "invoke_agent skillagent",
        "  chat a-model",
        "  execute_tool read_node seed",
        "  execute_tool read_node",
        "  chat a-model",
    ],
    "other_model_and_budget": [
        "invoke_agent skillagent",
        "  execute_tool list_index",
        "  execute_tool read_node seed",
        "  execute_tool read_node split",
        "  execute_tool read_node index",
        "invoke_agent skillagent",
        "  chat another",
        "  execute_tool read_node",
        "  chat another",
    ],
    "without_model": [
        "skillagent.session",
        "  execute_tool read_node seed",
        "  execute_tool read_node split",
        "  execute_tool list_index",
    ],
    "without_the_call": [
        "skillagent.session",
        "  execute_tool read_node split",
        "  execute_tool unknown",
        "  execute_tool list_index",
    ],
    "before_the_first_event": [],
}


@pytest.mark.parametrize("kind", SHAPES)
def test_a_question_has_its_requests_and_calls(kind: str, make: Maker) -> None:
    assert tree(spans(KINDS[kind](make))) == SHAPES[kind]


def test_rules_that_answer_are_no_model(make: Maker) -> None:
    class Rules(Scripted):
        determinism = Determinism.SCRIPTED

    folder = answered(make.agent(Rules(reads("seed"), says("So."))), "How?")
    assert not [span for span in spans(folder) if span.name.startswith("chat")]


def test_requests_are_client_spans_and_the_rest_is_internal(make: Maker) -> None:
    kinds = {(span.name.split()[0], span.kind) for span in spans(run_records.with_usage(make))}
    assert kinds == {("invoke_agent", "internal"), ("chat", "client"), ("execute_tool", "internal")}


# ids


def test_two_runs_with_the_same_events_have_different_ids(tmp_path: Path, make: Maker) -> None:
    first, second = (RunRecord.read(run_records.offline(make)) for _ in range(2))
    assert first.run_digest == second.run_digest
    ids = [{(span.trace_id, span.span_id) for span in spans_of(each)} for each in (first, second)]
    assert not ids[0] & ids[1]


def test_a_moved_record_has_the_same_ids(tmp_path: Path, make: Maker) -> None:
    folder = run_records.with_usage(make)
    before = spans(folder)
    assert spans(folder.rename(tmp_path / "elsewhere")) == before


# times


def test_times_are_those_that_were_observed(make: Maker) -> None:
    # The clock is read once for each event, and once more when a request or a call begins or ends.
    root, first, seed, nowhere, last = spans(run_records.with_usage(make))
    assert seconds(first) == (6, 7)
    assert seconds(seed) == (9, 11)
    assert seconds(nowhere) == (13, 15)
    assert seconds(last) == (18, 19)
    assert seconds(root) == (2, 20)


def test_the_time_between_two_questions_belongs_to_neither(make: Maker) -> None:
    first, second = (span for span in spans(run_records.offline(make)) if span.parent_id is None)
    assert second.start > first.end


def test_a_failed_request_lasts_until_its_question_ends(make: Maker) -> None:
    root, *_, chat = spans(run_records.failed(make))
    assert chat.start < chat.end == root.end


@pytest.mark.parametrize("at", [None, 7, "soon", "0001-01-01T00:00:00+00:00", "2023-11-14"])
def test_a_time_that_is_none_moves_nothing(at: object, make: Maker) -> None:
    folder = run_records.without_model(make)
    record = rewritten(folder, 2, observed={"at": at, "seconds": "long"})
    for span in spans_of(record):
        assert 0 <= span.start <= span.end


# how things ended


@pytest.mark.parametrize(
    ("kind", "types"),
    [
        ("failed", {"invoke_agent": "529", "chat": "529"}),
        ("stopped_in_the_answer", {"invoke_agent": "interrupted", "chat": "interrupted"}),
        ("stopped_in_a_call", {"invoke_agent": "interrupted"}),
        ("killed_while_waiting", {"invoke_agent": "incomplete"}),
        ("killed_while_writing", {"invoke_agent": "incomplete", "execute_tool": "incomplete"}),
        ("without_model", {"execute_tool": "incomplete"}),
        ("spent", {"execute_tool": "tool_error"}),
        ("too_many_turns", {}),
        ("undone", {}),
    ],
)
def test_what_failed_says_so(kind: str, types: dict[str, str], make: Maker) -> None:
    failed = [span for span in spans(KINDS[kind](make)) if span.error is not None]
    assert {s.name.split()[0]: s.attributes[names.ERROR_TYPE] for s in failed} == types


def test_a_killed_process_tells_where_its_record_ends(make: Maker) -> None:
    (root,) = spans(run_records.killed_while_waiting(make))
    assert root.error == "the record ends waiting for the model, event 2 (trace.jsonl:2)"


def test_the_reason_of_an_end_is_told(make: Maker) -> None:
    root = spans(run_records.too_many_turns(make))[0]
    assert root.attributes[names.END_REASON] == "max_turns"


def test_changes_between_questions_are_events_of_the_span_they_concern(make: Maker) -> None:
    def events(kind: str) -> list[list[str]]:
        made = spans(KINDS[kind](Maker(make.folder / kind)))
        roots = [span for span in made if span.parent_id is None]
        return [[event.name.partition(".")[2] for event in root.events] for root in roots]

    assert events("undone") == [["instructions"], ["undone"], []]
    assert events("resumed") == [["resumed"]]
    assert events("other_model_and_budget") == [
        [],
        ["model_changed", "budget_changed", "instructions"],
    ]


# attributes


def test_a_request_tells_the_model_and_its_tokens(make: Maker) -> None:
    parameters = {"seed": 3, "temperature": 0.5, "max_tokens": 99, "omitted": ["top_p"]}
    model = Scripted(says("Once."), name="openai-chat:gpt-9", parameters=parameters)
    root, chat = spans(answered(make.agent(model), "How?"))
    asked = {
        names.REQUEST_MODEL: "gpt-9",
        names.REQUEST_SEED: 3,
        names.REQUEST_TEMPERATURE: 0.5,
        names.REQUEST_MAX_TOKENS: 99,
    }
    assert asked.items() <= root.attributes.items()
    assert chat.attributes == asked | {
        names.OPERATION: "chat",
        names.PROVIDER_NAME: "openai",
        names.CONVERSATION_ID: root.attributes[names.CONVERSATION_ID],
        names.RESPONSE_MODEL: "a-model-0901",
        names.FINISH_REASONS: ("stop",),
        names.INPUT_TOKENS: 200,
        names.OUTPUT_TOKENS: 20,
        names.CACHE_READ_TOKENS: 150,
    }
    assert root.attributes[names.INPUT_TOKENS] == 200
    assert names.PROVIDER_NAME not in root.attributes


def test_no_usage_is_told_where_none_was_reported(make: Maker) -> None:
    made = spans(run_records.without_usage(make))
    assert not [span for span in made if names.INPUT_TOKENS in span.attributes]


def test_a_call_tells_what_it_disclosed_and_left(make: Maker) -> None:
    folder = run_records.with_usage(make)
    record = RunRecord.read(folder)
    seed = spans_of(record)[2].attributes
    read = record.manifest.nodes["seed"]
    assert seed[names.NODE_ID] == ("seed",)
    assert seed[names.NODE_LEVEL] == ("node",)
    assert seed[names.NODE_DIGEST] == (read.digest,)
    assert seed[names.SKILL_RESOURCE] == "seed"
    assert seed[names.TOOL_CALL_ID] == "call_0"
    cost, remaining = seed[names.TOKENS_DISCLOSED], seed[names.BUDGET_REMAINING]
    events = [event.fields for event in record.events if event.kind == "answer"]
    assert (cost, remaining) == (events[0]["cost"], events[0]["remaining"])


def test_a_list_of_nodes_is_no_resource(make: Maker) -> None:
    listing = spans(run_records.offline(make))[1].attributes
    assert isinstance(listing[names.NODE_ID], tuple)
    assert len(listing[names.NODE_ID]) == len(listing[names.NODE_DIGEST]) == 3  # type: ignore[arg-type]  # both are lists
    assert names.SKILL_RESOURCE not in listing


# content


def test_texts_are_there_on_request_in_the_form_of_the_conventions(make: Maker) -> None:
    record = RunRecord.read(run_records.with_usage(make))
    root, first, seed, nowhere, last = (span.attributes for span in spans_of(record, content=True))
    question = [{"role": "user", "parts": [{"type": "text", "content": "How?"}]}]
    assert json.loads(str(root[names.INPUT_MESSAGES])) == question
    assert json.loads(str(first[names.INPUT_MESSAGES])) == question
    (instructions,) = json.loads(str(first[names.SYSTEM_INSTRUCTIONS]))
    assert instructions["type"] == "text"
    assert instructions["content"].startswith("You have a skill graph")
    assert seed[names.TOOL_ARGUMENTS] == '{"node":"seed"}'
    assert str(seed[names.TOOL_RESULT]).startswith('<node id="seed">')
    assert str(nowhere[names.TOOL_RESULT]).startswith("There is no node")
    sent = json.loads(str(last[names.INPUT_MESSAGES]))
    assert [message["role"] for message in sent] == ["user", "assistant", "tool"]
    assert sent[1]["parts"][0] == {
        "type": "tool_call",
        "id": "call_0",
        "name": "read_node",
        "arguments": {"node": "seed"},
    }
    assert sent[2]["parts"][0]["type"] == "tool_call_response"
    assert sent[2]["parts"][0]["response"] == seed[names.TOOL_RESULT]
    (reply,) = json.loads(str(last[names.OUTPUT_MESSAGES]))
    assert [part["type"] for part in reply["parts"]] == ["opaque", "text"]
    assert json.loads(str(root[names.OUTPUT_MESSAGES]))[0]["parts"][0]["content"] == "Once."


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"killed_while_writing"}))
def test_texts_change_nothing_else(kind: str, make: Maker) -> None:
    record = RunRecord.read(KINDS[kind](make))
    for without, with_texts in zip(spans_of(record), spans_of(record, content=True), strict=True):
        left = {n: v for n, v in with_texts.attributes.items() if n not in names.CONTENT}
        assert left == without.attributes
        assert (with_texts.span_id, with_texts.start) == (without.span_id, without.start)


def test_texts_need_the_cassette(make: Maker) -> None:
    record = RunRecord.read(run_records.killed_while_writing(make))
    assert spans_of(record)
    with pytest.raises(UsageError, match=r"cassette\.jsonl: cannot be read"):
        spans_of(record, content=True)


def test_half_of_a_surrogate_pair_is_replaced(make: Maker) -> None:
    folder = run_records.offline(make)
    record = rewritten(folder, 0, text="\ud83d?")
    root = spans_of(record, content=True)[0]
    assert "\ufffd?" in str(root.attributes[names.INPUT_MESSAGES])


# totals


def totals(folder: Path) -> RunTotals:
    return RunTotals.of(map(typed_event, RunRecord.read(folder).events))


def test_totals_count_what_the_record_has(make: Maker) -> None:
    record = RunRecord.read(run_records.priced(make))
    counted = totals(record.folder)
    assert (counted.questions, counted.turns, counted.calls, counted.failures) == (1, 2, 1, 0)
    assert counted.usage == Usage(300, 30, 150)
    assert counted.dollars == pytest.approx(record.manifest.observed["dollars"])
    assert counted.tokens == record.manifest.spent
    levels = Counter(read.level for read in record.manifest.nodes.values())
    assert counted.nodes == {level: levels[level] for level in Level}
    assert levels["node"] == 1


def test_a_resumed_conversation_counts_only_what_was_recorded(make: Maker) -> None:
    record = RunRecord.read(run_records.resumed(make))
    counted = totals(record.folder)
    assert (counted.questions, counted.calls) == (1, 1)
    assert counted.tokens < record.manifest.spent


def test_no_price_is_no_dollars(make: Maker) -> None:
    assert totals(answered(make.agent(OfflineProvider()), "How?")).dollars is None


@pytest.mark.process
def test_spans_need_no_foreign_package() -> None:
    code = "import sys, skillagent.tracking; print('opentelemetry' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout == b"False\n"
