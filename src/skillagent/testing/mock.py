"""The mock itself: a request in, an answer as steps out, without any I/O.

Above: `transport` and `server`, which carry the steps. Below: one module a wire format.
"""

from __future__ import annotations

import difflib
import json
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from skillagent.digest import canonical_json
from skillagent.messages import ToolCall, parse_arguments
from skillagent.testing.attempts import Attempts
from skillagent.testing.chaos import Chaos
from skillagent.testing.conversation import CHAT, MESSAGES, RESPONSES, Conversation, read
from skillagent.testing.requests import Received, transcript
from skillagent.testing.script import Call, Fault, Policy, Turn
from skillagent.testing.threads import NOT_FOUND, Stored, Threads
from skillagent.testing.transport import Clients
from skillagent.testing.usage import PromptCache, prompt_tokens
from skillagent.testing.validation import check
from skillagent.testing.wire import anthropic, chat, responses
from skillagent.testing.wire.events import (
    Answer,
    Drop,
    Frame,
    Pause,
    Reply,
    Stall,
    Step,
    api_of,
    dumped,
)

_MODEL = re.compile(r"/models/(.+)$")
_ANTHROPIC = ("count_tokens", MESSAGES)
_JSON = ("content-type", "application/json")
_SSE = ("content-type", "text/event-stream; charset=utf-8")
_HTML = b"<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>"
MODELS = ("claude-mock", "gpt-mock")


