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
from dataclasses import dataclass, replace
from typing import Any

from skillagent.disclosure import instructions, listing, reading, refusals, summarizing, tools
from skillagent.disclosure.budget import DEFAULT_BUDGET, Budget
from skillagent.disclosure.ledger import Disclosed, Entry, Ledger, Level
from skillagent.disclosure.results import Refusal, Result
from skillagent.disclosure.view import INSTRUCTIONS, Plan, View
from skillagent.errors import ResolveError
from skillagent.graph import Node, SkillGraph
from skillagent.index import SearchIndex
from skillagent.messages import ToolSpec
from skillagent.tokens import TokenCounter, default_counter

ROOM_TO_GO_ON = 200
"""Tokens left for an answer above which the budget is not yet called spent."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one call gave."""

    text: str
    """What the model receives; empty once the budget is spent."""
    cost: int
    """Tokens of `text`."""
    remaining: int
    """Tokens left behind it."""
    error: bool
    """True where the call was refused."""
    result: Result
    """The same as typed values."""
    disclosed: tuple[Disclosed, ...] = ()
    call: int = 0
    """Number of the call in the ledger."""

    def to_json(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "cost": self.cost,
            "remaining": self.remaining,
            "error": self.error,
            "result": self.result.to_json(),
        }


class _RefusedError(Exception):
    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal


