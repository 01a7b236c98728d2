"""The OpenAI Agents SDK with our tools.

`--live` asks a real model and needs a key; without it a scripted one answers.
"""

import sys
from pathlib import Path

from skillagent import SkillGraph, Toolset

try:
    import openai
    from agents import Agent, OpenAIResponsesModel, Runner, set_tracing_disabled

    from skillagent.integrations.openai_agents import function_tools
    from skillagent.testing import MockLLM, call, say
except ModuleNotFoundError as missing:
    raise SystemExit(
        f"this example needs {missing.name}: pip install '.[openai-agents,testing]'"
    ) from None

GRAPH = Path(__file__).parents[1] / "trading"
QUESTION = "Should I use the Kelly formula?"
MODEL = "gpt-6-sol"


def answer(client: openai.AsyncOpenAI, tools: Toolset, question: str) -> str:
    agent = Agent(
        name="Trading tutor",
        instructions=tools.instructions(),
        tools=list(function_tools(tools)),
        model=OpenAIResponsesModel(MODEL, openai_client=client),
    )
    return str(Runner.run_sync(agent, question, max_turns=8).final_output)


def main() -> None:
    set_tracing_disabled(True)  # Otherwise the SDK sends every run to OpenAI's trace viewer.
    tools = Toolset(SkillGraph.load(GRAPH), budget=4_000)
    if "--live" in sys.argv:
        print(answer(openai.AsyncOpenAI(), tools, QUESTION))
        return
    mock = MockLLM(
        [
            call("read_summary", nodes=["kelly"], query=QUESTION),
            call("read_node", node="kelly-is-an-upper-bound"),
            say("As an upper bound: half of it costs a quarter of the growth."),
        ]
    )
    print(answer(mock.async_openai(), tools, QUESTION))
    mock.assert_done()
    print(mock.transcript())
    assert tools.ledger.levels()["position-sizing/kelly-is-an-upper-bound"] == "node"
    assert tools.ledger.spent <= 4_000


if __name__ == "__main__":
    main()
