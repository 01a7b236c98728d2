"""Runs all checks of `doctor` in order: this installation, then graphs, then hosts.

Above: `cli`. Below: `checks`, `host_cli`, `lint`.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Generator, Iterable, Iterator, Sequence
from pathlib import Path

from skillagent import __version__, config
from skillagent.diagnostics import Severity
from skillagent.errors import SkillAgentError
from skillagent.graph import SkillGraph
from skillagent.hosts import host_cli
from skillagent.hosts.doctor.checks import (
    Check,
    CheckResult,
    InstalledEntry,
    cli_checks,
    entry_checks,
    find_entries,
    graph_folders,
    may_start,
    not_started_check,
    plugin_checks,
    resolve_process,
    session_checks,
)
from skillagent.hosts.locations import Locations
from skillagent.hosts.registry import HOSTS, Host
from skillagent.installation import adding
from skillagent.lint import findings

OLDEST = (3, 11)
EXTRAS: dict[str, tuple[str, ...]] = {
    "anthropic": ("anthropic",),
    "chat": ("prompt_toolkit", "rich"),
    "fast": ("toktok",),
    "mcp": ("mcp", "uvicorn", "watchfiles"),
    "openai": ("openai",),
}
"""Optional extras → the modules that show that an extra is installed."""


def run_checks(
    locations: Locations,
    hosts: Sequence[Host] = (),
    graphs: Sequence[str] = (),
    *,
    trusted: bool = False,
) -> Iterator[Check]:
    """Run every check, and yield each as soon as it is done.

    Args:
        locations: where the user's files are.
        hosts: hosts to check; empty for those that have our server from an entry or a plugin.
        graphs: folders of graphs to read, besides those that are declared or served.
        trusted: start every program that the project's files name.
    """
    yield from installation_checks()
    graphs_read: set[str] = set()
    yield from project_checks(locations.project, graphs_read)
    for graph in graphs:
        yield from graph_checks((str(locations.project / graph),), graphs_read)
    any_server = False
    for host in hosts or HOSTS.values():
        has_server = yield from _host(host, locations, graphs_read, trusted, named=bool(hosts))
        any_server = any_server or has_server
    if not (hosts or any_server):
        remedy = f"skillagent install HOST, with one of {', '.join(HOSTS)}"
        yield Check(CheckResult.WARNING, "hosts", "none has an entry of ours", "", remedy)


def _host(
    host: Host, locations: Locations, graphs_read: set[str], trusted: bool, *, named: bool
) -> Generator[Check, None, bool]:
    """Run the checks of one host; returns whether it has our server, working or not."""
    entries, file_checks = find_entries(host, locations)
    yield from file_checks
    for entry in entries:
        yield from _entry(entry, locations, graphs_read, trusted)
    by_plugin: list[Check] = []
    if trusted or host.cli_checks_trust:
        # Last, because it takes the longest.
        output = host_cli.list_servers(host, locations.environ, locations.project)
        for entry in entries:
            yield from cli_checks(entry, output)
        by_plugin = list(plugin_checks(host, output, entries))
        yield from by_plugin
    elif entries:
        what = f"`{host.cli_program}` was not asked: it starts all that the project's file names"
        remedy = f"skillagent doctor {host.name} --trust"
        yield Check(CheckResult.WARNING, host.name, what, "", remedy)
    if named and not (entries or file_checks or by_plugin):
        files = " or ".join(str(host.file(scope, locations)) for scope in host.files)
        remedy = f"skillagent install {host.name}"
        yield Check(CheckResult.FAILED, host.name, "no entry of ours is there", files, remedy)
    return bool(entries or by_plugin)


def _entry(
    entry: InstalledEntry, locations: Locations, graphs_read: set[str], trusted: bool
) -> Iterator[Check]:
    yield from entry_checks(entry)
    if not (trusted or may_start(entry, locations)):
        yield not_started_check(entry)
        return
    process, check = resolve_process(entry, locations)
    yield check
    if process is not None:
        yield from session_checks(entry, process)
    yield from graph_checks(graph_folders(entry, locations), graphs_read)


def installation_checks(version: tuple[int, ...] = sys.version_info[:3]) -> Iterator[Check]:
    """Check this installation: Python and the optional packages.

    Args:
        version: of Python.
    """
    version_text = ".".join(map(str, version))
    if tuple(version[:2]) >= OLDEST:
        what = f"skillagent {__version__} on Python {version_text}"
        yield Check(CheckResult.OK, "installation", what, sys.executable)
    else:
        oldest = ".".join(map(str, OLDEST))
        remedy = f"make an environment with Python {oldest} or newer"
        yield Check(
            CheckResult.FAILED, "installation", f"Python {version_text} is too old", "", remedy
        )
    missing = {extra: _missing(modules) for extra, modules in EXTRAS.items()}
    complete = [extra for extra in EXTRAS if not missing[extra]]
    yield Check(CheckResult.OK, "installation", f"extras: {', '.join(complete) or 'none'}")
    if missing["mcp"]:
        what = f"packages of the server are missing: {', '.join(missing['mcp'])}"
        yield Check(CheckResult.FAILED, "installation", what, "", adding("mcp"))


def _missing(modules: Iterable[str]) -> list[str]:
    return [name for name in modules if importlib.util.find_spec(name) is None]


def project_checks(folder: Path, graphs_read: set[str]) -> Iterator[Check]:
    """Check that the graphs that a project declares can be read.

    Args:
        folder: the project.
        graphs_read: paths of the graphs that were checked already; extended here.
    """
    try:
        declaration = config.find(folder)
    except SkillAgentError as error:
        yield Check(CheckResult.FAILED, "project", str(error), "", "correct the declaration")
        return
    if declaration is None or not declaration.graphs:
        what = "no graph is declared; a server without a graph serves the user guide"
        yield Check(CheckResult.OK, "project", what, str(folder))
        return
    count = len(declaration.graphs)
    what = f"{count} {'graph is' if count == 1 else 'graphs are'} declared"
    yield Check(CheckResult.OK, "project", what, str(declaration.file))
    yield from graph_checks([str(path) for _, path in declaration.graphs], graphs_read)


def graph_checks(folders: Iterable[str], graphs_read: set[str]) -> Iterator[Check]:
    """Check that graphs have nodes and no errors.

    Args:
        folders: paths of the graphs.
        graphs_read: paths of the graphs that were checked already, which are left out; extended
            here.
    """
    for folder in folders:
        path = str(Path(folder).resolve())
        if path in graphs_read:
            continue
        graphs_read.add(path)
        try:
            graph = SkillGraph.load(path)
        except SkillAgentError as error:
            yield Check(CheckResult.FAILED, "graph", str(error), path, "name an existing folder")
            continue
        severities = [finding.severity for finding in (*graph.diagnostics, *findings(graph))]
        errors = severities.count(Severity.ERROR)
        warnings = severities.count(Severity.WARNING)
        what = f"{graph.counts.nodes} nodes, {errors} errors, {warnings} warnings"
        if not graph.counts.nodes:
            remedy = "write a Markdown file there, or name another folder"
            yield Check(CheckResult.FAILED, "graph", "it has no node", path, remedy)
        elif errors:
            yield Check(CheckResult.WARNING, "graph", what, path, f"skillagent check {path}")
        else:
            yield Check(CheckResult.OK, "graph", what, path)
