"""Our tools in other frameworks: the real packages, and a mock model on the wire.

Each `Way` is one framework over one API; every test holds for all of them.
"""

from __future__ import annotations

import asyncio
import builtins
import json
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from skillagent import SkillGraph, Toolset
from skillagent.errors import MissingPackageError
from skillagent.integrations.langchain import answerable, structured_tools
from skillagent.integrations.openai_agents import function_tools
from skillagent.integrations.pydantic_ai import agent_toolset
from skillagent.messages import ToolResult
from skillagent.testing import Call, MockLLM, Turn, call, calls, say
from tests.conftest import Vault

OPENAI_MODEL, CLAUDE = "gpt-6-sol", "claude-sonnet-5-5"


def with_agents(mock: MockLLM, tools: Toolset, api: str, is_async: bool) -> str:
    from agents import Agent, OpenAIChatCompletionsModel, OpenAIResponsesModel, RunConfig, Runner

    kind: Any = OpenAIResponsesModel if api == "responses" else OpenAIChatCompletionsModel
    agent: Agent[None] = Agent(
        name="walker",
        instructions=tools.instructions(),
        tools=list(function_tools(tools)),
        model=kind(OPENAI_MODEL, openai_client=mock.async_openai()),
    )
    options: dict[str, Any] = {"run_config": RunConfig(tracing_disabled=True), "max_turns": 40}
    if is_async:
        return str(asyncio.run(Runner.run(agent, "q", **options)).final_output)
    with fresh_loop():
        return str(Runner.run_sync(agent, "q", **options).final_output)


def with_pydantic_ai(mock: MockLLM, tools: Toolset, api: str, is_async: bool) -> str:
    from pydantic_ai import Agent
    from pydantic_ai.models.anthropic import AnthropicModel
    from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
    from pydantic_ai.providers.anthropic import AnthropicProvider
    from pydantic_ai.providers.openai import OpenAIProvider

    model: Any
    if api == "messages":
        provider = AnthropicProvider(anthropic_client=mock.async_anthropic())
        model = AnthropicModel(CLAUDE, provider=provider)
    else:
        kind = OpenAIResponsesModel if api == "responses" else OpenAIChatModel
        model = kind(OPENAI_MODEL, provider=OpenAIProvider(openai_client=mock.async_openai()))
    agent = Agent(model, instructions=tools.instructions(), toolsets=[agent_toolset(tools)])
    if is_async:
        return asyncio.run(agent.run("q")).output
    with fresh_loop():
        return agent.run_sync("q").output


def with_langchain(mock: MockLLM, tools: Toolset, api: str, is_async: bool) -> str:
    from langchain.agents import create_agent
    from langchain.agents.middleware import after_model
    from langchain_anthropic import ChatAnthropic
    from langchain_openai import ChatOpenAI
    from langsmith import tracing_context

    @after_model
    def hand_over_malformed(state: Any, runtime: Any) -> dict[str, Any]:
        return {"messages": [answerable(state["messages"][-1])]}

    with mock.serve() as server, tracing_context(enabled=False):
        options: dict[str, Any] = {"api_key": "mock", "max_retries": 0}
        model: Any
        if api == "messages":
            # Streamed: only so can arguments that are no JSON reach a client of this API.
            model = ChatAnthropic(model_name=CLAUDE, base_url=server.url, streaming=True, **options)
        else:
            model = ChatOpenAI(
                model=OPENAI_MODEL,
                base_url=server.openai_url,
                use_responses_api=api == "responses",
                **options,
            )
        agent: Any = create_agent(
            model,
            structured_tools(tools),
            system_prompt=tools.instructions(),
            middleware=[hand_over_malformed],
        )
        asked = {"messages": [{"role": "user", "content": "q"}]}
        limit: Any = {"recursion_limit": 200}
        found = asyncio.run(agent.ainvoke(asked, limit)) if is_async else agent.invoke(asked, limit)
    return str(found["messages"][-1].text)


@contextmanager
def fresh_loop() -> Any:
    """For `run_sync`, which takes the current event loop: none may be left over or left behind."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        yield
    finally:
        asyncio.set_event_loop(None)
        loop.close()


@dataclass(frozen=True)
class Way:
    framework: str
    api: str
    run: Callable[[MockLLM, Toolset, str, bool], str]
    is_async: bool = False

    def __str__(self) -> str:
        return f"{self.framework}-{self.api}{'-async' if self.is_async else ''}"

    @property
    def marks(self) -> list[pytest.MarkDecorator]:
        """LangChain's client for OpenAI needs a server on a socket."""
        socket = self.framework == "langchain" and self.api != "messages"
        return [pytest.mark.process] if socket else []

    def ask(self, mock: MockLLM, tools: Toolset) -> str:
        return self.run(mock, tools, self.api, self.is_async)


WAYS = [
    Way(framework, api, run, is_async)
    for framework, run, apis in (
        ("agents", with_agents, ("responses", "chat")),
        ("pydantic_ai", with_pydantic_ai, ("responses", "chat", "messages")),
        ("langchain", with_langchain, ("responses", "chat", "messages")),
    )
    for api in apis
    for is_async in (False, True)
]
every_way = pytest.mark.parametrize(
    "way", [pytest.param(way, marks=way.marks, id=str(way)) for way in WAYS]
)


