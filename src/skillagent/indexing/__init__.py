"""Opens the stored index of a graph, and builds it where it is absent or not up to date.

`place` says where an index is kept, `opening` opens or builds it. Above: `cli`, `mcp_server`.
Below: `disclosure`, which counts what showing a node costs, and `store`.
"""

from skillagent.indexing.opening import Opened, kept_graph, open_graph
from skillagent.indexing.place import IndexPlace

__all__ = ["IndexPlace", "Opened", "kept_graph", "open_graph"]
