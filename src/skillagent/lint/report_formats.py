"""Findings in the formats that other programs read: SARIF, annotations of GitHub, GitLab's report.

A path is relative to the repository that contains the file, as all three need it.

Sources: SARIF 2.1.0 (OASIS, 2020); GitHub, "Workflow commands for GitHub Actions"; GitLab, "Code
Quality report format".

Above: the command `check`. Below: `diagnostics`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from skillagent.diagnostics import CODES, Diagnostic, Severity
from skillagent.digest import sha256

_SARIF_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_GITHUB_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_GITLAB_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


@dataclass(frozen=True, slots=True)
class PlacedFinding:
    """A finding, and where its file is."""

    finding: Diagnostic
    path: str
    """Path of the file in the repository, with `/`."""

    @property
    def text(self) -> str:
        """What is wrong and how to correct it, one line."""
        return f"{self.finding.message} ({self.finding.remedy})"


def placed(
    findings: Iterable[Diagnostic], file_of: Callable[[str], Path], start: Path
) -> tuple[PlacedFinding, ...]:
    """Findings with the paths of their files in the repository.

    Args:
        findings: what a check found.
        file_of: the file that a path in a finding names, without symbolic links.
        start: the working directory: paths are relative to it if no folder above a file has `.git`.
    """
    tops: dict[Path, Path] = {}

    def path(file: Path) -> str:
        top = tops.get(file.parent)
        if top is None:
            repositories = (folder for folder in file.parents if (folder / ".git").exists())
            top = tops[file.parent] = next(repositories, start.resolve())
        shown = file.relative_to(top) if file.is_relative_to(top) else file
        return shown.as_posix()

    return tuple(PlacedFinding(one, path(file_of(one.path))) for one in findings)


def github(findings: Iterable[PlacedFinding]) -> str:
    """Commands that make GitHub show each finding beside its line; one a line."""
    lines = []
    for one in findings:
        places = {"title": f"skillagent {one.finding.code}", "file": one.path}
        if one.finding.line:
            places["line"] = str(one.finding.line)
        given = ",".join(f"{name}={_property(value)}" for name, value in places.items())
        command = _GITHUB_COMMANDS[one.finding.severity]
        lines.append(f"::{command} {given}::{one.finding.code} {_data(one.text)}")
    return "\n".join(lines)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def gitlab(findings: Iterable[PlacedFinding]) -> list[dict[str, Any]]:
    """GitLab's report of code quality; equal findings in one file differ by a number."""
    seen: Counter[str] = Counter()
    report = []
    for one in findings:
        # Without the line: a finding stays the same one if text above it grows.
        name = f"{one.path}\n{one.finding.code}\n{one.finding.message}"
        seen[name] += 1
        report.append(
            {
                "description": f"{one.finding.code}: {one.text}",
                "check_name": one.finding.code,
                "fingerprint": sha256(f"{name}\n{seen[name]}".encode()).partition(":")[2],
                "severity": _GITLAB_SEVERITIES[one.finding.severity],
                "location": {"path": one.path, "lines": {"begin": max(one.finding.line, 1)}},
            }
        )
    return report


def sarif(
    findings: Sequence[PlacedFinding], version: str, names: Mapping[str, str]
) -> dict[str, Any]:
    """A SARIF 2.1.0 log of one run.

    Args:
        findings: in the order of the log.
        version: version of skillagent.
        names: code → a few words that say what it is about.
    """
    codes = sorted({one.finding.code for one in findings})
    driver = {
        "name": "skillagent",
        "version": version,
        "rules": [_sarif_rule(code, names.get(code, "")) for code in codes],
    }
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "results": list(_sarif_results(findings, codes)),
            }
        ],
    }


def _sarif_rule(code: str, name: str) -> dict[str, Any]:
    row = CODES[code]
    return {
        "id": code,
        "shortDescription": {"text": name or row.remedy},
        "help": {"text": f"{row.remedy} (`skillagent rule {code}` says more)"},
        "defaultConfiguration": {"level": _SARIF_LEVELS[row.severity]},
    }


def _sarif_results(
    findings: Iterable[PlacedFinding], codes: Sequence[str]
) -> Iterator[dict[str, Any]]:
    for one in findings:
        place: dict[str, Any] = {"artifactLocation": {"uri": quote(one.path, safe="/~")}}
        if one.finding.line:
            place["region"] = {"startLine": one.finding.line}
        yield {
            "ruleId": one.finding.code,
            "ruleIndex": codes.index(one.finding.code),
            "level": _SARIF_LEVELS[one.finding.severity],
            "message": {"text": one.text},
            "locations": [{"physicalLocation": place}],
        }
