"""Skill graphs for agents: an index, summaries and nodes, inside a hard token budget.

    from skillagent import SkillGraph, Toolset

    tools = Toolset(SkillGraph.load("skills/ml-reproducibility"), budget=8_000)
    print(tools.list_index(query="same seed, different result").text)

Names are imported when they are first used, so that `import skillagent` costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

__all__ = [
    "DIALECTS",
    "Answer",
    "AnthropicCounter",
    "Budget",
    "CtokCounter",
    "Diagnostic",
    "Dialect",
    "Document",
    "EncodingCounter",
    "GraphError",
    "Hit",
    "Ledger",
    "Level",
    "Link",
    "MissingPackageError",
    "Node",
    "NodeKind",
    "OfflineProvider",
    "Options",
    "Provider",
    "ProviderError",
    "ResolveError",
    "Root",
    "ScaledCounter",
    "SearchIndex",
    "Session",
    "Severity",
    "SkillAgentError",
    "SkillGraph",
    "TokenCounter",
    "Toolset",
    "UsageError",
    "__version__",
    "counter_for",
]

_HOMES = {
    "skillagent.agent": ("Session",),
    "skillagent.diagnostics": ("Diagnostic", "Severity"),
    "skillagent.disclosure": ("Answer", "Budget", "Ledger", "Level", "Toolset"),
    "skillagent.errors": (
        "GraphError",
        "MissingPackageError",
        "ProviderError",
        "ResolveError",
        "SkillAgentError",
        "UsageError",
    ),
    "skillagent.graph": ("Link", "Node", "NodeKind", "Options", "Root", "SkillGraph"),
    "skillagent.index": ("Hit", "SearchIndex"),
    "skillagent.markdown": ("DIALECTS", "Dialect", "Document"),
    "skillagent.providers": ("OfflineProvider", "Provider"),
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
    from skillagent.agent import Session
    from skillagent.diagnostics import Diagnostic, Severity
    from skillagent.disclosure import Answer, Budget, Ledger, Level, Toolset
    from skillagent.errors import (
        GraphError,
        MissingPackageError,
        ProviderError,
        ResolveError,
        SkillAgentError,
        UsageError,
    )
    from skillagent.graph import Link, Node, NodeKind, Options, Root, SkillGraph
    from skillagent.index import Hit, SearchIndex
    from skillagent.markdown import DIALECTS, Dialect, Document
    from skillagent.providers import OfflineProvider, Provider
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
