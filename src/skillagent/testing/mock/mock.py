"""`MockLLM`: receives a request, chooses the turn that answers, and remembers both.

Above: `transport` and `server`, which carry requests and answers. Below: the other modules of
this package.
"""

from __future__ import annotations

import difflib
import re
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from skillagent.digest import canonical_json
from skillagent.messages import ToolCall, parse_arguments
from skillagent.recording import strict_json
from skillagent.testing.conversation import MESSAGES, RESPONSES, Conversation, read
from skillagent.testing.mock import answers
from skillagent.testing.mock.attempts import Attempts
from skillagent.testing.mock.chaos import Chaos
from skillagent.testing.mock.received import Received, transcript
from skillagent.testing.mock.stored import NOT_FOUND, StoredResponses, Threads
from skillagent.testing.mock.usage import PromptCache, prompt_tokens
from skillagent.testing.script import Call, Fault, Policy, Turn
from skillagent.testing.transport import Clients
from skillagent.testing.validation import check
from skillagent.testing.wire.events import Drop, Stall, WireAnswer, WireTurn, api_of

_MODEL = re.compile(r"/models/(.+)$")


@dataclass(frozen=True, slots=True)
class _Outcome:
    """An answer, and what is remembered of how it came about; see `Received`."""

    answer: WireAnswer
    conversation: Conversation | None = None
    turn: Turn | None = None


