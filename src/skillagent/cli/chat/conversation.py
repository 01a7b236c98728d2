"""The conversation of one `chat`: its agent, its model, and the file it is kept in."""

from __future__ import annotations

import argparse
import os
from contextlib import closing
from pathlib import Path

from skillagent.agent import Agent, Done, saved
from skillagent.cli.chat.show import View
from skillagent.cli.declared import declared, named_graph
from skillagent.cli.progress_bar import progress_bar
from skillagent.cli.session import budget, bundled_graph, load
from skillagent.digest import sha256
from skillagent.disclosure import Toolset
from skillagent.errors import ProviderError, UsageError
from skillagent.graph import SkillGraph
from skillagent.index.search import SearchIndex
from skillagent.providers import Prices, Provider, provider_for
from skillagent.providers.names import OFFLINE
from skillagent.tokens import counter_for

NOT_ANSWERED, FAILED, INTERRUPTED = 1, 3, 130


class Conversation:
    """What the commands of a chat work on.

    Args:
        arguments: of the command line.

    Raises:
        SkillAgentError: the graph, the model, the prices or the saved file make no sense.
    """

    def __init__(self, arguments: argparse.Namespace) -> None:
        self._arguments = arguments
        self.is_bundled = named_graph(arguments) is None and declared() is None
        otherwise = str(bundled_graph()) if self.is_bundled else ""
        with progress_bar() as progress:
            self.graph = load(arguments, progress, otherwise)
        self.model: str = arguments.model or os.environ.get("SKILLAGENT_MODEL") or OFFLINE
        self._counted_for: str | None = arguments.count_for or self.model
        prices = arguments.prices or os.environ.get("SKILLAGENT_PRICES")
        self._prices = Prices.load(prices) if prices else Prices.bundled()
        self._file = None if arguments.no_history else _kept_in(self.graph)
        self.agent: Agent = self._fresh()
        if arguments.resume:
            self._resume()

    @property
    def toolset(self) -> Toolset:
        return self.agent.toolset

    @property
    def keeps_history(self) -> bool:
        """False where nothing of it may stay on disk."""
        return not self._arguments.no_history

    def answer(self, question: str, view: View) -> int:
        """Ask the model, show what happens, keep the conversation.

        Returns:
            The exit code.
        """
        code = NOT_ANSWERED
        before = len(self.agent.marks)
        try:
            with progress_bar() as progress:
                SearchIndex.of(self.graph, progress)  # the model's first query would build it
            with closing(self.agent.ask(question)) as events:
                for event in events:
                    view.event(event)
                    if isinstance(event, Done) and event.reason == "end" and event.text.strip():
                        code = 0
        except ProviderError as error:
            view.failed(str(error))
            code = FAILED
        except KeyboardInterrupt:
            view.stopped(kept=len(self.agent.marks) > before)
            code = INTERRUPTED
        self._keep(view)
        return code

    def clear(self) -> None:
        """A new conversation, with the whole budget as it is now."""
        limits = self.toolset.budget
        self.agent = self._fresh()
        self.toolset.rebudget(limits.total)

    def switch(self, model: str) -> None:
        """Go on with another model; the budget is still counted as before.

        Raises:
            UsageError: the name does not tell whose model it is.
        """
        self.agent.provider = self._provider(model)
        self.model = model

    def save(self, path: Path) -> None:
        """Write the conversation to a file."""
        saved.save(self.agent, path, self.model, self._counted_for)

    def load(self, path: Path) -> bool:
        """Go on with a conversation from a file, with its model unless `--model` names one.

        Returns:
            False where the graph has changed since.

        Raises:
            UsageError: the file is no conversation, or one about another graph.
        """
        found = saved.load(path)
        if found.graph != self.graph.name:
            raise UsageError(f"{path}: a conversation about {found.graph}, not {self.graph.name}")
        model = self._arguments.model or found.model
        provider = self._provider(model)
        toolset = Toolset.resume(self.graph, found.state, counter=counter_for(found.counted_for))
        self.agent = Agent(
            toolset,
            provider,
            self._arguments.max_turns,
            prices=self._prices,
            messages=found.messages,
            marks=found.marks,
        )
        self.model, self._counted_for = model, found.counted_for
        return found.digest == self.graph.digest

    def _resume(self) -> None:
        if self._file is None:
            raise UsageError("--no-history keeps no conversation that could go on")
        if not self._file.exists():
            raise UsageError(f"there is no earlier conversation about {self.graph.name}")
        self.load(self._file)
        if self._arguments.budget is not None:
            self.toolset.rebudget(self._arguments.budget)

    def _keep(self, view: View) -> None:
        if self._file is None:
            return
        try:
            private_folder(self._file.parent)
            self.save(self._file)
        except UsageError as error:
            self._file = None
            view.warned(f"this conversation is not kept: {error}")

    def _fresh(self) -> Agent:
        toolset = Toolset(
            self.graph, budget(self._arguments), counter=counter_for(self._counted_for)
        )
        provider = self._provider(self.model)
        return Agent(toolset, provider, self._arguments.max_turns, prices=self._prices)

    def _provider(self, model: str) -> Provider:
        arguments = self._arguments
        return provider_for(model, base_url=arguments.base_url, temperature=arguments.temperature)


def state_folder() -> Path:
    """Where conversations and the history of typed lines are kept."""
    import platformdirs

    return platformdirs.user_state_path("skillagent", appauthor=False)


def private_folder(folder: Path) -> None:
    """Make a folder that only its owner may look into.

    Raises:
        UsageError: it cannot be made.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder}: {error.strerror}") from None


def _kept_in(graph: SkillGraph) -> Path:
    """The file of the last conversation about a graph, known by where the graph lies."""
    roots = "\n".join(str(root.path.resolve()) for root in graph.roots)
    return state_folder() / "chats" / f"{sha256(roots)[7:23]}.json"
