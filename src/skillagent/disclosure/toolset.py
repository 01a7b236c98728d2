"""The three operations on a graph, for one session with one budget and one ledger.

Every call takes the same four steps, under one lock: read the arguments (`tools`); make possible
answers, the fullest first (`planning`); take the first one that fits (`fitting`); record what it
disclosed. When not even the shortest answer fits, one last answer says that the budget is spent,
and every later answer is empty.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from skillagent.disclosure import planning, refusals, writing
from skillagent.disclosure.answer import Answer
from skillagent.disclosure.budget import DEFAULT_BUDGET, Budget
from skillagent.disclosure.draft import Draft
from skillagent.disclosure.fitting import Fitting
from skillagent.disclosure.ledger import Disclosed, Ledger, Level
from skillagent.disclosure.provider_forms import ProviderForms
from skillagent.disclosure.results import INSTRUCTIONS_CALL, Refusal
from skillagent.disclosure.session_view import SessionView
from skillagent.disclosure.trust import Trust
from skillagent.errors import UsageError
from skillagent.store import StoredView
from skillagent.tokens import default_counter

if TYPE_CHECKING:
    from skillagent.disclosure.results import Result
    from skillagent.disclosure.state import SessionState
    from skillagent.embeddings import Embedder
    from skillagent.graph import SkillGraph
    from skillagent.lock import GraphLock
    from skillagent.store import GraphView
    from skillagent.tokens import TokenCounter


class Toolset(ProviderForms):
    """`list_index`, `read_summary` and `read_node` for one session; threads may share it.

    Args:
        graph: the graph to show.
        budget: tokens that all answers may cost together, or a `Budget` with more limits.
        counter: counts tokens; exact o200k_base by default. See `tokens.counter_for`.
        clock: returns the time in seconds; used only for the ledger's timings.
        session: a name for the end of every answer, if the model must pass it to the next call.
        hidden_text: also show comments and invisible characters.
        lock: show only nodes that are as this lock records them; None shows all.
        semantic: search by meaning, too: True for the model of the extra `semantic`, or a model.
        untrusted: names of the roots whose texts are marked as data; see `trust`.

    Raises:
        MissingPackageError: `semantic` is True, and the extra is not installed.
        UsageError: the graph cannot be shown by the lock, or not be searched by meaning, or it has
            no root of an untrusted name.
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
        lock: GraphLock | None = None,
        semantic: bool | Embedder = False,
        untrusted: Iterable[str] = (),
    ) -> None:
        self.graph = _view_of(graph, lock, semantic)
        self.budget = Budget(budget) if isinstance(budget, int) else budget
        self.counter = counter or default_counter()
        self.ledger = Ledger(self.counter.name, self.budget.total)
        self._clock = clock
        self._session = f'; session "{session}"' if session else ""
        self._lock = threading.RLock()
        trust = Trust.of(self.graph, untrusted)
        self._view = SessionView(self.graph, self.counter, hidden_text, trust)
        self._calls = 0
        self._spent_in = 0
        self._instructions: str | None = None

    @classmethod
    def resume(
        cls,
        graph: SkillGraph | GraphView,
        state: SessionState,
        *,
        counter: TokenCounter | None = None,
        session: str = "",
        lock: GraphLock | None = None,
        semantic: bool | Embedder = False,
    ) -> Toolset:
        """Continue a saved session. Nodes that have changed may be shown again, at their cost.

        Args:
            graph: the same graph; its files may have changed.
            state: returned by `state()`.
            counter: the same counter as before.
            session: the same name as before.
            lock: the same lock as before.
            semantic: whether, and by which model, it is searched by meaning; see `Toolset`.

        Raises:
            UsageError: the counter is not the same.
        """
        view, hidden = _view_of(graph, lock, semantic), state.hidden_text
        toolset = cls(view, state.budget, counter=counter, session=session, hidden_text=hidden)
        if toolset.counter.name != state.counter:
            raise UsageError(f"the session counts by {state.counter}, not {toolset.counter.name}")
        toolset.ledger = state.ledger()
        toolset._view.shown = state.shown(toolset.graph)
        toolset._view.trust = Trust.of(toolset.graph, state.untrusted, state.tag)
        toolset._calls, toolset._spent_in = state.calls, state.spent_in
        toolset._instructions = state.instructions
        return toolset

    def state(self) -> SessionState:
        """The session as values, from which `resume` continues."""
        from skillagent.disclosure.state import SessionState, saved

        with self._lock:
            return SessionState(
                budget=self.budget,
                counter=self.ledger.counter,
                calls=self._calls,
                spent_in=self._spent_in,
                instructions=self._instructions,
                entries=self.ledger.entries,
                turns=self.ledger.turns,
                withdrawn=self.ledger.withdrawn,
                memory=saved(self._view.shown),
                hidden_text=self._view.hidden_text,
                graph=self.graph.digest,
                untrusted=self._view.trust.untrusted,
                tag=self._view.trust.tag,
            )

    @property
    def remaining(self) -> int:
        """Tokens left."""
        return self.ledger.remaining

    @property
    def hidden_text(self) -> bool:
        """Whether comments and invisible characters are shown."""
        return self._view.hidden_text

    @property
    def untrusted(self) -> tuple[str, ...]:
        """Names of the roots that are not trusted, sorted."""
        return self._view.trust.untrusted

    def warm(self) -> Toolset:
        """Build the search index and the tokenizer now, not during the first call."""
        self.graph.match("")
        self.counter.count("")
        return self

    @property
    def _room(self) -> int:
        """Tokens that answers may cost; the reserve for the last one is not among them."""
        return max(0, self.remaining - self.budget.reserve)

    @property
    def spent(self) -> bool:
        """Whether an answer has said that the budget is spent; then all later answers are empty."""
        return bool(self._spent_in)

    @property
    def calls(self) -> int:
        """The number of calls so far, with the refused ones."""
        return self._calls

    def rebudget(self, total: int) -> None:
        """Change the session's budget.

        Args:
            total: tokens that all answers may cost together, with those given so far.

        Raises:
            UsageError: more tokens than that are already spent.
        """
        with self._lock:
            if total < self.ledger.spent:
                raise UsageError(f"{self.ledger.spent} tokens are spent; {total} is less")
            if total > self.budget.total:
                self._spent_in = 0
            # Instructions that did not fit before may fit now.
            self._instructions = self._instructions or None
            self.budget = replace(self.budget, total=total)
            self.ledger.total = total

    def forget(self, after: int) -> None:
        """Allow to show again what later calls disclosed, because the model no longer sees it.

        The tokens of those calls stay spent.

        Args:
            after: number of the last call whose answer the model still sees.
        """
        with self._lock:
            self._view.shown.forget(after)
            if self._spent_in > after:
                # The model no longer sees the answer that said so.
                self._spent_in = 0
            self.ledger.withdraw(range(after + 1, self._calls + 1))

    def list_index(
        self, map: str | None = None, query: str | None = None, cursor: str | None = None
    ) -> Answer:
        """A page of the entry map, of one map, or of the nodes that answer a query.

        Args:
            map: id, title or alias of a map; `unmapped` for the nodes that no map leads to.
            query: words to rank by; with `map`, only its nodes are ranked.
            cursor: the cursor in the result of the page before.
        """
        arguments = {"map": map, "query": query, "cursor": cursor}
        return self._respond(
            "list_index",
            arguments,
            lambda limit: planning.index_drafts(self._view, limit, **arguments),
        )

    def read_summary(
        self, nodes: str | Iterable[str], query: str | None = None, depth: int | None = None
    ) -> Answer:
        """Descriptions, outlines and links with their contexts, for one node or several.

        Args:
            nodes: ids, titles or aliases, at most ten.
            query: what the model wants to know; ranks the links and sections.
            depth: 2 or 3 to list instead the nodes within that many links.
        """
        names = [nodes] if isinstance(nodes, str) else list(nodes)
        arguments = {"nodes": names, "query": query, "depth": depth}
        return self._respond(
            "read_summary",
            arguments,
            lambda limit: planning.summary_drafts(self._view, names, query, depth),
        )

    def read_node(self, node: str, section: str | None = None, again: bool | None = None) -> Answer:
        """The whole text of a node, or of one section.

        Args:
            node: id, title or alias.
            section: a heading; `Outer#Inner` if the node has the title twice.
            again: repeat text that was shown before, at its full cost.
        """
        arguments = {"node": node, "section": section, "again": again}
        return self._respond(
            "read_node",
            arguments,
            lambda limit: planning.node_drafts(
                self._view, node, section, bool(again), limit, self.budget.cap
            ),
        )

    def call(self, name: str, arguments: object) -> Answer:
        """Carry out a tool call as a model sends it; what is wrong with it is the answer.

        Args:
            name: name of the tool.
            arguments: an object, or JSON text; anything else is refused.
        """
        from skillagent.disclosure import tools

        try:
            parsed = tools.parse(name, arguments)
        except tools.ArgumentError as error:
            if isinstance(arguments, Mapping):
                recorded = {str(key): value for key, value in arguments.items()}
            else:
                recorded = {"raw": str(arguments)}
            return self.refuse(str(name)[:60], recorded, str(error))
        method: Callable[..., Answer] = getattr(self, name)
        return method(**parsed)

    def refuse(self, name: str, arguments: Mapping[str, Any], message: str) -> Answer:
        """Refuse a call that cannot be read; the answer is charged like any other.

        Args:
            name: name of the tool; empty if it is not known.
            arguments: the arguments as sent, for the ledger.
            message: what is wrong, and how to write the call.
        """
        refusal = Refusal("arguments", writing.own_line(writing.words(message)))
        return self._respond(name, arguments, lambda limit: refusals.drafts(refusal), error=True)

    def hand_over(
        self, name: str, text: str, node: str | None = None, tokens: int | None = None
    ) -> Answer:
        """Charge for a whole file that is given out unchanged, without a closing line.

        The text does not count as shown, because the host may not have passed it to a model.

        Args:
            name: name by which the file was requested, for the ledger.
            text: its text.
            node: id of the node whose file it is; None for another file.
            tokens: tokens of the text; None to count them. More than are left are refused.
        """
        from skillagent.disclosure.results import NodeResult
        from skillagent.disclosure.served_call import HAND_OVER

        with self._lock:
            started = self._clock()
            cost = self.counter.count(text) if tokens is None else tokens
            arguments = {"name": name}
            if self._spent_in or cost > self._room:
                message = refusals.file_too_large(name, cost, self._room, node)
                return self.refuse(HAND_OVER, arguments, message)
            self._calls += 1
            disclosed = (Disclosed(node, Level.NODE, self._view.digest(node)),) if node else ()
            result = NodeResult(node or name, "", Level.NODE.value, text, ())
            return self._recorded(
                HAND_OVER, arguments, started, result, text=text, cost=cost, disclosed=disclosed
            )

    def instructions(self) -> str:
        """The text for the system prompt: how to walk the graph, and the top of its index.

        Made and charged once a session. It costs at most 1,500 tokens and a quarter of the budget;
        in a small budget it only says how to walk, or is empty. The same graph and budget give the
        same bytes, so that prompt caches work.
        """
        from skillagent.disclosure import instructions

        with self._lock:
            if self._instructions is None:
                started = self._clock()
                text, draft = "", None
                if not self._spent_in:
                    # The system prompt must not depend on what was shown before.
                    view = self._view
                    fresh = SessionView(self.graph, self.counter, view.hidden_text, view.trust)
                    text, draft = instructions.compose(fresh, self.budget.total, self._room)
                self._instructions = text
                if draft:
                    self._view.shown.record(draft, INSTRUCTIONS_CALL)
                self.ledger.record(
                    "instructions",
                    {},
                    self._clock() - started,
                    call=INSTRUCTIONS_CALL,
                    disclosed=self._view.disclosed(draft) if draft else (),
                    cost=self.counter.count(text),
                    error=False,
                )
            return self._instructions

    def _respond(
        self,
        tool: str,
        arguments: Mapping[str, Any],
        make_drafts: Callable[[int], Iterator[Draft]],
        error: bool = False,
    ) -> Answer:
        """Answer a call with the first draft that fits, and record it.

        Args:
            tool: name of the tool.
            arguments: the arguments, for the ledger.
            make_drafts: returns the drafts for a limit in tokens, the fullest first.
            error: whether the drafts refuse the call.
        """
        with self._lock, self._numbered():
            started = self._clock()
            fitting = Fitting(
                count=self.counter.count,
                call=self._calls,
                remaining=self.remaining,
                total=self.budget.total,
                room=self._room,
                limit=min(self.budget.cap, self._room),
                characters=self.budget.characters,
                session=self._session,
            )
            chosen = None if self._spent_in else fitting.choose(make_drafts)
            disclosed: tuple[Disclosed, ...] = ()
            if chosen:
                text, cost, result = chosen.text, chosen.cost, chosen.draft.result
                disclosed = self._view.disclosed(chosen.draft)
                self._view.shown.record(chosen.draft, self._calls)
            elif self._spent_in:
                text, cost, result = "", 0, Refusal("spent", "the budget is spent")
            else:
                self._spent_in = self._calls
                limit = min(self.remaining, self.budget.cap)
                text, cost = fitting.last_words(self.ledger.levels(), limit)
                result = Refusal("spent", text.partition("\n")[0])
            return self._recorded(
                tool,
                arguments,
                started,
                result,
                text=text,
                cost=cost,
                disclosed=disclosed,
                error=error or chosen is None or chosen.is_refusal,
            )

    @contextmanager
    def _numbered(self) -> Iterator[None]:
        """Give the next call its number. A call that is stopped, by Ctrl-C, was never made."""
        self._calls += 1
        try:
            yield
        except BaseException:
            self._calls -= 1
            self.forget(self._calls)
            raise

    def _recorded(
        self,
        tool: str,
        arguments: Mapping[str, Any],
        started: float,
        result: Result,
        *,
        text: str,
        cost: int,
        disclosed: tuple[Disclosed, ...] = (),
        error: bool = False,
    ) -> Answer:
        """The answer to the current call, with its entry in the ledger."""
        seconds = self._clock() - started
        self.ledger.record(
            tool, arguments, seconds, call=self._calls, disclosed=disclosed, cost=cost, error=error
        )
        return Answer(
            text=text,
            cost=cost,
            remaining=self.remaining,
            error=error,
            result=result,
            disclosed=disclosed,
            call=self._calls,
            room=0 if self._spent_in else self._room,
        )


def _view_of(
    graph: SkillGraph | GraphView, lock: GraphLock | None, semantic: bool | Embedder
) -> GraphView:
    """The view of a graph that a session shows; see `lock.view_of`."""
    # A stored view is shown as it is. Only what loads a graph needs the rest of the packages.
    if isinstance(graph, StoredView) and lock is None and not semantic:
        return graph
    from skillagent.embeddings import embedder_of
    from skillagent.lock import view_of

    return view_of(graph, lock, embedder_of(semantic))
