"""Answers a host's requests: the three tools, files as resources, completion, and skills.

It is built on the low-level server of the official SDK, which speaks all protocol versions
from 2025-06-18 to 2026-07-28. A tool answers with one text block and no structured content,
because hosts disagree on which of the two the model sees. An error in a call is a tool result,
so that the model can correct the call.

Above: `stdio`, `http` and `reload`. Below: `graph_loader`, `sessions`, `resources`, `skills`.

Source: Model Context Protocol 2026-07-28; SEP-2640 for `skills/*`.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import unquote

import anyio
import anyio.to_thread
import mcp_types as types
from mcp.server.apps import client_supports_apps
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
from skillagent.disclosure.served_call import HAND_OVER, Asked, ServedCall
from skillagent.disclosure.tools import specs
from skillagent.markdown.hidden import one_line
from skillagent.mcp_server import skills
from skillagent.mcp_server.capabilities import APP_URI, FRESH_MS, NAME, TITLE
from skillagent.mcp_server.catalogue import MARKDOWN_TYPE, SCHEME, Catalogue
from skillagent.mcp_server.graph_app import (
    FollowedCall,
    GraphApp,
    app_resource,
    linked,
    report_app,
)
from skillagent.mcp_server.graph_loader import GraphLoader, LoadedGraph
from skillagent.mcp_server.resources import completions, contents, paginated, resource
from skillagent.mcp_server.served_graph import ServedGraph
from skillagent.mcp_server.server_config import instructions
from skillagent.mcp_server.sessions import SessionError, SessionStore
from skillagent.messages import ToolSpec

SESSION_KEY = "skillagent/session"
"""Key of `_meta` in which a program may send its session's token instead of the argument."""
SESSION_ARGUMENT = {
    "type": ["string", "null"],
    "description": (
        "Name of your session, which is at the end of the last answer; null to begin a session."
    ),
}
MAX_TOKEN_BYTES = 256
"""Most bytes that one token can encode: a file with more per token cannot fit a budget."""
MAX_COMPLETIONS = 100
MAX_HOST_TEXT = 200
"""Most characters of a host's name, and of its version, that are recorded."""


@dataclass
class HostConnection:
    """One connection to a host, or all connections of an HTTP server."""

    sessions: SessionStore
    session: ServerSession | None = field(default=None)
    """Sends notifications to a host that began with `initialize`; the newest protocol sends
    them to subscribers instead."""


_log = logging.getLogger(__name__)
Context = ServerRequestContext[HostConnection, Any]


