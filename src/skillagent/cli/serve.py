"""`skillagent serve`: serves graphs over MCP until the host closes the connection."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from skillagent.cli.arguments import (
    DIALECT_HELP,
    DIALECT_NAMES,
    Commands,
    frozen,
    limits,
    semantic,
    untrusted,
)
from skillagent.cli.records import add_record_options, record_folder, shown_root

if TYPE_CHECKING:
    from skillagent.mcp_server.http import HttpConfig
    from skillagent.mcp_server.server_config import RecordConfig, ServerConfig, StoreConfig

HOST, PORT = "127.0.0.1", 8765


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    text = "offer graphs to a host as an MCP server, over stdio or HTTP"
    parser = commands.add_parser("serve", help=text, description=f"{text[0].upper()}{text[1:]}.")
    parser.set_defaults(run=run)
    parser.add_argument(
        "graphs",
        nargs="*",
        metavar="[NAME=]GRAPH",
        help="folders; default: $SKILLAGENT_GRAPHS, else those in skillagent.toml, else the guide",
    )
    parser.add_argument("--dialect", choices=DIALECT_NAMES, help=DIALECT_HELP)
    parser.add_argument(
        "--strict", action="store_true", help="a link that matches several nodes is an error"
    )
    frozen(parser)
    untrusted(parser)
    semantic(parser)
    limits(parser, None, "8000, or the budget in skillagent.toml")
    parser.add_argument(
        "--resources",
        choices=("charged", "free", "off"),
        default="charged",
        help="files as resources: charged to the budget (default), free, or none at all",
    )
    parser.add_argument("--no-watch", action="store_true", help="do not reload changed files")
    add_record_options(parser)
    http = parser.add_argument_group("over HTTP")
    http.add_argument("--http", action="store_true", help="listen for HTTP instead of stdio")
    http.add_argument("--host", default=HOST, metavar="ADDRESS", help="(127.0.0.1)")
    http.add_argument("--port", type=int, default=PORT, metavar="N", help="0 for any (8765)")
    http.add_argument("--workers", type=int, default=1, metavar="N", help="processes (1)")
    http.add_argument(
        "--token-file",
        metavar="FILE",
        help="file with the bearer token (default: $SKILLAGENT_TOKEN)",
    )
    http.add_argument(
        "--sessions", metavar="FILE", help="SQLite file that keeps sessions over restarts"
    )
    http.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="HOST:PORT",
        help="another accepted value of the Host header",
    )
    http.add_argument(
        "--allow-origin",
        action="append",
        default=[],
        metavar="URL",
        help="an accepted origin of web pages",
    )
    store = parser.add_argument_group("published graphs, over HTTP")
    store.add_argument(
        "--store",
        metavar="ADDRESS",
        help="serve what `skillagent index --store` published in a PostgreSQL database",
    )
    store.add_argument(
        "--read-store", metavar="ADDRESS", help="read graphs from a replica of that database"
    )
    store.add_argument(
        "--namespace",
        action="append",
        default=[],
        metavar="NAME",
        help="serve this graph (default: all), at /mcp/NAME",
    )


def run(arguments: argparse.Namespace) -> int:
    """Serve; see `add` for the arguments.

    Raises:
        SkillAgentError: a folder, an address or a declaration is wrong, or a package is missing.
    """
    from skillagent.errors import MissingPackageError

    store = _store(arguments)
    config = _published_config(arguments) if store else _server_config(arguments)
    try:
        if arguments.http:
            from skillagent.mcp_server import http

            http.serve(config, _http_config(arguments), store)
        else:
            from skillagent.mcp_server import stdio

            _refuse_http_options(arguments)
            stdio.serve(config)
    except ModuleNotFoundError as error:
        package = (error.name or "mcp").partition(".")[0]
        raise MissingPackageError(package, "mcp", "skillagent serve") from None
    return 0


def _store(arguments: argparse.Namespace) -> StoreConfig | None:
    """The published graphs to serve; None for folders.

    Raises:
        UsageError: an address is wrong, or an option is for folders only.
        MissingPackageError: the extra `postgres` is not installed.
    """
    from skillagent.errors import UsageError

    if arguments.store is None:
        if arguments.read_store or arguments.namespace:
            raise UsageError("--read-store and --namespace are for --store: add --store ADDRESS")
        return None
    is_set = {
        "a folder": arguments.graphs,
        "--frozen": arguments.frozen or arguments.lock is not None,
        "--semantic": arguments.semantic,
        "--record": arguments.record,
        "--sessions": arguments.sessions,
        "--token-file": arguments.token_file,
        "--dialect": arguments.dialect,
        "--strict": arguments.strict,
    }
    if options := [option for option, value in is_set.items() if value]:
        raise UsageError(f"--store serves graphs as they were published: leave {options[0]} out")
    if not arguments.http:
        raise UsageError("--store is for --http: add --http")
    from skillagent.cli.publish import store_address
    from skillagent.mcp_server.server_config import StoreConfig

    addresses = (arguments.store, arguments.read_store or "")
    for address in filter(None, addresses):
        store_address(address)
    return StoreConfig(*addresses, tuple(dict.fromkeys(arguments.namespace)))


def _published_config(arguments: argparse.Namespace) -> ServerConfig:
    from skillagent.mcp_server.server_config import ServerConfig

    return ServerConfig(
        roots=(),
        budget=arguments.budget,
        per_call=arguments.per_call,
        count_for=arguments.count_for,
        resources="off",
        watch=False,
        untrusted=tuple(arguments.untrusted),
    )


def _refuse_http_options(arguments: argparse.Namespace) -> None:
    """Refuse options of HTTP without `--http`, which would otherwise be silently ignored."""
    from skillagent.errors import UsageError

    is_set = {
        "--host": arguments.host != HOST,
        "--port": arguments.port != PORT,
        "--workers": arguments.workers != 1,
        "--token-file": arguments.token_file,
        "--sessions": arguments.sessions,
        "--allow-host": arguments.allow_host,
        "--allow-origin": arguments.allow_origin,
    }
    if options := [option for option, value in is_set.items() if value]:
        raise UsageError(f"{options[0]} is for --http: add --http, or leave {options[0]} out")


def _server_config(arguments: argparse.Namespace) -> ServerConfig:
    from skillagent.cli.declared import declared
    from skillagent.cli.interrupted import finish_interrupted
    from skillagent.cli.session import GUIDE, bundled_graph
    from skillagent.disclosure.trust import NAMES_JOINT, check_names
    from skillagent.embeddings import embedder_of
    from skillagent.graph.walk import roots_of
    from skillagent.mcp_server.server_config import ServerConfig

    # Some hosts start a plugin's server in the plugin's own folder.
    project = Path(os.environ.get("CLAUDE_PROJECT_DIR") or os.getcwd())
    roots = [_located(graph, project) for graph in arguments.graphs]
    budget, is_semantic = arguments.budget, arguments.semantic
    untrusted = tuple(arguments.untrusted)
    if not roots and (declaration := declared()) is not None:
        roots = list(declaration.roots)
        budget = declaration.budget if budget is None else budget
        is_semantic = declaration.semantic if is_semantic is None else is_semantic
        untrusted += declaration.untrusted
    if not roots:
        roots = [str(bundled_graph(GUIDE))]
    check_names(untrusted, NAMES_JOINT.join(root.name for root in roots_of(roots)))
    embedder_of(bool(is_semantic))  # a missing package is told now, not to the first client
    finish_interrupted(*roots)
    lock, lock_root = _lock(arguments, roots)
    return ServerConfig(
        roots=tuple(roots),
        budget=budget,
        per_call=arguments.per_call,
        count_for=arguments.count_for,
        dialect=arguments.dialect,
        strict=arguments.strict,
        resources=arguments.resources,
        watch=not arguments.no_watch,
        lock=lock,
        lock_root=lock_root,
        record=_record(arguments, roots),
        semantic=bool(is_semantic),
        untrusted=untrusted,
    )


def _record(arguments: argparse.Namespace, roots: Sequence[str]) -> RecordConfig | None:
    """Where sessions are recorded; None if nobody asks for it.

    Raises:
        UsageError: the folder cannot be made, or there are several workers.
    """
    folder = record_folder(arguments)
    if folder is None:
        return None
    from skillagent.errors import UsageError
    from skillagent.mcp_server.server_config import RecordConfig

    if arguments.workers > 1:
        raise UsageError(
            f"--workers {arguments.workers}: sessions can be recorded by one worker only, because "
            "the calls of a session reach any of them; leave --workers out, or add --no-record"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--record {folder}: {error.strerror or error}") from None
    graph = tuple(map(shown_root, roots))
    return RecordConfig(str(folder.absolute()), graph, arguments.with_nodes)


def _lock(arguments: argparse.Namespace, roots: Sequence[str]) -> tuple[str, str]:
    """Path and root of the lock that the served graph is frozen by; empty if it is not."""
    if not arguments.frozen and arguments.lock is None:
        return "", ""
    from skillagent.cli.declared import declared
    from skillagent.cli.lock_option import lock_path
    from skillagent.graph.walk import roots_of
    from skillagent.lock import read_lock

    declaration = None if arguments.graphs else declared()
    path = lock_path(arguments.lock, roots_of(roots), declaration).absolute()
    return str(path), read_lock(path).root


def _located(graph: str, folder: Path) -> str:
    """A `[NAME=]GRAPH` with the folder as given, or as found in a folder above.

    A host may start the server in a subfolder of the project that the folder is relative to.

    Args:
        graph: the argument.
        folder: where the search upwards begins.
    """
    from skillagent import config
    from skillagent.graph.walk import Root

    root = Root.parse(graph)
    path = None if root.path.is_dir() else config.above(root.path, folder)
    if path is None:
        return graph
    return f"{root.name}={path}" if graph.startswith(f"{root.name}=") else str(path)


def _http_config(arguments: argparse.Namespace) -> HttpConfig:
    from skillagent.errors import UsageError
    from skillagent.mcp_server.http import HttpConfig, read_token

    if arguments.workers < 1:
        raise UsageError(f"--workers {arguments.workers}: there must be at least 1")
    token_file = os.path.abspath(arguments.token_file) if arguments.token_file else ""
    return HttpConfig(
        host=arguments.host.removeprefix("[").removesuffix("]"),
        port=arguments.port,
        workers=arguments.workers,
        token=read_token(token_file),
        token_file=token_file,
        sessions=arguments.sessions or "",
        hosts=tuple(arguments.allow_host),
        origins=tuple(arguments.allow_origin),
        graphs_have_tokens=arguments.store is not None,
    )