@pytest.fixture
def tools(vault: Vault) -> Toolset:
    folder: Path = vault(
        {
            "index.md": "# Index\n\nSee [[a]] and [[b]].",
            "a.md": '# A\n\nText of a, with "quotes", a \\ and – dashes.\n\n- one\n',
            "b.md": "# B\n\nText of b.",
        }
    )
    return Toolset(SkillGraph.load(folder), 2_000)


def results(mock: MockLLM) -> list[ToolResult]:
    """Every result that the model was sent, in the order of the calls' turns."""
    return [
        part
        for request in mock.requests
        if request.conversation
        for part in request.conversation.results
    ]


def same_session(tools: Toolset) -> Toolset:
    """Another session of the same graph, as far on: what it answers is what must arrive."""
    again = Toolset(tools.graph, tools.budget)
    again.instructions()
    return again


def definitions(tools: Toolset, api: str) -> list[dict[str, Any]]:
    if api == "messages":
        return tools.anthropic()
    return tools.openai("responses" if api == "responses" else "chat")


@every_way
def test_definitions_and_instructions_reach_the_provider_as_we_would_send_them(
    way: Way, tools: Toolset
) -> None:
    mock = MockLLM([say("Done.")])
    assert way.ask(mock, tools) == "Done."
    mock.assert_done()
    sent, own = mock.requests[0].body["tools"], definitions(tools, way.api)
    if way.framework == "langchain" and way.api != "messages":
        # LangChain asks for `strict` where a model is bound: `bind_tools(…, strict=True)`.
        inner = [tool.get("function", tool) for tool in own]
        assert [found.pop("strict") for found in inner] == [True] * 3
    # The order of the fields around a schema is the framework's; the schema's own is ours.
    assert sent == own
    for found, ours in zip(sent, own, strict=True):
        found, ours = found.get("function", found), ours.get("function", ours)
        name = "input_schema" if way.api == "messages" else "parameters"
        assert json.dumps(found[name]) == json.dumps(ours[name])
    conversation = mock.requests[0].conversation
    assert conversation is not None
    assert conversation.system == tools.instructions()


@every_way
def test_results_and_errors_arrive_verbatim_and_marked_where_the_api_has_a_mark(
    way: Way, tools: Toolset
) -> None:
    made: list[tuple[str, Any]] = [
        ("read_node", {"node": "a", "section": None, "again": None}),
        ("list_index", {"map": None, "query": "text", "cursor": None}),
        ("read_node", {"node": "zz"}),
        ("read_node", {"nodes": "a"}),
        ("read_summary", {"nodes": []}),
        ("read_node", {"node": "b", "self": 1}),
        ("read_node", {"callbacks": None, "config": {}, "node": "b", "run_manager": 1}),
        ("read_node", {}),
    ]
    mock = MockLLM([*(calls(Call(name, given)) for name, given in made), say("Done.")])
    expected = same_session(tools)
    assert way.ask(mock, tools) == "Done."
    mock.assert_done()
    answers = [expected.call(name, given) for name, given in made]
    found = results(mock)
    assert [result.text for result in found] == [answer.text for answer in answers]
    marked = way.api == "messages"
    assert [result.error for result in found] == [marked and answer.error for answer in answers]
    assert [answer.error for answer in answers] == [False] * 2 + [True] * 6


MALFORMED = ["{oops", '{"node": "a"', "[1]", '"a"', "null", "NaN", ""]


def read_by_langchain(way: Way, text: str) -> bool:
    """What LangChain makes of malformed arguments before a tool, or a hook, can see them.

    It ends half an object that Anthropic streamed, and raises where JSON is no object.
    """
    if way.framework != "langchain":
        return False
    return text.startswith('{"') if way.api == "messages" else text in ("[1]", '"a"', "null", "NaN")


@pytest.mark.parametrize(
    ("way", "text"),
    [
        pytest.param(way, text, marks=way.marks, id=f"{way}-{text}")
        for way in WAYS
        for text in MALFORMED
        if not read_by_langchain(way, text)
    ],
)
def test_malformed_arguments_are_answered_not_raised(way: Way, tools: Toolset, text: str) -> None:
    mock = MockLLM([call("read_node", text), call("read_node", node="a"), say("Done.")])
    assert way.ask(mock, tools) == "Done."
    mock.assert_done()
    wrong, right = results(mock)
    assert "read_node takes node" in wrong.text
    assert "Text of a" in right.text


@pytest.mark.parametrize("api", ["responses", "chat", "messages"])
def test_half_a_surrogate_pair_in_an_argument_ends_no_run(api: str, tools: Toolset) -> None:
    # The other two frameworks raise on it themselves, before a tool is asked or after it.
    mock = MockLLM([call("read_node", '{"node": "\\ud800"}'), say("Done.")])
    assert with_pydantic_ai(mock, tools, api, True) == "Done."
    mock.assert_done()
    assert "There is no node" in results(mock)[0].text
    structured_tools(tools)[2].invoke({"node": "\ud800"}).encode()


