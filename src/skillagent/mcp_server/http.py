"""Serves over Streamable HTTP; stateless, so that any worker can answer any request.

The server listens on loopback and checks the host and origin of each request; on another
address it requires a bearer token. Each worker loads the graph. Sessions are rows of one
SQLite file. `connections` limits the number of clients and the time each may take.

Above: `cli`. Below: `server`, `sessions`, `connections`, `request_checks`.
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from multiprocessing import reduction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skillagent.errors import UsageError
from skillagent.mcp_server import logs, request_checks
from skillagent.mcp_server.graph_loader import GraphLoader
from skillagent.mcp_server.request_checks import AsgiApp
from skillagent.mcp_server.server_config import ServerConfig, StoreConfig

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from skillagent.mcp_server.server import GraphServer

PATH = "/mcp"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
VARIABLE = "SKILLAGENT_SERVE"
"""Environment variable with the settings of the workers, as JSON."""
TOKEN_VARIABLE = "SKILLAGENT_TOKEN"  # noqa: S105 - a name, not a secret
MIN_TOKEN = 16
"""Fewest characters of a bearer token."""
BACKLOG = 2_048
"""Connections that may wait to be accepted."""
TURN = 1
"""Connections that one of several workers accepts at once, before another worker has its turn."""

COLLECTION = (10_000, 5, 100)
"""How often a worker looks for cyclic garbage: see `gc.set_threshold`."""


@dataclass(frozen=True, slots=True)
class HttpConfig:
    """Where to listen, and whose requests to accept.

    Raises:
        UsageError: the values are unsafe or contradict each other.
    """

    host: str = "127.0.0.1"
    port: int = 8765
    """0 for any free port."""
    workers: int = 1
    """Number of processes."""
    token: str = field(default="", repr=False)
    """The token that `Authorization: Bearer` must contain; empty to require none."""
    token_file: str = ""
    """The file that the token was read from; workers read it again."""
    sessions: str = ""
    """File of the sessions; empty for a temporary file."""
    hosts: tuple[str, ...] = ()
    """More accepted values of `Host`, as in `graphs.example:443` or `graphs.example:*`."""
    origins: tuple[str, ...] = ()
    """Accepted origins of web pages, as in `https://app.example`."""
    graphs_have_tokens: bool = False
    """Whether each graph has tokens of its own, instead of one for all."""

    def __post_init__(self) -> None:
        for host in self.hosts:
            if "/" in host or not host:
                raise UsageError(f"{host!r} is not a host: write it as in graphs.example:443")
        if not self.host:
            raise UsageError("the address to listen on is empty")
        if self.host not in LOOPBACK and not self.token and not self.graphs_have_tokens:
            raise UsageError(
                f"{self.host} is not loopback: give a bearer token with --token-file, or in "
                f"{TOKEN_VARIABLE}"
            )
        if self.token and len(self.token) < MIN_TOKEN:
            raise UsageError(f"the bearer token has fewer than {MIN_TOKEN} characters")
        if self.host not in LOOPBACK and not self.hosts:
            raise UsageError(
                f"{self.host} is not loopback: name the host that clients use with --allow-host"
            )


def serve(config: ServerConfig, http: HttpConfig, store: StoreConfig | None = None) -> None:
    """Serve until interrupted.

    Args:
        config: what to serve.
        http: where to listen, and whose requests to accept.
        store: published graphs, to be served instead of folders; None for folders.

    Raises:
        GraphError: a root is not a folder, or a database cannot be used.
        UsageError: the address or the file of the sessions cannot be used.
    """
    import uvicorn
    from uvicorn.supervisors import Multiprocess

    from skillagent.mcp_server.connections import (
        BURST,
        ConnectionLimits,
        LimitedConfig,
        connection_limit,
    )

    logs.set_up()
    with _exit_by_signal(), tempfile.TemporaryDirectory(prefix="skillagent-") as folder:
        sessions = http.sessions or str(Path(folder) / "sessions.sqlite")
        _try(config, sessions, store)
        listener = _listen(http)
        port = listener.getsockname()[1]
        # Workers read the token from its own source, so the variable need not contain it.
        for_workers = {**asdict(http), "sessions": sessions, "port": port, "token": ""}
        settings = json.dumps(
            {
                "config": config.to_json(),
                "http": for_workers,
                "store": asdict(store) if store else None,
            }
        )
        uvicorn_config = LimitedConfig(
            "skillagent.mcp_server.http:app",
            ConnectionLimits(connection_limit()),
            factory=True,
            workers=http.workers,
            log_level="warning",
            lifespan="on",
            backlog=_accepted_at_once(http.workers, BURST),
            timeout_graceful_shutdown=5,
        )
        host = f"[{http.host}]" if ":" in http.host else http.host
        path = f"{PATH}/NAMESPACE" if store else PATH
        sys.stderr.write(f"listening on http://{host}:{port}{path} (Ctrl-C ends it)\n")
        sys.stderr.flush()
        with _environment_variable(VARIABLE, settings):
            if http.workers > 1:
                Multiprocess(uvicorn_config, sockets=[listener]).run()
            else:
                uvicorn.Server(uvicorn_config).run(sockets=[listener])


def _try(config: ServerConfig, sessions: str, store: StoreConfig | None) -> None:
    """Open once what workers open, so that an error is reported once, before any of them starts."""
    if store:
        from skillagent.mcp_server.published_app import PublishedGraphs

        PublishedGraphs.open(config, store).close()
        return
    from skillagent.mcp_server.session_rows import SqliteSessionRows

    GraphLoader(config)
    SqliteSessionRows(Path(sessions)).close()


def _accepted_at_once(workers: int, burst: int) -> int:
    """The backlog for uvicorn, which is also the number of connections that it accepts at once.

    Args:
        workers: number of processes.
        burst: what a single worker may accept at once.
    """
    if workers > 1:
        return TURN
    # Windows has plain sockets only, whose queue is as long as the last backlog.
    return BACKLOG if os.name == "nt" else burst


@contextmanager
def _exit_by_signal() -> Iterator[None]:
    """Let SIGTERM and SIGHUP raise `SystemExit`, so that temporary files are removed."""

    def leave(number: int, _: object) -> None:
        raise SystemExit(128 + number)

    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    former = {number: signal.signal(number, leave) for number in numbers}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


@contextmanager
def _environment_variable(name: str, value: str) -> Iterator[None]:
    """Set a variable for the code in the block and the processes that it starts."""
    former = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if former is None:
            del os.environ[name]
        else:
            os.environ[name] = former


def _listen(http: HttpConfig) -> socket.socket:
    family = socket.AF_INET6 if ":" in http.host else socket.AF_INET
    # Windows passes sockets to child processes in another way, for plain sockets only.
    listener = socket.socket(family) if os.name == "nt" else _LongQueueSocket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((http.host, http.port))
        # From now on, requests wait until a worker is ready; before, they would be refused.
        listener.listen(BACKLOG)
    except (OSError, OverflowError) as error:
        listener.close()
        why = getattr(error, "strerror", None) or error
        raise UsageError(f"cannot listen on {http.host}:{http.port}: {why}") from None
    listener.set_inheritable(True)
    return listener


class _LongQueueSocket(socket.socket):
    """A socket whose queue stays long, whatever backlog an event loop asks for.

    An event loop also takes the backlog as the number of connections to accept at once. With a
    long one, the first worker to wake would accept all waiting connections, more than it may
    open files for. So uvicorn gets `TURN` or `BURST`, and the queue keeps its length.
    """

    def listen(self, backlog: int = BACKLOG, /) -> None:
        super().listen(max(backlog, BACKLOG))

    def __reduce__(self) -> tuple[Any, ...]:
        # The way in which `multiprocessing` passes a plain socket to a child process.
        return _received_socket, (reduction.DupFd(self.fileno()), self.family)


def _received_socket(handle: Any, family: int) -> _LongQueueSocket:
    return _LongQueueSocket(family, socket.SOCK_STREAM, fileno=handle.detach())


def app() -> AsgiApp:
    """The application of a worker, with the settings from the environment."""
    logs.set_up()
    settings = json.loads(os.environ[VARIABLE])
    http = settings["http"]
    http |= {
        "token": read_token(http["token_file"]),
        "hosts": tuple(http["hosts"]),
        "origins": tuple(http["origins"]),
    }
    _end_with_parent()
    _collect_rarely()
    config = ServerConfig.from_json(settings["config"])
    if settings["store"]:
        store = StoreConfig.from_json(settings["store"])
        return make_published_app(config, HttpConfig(**http), store)
    return make_app(config, HttpConfig(**http))


def _collect_rarely() -> None:
    """Look for cyclic garbage rarely among what a worker keeps.

    Such a search stops every request, for a fifth of a second when the caches are full, and would
    happen every few seconds. It finds nothing there, because sessions and answers have no cycles.
    """
    gc.freeze()
    gc.set_threshold(*COLLECTION)


def read_token(file: str) -> str:
    """The bearer token.

    Args:
        file: path of the file that contains it; empty to take it from the environment.

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
        raise UsageError(f"{file}: contains no token")
    return token


