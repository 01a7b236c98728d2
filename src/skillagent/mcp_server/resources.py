"""Turns files of the catalogue into MCP resources, splits long lists, and completes paths.

Above: `server` and `skills`. Below: `catalogue`.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from typing import TypeVar

import mcp_types as types
from mcp.shared.exceptions import MCPError

from skillagent.mcp_server.catalogue import SKILL_FILE, ResourceFile

ITEMS_PER_ANSWER = 200
_CURSOR_DIGITS = 11
"""Most digits of a cursor; more would be a number that no list needs."""

T = TypeVar("T")


def paginated(items: Sequence[T], cursor: str | None) -> tuple[Sequence[T], str | None]:
    """One part of a list.

    Args:
        items: the whole list.
        cursor: where the part begins, from an earlier answer; None for the first part.

    Returns:
        The part, and the cursor of the next part; None after the last one.

    Raises:
        MCPError: the cursor is not from an earlier answer.
    """
    start = 0
    if cursor is not None:
        is_number = cursor.isascii() and cursor.isdigit() and len(cursor) <= _CURSOR_DIGITS
        if not is_number or int(cursor) >= len(items):
            raise MCPError(
                types.INVALID_PARAMS, f"cursor {cursor[:40]!r} is not from an earlier answer"
            )
        start = int(cursor)
    end = start + ITEMS_PER_ANSWER
    return items[start:end], str(end) if end < len(items) else None


def resource(file: ResourceFile) -> types.Resource:
    """The description of a file in lists of resources."""
    if file.node is None:
        return types.Resource(uri=file.uri, name=file.name, mime_type=file.mime_type)
    node = file.node
    is_skill = file.name == SKILL_FILE
    return types.Resource(
        uri=file.uri,
        name=node.names[-1] if is_skill and node.names else node.id,
        title=node.title,
        description=node.description or None,
        mime_type=file.mime_type,
        size=node.size,
    )


def contents(
    file: ResourceFile, data: bytes
) -> tuple[types.TextResourceContents | types.BlobResourceContents, str]:
    """The contents of a file as a resource, and the text whose tokens are charged for it."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        blob = base64.b64encode(data).decode("ascii")
        return types.BlobResourceContents(uri=file.uri, mime_type=file.mime_type, blob=blob), blob
    return types.TextResourceContents(uri=file.uri, mime_type=file.mime_type, text=text), text


def completions(typed: str, paths: Iterable[str]) -> Iterable[tuple[int, str]]:
    """The paths that contain a text, each with a rank.

    The rank is 0 if the path begins with the text, 1 if its last segment does, else 2.

    Args:
        typed: the text, case-folded.
        paths: all paths.
    """
    for path in paths:
        folded = path.casefold()
        position = folded.find(typed)
        if position >= 0:
            begins_name = folded.rpartition("/")[2].startswith(typed)
            yield (0 if position == 0 else 1 if begins_name else 2), path
