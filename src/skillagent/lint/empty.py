"""Says when a folder holds nothing that could be loaded: mostly another one was meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from skillagent.diagnostics import Diagnostic, finding
from skillagent.graph import SkillGraph
from skillagent.graph.node import SUFFIXES
from skillagent.graph.resolve import SEPARATOR

SHOWN = 4
"""Kinds of other files that are named."""


def empty(graph: SkillGraph) -> Iterator[Diagnostic]:
    """A finding for each root without any Markdown file, read or unreadable."""
    filled = {node.root for node in graph.nodes.values()}
    for root, others in graph.others.items():
        prefix = root + SEPARATOR if root else ""
        unread = any(
            found.code == "SG001" and found.path.startswith(prefix) for found in graph.diagnostics
        )
        if root not in filled and not unread:
            yield finding("SG301", prefix or ".", 0, _seen(others))


def _seen(others: tuple[str, ...]) -> str:
    """What was looked for, and what is there instead.

    Args:
        others: paths of the files and folders of a root.
    """
    names = [path.rpartition("/")[2] for path in others]
    kinds = Counter(f".{name.rpartition('.')[2]}" for name in names if "." in name)
    ranked = sorted(kinds.items(), key=lambda pair: (-pair[1], pair[0]))
    there = [f"{count} {kind}" for kind, count in ranked[:SHOWN]]
    if len(ranked) > SHOWN:
        there.append("others")
    looked = " and ".join(f"*{suffix}" for suffix in SUFFIXES)
    return f"no Markdown file: looked for {looked}, saw {', '.join(there) or 'no file'}"
