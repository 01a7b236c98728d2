"""`skillagent check`: counts, reachability and findings; exit 1 if there is an error."""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import asdict

from skillagent.cli.common import load
from skillagent.cli.output import printable, to_json
from skillagent.diagnostics import Diagnostic, Severity, ordered
from skillagent.graph import SkillGraph
from skillagent.lint import findings

SHOWN = 40
_ORDER = list(Severity)


def run(arguments: argparse.Namespace) -> int:
    graph = load(arguments)
    found = ordered((*graph.diagnostics, *findings(graph)))
    if arguments.json:
        report = {
            "entry": graph.entry,
            "counts": asdict(graph.counts),
            "diagnostics": [diagnostic.to_json() for diagnostic in found],
        }
        print(to_json(report))
    else:
        print(printable(_text(graph, found, None if arguments.all else SHOWN)))
    return int(any(diagnostic.severity is Severity.ERROR for diagnostic in found))


def _text(graph: SkillGraph, diagnostics: tuple[Diagnostic, ...], limit: int | None) -> str:
    counts = graph.counts
    lines = [
        (
            f"{graph.name}: {counts.files} files, {counts.nodes} nodes, {counts.maps} maps; "
            f"entry {graph.entry or 'none'}"
        ),
        (
            f"{counts.links} links: {counts.resolved} resolved, {counts.broken} broken, "
            f"{counts.ambiguous} ambiguous"
        ),
        f"{counts.orphans} orphans, {counts.unreachable} unreachable from the entry",
    ]
    found = sorted(diagnostics, key=lambda diagnostic: _ORDER.index(diagnostic.severity))
    lines += [str(diagnostic) for diagnostic in found[:limit]]
    if limit is not None and len(found) > limit:
        lines.append(f"… {len(found) - limit} more: check --all")
    totals = Counter(diagnostic.severity for diagnostic in found)
    lines.append(", ".join(f"{totals[severity]} {severity}s" for severity in _ORDER))
    return "\n".join(lines)
