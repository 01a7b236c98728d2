"""What a host sees: the three tools, the files as resources, completion, and skills.

Built on the low-level server of the official SDK with our own schemas; the SDK speaks all
protocol versions from 2025-06-18 to 2026-07-28. A tool answers with one text block and
nothing structured, for hosts disagree on which of the two the model sees. What is wrong with
a call is a tool result, so that the model can correct it.

Source: Model Context Protocol 2026-07-28; SEP-2640 for `skills/*`.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import anyio
import anyio.to_thread
import mcp_types as types
from mcp.server.caching import CacheHint
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import NotificationOptions, Server
from mcp.server.models import InitializationOptions
from mcp.server.session import ServerSession
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler
from mcp.shared.exceptions import MCPError
from mcp.shared.subscriptions import ResourcesListChanged, ResourceUpdated

from skillagent import __version__
from skillagent.disclosure import Answer, Toolset
from skillagent.disclosure.tools import specs
from skillagent.graph import SkillGraph
from skillagent.markdown.hidden import one_line
from skillagent.mcp_server import skills
from skillagent.mcp_server.capabilities import FRESH_MS, NAME, TITLE
from skillagent.mcp_server.catalogue import MARKDOWN, SCHEME, Catalogue
from skillagent.mcp_server.graph_loader import Served
from skillagent.mcp_server.resources import contents, page, ranks, resource
from skillagent.mcp_server.server_config import instructions
from skillagent.mcp_server.sessions import SessionError, Sessions
from skillagent.messages import ToolSpec

SESSION_META = "skillagent/session"
"""Key of `_meta` under which a program may carry a session's token, instead of the argument."""
SESSION_ARGUMENT = {
    "type": ["string", "null"],
    "description": "Name of your session, as the last answer ended with; null to begin one.",
}
TOKEN_BYTES = 256
"""No token stands for more bytes: what is larger than so many a token cannot fit a budget."""
COMPLETIONS = 100


@dataclass
class Link:
    """One connection: its sessions, and the way back to its host."""

    sessions: Sessions
    back: ServerSession | None = field(default=None)
    """Of a host that shook hands; the newer protocol sends changes to those who listen."""


_log = logging.getLogger(__name__)
Context = ServerRequestContext[Link, Any]


