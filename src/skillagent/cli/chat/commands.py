"""The commands of the chat: lines that begin with a slash and never reach the model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from skillagent.cli.arguments import did_you_mean
from skillagent.cli.chat.chat_session import ChatSession
from skillagent.cli.chat.show import Terminal
from skillagent.cli.chat.words import budget_bar, call_text, dollars_text, usage_text
from skillagent.disclosure import Answer, Level, Toolset
from skillagent.disclosure.results import IndexResult, NodeResult
from skillagent.errors import SkillAgentError, UsageError

PAGES = 5
"""Maximum number of pages that `/index` shows."""
UNLIMITED = 10_000_000
"""Budget in tokens for what a person reads with a command."""

CommandFunction = Callable[[ChatSession, Terminal, str], None]


@dataclass(frozen=True, slots=True)
class Command:
    """One command."""

    usage: str
    help: str
    run: CommandFunction


class LeaveError(Exception):
    """The user wants to leave the chat."""


def command(line: str, session: ChatSession, display: Terminal) -> None:
    """Run a line that begins with a slash.

    Raises:
        LeaveError: the line is `/exit` or `/quit`.
    """
    name, _, rest = line.strip().partition(" ")
    entry = COMMANDS.get(name.casefold())
    if entry is None:
        hint = did_you_mean(name.casefold(), COMMANDS) or "/help lists them"
        display.note(f"there is no command {name[:40]}: {hint}")
        return
    try:
        entry.run(session, display, rest.strip())
    except SkillAgentError as error:
        display.note(f"skillagent: {error}")


def _help(session: ChatSession, display: Terminal, rest: str) -> None:
    width = max(len(entry.usage) for entry in COMMANDS.values())
    for entry in COMMANDS.values():
        display.note(f"{entry.usage:<{width}}  {entry.help}")
    display.note("Ctrl-C stops an answer; Ctrl-D, or Ctrl-C twice, leaves.")


def _index(session: ChatSession, display: Terminal, rest: str) -> None:
    toolset = _own_toolset(session)
    cursor: str | None = None
    for _ in range(PAGES):
        answer = toolset.list_index(rest or None, cursor=cursor)
        display.show(_without_footer(answer))
        result = answer.result
        cursor = result.cursor if isinstance(result, IndexResult) else None
        if cursor is None:
            return


def _read(session: ChatSession, display: Terminal, rest: str) -> None:
    if not rest:
        raise UsageError("/read takes a node: its id, title or alias")
    answer = _own_toolset(session).read_node(rest)
    result = answer.result
    display.show(result.text if isinstance(result, NodeResult) else _without_footer(answer))


def _loaded(session: ChatSession, display: Terminal, rest: str) -> None:
    levels = session.toolset.ledger.levels()
    if not levels:
        display.note("the model has seen nothing yet")
    for level in reversed(Level):
        nodes = [node for node, shown_at in levels.items() if shown_at is level]
        if level is Level.INDEX and nodes:
            display.note(f"{level.value:<8} {len(nodes)} more, by their line in the index")
            continue
        for node in nodes:
            display.note(f"{level.value:<8} {node}")


def _budget(session: ChatSession, display: Terminal, rest: str) -> None:
    if rest:
        digits = rest.replace(",", "").replace("_", "")
        if not digits.isascii() or not digits.isdigit():
            raise UsageError(f"{rest[:40]!r} is not a number of tokens")
        session.toolset.rebudget(int(digits))
    ledger = session.toolset.ledger
    display.note(f"{budget_bar(ledger)}, {ledger.remaining:,} left ({ledger.counter})")


def _tokens(session: ChatSession, display: Terminal, rest: str) -> None:
    ledger = session.toolset.ledger
    system = sum(entry.cost for entry in ledger.entries if entry.call == 0)
    display.note(
        f"disclosed  {ledger.spent:,} of {ledger.total:,} tokens by {ledger.counter}, "
        f"{system:,} of them instructions"
    )
    if not ledger.turns:
        display.note("provider   reported no usage")
        return
    turns = len(ledger.turns)
    display.note(f"provider   {usage_text(ledger.usage)}, in {turns} replies")
    display.note(f"           {ledger.ratio or 0:.2f} × our count of the same prompts")
    cost = dollars_text(ledger.dollars) if ledger.dollars is not None else "price not known"
    display.note(f"cost       {cost}")


def _trace(session: ChatSession, display: Terminal, rest: str) -> None:
    ledger = session.toolset.ledger
    for entry in ledger.entries:
        marks = "  refused" if entry.error else ""
        marks += "  taken back" if entry.call in ledger.withdrawn else ""
        text = call_text(entry.tool, dict(entry.arguments))
        display.note(f"{entry.call:>3}  {text}  {entry.cost:,} tokens{marks}")


def _model(session: ChatSession, display: Terminal, rest: str) -> None:
    if rest:
        session.switch(rest)
    counter = session.toolset.ledger.counter
    display.note(f"{session.agent.provider.name}; the budget counts {counter}")


def _clear(session: ChatSession, display: Terminal, rest: str) -> None:
    session.clear()
    display.note("a new conversation, with the whole budget")


def _undo(session: ChatSession, display: Terminal, rest: str) -> None:
    done = session.agent.undo()
    display.note("the last question is taken back" if done else "there is no question to take back")


def _save(session: ChatSession, display: Terminal, rest: str) -> None:
    path = _path(rest, "/save")
    session.save(path)
    display.note(f"written to {path}")


def _load(session: ChatSession, display: Terminal, rest: str) -> None:
    same = session.load(_path(rest, "/load"))
    questions = len(session.agent.marks)
    changed = "" if same else "; the graph has changed since, changed nodes can be read again"
    display.note(f"{questions} questions with {session.agent.provider.name}{changed}")


def _exit(session: ChatSession, display: Terminal, rest: str) -> None:
    raise LeaveError


def _path(rest: str, name: str) -> Path:
    if not rest:
        raise UsageError(f"{name} takes a file")
    try:
        return Path(rest).expanduser()
    except RuntimeError as error:
        raise UsageError(f"{rest}: {error}") from None


def _own_toolset(session: ChatSession) -> Toolset:
    """A toolset for the person alone: it charges the model nothing and shows it nothing."""
    return Toolset(session.toolset.graph, UNLIMITED, counter=session.toolset.counter)


def _without_footer(answer: Answer) -> str:
    return answer.text.rpartition("\n")[0]


COMMANDS: dict[str, Command] = {
    "/help": Command("/help", "this list", _help),
    "/index": Command("/index [MAP]", "the entry map, or one map (for you, costs nothing)", _index),
    "/read": Command("/read NODE", "a node's text (for you, costs nothing)", _read),
    "/loaded": Command("/loaded", "what the model has seen, and how much of each", _loaded),
    "/budget": Command("/budget [N]", "what is left; N sets the total", _budget),
    "/tokens": Command("/tokens", "disclosed tokens, the provider's own count, cost", _tokens),
    "/trace": Command("/trace", "every call with its cost", _trace),
    "/model": Command("/model [NAME]", "the model; NAME goes on with another", _model),
    "/clear": Command("/clear", "a new conversation with the whole budget", _clear),
    "/undo": Command("/undo", "take back the last question; tokens stay spent", _undo),
    "/save": Command("/save FILE", "write the conversation to a file", _save),
    "/load": Command("/load FILE", "go on with one from a file", _load),
    "/exit": Command("/exit", "leave (also exit, quit, Ctrl-D)", _exit),
    "/quit": Command("/quit", "the same", _exit),
}
