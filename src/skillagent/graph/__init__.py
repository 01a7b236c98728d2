"""Documents placed in one frozen graph: nodes, resolved links, and the questions asked of it.

Names are imported when they are first used: a process that answers from stored values needs
`NodeKind` and `Outdated`, but nothing that reads files.

Above: `index`, which searches it. Below: `markdown`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from skillagent.lazy_names import importing

if TYPE_CHECKING:
    from skillagent.graph.graph import Counts, SkillGraph
    from skillagent.graph.kind import NodeKind
    from skillagent.graph.link import Link
    from skillagent.graph.node import Node
    from skillagent.graph.outdated import Outdated
    from skillagent.graph.walk import Options, Root

__all__ = ["Counts", "Link", "Node", "NodeKind", "Options", "Outdated", "Root", "SkillGraph"]

__getattr__ = importing(
    __name__,
    {
        "Counts": "graph",
        "Link": "link",
        "Node": "node",
        "NodeKind": "kind",
        "Options": "walk",
        "Outdated": "outdated",
        "Root": "walk",
        "SkillGraph": "graph",
    },
)
