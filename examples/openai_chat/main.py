"""Your own loop with OpenAI Chat Completions.

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
QUESTION = "Why do I sell winners too early?"
MODEL = "gpt-5.4-mini"


def answer(client: openai.OpenAI, tools: Toolset, question: str) -> str:
    messages: list[Any] = [
        {"role": "system", "content": tools.instructions()},
        {"role": "user", "content": question},
    ]
    while True:
        reply = client.chat.completions.create(
            model=MODEL, tools=tools.openai("chat"), messages=messages
        )
        choice = reply.choices[0]
        # After any other reason, such as `length`, a call can be incomplete.
        if choice.finish_reason != "tool_calls":
            return choice.message.content or ""
        messages.append(choice.message)
        messages += [tools.handle_openai(call) for call in choice.message.tool_calls or []]


def main() -> None:
    tools = Toolset(SkillGraph.load(GRAPH), budget=4_000)
    if "--live" in sys.argv:
        print(answer(openai.OpenAI(), tools, QUESTION))
        return
    mock = MockLLM(
        [
            call("list_index", query=QUESTION),
            call("read_node", '{"node": "the-disposition-effect"'),
            say("Because a gain that is booked feels safe."),
        ]
    )
    print(answer(mock.openai(), tools, QUESTION))
    mock.assert_done()
    # The arguments of the second call were not JSON. The answer, which costs tokens, said so.
    assert [entry.error for entry in tools.ledger.entries] == [False, False, True]


if __name__ == "__main__":
    main()