class Surface:
    """A server over one graph. `server` is the SDK's.

    Args:
        served: the graph.
        sessions: makes what keeps the sessions of a connection, or of a whole HTTP server.
        background: run beside each connection, or beside the HTTP server.
        words: the instructions, where they were made already.
    """

    def __init__(
        self,
        served: Served,
        sessions: Callable[[], Sessions],
        *,
        background: Callable[[Surface], Any] | None = None,
        words: str | None = None,
    ) -> None:
        self.served = served
        self.bus = InMemorySubscriptionBus()
        self._links: list[Link] = []

        @asynccontextmanager
        async def lifespan(_: Server[Link]) -> AsyncIterator[Link]:
            link = Link(sessions())
            self._links.append(link)
            try:
                async with anyio.create_task_group() as group:
                    if background:
                        group.start_soon(background, self)
                    yield link
                    group.cancel_scope.cancel()
            finally:
                self._links.remove(link)

        handlers: dict[str, Any] = {}
        if served.offer.resources != "off":
            handlers = {
                "on_list_resources": self._list_resources,
                "on_list_resource_templates": self._list_templates,
                "on_read_resource": self._read_resource,
                "on_completion": self._complete,
                "on_subscriptions_listen": ListenHandler(self.bus),
            }
        steady = CacheHint(ttl_ms=FRESH_MS, scope="public")
        self.server: Server[Link] = Server(
            NAME,
            version=__version__,
            title=TITLE,
            instructions=instructions(served.offer) if words is None else words,
            lifespan=lifespan,
            cache_hints={"tools/list": steady, "server/discover": steady},
            on_list_tools=self._list_tools,
            on_call_tool=self._call_tool,
            **handlers,
        )
        if handlers:
            skills.add(self.server, self._catalogue)

    def options(self) -> InitializationOptions:
        """For `Server.run`: what a host that shakes hands is told."""
        changes = NotificationOptions(resources_changed=self.served.offer.watch)
        return self.server.create_initialization_options(changes)

    async def changed(self, before: SkillGraph, after: SkillGraph) -> None:
        """Tell every host that files have changed."""
        if self.served.offer.resources == "off":
            return
        old, new = Catalogue.of(before), Catalogue.of(after)
        await self.bus.publish(ResourcesListChanged())
        for uri in sorted(old.files.keys() & new.files.keys()):
            nodes = old.files[uri].node, new.files[uri].node
            if nodes[0] and nodes[1] and nodes[0].digest != nodes[1].digest:
                await self.bus.publish(ResourceUpdated(uri=uri))
        for link in list(self._links):
            if link.back is not None:
                await link.back.send_resource_list_changed()

    async def _list_tools(
        self, context: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        self._greet(context)
        carried = context.lifespan_context.sessions.carried
        return types.ListToolsResult(tools=[_tool(spec, carried) for spec in specs()])

    def _greet(self, context: Context) -> None:
        link = context.lifespan_context
        if not link.sessions.carried:
            link.back = context.session

    async def _call_tool(
        self, context: Context, params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        arguments = dict(params.arguments or {})
        by_tools = context.lifespan_context.sessions.carried
        carried = arguments.pop("session", None) if by_tools else None
        try:
            answer, meta = await self._act(
                context, carried, lambda toolset: toolset.call(params.name, arguments)
            )
        except SessionError as error:
            _log.warning("%s", one_line(str(error)))
            text = types.TextContent(type="text", text=str(error))
            return types.CallToolResult(content=[text], is_error=True)
        return types.CallToolResult(
            content=[types.TextContent(type="text", text=answer.text)],
            is_error=answer.error,
            _meta=meta,
        )

    async def _act(
        self, context: Context, carried: object, act: Callable[[Toolset], Answer]
    ) -> tuple[Answer, dict[str, Any] | None]:
        sessions = context.lifespan_context.sessions
        carried = carried or (context.meta or {}).get(SESSION_META)
        token = None if carried is None else str(carried)
        # The first call may have to wait for the graph: others must not wait for it.
        answer, token = await anyio.to_thread.run_sync(lambda: sessions.act(token, act))
        return answer, {SESSION_META: token} if token else None

    async def _catalogue(self) -> Catalogue:
        return await anyio.to_thread.run_sync(lambda: Catalogue.of(self.served.graph))

    async def _list_resources(
        self, context: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListResourcesResult:
        self._greet(context)
        files = list((await self._catalogue()).files.values())
        shown, cursor = page(files, params.cursor if params else None)
        return types.ListResourcesResult(
            resources=[resource(file) for file in shown], next_cursor=cursor
        )

    async def _list_templates(
        self, context: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListResourceTemplatesResult:
        template = types.ResourceTemplate(
            uri_template=SCHEME + "{+path}",
            name="node",
            title="A node of the graph",
            description="The file of one node, whole.",
            mime_type=MARKDOWN,
        )
        return types.ListResourceTemplatesResult(resource_templates=[template])

    async def _read_resource(
        self, context: Context, params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        charged = self.served.offer.resources == "charged"
        file = (await self._catalogue()).files.get(params.uri)
        if file is None:
            raise await self._unknown(params.uri)
        try:
            if charged and file.size > TOKEN_BYTES * self.served.budget.total:
                raise MCPError(types.INVALID_REQUEST, f"{params.uri} does not fit the budget")
            data = await anyio.to_thread.run_sync(file.read)
        except OSError as error:
            why = error.strerror or str(error)
            raise MCPError(types.INTERNAL_ERROR, f"{params.uri} cannot be read: {why}") from None
        shown, text = contents(file, data)
        meta = None
        if charged:
            node = file.node.id if file.node else None
            try:
                answer, meta = await self._act(
                    context, None, lambda toolset: toolset.hand_over(params.uri, text, node)
                )
            except SessionError as error:
                raise MCPError(types.INTERNAL_ERROR, str(error)) from None
            if answer.error:
                raise MCPError(types.INVALID_REQUEST, answer.text or "the budget is spent")
        return types.ReadResourceResult(contents=[shown], _meta=meta)

    async def _unknown(self, uri: str) -> MCPError:
        catalogue = await self._catalogue()
        stem = uri.rpartition("/")[2].removesuffix(".md")
        near = await anyio.to_thread.run_sync(lambda: self.served.graph.nearest(stem))
        files = {file.node.id: file.uri for file in catalogue.files.values() if file.node}
        named = ", ".join(files[node] for node in near if node in files)
        text = f"no resource {uri[:200]}" + (f"; nearest: {named}" if named else "")
        return MCPError(types.INVALID_PARAMS, text, {"uri": uri[:200]})

    async def _complete(
        self, context: Context, params: types.CompleteRequestParams
    ) -> types.CompleteResult:
        typed = params.argument.value.casefold()
        known = [unquote(uri.removeprefix(SCHEME)) for uri in (await self._catalogue()).files]
        if params.argument.name != "path" or not isinstance(
            params.ref, types.ResourceTemplateReference
        ):
            known = []
        ranked = sorted(ranks(typed, known))
        return types.CompleteResult(
            completion=types.Completion(
                values=[path for _, path in ranked[:COMPLETIONS]],
                total=len(ranked),
                has_more=len(ranked) > COMPLETIONS,
            )
        )


def _tool(spec: ToolSpec, carried: bool) -> types.Tool:
    """A tool as hosts see it; with the name of a session where the tools carry one."""
    properties = dict(spec.parameters["properties"])
    if carried:
        properties["session"] = SESSION_ARGUMENT
    schema = {
        **spec.parameters,
        "properties": {name: _portable(value) for name, value in properties.items()},
        "required": list(properties),
    }
    return types.Tool(
        name=spec.name,
        description=spec.description,
        input_schema=schema,
        annotations=types.ToolAnnotations(
            read_only_hint=True,
            destructive_hint=False,
            idempotent_hint=True,
            open_world_hint=False,
        ),
    )


def _portable(schema: dict[str, Any]) -> dict[str, Any]:
    """A property whose type is one name, as some hosts' providers take no list of them."""
    names = schema.get("type")
    if not isinstance(names, list):
        return schema
    rest = {key: value for key, value in schema.items() if key != "type"}
    return {"anyOf": [{"type": name} for name in names], **rest}