class MockLLM(Clients):
    """A model that says what it is told. Safe to share by threads.

    Args:
        script: turns in their order, or a policy: from a conversation to the next turn.
        seed: of ids and time stamps; the same seed gives the same bytes.
        chaos: faults that strike whatever is said, at given rates.
    """

    def __init__(
        self, script: Iterable[Turn] | Policy, *, seed: int = 0, chaos: Chaos | None = None
    ) -> None:
        self._attempts = Attempts(script, chaos)
        self._seed = seed
        self._lock = threading.Lock()
        self._received: list[Received] = []
        self._complaints: list[str] = []
        self._threads = Threads()
        self._stored = Stored()
        self._cache = PromptCache()

    @property
    def script(self) -> tuple[Turn, ...]:
        """The turns it was given; none for a policy."""
        return self._attempts.script

    @property
    def requests(self) -> tuple[Received, ...]:
        """All requests so far, also those that were refused or retried."""
        return tuple(self._received)

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """Every call that a client answered, of all conversations, in the order of the answers."""
        found: dict[str, ToolCall] = {}
        for request in self._received:
            for message in request.conversation.messages if request.conversation else ():
                for call in message.tool_calls:
                    found.setdefault(call.id, call)
        return tuple(found.values())

    def transcript(self) -> str:
        """The last conversation, to be read by a person."""
        return transcript(self._received, self._complaints)

    def assert_done(self) -> None:
        """Every turn of the script was used, and no request was unexpected or refused.

        Raises:
            AssertionError: with what was expected and what came.
        """
        lines = list(self._complaints)
        left = self._attempts.left
        if left:
            lines.append(f"{len(left)} of {len(self._attempts.script)} turns were not used:")
            lines += [f"  {turn}" for turn in left]
        if lines:
            raise AssertionError("\n".join([*lines, "", self.transcript()]))

    def assert_tools(self, *expected: str | Call) -> None:
        """Exactly these tools were called and answered, in this order.

        Args:
            expected: names, or calls where the arguments matter too.

        Raises:
            AssertionError: with what was expected and what came.
        """
        found = self.tool_calls
        wanted = [call if isinstance(call, str) else _shown(call.name, call) for call in expected]
        # What came is shown as far as it was asked for: with or without its arguments.
        plain = [isinstance(call, str) for call in expected]
        plain += [True] * (len(found) - len(plain))
        came = [
            made.name if name else _shown(made.name, Call(made.name, made.raw or made.arguments))
            for made, name in zip(found, plain, strict=False)
        ]
        if came != wanted:
            lines = difflib.ndiff(wanted, came)
            different = "\n".join(line for line in lines if not line.startswith("?"))
            raise AssertionError(
                f"calls expected (-) and come (+):\n{different}\n\n{self.transcript()}"
            )

    def respond(self, path: str, headers: Mapping[str, str], raw: bytes) -> Answer:
        """Answer a request.

        Args:
            path: of its address, without the query.
            headers: of the request.
            raw: its body.
        """
        known = {name.lower(): value for name, value in headers.items()}
        api = api_of(path)
        name = _MODEL.search(path)
        body = _object(raw)
        with self._lock:
            turn, conversation = None, None
            if api == "models" or name:
                models = _models("anthropic-version" in known, name[1] if name else None)
                api, answer = "models", _json(200, models)
            else:
                try:
                    answer, conversation, turn = self._answer(api, path, known, raw, body)
                except Exception as error:
                    # Such as a script with a number where text belongs: the test must fail.
                    self._complaints.append(f"the mock raised {error!r}")
                    raise
            status = 0 if isinstance(answer.steps[0], Drop | Stall) else answer.status
            self._received.append(
                Received(api, path, known, raw, body or {}, conversation, status, turn)
            )
        return answer

    def _answer(
        self,
        api: str,
        path: str,
        headers: Mapping[str, str],
        raw: bytes,
        body: dict[str, Any] | None,
    ) -> tuple[Answer, Conversation | None, Turn | None]:
        if not api:
            self._complaints.append(f"a request to an unknown address: {path}")
            unknown = Fault.status(404, message=f"no such address: {path}")
            return self._error(MESSAGES, unknown), None, None
        if body is None:
            return self._refuse(api, "the body is not a JSON object"), None, None
        if api == MESSAGES:
            body = self._threads.whole(body)
            if body is None:
                return self._error(api, Fault.status(404, message=NOT_FOUND)), None, None
        if api == RESPONSES:
            before = body.get("previous_response_id")
            body = self._stored.whole(body)
            if body is None:
                return (
                    self._refuse(api, f"Previous response with id '{before}' not found."),
                    None,
                    None,
                )
        wrong = check.problem(api, body)
        if wrong is not None:
            return self._refuse(api, wrong), None, None
        if api in ("count_tokens", "input_tokens"):
            count = prompt_tokens(MESSAGES if api in _ANTHROPIC else RESPONSES, body)
            return _json(200, {"input_tokens": count, **_counted(api)}), None, None
        try:
            conversation = read(api, body)
        except check.MALFORMED as error:
            return self._refuse(api, f"the request is malformed: {error!r}"), None, None
        try:
            found = self._attempts.next(conversation, headers, raw)
        except Exception as error:  # a policy is the test's own code: it must not die unseen
            return self._refuse(api, f"the policy raised {error!r}"), conversation, None
        if found is None:
            self._complaints.append("a request came after the last turn of the script")
            late = Fault.status(400, message="the script is used up")
            return self._error(api, late), conversation, None
        turn, number = found
        problems = turn.expect.problems(conversation) if turn.expect else []
        if problems:
            self._complaints += [f"turn {number}: {line}" for line in problems]
            unlike = Fault.status(400, message="; ".join(problems))
            return self._error(api, unlike), conversation, None
        return self._say(api, turn, number, conversation, body), conversation, turn

    def _say(
        self,
        api: str,
        turn: Turn,
        number: int,
        conversation: Conversation,
        body: Mapping[str, Any],
    ) -> Answer:
        fault = turn.fault
        if fault and fault.kind == "reset":
            return Answer(0, (), (Drop(),))
        if fault and fault.kind == "timeout":
            return Answer(0, (), (Stall(),))
        if fault and fault.kind == "status":
            return self._error(api, fault)
        if fault and fault.kind == "garbage":
            return Answer(200, (("content-type", "text/html"),), (_HTML,))
        written = len(turn.text) + sum(len(call.text) for call in turn.calls)
        usage = turn.usage or self._cache.usage(api, body, written)
        reply = Reply(turn, number, self._seed, conversation.model, usage)
        if api == MESSAGES and body.get("thread"):
            self._threads.keep(body, anthropic.whole(reply))
        if api == RESPONSES and body.get("store") is not False:
            self._stored.keep(body, responses.whole(reply, body))
        delay: tuple[Step, ...] = (Pause(turn.delay),) if turn.delay else ()
        request_id = self._request_id()
        name = anthropic.REQUEST_ID if api == MESSAGES else chat.REQUEST_ID
        if conversation.stream:
            frames = _frames(api, reply, body)
            steps = _streamed(frames, turn, partial(self._error_frame, api, turn, request_id))
            head: tuple[tuple[str, str], ...] = (_SSE, (name, request_id))
            return Answer(200, head, (*delay, *steps))
        whole: Callable[[], dict[str, Any]] = {
            MESSAGES: lambda: anthropic.whole(reply),
            CHAT: lambda: chat.whole(reply),
            RESPONSES: lambda: responses.whole(reply, body),
        }[api]
        data = dumped(whole())
        return Answer(200, (_JSON, (name, request_id)), (*delay, *_at_once(data, fault)))

    def _request_id(self) -> str:
        return f"req_{self._seed:08x}{len(self._received):06x}"

    def _refuse(self, api: str, message: str) -> Answer:
        complaint = f"request {len(self._received) + 1} was refused: {message}"
        if not any(message in known for known in self._complaints):
            self._complaints.append(complaint)
        return self._error(api, Fault.status(400, message=message))

    def _error(self, api: str, fault: Fault) -> Answer:
        if fault.code == 502 and not fault.message:
            return Answer(502, (("content-type", "text/html"),), (_HTML,))
        message = fault.message or f"mock: {fault}"
        request_id = self._request_id()
        if api in _ANTHROPIC:
            body = anthropic.error(fault.code, fault.type, message, request_id)
            if message == NOT_FOUND:
                body["error"]["details"] = {"error_code": NOT_FOUND}
            head = [_JSON, (anthropic.REQUEST_ID, request_id)]
        else:
            body = chat.error(fault.code, fault.type, message)
            head = [_JSON, (chat.REQUEST_ID, request_id)]
        if fault.retry_after is not None:
            head.append(("retry-after", f"{fault.retry_after:g}"))
        return Answer(fault.code, tuple(head), (dumped(body),))

    def _error_frame(self, api: str, turn: Turn, request_id: str, number: int) -> Frame:
        assert turn.fault
        kind, message = turn.fault.type, turn.fault.message or "Overloaded"
        if api == MESSAGES:
            return anthropic.error_frame(kind, message, request_id)
        if api == CHAT:
            return chat.error_frame(kind, message)
        return responses.error_frame(kind, message, number)


