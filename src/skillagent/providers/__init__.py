"""Adapters to model APIs, one module each; an SDK is imported only by its own adapter.

Above: `agent`, which drives them. Below: `formats` and `messages`; the offline navigator
also uses the words of `index`.
"""

from skillagent.providers.anthropic import AnthropicProvider
from skillagent.providers.base import Provider
from skillagent.providers.names import provider_for
from skillagent.providers.offline import OfflineProvider
from skillagent.providers.openai import OpenAIProvider
from skillagent.providers.prices import Price, Prices

__all__ = [
    "AnthropicProvider",
    "OfflineProvider",
    "OpenAIProvider",
    "Price",
    "Prices",
    "Provider",
    "provider_for",
]