class GraphServer:
    """A server for one graph. `sdk_server` is the SDK's server, with our handlers.

    Args:
        served: gives the graph. Files are offered only if it comes from files.
        sessions: makes the session store of a connection, or of a whole HTTP server.
        background: a coroutine function that runs beside each connection, or the HTTP server.
        prompt: the instructions, if they were made already; None to make them.
    """

    def __init__(
        self,
        served: ServedGraph,
        sessions: Callable[[], SessionStore],
        *,
        background: Callable[[GraphServer], Any] | None = None,
        prompt: str | None = None,
    ) -> None:
        self.served = served
        self._subscriptions = InMemorySubscriptionBus()
        self._connections: list[HostConnection] = []

        @asynccontextmanager
        async def lifespan(_: Server[HostConnection]) -> AsyncIterator[HostConnection]:
            connection = HostConnection(sessions())
            self._connections.append(connection)
            try:
                async with anyio.create_task_group() as group:
                    if background:
                        group.start_soon(background, self)
                    yield connection
                    group.cancel_scope.cancel()
            finally:
                self._connections.remove(connection)
                connection.sessions.close()

        handlers: dict[str, Any] = {}
        if served.config.resources != "off":
            handlers = {
                "on_list_resources": self._list_resources,
                "on_list_resource_templates": self._list_templates,
                "on_read_resource": self._read_resource,
                "on_completion": self._complete,
                "on_subscriptions_listen": ListenHandler(self._subscriptions),
            }
        cacheable = CacheHint(ttl_ms=FRESH_MS, scope="public")
        self.sdk_server: Server[HostConnection] = Server(
            NAME,
            version=__version__,
            title=TITLE,
            instructions=instructions(served.config) if prompt is None else prompt,
            lifespan=lifespan,
            cache_hints={"tools/list": cacheable, "server/discover": cacheable},
            # Otherwise the SDK lists all tools at each call over HTTP, to read this.
            get_tool_input_schema=_schemas().get,
            on_list_tools=self._list_tools,
            on_call_tool=self._call_tool,
            **handlers,
        )
        self._app: GraphApp | None = None
        """The page of the graph; None for a server without resources."""
        if handlers:
            skills.add_skills(self.sdk_server, self._catalogue)
            self._app = GraphApp(self.loader)
            report_app(self.sdk_server)

    @property
    def loader(self) -> GraphLoader:
        """The graph of a server that reads files."""
        assert isinstance(self.served, GraphLoader)
        return self.served

    def options(self) -> InitializationOptions:
        """The options for `Server.run`, which answers `initialize` with them."""
        changes = NotificationOptions(resources_changed=self.served.config.watch)
        return self.sdk_server.create_initialization_options(changes)

    async def notify_changes(self, old: LoadedGraph, new: LoadedGraph) -> None:
        """Notify every host that files have changed.

        Args:
            old: the graph before the change.
            new: the graph after it.
        """
        if self.served.config.resources == "off":
            return
        await self._subscriptions.publish(ResourcesListChanged())
        if old.is_listed:
            await self._publish_updates(old.catalogue, new.catalogue)
        for connection in list(self._connections):
            if connection.session is not None:
                await connection.session.send_resource_list_changed()

    async def _publish_updates(self, old: Catalogue, new: Catalogue) -> None:
        """Publish which files have changed; a host knows of none before the files are listed."""
        for uri in sorted(old.files.keys() & new.files.keys()):
            old_node, new_node = old.files[uri].node, new.files[uri].node
            if old_node and new_node and old_node.digest != new_node.digest:
                await self._subscriptions.publish(ResourceUpdated(uri=uri))

    async def _list_tools(
        self, context: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        self._remember_session(context)
        uses_tokens = context.lifespan_context.sessions.uses_tokens
        tools = [_tool(spec, uses_tokens) for spec in specs()]
        if not self._offers_app(context):
            return types.ListToolsResult(tools=tools)
        # Not for caches that hosts share: others get no link.
        return types.ListToolsResult(tools=[*map(linked, tools)], cache_scope="private")

    def _offers_app(self, context: Context) -> bool:
        """Whether the host of a request is offered the page of the graph."""
        return self._app is not None and client_supports_apps(context)

    def _remember_session(self, context: Context) -> None:
        connection = context.lifespan_context
        if not connection.sessions.uses_tokens:
            connection.session = context.session

    async def _call_tool(
        self, context: Context, params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        arguments = dict(params.arguments or {})
        uses_tokens = context.lifespan_context.sessions.uses_tokens
        token = arguments.pop("session", None) if uses_tokens else None
        call = ServedCall(params.name, arguments, _host(context))
        followed = FollowedCall(lambda toolset: toolset.call(params.name, arguments))
        try:
            if self._offers_app(context):
                answer, meta = await self._act(context, token, followed, call)
                meta = {**(meta or {}), **followed.meta}
            else:
                answer, meta = await self._act(context, token, followed.call, call)
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
        self,
        context: Context,
        argument: object,
        action: Callable[[Toolset], Answer],
        call: ServedCall,
    ) -> tuple[Answer, dict[str, Any] | None]:
        """Act in the session of a request; `argument` is its token, if a tool was called."""
        sessions = context.lifespan_context.sessions
        value = argument or (context.meta or {}).get(SESSION_KEY)
        token = None if value is None else str(value)
        # In a thread: the call may have to wait for the graph, and other requests must not.
        answer, token = await anyio.to_thread.run_sync(lambda: sessions.act(token, action, call))
        return answer, {SESSION_KEY: token} if token else None

    async def _catalogue(self) -> Catalogue:
        return await anyio.to_thread.run_sync(lambda: self.loader.catalogue)

    async def _list_resources(
        self, context: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListResourcesResult:
        self._remember_session(context)
        files = list((await self._catalogue()).files.values())
        part, cursor = paginated(files, params.cursor if params else None)
        resources = [resource(file) for file in part]
        if cursor is None and self._offers_app(context):
            resources.append(app_resource())
        return types.ListResourcesResult(resources=resources, next_cursor=cursor)

    async def _list_templates(
        self, context: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListResourceTemplatesResult:
        template = types.ResourceTemplate(
            uri_template=SCHEME + "{+path}",
            name="node",
            title="A node of the graph",
            description="The complete file of one node.",
            mime_type=MARKDOWN_TYPE,
        )
        return types.ListResourceTemplatesResult(resource_templates=[template])

    async def _read_resource(
        self, context: Context, params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        if params.uri == APP_URI and self._app and self._offers_app(context):
            return await anyio.to_thread.run_sync(self._app.contents)
        is_charged = self.loader.config.resources == "charged"
        file = (await self._catalogue()).files.get(params.uri)
        if file is None:
            raise await self._unknown_uri(params.uri)
        try:
            if is_charged and file.size > MAX_TOKEN_BYTES * self.loader.budget.total:
                raise MCPError(types.INVALID_REQUEST, f"{params.uri} does not fit the budget")
            data = await anyio.to_thread.run_sync(file.read)
        except OSError as error:
            why = error.strerror or str(error)
            raise MCPError(types.INTERNAL_ERROR, f"{params.uri} cannot be read: {why}") from None
        file_contents, text = contents(file, data)
        meta = None
        if is_charged:
            node_id = file.node.id if file.node else None
            tokens = await anyio.to_thread.run_sync(lambda: self.loader.counter.count(text))
            arguments = {"name": params.uri, "node": node_id, "tokens": tokens}
            try:
                answer, meta = await self._act(
                    context,
                    None,
                    lambda toolset: toolset.hand_over(params.uri, text, node_id, tokens),
                    ServedCall(HAND_OVER, arguments, _host(context), Asked.FILE),
                )
            except SessionError as error:
                raise MCPError(types.INTERNAL_ERROR, str(error)) from None
            if answer.error:
                raise MCPError(types.INVALID_REQUEST, answer.text or "the budget is spent")
        return types.ReadResourceResult(contents=[file_contents], _meta=meta)

    async def _unknown_uri(self, uri: str) -> MCPError:
        """The error for an unknown URI, with the URIs of the nodes with the nearest names."""
        catalogue = await self._catalogue()
        name = uri.rpartition("/")[2].removesuffix(".md")
        nearest = await anyio.to_thread.run_sync(lambda: self.loader.graph.nearest(name))
        uris = {file.node.id: file.uri for file in catalogue.files.values() if file.node}
        nearest_uris = ", ".join(uris[node_id] for node_id in nearest if node_id in uris)
        text = f"no resource {uri[:200]}" + (f"; nearest: {nearest_uris}" if nearest_uris else "")
        return MCPError(types.INVALID_PARAMS, text, {"uri": uri[:200]})

    async def _complete(
        self, context: Context, params: types.CompleteRequestParams
    ) -> types.CompleteResult:
        typed = params.argument.value.casefold()
        paths = [unquote(uri.removeprefix(SCHEME)) for uri in (await self._catalogue()).files]
        if params.argument.name != "path" or not isinstance(
            params.ref, types.ResourceTemplateReference
        ):
            paths = []
        ranked = sorted(completions(typed, paths))
        return types.CompleteResult(
            completion=types.Completion(
                values=[path for _, path in ranked[:MAX_COMPLETIONS]],
                total=len(ranked),
                has_more=len(ranked) > MAX_COMPLETIONS,
            )
        )


def _host(context: Context) -> dict[str, str]:
    """Name and version of the host; empty if it did not say them."""
    params = context.session.client_params
    if params is None:
        return {}
    info = params.client_info
    return {"name": info.name[:MAX_HOST_TEXT], "version": info.version[:MAX_HOST_TEXT]}


@cache
def _schemas() -> Mapping[str, Mapping[str, Any]]:
    """Name of a tool → its arguments."""
    return {spec.name: spec.parameters for spec in specs()}


def _tool(spec: ToolSpec, uses_tokens: bool) -> types.Tool:
    """The definition of a tool; it has an argument `session` if sessions have tokens."""
    properties = dict(spec.parameters["properties"])
    if uses_tokens:
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
    """A schema without a list of types, which the providers of some hosts do not accept."""
    type_names = schema.get("type")
    if not isinstance(type_names, list):
        return schema
    other_keys = {key: value for key, value in schema.items() if key != "type"}
    return {"anyOf": [{"type": name} for name in type_names], **other_keys}
