"""The three operations and an offline answer, from Python."""

from pathlib import Path

from skillagent import Agent, OfflineProvider, SkillGraph, Toolset
from skillagent.agent import AnswerText, CallFinished, Done

GRAPH = Path(__file__).parents[1] / "trading"
QUESTION = "How do I recover from a drawdown?"


def main() -> None:
    graph = SkillGraph.load(GRAPH)
    tools = Toolset(graph, budget=4_000)

    # The three operations, called directly.
    hits = tools.list_index(query=QUESTION)
    print(hits.text)
    first = hits.result.lines[0].id
    summary = tools.read_summary(first, query=QUESTION)
    text = tools.read_node(first)
    spent = hits.cost + summary.cost + text.cost
    assert "drawdown" in first
    assert tools.remaining == 4_000 - spent

    # The same by an agent. The offline navigator is not a model, but makes the same calls.
    agent = Agent(Toolset(graph, budget=4_000), OfflineProvider())
    for event in agent.ask(QUESTION):
        if isinstance(event, CallFinished):
            print(f"→ {event.call.name}  {event.answer.cost} tokens")
        elif isinstance(event, AnswerText):
            print(event.text, end="")
        elif isinstance(event, Done):
            assert event.reason == "end"
            assert f"[[{first}]]" in event.text


if __name__ == "__main__":
    main()