@every_way
def test_parallel_calls_are_each_answered_and_the_malformed_one_too(
    way: Way, tools: Toolset
) -> None:
    made = [
        Call("read_node", {"node": "a"}),
        Call("read_node", "{oops"),
        Call("read_node", {"node": "zz"}),
        Call("read_node", {"node": "b"}),
    ]
    mock = MockLLM([calls(*made), say("Done.")])
    assert way.ask(mock, tools) == "Done."
    mock.assert_done()
    found = [result.text for result in results(mock)]
    assert len(found) == 4
    for words in ("Text of a", "Text of b", "no node 'zz'", "read_node takes node"):
        assert sum(words in text for text in found) == 1


@every_way
def test_the_budget_holds_over_runs_and_parallel_calls_and_its_end_is_no_failure(
    way: Way, tools: Toolset
) -> None:
    greedy = calls(*(Call("read_node", {"node": "a", "again": True}) for _ in range(6)))
    found = []
    for _ in range(3):
        mock = MockLLM([greedy, greedy, greedy, say("Done.")])
        assert way.ask(mock, tools) == "Done."
        mock.assert_done()
        found += results(mock)
    assert len(found) == 54
    # What the model was shown is what the ledger says, and that is within the budget.
    shown = sum(tools.counter.count(result.text) for result in found)
    instructions = tools.counter.count(tools.instructions())
    assert shown + instructions == tools.ledger.spent <= 2_000
    assert [result.text for result in found[-6:]] == [""] * 6
    assert not any(result.error for result in found[-6:])


@pytest.mark.parametrize(
    ("package", "make", "extra"),
    [
        ("agents", function_tools, "openai-agents"),
        ("pydantic_ai", agent_toolset, "pydantic-ai"),
        ("langchain_core", structured_tools, "langchain"),
    ],
)
def test_a_missing_package_is_an_error_that_names_the_extra(
    package: str,
    make: Callable[[Toolset], Any],
    extra: str,
    tools: Toolset,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = builtins.__import__

    def without(name: str, *rest: Any, **named: Any) -> Any:
        if name.partition(".")[0] == package:
            raise ImportError(name)
        return found(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingPackageError, match=rf"pip install .*\[{extra}\]"):
        make(tools)


def test_a_langchain_tool_answers_by_itself_in_both_ways(tools: Toolset) -> None:
    read_node = structured_tools(tools)[2]
    assert "Text of a" in read_node.invoke({"node": "a"})
    assert "read_node takes node" in asyncio.run(read_node.ainvoke({}))
    message = read_node.invoke({"type": "tool_call", "id": "c1", "name": "read_node", "args": {}})
    assert (message.status, message.tool_call_id) == ("error", "c1")
    assert message.content.startswith("'node' is missing")


@pytest.mark.process
def test_in_a_pipe_malformed_calls_become_calls_and_all_else_stays(tools: Toolset) -> None:
    from langchain_core.messages import AIMessage, HumanMessage
    from langchain_openai import ChatOpenAI

    mock = MockLLM([calls(Call("read_node", "{oops"), Call("read_node", {"node": "a"}))])
    with mock.serve() as server:
        options: dict[str, Any] = {"base_url": server.openai_url, "api_key": "mock"}
        model = ChatOpenAI(model=OPENAI_MODEL, use_responses_api=False, **options)
        bound = model.bind_tools(structured_tools(tools), strict=True) | answerable
        message = bound.invoke("q")
    assert isinstance(message, AIMessage)
    assert [made["args"] for made in message.tool_calls] == [
        {"node": "a"},
        {"INVALID_JSON": "{oops"},
    ]
    assert message.invalid_tool_calls == []
    assert mock.requests[0].body["tools"] == tools.openai("chat")
    others = {"type": "invalid_tool_call", "id": "c9", "args": "{", "error": None}
    theirs = AIMessage("", invalid_tool_calls=[{**others, "name": "their_tool"}])
    for kept in (HumanMessage("q"), AIMessage("Done."), theirs, message):
        assert answerable(kept) is kept


def test_agents_in_one_event_loop_share_one_budget(tools: Toolset) -> None:
    from agents import Agent, OpenAIResponsesModel, RunConfig, Runner

    turns: list[Turn] = [call("read_node", node="a", again=True) for _ in range(8)]
    mocks = [MockLLM([*turns, say("Done.")]) for _ in range(4)]

    async def run(mock: MockLLM) -> str:
        agent: Agent[None] = Agent(
            name="walker",
            tools=list(function_tools(tools)),
            model=OpenAIResponsesModel(OPENAI_MODEL, openai_client=mock.async_openai()),
        )
        config = RunConfig(tracing_disabled=True)
        return str((await Runner.run(agent, "q", run_config=config)).final_output)

    async def run_all() -> list[str]:
        return await asyncio.gather(*(run(mock) for mock in mocks))

    assert asyncio.run(run_all()) == ["Done."] * 4
    found = [result for mock in mocks for result in results(mock)]
    assert len(found) == 32
    assert sum(tools.counter.count(result.text) for result in found) == tools.ledger.spent <= 2_000
