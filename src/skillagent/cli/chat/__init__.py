"""`skillagent chat`: ask questions about a graph and watch how the model walks it.

The answer goes to standard output, everything else to standard error, so that a pipe receives
only the answer. `-p` and a pipe ask one question; in a terminal it is a conversation.
"""

from __future__ import annotations

import argparse
import sys

from skillagent.cli.chat.chat_session import ChatSession
from skillagent.cli.chat.show import Display, JsonLines, Terminal
from skillagent.errors import SkillAgentError, UsageError


def run(arguments: argparse.Namespace) -> int:
    interactive = arguments.prompt is None and sys.stdin.isatty()
    if interactive and arguments.json:
        raise UsageError("--json needs a question: give one with -p, or on standard input")
    question = "" if interactive else arguments.prompt or _piped(arguments)
    if not interactive and not question.strip():
        raise UsageError("no question; give one with -p")
    session = ChatSession(arguments)
    display: Display = JsonLines() if arguments.json else Terminal(session)
    if interactive:
        # Line editing is imported only where there are lines to edit.
        from skillagent.cli.chat.prompt import talk

        return talk(session, display)
    display.begin()
    try:
        return session.answer(question, display)
    except SkillAgentError as error:
        if arguments.json:
            display.failed(str(error))
        raise


def _piped(arguments: argparse.Namespace) -> str:
    return sys.stdin.read() if arguments.prompt is None else ""
