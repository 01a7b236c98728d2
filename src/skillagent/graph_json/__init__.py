"""A whole graph as one JSON object, and back: format `skillagent-graph/1`.

`record` has the values, `original_bytes` what is needed to restore a file's bytes, `json_writer`
the layout. Above: `exports`, and whatever displays a graph. Below: `lint`, whose findings are
part of the object, and `graph`.
"""

from skillagent.graph_json.record import (
    GRAPH_FORMAT,
    GraphRecord,
    LinkRecord,
    NodeRecord,
    graph_record,
    read_json,
)

__all__ = [
    "GRAPH_FORMAT",
    "GraphRecord",
    "LinkRecord",
    "NodeRecord",
    "graph_record",
    "read_json",
]
