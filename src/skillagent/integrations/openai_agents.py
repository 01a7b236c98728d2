"""The three operations for the OpenAI Agents SDK.

    agent = Agent(name=…, instructions=toolset.instructions(), tools=function_tools(toolset))

Source: `FunctionTool` of the package `openai-agents`, 0.20 and later.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from skillagent.disclosure import Toolset
from skillagent.errors import MissingPackageError
from skillagent.formats.blocks import tool_call

if TYPE_CHECKING:
    from agents import FunctionTool


def function_tools(toolset: Toolset) -> list[FunctionTool]:
    """What `tools=` of an `Agent` takes.

    A wrong call, even one of malformed JSON, is answered by its mistake: no call ends a run.

    Args:
        toolset: one session; all runs, and all agents that share it, spend its one budget.

    Raises:
        MissingPackageError: the package `openai-agents` is not installed.
    """
    try:
        from agents import FunctionTool
    except ImportError:
        package = "openai-agents"
        raise MissingPackageError(package, package, "the OpenAI Agents SDK") from None
    return [
        FunctionTool(
            name=spec.name,
            description=spec.description,
            params_json_schema=deepcopy(dict(spec.parameters)),
            on_invoke_tool=_runs(toolset, spec.name),
            strict_json_schema=True,
        )
        for spec in toolset.specs
    ]


def _runs(toolset: Toolset, name: str) -> Callable[[Any, str], Awaitable[str]]:
    # Not in a thread: so parallel calls are always answered in the model's order.
    async def run(context: Any, arguments: str) -> str:  # noqa: ARG001 - the framework passes it
        return toolset.answer(tool_call("", name, arguments)).text

    return run