class MockLLM(Clients):
    """A model that says what its script tells it. Threads may share it.

    Args:
        script: turns in their order, or a policy: a function from a conversation to the next turn.
        seed: seed of ids and time stamps; the same seed gives the same bytes.
        chaos: random faults, at given rates.
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
        self._stored_responses = StoredResponses()
        self._cache = PromptCache()

    @property
    def script(self) -> tuple[Turn, ...]:
        """The turns of the script; none for a policy."""
        return self._attempts.script

    @property
    def requests(self) -> tuple[Received, ...]:
        """All requests so far, also those that were refused or retried."""
        return tuple(self._received)

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """Every call that a client answered, of all conversations, in the order of the answers."""
        calls: dict[str, ToolCall] = {}
        for request in self._received:
            for message in request.conversation.messages if request.conversation else ():
                for call in message.tool_calls:
                    calls.setdefault(call.id, call)
        return tuple(calls.values())

    def transcript(self) -> str:
        """The last conversation as text for a person."""
        return transcript(self._received, self._complaints)

    def assert_done(self) -> None:
        """Every turn of the script was used, and no request was unexpected or refused.

        Raises:
            AssertionError: the text shows what was expected and what came.
        """
        lines = list(self._complaints)
        unused = self._attempts.left
        if unused:
            lines.append(f"{len(unused)} of {len(self._attempts.script)} turns were not used:")
            lines += [f"  {turn}" for turn in unused]
        if lines:
            raise AssertionError("\n".join([*lines, "", self.transcript()]))

    def assert_tools(self, *expected: str | Call) -> None:
        """Exactly these tools were called and answered, in this order.

        Args:
            expected: names of tools, or calls where the arguments matter too.

        Raises:
            AssertionError: the text shows what was expected and what came.
        """
        calls = self.tool_calls
        wanted = [call if isinstance(call, str) else _shown(call.name, call) for call in expected]
        # A call that came is shown like the one expected: with or without its arguments.
        by_name = [isinstance(call, str) for call in expected]
        by_name += [True] * (len(calls) - len(by_name))
        came = [
            call.name if name else _shown(call.name, Call(call.name, call.raw or call.arguments))
            for call, name in zip(calls, by_name, strict=False)
        ]
        if came != wanted:
            lines = difflib.ndiff(wanted, came)
            different = "\n".join(line for line in lines if not line.startswith("?"))
            raise AssertionError(
                f"calls expected (-) and come (+):\n{different}\n\n{self.transcript()}"
            )

    def respond(self, path: str, headers: Mapping[str, str], raw: bytes) -> WireAnswer:
        """Answer a request.

        Args:
            path: path of its address, without the query.
            headers: headers of the request.
            raw: body of the request.
        """
        by_name = {name.lower(): value for name, value in headers.items()}
        model = _MODEL.search(path)
        api = "models" if model else api_of(path)
        body = _object(raw)
        with self._lock:
            if api == "models":
                name = model[1] if model else None
                in_anthropic_form = "anthropic-version" in by_name
                outcome = _Outcome(answers.models_answer(name, anthropic=in_anthropic_form))
            else:
                try:
                    outcome = self._outcome(api, path, by_name, raw, body)
                except Exception as error:
                    # For example a script with a number in place of a text: the test must fail.
                    self._complaints.append(f"the mock raised {error!r}")
                    raise
            answer = outcome.answer
            status = 0 if isinstance(answer.steps[0], Drop | Stall) else answer.status
            self._received.append(
                Received(
                    api,
                    path,
                    by_name,
                    raw,
                    body or {},
                    outcome.conversation,
                    status,
                    outcome.turn,
                )
            )
        return answer

    def _outcome(
        self,
        api: str,
        path: str,
        headers: Mapping[str, str],
        raw: bytes,
        body: dict[str, Any] | None,
    ) -> _Outcome:
        if not api:
            self._complaints.append(f"a request to an unknown address: {path}")
            unknown = Fault.status(404, message=f"no such address: {path}")
            return _Outcome(self._error(MESSAGES, unknown))
        if body is None:
            return _Outcome(self._refuse(api, "the body is not a JSON object"))
        body_or_error = self._with_stored(api, body)
        if isinstance(body_or_error, WireAnswer):
            return _Outcome(body_or_error)
        body = body_or_error
        problem = check.problem(api, body)
        if problem is not None:
            return _Outcome(self._refuse(api, problem))
        if api in ("count_tokens", "input_tokens"):
            return _Outcome(_count_answer(api, body))
        try:
            conversation = read(api, body)
        except check.MALFORMED as error:
            return _Outcome(self._refuse(api, f"the request is malformed: {error!r}"))
        return self._next_turn(api, conversation, headers, raw, body)

    def _with_stored(self, api: str, body: dict[str, Any]) -> dict[str, Any] | WireAnswer:
        """The body with the stored conversation that it continues, or the API's error."""
        if api == MESSAGES:
            continued = self._threads.continued(body)
            if continued is None:
                return self._error(api, Fault.status(404, message=NOT_FOUND))
            return continued
        if api == RESPONSES:
            continued = self._stored_responses.continued(body)
            if continued is None:
                previous = body.get("previous_response_id")
                return self._refuse(api, f"Previous response with id '{previous}' not found.")
            return continued
        return body

    def _next_turn(
        self,
        api: str,
        conversation: Conversation,
        headers: Mapping[str, str],
        raw: bytes,
        body: dict[str, Any],
    ) -> _Outcome:
        try:
            numbered = self._attempts.next(conversation, headers, raw)
        except Exception as error:  # a policy is the test's own code: its error must be visible
            return _Outcome(self._refuse(api, f"the policy raised {error!r}"), conversation)
        if numbered is None:
            self._complaints.append("a request came after the last turn of the script")
            late = Fault.status(400, message="the script is used up")
            return _Outcome(self._error(api, late), conversation)
        turn, number = numbered
        problems = turn.expect.problems(conversation) if turn.expect else []
        if problems:
            self._complaints += [f"turn {number}: {line}" for line in problems]
            unexpected = Fault.status(400, message="; ".join(problems))
            return _Outcome(self._error(api, unexpected), conversation)
        return _Outcome(self._say(api, turn, number, conversation, body), conversation, turn)

    def _say(
        self,
        api: str,
        turn: Turn,
        number: int,
        conversation: Conversation,
        body: Mapping[str, Any],
    ) -> WireAnswer:
        broken = answers.fault_answer(api, turn.fault, self._request_id())
        if broken is not None:
            return broken
        written = len(turn.text) + sum(len(call.text) for call in turn.calls)
        usage = turn.usage or self._cache.usage(api, body, written)
        wire_turn = WireTurn(turn, number, self._seed, conversation.model, usage)
        if api == MESSAGES and body.get("thread"):
            self._threads.keep(body, answers.whole(api, wire_turn, body))
        if api == RESPONSES and body.get("store") is not False:
            self._stored_responses.keep(body, answers.whole(api, wire_turn, body))
        request_id = self._request_id()
        return answers.turn_answer(api, wire_turn, body, request_id, stream=conversation.stream)

    def _request_id(self) -> str:
        return f"req_{self._seed:08x}{len(self._received):06x}"

    def _refuse(self, api: str, message: str) -> WireAnswer:
        complaint = f"request {len(self._received) + 1} was refused: {message}"
        # A client that retries repeats its mistake: one complaint is enough.
        if not any(message in earlier for earlier in self._complaints):
            self._complaints.append(complaint)
        return self._error(api, Fault.status(400, message=message))

    def _error(self, api: str, fault: Fault) -> WireAnswer:
        return answers.error_answer(api, fault, self._request_id())


def _shown(name: str, call: Call) -> str:
    """A call as text that does not depend on the spaces in its JSON."""
    arguments = parse_arguments(call.text)
    return f"{name}({arguments if isinstance(arguments, str) else canonical_json(arguments)})"


def _object(raw: bytes) -> dict[str, Any] | None:
    try:
        value = strict_json.parsed(raw)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _count_answer(api: str, body: Mapping[str, Any]) -> WireAnswer:
    is_anthropic = api in answers.ANTHROPIC_APIS
    count = prompt_tokens(MESSAGES if is_anthropic else RESPONSES, body)
    kind = {} if is_anthropic else {"object": "response.input_tokens"}
    return answers.json_answer(200, {"input_tokens": count, **kind})
