"""Refuses a change that would have to rewrite a link in a file too large to be loaded whole.

Only the beginning of such a file is in the graph (`graph.walk.MAX_FILE_BYTES`), so it is never
written. The rest is read once in pieces, which keeps memory small, to find links that the change
would break.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from typing import NamedTuple

from skillagent.errors import UsageError
from skillagent.graph import Node, Root
from skillagent.graph.walk import open_file
from skillagent.markdown import Dialect, LinkKind, Reference
from skillagent.markdown.excluded_ranges import NOTHING_EXCLUDED
from skillagent.markdown.link_targets import destinations
from skillagent.markdown.wikilink import markdown_link, wikilinks

STRETCH_BYTES = 1024 * 1024
LONGEST_LINK = 8 * 1024
"""Characters by which two pieces overlap, so that one of them has each link whole."""


class _Stretch(NamedTuple):
    text: str
    line: int
    """Line of the file where it begins, from 1."""


def refuse_if_linked(
    root: Root, node: Node, keeps: Callable[[Reference], bool], dialect: Dialect
) -> None:
    """Refuse a change that would break a link in a file that was not loaded whole.

    Args:
        root: where the file lies.
        node: the file.
        keeps: whether a link in it has the same target before and after the change.
        dialect: how links are written.

    Raises:
        UsageError: the change would break a link, or what looks like one inside code; or the
            file cannot be read.
    """
    for stretch in _stretches(root, node):
        checked: set[tuple[bool, str, str]] = set()
        for reference in _links(stretch.text, dialect):
            leads = (reference.kind is LinkKind.MARKDOWN, reference.target, reference.fragment)
            if leads in checked:
                continue
            if not keeps(reference):
                line = stretch.line + stretch.text.count("\n", 0, reference.start)
                message = f"the link to {reference.target!r} would break"
                large = f"the file is too large to be changed ({node.size} bytes)"
                raise UsageError(f"{node.path}:{line}: {message}, and {large}; split it first")
            checked.add(leads)


def _links(text: str, dialect: Dialect) -> Iterator[Reference]:
    """All that looks like a link, even in code: a piece may begin inside a code block."""
    yield from wikilinks(text, 0, len(text), 1, dialect)
    for destination in destinations(text, 0, len(text), NOTHING_EXCLUDED.code):
        if link := markdown_link(
            "", text[destination.start : destination.stop], destination.link, destination.stop
        ):
            yield link


def _stretches(root: Root, node: Node) -> Iterator[_Stretch]:
    try:
        with open_file(root, node.path) as stream:
            decoder = codecs.getincrementaldecoder("utf-8")("replace")
            before, line = "", 1
            if stream.read(4).startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                raise UsageError(f"{node.path}: is not UTF-8; save it as UTF-8 first")
            stream.seek(0)
            while data := stream.read(STRETCH_BYTES):
                text = before + decoder.decode(data).replace("\r\n", "\n")
                yield _Stretch(text, line)
                before = text[-LONGEST_LINK:]
                line += text.count("\n", 0, len(text) - len(before))
    except OSError as error:
        raise UsageError(f"{node.path}: cannot be read: {error.strerror}") from None
