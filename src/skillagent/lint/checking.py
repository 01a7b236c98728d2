"""Checks a graph as its author asked for it: what is selected, without what is ignored.

Above: the commands. Below: the rules, `selection` and `header_ignores`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from skillagent.diagnostics import CODES, OF_PROFILES, Diagnostic, finding, ordered
from skillagent.graph import SkillGraph
from skillagent.graph.resolve import SEPARATOR
from skillagent.lint import CHECK_RULES, RULES, Rule, findings
from skillagent.lint.header_ignores import KEY, ignored_names
from skillagent.lint.selection import Selection, fits, is_code
from skillagent.progress import Progress, no_progress


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found in a graph."""

    findings: tuple[Diagnostic, ...]
    """By path, line and code."""
    ignored: tuple[Diagnostic, ...]
    """What a header or a pattern of files says not to report, in the same order."""


def check(
    graph: SkillGraph,
    selection: Selection | None = None,
    *,
    strict: bool = False,
    profile: Mapping[str, Rule] | None = None,
    progress: Progress = no_progress,
) -> Report:
    """Check a graph.

    Args:
        graph: of one root or several.
        selection: what is looked for; None for every code.
        strict: whether all rules apply, also those that say what could be better; then a header
            that ignores what was not found is a finding, too.
        profile: name → rule, of a format whose rules apply, too.
        progress: called for each rule.
    """
    selection = selection or Selection()
    rules = {**(RULES if strict else CHECK_RULES), **(profile or {})}
    named: dict[str, list[str]] = {}
    for path, name, _ in _names(graph):
        named.setdefault(path, []).append(name)
    every = (*graph.diagnostics, *findings(graph, progress, rules), *_unknown_names(graph))
    kept: list[Diagnostic] = []
    ignored: list[Diagnostic] = []
    used: set[tuple[str, str]] = set()
    selected = ordered(one for one in every if selection.holds(one.code))
    named_already = {(one.path, one.line) for one in selected if one.code == "SG020"}
    for one in selected:
        names = [name for name in named.get(one.path, ()) if fits(one.code, name)]
        used.update((one.path, name) for name in names)
        if one.code == "SG305" and (one.path, one.line) in named_already:
            continue  # it counts the broken links that SG020 names one by one
        is_ignored = bool(names) or selection.is_ignored_in(file_of(graph, one.path), one.code)
        (ignored if is_ignored else kept).append(one)
    if strict:
        kept += _unused_names(graph, selection, used)
    return Report(ordered(kept), tuple(ignored))


def file_of(graph: SkillGraph, path: str) -> Path:
    """The file or folder that a finding is about, without symbolic links in its root.

    Args:
        graph: the graph that was checked.
        path: `Diagnostic.path`.
    """
    folders = graph.keep(file_of, lambda: [root.path.resolve() for root in graph.roots])
    names = [root.name for root in graph.roots]
    name, separator, inside = path.partition(SEPARATOR)
    if separator and len(names) > 1 and name in names:
        return folders[names.index(name)] / inside
    return folders[0] / path


def _unknown_names(graph: SkillGraph) -> Iterator[Diagnostic]:
    for path, name, line in _names(graph):
        if not is_code(name):
            yield finding("SG041", path, line, f"{KEY} names {name!r}, which is no code")


def _unused_names(
    graph: SkillGraph, selection: Selection, used: Collection[tuple[str, str]]
) -> Iterator[Diagnostic]:
    if not selection.holds("SG040"):
        return
    for path, name, line in _names(graph):
        codes = [code for code in CODES if fits(code, name) and not code.startswith(OF_PROFILES)]
        was_looked_for = codes and all(map(selection.holds, codes))
        if was_looked_for and (path, name) not in used:
            yield finding("SG040", path, line, f"{KEY} names {name}, which was not found here")


def _names(graph: SkillGraph) -> Iterator[tuple[str, str, int]]:
    """Path, name of a code and line, for all that headers ignore."""
    for node in graph.nodes.values():
        names, line = ignored_names(node)
        for name in names:
            yield node.document.path, name, line
