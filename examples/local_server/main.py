"""Any server that speaks OpenAI's API, by its address.

    python examples/local_server/main.py http://127.0.0.1:11434/v1 qwen3

Without an address, it starts a scripted server on this machine and asks that.
"""

import sys
from pathlib import Path

from skillagent import Agent, MissingPackageError, OpenAIProvider, SkillGraph, Toolset
from skillagent.agent import CallFinished, Done
from skillagent.testing import Fault, MockLLM, Turn, call, say

GRAPH = Path(__file__).parents[1] / "trading"
QUESTION = "I hold five tech stocks, am I diversified?"


def answer(url: str, model: str) -> tuple[str, OpenAIProvider]:
    provider = OpenAIProvider(model, base_url=url)
    agent = Agent(Toolset(SkillGraph.load(GRAPH), budget=4_000), provider)
    for event in agent.ask(QUESTION):
        if isinstance(event, CallFinished):
            print(f"→ {event.call.name}  {event.answer.cost} tokens")
        elif isinstance(event, Done):
            return event.text, provider
    raise AssertionError("a run always ends with Done")


def main() -> None:
    if len(sys.argv) == 3:
        print(answer(sys.argv[1], sys.argv[2])[0])
        return
    script: list[Turn] = [
        # Many local servers do not have the Responses API: then Chat Completions is used.
        call("list_index", query="correlation of holdings", fault=Fault.status(404)),
        call("read_node", node="correlation-makes-many-trades-one"),
        say("No: five correlated positions are one large one."),
    ]
    mock = MockLLM(script)
    with mock.serve() as server:
        text, provider = answer(server.openai_url, "some-local-model")
    print(text)
    mock.assert_done()
    assert provider.name == "openai-chat:some-local-model"
    assert [request.api for request in mock.requests] == ["responses", "chat", "chat", "chat"]


if __name__ == "__main__":
    try:
        main()
    except MissingPackageError as missing:
        raise SystemExit(
            f"this example needs {missing.package}: pip install '.[openai,testing]'"
        ) from None
