"""The three operations for LangChain and LangGraph.

    agent = create_agent(model, structured_tools(toolset), system_prompt=toolset.instructions())

Source: `StructuredTool` of the package `langchain-core`, 1.0 and later.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import TYPE_CHECKING, Any, TypeVar

from skillagent.disclosure import Toolset
from skillagent.disclosure.tools import specs
from skillagent.errors import MissingPackageError
from skillagent.formats.blocks import tool_call

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage
    from langchain_core.tools import StructuredTool

_MALFORMED = "INVALID_JSON"
"""Key under which `answerable` gives a tool arguments that are not a JSON object."""


def structured_tools(toolset: Toolset) -> list[StructuredTool]:
    """What `bind_tools`, a `ToolNode` or `create_agent` takes, for blocking and async runs.

    A wrong call is answered by a `ToolMessage` of status `error`; nothing is raised.

    Args:
        toolset: one session; all runs, and all agents that share it, spend its one budget.

    Raises:
        MissingPackageError: the package `langchain-core` is not installed.
    """
    try:
        from langchain_core.tools import StructuredTool, ToolException
    except ImportError:
        raise MissingPackageError("langchain-core", "langchain", "LangChain") from None

    class Operation(StructuredTool):
        def _to_args_and_kwargs(
            self,
            tool_input: str | dict[str, Any],
            tool_call_id: str | None,  # noqa: ARG002 - the framework passes it
        ) -> tuple[tuple[Any, ...], dict[str, Any]]:
            # As one value: as keywords, an argument named `self` would raise and `config` be lost.
            return (tool_input,), {}

    def runs(name: str) -> Callable[[Any], str]:
        def run(arguments: Any) -> str:
            malformed = arguments.get(_MALFORMED) if isinstance(arguments, dict) else None
            as_written = malformed if isinstance(malformed, str) else arguments
            answer = toolset.answer(tool_call("", name, as_written))
            # Answers are empty once the budget is spent, and Anthropic refuses an empty error.
            if answer.error and answer.text:
                raise ToolException(answer.text)
            return answer.text

        return run

    def operation(name: str, description: str, schema: dict[str, Any]) -> StructuredTool:
        run = runs(name)

        async def run_async(arguments: Any) -> str:
            return run(arguments)

        return Operation(
            name=name,
            description=description,
            args_schema=schema,
            func=run,
            coroutine=run_async,
            handle_tool_error=True,
        )

    return [
        operation(spec.name, spec.description, deepcopy(dict(spec.parameters)))
        for spec in toolset.specs
    ]


_Message = TypeVar("_Message", bound="BaseMessage")


def answerable(message: _Message) -> _Message:
    """A model's message in which malformed calls of our tools are ordinary calls.

    LangChain puts a call whose arguments are not a JSON object into `invalid_tool_calls`, and ends
    the run if there is no other call. With this function our tools answer it. Use it as
    `model.bind_tools(…) | answerable`, or in an `after_model` hook of `create_agent`.

    Args:
        message: any message; one with such calls is copied and changed, others are returned.
    """
    from langchain_core.messages import AIMessage

    if not isinstance(message, AIMessage):
        return message
    ours = {spec.name for spec in specs()}
    malformed = [call for call in message.invalid_tool_calls if call["id"] and call["name"] in ours]
    if not malformed:
        return message
    repaired = [
        {
            "type": "tool_call",
            "id": call["id"],
            "name": call["name"],
            "args": {_MALFORMED: call["args"] or ""},
        }
        for call in malformed
    ]
    left = [call for call in message.invalid_tool_calls if call not in malformed]
    return message.model_copy(
        update={"tool_calls": [*message.tool_calls, *repaired], "invalid_tool_calls": left}
    )
