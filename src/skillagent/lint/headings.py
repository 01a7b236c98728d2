"""Rules about the headings of a node, by which an agent chooses the section that it reads.

A file has one finding of each kind, at the first place.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from itertools import pairwise

from skillagent.diagnostics import Diagnostic, finding
from skillagent.lint.inspection import Inspection, more_in_file
from skillagent.markdown import Document

_RULE_LINE = re.compile(r"^[ \t]*[-*_=]+[ \t]*$", re.MULTILINE)
"""The underline of a heading, or a line across the text."""


def skipped_level(inspection: Inspection) -> Iterator[Diagnostic]:
    """Headings more than one level below the heading before."""
    for node in inspection.graph.nodes.values():
        skips = [
            (above, below)
            for above, below in pairwise(node.document.headings)
            if below.level > above.level + 1
        ]
        if skips:
            above, below = skips[0]
            message = (
                f"{below.title!r} is of level {below.level}, the heading before it of level "
                f"{above.level}{more_in_file(len(skips))}"
            )
            yield finding("SG327", node.document.path, below.line, message)


def several_titles(inspection: Inspection) -> Iterator[Diagnostic]:
    """Several headings of level 1 in a node that takes its title from the first of them."""
    for node in inspection.graph.nodes.values():
        if node.names or not node.heading_title:
            continue
        tops = [heading for heading in node.document.headings if heading.level == 1]
        if len(tops) > 1:
            message = f"{len(tops)} headings of level 1; the title is {tops[0].title!r}"
            yield finding("SG328", node.document.path, tops[1].line, message)


def empty_section(inspection: Inspection) -> Iterator[Diagnostic]:
    """Headings without a text or a lower heading below them."""
    for node in inspection.graph.nodes.values():
        document = node.document
        if document.dialect.outline or not node.whole:
            continue
        empty = list(_empty_sections(document))
        if empty:
            title, line = empty[0]
            message = f"no text below {title!r}{more_in_file(len(empty))}"
            yield finding("SG329", document.path, line, message)


def _empty_sections(document: Document) -> Iterator[tuple[str, int]]:
    """Title and line of each heading without a text below it; not of the node's title."""
    headings, text = document.headings, document.text
    links = [link.start for link in document.references]
    for at, heading in enumerate(headings):
        after = headings[at + 1] if at + 1 < len(headings) else None
        is_title = at == 0 and heading.level == 1
        if is_title or not heading.title or (after and after.level > heading.level):
            continue
        end = after.start if after else len(text)
        line_end = text.find("\n", heading.start, end)
        line_end = end if line_end < 0 else line_end
        # A heading may itself be a link to the text.
        if bisect_left(links, heading.start) < bisect_left(links, line_end):
            continue
        if not _RULE_LINE.sub("", text[line_end:end]).strip():
            yield heading.title, heading.line
