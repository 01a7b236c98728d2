"""A Pydantic AI agent with our tools.

`--live` asks a real model and needs a key; without it a scripted one answers.
"""

import sys
from pathlib import Path

from skillagent import SkillGraph, Toolset

try:
    import anthropic
    from pydantic_ai import Agent
    from pydantic_ai.models.anthropic import AnthropicModel
    from pydantic_ai.providers.anthropic import AnthropicProvider

    from skillagent.integrations.pydantic_ai import agent_toolset
    from skillagent.testing import MockLLM, call, say
except ModuleNotFoundError as missing:
    raise SystemExit(
        f"this example needs {missing.name}: pip install '.[anthropic,pydantic-ai,testing]'"
    ) from None

GRAPH = Path(__file__).parents[1] / "trading"
QUESTION = "Should I use the Kelly formula?"
MODEL = "claude-sonnet-5-5"


def answer(client: anthropic.AsyncAnthropic, tools: Toolset, question: str) -> str:
    agent = Agent(
        AnthropicModel(MODEL, provider=AnthropicProvider(anthropic_client=client)),
        instructions=tools.instructions(),
        toolsets=[agent_toolset(tools)],
    )
    return agent.run_sync(question).output


def main() -> None:
    tools = Toolset(SkillGraph.load(GRAPH), budget=4_000)
    if "--live" in sys.argv:
        print(answer(anthropic.AsyncAnthropic(), tools, QUESTION))
        return
    mock = MockLLM(
        [
            call("read_summary", nodes=["kelly"], query=QUESTION),
            call("read_node", node="kelly-is-an-upper-bound"),
            say("As an upper bound: half of it costs a quarter of the growth."),
        ]
    )
    print(answer(mock.async_anthropic(), tools, QUESTION))
    mock.assert_done()
    print(mock.transcript())
    assert tools.ledger.levels()["position-sizing/kelly-is-an-upper-bound"] == "node"
    assert tools.ledger.spent <= 4_000


if __name__ == "__main__":
    main()
