"""The chat in a terminal: line editing, history, completion and the status bar."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from skillagent.cli.chat.chat_session import ChatSession, private_folder, state_folder
from skillagent.cli.chat.commands import COMMANDS, LeaveError, command
from skillagent.cli.chat.show import Display, Terminal
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
"""Maximum number of ids offered for completion."""


def talk(session: ChatSession, display: Display) -> int:
    """Ask and answer until the user leaves.

    Returns:
        The exit code.
    """
    assert isinstance(display, Terminal)
    display.begin()
    display.note("/help lists the commands; Ctrl-D leaves.")
    prompt: PromptSession[str] = PromptSession(
        history=_history(session),
        completer=_Completer(session),
        complete_while_typing=False,
        # If only the answers are redirected, the prompt stays on the terminal.
        output=None if sys.stdout.isatty() else create_output(stdout=sys.stderr),
        bottom_toolbar=lambda: _toolbar(session),
        style=Style.from_dict({"bottom-toolbar": "noreverse ansibrightblack"}),
    )
    interrupted = False
    while True:
        try:
            line = prompt.prompt("\n> ").strip()
            interrupted = False
            if line in ("exit", "quit"):
                return 0
            if line.startswith("/"):
                command(line, session, display)
            elif line:
                session.answer(line, display)
        except SkillAgentError as error:
            display.failed(str(error))
        except KeyboardInterrupt:
            if interrupted:
                return 0
            interrupted = True
            display.note("Ctrl-C again, or Ctrl-D, leaves")
        except (EOFError, LeaveError):
            return 0


def _history(session: ChatSession) -> History:
    if not session.keeps_history:
        return InMemoryHistory()
    path = state_folder() / "history"
    try:
        private_folder(path.parent)
        Path(path).touch(mode=0o600)
    except (OSError, UsageError):
        return InMemoryHistory()
    return _History(str(path))


def _toolbar(session: ChatSession) -> str:
    name = session.agent.provider.name
    return printable(f" {name} · {budget_bar(session.toolset.ledger)}")


class _History(FileHistory):
    """A history file whose loss in the middle of a chat does not end the chat."""

    def load_history_strings(self) -> Iterable[str]:
        try:
            return list(super().load_history_strings())
        except OSError:
            return []

    def store_string(self, string: str) -> None:
        with contextlib.suppress(OSError, UnicodeEncodeError):
            super().store_string(string)


class _Completer(Completer):
    """Completes commands, and ids after `/read` and `/index`."""

    def __init__(self, session: ChatSession) -> None:
        self._session = session

    def get_completions(self, document: Document, event: CompleteEvent) -> Iterable[Completion]:
        text = document.text_before_cursor
        name, space, rest = text.partition(" ")
        if not space:
            names: Any = COMMANDS if text.startswith("/") else ()
            rest = text
        elif name in ("/read", "/index"):
            names = self._session.graph.nodes
        else:
            return
        typed = rest.casefold()
        matches = [name for name in names if typed in name.casefold()]
        matches.sort(key=lambda name: (not name.casefold().startswith(typed), name))
        for match in matches[:NODES]:
            yield Completion(match, start_position=-len(rest))
