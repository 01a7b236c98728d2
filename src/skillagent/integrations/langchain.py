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
"""Key that holds arguments which are no JSON object, as `answerable` hands them to a tool."""


def structured_tools(toolset: Toolset) -> list[StructuredTool]:
    """What `bind_tools`, a `ToolNode` or `create_agent` takes, for blocking and async runs.

    What is wrong with a call is a `ToolMessage` of status `error`; nothing is raised.

    Args:
        toolset: one session; its budget holds over all runs, and over all agents that share it.

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
            # As one value: by keyword an argument called `self` would raise, and `config` vanish.
            return (tool_input,), {}

    def runs(name: str) -> Callable[[Any], str]:
        def run(arguments: Any) -> str:
            malformed = arguments.get(_MALFORMED) if isinstance(arguments, dict) else None
            given = malformed if isinstance(malformed, str) else arguments
            answer = toolset.answer(tool_call("", name, given))
            # Once the budget is spent answers are empty, and Anthropic refuses an empty error.
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
    """A model's message whose malformed calls of our tools are handed to them, to be answered.

    LangChain keeps a call whose arguments are no JSON object apart, as `invalid_tool_calls`,
    and ends the run where there is no other call. Use it as `model.bind_tools(…) | answerable`,
    or in an `after_model` hook of `create_agent`.

    Args:
        message: any; only a model's with such calls is changed, in a copy.
    """
    from langchain_core.messages import AIMessage

    if not isinstance(message, AIMessage):
        return message
    ours = {spec.name for spec in specs()}
    malformed = [call for call in message.invalid_tool_calls if call["id"] and call["name"] in ours]
    if not malformed:
        return message
    handed = [
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
        update={"tool_calls": [*message.tool_calls, *handed], "invalid_tool_calls": left}
    )
