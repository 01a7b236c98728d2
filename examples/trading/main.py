"""A question about sizing, walked from the index to linked nodes under 2,000 tokens."""

from pathlib import Path

from skillagent import Agent, Level, OfflineProvider, SkillGraph, Toolset
from skillagent.agent import CallFinished, Done

QUESTION = "How do I size a position in a volatile market?"
BUDGET = 2_000


def main() -> None:
    graph = SkillGraph.load(Path(__file__).parent)
    assert graph.diagnostics == ()
    tools = Toolset(graph, BUDGET)
    print(f"instructions: {tools.ledger.counter} {len(tools.instructions())} characters")
    names = []
    for event in Agent(tools, OfflineProvider()).ask(QUESTION):
        if isinstance(event, CallFinished):
            names.append(event.call.name)
            answer = event.answer
            assert not answer.error
            print(f"→ {event.call.name}  {answer.cost} tokens, {answer.remaining} left")
        elif isinstance(event, Done):
            print(event.text)
    read = [node for node, level in tools.ledger.levels().items() if level is Level.NODE]
    assert names[0] == "list_index"
    assert names.count("read_node") == len(read)
    assert len(read) >= 3
    linked = {(link.source, link.target) for link in graph.links}
    assert all(any((a, b) in linked or (b, a) in linked for b in read if b != a) for a in read)
    assert tools.ledger.spent < BUDGET


if __name__ == "__main__":
    main()
