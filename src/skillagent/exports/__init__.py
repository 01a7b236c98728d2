"""Writes graphs as Agent Skill, OKF bundle, llms.txt, JSON or GraphML; a run as ATIF or HTML.

Each format keeps all that it can represent, and the same graph or record gives the same bytes.
`trajectory` and `report` are for runs, all else is for graphs. Above: the command `export`. Below:
`graph_json`, the JSON form; `lint`, the rules for a valid skill; `graph`; `runs`.
"""

from skillagent.exports.agent_skill import PackedSkill, agent_skill
from skillagent.exports.graphml import graphml_view, to_graphml
from skillagent.exports.llms_txt import llms_txt
from skillagent.exports.okf import WrittenBundle, okf_bundle
from skillagent.exports.provenance import restore
from skillagent.graph_json import GraphRecord, graph_record, read_json

__all__ = [
    "GraphRecord",
    "PackedSkill",
    "WrittenBundle",
    "agent_skill",
    "graph_record",
    "graphml_view",
    "llms_txt",
    "okf_bundle",
    "read_json",
    "restore",
    "to_graphml",
]
