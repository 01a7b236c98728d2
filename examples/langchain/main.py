"""A LangChain agent with our tools.

`--live` asks a real model and needs a key; without it a scripted one answers.
"""

import sys
from pathlib import Path
from typing import Any

from skillagent import SkillGraph, Toolset

try:
    from langchain.agents import create_agent
    from langchain.agents.middleware import after_model
    from langchain_openai import ChatOpenAI
    from langsmith import tracing_context

    from skillagent.integrations.langchain import answerable, structured_tools
    from skillagent.testing import MockLLM, call, say
except ModuleNotFoundError as missing:
    raise SystemExit(
        f"this example needs {missing.name}: pip install '.[langchain,testing]'"
    ) from None

GRAPH = Path(__file__).parents[1] / "trading"
QUESTION = "Should I use the Kelly formula?"
MODEL = "gpt-5.4-mini"


@after_model
def hand_over_malformed(state: Any, _runtime: Any) -> dict[str, Any]:
    return {"messages": [answerable(state["messages"][-1])]}


def answer(model: ChatOpenAI, tools: Toolset, question: str) -> str:
    agent = create_agent(
        model,
        structured_tools(tools),
        system_prompt=tools.instructions(),
        middleware=[hand_over_malformed],
    )
    with tracing_context(enabled=False):
        state = agent.invoke({"messages": [{"role": "user", "content": question}]})
    return str(state["messages"][-1].text)


def main() -> None:
    tools = Toolset(SkillGraph.load(GRAPH), budget=4_000)
    if "--live" in sys.argv:
        print(answer(ChatOpenAI(model=MODEL), tools, QUESTION))
        return
    mock = MockLLM(
        [
            call("read_summary", '{"nodes": ["kelly"]'),
            call("read_summary", nodes=["kelly"], query=QUESTION),
            call("read_node", node="kelly-is-an-upper-bound"),
            say("As an upper bound: half of it costs a quarter of the growth."),
        ]
    )
    with mock.serve() as server:
        model = ChatOpenAI(model=MODEL, base_url=server.openai_url, api_key="mock")
        print(answer(model, tools, QUESTION))
    mock.assert_done()
    print(mock.transcript())
    assert [entry.error for entry in tools.ledger.entries] == [False, True, True, False]
    assert tools.ledger.levels()["position-sizing/kelly-is-an-upper-bound"] == "node"
    assert tools.ledger.spent <= 4_000


if __name__ == "__main__":
    main()
