"""The Anthropic SDK's own tool runner.

`--live` asks a real model and needs a key; without it a scripted one answers.
"""

import sys
from pathlib import Path

from skillagent import SkillGraph, Toolset

try:
    import anthropic

    from skillagent.integrations.anthropic_runner import runner_tools
    from skillagent.testing import MockLLM, call, say
except ModuleNotFoundError as missing:
    raise SystemExit(
        f"this example needs {missing.name}: pip install '.[anthropic,testing]'"
    ) from None

GRAPH = Path(__file__).parents[1] / "trading"
QUESTION = "Should I use the Kelly formula?"
MODEL = "claude-sonnet-5-5"


def answer(client: anthropic.Anthropic, tools: Toolset, question: str) -> str:
    runner = client.beta.messages.tool_runner(
        model=MODEL,
        max_tokens=4_000,
        max_iterations=8,
        system=tools.instructions(),
        tools=runner_tools(tools),
        messages=[{"role": "user", "content": question}],
    )
    last = runner.until_done()
    return "".join(block.text for block in last.content if block.type == "text")


def main() -> None:
    tools = Toolset(SkillGraph.load(GRAPH), budget=4_000)
    if "--live" in sys.argv:
        print(answer(anthropic.Anthropic(), tools, QUESTION))
        return
    mock = MockLLM(
        [
            call("read_summary", nodes=["kelly"], query=QUESTION),
            call("read_node", node="kelly-is-an-upper-bound"),
            say("As an upper bound: half of it costs a quarter of the growth."),
        ]
    )
    print(answer(mock.anthropic(), tools, QUESTION))
    mock.assert_done()
    refused = [entry.error for entry in tools.ledger.entries]
    print(mock.transcript())
    assert tools.ledger.levels()["position-sizing/kelly-is-an-upper-bound"] == "node"
    assert refused[-1] is False


if __name__ == "__main__":
    main()
