"""A run record as spans: what OpenTelemetry shows as a trace.

Each question is a trace of its own, because trackers expect one first span in a trace; all traces
of a record have the same conversation id. The spans:

- `invoke_agent skillagent`: a question. Around calls that no question of ours caused, such as
  those of a served session, there is one span `skillagent.session` instead.
- `chat MODEL`: a request to the model. The offline navigator has none: no model is asked.
- `execute_tool NAME`: a tool call. If it read a single node, the node follows, as the conventions
  want it where a tool reads a resource of a skill.

Ids are derived from the digest and the id of the run: the same record has the same ids, and two
runs with the same events have different ones. Texts are left out unless they are asked for.
"""

from __future__ import annotations

from skillagent.messages import Usage
from skillagent.runs import Determinism, RunRecord, TraceEvent
from skillagent.runs.inputs import ModelInputs
from skillagent.runs.run_events import (
    CallAnswer,
    CallStart,
    Instructions,
    ModelFailure,
    ModelReply,
    OtherEvent,
    Question,
    QuestionEnd,
    RequestSent,
    RunEvent,
    typed_event,
)
from skillagent.tracking import attributes
from skillagent.tracking import conventions as names
from skillagent.tracking.attributes import AskedModel
from skillagent.tracking.content import Content
from skillagent.tracking.open_trace import OpenSpan, OpenTrace
from skillagent.tracking.span import Attributes, Span
from skillagent.tracking.timeline import Timeline

_INCOMPLETE = "incomplete"
"""Type of the error of a span whose end is not in the record."""
_READS = "read_node"
_GIVEN_UP = ("failed", "interrupted")
"""Reasons of an end without an answer."""


def spans_of(record: RunRecord, *, content: bool = False) -> tuple[Span, ...]:
    """The spans of a record, each after the one that it is part of.

    Args:
        record: any record, also one of a process that was killed.
        content: include questions, prompts, answers, arguments and results.

    Raises:
        UsageError: with `content`, the cassette, which has the requests, cannot be read.
    """
    walk = _Walk(record, Content(record, wanted=content))
    for number, event in enumerate(record.events, 1):
        walk.take(number, event, typed_event(event))
    return walk.finished()


