"""The server over Streamable HTTP: stateless, so that any worker can answer any request.

Bound to loopback, with the host and origin of each request checked; beyond loopback only
with a bearer token. Each worker loads the graph; sessions are rows of one file. How long a
client may take, and how many there may be, is bounded in `connections`.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import socket
import sys
import tempfile
import threading
from dataclasses import asdict, dataclass, field
from multiprocessing import reduction
from pathlib import Path
from typing import Any

from skillagent.errors import UsageError
from skillagent.mcp_server import logs, request_checks
from skillagent.mcp_server.graph_loader import Served
from skillagent.mcp_server.request_checks import App
from skillagent.mcp_server.server_config import Offer

PATH = "/mcp"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
VARIABLE = "SKILLAGENT_SERVE"
"""Tells a worker what to serve."""
TOKEN_VARIABLE = "SKILLAGENT_TOKEN"  # noqa: S105 - a name, not a secret
MIN_TOKEN = 16
BACKLOG = 2_048
"""Connections that may wait to be accepted."""
TURN = 1
"""Connections that one of several workers accepts at once, before another may have its turn."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen, and who may ask."""

    host: str = "127.0.0.1"
    port: int = 8765
    """0 for any that is free."""
    workers: int = 1
    token: str = field(default="", repr=False)
    """What `Authorization: Bearer` must carry; empty for no check."""
    token_file: str = ""
    """Where the token was read from, for workers to do the same."""
    sessions: str = ""
    """File of the sessions; empty for one that ends with the server."""
    hosts: tuple[str, ...] = ()
    """Further values of `Host` to admit, as in `graphs.example:443` or `graphs.example:*`."""
    origins: tuple[str, ...] = ()
    """Web pages that may ask, as in `https://app.example`."""

    def __post_init__(self) -> None:
        for host in self.hosts:
            if "/" in host or not host:
                raise UsageError(f"{host!r} is no host: write it as in graphs.example:443")
        if not self.host:
            raise UsageError("the address to listen on is empty")
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

    from skillagent.mcp_server.connections import BURST, Config, Limits, most_connections
    from skillagent.mcp_server.sessions import StoredSessions

    # What is wrong with a folder or a file is said now, and by this process.
    served = Served(offer)
    logs.set_up()
    _end_well()
    with tempfile.TemporaryDirectory(prefix="skillagent-") as folder:
        sessions = address.sessions or str(Path(folder) / "sessions.sqlite")
        StoredSessions(Path(sessions), served).close()
        bound = _bind(address)
        told = {**asdict(address), "sessions": sessions, "port": bound.getsockname()[1]}
        # Workers read the token where it stands: not every process need show it.
        told["token"] = ""
        os.environ[VARIABLE] = json.dumps({"offer": offer.to_json(), "address": told})
        config = Config(
            "skillagent.mcp_server.http:app",
            Limits(most_connections()),
            factory=True,
            workers=address.workers,
            log_level="warning",
            lifespan="on",
            backlog=TURN if address.workers > 1 else BACKLOG if os.name == "nt" else BURST,
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


def _end_well() -> None:
    """End on a signal by unwinding: what was made for this server goes with it."""

    def end(number: int, _: object) -> None:
        raise SystemExit(128 + number)

    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), end)


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
    first worker to wake would take them all, and more than it has files for. Workers are told
    `TURN` or `BURST`; the queue is not.
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
    logs.set_up()
    told = json.loads(os.environ[VARIABLE])
    address = {**told["address"], "token": token_of(told["address"]["token_file"])}
    address["hosts"], address["origins"] = tuple(address["hosts"]), tuple(address["origins"])
    _end_with_parent()
    return app_of(Offer.from_json(told["offer"]), Address(**address))


def token_of(file: str) -> str:
    """The bearer token of a file, or of the environment where none is named.

    Raises:
        UsageError: the file cannot be read, or is empty.
    """
    if not file:
        return os.environ.get(TOKEN_VARIABLE, "")
    try:
        token = Path(file).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise UsageError(f"{file}: cannot be read: {getattr(error, 'strerror', error)}") from None
    if not token:
        raise UsageError(f"{file}: holds no token")
    return token


def _end_with_parent() -> None:
    """Let a worker end when the process that started it is gone, however that ended."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def app_of(offer: Offer, address: Address) -> App:
    """The ASGI application of one worker.

    Args:
        offer: what to serve.
        address: with its port and its file of sessions.
    """
    from mcp.server.transport_security import TransportSecuritySettings

    from skillagent.mcp_server.connections import watched
    from skillagent.mcp_server.reload import keep_fresh
    from skillagent.mcp_server.server import Surface
    from skillagent.mcp_server.sessions import StoredSessions

    served = Served(offer)
    # Others answer meanwhile, or requests wait: none meets a worker that is still reading.
    served.warm()
    sessions = StoredSessions(Path(address.sessions), served)
    surface = Surface(served, lambda: sessions, background=keep_fresh)
    here = [f"{name}:{address.port}" for name in (*LOOPBACK[:2], "[::1]")]
    security = TransportSecuritySettings(
        allowed_hosts=[form for host in (*here, *address.hosts) for form in _forms(host.lower())],
        allowed_origins=[f"http://{form}" for host in here for form in _forms(host)]
        + list(address.origins),
    )
    inner: App = surface.server.streamable_http_app(
        streamable_http_path=PATH,
        json_response=True,
        stateless_http=True,
        transport_security=security,
        host=address.host,
    )
    return watched(request_checks.guarded(request_checks.read(inner), address.token))


def _forms(host: str) -> list[str]:
    """A host as clients name it: without its port where that is a scheme's own."""
    name, _, port = host.rpartition(":")
    return [host, name] if port in ("80", "443") and name else [host]
