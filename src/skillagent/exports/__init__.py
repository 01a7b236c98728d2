"""Writes a graph in other formats: Agent Skill, llms.txt, JSON, GraphML.

Each format keeps all that it can represent, and the same graph gives the same bytes. Above: the
command `export`. Below: `graph_json`, the JSON form; `lint`, the rules for a valid skill; `graph`.
"""

from skillagent.exports.agent_skill import PackedSkill, agent_skill
from skillagent.exports.graphml import graphml_view, to_graphml
from skillagent.exports.llms_txt import llms_txt
from skillagent.exports.provenance import restore
from skillagent.graph_json import GraphRecord, graph_record, read_json

__all__ = [
    "GraphRecord",
    "PackedSkill",
    "agent_skill",
    "graph_record",
    "graphml_view",
    "llms_txt",
    "read_json",
    "restore",
    "to_graphml",
]
