"""The picture of the graph as an MCP App: a page that a host shows beside the conversation.

A host that can show one says so (`io.modelcontextprotocol/ui`). It is then told of the page by the
definitions of the tools, reads it as a resource, and hands it the result of each call, in which
`_meta` has the walk of the session. To every other host the server says nothing of all this, so
that what it sends to them keeps its bytes.

The page is complete in itself and asks for no network. It is for a person, not for the model, so
the budget is not charged for it.

Above: `server`. Below: `graph_loader`, `viewer`, which is imported when a host needs it.

Source: SEP-1865 (MCP Apps, 2026-01-26).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import mcp_types as types
from mcp.server.apps import client_supports_apps
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from skillagent.disclosure import Answer, Toolset
from skillagent.errors import GraphError
from skillagent.markdown.hidden import one_line
from skillagent.mcp_server.capabilities import APP_META, APP_TYPE, APP_URI, APPS_EXTENSION
from skillagent.mcp_server.graph_loader import GraphLoader

WALK_KEY = "skillagent/walk"
"""Key of `_meta` of a tool's result: the walk of the session until then."""
MOST_STEPS = 100
"""Steps of that walk, the newest."""
TEXT_LIMIT = 1_500_000
"""Characters of HTML of all texts together, above which the page has none of them."""
MOST_CHARACTERS = 8_000_000
"""Characters of a whole page that is sent to a host."""


class GraphApp:
    """The page of the newest graph; made when a host asks for it, and kept for that graph.

    Args:
        loader: gives the graph.
    """

    def __init__(self, loader: GraphLoader) -> None:
        self._loader = loader
        self._making = threading.Lock()
        self._digest = ""
        self._html = ""

    def html(self) -> str:
        """The page, as one HTML file. It takes seconds to make for a graph of thousands of nodes.

        Raises:
            GraphError: the graph cannot be loaded.
        """
        graph = self._loader.graph
        with self._making:
            if self._digest != graph.digest:
                from skillagent.viewer import page, picture_of

                html = page(picture_of(graph, text_limit=TEXT_LIMIT))
                self._html = html if len(html) <= MOST_CHARACTERS else _too_large(len(html))
                self._digest = graph.digest
            return self._html

    def contents(self) -> types.ReadResourceResult:
        """The page, as `resources/read` sends it.

        Raises:
            MCPError: the graph cannot be loaded.
        """
        try:
            html = self.html()
        except GraphError as error:
            text = f"the picture cannot be made: {one_line(str(error))}"
            raise MCPError(types.INTERNAL_ERROR, text) from None
        contents = types.TextResourceContents(
            uri=APP_URI, mime_type=APP_TYPE, text=html, _meta=_PAGE_META
        )
        return types.ReadResourceResult(contents=[contents])


# No domain is named: the page needs no network, and a host then allows none.
_PAGE_META = {"ui": {"csp": {}, "prefersBorder": True}}


def report_app(server: Server[Any]) -> None:
    """Let a server report the extension to the hosts that have it, and to no other.

    Args:
        server: the server; what it reports otherwise stays as it is.
    """

    async def discover(context: Any, _: types.RequestParams) -> types.DiscoverResult:
        offers_app = client_supports_apps(context)
        extensions = server.extensions | ({APPS_EXTENSION: {}} if offers_app else {})
        version = context.protocol_version
        result = types.DiscoverResult(
            supported_versions=list(MODERN_PROTOCOL_VERSIONS),
            capabilities=server.get_capabilities(extensions=extensions, protocol_version=version),
            instructions=server.instructions,
        )
        # Not for caches that hosts share.
        return result.model_copy(update={"cache_scope": "private"}) if offers_app else result

    server.add_request_handler("server/discover", types.RequestParams, discover)


def app_resource() -> types.Resource:
    """The description of the page in lists of resources."""
    return types.Resource(
        uri=APP_URI,
        name="graph",
        title="The graph as a picture",
        description="Nodes and links, on which the walk of this conversation is drawn.",
        mime_type=APP_TYPE,
        _meta=_PAGE_META,
    )


def linked(tool: types.Tool) -> types.Tool:
    """The definition of a tool whose results the page shows."""
    return tool.model_copy(update={"meta": APP_META})


class FollowedCall:
    """A call, and the walk of its session afterwards, for the page.

    Args:
        call: carries the call out.
    """

    def __init__(self, call: Callable[[Toolset], Answer]) -> None:
        self.call = call
        self.meta: dict[str, Any] = {}
        """What `_meta` of the result gets."""

    def __call__(self, toolset: Toolset) -> Answer:
        answer = self.call(toolset)
        try:
            self.meta = {WALK_KEY: _newest_steps(toolset)}
        except GraphError:
            # A file has changed a moment ago. The answer is charged, so the call must not be
            # repeated for the sake of the page, which gets the walk with the next result.
            self.meta = {}
        return answer


def _newest_steps(toolset: Toolset) -> dict[str, Any]:
    """The walk of a session, as JSON values."""
    from skillagent.viewer.walking import walk_of_session

    walk = walk_of_session(toolset.ledger.entries, toolset.budget.total, toolset.graph)
    earlier = len(walk.steps) - MOST_STEPS
    if earlier > 0:
        words = f"Not shown: the first {f'{earlier} steps' if earlier > 1 else 'step'}."
        walk = replace(walk, steps=walk.steps[-MOST_STEPS:], omitted=words)
    return walk.to_json()


def _too_large(characters: int) -> str:
    """A page in place of one that is too large for a host."""
    from skillagent.html.document import document
    from skillagent.html.markup import element

    title = "This graph is too large for a picture here"
    words = (
        f"Its page would have {characters:,} characters, and a host is sent no more than "
        f"{MOST_CHARACTERS:,}. The command “skillagent view” shows it in a browser."
    )
    return document(title, element("h1", title), element("p", words))
