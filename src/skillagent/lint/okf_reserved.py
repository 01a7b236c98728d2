"""Rules about the listings and logs of a bundle: sections 8, 9 and 12 of the specification.

Above: `okf`, which has all rules of the format in one table. Below: `inspection`, `graph`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from skillagent.diagnostics import Diagnostic, finding
from skillagent.graph import Node
from skillagent.graph.okf import INDEX, LOG, OLDEST, VERSION_KEY, is_since, listing_entries
from skillagent.lint.inspection import Inspection
from skillagent.markdown import scalar_text
from skillagent.markdown.headings import Heading

_TOP_KEYS = {(0, 0): (VERSION_KEY,), (0, 3): (VERSION_KEY, "title", "description")}
"""Version → the keys that the `index.md` at the top may have since then."""
_VERSION = re.compile(r"\d+\.\d+")
_DAY = 2
"""Level of the headings of a log that are dates."""


def version_of(node: Node) -> str:
    """The version of the format that a node's root follows."""
    return node.document.dialect.okf or OLDEST


def _named(inspection: Inspection, name: str) -> Iterator[Node]:
    for node in inspection.graph.nodes.values():
        if node.path.rpartition("/")[2] == name:
            yield node


def listing_header(inspection: Inspection) -> Iterator[Diagnostic]:
    """A listing has no header; that at the top of the bundle may declare the version."""
    for node in _named(inspection, INDEX):
        header = node.document.frontmatter
        allowed: tuple[str, ...] = ()
        if node.path == INDEX:
            allowed = next(
                keys
                for first, keys in reversed(_TOP_KEYS.items())
                if is_since(version_of(node), first)
            )
        for key in header.fields:
            if key not in allowed:
                message = f"a listing has no key {key!r} in a header"
                line = header.lines.get(key, 1)
                yield finding("SG403", node.document.path, line, message)


def version(inspection: Inspection) -> Iterator[Diagnostic]:
    """The version that a bundle declares is two numbers with a dot."""
    for node in _named(inspection, INDEX):
        header = node.document.frontmatter
        if node.path == INDEX and VERSION_KEY in header.fields:
            text = scalar_text(header.get(VERSION_KEY)).strip()
            if not _VERSION.fullmatch(text):
                message = f"{VERSION_KEY}: {text[:40]!r} is no version such as {OLDEST!r}"
                line = header.lines.get(VERSION_KEY, 1)
                yield finding("SG423", node.document.path, line, message)


def listing_form(inspection: Inspection) -> Iterator[Diagnostic]:
    """A listing has headings, and items with links below them."""
    for node in _named(inspection, INDEX):
        document = node.document
        first = document.headings[0].start if document.headings else None
        lacks = ""
        if first is None:
            lacks = "no heading"
        elif not any(entry.reference.start > first for entry in listing_entries(document)):
            lacks = "no item with a link below a heading"
        if lacks:
            yield finding("SG404", document.path, 0, f"a listing with {lacks}")


def listing_descriptions(inspection: Inspection) -> Iterator[Diagnostic]:
    """An item of a listing has the description of the concept that it leads to."""
    graph = inspection.graph
    for node in _named(inspection, INDEX):
        targets = {link.start: link.target for link in graph.links_from(node.id)}
        for entry in listing_entries(node.document):
            target = graph.nodes.get(targets.get(entry.reference.start) or "")
            if target and not entry.description and _has_description(target):
                message = f"the item of {target.id} has no description, although the file has one"
                line = entry.reference.line
                yield finding("SG420", node.document.path, line, message)


def _has_description(node: Node) -> bool:
    return not node.description_derived and not node.listed


def log_dates(inspection: Inspection) -> Iterator[Diagnostic]:
    """The entries of a log are below dates."""
    for node in _named(inspection, LOG):
        headings = node.document.headings
        days = [heading for heading in headings if heading.level == _DAY]
        for heading in days:
            if _day_of(heading) is None:
                message = f"the heading {heading.title[:40]!r} is no date"
                yield _at_heading("SG405", node, heading, message)
        if not days:
            yield finding("SG405", node.document.path, 0, "a log without a date")


def log_order(inspection: Inspection) -> Iterator[Diagnostic]:
    """The newest date of a log comes first."""
    for node in _named(inspection, LOG):
        above: date | None = None
        for heading in node.document.headings:
            day = _day_of(heading) if heading.level == _DAY else None
            if day and above and day > above:
                message = f"{day} is newer than {above} above it"
                yield _at_heading("SG406", node, heading, message)
            above = day or above


def log_header(inspection: Inspection) -> Iterator[Diagnostic]:
    """Since 0.3, a log has no header."""
    for node in _named(inspection, LOG):
        if node.document.frontmatter.body_start and is_since(version_of(node), (0, 3)):
            yield finding("SG421", node.document.path, 1, "a log with a header")


def _day_of(heading: Heading) -> date | None:
    text = heading.title.strip()
    try:
        return date.fromisoformat(text) if len(text) == len("2026-01-31") else None
    except ValueError:
        return None


def _at_heading(code: str, node: Node, heading: Heading, message: str) -> Diagnostic:
    return finding(code, node.document.path, heading.line, message)
