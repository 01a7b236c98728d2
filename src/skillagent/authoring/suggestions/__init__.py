"""Proposes changes to a graph, each with its evidence, ready to be applied.

- `suggestion`: one proposed change, and what a kind of them returns.
- `maps`: a map for a cluster that has none.
- `splits`: long nodes whose parts are linked or read apart.
- `merges`: nodes that say nearly the same, and short ones that link only each other.
- `links`: names in a text that are not linked.
- `suggest`: all of them, the most useful first.
"""

from skillagent.authoring.suggestions.suggest import Suggestions, suggest
from skillagent.authoring.suggestions.suggestion import KINDS, Suggestion

__all__ = ["KINDS", "Suggestion", "Suggestions", "suggest"]
