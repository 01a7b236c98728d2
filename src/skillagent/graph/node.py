"""A document placed in a graph: its id, title, description and kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from skillagent.diagnostics import Diagnostic, finding
from skillagent.graph.file_name import stem_of, without_suffix
from skillagent.graph.kind import MAP_WORDS, NodeKind
from skillagent.graph.okf import INDEX, LOG
from skillagent.graph.source_file import SourceFile
from skillagent.markdown import Document, Value, scalar_text
from skillagent.markdown.inline import plain_text
from skillagent.markdown.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from skillagent.tokens import TokenCounter

_LIST_MARK = lazy_pattern(r"\n[ \t]*(?:[-*+] |\||\d+[.)] )")
_LEADS = lazy_pattern(r"[ \t]*(?:[-*+]|\||\d+[.)])[ \t]*[^\w\[]{0,4}!?")
_DESCRIPTION_FIELDS = ("description", "summary", "desc")
_OWN_FIELDS = ("title", "name", *_DESCRIPTION_FIELDS, "type", "kind")
_LIST_FIELDS = ("tags", "tag", "topics", "topic", "aliases", "alias")


@dataclass(frozen=True, eq=False)
class Node:
    """One Markdown file in a graph. Equal only to itself; compare `digest` for content."""

    id: str
    """Path in the root without its suffix; `root::path` if several roots are loaded."""
    root: str
    """Name of its root; empty if only one is loaded."""
    path: str
    """Path in the root, with suffix."""
    kind: NodeKind
    document: Document
    digest: str
    """SHA-256 of the file's bytes, as `sha256:…`."""
    size: int
    """Bytes on disk."""
    whole: bool = True
    """False if the file is too large, so that `document` has only its beginning."""
    listed: str = ""
    """What a listing of its bundle says of it, if its header has no description; else empty."""

    @classmethod
    def of(
        cls,
        source: SourceFile,
        document: Document,
        node: str,
        root: str,
        path: str,
        listed: str = "",
    ) -> Node:
        """The node of a file that was read.

        Args:
            source: the file.
            document: its text, parsed.
            node: the id.
            root: name of the root; empty if only one is loaded.
            path: path in the root, as `source` has it in one of its two forms.
            listed: what a listing of its bundle says of it.
        """
        kind = kind_of(document, source.path)
        if listed and _written_description(document):
            listed = ""
        return cls(
            node, root, path, kind, document, source.digest, source.size, source.whole, listed
        )

    @property
    def stem(self) -> str:
        """File name without its suffix."""
        return stem_of(self.path)

    @cached_property
    def title(self) -> str:
        """The first of `names`, else the first top heading, else the file's stem."""
        named = self.names
        if named:
            return named[0]
        return self.heading_title or self.stem

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The frontmatter's `title` and `name`, and the page name: links may use each of them."""
        header, page = self.document.frontmatter, self.page_name
        if not header.fields:
            return (page,) if page else ()
        names = (
            scalar_text(header.get("title")).strip(),
            page,
            scalar_text(header.get("name")).strip(),
        )
        return tuple(dict.fromkeys(name for name in names if name))

    @property
    def page_name(self) -> str:
        """The name in Logseq if the file name is an encoded form of it; otherwise empty."""
        pages = self.document.dialect.pages
        if pages is None:
            return ""
        name = pages.name(without_suffix(self.path))
        return "" if name == self.stem else name

    @property
    def heading_title(self) -> str:
        """The first heading if it is of level 1; empty otherwise."""
        headings = self.document.headings
        return headings[0].title if headings and headings[0].level == 1 else ""

    @cached_property
    def _described(self) -> tuple[str, bool]:
        if text := _written_description(self.document) or self.listed:
            return text, False
        return self.document.description, True

    @property
    def description(self) -> str:
        """Frontmatter `description`, `summary` or `desc`; else what a listing says of it; else the
        first sentence of prose."""
        return self._described[0]

    @property
    def description_derived(self) -> bool:
        """True if the author wrote no description."""
        return self._described[1]

    @property
    def is_told_by_its_file(self) -> bool:
        """True if no other file, such as a listing, changes what is said of it and searched."""
        if not self.document.dialect.okf:
            return True
        is_described = not (self.listed or self.description_derived)
        return is_described and self.kind is not NodeKind.LOG

    @property
    def tags(self) -> tuple[str, ...]:
        return self.document.tags

    @cached_property
    def topics(self) -> tuple[str, ...]:
        """Frontmatter `topics`, without marks of Markdown."""
        words = self.document.frontmatter.words("topics", "topic")
        return tuple(plain_text(word) for word in words)

    @cached_property
    def aliases(self) -> tuple[str, ...]:
        """Other names, from the frontmatter's `aliases` or `alias`."""
        header = self.document.frontmatter
        if not header.fields:
            return ()
        both = (*header.words("aliases"), *header.words("alias"))
        return tuple(dict.fromkeys(both))

    @cached_property
    def fields(self) -> Mapping[str, Value]:
        """Every other frontmatter field, as written."""
        own = {*_OWN_FIELDS, *_LIST_FIELDS}
        header = self.document.frontmatter.fields
        return {key: value for key, value in header.items() if key.casefold() not in own}

    @cached_property
    def declared_kind(self) -> str:
        """The text of `type` or `kind`, such as `research`; empty if there is none."""
        return scalar_text(self.document.frontmatter.get("type", "kind")).strip()

    def cost(self, counter: TokenCounter) -> int:
        """How many tokens the whole body has."""
        return counter.count(self.document.body.strip())

    def summary_cost(self, counter: TokenCounter) -> int:
        """How many tokens the title, description and headings have.

        The summary in a session may differ: it adds links, and leaves out what was shown before.
        """
        headings = (heading.title for heading in self.document.headings)
        return counter.count("\n".join((self.title, self.description, *headings)))

    def outline(self, counter: TokenCounter) -> tuple[tuple[str, int, int], ...]:
        """Each heading as (title, level, tokens of its section with subsections)."""
        text = self.document.text
        return tuple(
            (heading.title, heading.level, counter.count(text[heading.start : heading.end].strip()))
            for heading in self.document.headings
        )

    def __repr__(self) -> str:
        return f"Node({self.id!r}, kind={self.kind.value!r}, title={self.title!r})"


