"""The conversation in a terminal: line editing, history, completion, the bar below."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from skillagent.cli.chat.commands import COMMANDS, LeaveError, command
from skillagent.cli.chat.conversation import Conversation, private_folder, state_folder
from skillagent.cli.chat.show import Terminal, View
from skillagent.cli.chat.words import budget_bar
from skillagent.cli.output import printable
from skillagent.errors import MissingPackageError, SkillAgentError, UsageError

try:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import CompleteEvent, Completer, Completion
    from prompt_toolkit.document import Document
    from prompt_toolkit.history import FileHistory, History, InMemoryHistory
    from prompt_toolkit.output import create_output
    from prompt_toolkit.styles import Style
except ImportError:
    raise MissingPackageError(
        "prompt_toolkit", "chat", "a conversation in a terminal (-p asks one question without)"
    ) from None

NODES = 200
"""Ids offered for completion at most."""


def talk(conversation: Conversation, view: View) -> int:
    """Ask and answer until the user leaves.

    Returns:
        The exit code.
    """
    assert isinstance(view, Terminal)
    view.begin()
    view.note("/help lists the commands; Ctrl-D leaves.")
    session: PromptSession[str] = PromptSession(
        history=_history(conversation),
        completer=_Completer(conversation),
        complete_while_typing=False,
        # Where only the answers are redirected, the prompt stays on the terminal.
        output=None if sys.stdout.isatty() else create_output(stdout=sys.stderr),
        bottom_toolbar=lambda: _toolbar(conversation),
        style=Style.from_dict({"bottom-toolbar": "noreverse ansibrightblack"}),
    )
    interrupted = False
    while True:
        try:
            line = session.prompt("\n> ").strip()
            interrupted = False
            if line in ("exit", "quit"):
                return 0
            if line.startswith("/"):
                command(line, conversation, view)
            elif line:
                conversation.answer(line, view)
        except SkillAgentError as error:
            view.failed(str(error))
        except KeyboardInterrupt:
            if interrupted:
                return 0
            interrupted = True
            view.note("Ctrl-C again, or Ctrl-D, leaves")
        except (EOFError, LeaveError):
            return 0


def _history(conversation: Conversation) -> History:
    if not conversation.keeps_history:
        return InMemoryHistory()
    path = state_folder() / "history"
    try:
        private_folder(path.parent)
        Path(path).touch(mode=0o600)
    except (OSError, UsageError):
        return InMemoryHistory()
    return _History(str(path))


def _toolbar(conversation: Conversation) -> str:
    name = conversation.agent.provider.name
    return printable(f" {name} · {budget_bar(conversation.toolset.ledger)}")


class _History(FileHistory):
    """A file that goes away in the middle of a conversation does not end it."""

    def load_history_strings(self) -> Iterable[str]:
        try:
            return list(super().load_history_strings())
        except OSError:
            return []

    def store_string(self, string: str) -> None:
        with contextlib.suppress(OSError, UnicodeEncodeError):
            super().store_string(string)


class _Completer(Completer):
    """Commands, and after `/read` and `/index` the ids they take."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation

    def get_completions(self, document: Document, event: CompleteEvent) -> Iterable[Completion]:
        text = document.text_before_cursor
        name, space, rest = text.partition(" ")
        if not space:
            names: Any = COMMANDS if text.startswith("/") else ()
            rest = text
        elif name in ("/read", "/index"):
            names = self._conversation.graph.nodes
        else:
            return
        found = [known for known in names if rest.casefold() in known.casefold()]
        found.sort(key=lambda known: (not known.casefold().startswith(rest.casefold()), known))
        for known in found[:NODES]:
            yield Completion(known, start_position=-len(rest))
