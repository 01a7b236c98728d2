"""`skillagent serve`: the graph as an MCP server, until the host hangs up."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from skillagent.cli.arguments import DIALECT_HELP, DIALECT_NAMES, Commands, limits

if TYPE_CHECKING:
    from skillagent.mcp_server.http import Address
    from skillagent.mcp_server.server_config import Offer

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
        help="folders; without any: $SKILLAGENT_GRAPHS, what skillagent.toml declares, the guide",
    )
    parser.add_argument("--dialect", choices=DIALECT_NAMES, help=DIALECT_HELP)
    parser.add_argument(
        "--strict", action="store_true", help="a link that several nodes answer to is an error"
    )
    limits(parser, None, "8000, or what skillagent.toml declares")
    parser.add_argument(
        "--resources",
        choices=("charged", "free", "off"),
        default="charged",
        help="files as resources: paid from the budget (default), free, or not at all",
    )
    parser.add_argument("--no-watch", action="store_true", help="do not load changed files again")
    http = parser.add_argument_group("over HTTP")
    http.add_argument("--http", action="store_true", help="listen, instead of stdio")
    http.add_argument("--host", default=HOST, metavar="ADDRESS", help="(127.0.0.1)")
    http.add_argument("--port", type=int, default=PORT, metavar="N", help="0 for any (8765)")
    http.add_argument("--workers", type=int, default=1, metavar="N", help="processes (1)")
    http.add_argument(
        "--token-file", metavar="FILE", help="holds the bearer token (default: $SKILLAGENT_TOKEN)"
    )
    http.add_argument("--sessions", metavar="FILE", help="keep sessions over restarts, as SQLite")
    http.add_argument(
        "--allow-host", action="append", default=[], metavar="HOST:PORT", help="a Host to admit"
    )
    http.add_argument(
        "--allow-origin", action="append", default=[], metavar="URL", help="a web page's origin"
    )


def run(arguments: argparse.Namespace) -> int:
    """Serve; see `add` for the arguments.

    Raises:
        SkillAgentError: a folder, an address, a declaration or a package is wrong.
    """
    from skillagent.errors import MissingPackageError

    offer = _offer(arguments)
    try:
        if arguments.http:
            from skillagent.mcp_server import http

            http.serve(offer, _address(arguments))
        else:
            from skillagent.mcp_server import stdio

            _refuse_http_options(arguments)
            stdio.serve(offer)
    except ModuleNotFoundError as error:
        package = (error.name or "mcp").partition(".")[0]
        raise MissingPackageError(package, "mcp", "skillagent serve") from None
    return 0


def _refuse_http_options(arguments: argparse.Namespace) -> None:
    """Who names a port means to listen on it, not to wait on standard input."""
    from skillagent.errors import UsageError

    given = {
        "--host": arguments.host != HOST,
        "--port": arguments.port != PORT,
        "--workers": arguments.workers != 1,
        "--token-file": arguments.token_file,
        "--sessions": arguments.sessions,
        "--allow-host": arguments.allow_host,
        "--allow-origin": arguments.allow_origin,
    }
    if named := [name for name, value in given.items() if value]:
        raise UsageError(f"{named[0]} is for --http: give that too, or leave it out")


def _offer(arguments: argparse.Namespace) -> Offer:
    from skillagent.cli.declared import declared
    from skillagent.cli.interrupted import finish_interrupted
    from skillagent.cli.session import GUIDE, bundled_graph
    from skillagent.mcp_server.server_config import Offer

    # Some hosts start a plugin's server in the plugin's own folder.
    project = Path(os.environ.get("CLAUDE_PROJECT_DIR") or os.getcwd())
    roots = [_in_session(root, project) for root in arguments.graphs]
    budget = arguments.budget
    if not roots and (known := declared()) is not None:
        roots = list(known.roots)
        budget = known.budget if budget is None else budget
    if not roots:
        roots = [str(bundled_graph(GUIDE))]
    finish_interrupted(*roots)
    return Offer(
        tuple(roots),
        budget,
        arguments.per_call,
        arguments.count_for,
        arguments.dialect,
        arguments.strict,
        arguments.resources,
        not arguments.no_watch,
    )


def _in_session(graph: str, folder: Path) -> str:
    """A graph of the command line, as it is named or as it lies above the session's folder."""
    from skillagent import config
    from skillagent.graph.walk import Root

    root = Root.parse(graph)
    place = None if root.path.is_dir() else config.above(root.path, folder)
    if place is None:
        return graph
    return f"{root.name}={place}" if graph.startswith(f"{root.name}=") else str(place)


def _address(arguments: argparse.Namespace) -> Address:
    from skillagent.errors import UsageError
    from skillagent.mcp_server.http import Address, token_of

    if arguments.workers < 1:
        raise UsageError(f"{arguments.workers} workers cannot serve")
    file = os.path.abspath(arguments.token_file) if arguments.token_file else ""
    return Address(
        arguments.host.removeprefix("[").removesuffix("]"),
        arguments.port,
        arguments.workers,
        token_of(file),
        file,
        arguments.sessions or "",
        tuple(arguments.allow_host),
        tuple(arguments.allow_origin),
    )
