"""Ready-made policies: models that react well, badly or at random.

Each function here returns a policy. Policies read tool results as a model does, as text: the ids
of nodes are the words in `[[…]]`.
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
"""Wrong calls, each in a different way."""


def walks(reads: int = 2) -> Policy:
    """Searches, reads summaries, then the best nodes, then answers.

    Args:
        reads: number of nodes to read.
    """

    def turn(conversation: Conversation) -> Turn:
        called, results = _since_question(conversation)
        nodes = _ids(results)
        if "list_index" not in called:
            return Turn(calls=(Call("list_index", {"query": _question(conversation)}),))
        if "read_summary" not in called and nodes:
            arguments = {"nodes": nodes[:3], "query": _question(conversation)}
            return Turn(calls=(Call("read_summary", arguments),))
        if "read_node" not in called and nodes:
            return Turn(calls=tuple(Call("read_node", {"node": node}) for node in nodes[:reads]))
        return say("It is written in " + ", ".join(f"[[{node}]]" for node in nodes[:reads]) + ".")

    return turn


def repeats(turn: Turn) -> Policy:
    """Always the same turn."""
    return lambda conversation: turn


def always_wrong(times: int = len(WRONG)) -> Policy:
    """Makes wrong calls, and then answers.

    Args:
        times: number of wrong calls.
    """

    def turn(conversation: Conversation) -> Turn:
        called, _ = _since_question(conversation)
        if len(called) >= times:
            return say("I give up.")
        return Turn(calls=(WRONG[len(called) % len(WRONG)],))

    return turn


def greedy(batch: int = 4) -> Policy:
    """Reads every node that a result names, until the tools give no more text.

    Args:
        batch: number of calls in one turn.
    """

    def turn(conversation: Conversation) -> Turn:
        called, results = _since_question(conversation)
        if not called:
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
    """Random right or wrong calls, the same for the same seed and conversation.

    Args:
        seed: seed of the random numbers.
        turns: number of calls for one question after which it answers.
    """

    def turn(conversation: Conversation) -> Turn:
        called, results = _since_question(conversation)
        dice = random.Random(f"{seed}:{len(conversation.messages)}:{conversation.turn}")
        if len(called) >= turns or dice.random() < 0.15:
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
    """Names of the tools called since the user's last text, and their results."""
    called: list[str] = []
    results: list[ToolResult] = []
    for message in conversation.messages:
        if message.role is Role.USER and message.text:
            called, results = [], []
        called += [call.name for call in message.tool_calls]
        results += [part for part in message.parts if isinstance(part, ToolResult)]
    return called, results


def _ids(results: list[ToolResult]) -> list[str]:
    """Ids that the results name, in the order of their first appearance."""
    return list(dict.fromkeys(name for result in results for name in _ID.findall(result.text)))