class _Walk:
    """Goes through the events of a record.

    Args:
        record: the record.
        content: its texts.
    """

    def __init__(self, record: RunRecord, content: Content) -> None:
        self._record = record
        self._content = content
        self._time = Timeline(record)
        self._model = self._asked(record.manifest.inputs.model)
        self._spans: list[Span] = []
        self._trace: OpenTrace | None = None
        self._usage = Usage()
        """Of the question."""
        self._request: OpenSpan | None = None
        self._calls: dict[str, OpenSpan] = {}
        """Id of a call without an answer → its span."""
        self._changes: list[tuple[str, Attributes]] = []
        """What happened since the last question."""

    def _asked(self, model: ModelInputs | None) -> AskedModel | None:
        if self._record.manifest.determinism is Determinism.SCRIPTED:
            return None
        return AskedModel.of(model)

    def take(self, number: int, event: TraceEvent, typed: RunEvent) -> None:
        """Take the next event.

        Args:
            number: its number, from 1.
            event: as it is in the record.
            typed: the same as a value.
        """
        match typed:
            case Question():
                self._question(number, event, typed)
            case Instructions():
                shown = attributes.of_nodes(typed.disclosed)
                values = {names.TOKENS_DISCLOSED: typed.cost, **shown}
                self._current(number).before.append((names.INSTRUCTIONS, values))
            case RequestSent():
                self._sent(number, typed)
            case ModelReply():
                self._reply(number, event, typed)
            case ModelFailure():
                self._failure(typed)
            case CallStart():
                self._call(number, typed)
            case CallAnswer():
                self._answer(number, event, typed)
            case QuestionEnd():
                self._end(number, event, typed)
            case OtherEvent():
                self._other(typed)

    def finished(self) -> tuple[Span, ...]:
        """All spans; the record has no more events."""
        self._close_trace(is_last=True)
        return tuple(self._spans)

    def _question(self, number: int, event: TraceEvent, question: Question) -> None:
        self._close_trace()
        root = OpenSpan(number, f"{names.INVOKE_AGENT} {names.SCOPE}")
        root.attributes |= {
            names.OPERATION: names.INVOKE_AGENT,
            names.AGENT_NAME: names.SCOPE,
            **attributes.of_run(self._record),
            **(self._model.attributes if self._model else {}),
            **self._content.question(question.text),
        }
        if "at" in event.observed:
            root.start = self._time.moment(event, number)
        self._trace = self._opened(root)

    def _opened(self, root: OpenSpan) -> OpenTrace:
        trace = OpenTrace(root, before=self._changes)
        self._changes, self._usage = [], Usage()
        return trace

    def _current(self, number: int) -> OpenTrace:
        """The trace of the question, or of the session if there is no open question."""
        if self._trace is None or self._trace.root.end is not None:
            self._close_trace()
            root = OpenSpan(number, names.SESSION, start=self._time.now)
            root.attributes |= attributes.of_run(self._record)
            self._trace = self._opened(root)
        return self._trace

    def _part(self, number: int, part: OpenSpan) -> OpenSpan:
        self._current(number).parts.append(part)
        return part

    def _sent(self, number: int, request: RequestSent) -> None:
        if self._model is None:
            return
        chat = OpenSpan(number, f"{names.CHAT} {self._model.name}", "client", self._time.now)
        chat.attributes |= {
            names.OPERATION: names.CHAT,
            names.PROVIDER_NAME: self._model.provider,
            names.CONVERSATION_ID: self._record.manifest.run,
            **self._model.attributes,
            **self._content.request(request.digest),
        }
        self._request = self._part(number, chat)

    def _reply(self, number: int, event: TraceEvent, reply: ModelReply) -> None:
        start, end = self._time.period(event)
        root = self._current(number).root
        root.start = start if root.start is None else root.start
        self._usage += reply.observed.usage
        root.attributes |= attributes.of_usage(self._usage)
        chat, self._request = self._request, None
        if chat is not None:
            chat.start, chat.end = start, end
            response_id = str(event.observed.get("response_id") or "")
            chat.attributes |= attributes.of_reply(reply, response_id)
            chat.attributes |= self._content.reply(reply)

    def _failure(self, failure: ModelFailure) -> None:
        error_type = attributes.failure_type(failure)
        if self._request is not None:
            self._request.fail(error_type, failure.error)
            self._request = None
        if self._trace is not None:
            self._trace.root.fail(error_type, failure.error)

    def _call(self, number: int, call: CallStart) -> None:
        tool = self._part(number, self._tool(number, call.tool, call.id))
        tool.attributes |= self._content.call(call)
        self._calls[call.id] = tool

    def _tool(self, number: int, tool: str, call_id: str) -> OpenSpan:
        span = OpenSpan(number, f"{names.EXECUTE_TOOL} {tool}", start=self._time.now)
        root = self._current(number).root
        agent = root.attributes.get(names.AGENT_NAME)
        span.attributes |= {
            names.OPERATION: names.EXECUTE_TOOL,
            names.TOOL_NAME: tool,
            names.TOOL_TYPE: "function",
            names.TOOL_CALL_ID: call_id,
            names.CONVERSATION_ID: self._record.manifest.run,
            **({names.AGENT_NAME: agent} if agent is not None else {}),
            **attributes.of_graph(self._record),
        }
        return span

    def _answer(self, number: int, event: TraceEvent, answer: CallAnswer) -> None:
        tool = self._calls.pop(answer.id, None)
        if tool is None:
            # The line with the call is missing.
            tool = self._part(number, self._tool(number, "unknown", answer.id))
        tool.start, tool.end = self._time.period(event)
        root = self._current(number).root
        root.start = tool.start if root.start is None else root.start
        root.attributes[names.BUDGET_REMAINING] = answer.remaining
        tool.attributes |= {**attributes.of_answer(answer), **self._content.answer(answer)}
        nodes = answer.disclosed
        if tool.attributes[names.TOOL_NAME] == _READS and len(nodes) == 1:
            tool.attributes[names.SKILL_RESOURCE] = nodes[0].node
            tool.name += f" {nodes[0].node}"
        if answer.error:
            tool.fail("tool_error", "the call was refused")

    def _end(self, number: int, event: TraceEvent, end: QuestionEnd) -> None:
        trace = self._current(number)
        trace.root.end = self._time.moment(event, number)
        trace.root.attributes |= {names.END_REASON: end.reason, **self._content.end(end.text)}
        if end.reason in _GIVEN_UP and trace.root.error is None:
            trace.root.fail(end.reason, f"the question ended with {end.reason!r}")

    def _other(self, event: OtherEvent) -> None:
        get = event.fields.get
        if event.kind == "undo" and self._trace is not None:
            self._trace.after.append((names.UNDONE, {}))
        elif event.kind == "model":
            self._model = self._asked(ModelInputs(str(get("model")), get("parameters") or {}))
            name = self._model.name if self._model else str(get("model"))
            self._changes.append((names.MODEL_CHANGED, {names.REQUEST_MODEL: name}))
        elif event.kind == "budget":
            self._changes.append((names.BUDGET_CHANGED, {names.BUDGET_TOTAL: int(get("total", 0))}))
        elif event.kind == "resumed":
            earlier: Attributes = {
                names.EARLIER_CALLS: int(get("calls", 0)),
                names.EARLIER_MESSAGES: int(get("messages", 0)),
            }
            self._changes.append((names.RESUMED, earlier))

    def _close_trace(self, *, is_last: bool = False) -> None:
        trace, self._trace = self._trace, None
        if trace is None:
            return
        for span in (*self._calls.values(), *([self._request] if self._request else [])):
            span.fail(_INCOMPLETE, "the record has no answer to it")
        self._calls, self._request = {}, None
        self._close_root(trace.root, is_last=is_last)
        seeds = self._record.run_digest, self._record.manifest.run
        self._spans += trace.spans(seeds, self._time.now)

    def _close_root(self, root: OpenSpan, *, is_last: bool) -> None:
        if root.end is not None:
            return
        is_session = root.name == names.SESSION
        if is_session and is_last and self._record.is_complete:
            root.end = self._time.closed()
        elif not is_session or is_last:
            where = self._record.where_it_ended if is_last else ""
            root.fail(_INCOMPLETE, f"the record ends {where}" if where else "it has no end")
