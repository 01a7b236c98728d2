"""Finds the provider for a model's name."""

from __future__ import annotations

import re

from skillagent.errors import UsageError
from skillagent.providers.anthropic import AnthropicProvider
from skillagent.providers.base import Provider
from skillagent.providers.offline import OfflineProvider
from skillagent.providers.openai import Api, OpenAIProvider

OFFLINE = "offline"
_OPENAI = re.compile(r"^(?:gpt-|chatgpt-|codex|o\d)")


def provider_for(
    model: str,
    *,
    base_url: str | None = None,
    temperature: float | None = None,
    seed: int | None = None,
) -> Provider:
    """The provider for a name; the name of the model itself is never checked.

    Args:
        model: `offline`; `anthropic:NAME`, `openai:NAME` or `openai-chat:NAME`; or a bare name
            that begins like the models of one of these makers.
        base_url: URL of a compatible server; any other bare name then means a model with
            OpenAI's API.
        temperature: sent only to models that accept one.
        seed: sent only over APIs that take one.

    Raises:
        UsageError: the name does not identify a provider.
    """
    if model == OFFLINE:
        return OfflineProvider()
    maker, colon, name = model.partition(":")
    if not colon or maker not in ("anthropic", "openai", "openai-chat"):
        maker, name = _maker(model, base_url), model
    if not name:
        raise UsageError(f"{model!r} names no model")
    if maker == "anthropic":
        return AnthropicProvider(name, base_url=base_url, temperature=temperature, seed=seed)
    api: Api = "chat" if maker == "openai-chat" else "auto"
    return OpenAIProvider(name, api=api, base_url=base_url, temperature=temperature, seed=seed)


def _maker(model: str, base_url: str | None) -> str:
    if model.startswith("claude"):
        return "anthropic"
    if base_url is not None or _OPENAI.match(model):
        return "openai"
    raise UsageError(
        f"whose model is {model!r}? write anthropic:{model}, openai:{model}, "
        "or give the --base-url of its server"
    )
