"""Displays of a run: text for a person, JSON lines for a program."""

from __future__ import annotations

import os
import shutil
import sys
from typing import Protocol, TextIO

from skillagent.agent import Agent, AnswerText, CallFinished, Done, EndReason, Event, TurnFinished
from skillagent.agent import events as agent_events
from skillagent.cli.chat.markdown import MarkdownWriter, Writer
from skillagent.cli.chat.words import budget_bar, dollars_text, tool_call_text, usage_text
from skillagent.cli.output import printable, to_json
from skillagent.messages import Usage

WIDE = 160
"""Columns of a line when standard error is not a terminal."""
REASONS = {
    EndReason.REFUSAL: "the model refused",
    EndReason.MAX_TOKENS: "the answer reached the longest reply that the model may give",
    EndReason.CONTEXT_FULL: "the conversation no longer fits the model; /undo or /clear",
    EndReason.INCOMPLETE: "the answer broke off; what it asked for last was not run",
    EndReason.MAX_TURNS: "the model was still calling tools; ask it to go on, or raise --max-turns",
    EndReason.PAUSE: "the model paused",
}


class Display(Protocol):
    """Shows the events of one question after another."""

    def begin(self) -> None: ...

    def event(self, event: Event) -> None: ...

    def failed(self, message: str) -> None:
        """The question could not be answered."""
        ...

    def warned(self, message: str) -> None:
        """Something failed that does not affect the answer."""
        ...

    def recorded(self, folder: str) -> None:
        """The conversation is being recorded in a folder; called once for each record."""
        ...

    def stopped(self, *, kept: bool) -> None:
        """The user stopped the answer.

        Args:
            kept: whether the question stays in the conversation.
        """
        ...


class ShownSession(Protocol):
    """What a display needs of a chat session."""

    @property
    def agent(self) -> Agent:
        """The agent; `/clear` and `/load` replace it."""
        ...

    @property
    def is_bundled(self) -> bool:
        """True if no graph is named or declared, so the bundled one is used."""
        ...


class Terminal:
    """Text for a person: the answer on standard output, everything else on standard error."""

    def __init__(self, session: ShownSession) -> None:
        self._session = session
        self._dim = styled(sys.stderr)
        self._writer = answer_writer(sys.stdout)
        self._columns = shutil.get_terminal_size().columns if sys.stderr.isatty() else WIDE
        self._usage, self._dollars, self._priced = Usage(), 0.0, True

    def begin(self) -> None:
        agent = self._session.agent
        graph, name = agent.toolset.graph, agent.provider.name
        who = "offline (a scripted navigator, no model)" if name == "offline" else name
        name = f"{graph.name} (the bundled example)" if self._session.is_bundled else graph.name
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
            if event.reason is EndReason.END and not event.text.strip():
                self.note("the model said nothing")
            elif event.reason is not EndReason.END:
                self.note(f"stopped: {REASONS.get(event.reason, event.reason)}")
            self._account()

    def failed(self, message: str) -> None:
        self._writer.finish()
        self.note(f"skillagent: {message}")
        self._reset()

    def warned(self, message: str) -> None:
        self.note(f"skillagent: {message}")

    def recorded(self, folder: str) -> None:
        self.note(f"recorded in {folder}")

    def stopped(self, *, kept: bool) -> None:
        self._writer.finish()
        outcome = "what came so far is kept (/undo takes it back)" if kept else "nothing is kept"
        self.note(f"stopped; {outcome}")
        self._reset()

    def note(self, text: str) -> None:
        """Print one line to standard error."""
        text = printable(text)
        print(f"\x1b[2m{text}\x1b[0m" if self._dim else text, file=sys.stderr, flush=True)

    def show(self, text: str) -> None:
        """Print the text that a command returns, as Markdown."""
        self._writer.write(printable(text))
        self._writer.finish()

    def _account(self) -> None:
        ledger = self._session.agent.toolset.ledger
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
    """One JSON object a line for each event."""

    def begin(self) -> None:
        pass

    def event(self, event: Event) -> None:
        print(to_json(agent_events.to_json(event)), flush=True)

    def failed(self, message: str) -> None:
        print(to_json({"event": "error", "message": message}), flush=True)

    def warned(self, message: str) -> None:
        print(printable(f"skillagent: {message}"), file=sys.stderr, flush=True)

    def recorded(self, folder: str) -> None:
        print(to_json({"event": "recorded", "run": folder}), flush=True)

    def stopped(self, *, kept: bool) -> None:
        done = {"event": "done", "reason": EndReason.INTERRUPTED, "text": "", "kept": kept}
        print(to_json(done), flush=True)


class PlainWriter:
    """Text as it arrives, for pipes and terminals without colour."""

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
    """A writer of rendered Markdown on a terminal with colour, of plain text elsewhere."""
    if styled(stream):
        from rich.console import Console

        return MarkdownWriter(Console(file=stream, highlight=False))
    return PlainWriter(stream)


def styled(stream: TextIO) -> bool:
    """Whether a stream is a terminal that shows colour. Source: no-color.org."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