class Toolset:
    """`list_index`, `read_summary` and `read_node` for one session. Safe to share by threads.

    Args:
        graph: what there is to disclose.
        budget: tokens in all, or a `Budget` with a cap per call.
        counter: counts tokens; exact o200k_base by default. See `tokens.counter_for`.
        clock: seconds, for the ledger's timings only.
    """

    def __init__(
        self,
        graph: SkillGraph,
        budget: int | Budget = DEFAULT_BUDGET,
        *,
        counter: TokenCounter | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.graph = graph
        self.budget = Budget(budget) if isinstance(budget, int) else budget
        self.counter = counter or default_counter()
        self.ledger = Ledger(self.counter.name, self.budget.total)
        self._clock = clock
        self._lock = threading.RLock()
        self._view = View(graph, self.counter)
        self._calls = 0
        self._spent = False
        self._instructions: str | None = None

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
        SearchIndex.of(self.graph)
        self.counter.count("")
        return self

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
        return self._answer("list_index", arguments, lambda limit: self._list(**arguments))

    def read_summary(self, nodes: str | Iterable[str], query: str | None = None) -> Answer:
        """Descriptions, outlines and links with their contexts, of one node or several.

        Args:
            nodes: ids, titles or aliases, at most ten.
            query: what is looked for; ranks the links.
        """
        names = [nodes] if isinstance(nodes, str) else list(nodes)
        arguments = {"nodes": names, "query": query}
        return self._answer("read_summary", arguments, lambda limit: self._summarize(names, query))

    def read_node(self, node: str, section: str | None = None, again: bool | None = None) -> Answer:
        """The whole text of a node, or of one section.

        Args:
            node: id, title or alias.
            section: a heading; `Outer#Inner` where one title stands twice.
            again: repeat what was shown before, at its full cost.
        """
        arguments = {"node": node, "section": section, "again": again}
        return self._answer(
            "read_node", arguments, lambda limit: self._read(node, section, bool(again), limit)
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
                given = {"raw": str(arguments)[:500]}
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
        refusal = Refusal("arguments", message)
        return self._answer(name, arguments, lambda limit: refusals.plans(refusal), error=True)

    def instructions(self) -> str:
        """What belongs in the system prompt: how to walk, and the top of the index.

        Made once a session and charged once: at most 1,500 tokens, and a quarter of the budget
        or just the words on how to walk; empty where those do not fit. The same bytes for
        the same graph and budget, so that prompt caches hold.
        """
        with self._lock:
            if self._instructions is None:
                started = self._clock()
                room = self.remaining - self.budget.reserve
                text, chosen = "", None
                if not self._spent:
                    # What stands in the system prompt must not depend on what was shown before.
                    fresh = View(self.graph, self.counter)
                    text, chosen = instructions.write(fresh, self.budget.total, room)
                self._instructions = text
                disclosed = chosen.disclosed(self._view) if chosen else ()
                if chosen:
                    self._view.shown.record(chosen, INSTRUCTIONS)
                cost = self.counter.count(text)
                self._record(INSTRUCTIONS, "instructions", {}, disclosed, cost, False, started)
            return self._instructions

    def _list(self, map: str | None, query: str | None, cursor: str | None) -> Iterator[Plan]:
        start = self._offset(cursor)
        node: Node | None = None
        name = map.strip() if map else ""
        view = self._view
        if name:
            try:
                node = self.graph.find(name)
            except ResolveError as error:
                if name.casefold() != listing.UNMAPPED:
                    raise _RefusedError(refusals.unresolved(error)) from None
        key = (node.id if node else name or None, (query or "").strip() or None, str(start))
        if page_before := view.shown.listings.get(key):
            yield listing.pointer(*page_before, *key[:2])
            return
        if key[1]:
            page = listing.hits(view, key[1], start, node)
        elif node:
            page = listing.one_map(view, node, start)
        elif name:
            page = listing.unmapped(view, start)
        else:
            page = listing.entry(view, start)
        if start and not page.rows:
            message = f"cursor {cursor!r} is behind the end; there are {page.total} lines"
            raise _RefusedError(Refusal("cursor", message))
        for plan in listing.plans(view, page):
            yield replace(plan, listing=key)

    def _offset(self, cursor: str | None) -> int:
        text = (cursor or "0").strip() or "0"
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            message = f"cursor {text[:40]!r} is not one; leave it out, or use one from an answer"
            raise _RefusedError(Refusal("cursor", message))
        return int(text)

    def _summarize(self, names: list[str], query: str | None) -> Iterator[Plan]:
        if not names or len(names) > tools.MAX_NODES:
            message = f"nodes takes one to {tools.MAX_NODES} ids, not {len(names)}"
            raise _RefusedError(Refusal("arguments", message))
        found: dict[str, Node] = {}
        refused: list[Refusal] = []
        for name in names:
            try:
                node = self.graph.find(name)
                found.setdefault(node.id, node)
            except ResolveError as error:
                refused.append(refusals.unresolved(error))
        if not found:
            message = " ".join(dict.fromkeys(refusal.message for refusal in refused))
            candidates = dict.fromkeys(one for refusal in refused for one in refusal.candidates)
            raise _RefusedError(Refusal(refused[0].code, message, tuple(candidates)))
        unknown = tuple(dict.fromkeys(refusal.message for refusal in refused))
        yield from summarizing.plans(self._view, list(found.values()), query, unknown)

    def _read(self, name: str, section: str | None, again: bool, limit: int) -> Iterator[Plan]:
        try:
            node, fragment = self.graph.locate(name)
        except ResolveError as error:
            raise _RefusedError(refusals.unresolved(error)) from None
        wanted = (section or "").strip() or fragment
        if not wanted:
            part = reading.whole(node)
        else:
            found = reading.part(node, wanted)
            if found is None:
                raise _RefusedError(self._no_section(node, wanted))
            part = found
        yield from reading.plans(self._view, node, part, again, limit, self.budget.cap)

    def _no_section(self, node: Node, wanted: str) -> Refusal:
        outline = summarizing.outline(self._view, node)
        message = f"[[{node.id}]] has no section {wanted[:80]!r}"
        if outline:
            message += f"; its sections (tokens): {summarizing.outline_text(outline)}"
        else:
            message += f"; it has no headings: read it whole ({self._view.cost(node)} tokens)"
        return Refusal("section", message, tuple(line.title for line in outline))

    def _answer(
        self,
        tool: str,
        arguments: Mapping[str, Any],
        make: Callable[[int], Iterator[Plan]],
        error: bool = False,
    ) -> Answer:
        with self._lock:
            started = self._clock()
            self._calls += 1
            if self._spent:
                refusal = Refusal("spent", "the budget is spent")
                self._record(self._calls, tool, arguments, (), 0, True, started)
                return Answer("", 0, self.remaining, True, refusal, (), self._calls)
            limit = min(self.budget.cap, self.remaining - self.budget.reserve)
            try:
                fitting = self._first_fit(make(limit), limit)
            except _RefusedError as refused:
                error = True
                fitting = self._first_fit(refusals.plans(refused.refusal), limit)
            if fitting is None and limit >= ROOM_TO_GO_ON:
                error = True
                message = (
                    f"That does not fit in one answer of {limit} tokens; ask for less, "
                    "such as one node, a section or a shorter query."
                )
                fitting = self._first_fit(refusals.plans(Refusal("too_large", message)), limit)
            if fitting is None:
                return self._last(tool, arguments, started)
            plan, text, cost = fitting
            disclosed = plan.disclosed(self._view)
            self._view.shown.record(plan, self._calls)
            self._record(self._calls, tool, arguments, disclosed, cost, error, started)
            return Answer(text, cost, self.remaining, error, plan.result, disclosed, self._calls)

    def _first_fit(self, plans: Iterator[Plan], limit: int) -> tuple[Plan, str, int] | None:
        for plan in plans:
            text, cost = self._closed(plan.text)
            if cost <= limit:
                return plan, text, cost
        return None

    def _closed(self, body: str) -> tuple[str, int]:
        """The text with its last line, which states what all of it costs, itself included."""
        count, before = self.counter.count, self.remaining
        if not body.isascii():
            # Half a surrogate pair, as in a model's own query, has no UTF-8 form.
            body = body.encode("utf-8", "replace").decode("utf-8")
        cost = count(body)
        # A guess that mostly holds at once: the line's own tokens, for about this number.
        cost += count(f"\n{self._footer(cost, max(0, before - cost))}")
        for filler in ("", " .", " . ."):
            # The number changes its own length at most a few times before it holds; where it
            # never does, one more token in the line settles it.
            for _ in range(6):
                text = f"{body}\n{self._footer(cost, max(0, before - cost))}{filler}"
                found = count(text)
                if found == cost:
                    return text, cost
                cost = found
        # No fixed point: the line may be off by a token, the charge is not.
        text = f"{body}\n{self._footer(cost, max(0, before - cost))}"
        return text, count(text)

    def _footer(self, cost: int, left: int) -> str:
        return f"(call {self._calls}: {cost} tokens; {left} of {self.budget.total} left)"

    def _last(self, tool: str, arguments: Mapping[str, Any], started: float) -> Answer:
        """The answer that says that the budget is spent and lists what was read."""
        self._spent = True
        text, cost = "", 0
        for words in self._last_words():
            closed, price = self._closed(words)
            if price <= min(self.remaining, self.budget.cap):
                text, cost = closed, price
                break
        refusal = Refusal("spent", text.partition("\n")[0])
        self._record(self._calls, tool, arguments, (), cost, True, started)
        return Answer(text, cost, self.remaining, True, refusal, (), self._calls)

    def _last_words(self) -> Iterator[str]:
        head = "The budget is spent; nothing more can be shown. Answer from what you have read"
        levels = self.ledger.levels()
        order = (Level.NODE, Level.SECTION, Level.SUMMARY)
        names = [node for level in order for node, at in levels.items() if at is level]
        for count in range(min(len(names), 12), 0, -1):
            more = f" and {len(names) - count} more" if count < len(names) else ""
            yield f"{head}: {', '.join(f'[[{node}]]' for node in names[:count])}{more}."
        yield f"{head}."
        yield "The budget is spent."
        yield "Budget spent."

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
        given = {key: value for key, value in arguments.items() if value is not None}
        left = self.ledger.remaining - cost
        seconds = self._clock() - started
        self.ledger.append(Entry(call, tool, given, disclosed, cost, left, error, seconds))
