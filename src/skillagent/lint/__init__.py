"""Rules about a whole graph: each a function from an inspection to findings, all in `RULES`.

The graph's own findings come from loading it and are in `SkillGraph.diagnostics`. Three groups:
`check` prints what `CHECK_RULES` find, `health` counts what `HEALTH_RULES` find, which are not
faults but work for the graph's author, and `check --strict` adds `STRICT_RULES` to both.
Above: both commands, exports. Below: `index`, `graph`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from skillagent.diagnostics import Diagnostic, ordered
from skillagent.errors import UsageError
from skillagent.graph import SkillGraph
from skillagent.lint import (
    addresses,
    agent_skills,
    descriptions,
    duplicates,
    embeds,
    empty,
    fences,
    files,
    headings,
    hidden_text,
    injections,
    links,
    machine_paths,
    maps,
    names,
    neighbours,
    outdated,
    reach,
    secret_texts,
    sizes,
)
from skillagent.lint.agent_skills import REFERENCE_CODES
from skillagent.lint.inspection import HealthFinding, Inspection
from skillagent.lint.okf import OKF_RULES
from skillagent.progress import Progress, no_progress, tracked

Rule = Callable[[Inspection], Iterable[Diagnostic]]
HealthRule = Callable[[Inspection], Iterable[HealthFinding]]

CHECK_RULES: Mapping[str, Rule] = {
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
    "hidden-elements": hidden_text.elements,
}
"""Name → rule, of the faults that `check` prints."""

HEALTH_RULES: Mapping[str, HealthRule] = {
    "large": sizes.large,
    "unreachable": reach.unreachable,
    "broken": links.broken,
    "undescribed": descriptions.undescribed,
    "long": sizes.long,
    "wide": maps.wide,
    "bare": links.bare,
    "far": reach.far,
    "alike": descriptions.alike,
    "narrow": maps.narrow,
    "no-when": descriptions.without_when,
}
"""Name → rule, of what `health` counts, the most important first.

First what an agent cannot reach or misreads, then what costs it tokens, then what makes a choice
harder.
"""

STRICT_RULES: Mapping[str, Rule] = {
    "secrets": secret_texts.secrets,
    "injections": injections.phrases,
    "exfiltrating-addresses": addresses.exfiltrating,
    "executable-addresses": addresses.executable,
    "long-description": descriptions.long,
    "description-repeats-name": descriptions.repeats_name,
    "repeated-description": descriptions.repeated,
    "costly-map": maps.costly,
    "near-duplicate": duplicates.near_duplicate,
    "embed-cycle": embeds.cycle,
    "one-way-link": neighbours.one_way,
    "skipped-heading-level": headings.skipped_level,
    "several-titles": headings.several_titles,
    "empty-section": headings.empty_section,
    "outdated-target": outdated.target,
    "unlinked-file": files.unlinked,
    "missing-file": files.missing,
    "empty-link-label": links.empty_label,
    "shadowed-alias": names.shadowed_alias,
    "machine-path": machine_paths.machine_path,
    "unclosed-fence": fences.unclosed,
}
"""Name → rule, of what only `check --strict` and a selection of codes look for."""

PROFILES: Mapping[str, Mapping[str, Rule]] = {"okf": OKF_RULES}
"""Name of a format → its rules, which are looked for only on request."""

RULES: Mapping[str, Rule] = {**CHECK_RULES, **HEALTH_RULES, **STRICT_RULES}
"""Name → rule, of all groups; those of `PROFILES` are for graphs in one format."""


def profile_rules(name: str) -> Mapping[str, Rule]:
    """The rules of a format.

    Args:
        name: one of `PROFILES`.

    Raises:
        UsageError: there is no such profile.
    """
    if name not in PROFILES:
        raise UsageError(f"no profile {name!r}: name one of {', '.join(sorted(PROFILES))}")
    return PROFILES[name]


def findings(
    graph: SkillGraph, progress: Progress = no_progress, rules: Mapping[str, Rule] = CHECK_RULES
) -> tuple[Diagnostic, ...]:
    """What rules find in a graph, by path and line; without the graph's own findings.

    Args:
        graph: of one root or several.
        progress: called for each rule.
        rules: those to apply.
    """
    inspection = Inspection(graph)
    applied = tracked(rules.values(), "checking", progress)
    return ordered(diagnostic for rule in applied for diagnostic in rule(inspection))


__all__ = [
    "CHECK_RULES",
    "HEALTH_RULES",
    "PROFILES",
    "REFERENCE_CODES",
    "RULES",
    "STRICT_RULES",
    "HealthFinding",
    "HealthRule",
    "Inspection",
    "Rule",
    "findings",
    "profile_rules",
]
