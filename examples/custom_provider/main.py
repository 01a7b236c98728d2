"""A model of your own behind the one-method protocol."""

from collections.abc import Iterator
from pathlib import Path

from skillagent import Agent, SkillGraph, Toolset
from skillagent.agent import Done, TurnFinished
from skillagent.messages import (
    Message,
    Reply,
    Request,
    Role,
    Stop,
    Text,
    ToolCall,
    ToolResult,
    Usage,
)

GRAPH = Path(__file__).parents[1] / "trading"


class FirstHit:
    """Searches once, and answers with the id of the first hit."""

    name = "first-hit"

    def reply(self, request: Request) -> Iterator[Text | Reply]:
        last = request.messages[-1]
        usage = Usage(input=sum(len(message.text) for message in request.messages))
        results = [part for part in last.parts if isinstance(part, ToolResult)]
        if not results:
            search = ToolCall("1", "list_index", {"query": last.text})
            yield Reply(Message(Role.ASSISTANT, (search,)), Stop.TOOL_USE, usage)
            return
        answer = Text(f"Read [[{results[0].data['lines'][0]['id']}]].")
        yield answer
        yield Reply(Message(Role.ASSISTANT, (answer,)), Stop.END, usage)


def main() -> None:
    tools = Toolset(SkillGraph.load(GRAPH), budget=2_000)
    events = list(Agent(tools, FirstHit()).ask("What does leverage do to ruin?"))
    done = events[-1]
    assert isinstance(done, Done)
    print(done.text)
    assert done.text == "Read [[position-sizing/leverage-shortens-the-path-to-ruin]]."
    assert sum(isinstance(event, TurnFinished) for event in events) == 2
    assert len(tools.ledger.turns) == 2


if __name__ == "__main__":
    main()
