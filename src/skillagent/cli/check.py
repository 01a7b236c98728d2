"""`skillagent check`: counts, tests reachability, lists and corrects what rules find."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from skillagent import __version__, config
from skillagent.cli.changes import finish
from skillagent.cli.interrupted import undone_by_signals
from skillagent.cli.output import printable, to_json
from skillagent.cli.progress_bar import progress_bar
from skillagent.cli.selection import selection_of
from skillagent.cli.session import graph_folders, load
from skillagent.diagnostics import CODES, Diagnostic, Severity
from skillagent.errors import UsageError
from skillagent.lint import profile_rules
from skillagent.lint.checking import Report, check, file_of

if TYPE_CHECKING:
    from skillagent.authoring.fixes import FixedFiles
    from skillagent.graph import SkillGraph

SHOWN = 40
ROUNDS = 4
"""How often files are corrected in one run, at most."""
NAMED = 10
"""Nodes that are named for each kind without `--all`."""
_ORDER = list(Severity)


def run(arguments: argparse.Namespace) -> int:
    if arguments.add_ignore and arguments.fix:
        raise UsageError("--add-ignore and --fix cannot be given together; correct first")
    folder = graph_folders(arguments)[0]
    project = config.find(folder)
    arguments.strict = arguments.strict or (project is not None and project.check.strict)
    graph, report = _checked(arguments, project)
    if arguments.add_ignore:
        return _add_ignore(arguments, folder, project, graph, report)
    corrected = None
    if arguments.fix or arguments.diff:
        from skillagent.authoring.fixes import FixedFiles, fixed

        corrected = fixed(graph, report.findings)
        for remark in (remark for changes in corrected.changes for remark in changes.remarks):
            print(printable(f"remark: {remark}"), file=sys.stderr)
        if arguments.diff:
            return _show(corrected, several=len(graph.roots) > 1)
        codes = Counter(corrected.codes)
        # A correction can make room for another, as quotes do for the next key of a header.
        for _ in range(ROUNDS):
            if not corrected.codes:
                break
            with undone_by_signals():
                for changes in corrected.changes:
                    changes.write()
            graph, report = _checked(arguments, project)
            corrected = fixed(graph, report.findings)
            codes.update(corrected.codes)
        corrected = FixedFiles((), dict(sorted(codes.items())))
    print(_output(arguments, graph, report, corrected))
    return _exit_code(arguments, report.findings)


def _show(corrected: FixedFiles, *, several: bool) -> int:
    """Print what would be corrected, as a diff; the code to exit with."""
    for changes in corrected.changes:
        # The paths are those in the root, and two roots can have a file of one name.
        place = f"in {changes.top}:\n" if several and changes.files else ""
        print(printable(place + changes.diff()), end="")
    if not corrected.codes:
        print("skillagent: nothing to correct", file=sys.stderr)
    return int(bool(corrected.codes))


def _checked(
    arguments: argparse.Namespace, project: config.Config | None
) -> tuple[SkillGraph, Report]:
    selection = selection_of(project, arguments.select, arguments.ignore)
    # Codes that are selected by name may be of any rule.
    every = arguments.strict or selection.is_narrowed
    profile = arguments.profile or (project.check.profile if project else None)
    rules = profile_rules(profile) if profile else {}
    with progress_bar() as progress:
        graph = load(arguments, progress)
        return graph, check(graph, selection, strict=every, profile=rules, progress=progress)


def _add_ignore(
    arguments: argparse.Namespace,
    folder: Path,
    project: config.Config | None,
    graph: SkillGraph,
    report: Report,
) -> int:
    from skillagent.authoring.add_ignore import add_ignore

    # An error means that a file is not read as meant, or that it holds a secret: none grows old.
    errors = [one for one in report.findings if one.severity is Severity.ERROR]
    others = [one for one in report.findings if one.severity is not Severity.ERROR]
    changes = add_ignore(folder, others, partial(file_of, graph))
    arguments.dry_run = arguments.diff
    for error in errors[:SHOWN]:
        print(printable(str(error)), file=sys.stderr)
    if errors:
        print("skillagent: errors cannot be ignored like this; correct them", file=sys.stderr)
    code = finish(changes, arguments, _count_of(others))
    if project is None or not project.graphs:
        message = 'declares no graph: name the folder in each check, or add graphs = ["FOLDER"]'
        print(f"remark: the configuration {message}", file=sys.stderr)
    return int(bool(errors)) or code


def _count_of(ignored: Sequence[Diagnostic]) -> str:
    """What is said of findings that are not reported any more."""
    count = len(ignored)
    files = len({one.path for one in ignored})
    of = f"in {files} file{'s' if files != 1 else ''}"
    return f"{count} finding{'s' if count != 1 else ''} {of}: their codes are not reported there"


def _exit_code(arguments: argparse.Namespace, findings: Sequence[Diagnostic]) -> int:
    lowest = arguments.fail_on or ("warning" if arguments.strict else "error")
    if lowest == "never":
        return 0
    failing = _ORDER[: _ORDER.index(Severity(lowest)) + 1]
    return int(any(one.severity in failing for one in findings))


def _output(
    arguments: argparse.Namespace, graph: SkillGraph, report: Report, corrected: FixedFiles | None
) -> str:
    """What is printed, in the format that the command line asks for."""
    form = "json" if arguments.json else arguments.output_format
    if arguments.statistics:
        rows = _statistics(report.findings)
        return to_json(rows) if form == "json" else printable(_statistics_text(rows))
    if form == "json":
        return to_json(_json(graph, report, corrected))
    if form == "text":
        return printable(_text(graph, report, corrected, arguments))
    from skillagent.lint import report_formats

    findings = report_formats.placed(report.findings, partial(file_of, graph), Path.cwd())
    if form == "github":
        return printable(report_formats.github(findings))
    if form == "gitlab":
        return to_json(report_formats.gitlab(findings))
    from skillagent.cli.rule import titles

    return to_json(report_formats.sarif(findings, __version__, titles()))


def _json(graph: SkillGraph, report: Report, corrected: FixedFiles | None) -> dict[str, object]:
    content: dict[str, object] = {
        "entry": graph.entry,
        "counts": asdict(graph.counts),
        "orphans": graph.orphans(),
        "unreachable": _unreachable(graph),
        "diagnostics": [diagnostic.to_json() for diagnostic in report.findings],
        "ignored": len(report.ignored),
    }
    return content if corrected is None else {**content, "fixed": corrected.codes}


def _statistics(findings: Sequence[Diagnostic]) -> list[dict[str, object]]:
    """How many findings each code has, the most frequent first."""
    counts = Counter(one.code for one in findings)
    return [
        {"code": code, "severity": str(CODES[code].severity), "count": count}
        for code, count in sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    ]


def _statistics_text(rows: Sequence[dict[str, object]]) -> str:
    from skillagent.cli.rule import titles

    names = titles()
    lines = [
        f"{row['count']:>6}  {row['code']}  {row['severity']:<7}  {names.get(str(row['code']), '')}"
        for row in rows
    ]
    return "\n".join(line.rstrip() for line in lines) or "nothing was found"


def _unreachable(graph: SkillGraph) -> list[str]:
    reachable = graph.reachable()
    return [node for node in graph.nodes if node not in reachable]


def _text(
    graph: SkillGraph,
    report: Report,
    corrected: FixedFiles | None,
    arguments: argparse.Namespace,
) -> str:
    counts = graph.counts
    every = arguments.all
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
    ]
    if not arguments.select:
        lines += _named("orphan", orphans, every=every)
        lines += _named("unreachable, though linked", linked, every=every)
    ranked = sorted(report.findings, key=lambda diagnostic: _ORDER.index(diagnostic.severity))
    shown = ranked if every else ranked[:SHOWN]
    lines += [str(diagnostic) for diagnostic in shown]
    if len(ranked) > len(shown):
        lines.append(f"… {len(ranked) - len(shown)} more: check --all")
    totals = Counter(diagnostic.severity for diagnostic in ranked)
    total = ", ".join(f"{totals[severity]} {severity}s" for severity in _ORDER)
    lines.append(total + (f"; {len(report.ignored)} ignored" if report.ignored else ""))
    lines += _about_fixes(report, corrected)
    return "\n".join(lines)


def _about_fixes(report: Report, corrected: FixedFiles | None) -> list[str]:
    """A line about what was corrected, or about what could be; none if nothing could."""
    from skillagent.authoring.fixes import FIXES

    if corrected is not None:
        done = [
            f"{code} in {files} file{'s' if files > 1 else ''}"
            for code, files in corrected.codes.items()
        ]
        return [f"corrected: {', '.join(done) or 'nothing'}"]
    fixable = sorted({one.code for one in report.findings if one.code in FIXES})
    return [f"--fix may correct {', '.join(fixable)}; --diff shows how"] if fixable else []


def _named(kind: str, nodes: Sequence[str], *, every: bool) -> list[str]:
    shown = nodes if every else nodes[:NAMED]
    lines = [f"  {kind}: {node}" for node in shown]
    if len(nodes) > len(shown):
        lines.append(f"  … {len(nodes) - len(shown)} more: check --all")
    return lines
