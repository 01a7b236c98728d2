"""The three operations over one graph, inside one budget, on one ledger.

Every call goes the same four steps, under one lock: read the arguments; make possible
answers, from the fullest down; take the first that fits what is left, counting the very
string that is returned; record what it disclosed. No answer is ever cut: a shorter one is
made instead. Once not even the shortest fits, one last answer says so, and every later one
is the empty string.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Literal

from skillagent.disclosure import instructions, planning, refusals, tools, writing
from skillagent.disclosure.answer import Answer, closed
from skillagent.disclosure.budget import DEFAULT_BUDGET, Budget
from skillagent.disclosure.draft import Draft
from skillagent.disclosure.ledger import Disclosed, Entry, Ledger, Level, brief
from skillagent.disclosure.results import NodeResult, Refusal
from skillagent.disclosure.session_view import INSTRUCTIONS, SessionView
from skillagent.disclosure.state import State, remembered
from skillagent.errors import UsageError
from skillagent.formats import anthropic, openai
from skillagent.graph import SkillGraph
from skillagent.messages import ToolCall, ToolResult, ToolSpec
from skillagent.store import GraphView, view_of
from skillagent.tokens import TokenCounter, default_counter

ROOM_TO_GO_ON = 200
"""With so many tokens left for answers, the budget is not yet called spent."""


class Toolset:
    """`list_index`, `read_summary` and `read_node` for one session. Safe to share by threads.

    Args:
        graph: what there is to disclose.
        budget: tokens in all, or a `Budget` with a cap per call.
        counter: counts tokens; exact o200k_base by default. See `tokens.counter_for`.
        clock: seconds, for the ledger's timings only.
        session: a name that every answer ends with, where the model has to carry it.
        hidden_text: show also comments, and characters that a reader does not see.
    """

    def __init__(
        self,
        graph: SkillGraph | GraphView,
        budget: int | Budget = DEFAULT_BUDGET,
        *,
        counter: TokenCounter | None = None,
        clock: Callable[[], float] = time.perf_counter,
        session: str = "",
        hidden_text: bool = False,
    ) -> None:
        self.graph = view_of(graph)
        self.budget = Budget(budget) if isinstance(budget, int) else budget
        self.counter = counter or default_counter()
        self.ledger = Ledger(self.counter.name, self.budget.total)
        self._clock = clock
        self._session = f'; session "{session}"' if session else ""
        self._lock = threading.RLock()
        self._view = SessionView(self.graph, self.counter, hidden_text)
        self._calls = 0
        self._spent_in = 0
        self._instructions: str | None = None

    @classmethod
    def resume(
        cls,
        graph: SkillGraph | GraphView,
        state: State,
        *,
        counter: TokenCounter | None = None,
        session: str = "",
    ) -> Toolset:
        """Go on with a session. Nodes that changed since may be shown again, at their cost.

        Args:
            graph: the same graph, perhaps with changed files.
            state: from `state()`.
            counter: the same counter as before.
            session: the same name as before.

        Raises:
            UsageError: the counter is another one.
        """
        found = cls(
            graph,
            state.budget,
            counter=counter,
            session=session,
            hidden_text=state.hidden_text,
        )
        if found.counter.name != state.counter:
            raise UsageError(f"the session counts by {state.counter}, not {found.counter.name}")
        view = found.graph
        found.ledger = state.ledger()
        found._view.shown = state.shown(lambda node: view.head(node).digest if node in view else "")
        found._calls, found._spent_in = state.calls, state.spent_in
        found._instructions = state.instructions
        return found

    def state(self) -> State:
        """The session as values, to go on from with `resume`."""
        with self._lock:
            return State(
                self.budget,
                self.ledger.counter,
                self._calls,
                self._spent_in,
                self._instructions,
                self.ledger.entries,
                self.ledger.turns,
                self.ledger.withdrawn,
                remembered(self._view.shown),
                self._view.hidden_text,
            )

    @property
    def specs(self) -> tuple[ToolSpec, ...]:
        """The tool definitions, the same bytes for every graph and session."""
        return tools.specs()

    @property
    def remaining(self) -> int:
        """Tokens left."""
        return self.ledger.remaining

    def warm(self) -> Toolset:
        """Build now what the first query would build: search index and tokenizer."""
        self.graph.match("")
        self.counter.count("")
        return self

    @property
    def _room(self) -> int:
        """Tokens that answers may cost, beside the one that says that the budget is spent."""
        return max(0, self.remaining - self.budget.reserve)

    @property
    def spent(self) -> bool:
        """Whether the model was told that the budget is spent: every answer is empty now."""
        return bool(self._spent_in)

    @property
    def calls(self) -> int:
        """How many calls there were, refused ones included."""
        return self._calls

    def anthropic(self) -> list[dict[str, Any]]:
        """The definitions for `tools=` of Anthropic Messages."""
        return [anthropic.tool(spec) for spec in self.specs]

    def openai(self, api: Literal["responses", "chat"] = "responses") -> list[dict[str, Any]]:
        """The definitions for `tools=` of OpenAI.

        Args:
            api: Responses, or Chat Completions.
        """
        tool = openai.responses_tool if api == "responses" else openai.chat_tool
        return [tool(spec) for spec in self.specs]

    def handle_anthropic(self, block: object) -> dict[str, Any]:
        """Carry out a `tool_use` block.

        Args:
            block: as the SDK gives it, or as a dictionary.

        Returns:
            The `tool_result` block for the next user message.
        """
        return anthropic.result(self.answer(anthropic.call(block)))

    def handle_openai(self, call: object) -> dict[str, Any]:
        """Carry out a tool call of either OpenAI API.

        Args:
            call: a `function_call` item of Responses or an entry of `message.tool_calls` of
                Chat Completions, as the SDK gives it or as a dictionary.

        Returns:
            The item to append to `input=`, or the message to append to `messages=`.
        """
        found = self.answer(openai.call(call))
        if openai.is_responses(call):
            return openai.responses_result(found)
        return openai.chat_result(found)

    def answer(self, call: ToolCall) -> ToolResult:
        """Carry out a call in no provider's own form."""
        return self.call(call.name, call.arguments).as_result(call.id)

    def rebudget(self, total: int) -> None:
        """Change how many tokens the session may disclose in all.

        Args:
            total: at least what is spent already.

        Raises:
            UsageError: it is less.
        """
        with self._lock:
            if total < self.ledger.spent:
                raise UsageError(f"{self.ledger.spent} tokens are spent; {total} is less")
            if total > self.budget.total:
                self._spent_in = 0
            # Words that did not fit before may fit now.
            self._instructions = self._instructions or None
            self.budget = replace(self.budget, total=total)
            self.ledger.total = total

    def forget(self, after: int) -> None:
        """Show again what was shown after a call, because its answer left the conversation.

        What was spent stays spent.

        Args:
            after: number of the last call whose answer the model still sees.
        """
        with self._lock:
            self._view.shown.forget(after)
            if self._spent_in > after:
                # The model was told so in an answer that it does not see any more.
                self._spent_in = 0
            self.ledger.withdraw(range(after + 1, self._calls + 1))

    def list_index(
        self, map: str | None = None, query: str | None = None, cursor: str | None = None
    ) -> Answer:
        """A page of the entry map, of one map, or of the nodes that answer a query.

        Args:
            map: a map's id, title or alias; `unmapped` for the nodes that no map leads to.
            query: words to rank by; with `map`, among its nodes only.
            cursor: from an earlier page's result, for the next one.
        """
        arguments = {"map": map, "query": query, "cursor": cursor}
        return self._answer(
            "list_index", arguments, lambda limit: planning.of_index(self._view, limit, **arguments)
        )

    def read_summary(
        self, nodes: str | Iterable[str], query: str | None = None, depth: int | None = None
    ) -> Answer:
        """Descriptions, outlines and links with their contexts, of one node or several.

        Args:
            nodes: ids, titles or aliases, at most ten.
            query: what is looked for; ranks the links.
            depth: 2 or 3 to list instead what links lead to from there in so many steps.
        """
        names = [nodes] if isinstance(nodes, str) else list(nodes)
        arguments = {"nodes": names, "query": query, "depth": depth}
        return self._answer(
            "read_summary",
            arguments,
            lambda limit: planning.of_summary(self._view, names, query, depth),
        )

    def read_node(self, node: str, section: str | None = None, again: bool | None = None) -> Answer:
        """The whole text of a node, or of one section.

        Args:
            node: id, title or alias.
            section: a heading; `Outer#Inner` where one title stands twice.
            again: repeat what was shown before, at its full cost.
        """
        arguments = {"node": node, "section": section, "again": again}
        return self._answer(
            "read_node",
            arguments,
            lambda limit: planning.of_node(
                self._view, node, section, bool(again), limit, self.budget.cap
            ),
        )

    def call(self, name: str, arguments: object) -> Answer:
        """Carry out a tool call as a model sends it; what is wrong with it is the answer.

        Args:
            name: of the tool.
            arguments: an object, or JSON text; anything else is refused.
        """
        try:
            parsed = tools.parse(name, arguments)
        except tools.ArgumentError as error:
            if isinstance(arguments, Mapping):
                given = {str(key): value for key, value in arguments.items()}
            else:
                given = {"raw": str(arguments)}
            return self.refuse(str(name)[:60], given, str(error))
        method: Callable[..., Answer] = getattr(self, name)
        return method(**parsed)

    def refuse(self, name: str, arguments: Mapping[str, Any], message: str) -> Answer:
        """Answer a call that cannot be read, at its cost like any other.

        Args:
            name: of the tool, as far as it is known.
            arguments: as sent, for the ledger.
            message: what is wrong and how to write the call.
        """
        refusal = Refusal("arguments", writing.own_line(writing.words(message)))
        return self._answer(name, arguments, lambda limit: refusals.drafts(refusal), error=True)

    def hand_over(self, name: str, text: str, node: str | None = None) -> Answer:
        """Charge a whole file that leaves as it is, without a closing line.

        Whoever asked for it may show it to a model or not: it is charged, and may be shown again.

        Args:
            name: what the file is asked for by, for the ledger.
            text: the file's.
            node: id of the node whose file it is.

        Returns:
            An answer with the file's text; a refusal, at its own cost, where that does not fit
            what is left.
        """
        with self._lock:
            started = self._clock()
            cost = self.counter.count(text)
            left = self._room
            if self._spent_in or cost > left:
                message = f"{name} costs {cost} tokens; {left} are left"
                if node is not None:
                    message += f"; read_node can show sections of [[{writing.identifier(node)}]]"
                return self.refuse("hand_over", {"name": name}, f"{message}.")
            self._calls += 1
            disclosed: tuple[Disclosed, ...] = ()
            if node is not None:
                disclosed = (Disclosed(node, Level.NODE, self._view.digest(node)),)
            self._record(self._calls, "hand_over", {"name": name}, disclosed, cost, False, started)
            result = NodeResult(node or name, "", Level.NODE.value, text, ())
            return Answer(
                text, cost, self.remaining, False, result, disclosed, self._calls, self._room
            )

    def instructions(self) -> str:
        """What belongs in the system prompt: how to walk, and the top of the index.

        Made once a session and charged once: at most 1,500 tokens, and a quarter of the budget
        or just the words on how to walk; empty where those do not fit. The same bytes for
        the same graph and budget, so that prompt caches hold.
        """
        with self._lock:
            if self._instructions is None:
                started = self._clock()
                room = self._room
                text, chosen = "", None
                if not self._spent_in:
                    # What stands in the system prompt must not depend on what was shown before.
                    fresh = SessionView(self.graph, self.counter, self._view.hidden_text)
                    text, chosen = instructions.write(fresh, self.budget.total, room)
                self._instructions = text
                disclosed = self._view.disclosed(chosen) if chosen else ()
                if chosen:
                    self._view.shown.record(chosen, INSTRUCTIONS)
                cost = self.counter.count(text)
                self._record(INSTRUCTIONS, "instructions", {}, disclosed, cost, False, started)
            return self._instructions

    def _answer(
        self,
        tool: str,
        arguments: Mapping[str, Any],
        make: Callable[[int], Iterator[Draft]],
        error: bool = False,
    ) -> Answer:
        with self._lock:
            started = self._clock()
            self._calls += 1
            if self._spent_in:
                refusal = Refusal("spent", "the budget is spent")
                self._record(self._calls, tool, arguments, (), 0, True, started)
                return Answer("", 0, self.remaining, True, refusal, (), self._calls)
            limit = min(self.budget.cap, self._room)
            try:
                fitting = self._first_fit(make(limit), limit)
            except planning.CallRefusedError as refused:
                error = True
                fitting = self._first_fit(refusals.drafts(refused.refusal), limit)
            if fitting is None and self._room >= ROOM_TO_GO_ON:
                error = True
                message = (
                    f"That does not fit in one answer of {limit} tokens; ask for less, "
                    "such as one node, a section or a shorter query."
                )
                fitting = self._first_fit(refusals.drafts(Refusal("too_large", message)), limit)
            if fitting is None:
                return self._last(tool, arguments, started)
            draft, text, cost = fitting
            disclosed = self._view.disclosed(draft)
            self._view.shown.record(draft, self._calls)
            self._record(self._calls, tool, arguments, disclosed, cost, error, started)
            result = draft.result
            return Answer(
                text, cost, self.remaining, error, result, disclosed, self._calls, self._room
            )

    def _first_fit(self, drafts: Iterator[Draft], limit: int) -> tuple[Draft, str, int] | None:
        for draft in drafts:
            text, cost = self._closed(draft.text)
            if cost <= limit and len(text) <= (self.budget.characters or len(text)):
                return draft, text, cost
        return None

    def _closed(self, body: str) -> tuple[str, int]:
        before = self.remaining

        def line(cost: int) -> str:
            left = max(0, before - cost)
            left_of = f"{left} of {self.budget.total} left{self._session}"
            return f"(call {self._calls}: {cost} tokens; {left_of})"

        return closed(body, self.counter.count, line)

    def _last(self, tool: str, arguments: Mapping[str, Any], started: float) -> Answer:
        """The answer that says that the budget is spent and lists what was read."""
        self._spent_in = self._calls
        text, cost = "", 0
        for words in refusals.last_words(self.ledger.levels()):
            closed, price = self._closed(words)
            if price <= min(self.remaining, self.budget.cap):
                text, cost = closed, price
                break
        refusal = Refusal("spent", text.partition("\n")[0])
        self._record(self._calls, tool, arguments, (), cost, True, started)
        return Answer(text, cost, self.remaining, True, refusal, (), self._calls)

    def _record(
        self,
        call: int,
        tool: str,
        arguments: Mapping[str, Any],
        disclosed: tuple[Disclosed, ...],
        cost: int,
        error: bool,
        started: float,
    ) -> None:
        given = {key: brief(value) for key, value in arguments.items() if value is not None}
        left = self.ledger.remaining - cost
        seconds = self._clock() - started
        self.ledger.append(Entry(call, tool, given, disclosed, cost, left, error, seconds))
