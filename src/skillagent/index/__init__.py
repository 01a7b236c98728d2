"""What an agent may ask of all nodes up front: ranked search over a graph.

Above: `disclosure`, which shows what was found. Below: `graph`.
"""

from skillagent.index.query import Match
from skillagent.index.search import Hit, SearchIndex

__all__ = ["Hit", "Match", "SearchIndex"]
