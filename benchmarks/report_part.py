"""One part of a report, between two comments; the rest of the report is kept."""

from __future__ import annotations

import textwrap
from pathlib import Path

TITLE = "# Search engines and the index: figures\n\n"


def wrapped(text: str, indent: str = "") -> str:
    """A paragraph in lines of at most 100 characters; all but the first are indented."""
    return textwrap.fill(
        text, 100, break_long_words=False, break_on_hyphens=False, subsequent_indent=indent
    )


def write_part(report: Path, text: str, program: str) -> None:
    """Put a text between the two comments of a program.

    Args:
        report: the file, which is made if it does not exist. Without the comments, the part is
            added at its end.
        text: the part.
        program: name of the module that wrote it, which the comments contain.
    """
    begin, end = f"<!-- {program}: begin -->", f"<!-- {program}: end -->"
    whole = report.read_text(encoding="utf-8") if report.exists() else TITLE
    before, comment, rest = whole.partition(begin)
    after = rest.partition(end)[2]
    if not comment:
        before = f"{before.rstrip()}\n\n"
    report.write_text(f"{before}{begin}\n\n{text}\n{end}{after or chr(10)}", encoding="utf-8")