def _shown(name: str, call: Call) -> str:
    """A call in one form, however its JSON was spaced."""
    given = parse_arguments(call.text)
    return f"{name}({given if isinstance(given, str) else canonical_json(given)})"


def _frames(api: str, reply: Reply, body: Mapping[str, Any]) -> Iterator[Frame]:
    if api == MESSAGES:
        return anthropic.stream(reply)
    if api == CHAT:
        options = body.get("stream_options") or {}
        return chat.stream(reply, bool(options.get("include_usage")))
    return responses.stream(reply, body)


def _streamed(
    frames: Iterable[Frame], turn: Turn, error_frame: Callable[[int], Frame]
) -> Iterator[Step]:
    fault, pieces = turn.fault, 0
    frames = tuple(frames)
    # A fault that would come after the last piece comes right behind it.
    strikes = min(fault.after, sum(frame.piece for frame in frames)) if fault else 0
    for number, frame in enumerate(frames):
        if fault is not None and pieces == strikes and (strikes or frame.piece):
            if fault.kind == "cut":
                return
            if fault.kind in ("drop", "stall"):
                yield Drop() if fault.kind == "drop" else Stall()
                return
            if fault.kind == "corrupt":
                yield frame.data.replace(b'"', b"'", 3)
                return
            if fault.kind == "error_event":
                yield error_frame(number).data
                return
        if frame.piece:
            if pieces and turn.pause:
                yield Pause(turn.pause)
            pieces += 1
        yield frame.data


def _at_once(data: bytes, fault: Fault | None) -> Iterator[Step]:
    """A body that is not streamed, with the fault in its middle."""
    if fault is None:
        yield data
        return
    yield data[: len(data) // 2]
    if fault.kind in ("drop", "stall"):
        yield Drop() if fault.kind == "drop" else Stall()


def _object(raw: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(raw, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _json(status: int, body: Any) -> Answer:
    return Answer(status, (_JSON,), (dumped(body),))


def _counted(api: str) -> dict[str, str]:
    return {"object": "response.input_tokens"} if api == "input_tokens" else {}


def _models(anthropic: bool, asked: str | None) -> dict[str, Any]:
    """The list, or one model: there is every model that is asked for."""
    found: list[dict[str, Any]] = []
    for name in MODELS if asked is None else (asked,):
        if anthropic:
            made = "2026-01-01T00:00:00Z"
            found.append({"type": "model", "id": name, "display_name": name, "created_at": made})
        else:
            made_at = {"created": 1_700_000_000, "owned_by": "mock"}
            found.append({"id": name, "object": "model", **made_at})
    if asked is not None:
        return found[0]
    if not anthropic:
        return {"object": "list", "data": found}
    return {"data": found, "has_more": False, "first_id": MODELS[0], "last_id": MODELS[-1]}
