"""The chat's own commands: lines that begin with a slash and never reach the model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from skillagent.cli.arguments import did_you_mean
from skillagent.cli.chat.conversation import Conversation
from skillagent.cli.chat.show import Terminal
from skillagent.cli.chat.words import budget_bar, call_text, dollars_text, usage_text
from skillagent.disclosure import Answer, Level, Toolset
from skillagent.disclosure.results import IndexResult, NodeResult
from skillagent.errors import SkillAgentError, UsageError

PAGES = 5
"""Pages of a map that `/index` shows."""
UNLIMITED = 10_000_000
"""A budget for a person's own look, in tokens."""

Run = Callable[[Conversation, Terminal, str], None]


@dataclass(frozen=True, slots=True)
class Command:
    """One command."""

    usage: str
    help: str
    run: Run


class LeaveError(Exception):
    """The user wants to go."""


def command(line: str, conversation: Conversation, view: Terminal) -> None:
    """Carry out a line that begins with a slash.

    Raises:
        LeaveError: it was `/exit` or `/quit`.
    """
    name, _, rest = line.strip().partition(" ")
    found = COMMANDS.get(name.casefold())
    if found is None:
        hint = did_you_mean(name.casefold(), COMMANDS) or "/help lists them"
        view.note(f"there is no command {name[:40]}: {hint}")
        return
    try:
        found.run(conversation, view, rest.strip())
    except SkillAgentError as error:
        view.note(f"skillagent: {error}")


def _help(conversation: Conversation, view: Terminal, rest: str) -> None:
    width = max(len(found.usage) for found in COMMANDS.values())
    for found in COMMANDS.values():
        view.note(f"{found.usage:<{width}}  {found.help}")
    view.note("Ctrl-C stops an answer; Ctrl-D, or Ctrl-C twice, leaves.")


def _index(conversation: Conversation, view: Terminal, rest: str) -> None:
    look = _look(conversation)
    cursor: str | None = None
    for _ in range(PAGES):
        answer = look.list_index(rest or None, cursor=cursor)
        view.show(_without_footer(answer))
        result = answer.result
        cursor = result.cursor if isinstance(result, IndexResult) else None
        if cursor is None:
            return


def _read(conversation: Conversation, view: Terminal, rest: str) -> None:
    if not rest:
        raise UsageError("/read takes a node: its id, title or alias")
    answer = _look(conversation).read_node(rest)
    result = answer.result
    view.show(result.text if isinstance(result, NodeResult) else _without_footer(answer))


def _loaded(conversation: Conversation, view: Terminal, rest: str) -> None:
    levels = conversation.toolset.ledger.levels()
    if not levels:
        view.note("the model has seen nothing yet")
    for level in reversed(Level):
        nodes = [node for node, found in levels.items() if found is level]
        if level is Level.INDEX and nodes:
            view.note(f"{level.value:<8} {len(nodes)} more, by their line in the index")
            continue
        for node in nodes:
            view.note(f"{level.value:<8} {node}")


def _budget(conversation: Conversation, view: Terminal, rest: str) -> None:
    if rest:
        digits = rest.replace(",", "").replace("_", "")
        if not digits.isascii() or not digits.isdigit():
            raise UsageError(f"{rest[:40]!r} is not a number of tokens")
        conversation.toolset.rebudget(int(digits))
    ledger = conversation.toolset.ledger
    view.note(f"{budget_bar(ledger)}, {ledger.remaining:,} left ({ledger.counter})")


def _tokens(conversation: Conversation, view: Terminal, rest: str) -> None:
    ledger = conversation.toolset.ledger
    system = sum(entry.cost for entry in ledger.entries if entry.call == 0)
    view.note(
        f"disclosed  {ledger.spent:,} of {ledger.total:,} tokens by {ledger.counter}, "
        f"{system:,} of them instructions"
    )
    if not ledger.turns:
        view.note("provider   reported no usage")
        return
    turns = len(ledger.turns)
    view.note(f"provider   {usage_text(ledger.usage)}, in {turns} replies")
    view.note(f"           {ledger.ratio or 0:.2f} × our count of the same prompts")
    cost = dollars_text(ledger.dollars) if ledger.dollars is not None else "price not known"
    view.note(f"cost       {cost}")


def _trace(conversation: Conversation, view: Terminal, rest: str) -> None:
    ledger = conversation.toolset.ledger
    for entry in ledger.entries:
        marks = "  refused" if entry.error else ""
        marks += "  taken back" if entry.call in ledger.withdrawn else ""
        text = call_text(entry.tool, dict(entry.arguments))
        view.note(f"{entry.call:>3}  {text}  {entry.cost:,} tokens{marks}")


def _model(conversation: Conversation, view: Terminal, rest: str) -> None:
    if rest:
        conversation.switch(rest)
    counter = conversation.toolset.ledger.counter
    view.note(f"{conversation.agent.provider.name}; the budget counts {counter}")


def _clear(conversation: Conversation, view: Terminal, rest: str) -> None:
    conversation.clear()
    view.note("a new conversation, with the whole budget")


def _undo(conversation: Conversation, view: Terminal, rest: str) -> None:
    done = conversation.agent.undo()
    view.note("the last question is taken back" if done else "there is no question to take back")


def _save(conversation: Conversation, view: Terminal, rest: str) -> None:
    path = _path(rest, "/save")
    conversation.save(path)
    view.note(f"written to {path}")


def _load(conversation: Conversation, view: Terminal, rest: str) -> None:
    same = conversation.load(_path(rest, "/load"))
    questions = len(conversation.agent.marks)
    changed = "" if same else "; the graph has changed since, changed nodes can be read again"
    view.note(f"{questions} questions with {conversation.agent.provider.name}{changed}")


def _exit(conversation: Conversation, view: Terminal, rest: str) -> None:
    raise LeaveError


def _path(rest: str, name: str) -> Path:
    if not rest:
        raise UsageError(f"{name} takes a file")
    try:
        return Path(rest).expanduser()
    except RuntimeError as error:
        raise UsageError(f"{rest}: {error}") from None


def _look(conversation: Conversation) -> Toolset:
    """A person's own look at the graph: it costs the model nothing and shows it nothing."""
    return Toolset(conversation.graph, UNLIMITED, counter=conversation.toolset.counter)


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
