"""The tools in the forms of the model providers: definitions, calls and results.

Above: `toolset`, which carries out the calls. Below: `formats`, which knows each provider's form.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from skillagent.disclosure.answer import Answer
    from skillagent.messages import ToolCall, ToolResult, ToolSpec

# The forms are imported when they are used: programs that make calls themselves use none of them.


class ProviderForms(ABC):
    """Translates between the forms of providers and `call`, which a subclass carries out."""

    @abstractmethod
    def call(self, name: str, arguments: Any) -> Answer:
        """Carry out a call by name."""

    @property
    def specs(self) -> tuple[ToolSpec, ...]:
        """The tool definitions, the same bytes for every graph and session."""
        from skillagent.disclosure import tools

        return tools.specs()

    def anthropic(self) -> list[dict[str, Any]]:
        """The tool definitions for `tools=` of Anthropic's Messages API."""
        from skillagent.formats import anthropic

        return [anthropic.tool(spec) for spec in self.specs]

    def openai(self, api: Literal["responses", "chat"] = "responses") -> list[dict[str, Any]]:
        """The tool definitions for `tools=` of OpenAI.

        Args:
            api: the Responses or the Chat Completions API.
        """
        from skillagent.formats import openai

        tool = openai.responses_tool if api == "responses" else openai.chat_tool
        return [tool(spec) for spec in self.specs]

    def handle_anthropic(self, block: object) -> dict[str, Any]:
        """Carry out a `tool_use` block.

        Args:
            block: the SDK's object, or a dictionary.

        Returns:
            The `tool_result` block for the next user message.
        """
        from skillagent.formats import anthropic

        return anthropic.result(self.answer(anthropic.call(block)))

    def handle_openai(self, call: object) -> dict[str, Any]:
        """Carry out a tool call of either OpenAI API.

        Args:
            call: a `function_call` item of Responses or an entry of `message.tool_calls` of
                Chat Completions; the SDK's object, or a dictionary.

        Returns:
            The item to append to `input=`, or the message to append to `messages=`.
        """
        from skillagent.formats import openai

        result = self.answer(openai.call(call))
        if openai.is_responses(call):
            return openai.responses_result(result)
        return openai.chat_result(result)

    def answer(self, call: ToolCall) -> ToolResult:
        """Carry out a call in the form that is independent of any provider."""
        return self.call(call.name, call.arguments).as_result(call.id)
