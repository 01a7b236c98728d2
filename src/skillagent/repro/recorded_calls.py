"""Carries out the recorded calls of a session again.

Above: `answers`, `decisions`. Below: `disclosure`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from skillagent.disclosure import Answer, Toolset
from skillagent.disclosure.call_lines import answer_line
from skillagent.disclosure.served_call import HAND_OVER, Asked
from skillagent.graph.walk import read_bytes
from skillagent.runs import TraceEvent
from skillagent.store import GraphView, graph_behind


def call_again(toolset: Toolset, event: TraceEvent, answer: TraceEvent | None) -> Answer:
    """Carry out a recorded call.

    Args:
        toolset: the toolset.
        event: a `call` event; without a tool, its arguments are a line that was no call.
        answer: its `answer` event, which has the text of a file that is no node; None if the
            record ends before.
    """
    tool, arguments = str(event.fields["tool"]), event.fields["arguments"]
    asked = event.fields.get("asked")
    if asked == Asked.SESSION:
        return toolset.refuse(tool, {}, str(arguments["message"]))
    if asked == Asked.FILE:
        return _hand_over_again(toolset, arguments, answer)
    if asked == Asked.TEXT:
        return _hand_over_text(toolset, str(arguments["node"]))
    if tool or not isinstance(arguments, str):
        return toolset.call(tool, arguments)
    return answer_line(toolset, arguments)


def _hand_over_again(
    toolset: Toolset, arguments: Mapping[str, Any], answer: TraceEvent | None
) -> Answer:
    """Give out a whole file again: a node's as it is now, another one as it was recorded.

    Only nodes belong to a graph's root, and only text can be read again.
    """
    name, node = str(arguments["name"]), arguments["node"]
    if node is not None and node not in toolset.graph:
        return toolset.refuse(HAND_OVER, {"name": name}, f"there is no {name} now")
    text = _file_of(toolset.graph, node)
    if text is not None:
        return toolset.hand_over(name, text, node)
    recorded = str(answer.fields["text"]) if answer else ""
    return toolset.hand_over(name, recorded, node, arguments["tokens"])


def _hand_over_text(toolset: Toolset, node: str) -> Answer:
    if node not in toolset.graph:
        return toolset.refuse(HAND_OVER, {"name": node}, f"there is no {node} now")
    return toolset.hand_over(node, toolset.graph.document(node).body.strip(), node)


def _file_of(view: GraphView, node_id: str | None) -> str | None:
    """The file of a node as text; None if there is none, or it is no text."""
    graph = graph_behind(view)
    if node_id is None or graph is None:
        return None
    node = graph.nodes[node_id]
    roots = {root.name: root for root in graph.roots}
    try:
        return read_bytes(roots.get(node.root, graph.roots[0]), node.path).decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
