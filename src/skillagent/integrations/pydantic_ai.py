"""The three operations for Pydantic AI.

    agent = Agent(…, instructions=toolset.instructions(), toolsets=[agent_toolset(toolset)])

Source: `AbstractToolset` of the package `pydantic-ai-slim`, 2.0 and later.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from skillagent.disclosure import Toolset
from skillagent.errors import MissingPackageError
from skillagent.formats.blocks import tool_call
from skillagent.messages import parse_arguments

if TYPE_CHECKING:
    from pydantic_ai.toolsets import AbstractToolset

_MALFORMED = "INVALID_JSON"
"""The framework's own key for arguments that are not a JSON object, when it sends them back."""


def agent_toolset(toolset: Toolset, *, id: str | None = None) -> AbstractToolset[Any]:
    """What `toolsets=` of an `Agent` takes.

    The framework validates and retries nothing. A wrong call, even one of malformed JSON, is
    answered by our own text, and uses up no retry that could end the run.

    Args:
        toolset: one session; all runs, and all agents that share it, spend its one budget.
        id: name that is unique in the agent; durable execution requires one.

    Raises:
        MissingPackageError: the package `pydantic-ai-slim` is not installed.
    """
    try:
        from pydantic_ai import RunContext, ToolDefinition, exceptions
        from pydantic_ai.toolsets import AbstractToolset, ToolsetTool
    except ImportError:
        raise MissingPackageError("pydantic-ai-slim", "pydantic-ai", "Pydantic AI") from None
    # The first 2.x releases have no such error: there the model gets the text without a mark.
    failed = getattr(exceptions, "ToolFailed", None)
    definitions = [
        ToolDefinition(
            name=spec.name,
            description=spec.description,
            parameters_json_schema=deepcopy(dict(spec.parameters)),
        )
        for spec in toolset.specs
    ]

    class SkillGraphToolset(AbstractToolset[Any]):
        @property
        def id(self) -> str | None:
            return id

        async def get_tools(
            self,
            ctx: RunContext[Any],  # noqa: ARG002 - the framework passes it
        ) -> dict[str, ToolsetTool[Any]]:
            return {
                definition.name: ToolsetTool(
                    toolset=self,
                    tool_def=definition,
                    max_retries=0,
                    args_validator=_Unchecked(),
                )
                for definition in definitions
            }

        async def call_tool(
            self,
            name: str,
            tool_args: dict[str, Any],
            ctx: RunContext[Any],
            tool: ToolsetTool[Any],  # noqa: ARG002 - the framework passes it
        ) -> str:
            malformed = tool_args.get(_MALFORMED)
            arguments = malformed if isinstance(malformed, str) else tool_args
            answer = toolset.answer(tool_call("", name, arguments))
            # Only for Anthropic, whose API marks errors: elsewhere the framework wraps the text.
            if failed and answer.error and answer.text and ctx.model.system == "anthropic":
                raise failed(answer.text)
            return answer.text

    return SkillGraphToolset()


class _Unchecked:
    """Used instead of a `SchemaValidator`, because a toolset validates the arguments itself."""

    def validate_json(
        self,
        input: str | bytes | bytearray,
        **options: Any,  # noqa: ARG002 - the framework passes it
    ) -> dict[str, Any]:
        text = input if isinstance(input, str) else input.decode(errors="replace")
        parsed = parse_arguments(text)
        return {_MALFORMED: parsed} if isinstance(parsed, str) else dict(parsed)

    def validate_python(self, input: Any, **options: Any) -> dict[str, Any]:  # noqa: ARG002 - the framework passes it
        return input if isinstance(input, dict) else {_MALFORMED: str(input)}
