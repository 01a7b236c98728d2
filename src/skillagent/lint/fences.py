"""The rule about a code fence that is never closed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from skillagent.diagnostics import Diagnostic, finding
from skillagent.lint.inspection import Inspection

_OPENING = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(`{3,}|~{3,})")
FEWEST_LINES = 2
"""Fewest lines that an open fence must hide."""


def unclosed(inspection: Inspection) -> Iterator[Diagnostic]:
    """Code fences that nothing closes before the end of the file."""
    for node in inspection.graph.nodes.values():
        document = node.document
        fences = document.excluded.fences
        if not fences.starts or not node.whole or fences.ends[-1] < len(document.text.rstrip()):
            continue
        start = document.text.rfind("\n", 0, fences.starts[-1]) + 1
        code = document.text[start:].rstrip()
        opening = _OPENING.match(code)
        if opening is None or code.count("\n") < FEWEST_LINES:
            continue
        last = code[code.rindex("\n") :].strip(" \t>\n")
        mark = opening[1]
        if len(last) < len(mark) or last.strip(mark[0]):
            line = document.text.count("\n", 0, start) + 1
            message = f"a code fence that is never closed: {code.count(chr(10))} lines are code"
            yield finding("SG336", document.path, line, message)
