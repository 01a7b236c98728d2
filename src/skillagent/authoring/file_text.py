"""A file's bytes beside its parsed text: edits at places of the text, all else byte for byte.

The parser reads line ends as `\\n` and drops a byte order mark and NULs; here each place of
its text leads back to the bytes.
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
        data: the file as it is.
        text: what the parser made of it.
        path: for errors.

    Raises:
        UsageError: it is not UTF-8, so that a change could not leave the rest as it is.
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
        # Places of the parsed text from which on one more character was dropped before.
        self._behind = [
            match.start() - number + (match[0] == "\r\n") for number, match in enumerate(dropped)
        ]
        crlf_count = sum(match[0] == "\r\n" for match in dropped)
        self.newline = "\r\n" if 2 * crlf_count > text.count("\n") else "\n"

    def stretch(self, start: int, end: int, edits: Iterable[Edit] = ()) -> bytes:
        """The bytes between two places of the parsed text, with edits made.

        Args:
            start: a place; 0 takes what the parser dropped before it as well.
            end: a place.
            edits: sorted, apart from each other, inside the stretch.
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
    """The file of a node, as it is now.

    Raises:
        UsageError: it cannot be read, is not UTF-8, or is not what was loaded.
    """
    return Source(read_node(root, node), node.document.text, node.path)


def read_node(root: Root, node: Node) -> bytes:
    """The bytes of a node's file.

    Raises:
        UsageError: it cannot be read, was not loaded whole, or is not what was loaded.
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
