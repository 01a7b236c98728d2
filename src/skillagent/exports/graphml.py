"""Writes a graph as GraphML (http://graphml.graphdrawing.org), with networkx.

GraphML has texts, numbers and booleans, but no lists: `tags` and `successors` become
JSON texts. XML has no control characters: they become U+FFFD.
"""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING, Any

from skillagent.graph import SkillGraph
from skillagent.graph_json.json_writer import UNSEEN

if TYPE_CHECKING:
    import networkx

_NOT_XML = re.compile(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def graphml_view(graph: SkillGraph) -> networkx.MultiDiGraph[str]:
    """`SkillGraph.to_networkx()` with values that GraphML can represent."""
    import networkx

    whole: Any = graph.to_networkx()
    view: networkx.MultiDiGraph[str] = networkx.MultiDiGraph(name=_text(graph.name))
    for node, attributes in sorted(whole.nodes(data=True)):
        view.add_node(_text(node), **_plain(attributes))
    for source, target, key, attributes in whole.edges(keys=True, data=True):
        view.add_edge(_text(source), _text(target), key=key, **_plain(attributes))
    return view


def to_graphml(graph: SkillGraph) -> str:
    """The resolved graph as GraphML, nodes by id, edges by source and place."""
    from networkx.readwrite.graphml import write_graphml_xml

    # Not `write_graphml`: that writes other bytes if lxml is installed.
    stream = io.BytesIO()
    write_graphml_xml(graphml_view(graph), stream)
    text = stream.getvalue().decode("utf-8") + "\n"
    return UNSEEN.sub(lambda match: f"&#{ord(match[0])};", text)


def _plain(attributes: dict[str, Any]) -> dict[str, Any]:
    return {key: _value(value) for key, value in attributes.items()}


def _value(value: Any) -> Any:
    if isinstance(value, (tuple, list)):
        return _text(json.dumps(list(value), ensure_ascii=False))
    return _text(value) if isinstance(value, str) else value


def _text(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
