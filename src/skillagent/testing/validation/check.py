"""Checks a request as its API does; messages are the provider's own where they are known.

Each check yields the message of the 400 that the real API answers. The fields are those of the
SDKs' types (anthropic 2.12, openai 3.54), and older ones that the APIs still accept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from skillagent.models import takes_sampling
from skillagent.testing.validation import anthropic, openai

_FIELDS = {
    "messages": """cache_control container context_management diagnostics fallbacks inference_geo
        max_tokens mcp_servers messages metadata model output_config output_format service_tier
        speed stop_sequences stream system temperature thinking tool_choice tools top_k top_p
        user_profile_id workspace_id betas billing_policy compaction fallback_credit_token
        thread""",
    "count_tokens": """betas billing_policy cache_control compaction context_management
        mcp_servers messages model output_config speed system thinking tool_choice tools
        user_profile_id workspace_id""",
    "chat": """audio frequency_penalty function_call functions logit_bias logprobs
        max_completion_tokens max_tokens messages metadata modalities model moderation n
        parallel_tool_calls prediction presence_penalty prompt_cache_key prompt_cache_options
        prompt_cache_retention reasoning_effort response_format safety_identifier seed
        service_tier stop store stream stream_options temperature tool_choice tools top_logprobs
        top_p user verbosity web_search_options""",
    "responses": """access_programs background background_options client_metadata
        context_management conversation image include input instructions max_output_tokens
        max_tool_calls metadata model moderation parallel_tool_calls previous_response_id prompt
        prompt_cache_key prompt_cache_options prompt_cache_retention reasoning safety_identifier
        service_tier store stream stream_options temperature text tool_choice tools top_logprobs
        top_p truncation user""",
    "input_tokens": """conversation input instructions model parallel_tool_calls personality
        previous_response_id reasoning text tool_choice tools truncation""",
}
_CHECKS: dict[str, Callable[[Mapping[str, Any]], Iterator[str]]] = {
    "messages": anthropic.problems,
    "count_tokens": partial(anthropic.problems, answers=False),
    "chat": openai.chat_problems,
    "responses": openai.responses_problems,
    "input_tokens": openai.responses_problems,
}
MALFORMED = (KeyError, TypeError, AttributeError, ValueError, IndexError, RecursionError)
"""What reading a body raises if a value in it has an unexpected type."""
FIELDS = {api: frozenset(names.split()) for api, names in _FIELDS.items()}


def problem(api: str, body: Mapping[str, Any]) -> str | None:
    """The first mistake in a body; None if it is valid.

    Args:
        api: `messages`, `count_tokens`, `chat`, `responses` or `input_tokens`.
        body: parsed body of the request.
    """
    try:
        return next(_common(api, body), None) or next(_CHECKS[api](body), None)
    except MALFORMED as error:
        return f"the request is malformed: {type(error).__name__}: {error}"


def _common(api: str, body: Mapping[str, Any]) -> Iterator[str]:
    is_anthropic = api in ("messages", "count_tokens")
    for name in body:
        if name not in FIELDS[api]:
            extra = f"{name}: Extra inputs are not permitted"
            yield extra if is_anthropic else f"Unknown parameter: '{name}'."
    model = body.get("model")
    is_optional = api == "input_tokens" and model is None
    if not is_optional and not (isinstance(model, str) and model):
        yield "model: Field required"
    if not takes_sampling(str(body.get("model"))):
        for name in ("temperature", "top_p", "top_k"):
            # OpenAI accepts the default value even where it accepts no other.
            default = 1 if api in ("chat", "responses") else None
            if body.get(name) not in (None, default):
                yield f"`{name}` is not supported with this model."
