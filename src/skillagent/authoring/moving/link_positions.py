"""Offsets of the links, headings and anchors of one document."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from skillagent.markdown import Document
from skillagent.markdown.anchors import anchors
from skillagent.markdown.link_targets import Use, uses


class LinkPositions:
    """Offsets in one document; each list is computed when it is first needed."""

    def __init__(self, document: Document) -> None:
        self._document = document

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
