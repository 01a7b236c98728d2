"""Skill graphs for agents: an index, summaries and nodes, inside a hard token budget.

    from skillagent import SkillGraph, Toolset

    tools = Toolset(SkillGraph.load("examples/ml-reproducibility"), budget=8_000)
    print(tools.list_index(query="same seed, different result").text)

Names are imported when they are first used, so that `import skillagent` costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

__all__ = [
    "DIALECTS",
    "Agent",
    "Answer",
    "AnthropicCounter",
    "AnthropicProvider",
    "Budget",
    "CtokCounter",
    "DamagedIndexError",
    "Diagnostic",
    "Dialect",
    "Document",
    "Embedder",
    "EncodingCounter",
    "GraphError",
    "GraphLock",
    "Hit",
    "Ledger",
    "Level",
    "Link",
    "MissingKeyError",
    "MissingPackageError",
    "Node",
    "NodeKind",
    "NotAsLockedError",
    "OfflineProvider",
    "OpenAIProvider",
    "Options",
    "Prices",
    "Provider",
    "ProviderError",
    "ResolveError",
    "Root",
    "ScaledCounter",
    "SearchIndex",
    "Severity",
    "SkillAgentError",
    "SkillGraph",
    "StoreError",
    "StoredIndexError",
    "TokenCounter",
    "Toolset",
    "Turn",
    "TurnUsage",
    "UsageError",
    "__version__",
    "counter_for",
    "lock_of",
    "provider_for",
    "read_lock",
]

_HOMES = {
    "skillagent.agent": ("Agent",),
    "skillagent.diagnostics": ("Diagnostic", "Severity"),
    "skillagent.disclosure": (
        "Answer",
        "Budget",
        "Ledger",
        "Level",
        "Toolset",
        "Turn",
        "TurnUsage",
    ),
    "skillagent.embeddings": ("Embedder",),
    "skillagent.errors": (
        "DamagedIndexError",
        "GraphError",
        "MissingKeyError",
        "MissingPackageError",
        "NotAsLockedError",
        "ProviderError",
        "ResolveError",
        "SkillAgentError",
        "StoreError",
        "StoredIndexError",
        "UsageError",
    ),
    "skillagent.graph": ("Link", "Node", "NodeKind", "Options", "Root", "SkillGraph"),
    "skillagent.index": ("Hit", "SearchIndex"),
    "skillagent.lock": ("GraphLock", "lock_of", "read_lock"),
    "skillagent.markdown": ("DIALECTS", "Dialect", "Document"),
    "skillagent.providers": (
        "AnthropicProvider",
        "OfflineProvider",
        "OpenAIProvider",
        "Prices",
        "Provider",
        "provider_for",
    ),
    "skillagent.tokens": (
        "AnthropicCounter",
        "CtokCounter",
        "EncodingCounter",
        "ScaledCounter",
        "TokenCounter",
        "counter_for",
    ),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

if TYPE_CHECKING:
    from skillagent.agent import Agent
    from skillagent.diagnostics import Diagnostic, Severity
    from skillagent.disclosure import (
        Answer,
        Budget,
        Ledger,
        Level,
        Toolset,
        Turn,
        TurnUsage,
    )
    from skillagent.embeddings import Embedder
    from skillagent.errors import (
        DamagedIndexError,
        GraphError,
        MissingKeyError,
        MissingPackageError,
        NotAsLockedError,
        ProviderError,
        ResolveError,
        SkillAgentError,
        StoredIndexError,
        StoreError,
        UsageError,
    )
    from skillagent.graph import Link, Node, NodeKind, Options, Root, SkillGraph
    from skillagent.index import Hit, SearchIndex
    from skillagent.lock import GraphLock, lock_of, read_lock
    from skillagent.markdown import DIALECTS, Dialect, Document
    from skillagent.providers import (
        AnthropicProvider,
        OfflineProvider,
        OpenAIProvider,
        Prices,
        Provider,
        provider_for,
    )
    from skillagent.tokens import (
        AnthropicCounter,
        CtokCounter,
        EncodingCounter,
        ScaledCounter,
        TokenCounter,
        counter_for,
    )


def __getattr__(name: str) -> Any:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module 'skillagent' has no attribute {name!r}")
    return getattr(importlib.import_module(home), name)


def __dir__() -> list[str]:
    return list(__all__)
