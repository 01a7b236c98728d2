"""`skillagent chat`: ask questions of a graph and watch it being walked.

The answer goes to standard output, everything else to standard error, so that a pipe gets
just the answer.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, TextIO

from skillagent.agent import AnswerText, CallFinished, CallStarted, Done, Event, Session
from skillagent.cli.common import load, toolset
from skillagent.cli.output import printable, to_json
from skillagent.messages import ToolCall
from skillagent.providers import OfflineProvider

ARGUMENT_CHARS = 100


def run(arguments: argparse.Namespace) -> int:
    graph = load(arguments)
    session = Session(toolset(graph, arguments), OfflineProvider())
    show = _Json() if arguments.json else _Terminal(session)
    show.begin()
    answered = False
    for question in _questions(arguments):
        for event in session.ask(question):
            show.event(event)
        answered = True
    if not answered:
        print("skillagent: no question; give one with -p", file=sys.stderr)
        return 2
    return 0


def _questions(arguments: argparse.Namespace) -> Iterator[str]:
    if arguments.prompt is not None:
        yield arguments.prompt
    elif sys.stdin.isatty():
        while True:
            print("\n> ", end="", file=sys.stderr, flush=True)
            line = sys.stdin.readline()
            if not line or line.strip() in ("/exit", "exit", "quit"):
                return
            if line.strip():
                yield line.strip()
    elif question := sys.stdin.read().strip():
        yield question


class _Terminal:
    """Words for a person."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._dim = _styled(sys.stderr)

    def begin(self) -> None:
        graph = self._session.toolset.graph
        counts = graph.counts
        self._note(
            f"{graph.name}: {counts.nodes} nodes, {counts.maps} maps. Provider "
            f"{self._session.provider.name}: a scripted navigator, no model."
        )

    def event(self, event: Event) -> None:
        if isinstance(event, AnswerText):
            sys.stdout.write(printable(event.text))
            sys.stdout.flush()
        elif isinstance(event, CallFinished):
            answer = event.answer
            refused = "  refused" if answer.error else ""
            self._note(
                f"→ {_call_text(event.call)}  {answer.cost} tokens, "
                f"{answer.remaining} left{refused}"
            )
        elif isinstance(event, Done):
            self._end(event)

    def _end(self, done: Done) -> None:
        ledger = self._session.toolset.ledger
        instructions = sum(entry.cost for entry in ledger.entries if entry.call == 0)
        calls = sum(entry.call > 0 for entry in ledger.entries)
        if done.reason != "end":
            self._note(f"stopped: {done.reason}")
        self._note(
            f"{calls} calls; {ledger.spent} of {ledger.total} tokens disclosed, "
            f"{instructions} of them instructions ({ledger.counter})"
        )

    def _note(self, text: str) -> None:
        text = printable(text)
        print(f"\x1b[2m{text}\x1b[0m" if self._dim else text, file=sys.stderr, flush=True)


class _Json:
    """One event a line."""

    def begin(self) -> None:
        pass

    def event(self, event: Event) -> None:
        print(to_json(_event_json(event)), flush=True)


def _event_json(event: Event) -> dict[str, Any]:
    if isinstance(event, AnswerText):
        return {"event": "text", "text": event.text}
    if isinstance(event, CallStarted):
        return {"event": "call", **_call_json(event.call)}
    if isinstance(event, CallFinished):
        return {"event": "result", "id": event.call.id, **event.answer.to_json()}
    if isinstance(event, Done):
        return {"event": "done", "reason": event.reason, "text": event.text}
    return {"event": "turn", "turn": event.turn, "usage": asdict(event.usage)}


def _call_json(call: ToolCall) -> dict[str, Any]:
    arguments = call.arguments if isinstance(call.arguments, str) else dict(call.arguments)
    return {"id": call.id, "name": call.name, "arguments": arguments}


def _call_text(call: ToolCall) -> str:
    if isinstance(call.arguments, str):
        given = call.arguments
    else:
        given = ", ".join(f"{name}={value!r}" for name, value in call.arguments.items())
    if len(given) > ARGUMENT_CHARS:
        given = given[: ARGUMENT_CHARS - 1] + "…"
    return f"{call.name}({given})"


def _styled(stream: TextIO) -> bool:
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
