"""Rules about a whole graph: each a function graph → findings, all of them in `RULES`.

The graph's own findings come from loading and travel with it; these are asked for. Above:
`check`, exports. Below: `graph`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from skillagent.diagnostics import Diagnostic, ordered
from skillagent.graph import SkillGraph
from skillagent.lint import agent_skills, empty, hidden_text
from skillagent.lint.agent_skills import REFERENCE_CODES
from skillagent.progress import Progress, tracked, untold

Rule = Callable[[SkillGraph], Iterable[Diagnostic]]

RULES: dict[str, Rule] = {
    "empty": empty.empty,
    "other-formats": empty.other_formats,
    "agent-skill-header": agent_skills.header,
    "agent-skill-fields": agent_skills.fields,
    "agent-skill-name": agent_skills.name,
    "agent-skill-description": agent_skills.description,
    "agent-skill-compatibility": agent_skills.compatibility,
    "agent-skill-types": agent_skills.types,
    "agent-skill-size": agent_skills.size,
    "agent-skill-place": agent_skills.place,
    "hidden-characters": hidden_text.characters,
    "hidden-comments": hidden_text.comments,
}
"""Name → rule, in the order in which they are asked."""


def findings(graph: SkillGraph, progress: Progress = untold) -> tuple[Diagnostic, ...]:
    """What the rules find, without the graph's own findings, by path and line.

    Args:
        graph: of one root or several.
        progress: told of each rule.
    """
    rules = tracked(RULES.values(), "checking", progress)
    return ordered(found for rule in rules for found in rule(graph))


__all__ = ["REFERENCE_CODES", "RULES", "Rule", "findings"]
