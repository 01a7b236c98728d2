"""The three operations for the Anthropic SDK's tool runner.

    runner = client.beta.messages.tool_runner(
        tools=runner_tools(toolset), system=toolset.instructions(), …
    )

Source: `beta_tool` and `ToolError` of the package `anthropic`, 1.0 and later.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from skillagent.disclosure import Toolset
from skillagent.formats import anthropic
from skillagent.formats.blocks import tool_call
from skillagent.messages import ToolSpec
from skillagent.providers.sdk import load


def runner_tools(toolset: Toolset) -> list[Any]:
    """What `tools=` of a `tool_runner` takes.

    Args:
        toolset: one session; all runs spend its one budget.

    Raises:
        MissingPackageError: the package `anthropic` is not installed.
    """
    sdk = load("anthropic", "the tool runner")
    return [sdk.beta_tool(_runs(toolset, spec), **anthropic.tool(spec)) for spec in toolset.specs]


def async_runner_tools(toolset: Toolset) -> list[Any]:
    """What `tools=` of a `tool_runner` of `AsyncAnthropic` takes; see `runner_tools`."""
    sdk = load("anthropic", "the tool runner")
    return [
        sdk.beta_async_tool(_runs_async(toolset, spec), **anthropic.tool(spec))
        for spec in toolset.specs
    ]


def _runs(toolset: Toolset, spec: ToolSpec) -> Callable[..., str]:
    def run(**arguments: Any) -> str:
        # `tool_call` also repairs text that has no UTF-8 form, such as half a surrogate pair.
        result = toolset.answer(tool_call("", spec.name, arguments))
        if result.error and result.text:
            from anthropic.lib.tools import ToolError

            raise ToolError(result.text)
        return result.text

    return run


def _runs_async(toolset: Toolset, spec: ToolSpec) -> Callable[..., Awaitable[str]]:
    run = _runs(toolset, spec)

    async def run_async(**arguments: Any) -> str:
        return run(**arguments)

    return run_async
