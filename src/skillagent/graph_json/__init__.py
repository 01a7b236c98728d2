"""A whole graph as one JSON object, and back: format `skillagent-graph/1`.

`record` holds the values that JSON can hold, `original_bytes` what a file's text does not tell of
its bytes, `json_writer` the layout. Above: `exports`, and whatever shows a graph. Below: `lint`,
whose findings are part of the object, and `graph`.
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
