"""Offsets of the links, headings and anchors of one document."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property

from skillagent.markdown import Document, LinkKind, Reference
from skillagent.markdown.anchors import anchors, slug
from skillagent.markdown.link_targets import Use, uses

_LINK_MARK = re.compile(r"[\[\]|#^]")


class LinkPositions:
    """Offsets in one document; each list is computed when it is first needed."""

    def __init__(self, document: Document) -> None:
        self._document = document

    @property
    def document(self) -> Document:
        return self._document

    @cached_property
    def references(self) -> list[int]:
        """Start of each link, sorted."""
        return [reference.start for reference in self._document.references]

    @cached_property
    def uses(self) -> dict[int, Use]:
        """Start → link by reference (`[text][name]`)."""
        document = self._document
        start = document.frontmatter.body_start
        return {use.start: use for use in uses(document.text, start, document.excluded.code)}

    @cached_property
    def linking(self) -> dict[int, list[int]]:
        """Offset of a definition → starts of the links that get their address from it."""
        starts: dict[int, list[int]] = {}
        for use in self.uses.values():
            if (
                use.start not in self.wikilinks
                and self._document.text[use.start - 1 : use.start] != "!"
            ):
                starts.setdefault(use.definition.link, []).append(use.start)
        return starts

    @cached_property
    def headings(self) -> list[int]:
        """Start of each heading, sorted."""
        return [heading.start for heading in self._document.headings]

    @cached_property
    def anchors(self) -> Mapping[str, int]:
        """Explicit id or numbered slug → index of its heading."""
        return anchors(self._document.text, self._document.headings, self._document.excluded.code)

    @cached_property
    def wikilinks(self) -> set[int]:
        """Offsets of wikilinks' brackets, at which no Markdown link begins."""
        text = self._document.text
        starts = [at for at in self.references if text.startswith(("[[", "![["), at)]
        starts = [at + (text[at] == "!") for at in starts]
        return {place for at in starts for place in (at, at + 1)}


def heading_name(
    positions: LinkPositions, at: int, first: tuple[str, ...], *, wiki: bool = False
) -> str:
    """What names a heading in a link: a given name, its title, slug or path; empty if nothing does.

    Args:
        positions: of the document that has the heading.
        at: index of the heading.
        first: names that are preferred.
        wiki: whether it is for a wikilink, which takes the title rather than its slug.
    """
    document = positions.document
    if at < 0:
        return ""
    title = document.headings[at].title
    plain, short = _plain(title), slug(title)
    path = [_plain(above) for above in document.heading_path(at)]
    paths = ["#".join(path[place:]) for place in range(len(path) - 2, -1, -1)]
    for name in (*first, plain, short, *paths) if wiki else (*first, short, plain):
        if name and document.find_heading(name) == at:
            return name
    return next((name for name, index in positions.anchors.items() if index == at), "")


def _plain(title: str) -> str:
    """A heading's title without the characters that end a name in a wikilink."""
    return " ".join(_LINK_MARK.sub(" ", title).split())


def as_written(reference: Reference, document: Document) -> Reference:
    """A link inside a comment with the kind that its writing has."""
    if reference.kind is not LinkKind.COMMENT:
        return reference
    wiki = reference.is_tag or document.text.startswith(("[[", "![["), reference.start)
    return reference._replace(kind=LinkKind.WIKILINK if wiki else LinkKind.MARKDOWN)
