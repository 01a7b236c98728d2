"""Makes the walk of a run record, or of the ledger of a session that goes on.

Above: `parting`, the command `view`, `mcp_server`. Below: `walk`, `arrivals`, `runs`.
"""

from __future__ import annotations

from collections.abc import Iterable

from skillagent.agent.end_reason import EndReason
from skillagent.disclosure import Disclosed, LedgerEntry, Level
from skillagent.disclosure.writing import counted
from skillagent.html.markup import shown
from skillagent.markdown.hidden import one_line
from skillagent.runs import RunRecord
from skillagent.runs.run_events import (
    CallAnswer,
    CallStart,
    Instructions,
    ModelFailure,
    OtherEvent,
    Question,
    QuestionEnd,
    RunEvent,
    typed_event,
)
from skillagent.store import GraphView
from skillagent.viewer.arrivals import AnswerShown, Arrivals
from skillagent.viewer.walk import Step, Walk

SYSTEM_PROMPT = "system prompt"
MOST_STEPS = 1_000
MOST_NODES = 1_000
"""Nodes of one step that are shown."""
MOST_TOKENS = 2**53 - 1
"""Largest number that a browser reads exactly; a forged record may have any."""
MOST_REMARKS = 20
"""Things between two steps that are told."""
TEXT_CHARACTERS = 4_000
LINE_CHARACTERS = 300
GONE = "is no longer in this graph"
CHANGED = "has changed since the run saw it"


def walk_of_record(record: RunRecord, view: GraphView) -> Walk:
    """The walk of a recorded run, on the graph of today.

    Args:
        record: any record, also one of a process that was killed.
        view: the graph; nodes that it has no more, or with another content, get a remark.
    """
    budget = _tokens(record.manifest.inputs.budget)
    steps = _Steps(view, budget)
    for place, event in enumerate(record.events):
        steps.add(place, typed_event(event))
    steps.finish()
    return Walk(
        name=line(record.manifest.run),
        question=_text(record.questions[0]) if record.questions else "",
        answer=_text(record.answer),
        outcome=_outcome(record),
        budget=budget,
        steps=tuple(steps.steps),
        remarks=steps.remarks(),
        omitted=steps.omitted,
    )


def walk_of_session(entries: Iterable[LedgerEntry], budget: int, view: GraphView) -> Walk:
    """The walk of a session that goes on.

    Args:
        entries: the entries of its ledger, oldest first.
        budget: its budget in tokens.
        view: the graph.
    """
    steps = _Steps(view, budget)
    for place, entry in enumerate(entries):
        call = CallStart(str(place), entry.tool, entry.arguments) if entry.call else None
        steps.answered(
            place, call, entry.disclosed, entry.cost, entry.remaining, refused=entry.error
        )
    return Walk(
        name="This conversation",
        question="",
        answer="",
        outcome="",
        budget=budget,
        steps=tuple(steps.steps),
        remarks=steps.remarks(),
        omitted=steps.omitted,
    )


