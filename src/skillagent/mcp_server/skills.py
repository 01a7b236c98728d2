"""Skills over MCP: the three methods of SEP-2640, which the SDK does not have.

Source: the stable specification of `io.modelcontextprotocol/skills`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import anyio.to_thread
import mcp_types as types
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError

from skillagent.mcp_server.capabilities import SKILLS, SKILLS_SETTINGS
from skillagent.mcp_server.catalogue import FOLDER, Catalogue
from skillagent.mcp_server.resources import page, resource


class FolderParams(types.PaginatedRequestParams):
    """Parameters of `resources/directory/read`."""

    uri: str


def add(server: Server[Any], catalogue: Callable[[], Awaitable[Catalogue]]) -> None:
    """Let a server publish its skills.

    Args:
        server: the SDK's.
        catalogue: gives that of the newest graph.
    """

    async def list_skills(context: Any, params: types.PaginatedRequestParams) -> dict[str, Any]:
        skills = await anyio.to_thread.run_sync((await catalogue()).skills)
        shown, cursor = page(skills, params.cursor)
        return _complete({"skills": [skill.to_json() for skill in shown]}, cursor, cached=True)

    async def get(context: Any, params: types.ReadResourceRequestParams) -> dict[str, Any]:
        known = await catalogue()
        skill = await anyio.to_thread.run_sync(lambda: known.skill(params.uri))
        if skill is None:
            raise MCPError(types.INVALID_PARAMS, f"no skill is served at {params.uri[:200]}")
        return _complete({"skill": skill.to_json()}, cached=True)

    async def read_folder(context: Any, params: FolderParams) -> dict[str, Any]:
        known = await catalogue()
        if params.uri not in known.folders:
            raise MCPError(types.INVALID_PARAMS, f"{params.uri[:200]} is no directory resource")
        shown, cursor = page(sorted(known.folders[params.uri]), params.cursor)
        resources = [
            resource(known.files[uri])
            if uri in known.files
            else types.Resource(uri=uri, name=uri.rpartition("/")[2], mime_type=FOLDER)
            for uri in shown
        ]
        dumped = [
            one.model_dump(by_alias=True, mode="json", exclude_none=True) for one in resources
        ]
        return _complete({"resources": dumped}, cursor)

    server.extensions[SKILLS] = dict(SKILLS_SETTINGS)
    server.add_request_handler("skills/list", types.PaginatedRequestParams, list_skills)
    server.add_request_handler("skills/get", types.ReadResourceRequestParams, get)
    server.add_request_handler("resources/directory/read", FolderParams, read_folder)


def _complete(
    result: dict[str, Any], cursor: str | None = None, *, cached: bool = False
) -> dict[str, Any]:
    """A result of an extension's method, which the SDK passes on as it is."""
    found = {"resultType": "complete", **result}
    if cached:
        # Files may change at any time: a host keeps an entry only until it looks again.
        found |= {"ttlMs": 0, "cacheScope": "private"}
    if cursor is not None:
        found["nextCursor"] = cursor
    return found
