"""Documents placed in one frozen graph: nodes, resolved links, and the questions asked of it.

Above: `index`, which searches it. Below: `markdown`.
"""

from skillagent.graph.graph import Counts, SkillGraph
from skillagent.graph.link import Link
from skillagent.graph.node import Node, NodeKind
from skillagent.graph.status import Outdated
from skillagent.graph.walk import Options, Root

__all__ = ["Counts", "Link", "Node", "NodeKind", "Options", "Outdated", "Root", "SkillGraph"]
