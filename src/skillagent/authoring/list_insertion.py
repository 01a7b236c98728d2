"""Adds list items to a document: after the last item of a list of links, or as a new list."""

from __future__ import annotations

import re
from collections.abc import Sequence

from skillagent.errors import UsageError
from skillagent.markdown import Document
from skillagent.markdown.edit import Edit

_ITEM = re.compile(r"([ \t]*)([-*+]|(\d{1,9})([.)]))([ \t]+)")


def list_edit(document: Document, items: Sequence[str], heading: str | None = None) -> Edit:
    """The edit that adds items to a document's last list of links.

    Args:
        document: the document to change.
        items: text of each new item, without its bullet or number.
        heading: title of the section that has the list; None for the last list of the document.

    Raises:
        UsageError: the document has no such heading.
    """
    start, end = document.frontmatter.body_start, len(document.text)
    if heading is not None:
        at = document.find_heading(heading)
        if at < 0:
            titles = ", ".join(known.title for known in document.headings) or "none"
            raise UsageError(f"{document.path}: has no heading {heading!r}; it has: {titles}")
        start = document.headings[at].start
        later = (following.start for following in document.headings[at + 1 :])
        end = next(later, end)
    text = document.text
    last = _last_item(document, start, end)
    if last is not None:
        place, lead = last
        lines = "\n".join(_numbered(lead, items))
        if place and text[place - 1] != "\n":
            return Edit(place, place, f"\n{lines}")
        return Edit(place, place, f"{lines}\n")
    before = text[start:end].rstrip()
    place = start + len(before)
    rest = text[place:end]
    gap = "\n\n" if before else "\n" if place and text[place - 1] != "\n" else ""
    enough = rest.startswith("\n\n") if end < len(text) else bool(rest)
    behind = "" if enough else "\n"
    lines = "\n".join(f"- {item}" for item in items)
    return Edit(place, place, f"{gap}{lines}{behind}")


def _last_item(document: Document, start: int, end: int) -> tuple[int, re.Match[str]] | None:
    """The end of the last list item with a link, and the bullet or number of its list."""
    text, excluded = document.text, document.excluded
    links = [
        reference
        for reference in document.references
        if start <= reference.start < end and not excluded.comments.covering(reference.start)
    ]
    for reference in reversed(links):
        first = text.rfind("\n", 0, reference.start) + 1
        lead = _ITEM.match(text, first)
        if not lead or lead.end() > reference.start:
            continue
        # The item continues on lines that are indented or not an item, up to a blank line.
        place = _line_end(text, reference.end, end)
        while place < end:
            line_end = _line_end(text, place, end)
            line = text[place:line_end]
            if not line.strip() or (_ITEM.match(line) and not _is_below(line, lead)):
                break
            if line.lstrip().startswith("#") or place in excluded.fences.starts:
                break
            place = line_end
        return place, _top_of(document, first, lead)
    return None


def _top_of(document: Document, first: int, lead: re.Match[str]) -> re.Match[str]:
    """The bullet or number of the outermost item that contains an item."""
    text = document.text
    while lead[1] and first > document.frontmatter.body_start:
        above = text.rfind("\n", 0, first - 1) + 1
        line = text[above : first - 1]
        if not line.strip():
            break
        first = above
        item = _ITEM.match(text, above)
        if item and len(item[1].expandtabs(4)) < len(lead[1].expandtabs(4)):
            lead = item
    return lead


def _is_below(line: str, lead: re.Match[str]) -> bool:
    item = _ITEM.match(line)
    return item is not None and len(item[1].expandtabs(4)) > len(lead[1].expandtabs(4))


def _line_end(text: str, place: int, end: int) -> int:
    newline = text.find("\n", place, end)
    return end if newline < 0 else newline + 1


def _numbered(lead: re.Match[str], items: Sequence[str]) -> list[str]:
    if lead[3]:
        first = int(lead[3]) + 1
        return [f"{lead[1]}{first + at}{lead[4]}{lead[5]}{item}" for at, item in enumerate(items)]
    return [f"{lead[1]}{lead[2]} {item}" for item in items]
