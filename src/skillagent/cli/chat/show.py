"""What a person, or a program, sees of an answer being made."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import asdict
from typing import Any, Protocol, TextIO

from skillagent.agent import Agent, AnswerText, CallFinished, CallStarted, Done, Event, TurnFinished
from skillagent.cli.chat.markdown import MarkdownWriter, Writer
from skillagent.cli.chat.words import budget_bar, dollars_text, tool_call_text, usage_text
from skillagent.cli.output import printable, to_json
from skillagent.messages import ToolCall, Usage

WIDE = 160
"""Columns of a line that no terminal shows."""
REASONS = {
    "refusal": "the model refused",
    "max_tokens": "the answer reached the longest reply that the model may give",
    "context_full": "the conversation no longer fits the model; /undo or /clear",
    "incomplete": "the answer broke off; what it asked for last was not run",
    "max_turns": "the model was still calling tools; ask it to go on, or raise --max-turns",
    "pause": "the model paused",
}


class View(Protocol):
    """Shows the events of one question after another."""

    def begin(self) -> None: ...

    def event(self, event: Event) -> None: ...

    def failed(self, message: str) -> None:
        """The question could not be answered."""
        ...

    def warned(self, message: str) -> None:
        """Something went wrong beside the answer."""
        ...

    def stopped(self, *, kept: bool) -> None:
        """The user stopped the answer.

        Args:
            kept: whether the question is in the conversation.
        """
        ...


class Talk(Protocol):
    """The conversation that is shown."""

    @property
    def agent(self) -> Agent:
        """It may be another one after `/clear` or `/load`."""
        ...

    @property
    def is_bundled(self) -> bool:
        """True where no graph was named or declared, and the bundled one is walked."""
        ...


class Terminal:
    """Words for a person."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._dim = styled(sys.stderr)
        self._writer = answer_writer(sys.stdout)
        self._columns = shutil.get_terminal_size().columns if sys.stderr.isatty() else WIDE
        self._usage, self._dollars, self._priced = Usage(), 0.0, True

    def begin(self) -> None:
        agent = self._talk.agent
        graph, name = agent.toolset.graph, agent.provider.name
        who = "offline (a scripted navigator, no model)" if name == "offline" else name
        name = f"{graph.name} (the bundled example)" if self._talk.is_bundled else graph.name
        self.note(f"{name}: {len(graph.ids)} nodes, {len(graph.maps)} maps · {who}")

    def event(self, event: Event) -> None:
        if isinstance(event, AnswerText):
            self._writer.write(printable(event.text))
            return
        self._writer.finish()
        if isinstance(event, CallFinished):
            answer = event.answer
            refused = "  refused" if answer.error else ""
            cost = f"  {answer.cost:,} tokens, {answer.remaining:,} left{refused}"
            room = self._columns - len(f"→ {event.call.name}()") - len(cost)
            self.note(f"→ {tool_call_text(event.call, max(20, room))}{cost}")
        elif isinstance(event, TurnFinished):
            self._usage += event.usage
            if event.usage != Usage():
                self._priced = self._priced and event.dollars is not None
                self._dollars += event.dollars or 0.0
        elif isinstance(event, Done):
            if event.reason == "end" and not event.text.strip():
                self.note("the model said nothing")
            elif event.reason != "end":
                self.note(f"stopped: {REASONS.get(event.reason, event.reason)}")
            self._account()

    def failed(self, message: str) -> None:
        self._writer.finish()
        self.note(f"skillagent: {message}")
        self._reset()

    def warned(self, message: str) -> None:
        self.note(f"skillagent: {message}")

    def stopped(self, *, kept: bool) -> None:
        self._writer.finish()
        what = "what came so far is kept (/undo takes it back)" if kept else "nothing is kept"
        self.note(f"stopped; {what}")
        self._reset()

    def note(self, text: str) -> None:
        """One line beside the answer."""
        text = printable(text)
        print(f"\x1b[2m{text}\x1b[0m" if self._dim else text, file=sys.stderr, flush=True)

    def show(self, text: str) -> None:
        """Text that a command was asked for, as Markdown."""
        self._writer.write(printable(text))
        self._writer.finish()

    def _account(self) -> None:
        ledger = self._talk.agent.toolset.ledger
        calls = sum(entry.call > 0 for entry in ledger.entries)
        parts = [f"{budget_bar(ledger)} disclosed ({ledger.counter}), {calls} calls"]
        if self._usage != Usage():
            parts.append(usage_text(self._usage))
            if self._priced:
                parts.append(dollars_text(self._dollars))
        self.note(" · ".join(parts))
        self._reset()

    def _reset(self) -> None:
        self._usage, self._dollars, self._priced = Usage(), 0.0, True


class JsonLines:
    """One event a line."""

    def begin(self) -> None:
        pass

    def event(self, event: Event) -> None:
        print(to_json(_event_json(event)), flush=True)

    def failed(self, message: str) -> None:
        print(to_json({"event": "error", "message": message}), flush=True)

    def warned(self, message: str) -> None:
        print(printable(f"skillagent: {message}"), file=sys.stderr, flush=True)

    def stopped(self, *, kept: bool) -> None:
        done = {"event": "done", "reason": "interrupted", "text": "", "kept": kept}
        print(to_json(done), flush=True)


class PlainWriter:
    """Text as it comes, for pipes and bare terminals."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._midline = False

    def write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
        self._midline = not text.endswith("\n") if text else self._midline

    def finish(self) -> None:
        if self._midline:
            self.write("\n")


def answer_writer(stream: TextIO) -> Writer:
    """Rendered Markdown on a terminal that can show it, else the text itself."""
    if styled(stream):
        from rich.console import Console

        return MarkdownWriter(Console(file=stream, highlight=False))
    return PlainWriter(stream)


def styled(stream: TextIO) -> bool:
    """Whether a stream is a terminal that wants colour. See no-color.org."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _event_json(event: Event) -> dict[str, Any]:
    if isinstance(event, AnswerText):
        return {"event": "text", "text": event.text}
    if isinstance(event, CallStarted):
        return {"event": "call", **_call_json(event.call)}
    if isinstance(event, CallFinished):
        return {"event": "result", "id": event.call.id, **event.answer.to_json()}
    if isinstance(event, Done):
        return {"event": "done", "reason": event.reason, "text": event.text}
    return {
        "event": "turn",
        "turn": event.turn,
        "usage": asdict(event.usage),
        "dollars": event.dollars,
    }


def _call_json(call: ToolCall) -> dict[str, Any]:
    arguments = call.arguments if isinstance(call.arguments, str) else dict(call.arguments)
    return {"id": call.id, "name": call.name, "arguments": arguments}
