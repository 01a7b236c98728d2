"""A budget that holds however greedy the model is."""

from pathlib import Path

from skillagent import Agent, EncodingCounter, SkillGraph, Toolset
from skillagent.agent import CallFinished
from skillagent.messages import Message, Reply, Request, Role, Stop, Text, ToolCall, ToolResult

GRAPH = Path(__file__).parents[1] / "trading"
BUDGET = 1_500


class Greedy:
    """Reads all nodes, five at a time, until the answers are empty."""

    name = "greedy"

    def __init__(self, nodes: list[str]) -> None:
        self._nodes = nodes

    def reply(self, request: Request):
        results = [part for part in request.messages[-1].parts if isinstance(part, ToolResult)]
        if results and not results[-1].text:
            answer = Text("There is nothing more to read.")
            yield answer
            yield Reply(Message(Role.ASSISTANT, (answer,)), Stop.END)
            return
        batch, self._nodes = self._nodes[:5], self._nodes[5:]
        calls = tuple(ToolCall(node, "read_node", {"node": node}) for node in batch)
        yield Reply(Message(Role.ASSISTANT, calls), Stop.TOOL_USE)


def main() -> None:
    graph = SkillGraph.load(GRAPH)
    tools = Toolset(graph, budget=BUDGET)
    agent = Agent(tools, Greedy(list(graph.nodes)))
    texts = [tools.instructions()]
    for event in agent.ask("Tell me everything."):
        if isinstance(event, CallFinished):
            texts.append(event.answer.text)
            print(f"{event.call.arguments['node']:<60} {event.answer.remaining:>5} left")

    # Count again, with tiktoken, the strings that the model received.
    count = EncodingCounter(fast=False).count
    shown = sum(count(text) for text in texts)
    print(f"{shown} of {BUDGET} tokens for {len(texts)} texts")
    assert shown == tools.ledger.spent <= BUDGET
    assert texts[-1] == ""


if __name__ == "__main__":
    main()
