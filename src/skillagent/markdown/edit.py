"""Edits of a text, and relative paths for links."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from typing import NamedTuple


class Edit(NamedTuple):
    """A range of a text, and the text that replaces it."""

    start: int
    end: int
    text: str


def edited(text: str, edits: Iterable[Edit]) -> str:
    """A text after some edits.

    Args:
        text: the text before.
        edits: sorted, and without overlap.
    """
    parts: list[str] = []
    at = 0
    for edit in edits:
        parts += (text[at : edit.start], edit.text)
        at = edit.end
    return "".join((*parts, text[at:]))


def relative(path: str, source: str) -> str:
    """The path of a file, relative to the folder of another file; both paths from the root."""
    return posixpath.relpath(f"/{path}", f"/{posixpath.dirname(source)}")


def dotted(path: str) -> str:
    """A relative path that begins with `./` or `../`, as links in double brackets need it."""
    return path if path.startswith("../") else f"./{path}"
