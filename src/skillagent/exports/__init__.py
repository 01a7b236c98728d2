"""A graph in the forms of others: an Agent Skill, llms.txt, JSON, GraphML.

Each form loses nothing that it can hold, and the same graph gives the same bytes. Above: the
command `export`. Below: `lint`, which says what a valid skill is, and `graph`.
"""

from skillagent.exports.agent_skill import PackedSkill, agent_skill
from skillagent.exports.original import restore

__all__ = ["PackedSkill", "agent_skill", "restore"]
