"""Changes to a text, as values, and the relative paths that links are written with."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from typing import NamedTuple


class Edit(NamedTuple):
    """A stretch of a document's text, and what will stand there."""

    start: int
    end: int
    text: str


def edited(text: str, edits: Iterable[Edit]) -> str:
    """A text with sorted edits made."""
    parts: list[str] = []
    at = 0
    for edit in edits:
        parts += (text[at : edit.start], edit.text)
        at = edit.end
    return "".join((*parts, text[at:]))


def relative(path: str, source: str) -> str:
    """A path of a root as seen from the folder of another one."""
    return posixpath.relpath(f"/{path}", f"/{posixpath.dirname(source)}")
