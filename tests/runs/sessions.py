"""Sessions that a user can have, drawn by hypothesis, and an agent that goes through them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from hypothesis import strategies as st

from skillagent import Agent, OfflineProvider, Toolset
from skillagent.agent import saved
from skillagent.disclosure import Budget
from skillagent.errors import ProviderError, UsageError
from skillagent.messages import (
    Message,
    Opaque,
    Part,
    Reply,
    Request,
    Role,
    Stop,
    Text,
    ToolCall,
    Usage,
)
from skillagent.providers import Provider
from skillagent.providers.base import Determinism, ReplyEvent
from skillagent.repro.graph_at_hand import GraphAtHand
from skillagent.repro.verify import checks
from skillagent.runs import RunRecord, RunRecorder
from skillagent.store import GraphView, graph_behind


@dataclass(frozen=True)
class Turn:
    """What the model does when it is asked once."""

    text: str = ""
    calls: tuple[tuple[str, Any], ...] = ()
    """Name of each tool, and its arguments."""
    stop: Stop = Stop.END
    error: str | None = None
    """It fails with this error, after its text."""
    status: int | None = None
    is_streamed: bool = True
    """Whether its text also comes in pieces."""
    opaque: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Ask:
    """The user asks."""

    question: str
    turns: tuple[Turn, ...] = ()
    """Of a model; the offline navigator finds its own way."""
    stop_after: int | None = None
    """The user stops the answer after so many events."""


@dataclass(frozen=True)
class Undo:
    """The user takes the last question back."""


@dataclass(frozen=True)
class Rebudget:
    """The user changes the total."""

    total: int


@dataclass(frozen=True)
class Switch:
    """The user goes on with another model."""

    model: str
    temperature: float | None = None


@dataclass(frozen=True)
class Resume:
    """The conversation is saved, and continued by another process with a record of its own."""


Step: TypeAlias = Ask | Undo | Rebudget | Switch | Resume


@dataclass(frozen=True)
class Session:
    """How a session is set up, and what its user does."""

    steps: tuple[Step, ...]
    budget: Budget
    model: str = "offline"
    hidden_text: bool = False
    max_turns: int = 4
    seed: int | None = None


class Model:
    """A model that does what it is told to."""

    determinism = Determinism.SAMPLED

    def __init__(self, name: str, temperature: float | None) -> None:
        self.name = name
        self.parameters = {} if temperature is None else {"temperature": temperature}
        self.turns: list[Turn] = []
        self._calls = 0

    def reply(self, request: Request) -> Iterator[ReplyEvent]:
        turn = self.turns.pop(0) if self.turns else Turn("That is all.")
        if turn.is_streamed:
            for at in range(0, len(turn.text), 7):
                yield Text(turn.text[at : at + 7])
        if turn.error is not None:
            raise ProviderError(turn.error, turn.status)
        parts: list[Part] = [Text(turn.text)] if turn.text else []
        if turn.opaque is not None:
            parts.append(Opaque("messages", turn.opaque))
        for name, arguments in turn.calls:
            self._calls += 1
            # Some models give the same id to several calls.
            parts.append(ToolCall(f"toolu_{self._calls % 3}", name, arguments))
        stop = Stop.TOOL_USE if turn.calls and turn.stop is Stop.END else turn.stop
        message = Message(Role.ASSISTANT, tuple(parts))
        yield Reply(message, stop, Usage(10, 2), self.name, "msg_1", "fp_1")


def _provider(model: str, temperature: float | None = None) -> Provider:
    return OfflineProvider() if model == "offline" else Model(model, temperature)


class Player:
    """Goes through a session, and records it.

    Args:
        graph: the graph.
        session: the session.
        folder: folder of the records.
        environ: environment variables of the recorder.
        with_nodes: see `RunRecorder`.
    """

    def __init__(
        self,
        graph: GraphView,
        session: Session,
        folder: Path,
        environ: Mapping[str, str] | None = None,
        *,
        with_nodes: bool = False,
    ) -> None:
        self._graph = graph
        self._session = session
        self._folder = folder
        self._environ = environ or {}
        self._with_nodes = with_nodes
        self.recorders: list[RunRecorder] = []
        toolset = Toolset(graph, session.budget, hidden_text=session.hidden_text)
        self.agent = Agent(toolset, _provider(session.model), session.max_turns)
        self.agent.record = self._recorder()

    def play(self) -> list[Path]:
        """Do what the user does.

        Returns:
            The folders of the records.
        """
        for step in self._session.steps:
            self._do(step)
        return [recorder.path for recorder in self.recorders if recorder.path]

    def _recorder(self, resumed: bytes = b"") -> RunRecorder:
        recorder = RunRecorder(
            self._folder,
            environ=self._environ,
            seed=self._session.seed,
            with_nodes=self._with_nodes,
            resumed=resumed,
        )
        self.recorders.append(recorder)
        return recorder

    def _do(self, step: Step) -> None:
        match step:
            case Ask():
                self._ask(step)
            case Undo():
                self.agent.undo()
            case Rebudget(total):
                with suppress(UsageError):  # more is spent already, as the user is told
                    self.agent.toolset.rebudget(total)
            case Switch(model, temperature):
                self.agent.provider = _provider(model, temperature)
            case Resume():
                self._resume()

    def _ask(self, step: Ask) -> None:
        if isinstance(self.agent.provider, Model):
            self.agent.provider.turns = list(step.turns)
        events = self.agent.ask(step.question)
        try:
            for number, _ in enumerate(events, 1):
                if number == step.stop_after:
                    break
        except ProviderError:
            pass
        finally:
            events.close()

    def _resume(self) -> None:
        path = self._folder / "saved.json"
        saved.save(self.agent, path, self.agent.provider.name, None)
        conversation = saved.load(path)
        self.agent = Agent(
            Toolset.resume(self._graph, conversation.state),
            self.agent.provider,
            self._session.max_turns,
            messages=conversation.messages,
            marks=conversation.marks,
        )
        self.agent.record = self._recorder(path.read_bytes())


def in_folder(graph: GraphView) -> GraphAtHand:
    """The graph that was recorded, as it lies in its folder."""
    return GraphAtHand(
        graph, "as it is now", is_recorded=True, now=graph_behind(graph), present=graph
    )


def faults(record: RunRecord, graph: GraphView) -> list[str]:
    """What `skillagent verify` finds in a record, on the graph that it read."""
    levels = checks(record, in_folder(graph), 3)
    return [f"L{check.level} {fault}" for check in levels for fault in check.faults]


def sessions(nodes: tuple[str, ...], questions: tuple[str, ...]) -> st.SearchStrategy[Session]:
    """Sessions about a graph.

    Args:
        nodes: names that calls may use.
        questions: what may be asked.
    """
    first, more = _asks(nodes, questions), st.lists(_steps(nodes, questions), max_size=6)
    steps = st.tuples(first, more).map(lambda pair: (pair[0], *pair[1]))
    total = st.sampled_from((0, 60, 150, 400, 1_500, 20_000))
    per_call = st.sampled_from((None, None, 80, 600))
    characters = st.sampled_from((None, None, 900))
    budgets = st.builds(
        lambda all_calls, one, most: replace(Budget(all_calls), per_call=one, characters=most),
        total,
        per_call,
        characters,
    )
    return st.builds(
        Session,
        steps,
        budget=budgets,
        model=st.sampled_from(("offline", "mock-small")),
        hidden_text=st.booleans(),
        max_turns=st.integers(1, 4),
        seed=st.sampled_from((None, 0, 7)),
    )


_TEXTS = st.sampled_from(("", "I look.", "Two\nlines, and an emoji 🎲.", '{"a": 1}', "half \ud83d"))


def _asks(nodes: tuple[str, ...], questions: tuple[str, ...]) -> st.SearchStrategy[Step]:
    names = st.sampled_from((*nodes, "no-such-node"))
    words = st.sampled_from(("seed", "loss of a run", "ü", "", "x" * 300))
    odd: st.SearchStrategy[Any] = st.sampled_from(
        (1.5, True, None, [], {"deep": [{"er": 0.1}]}, 1e300, -(2**70))
    )
    calls = st.one_of(
        st.tuples(st.just("list_index"), st.fixed_dictionaries({"query": words})),
        st.tuples(st.just("read_summary"), st.fixed_dictionaries({"nodes": st.lists(names)})),
        st.tuples(
            st.just("read_node"),
            st.fixed_dictionaries({"node": names}, optional={"again": st.booleans()}),
        ),
        st.tuples(st.just("read_node"), st.fixed_dictionaries({"node": odd})),
        st.tuples(st.sampled_from(("read_node", "sing")), st.sampled_from(("{", "[1.5]", "1e400"))),
    )
    says = st.builds(
        Turn, _TEXTS, is_streamed=st.booleans(), stop=st.sampled_from((Stop.END, *Stop))
    )
    calling = st.builds(
        Turn,
        _TEXTS,
        st.lists(calls, min_size=1, max_size=3).map(tuple),
        stop=st.sampled_from((Stop.END, Stop.END, Stop.END, Stop.MAX_TOKENS)),
        is_streamed=st.booleans(),
        opaque=st.sampled_from((None, {"signature": "abc", "index": 0.5})),
    )
    failing = st.builds(
        Turn,
        _TEXTS,
        error=st.sampled_from(("it is overloaded", "no such model")),
        status=st.sampled_from((None, 429, 529)),
    )
    turns = st.lists(st.one_of(calling, calling, says, failing), max_size=4).map(tuple)
    stops = st.one_of(st.none(), st.none(), st.integers(1, 8))
    return st.builds(Ask, st.sampled_from(questions), turns, stops)


def _steps(nodes: tuple[str, ...], questions: tuple[str, ...]) -> st.SearchStrategy[Step]:
    ask = _asks(nodes, questions)
    other: st.SearchStrategy[Step] = st.one_of(
        st.builds(Undo),
        st.builds(Rebudget, st.sampled_from((100, 1_000, 5_000, 50_000))),
        st.builds(Switch, st.sampled_from(("offline", "mock-large")), st.sampled_from((None, 0.7))),
        st.builds(Resume),
    )
    return st.one_of(ask, ask, other)
