"""Fixes of wikilinks: each makes a link of what was meant as one.

Above: `planning`. Below: `link_writer`, `markdown`.
"""

from __future__ import annotations

from collections.abc import Iterator

from skillagent.authoring.fixes.place import Place
from skillagent.errors import UsageError
from skillagent.markdown import LinkKind, Reference
from skillagent.markdown.edit import Edit
from skillagent.markdown.excluded_ranges import Ranges
from skillagent.markdown.malformed import malformed_links
from skillagent.markdown.wikilink import wikilinks

_IN_BRACKETS = (LinkKind.WIKILINK, LinkKind.EMBED, LinkKind.COMMENT)


def escaped_pipes(place: Place) -> Iterator[Edit]:
    """SG025: `|` in a link inside a table becomes `\\|`."""
    for link in place.document.references:
        if link.bare_pipe:
            pipe = place.document.text.index("|", link.start, link.end)
            yield Edit(pipe, pipe, "\\")


def closed(place: Place) -> Iterator[Edit]:
    """SG030: a wikilink gets the bracket that is missing, if it then leads to one node."""
    document = place.document
    body = document.frontmatter.body_start
    spans = [
        (link.start, link.end)
        for link in document.references
        if link.kind in _IN_BRACKETS and link.start >= body
    ]
    ranges = Ranges([start for start, _ in spans], [end for _, end in spans])
    malformed = malformed_links(document.text, body, ranges, document.excluded.code)
    for link in sorted(malformed):
        text = link.corrected.format(" ".join(document.text[link.start : link.end].split()))
        (*references,) = wikilinks(text, 0, len(text), 1, document.dialect)
        if len(references) == 1 and _is_certain(place, references[0]):
            yield Edit(link.start, link.end, text)


def _is_certain(place: Place, reference: Reference) -> bool:
    resolution = place.resolver.link(reference, place.node)
    return resolution.node is not None and len(resolution.candidates) < 2


def as_spelled(place: Place) -> Iterator[Edit]:
    """SG023: a link gets the spelling of the only node with a similar name; it looks as before."""
    text = place.document.text
    for link in place.document.references:
        if link.kind is not LinkKind.WIKILINK or link.template or link.is_tag:
            continue
        if not link.target or place.resolver.link(link, place.node).node is not None:
            continue
        target = place.resolver.near(link.target)
        if target is None or place.document.dialect.outline:
            continue
        try:
            name = place.links.name(target, place.node, link.target)
        except UsageError:
            continue
        at = text.find(link.target, link.start, link.end)
        if at < 0:
            continue
        yield Edit(at, at + len(link.target), name)
        if not link.label and not link.fragment:
            pipe = "\\|" if place.document.tables.holds(link.start) else "|"
            yield Edit(link.end - 2, link.end - 2, f"{pipe}{link.target}")
