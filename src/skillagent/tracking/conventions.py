"""Every name that a span of ours carries.

The names `gen_ai.*` and `error.type` are those of the OpenTelemetry conventions for generative AI,
as they were on 9 October 2026 (github.com/open-telemetry/semantic-conventions-genai, commit
06ec68e722c4). All of them have the status "Development": none has been released. The names
`skillagent.*` are our own, for what the conventions have no name for.
"""

from __future__ import annotations

from typing import Final

SCHEMA_URL: Final = "https://opentelemetry.io/schemas/gen-ai-dev/1.42.0-dev"
"""The schema that the conventions declare at that commit."""
SCOPE: Final = "skillagent"
"""Name of the instrumentation scope, of the service and of the agent."""

OPERATION: Final = "gen_ai.operation.name"
INVOKE_AGENT: Final = "invoke_agent"
CHAT: Final = "chat"
EXECUTE_TOOL: Final = "execute_tool"

AGENT_NAME: Final = "gen_ai.agent.name"
CONVERSATION_ID: Final = "gen_ai.conversation.id"
PROVIDER_NAME: Final = "gen_ai.provider.name"

REQUEST_MODEL: Final = "gen_ai.request.model"
REQUEST_SEED: Final = "gen_ai.request.seed"
REQUEST_TEMPERATURE: Final = "gen_ai.request.temperature"
REQUEST_MAX_TOKENS: Final = "gen_ai.request.max_tokens"

RESPONSE_ID: Final = "gen_ai.response.id"
RESPONSE_MODEL: Final = "gen_ai.response.model"
FINISH_REASONS: Final = "gen_ai.response.finish_reasons"

INPUT_TOKENS: Final = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS: Final = "gen_ai.usage.output_tokens"
CACHE_READ_TOKENS: Final = "gen_ai.usage.cache_read.input_tokens"
CACHE_WRITE_TOKENS: Final = "gen_ai.usage.cache_write.input_tokens"

TOOL_NAME: Final = "gen_ai.tool.name"
TOOL_TYPE: Final = "gen_ai.tool.type"
TOOL_CALL_ID: Final = "gen_ai.tool.call.id"
SKILL_RESOURCE: Final = "gen_ai.skill.resource.name"
"""Name of what was read, relative to its skill. The name of the skill itself is not in a record."""

ERROR_TYPE: Final = "error.type"

# What the conventions call content: only sent on request.
SYSTEM_INSTRUCTIONS: Final = "gen_ai.system_instructions"
INPUT_MESSAGES: Final = "gen_ai.input.messages"
OUTPUT_MESSAGES: Final = "gen_ai.output.messages"
TOOL_ARGUMENTS: Final = "gen_ai.tool.call.arguments"
TOOL_RESULT: Final = "gen_ai.tool.call.result"
CONTENT: Final = frozenset(
    {SYSTEM_INSTRUCTIONS, INPUT_MESSAGES, OUTPUT_MESSAGES, TOOL_ARGUMENTS, TOOL_RESULT}
)

# Our own.
GRAPH_ROOT: Final = "skillagent.graph.root"
NODE_ID: Final = "skillagent.node.id"
"""The nodes that were disclosed; the next two have as many entries, in the same order."""
NODE_DIGEST: Final = "skillagent.node.digest"
NODE_LEVEL: Final = "skillagent.node.level"
TOKENS_DISCLOSED: Final = "skillagent.tokens.disclosed"
BUDGET_TOTAL: Final = "skillagent.budget.total"
BUDGET_REMAINING: Final = "skillagent.budget.remaining"
RUN_DIGEST: Final = "skillagent.run.digest"
INPUTS_ID: Final = "skillagent.inputs.id"
DETERMINISM: Final = "skillagent.determinism"
END_REASON: Final = "skillagent.end.reason"
"""How a question ended: a value of `EndReason`."""
EARLIER_CALLS: Final = "skillagent.resumed.calls"
EARLIER_MESSAGES: Final = "skillagent.resumed.messages"

# Names of span events, and of the span around calls that no question of ours caused.
SESSION: Final = "skillagent.session"
INSTRUCTIONS: Final = "skillagent.instructions"
MODEL_CHANGED: Final = "skillagent.model_changed"
BUDGET_CHANGED: Final = "skillagent.budget_changed"
RESUMED: Final = "skillagent.resumed"
UNDONE: Final = "skillagent.undone"