def _end_with_parent() -> None:
    """End this worker when its parent process has ended, even if that was killed."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def wait_for_end() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait_for_end, name="parent", daemon=True).start()


def make_app(config: ServerConfig, http: HttpConfig) -> AsgiApp:
    """The ASGI application of one worker.

    Args:
        config: what to serve.
        http: with the port and the file of the sessions set.
    """
    from skillagent.mcp_server.connections import log_file_shortage_once
    from skillagent.mcp_server.reload import watch_and_reload
    from skillagent.mcp_server.server import GraphServer
    from skillagent.mcp_server.session_rows import SqliteSessionRows
    from skillagent.mcp_server.sessions import StoredSessions, records_of

    loader = GraphLoader(config)
    # Before the first request: until then other workers answer, or requests wait in the queue.
    loader.warm()
    rows = SqliteSessionRows(Path(http.sessions))
    sessions = StoredSessions(rows, loader, records=records_of(config.record))
    server = GraphServer(loader, lambda: sessions, background=watch_and_reload)
    checked = request_checks.check_messages(_endpoint(server, http, PATH))
    return log_file_shortage_once(request_checks.require_token(checked, http.token))


def make_published_app(config: ServerConfig, http: HttpConfig, store: StoreConfig) -> AsgiApp:
    """The ASGI application of one worker that serves published graphs.

    Args:
        config: the terms of sessions.
        http: with the port set.
        store: the graphs.
    """
    from skillagent.mcp_server.connections import log_file_shortage_once
    from skillagent.mcp_server.published_app import PublishedGraphs, published_app

    opened = PublishedGraphs.open(config, store)
    for graph in opened.graphs:
        graph.warm()
    inner = published_app(
        opened,
        http.host in LOOPBACK,
        lambda server, namespace: _endpoint(server, http, f"{PATH}/{namespace}"),
    )
    return log_file_shortage_once(inner)


def _endpoint(server: GraphServer, http: HttpConfig, path: str) -> Starlette:
    """The SDK's application for one server, which checks hosts and origins."""
    from mcp.server.transport_security import TransportSecuritySettings

    own_hosts = [f"{name}:{http.port}" for name in (*LOOPBACK[:2], "[::1]")]
    security = TransportSecuritySettings(
        allowed_hosts=[
            name for host in (*own_hosts, *http.hosts) for name in _host_names(host.lower())
        ],
        allowed_origins=[f"http://{name}" for host in own_hosts for name in _host_names(host)]
        + list(http.origins),
    )
    return server.sdk_server.streamable_http_app(
        streamable_http_path=path,
        json_response=True,
        stateless_http=True,
        transport_security=security,
        host=http.host,
    )


def _host_names(host: str) -> list[str]:
    """A host as clients write it: with its port, and without it if it is a default port."""
    name, _, port = host.rpartition(":")
    return [host, name] if port in ("80", "443") and name else [host]