def _written_description(document: Document) -> str:
    """The description in a header; empty if there is none."""
    header = document.frontmatter
    texts = (plain_text(scalar_text(header.get(key))) for key in _DESCRIPTION_FIELDS)
    return next(filter(None, texts), "")


def kind_of(document: Document, path: str) -> NodeKind:
    """The kind of a node, by its file name, its `type` or `kind`, its tags, or its links."""
    name = path.rpartition("/")[2]
    if name.casefold() == "skill.md":
        return NodeKind.SKILL
    header = document.frontmatter
    declared = scalar_text(header.get("type", "kind")).strip().casefold() if header.fields else ""
    if name == LOG and (document.dialect.okf or declared == NodeKind.LOG):
        return NodeKind.LOG
    if name == INDEX and document.dialect.okf:
        return NodeKind.MAP
    if declared in MAP_WORDS or any(tag.casefold() in MAP_WORDS for tag in document.tags):
        return NodeKind.MAP
    if declared:
        return NodeKind.NODE
    return NodeKind.MAP if _mostly_links(document) else NodeKind.NODE


def _mostly_links(document: Document) -> bool:
    """True if at least four links begin list items or table rows that make up half the body."""
    start = document.frontmatter.body_start
    text = document.text
    if len(document.references) < 4 or not _LIST_MARK.search(text):
        return False
    lines: dict[int, int] = {}
    for reference in document.references:
        if reference.start < start or not (reference.target or reference.fragment):
            continue
        # Only marks and a few characters may come before a link that begins its line.
        first = text.rfind("\n", max(0, reference.start - 40), reference.start) + 1
        if not first and reference.start > 40:
            continue
        if _LEADS.fullmatch(text, first, reference.start):
            end = text.find("\n", reference.end)
            lines[first] = (len(text) if end < 0 else end) - first
    return len(lines) >= 4 and 2 * sum(lines.values()) >= len(text) - start


def alias_findings(node: Node, path: str) -> list[Diagnostic]:
    """Findings about aliases that are written in an outdated way."""
    header = node.document.frontmatter
    findings: list[Diagnostic] = []
    if node.document.dialect.outline:
        return findings  # in Logseq `alias` is the right key
    for key in header.fields:
        name = key.casefold()
        if name == "alias":
            message = "`alias` is no longer read by other tools; it was used"
        elif name == "aliases" and isinstance(header.fields[key], str):
            message = "`aliases` is one string; it was split at its commas"
        else:
            continue
        findings.append(finding("SG018", path, header.lines.get(key, 1), message))
    return findings
