"""Publishes skills over MCP: the three methods of SEP-2640, which the SDK does not have.

Above: `server`. Below: `catalogue`, `resources`.

Source: SEP-2640, the specification of `io.modelcontextprotocol/skills`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import anyio.to_thread
import mcp_types as types
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError

from skillagent.mcp_server.capabilities import SKILLS_EXTENSION, SKILLS_SETTINGS
from skillagent.mcp_server.catalogue import FOLDER_TYPE, Catalogue
from skillagent.mcp_server.resources import paginated, resource


class FolderParams(types.PaginatedRequestParams):
    """Parameters of `resources/directory/read`."""

    uri: str


def add_skills(server: Server[Any], catalogue: Callable[[], Awaitable[Catalogue]]) -> None:
    """Add the extension and its methods to a server of the SDK.

    Args:
        server: the server.
        catalogue: gives the catalogue of the newest graph.
    """

    async def list_skills(context: Any, params: types.PaginatedRequestParams) -> dict[str, Any]:
        skills = await anyio.to_thread.run_sync((await catalogue()).skills)
        part, cursor = paginated(skills, params.cursor)
        return _complete({"skills": [skill.to_json() for skill in part]}, cursor, cacheable=True)

    async def get_skill(context: Any, params: types.ReadResourceRequestParams) -> dict[str, Any]:
        newest = await catalogue()
        skill = await anyio.to_thread.run_sync(lambda: newest.skill(params.uri))
        if skill is None:
            raise MCPError(types.INVALID_PARAMS, f"there is no skill at {params.uri[:200]}")
        return _complete({"skill": skill.to_json()}, cacheable=True)

    async def read_folder(context: Any, params: FolderParams) -> dict[str, Any]:
        newest = await catalogue()
        if params.uri not in newest.folders:
            raise MCPError(types.INVALID_PARAMS, f"{params.uri[:200]} is not a directory resource")
        part, cursor = paginated(sorted(newest.folders[params.uri]), params.cursor)
        resources = [
            resource(newest.files[uri])
            if uri in newest.files
            else types.Resource(uri=uri, name=uri.rpartition("/")[2], mime_type=FOLDER_TYPE)
            for uri in part
        ]
        children = [
            child.model_dump(by_alias=True, mode="json", exclude_none=True) for child in resources
        ]
        return _complete({"resources": children}, cursor)

    server.extensions[SKILLS_EXTENSION] = dict(SKILLS_SETTINGS)
    server.add_request_handler("skills/list", types.PaginatedRequestParams, list_skills)
    server.add_request_handler("skills/get", types.ReadResourceRequestParams, get_skill)
    server.add_request_handler("resources/directory/read", FolderParams, read_folder)


def _complete(
    result: dict[str, Any], cursor: str | None = None, *, cacheable: bool = False
) -> dict[str, Any]:
    """A result with the keys that the SDK adds only to results of its own methods."""
    complete = {"resultType": "complete", **result}
    if cacheable:
        # Files may change at any time, so a cached result must be checked before each use.
        complete |= {"ttlMs": 0, "cacheScope": "private"}
    if cursor is not None:
        complete["nextCursor"] = cursor
    return complete
