"""One case, run by one policy inside one budget; and what is kept of it.

Everything that a policy is shown passes through one `Toolset`, so the token counter, the budget
and the account are the product's own for every policy, however plain.

Above: `policies`, `running`. Below: `agent`, `disclosure`, `runs`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from skillagent.agent import Agent, Done
from skillagent.agent.agent import MAX_TURNS
from skillagent.disclosure import Answer, Budget, Level, Toolset
from skillagent.disclosure.budget import RESERVE
from skillagent.disclosure.ledger import LedgerEntry
from skillagent.disclosure.served_call import HAND_OVER, Asked
from skillagent.embeddings import Embedder
from skillagent.graph import Node, SkillGraph
from skillagent.messages import ToolCall
from skillagent.providers import Provider
from skillagent.runs import RunRecorder
from skillagent.tokens import TokenCounter


@dataclass(frozen=True, slots=True)
class Step:
    """One answer of the session."""

    tool: str
    cost: int
    """Tokens of its text."""
    read: tuple[str, ...] = ()
    """Ids of the nodes whose whole text it showed."""
    parts: tuple[str, ...] = ()
    """Ids of the nodes of which it showed a section."""
    listed: tuple[str, ...] = ()
    """Ids of the nodes that it named with a description."""

    @classmethod
    def of(cls, entry: LedgerEntry) -> Step:
        """The step that an entry of the ledger gives."""
        by_level: dict[Level, dict[str, None]] = {}
        for item in entry.disclosed:
            by_level.setdefault(item.level, {})[item.node] = None
        listed = {**by_level.get(Level.INDEX, {}), **by_level.get(Level.SUMMARY, {})}
        return cls(
            entry.tool,
            entry.cost,
            tuple(by_level.get(Level.NODE, ())),
            tuple(by_level.get(Level.SECTION, ())),
            tuple(listed),
        )

    @property
    def is_reading(self) -> bool:
        """Whether it showed the text of a node, whole or a section."""
        return bool(self.read or self.parts)

    def to_json(self) -> list[Any]:
        return [self.tool, self.cost, list(self.read), list(self.parts), list(self.listed)]

    @classmethod
    def from_json(cls, values: Iterable[Any]) -> Step:
        tool, cost, read, parts, listed = values
        nodes = [*read, *parts, *listed]
        if not isinstance(cost, int) or cost < 0 or not all(isinstance(n, str) for n in nodes):
            raise TypeError("a step has a cost in tokens, and ids of nodes")
        return cls(tool, cost, tuple(read), tuple(parts), tuple(listed))


def plain_budget(total: int) -> Budget:
    """The budget of a policy that hands over texts and never calls a tool.

    A toolset keeps a reserve for its last answer, which says that the budget is spent. A plain
    policy has no such answer, so it may use the whole budget, and its toolset has the reserve in
    addition.
    """
    # A reserve grows by one token at most where the total does, so one of these is right.
    with_reserve = next(
        total + extra for extra in range(RESERVE + 1) if Budget(total + extra).reserve == extra
    )
    return Budget(with_reserve, per_call=with_reserve)


class Session:
    """What a policy acts on.

    Args:
        graph: the graph.
        budget: tokens that everything shown may cost together.
        counter: counts tokens.
        plain: whether the policy calls no tool; see `plain_budget`.
        record: records the session; None if it is not recorded.
        max_turns: maximum of replies of a model.
        repeat: number of this run of the case, from 1.
        embedder: the model by which the tools search by meaning, too.
    """

    def __init__(
        self,
        graph: SkillGraph,
        budget: int,
        counter: TokenCounter,
        *,
        plain: bool = False,
        record: RunRecorder | None = None,
        max_turns: int = MAX_TURNS,
        repeat: int = 1,
        embedder: Embedder | None = None,
    ) -> None:
        self.graph = graph
        self.repeat = repeat
        self.budget = budget
        limits = plain_budget(budget) if plain else Budget(budget)
        self.toolset = Toolset(graph, limits, counter=counter, semantic=embedder or False)
        self._record = record
        self._max_turns = max_turns

    @property
    def remaining(self) -> int:
        """Tokens left of `budget`."""
        return self.budget - self.toolset.ledger.spent

    @property
    def steps(self) -> tuple[Step, ...]:
        """All answers so far, also the system prompt of a model."""
        return tuple(Step.of(entry) for entry in self.toolset.ledger.entries)

    def list_index(
        self, map: str | None = None, query: str | None = None, cursor: str | None = None
    ) -> Answer:
        """See `Toolset.list_index`."""
        return self._call("list_index", {"map": map, "query": query, "cursor": cursor})

    def read_summary(self, nodes: Iterable[str], query: str | None = None) -> Answer:
        """See `Toolset.read_summary`."""
        return self._call("read_summary", {"nodes": list(nodes), "query": query})

    def read_node(self, node: str, section: str | None = None) -> Answer:
        """See `Toolset.read_node`."""
        return self._call("read_node", {"node": node, "section": section})

    def hand_over(self, node: str) -> bool:
        """Show the whole text of a node as a plain loader does, without any words of ours.

        Returns:
            False if it does not fit; then nothing is shown and nothing is charged.
        """
        cost = self._cost(self.graph.nodes[node])
        if cost > self.remaining:
            return False
        text = self.graph.nodes[node].document.body.strip()
        self._hand_over({"node": node}, Asked.TEXT, (node, text, node, cost))
        return True

    def show(self, name: str, text: str) -> bool:
        """Show a text that is not the text of a node, such as a catalogue.

        Args:
            name: a name for it.
            text: the text.

        Returns:
            False if it does not fit; then nothing is shown and nothing is charged.
        """
        cost = self.toolset.counter.count(text)
        if cost > self.remaining:
            return False
        arguments = {"name": name, "node": None, "tokens": cost}
        self._hand_over(arguments, Asked.FILE, (name, text, None, cost))
        return True

    def ask(self, question: str, provider: Provider) -> str:
        """Let a model answer with the tools.

        Args:
            question: the question.
            provider: the model.

        Returns:
            The text of its answer.

        Raises:
            ProviderError: the model failed.
        """
        agent = Agent(self.toolset, provider, self._max_turns, record=self._record)
        answers = [event.text for event in agent.ask(question) if isinstance(event, Done)]
        return answers[-1] if answers else ""

    def close(self) -> None:
        """Finish the record; a session in which nothing was shown leaves one, too."""
        if self._record is not None:
            self._record.begin(self.toolset, None, None)
            self._record.close()

    def _cost(self, node: Node) -> int:
        """Tokens of a node's text as it is written, counted once for all sessions."""
        counter = self.toolset.counter
        counted_as = f"{counter.name}, as written"
        return self.toolset.graph.cost(node.id, counted_as, lambda: node.cost(counter))

    def _call(self, tool: str, arguments: Mapping[str, Any]) -> Answer:
        sent = {name: value for name, value in arguments.items() if value is not None}
        call = ToolCall(f"call {self.toolset.calls + 1}", tool, sent)
        self._opened(call, Asked.TOOL)
        answer = self.toolset.call(tool, sent)
        self._answered(call, answer)
        return answer

    def _hand_over(
        self, arguments: Mapping[str, Any], asked: Asked, given: tuple[str, str, str | None, int]
    ) -> None:
        call = ToolCall(f"call {self.toolset.calls + 1}", HAND_OVER, dict(arguments))
        self._opened(call, asked)
        self._answered(call, self.toolset.hand_over(*given))

    def _opened(self, call: ToolCall, asked: Asked) -> None:
        if self._record is not None:
            self._record.begin(self.toolset, None, None)
            self._record.call(call, asked)

    def _answered(self, call: ToolCall, answer: Answer) -> None:
        if self._record is not None:
            self._record.answer(call, answer)
