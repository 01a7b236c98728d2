"""`skillagent view`: the picture of a graph, at a local address or as one HTML file."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from skillagent.cli.arguments import Commands, command

if TYPE_CHECKING:
    from skillagent.viewer import Picture


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = command(commands, "view", run, "draw a graph: at a local address, or as an HTML file")
    parser.add_argument(
        "--export", metavar="FILE.html", help="write one file that needs nothing else, and end"
    )
    parser.add_argument("--force", action="store_true", help="replace FILE.html if it exists")
    parser.add_argument(
        "--port", type=_port, default=0, metavar="N", help="port of the address (default: any)"
    )
    parser.add_argument("--no-open", action="store_true", help="print the address, open no browser")
    parser.add_argument(
        "--json", action="store_true", help="the address or the file, and counts, as one JSON line"
    )


def run(arguments: argparse.Namespace) -> int:
    from skillagent.cli.progress_bar import progress_bar
    from skillagent.cli.session import load
    from skillagent.viewer import page, picture_of

    with progress_bar() as progress:
        picture = picture_of(load(arguments, progress), progress)
        html = page(picture)
    if arguments.export is None:
        return _serve(arguments, picture, html)
    from skillagent.cli.output import write_output

    write_output(arguments.export, html, replace=arguments.force)
    _tell(arguments, picture, "file", arguments.export)
    return 0


def _serve(arguments: argparse.Namespace, picture: Picture, html: str) -> int:
    """Serve the page until Ctrl-C."""
    import secrets

    from skillagent.errors import UsageError
    from skillagent.viewer.page_document import page_policy
    from skillagent.viewer.server import PageServer

    token = secrets.token_urlsafe(16)
    try:
        server = PageServer(html, page_policy(), token, arguments.port)
    except OSError as error:
        raise UsageError(
            f"port {arguments.port} cannot be used: {error.strerror or error}; leave --port out "
            "for one that is free"
        ) from None
    with server:
        _tell(arguments, picture, "address", server.address)
        if not arguments.no_open:
            _open_browser(server.address)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            if not arguments.json:
                print("stopped")
    return 0


def _open_browser(address: str) -> None:
    """Open the address beside the server: a browser in a terminal only returns when it ends."""
    import threading
    import webbrowser

    threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()


def _tell(arguments: argparse.Namespace, picture: Picture, what: str, where: str) -> None:
    from skillagent.cli.output import printable, to_json

    nodes, links = len(picture.nodes), len(picture.edges)
    if arguments.json:
        values = {what: where, "nodes": nodes, "links": links, "remarks": list(picture.remarks)}
        print(to_json(values), flush=True)
        return
    end = "; Ctrl-C stops" if what == "address" else ""
    lines = [f"{where}: {nodes} nodes, {links} links{end}", *picture.remarks]
    print(printable("\n".join(lines)), flush=True)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 65536):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 0 to 65535")
    return int(text)
