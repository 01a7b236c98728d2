"""`skillagent check`: prints counts, unreachable nodes and findings; exit 1 on any error."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict

from skillagent.cli.output import printable, to_json
from skillagent.cli.progress_bar import progress_bar
from skillagent.cli.session import load
from skillagent.diagnostics import Diagnostic, Severity, ordered
from skillagent.graph import SkillGraph
from skillagent.lint import findings

SHOWN = 40
NAMED = 10
"""Nodes that are named for each kind without `--all`."""
_ORDER = list(Severity)


def run(arguments: argparse.Namespace) -> int:
    with progress_bar() as progress:
        graph = load(arguments, progress)
        diagnostics = ordered((*graph.diagnostics, *findings(graph, progress)))
    if arguments.json:
        report = {
            "entry": graph.entry,
            "counts": asdict(graph.counts),
            "orphans": graph.orphans(),
            "unreachable": _unreachable(graph),
            "diagnostics": [diagnostic.to_json() for diagnostic in diagnostics],
        }
        print(to_json(report))
    else:
        print(printable(_text(graph, diagnostics, every=arguments.all)))
    return int(any(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics))


def _unreachable(graph: SkillGraph) -> list[str]:
    reachable = graph.reachable()
    return [node for node in graph.nodes if node not in reachable]


def _text(graph: SkillGraph, diagnostics: tuple[Diagnostic, ...], *, every: bool) -> str:
    counts = graph.counts
    orphans = graph.orphans()
    alone = set(orphans)
    written = graph.dialect.name
    linked = [node for node in _unreachable(graph) if node not in alone]
    lines = [
        (
            f"{graph.name}: {counts.files} files, {counts.nodes} nodes, {counts.maps} maps; "
            f"entry {graph.entry or 'none'}"
            + (f"; read as {written}" if written != "obsidian" else "")
        ),
        (
            f"{counts.links} links: {counts.resolved} resolved, {counts.broken} broken, "
            f"{counts.ambiguous} ambiguous"
        ),
        f"{counts.orphans} orphans, {counts.unreachable} unreachable from the entry",
        *_named("orphan", orphans, every=every),
        *_named("unreachable, though linked", linked, every=every),
    ]
    ranked = sorted(diagnostics, key=lambda diagnostic: _ORDER.index(diagnostic.severity))
    shown = ranked if every else ranked[:SHOWN]
    lines += [str(diagnostic) for diagnostic in shown]
    if len(ranked) > len(shown):
        lines.append(f"… {len(ranked) - len(shown)} more: check --all")
    totals = Counter(diagnostic.severity for diagnostic in ranked)
    lines.append(", ".join(f"{totals[severity]} {severity}s" for severity in _ORDER))
    return "\n".join(lines)


def _named(kind: str, nodes: Sequence[str], *, every: bool) -> list[str]:
    shown = nodes if every else nodes[:NAMED]
    lines = [f"  {kind}: {node}" for node in shown]
    if len(nodes) > len(shown):
        lines.append(f"  … {len(nodes) - len(shown)} more: check --all")
    return lines
