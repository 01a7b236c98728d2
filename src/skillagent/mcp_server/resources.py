"""Files of the catalogue as resources on the wire, and the parts of a long list."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from typing import TypeVar

import mcp_types as types
from mcp.shared.exceptions import MCPError

from skillagent.mcp_server.catalogue import SKILL, File

PAGE = 200

T = TypeVar("T")


def page(items: Sequence[T], cursor: str | None) -> tuple[Sequence[T], str | None]:
    """The part of a list that a cursor names, and the cursor of the next one.

    Raises:
        MCPError: the cursor is from no answer.
    """
    start = 0
    if cursor is not None:
        digits = cursor.isascii() and cursor.isdigit() and len(cursor) < 12
        if not digits or int(cursor) >= len(items):
            raise MCPError(types.INVALID_PARAMS, f"cursor {cursor[:40]!r} is from no answer")
        start = int(cursor)
    end = start + PAGE
    return items[start:end], str(end) if end < len(items) else None


def resource(file: File) -> types.Resource:
    """What a host is told of a file."""
    if file.node is None:
        return types.Resource(uri=file.uri, name=file.name, mime_type=file.mime)
    node = file.node
    skill = file.name == SKILL
    return types.Resource(
        uri=file.uri,
        name=node.names[-1] if skill and node.names else node.id,
        title=node.title,
        description=node.description or None,
        mime_type=file.mime,
        size=node.size,
    )


def contents(
    file: File, data: bytes
) -> tuple[types.TextResourceContents | types.BlobResourceContents, str]:
    """A file's contents, and the text that they are charged by."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        blob = base64.b64encode(data).decode("ascii")
        return types.BlobResourceContents(uri=file.uri, mime_type=file.mime, blob=blob), blob
    return types.TextResourceContents(uri=file.uri, mime_type=file.mime, text=text), text


def ranks(typed: str, known: Iterable[str]) -> Iterable[tuple[int, str]]:
    """Paths that hold what was typed: those that begin with it first, then their last segment."""
    for path in known:
        folded = path.casefold()
        at = folded.find(typed)
        if at >= 0:
            begins = folded.rpartition("/")[2].startswith(typed)
            yield (0 if at == 0 else 1 if begins else 2), path
