"""`ChatSession`: the agent of one `skillagent chat`, its model and its history file."""

from __future__ import annotations

import argparse
import os
from contextlib import closing
from pathlib import Path

from skillagent.agent import Agent, Done, EndReason, Event, saved
from skillagent.cli.chat.show import Display
from skillagent.cli.declared import declared, named_graph, roots_of
from skillagent.cli.lock_option import frozen_lock
from skillagent.cli.progress_bar import progress_bar
from skillagent.cli.records import recorder, set_seed
from skillagent.cli.session import (
    budget,
    build_index,
    bundled_graph,
    is_semantic,
    load,
    untrusted_roots,
)
from skillagent.digest import sha256
from skillagent.disclosure import Toolset
from skillagent.errors import ProviderError, UsageError
from skillagent.graph import SkillGraph
from skillagent.providers import Prices, Provider, provider_for
from skillagent.providers.names import OFFLINE
from skillagent.runs import RunRecorder
from skillagent.tokens import counter_for

NOT_ANSWERED, FAILED, INTERRUPTED = 1, 3, 130


class ChatSession:
    """The state that the commands of a chat read and change.

    Args:
        arguments: parsed command line.

    Raises:
        SkillAgentError: the graph, the model, the prices or the saved file cannot be used.
    """

    def __init__(self, arguments: argparse.Namespace) -> None:
        self._arguments = arguments
        set_seed(arguments.seed)
        self.is_bundled = named_graph(arguments) is None and declared() is None
        otherwise = str(bundled_graph()) if self.is_bundled else ""
        with progress_bar() as progress:
            self.graph = load(arguments, progress, otherwise)
        self._roots = (*roots_of(arguments, otherwise), *arguments.also)
        self._lock = frozen_lock(arguments, self.graph)
        self._semantic = is_semantic(arguments)
        self.model: str = arguments.model or os.environ.get("SKILLAGENT_MODEL") or OFFLINE
        self._counted_for: str | None = arguments.count_for or self.model
        prices = arguments.prices or os.environ.get("SKILLAGENT_PRICES")
        self._prices = Prices.load(prices) if prices else Prices.bundled()
        self._file = None if arguments.no_history else _history_file(self.graph)
        self._named: Path | None = None
        """The record that was named last."""
        self.agent: Agent = self._fresh()
        if arguments.resume:
            self._resume()

    @property
    def toolset(self) -> Toolset:
        return self.agent.toolset

    @property
    def keeps_history(self) -> bool:
        """False if nothing of the conversation may be written to disk."""
        return not self._arguments.no_history

    def answer(self, question: str, display: Display) -> int:
        """Ask the model, show the events, and save the conversation.

        Returns:
            The exit code.
        """
        code = NOT_ANSWERED
        before = len(self.agent.marks)
        try:
            with progress_bar() as progress:
                build_index(self.toolset, progress)
            with closing(self.agent.ask(question)) as events:
                for event in events:
                    display.event(event)
                    if _is_answer(event):
                        code = 0
        except ProviderError as error:
            display.failed(str(error))
            code = FAILED
        except KeyboardInterrupt:
            display.stopped(kept=len(self.agent.marks) > before)
            code = INTERRUPTED
        self._save_history(display)
        self._say_where(display)
        return code

    def _say_where(self, display: Display) -> None:
        """Name the folder of the record once."""
        record = self.agent.record
        path = record.path if isinstance(record, RunRecorder) else None
        if path is not None and path != self._named:
            self._named = path
            display.recorded(str(path))

    def clear(self) -> None:
        """Start a new conversation. The budget keeps its present total, none of it spent."""
        budget = self.toolset.budget
        self.agent = self._fresh()
        self.toolset.rebudget(budget.total)

    def switch(self, model: str) -> None:
        """Continue with another model. The budget is counted as before.

        Raises:
            UsageError: the name does not identify a provider.
        """
        self.agent.provider = self._provider(model)
        self.model = model

    def save(self, path: Path) -> None:
        """Write the conversation to a file."""
        saved.save(self.agent, path, self.model, self._counted_for)

    def load(self, path: Path) -> bool:
        """Continue a conversation from a file, with its model unless `--model` names one.

        Returns:
            False if the graph has changed since.

        Raises:
            UsageError: the file is not a conversation, or belongs to another graph.
        """
        conversation = saved.load(path)
        if conversation.graph != self.graph.name:
            raise UsageError(
                f"{path}: a conversation about {conversation.graph}, not {self.graph.name}"
            )
        model = self._arguments.model or conversation.model
        provider = self._provider(model)
        toolset = Toolset.resume(
            self.graph,
            conversation.state,
            counter=counter_for(conversation.counted_for),
            lock=self._lock,
            semantic=self._semantic,
        )
        self.agent = Agent(
            toolset,
            provider,
            self._arguments.max_turns,
            prices=self._prices,
            messages=conversation.messages,
            marks=conversation.marks,
        )
        self.agent.record = self._recorder(path.read_bytes())
        self.model, self._counted_for = model, conversation.counted_for
        return conversation.digest == self.graph.digest

    def _resume(self) -> None:
        if self._file is None:
            raise UsageError("--no-history keeps no conversation that could go on")
        if not self._file.exists():
            raise UsageError(f"there is no earlier conversation about {self.graph.name}")
        self.load(self._file)
        if self._arguments.budget is not None:
            self.toolset.rebudget(self._arguments.budget)

    def _save_history(self, display: Display) -> None:
        if self._file is None:
            return
        try:
            private_folder(self._file.parent)
            self.save(self._file)
        except UsageError as error:
            self._file = None
            display.warned(f"this conversation is not kept: {error}")

    def _fresh(self) -> Agent:
        counter = counter_for(self._counted_for)
        toolset = Toolset(
            self.graph,
            budget(self._arguments),
            counter=counter,
            lock=self._lock,
            semantic=self._semantic,
            untrusted=untrusted_roots(self._arguments),
        )
        provider = self._provider(self.model)
        agent = Agent(toolset, provider, self._arguments.max_turns, prices=self._prices)
        agent.record = self._recorder()
        return agent

    def _recorder(self, resumed: bytes = b"") -> RunRecorder | None:
        """A recorder for a conversation that begins now; None if nothing is recorded."""
        return recorder(self._arguments, self._roots, resumed=resumed)

    def _provider(self, model: str) -> Provider:
        arguments = self._arguments
        return provider_for(
            model,
            base_url=arguments.base_url,
            temperature=arguments.temperature,
            seed=arguments.seed,
        )


def _is_answer(event: Event) -> bool:
    return isinstance(event, Done) and event.reason is EndReason.END and bool(event.text.strip())


def state_folder() -> Path:
    """Folder of saved conversations and of the history of typed lines."""
    import platformdirs

    return platformdirs.user_state_path("skillagent", appauthor=False)


def private_folder(folder: Path) -> None:
    """Create a folder that only its owner can read.

    Raises:
        UsageError: the folder cannot be created.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder}: {error.strerror}") from None


def _history_file(graph: SkillGraph) -> Path:
    """The file of the last conversation about a graph, named by the folders of the graph."""
    roots = "\n".join(str(root.path.resolve()) for root in graph.roots)
    return state_folder() / "chats" / f"{sha256(roots)[7:23]}.json"
