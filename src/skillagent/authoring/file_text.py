"""Applies edits of a parsed text to the bytes of its file, and keeps all other bytes.

The parser reads line ends as `\\n` and drops a byte order mark and NULs; this module maps
offsets of the parsed text back to the file.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable

from skillagent.digest import sha256
from skillagent.errors import UsageError
from skillagent.graph import Node, Root
from skillagent.graph.walk import read_bytes
from skillagent.markdown.edit import Edit

_DROPPED = re.compile("\\A\ufeff|\r\n|\0")


class Source:
    """The bytes of one parsed file.

    Args:
        data: content of the file.
        text: the text that the parser returned for it.
        path: names the file in errors.

    Raises:
        UsageError: it is not UTF-8, so an edit could not keep the other bytes.
    """

    def __init__(self, data: bytes, text: str, path: str) -> None:
        try:
            self._raw = data.decode("utf-8")
        except UnicodeDecodeError:
            raise UsageError(f"{path}: is not UTF-8; save it as UTF-8 first") from None
        dropped = list(_DROPPED.finditer(self._raw))
        parsed = self._raw.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
        if parsed.removeprefix("\ufeff") != text:
            raise UsageError(f"{path}: its encoding is unclear; save it as UTF-8 first")
        # Offsets of the parsed text; before each, the parser dropped one more character.
        self._behind = [
            match.start() - number + (match[0] == "\r\n") for number, match in enumerate(dropped)
        ]
        crlf_count = sum(match[0] == "\r\n" for match in dropped)
        self.newline = "\r\n" if 2 * crlf_count > text.count("\n") else "\n"

    def stretch(self, start: int, end: int, edits: Iterable[Edit] = ()) -> bytes:
        """The bytes between two offsets of the parsed text, with edits applied.

        Args:
            start: offset; 0 includes what the parser dropped before it.
            end: offset.
            edits: sorted, not overlapping, between the two offsets.
        """
        parts: list[str] = []
        at = self._raw_place(start) if start else 0
        for edit in edits:
            parts.append(self._raw[at : self._raw_place(edit.start)])
            parts.append(edit.text.replace("\n", self.newline))
            at = self._raw_place(edit.end)
        parts.append(self._raw[at : self._raw_place(end)])
        return "".join(parts).encode("utf-8")

    def _raw_place(self, place: int) -> int:
        return place + bisect_right(self._behind, place)


def source_of(root: Root, node: Node) -> Source:
    """The current file of a node.

    Raises:
        UsageError: it cannot be read, is not UTF-8, or has changed since the load.
    """
    return Source(read_node(root, node), node.document.text, node.path)


def read_node(root: Root, node: Node) -> bytes:
    """The bytes of a node's file.

    Raises:
        UsageError: it cannot be read, was not loaded whole, or has changed since the load.
    """
    if not node.whole:
        raise UsageError(
            f"{node.path}: is too large to be changed ({node.size} bytes); split it first"
        )
    try:
        data = read_bytes(root, node.path)
    except OSError as error:
        raise UsageError(f"{node.path}: cannot be read: {error.strerror}") from None
    if sha256(data) != node.digest:
        raise UsageError(f"{node.path}: has changed since it was loaded; run the command again")
    return data
