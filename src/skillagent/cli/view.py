"""`skillagent view`: the picture of a graph, at a local address or as one HTML file."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from skillagent.cli.arguments import Commands, command

if TYPE_CHECKING:
    from skillagent.graph import SkillGraph
    from skillagent.progress import Progress
    from skillagent.runs import RunRecord
    from skillagent.viewer import Picture
    from skillagent.viewer.walk import Walk


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = command(commands, "view", run, "draw a graph: at a local address, or as an HTML file")
    parser.add_argument(
        "--run",
        action="append",
        default=[],
        dest="runs",
        metavar="RUN",
        help="step through this recorded run, a folder; twice: compare two runs. Without GRAPH, "
        "the graph is the recorded one",
    )
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
    from skillagent import config
    from skillagent.cli.progress_bar import progress_bar
    from skillagent.cli.selection import selection_of
    from skillagent.viewer import page, picture_of

    records = _records(arguments.runs)
    with progress_bar() as progress:
        graph = _graph(arguments, records, progress)
        selection = selection_of(config.find(graph.roots[0].path))
        picture = picture_of(graph, progress, selection=selection)
        walks = _walks(records, graph)
        html = page(picture, [walk.to_json() for walk in walks])
    if arguments.export is None:
        return _serve(arguments, picture, walks, html)
    from skillagent.cli.output import write_output

    write_output(arguments.export, html, replace=arguments.force)
    _tell(arguments, picture, walks, "file", arguments.export)
    return 0


def _records(runs: Sequence[str]) -> tuple[RunRecord, ...]:
    """The runs that the command line names: none, one or two."""
    if not runs:
        return ()
    from pathlib import Path

    from skillagent.errors import UsageError
    from skillagent.runs import RunRecord
    from skillagent.runs.record import records_in

    folders = tuple(records_in(tuple(map(Path, runs))))
    if len(folders) not in (1, 2):
        raise UsageError(
            f"--run {' '.join(runs)}: {len(folders)} runs; name one, or two to compare"
        )
    return tuple(map(RunRecord.read, folders))


def _graph(
    arguments: argparse.Namespace, records: Sequence[RunRecord], progress: Progress
) -> SkillGraph:
    """The graph that the command line names; without one, that of the first run."""
    from skillagent.cli.declared import named_graph
    from skillagent.cli.session import load, options_of

    if not records or named_graph(arguments) is not None:
        return load(arguments, progress)
    from skillagent.cli.records import recorded_roots
    from skillagent.errors import UsageError
    from skillagent.repro.graph_at_hand import load_recorded

    roots = recorded_roots(records[0])
    if not roots:
        folder = records[0].folder
        raise UsageError(f"{folder}: which graph did it read? Name its folder before --run")
    return load_recorded(records[0], roots, options_of(arguments))


def _walks(records: Sequence[RunRecord], graph: SkillGraph) -> tuple[Walk, ...]:
    if not records:
        return ()
    from skillagent.store import view_of
    from skillagent.viewer.parting import compared_walks
    from skillagent.viewer.walking import walk_of_record

    view = view_of(graph)
    if len(records) == 2:
        return compared_walks(records[0], records[1], view)
    return (walk_of_record(records[0], view),)


def _serve(
    arguments: argparse.Namespace, picture: Picture, walks: Sequence[Walk], html: str
) -> int:
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
        _tell(arguments, picture, walks, "address", server.address)
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


def _tell(
    arguments: argparse.Namespace, picture: Picture, walks: Sequence[Walk], what: str, where: str
) -> None:
    from skillagent.cli.output import printable, to_json

    nodes, links = len(picture.nodes), len(picture.edges)
    remarks = [*picture.remarks, *filter(None, map(_remark, walks[:1]))]
    if arguments.json:
        values = {what: where, "nodes": nodes, "links": links, "remarks": remarks}
        print(to_json(values), flush=True)
        return
    end = "; Ctrl-C stops" if what == "address" else ""
    lines = [f"{where}: {nodes} nodes, {links} links{end}", *remarks]
    print(printable("\n".join(lines)), flush=True)


def _remark(walk: Walk) -> str:
    """Where a run parts from the one that it is compared with; empty if it does not."""
    return walk.parting.words if walk.parting else ""


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 65536):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 0 to 65535")
    return int(text)
