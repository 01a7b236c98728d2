"""Your own loop with the Anthropic SDK.

`--live` asks a real model and needs a key; without it a scripted one answers.
"""

import sys
from pathlib import Path
from typing import Any

from skillagent import SkillGraph, Toolset

try:
    import anthropic

    from skillagent.testing import Call, MockLLM, call, calls, say
except ModuleNotFoundError as missing:
    raise SystemExit(
        f"this example needs {missing.name}: pip install '.[anthropic,testing]'"
    ) from None

GRAPH = Path(__file__).parents[1] / "trading"
QUESTION = "How do I size a position in a volatile market?"
MODEL = "claude-sonnet-5-5"


def answer(client: anthropic.Anthropic, tools: Toolset, question: str) -> str:
    messages: list[Any] = [{"role": "user", "content": question}]
    while True:
        reply = client.messages.create(
            model=MODEL,
            max_tokens=4_000,
            system=tools.instructions(),
            tools=tools.anthropic(),
            messages=messages,
            cache_control={"type": "ephemeral"},
        )
        messages.append({"role": "assistant", "content": reply.content})
        # Calls are executed only after this reason; after others, a call can be incomplete.
        if reply.stop_reason != "tool_use":
            return "".join(block.text for block in reply.content if block.type == "text")
        results = [
            tools.handle_anthropic(block) for block in reply.content if block.type == "tool_use"
        ]
        messages.append({"role": "user", "content": results})


def main() -> None:
    tools = Toolset(SkillGraph.load(GRAPH), budget=4_000)
    if "--live" in sys.argv:
        print(answer(anthropic.Anthropic(), tools, QUESTION))
        return
    mock = MockLLM(
        [
            call("list_index", query="position size in a volatile market"),
            calls(
                Call("read_node", {"node": "size-by-volatility-not-by-conviction"}),
                Call("read_node", {"node": "atr-sets-the-stop-and-the-size"}),
            ),
            say("Let the stop widen with the range, and the size shrink with it."),
        ]
    )
    print(answer(mock.anthropic(), tools, QUESTION))
    mock.assert_done()
    mock.assert_tools("list_index", "read_node", "read_node")
    assert tools.ledger.levels()["position-sizing/atr-sets-the-stop-and-the-size"] == "node"
    assert tools.ledger.spent <= 4_000


if __name__ == "__main__":
    main()
