"""The text that a merge adds to a file: under a heading, with names that the file does not use."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from skillagent.authoring.link_writer import beside
from skillagent.graph import Node
from skillagent.markdown import Document, Heading, footnotes
from skillagent.markdown.destination import DEFINITION
from skillagent.markdown.edit import Edit
from skillagent.markdown.link_targets import uses
from skillagent.markdown.wikilink import label_key

_BRACKETED = re.compile(r"\[([^\[\]\n]+)\]")
_UNDERLINE = re.compile(r"\n( {0,3})(=+|-{2,})[ \t]*(?=\n|\Z)")
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Addition:
    """What is added to a file for the text of another node."""

    edits: tuple[Edit, ...]
    """Changes to the text of the other node, by its offsets: levels of headings, and names."""
    joint: str
    """New text between the two: blank lines, and a heading if the other text has none."""
    new_title: list[str]
    """The title of that heading, as it is read; empty if there is none."""
    skipped: int
    """Line ends at the beginning of the other body, which are left out."""
    blocks: Mapping[str, str]
    """Block id, case folded → its new name."""

    @property
    def has_new_heading(self) -> bool:
        return bool(self.new_title)


def addition(above: Document, node: Node) -> Addition:
    """What is added to a document for a node's text.

    Args:
        above: the document, whose names the added text must not use.
        node: the node whose text is added.
    """
    document = node.document
    body = document.body
    own = _opening(document)
    levels = [heading.level for heading in document.headings]
    highest = 2 if own else 3
    shift = max(0, highest - min(levels, default=highest))
    blocks = dict(_renamed(document.blocks, above.blocks))
    edits = [
        *_shifted(document, shift),
        *_labels(document, above),
        *_notes(document, above),
        *_blocks(document, blocks),
    ]
    title = "" if own else beside(node.title) or node.stem
    end = above.text
    gap = "" if not end or end.endswith("\n\n") else "\n" if end.endswith("\n") else "\n\n"
    heading = f"## {title}\n\n" if title else ""
    skipped = len(body) - len(body.lstrip("\n"))
    read = [" ".join(title.split())] if title else []
    return Addition(tuple(sorted(edits)), gap + heading, read, skipped, blocks)


def _opening(document: Document) -> Heading | None:
    """The heading that a text begins with, if no other one has a higher level."""
    first = document.headings[0] if document.headings else None
    if first is None or document.text[document.frontmatter.body_start : first.start].strip():
        return None
    return first if first.level == min(heading.level for heading in document.headings) else None


def _shifted(document: Document, shift: int) -> Iterator[Edit]:
    """Edits that move every heading down, to the sixth level at most."""
    text = document.text
    for heading in document.headings if shift else ():
        level = min(_DEEPEST, heading.level + shift)
        start = heading.start + len(text[heading.start :]) - len(text[heading.start :].lstrip(" "))
        line_end = text.find("\n", start)
        underline = _UNDERLINE.match(text, line_end) if line_end >= 0 else None
        if text.startswith("#", start) and not (
            underline and text[start:line_end].strip("#") == ""
        ):
            yield Edit(start, start, "#" * (level - heading.level))
        elif underline and level == 2:
            marks = underline.span(2)
            yield Edit(*marks, "-" * max(2, marks[1] - marks[0]))
        elif underline:
            yield Edit(start, start, f"{'#' * level} ")
            yield Edit(line_end, underline.end(), "")


def _renamed(names: Collection[str], taken: Collection[str]) -> Iterator[tuple[str, str]]:
    """Each name that is taken, and a free name for it."""
    used = {*names, *taken}
    for name in sorted(set(names) & set(taken)):
        number = 2
        while f"{name}-{number}" in used:
            number += 1
        used.add(f"{name}-{number}")
        yield name, f"{name}-{number}"


def _labels(document: Document, above: Document) -> Iterator[Edit]:
    """Edits that rename the link definitions whose label the document above mentions."""
    text, start, code = document.text, document.frontmatter.body_start, document.excluded.code
    if text.find("]:", start) < 0:
        return
    first = above.frontmatter.body_start
    taken = {label_key(match[1]) for match in _BRACKETED.finditer(above.text, first)}
    defined = [
        match for match in DEFINITION.finditer(text, start) if not code.covering(match.start())
    ]
    new = dict(_renamed({label_key(match[1]) for match in defined}, taken))
    for match in defined:
        if name := new.get(label_key(match[1])):
            yield Edit(*match.span(1), name)
    for use in uses(text, start, code):
        named = text[use.name + 1 : use.end - 1] if use.name < use.end else ""
        if name := new.get(label_key(named or text[use.start + 1 : use.name - 1])):
            yield Edit(use.name, use.end, f"[{name}]")


def _notes(document: Document, above: Document) -> Iterator[Edit]:
    """Edits that rename the footnotes whose names the document above uses."""
    own = list(_footnotes(document))
    new = dict(_renamed({note.name for note in own}, {note.name for note in _footnotes(above)}))
    for note in own:
        if name := new.get(note.name):
            yield Edit(note.start + 2, note.end - 1, name)


def _footnotes(document: Document) -> Iterator[footnotes.Footnote]:
    start = document.frontmatter.body_start
    return footnotes.used(document.text, start, document.excluded.code)


def _blocks(document: Document, new: Mapping[str, str]) -> Iterator[Edit]:
    for name, end in document.blocks.items():
        if name in new:
            place = document.text.rindex("^", 0, end)
            yield Edit(place + 1, place + 1 + len(name), new[name])