class _Steps:
    """Collects the steps of a run from its events.

    Args:
        view: the graph.
        budget: the tokens with which the run began.
    """

    def __init__(self, view: GraphView, budget: int) -> None:
        self.steps: list[Step] = []
        self._view = view
        self._arrivals = Arrivals(view)
        self._total = self._left = budget
        self._open: dict[str, tuple[int, CallStart]] = {}
        """Id of a call without an answer → its place, and the call."""
        self._before: list[str] = []
        """What happened since the last step."""
        self._questions = 0
        self._digests: dict[str, str] = {}
        """Node → digest of its file when the run saw it last."""
        self._omitted_steps = self._omitted_nodes = 0

    def add(self, place: int, event: RunEvent) -> None:
        """Take an event of a record."""
        match event:
            case Instructions():
                left = self._left - event.cost
                self.answered(place, None, event.disclosed, event.cost, left, text=event.text)
            case CallStart():
                self._open[event.id] = place, event
            case CallAnswer():
                # The trace may have been cut before the call.
                _, call = self._open.pop(event.id, (0, CallStart(event.id, "unknown", {})))
                self.answered(
                    place,
                    call,
                    event.disclosed,
                    event.cost,
                    event.remaining,
                    refused=event.error,
                    text=event.text,
                )
            case Question():
                self._questions += 1
                if self._questions > 1:
                    self._before.append(f"Question {self._questions}: {line(event.text)}")
            case ModelFailure():
                what = "The answer was stopped" if event.interrupted else "The model failed"
                self._before.append(f"{what}: {line(event.error)}")
            case QuestionEnd() if event.text:
                self._before.append(f"Answer {self._questions}: {line(event.text)}")
            case OtherEvent():
                self._before.append(line(event.words))
                if event.kind == "budget":
                    self._left += event.fields["total"] - self._total
                    self._total = event.fields["total"]

    def finish(self) -> None:
        """Add the calls that no answer followed."""
        for place, call in self._open.values():
            self.answered(place, call, (), 0, self._left, text="No answer is recorded.")

    def answered(
        self,
        place: int,
        call: CallStart | None,
        disclosed: Iterable[Disclosed],
        cost: int,
        left: int,
        *,
        refused: bool = False,
        text: str | None = None,
    ) -> None:
        """Add the step of an answer.

        Args:
            place: its place among the events of the run.
            call: what it answers; None for the system prompt.
            disclosed: what it showed.
            cost: in tokens.
            left: tokens left after it.
            refused: whether it refuses the call.
            text: what it says; None if nobody kept it.
        """
        self._left = left
        if len(self.steps) >= MOST_STEPS:
            self._omitted_steps += 1
            return
        by_level: dict[Level, dict[str, None]] = {level: {} for level in Level}
        for item in self._limited(disclosed):
            node = item.node if item.node in self._view else _text(item.node)
            by_level[item.level][node] = None
            self._digests[node] = item.digest
        listed, summarised = tuple(by_level[Level.INDEX]), tuple(by_level[Level.SUMMARY])
        read = tuple(by_level[Level.SECTION] | by_level[Level.NODE])
        number = len(self.steps) + 1
        # The system prompt lists the entry, as a call without arguments does.
        tool, arguments = (call.tool, call.parsed or {}) if call else ("list_index", {})
        answer = AnswerShown(number, tool, arguments, text, listed, (*summarised, *read))
        step = Step(
            number,
            line(call.tool) if call else SYSTEM_PROMPT,
            line(_words(call)) if call else "",
            listed,
            summarised,
            read,
            self._arrivals.after(answer),
            _tokens(cost),
            _tokens(left),
            refused,
            _first_line(text) if text and (refused or not disclosed) and call else "",
            tuple(self._before[-MOST_REMARKS:]),
            place,
        )
        self._before.clear()
        self.steps.append(step)

    def _limited(self, disclosed: Iterable[Disclosed]) -> Iterable[Disclosed]:
        items = tuple(disclosed)
        self._omitted_nodes += len(items[MOST_NODES:])
        return items[:MOST_NODES]

    def remarks(self) -> dict[str, str]:
        """The nodes that the graph of today has no more, or with another content."""
        remarks = {}
        for node, digest in sorted(self._digests.items()):
            if node not in self._view:
                remarks[node] = GONE
            elif self._view.head(node).digest != digest:
                remarks[node] = CHANGED
        return remarks

    @property
    def omitted(self) -> str:
        """What is not shown, in words; empty if all is."""
        words = []
        if self._omitted_steps:
            words.append(counted(self._omitted_steps, "more step"))
        if self._omitted_nodes:
            count = self._omitted_nodes
            words.append(counted(count, "more node of a single step", "more nodes of single steps"))
        return f"Not shown, because the run is very long: {' and '.join(words)}." if words else ""


def _words(call: CallStart) -> str:
    """The arguments of a call as a person would say them."""
    if call.parsed is None:
        return call.brief
    words = []
    for name, value in call.parsed.items():
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            value = ", ".join(value)
        if value is None or value is False:
            continue
        if name in ("node", "nodes"):
            words.append(str(value))
        elif name == "again":
            words.append("again")
        else:
            words.append(f"{name} “{value}”" if isinstance(value, str) else f"{name} {value}")
    return ", ".join(words)


def _outcome(record: RunRecord) -> str:
    if not record.is_complete:
        return line(f"The record is incomplete: it ends {record.where_it_ended}.")
    outcome = record.manifest.outcome
    # `end` is the answer that a model meant to give: nothing has to be said of it.
    if outcome is None or outcome.reason == EndReason.END:
        return ""
    return line(f"The run ended without a whole answer: {outcome.reason}.")


def _first_line(text: str) -> str:
    return line(text.strip().partition("\n")[0])


def line(text: str) -> str:
    """A text of a record as it may be shown: on one line, hidden characters by their names."""
    return one_line(_text(text, LINE_CHARACTERS))


def _text(text: str, most: int = TEXT_CHARACTERS) -> str:
    cut = text if len(text) <= most else text[:most] + "…"
    return shown(cut).encode("utf-8", "replace").decode()


def _tokens(count: int) -> int:
    return min(max(count, 0), MOST_TOKENS)
