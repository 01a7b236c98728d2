"""Your own loop with OpenAI Responses.

`--live` asks a real model and needs a key; without it a scripted one answers.
"""

import sys
from pathlib import Path
from typing import Any

from skillagent import SkillGraph, Toolset

try:
    import openai

    from skillagent.testing import MockLLM, call, say
except ModuleNotFoundError as missing:
    raise SystemExit(
        f"this example needs {missing.name}: pip install '.[openai,testing]'"
    ) from None

GRAPH = Path(__file__).parents[1] / "trading"
QUESTION = "Is this breakout real?"
MODEL = "gpt-6-sol"


def answer(client: openai.OpenAI, tools: Toolset, question: str) -> str:
    items: list[Any] = [{"role": "user", "content": question}]
    while True:
        reply = client.responses.create(
            model=MODEL,
            instructions=tools.instructions(),
            tools=tools.openai(),
            input=items,
            store=False,
        )
        calls = [item for item in reply.output if item.type == "function_call"]
        # In a reply that is not completed, a call can be incomplete: it is not executed.
        if reply.status != "completed" or not calls:
            return reply.output_text
        items += [item.model_dump(exclude_unset=True) for item in reply.output]
        items += [tools.handle_openai(item) for item in calls]


def main() -> None:
    tools = Toolset(SkillGraph.load(GRAPH), budget=4_000)
    if "--live" in sys.argv:
        print(answer(openai.OpenAI(), tools, QUESTION))
        return
    mock = MockLLM(
        [
            call("list_index", query="breakout real or false"),
            call("read_node", node="breakouts-need-volume"),
            say("Look at the volume: without it, wait for the retest."),
        ]
    )
    print(answer(mock.openai(), tools, QUESTION))
    mock.assert_done()
    mock.assert_tools("list_index", "read_node")
    assert tools.ledger.levels()["technical-analysis/breakouts-need-volume"] == "node"


if __name__ == "__main__":
    main()
