"""The server over Streamable HTTP: stateless, so that any worker can answer any request.

Bound to loopback, with the host and origin of each request checked; beyond loopback only
with a bearer token. Each worker loads the graph; sessions are rows of one file.
"""

from __future__ import annotations

import hmac
import json
import os
import socket
import sys
import tempfile
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import asdict, dataclass
from multiprocessing import reduction
from pathlib import Path
from typing import Any

from skillagent.errors import UsageError
from skillagent.mcp_server.offer import Offer
from skillagent.mcp_server.served import Served

PATH = "/mcp"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
VARIABLE = "SKILLAGENT_SERVE"
"""Tells a worker what to serve."""
TOKEN_VARIABLE = "SKILLAGENT_TOKEN"  # noqa: S105 - a name, not a secret
MIN_TOKEN = 16
BACKLOG = 2_048
"""Connections that may wait to be accepted."""
BURST = 1
"""Connections that a worker accepts at once, before another one may have its turn."""

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Any, Send], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen, and who may ask."""

    host: str = "127.0.0.1"
    port: int = 8765
    """0 for any that is free."""
    workers: int = 1
    token: str = ""
    """What `Authorization: Bearer` must carry; empty for no check."""
    sessions: str = ""
    """File of the sessions; empty for one that ends with the server."""
    hosts: tuple[str, ...] = ()
    """Further values of `Host` to admit, as in `graphs.example:443` or `graphs.example:*`."""
    origins: tuple[str, ...] = ()
    """Web pages that may ask, as in `https://app.example`."""

    def __post_init__(self) -> None:
        if self.host not in LOOPBACK and not self.token:
            raise UsageError(
                f"{self.host} is not loopback: give a bearer token with --token-file, or in "
                f"{TOKEN_VARIABLE}"
            )
        if self.token and len(self.token) < MIN_TOKEN:
            raise UsageError(f"the bearer token has less than {MIN_TOKEN} characters")
        if self.host not in LOOPBACK and not self.hosts:
            raise UsageError(
                f"{self.host} is not loopback: name the host that clients use with --allow-host"
            )


def serve(offer: Offer, address: Address) -> None:
    """Serve until interrupted.

    Args:
        offer: what to serve.
        address: where.

    Raises:
        GraphError: a root is no folder.
        UsageError: the address cannot be used.
    """
    import uvicorn
    from uvicorn.supervisors import Multiprocess

    Served(offer)  # a folder that is not there is said now, and by this process
    bound = _bind(address)
    with tempfile.TemporaryDirectory(prefix="skillagent-") as folder:
        sessions = address.sessions or str(Path(folder) / "sessions.sqlite")
        told = {**asdict(address), "sessions": sessions, "port": bound.getsockname()[1]}
        os.environ[VARIABLE] = json.dumps({"offer": offer.to_json(), "address": told})
        config = uvicorn.Config(
            "skillagent.mcp_server.http:app",
            factory=True,
            workers=address.workers,
            log_level="warning",
            lifespan="on",
            backlog=BURST if address.workers > 1 else BACKLOG,
            timeout_graceful_shutdown=5,
        )
        host = f"[{address.host}]" if ":" in address.host else address.host
        url = f"http://{host}:{told['port']}{PATH}"
        sys.stderr.write(f"listening on {url} (Ctrl-C ends it)\n")
        sys.stderr.flush()
        if address.workers > 1:
            Multiprocess(config, sockets=[bound]).run()
        else:
            uvicorn.Server(config).run(sockets=[bound])


def _bind(address: Address) -> socket.socket:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    # Windows shares sockets in another way, which knows plain ones only.
    found = socket.socket(family) if os.name == "nt" else _Queue(family)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((address.host, address.port))
        # From now on requests wait until a worker is there, rather than be refused.
        found.listen(BACKLOG)
    except (OSError, OverflowError) as error:
        found.close()
        why = getattr(error, "strerror", None) or error
        raise UsageError(f"cannot listen on {address.host}:{address.port}: {why}") from None
    found.set_inheritable(True)
    return found


class _Queue(socket.socket):
    """A socket whose queue stays long.

    An event loop accepts as many connections at once as it was told the queue may hold, so the
    first worker to wake would take them all. Workers are told `BURST`; the queue is not.
    """

    def listen(self, backlog: int = BACKLOG, /) -> None:
        super().listen(max(backlog, BACKLOG))

    def __reduce__(self) -> tuple[Any, ...]:
        # As `multiprocessing` hands a plain socket to a child.
        return _queue_of, (reduction.DupFd(self.fileno()), self.family)


def _queue_of(handle: Any, family: int) -> _Queue:
    return _Queue(family, socket.SOCK_STREAM, fileno=handle.detach())


def app() -> App:
    """What a worker runs, as the environment says."""
    told = json.loads(os.environ[VARIABLE])
    address = {**told["address"]}
    address["hosts"], address["origins"] = tuple(address["hosts"]), tuple(address["origins"])
    return app_of(Offer.from_json(told["offer"]), Address(**address))


def app_of(offer: Offer, address: Address) -> App:
    """The ASGI application of one worker.

    Args:
        offer: what to serve.
        address: with its port and its file of sessions.
    """
    from mcp.server.transport_security import TransportSecuritySettings

    from skillagent.mcp_server.sessions import StoredSessions
    from skillagent.mcp_server.surface import Surface
    from skillagent.mcp_server.watching import keep_fresh

    served = Served(offer)
    # Others answer meanwhile, or requests wait: none meets a worker that is still reading.
    served.warm()
    sessions = StoredSessions(Path(address.sessions), served)
    surface = Surface(served, lambda: sessions, carried=True, background=keep_fresh)
    names = [*LOOPBACK[:2], "[::1]"]
    security = TransportSecuritySettings(
        allowed_hosts=[*(f"{name}:{address.port}" for name in names), *address.hosts],
        allowed_origins=[
            *(f"http://{name}:{address.port}" for name in names),
            *address.origins,
        ],
    )
    inner: App = surface.server.streamable_http_app(
        streamable_http_path=PATH,
        json_response=True,
        stateless_http=True,
        transport_security=security,
        host=address.host,
    )
    return _guarded(inner, address.token) if address.token else inner


def _guarded(inner: App, token: str) -> App:
    wanted = f"Bearer {token}".encode()

    async def guarded(scope: Scope, receive: Any, send: Send) -> None:
        if scope["type"] == "http":
            given = dict(scope["headers"]).get(b"authorization", b"")
            if not hmac.compare_digest(given, wanted):
                headers = [(b"www-authenticate", b"Bearer"), (b"content-type", b"text/plain")]
                await send({"type": "http.response.start", "status": 401, "headers": headers})
                body = b"a bearer token is needed\n"
                await send({"type": "http.response.body", "body": body})
                return
        await inner(scope, receive, send)

    return guarded
