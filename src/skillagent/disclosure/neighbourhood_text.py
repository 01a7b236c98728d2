"""The text of the nodes around some nodes. Below: `listing_text`."""

from __future__ import annotations

from skillagent.disclosure import writing
from skillagent.disclosure.listing_text import index_line
from skillagent.disclosure.results.neighbourhood import NeighbourhoodResult, NeighbourLine
from skillagent.disclosure.writing import counted

NAMED = 3
"""Most starts that are named above a neighbourhood."""


def neighbourhood(result: NeighbourhoodResult) -> str:
    names = ", ".join(f"[[{writing.identifier(node)}]]" for node in result.starts[:NAMED])
    if len(result.starts) > NAMED:
        names += f" and {len(result.starts) - NAMED} more"
    around = counted(result.total - len(result.starts), "node")
    text_lines = [f"# {around} within {result.depth} steps of {names}"]
    steps = 0
    for line in result.lines:
        if line.steps != steps:
            steps = line.steps
            text_lines.append(f"## {counted(steps, 'step')}")
        text_lines.append(index_line(line) + _via(line))
    if more := result.total - len(result.lines):
        text_lines.append(f"{more} more: ask for one of these, or with a query")
    return "\n".join([*text_lines, *result.unknown])


def _via(line: NeighbourLine) -> str:
    if not line.via:
        return ""
    types = f" ({', '.join(line.types)})" if line.types else ""
    return f" | via [[{writing.identifier(line.via)}]]{types}"
