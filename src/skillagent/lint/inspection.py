"""The input of the rules: a graph, and values that several rules need, computed once.

Below: `skills`, which reads every SKILL.md, and `graph`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from skillagent.diagnostics import Diagnostic, finding
from skillagent.graph import Node, SkillGraph
from skillagent.lint.skills import SkillFile, read_skills
from skillagent.progress import Progress, no_progress
from skillagent.tokens import TokenCounter, default_counter

_VERSION = re.compile(
    r"(?<![^/])(?:v?\d+(?:\.(?:\d+|x))*|next|latest|current|stable|preview)(?=/)|\d+(?:[^\w/]\d+)*",
    re.IGNORECASE,
)


class Inspection:
    """One pass of the rules over one graph.

    Args:
        graph: of one root or several.
        counter: counts tokens; None for o200k_base.
        progress: called for each node or link that a slow rule examines.
    """

    def __init__(
        self,
        graph: SkillGraph,
        counter: TokenCounter | None = None,
        progress: Progress = no_progress,
    ) -> None:
        self.graph = graph
        self.progress = progress
        self._counter = counter

    @cached_property
    def counter(self) -> TokenCounter:
        """The counter that was passed, or the default one."""
        return self._counter or default_counter()

    @cached_property
    def skills(self) -> tuple[SkillFile, ...]:
        """Every SKILL.md of the graph, by id."""
        return tuple(read_skills(self.graph))

    @cached_property
    def steps(self) -> Mapping[str, int]:
        """Id → number of links from the nearest entry, of every node that links lead to."""
        steps = dict.fromkeys(self.graph.entries, 0)
        queue = list(self.graph.entries)
        for node in queue:
            for target in self.graph.neighbors(node):
                if target not in steps:
                    steps[target] = steps[node] + 1
                    queue.append(target)
        return steps


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthFinding(Diagnostic):
    """A finding that `health` lists below a heading, with a subject and a short detail."""

    subject: str
    """Id of the node that it is about, or the target of broken links."""
    detail: str
    """A short text to print after the subject; may be empty."""


def health_finding(
    code: str, node: Node, message: str, *, detail: str = "", subject: str = "", line: int = 0
) -> HealthFinding:
    """A finding about a node.

    Args:
        code: key of `CODES`, which has the remedy.
        node: the node whose file is named.
        message: what is wrong, one line.
        detail: short text to print after the subject.
        subject: what the finding is about; empty for the node's id.
        line: line in the file, from 1; 0 for the whole file.
    """
    plain = finding(code, node.document.path, line, message)
    return HealthFinding(
        plain.path,
        plain.line,
        plain.code,
        plain.message,
        plain.remedy,
        subject=subject or node.id,
        detail=detail,
    )


def more_in_file(count: int) -> str:
    """The end of a message about several places in one file, of which it names the first.

    Args:
        count: number of all these places.
    """
    return f", and {count - 1} more in this file" if count > 1 else ""


def in_series(one: Node, other: Node) -> bool:
    """Whether the paths of two nodes differ only in versions, dates or other numbers.

    `release-4-0.md` and `release-4-1.md` do, and `next/fees.md` and `v1.2/fees.md`.
    """
    return one.path != other.path and _VERSION.sub("0", one.path) == _VERSION.sub("0", other.path)
