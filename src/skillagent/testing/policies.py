"""Ready-made models that react: good ones, bad ones, and one that rolls dice.

Each is a function that makes a policy. They read what the tools answered as a model would, as
text: ids are what stands in `[[…]]`.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from skillagent.messages import Role, ToolResult
from skillagent.testing.conversation import Conversation
from skillagent.testing.script import Call, Policy, Turn, say

_ID = re.compile(r"\[\[([^\]|#]+)\]\]")
WRONG = (
    Call("read_node", '{"node": "a'),
    Call("read_node", "[]"),
    Call("read_node", {"nodes": ["a"], "depth": 3}),
    Call("read_summary", {"nodes": []}),
    Call("read_node", {"node": "there-is-no-such-node"}),
    Call("delete_node", {"node": "a"}),
    Call("list_index", {"cursor": "-1"}),
)
"""Calls that make no sense, each in another way."""


def walks(reads: int = 2) -> Policy:
    """Searches, reads summaries, then the best nodes, then answers.

    Args:
        reads: nodes that it reads.
    """

    def turn(conversation: Conversation) -> Turn:
        asked, results = _since_question(conversation)
        found = _ids(results)
        if "list_index" not in asked:
            return Turn(calls=(Call("list_index", {"query": _question(conversation)}),))
        if "read_summary" not in asked and found:
            arguments = {"nodes": found[:3], "query": _question(conversation)}
            return Turn(calls=(Call("read_summary", arguments),))
        if "read_node" not in asked and found:
            return Turn(calls=tuple(Call("read_node", {"node": node}) for node in found[:reads]))
        return say("It is written in " + ", ".join(f"[[{node}]]" for node in found[:reads]) + ".")

    return turn


def repeats(turn: Turn) -> Policy:
    """The same turn, whatever it is answered."""
    return lambda conversation: turn


def always_wrong(times: int = len(WRONG)) -> Policy:
    """Calls that make no sense, and then an answer.

    Args:
        times: wrong calls before it gives up.
    """

    def turn(conversation: Conversation) -> Turn:
        asked, _ = _since_question(conversation)
        if len(asked) >= times:
            return say("I give up.")
        return Turn(calls=(WRONG[len(asked) % len(WRONG)],))

    return turn


def greedy(batch: int = 4) -> Policy:
    """Reads every node that it hears of, until the tools answer nothing more.

    Args:
        batch: calls in one turn.
    """

    def turn(conversation: Conversation) -> Turn:
        asked, results = _since_question(conversation)
        if not asked:
            return Turn(calls=(Call("list_index", {}),))
        read = {
            call.arguments["node"]
            for message in conversation.messages
            for call in message.tool_calls
            if call.name == "read_node" and not isinstance(call.arguments, str)
        }
        left = [node for node in _ids(results) if node not in read]
        if not left or not results[-1].text:
            return say("I have read all that I could get.")
        return Turn(calls=tuple(Call("read_node", {"node": node}) for node in left[:batch]))

    return turn


def wanders(seed: int = 0, turns: int = 6) -> Policy:
    """Any sensible or senseless thing, the same for the same seed and conversation.

    Args:
        seed: of its dice.
        turns: after so many answers to one question it says something and ends.
    """

    def turn(conversation: Conversation) -> Turn:
        asked, results = _since_question(conversation)
        dice = random.Random(f"{seed}:{len(conversation.messages)}:{conversation.turn}")
        if len(asked) >= turns or dice.random() < 0.15:
            return say(dice.choice(["Done.", "It depends.", "See the nodes that I read."]))
        nodes = _ids(results) or ["nowhere"]
        makers: list[Callable[[], Call]] = [
            lambda: Call("list_index", {"query": _question(conversation)}),
            lambda: Call("read_summary", {"nodes": dice.choices(nodes, k=dice.randint(1, 3))}),
            lambda: Call("read_node", {"node": dice.choice(nodes)}),
            lambda: Call("read_node", {"node": dice.choice(nodes), "again": True}),
            lambda: dice.choice(WRONG),
        ]
        many = dice.choice([1, 1, 1, 2, 3])
        text = dice.choice(["", "", "Let me look. "])
        return Turn(text=text, calls=tuple(dice.choice(makers)() for _ in range(many)))

    return turn


def _question(conversation: Conversation) -> str:
    said = [message.text for message in conversation.messages if message.role is Role.USER]
    return next((text for text in reversed(said) if text), "")


def _since_question(conversation: Conversation) -> tuple[list[str], list[ToolResult]]:
    """Tools called since the user's last words, and what they answered."""
    asked: list[str] = []
    results: list[ToolResult] = []
    for message in conversation.messages:
        if message.role is Role.USER and message.text:
            asked, results = [], []
        asked += [call.name for call in message.tool_calls]
        results += [part for part in message.parts if isinstance(part, ToolResult)]
    return asked, results


def _ids(results: list[ToolResult]) -> list[str]:
    """Ids that the results name, in the order in which they come up."""
    return list(dict.fromkeys(name for result in results for name in _ID.findall(result.text)))
