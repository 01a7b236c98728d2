"""All the checks of one call of `doctor`, in order: this machine, then graphs, then hosts."""

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
    Installed,
    Result,
    entry_checks,
    graphs_of,
    installed,
    may_start,
    not_started,
    plugin_checks,
    said_checks,
    session_checks,
    start,
)
from skillagent.hosts.locations import Machine
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
"""Extras that a user chooses, and the modules by which each is known to be there."""


def examine(
    machine: Machine,
    hosts: Sequence[Host] = (),
    graphs: Sequence[str] = (),
    *,
    trusted: bool = False,
) -> Iterator[Check]:
    """Every check; those that take long come as they are made.

    Args:
        machine: where to look.
        hosts: which hosts; without any, those that have a server of ours, from an entry or a
            plugin.
        graphs: folders to read, besides those that are declared or served.
        trusted: start whatever the project's files name.
    """
    yield from here()
    read: set[str] = set()
    yield from declared(machine.folder, read)
    for graph in graphs:
        yield from graph_checks((str(machine.folder / graph),), read)
    any_server = False
    for host in hosts or HOSTS.values():
        has_server = yield from _host(host, machine, read, trusted, named=bool(hosts))
        any_server = any_server or has_server
    if not (hosts or any_server):
        remedy = f"skillagent install HOST, with one of {', '.join(HOSTS)}"
        yield Check(Result.WARNING, "hosts", "none has an entry of ours", "", remedy)


def _host(
    host: Host, machine: Machine, read: set[str], trusted: bool, *, named: bool
) -> Generator[Check, None, bool]:
    """The checks of one host; returned is whether it has a server of ours, working or not."""
    entries, broken = installed(host, machine)
    yield from broken
    for entry in entries:
        yield from _entry(entry, machine, read, trusted)
    by_plugin: list[Check] = []
    if trusted or host.guards:
        # Last, for it takes the longest.
        said = host_cli.ask(host, machine.environ, machine.folder)
        for entry in entries:
            yield from said_checks(entry, said)
        by_plugin = list(plugin_checks(host, said, entries))
        yield from by_plugin
    elif entries:
        what = f"`{host.program}` was not asked: it starts all that the project's file names"
        remedy = f"skillagent doctor {host.name} --trust"
        yield Check(Result.WARNING, host.name, what, "", remedy)
    if named and not (entries or broken or by_plugin):
        scopes = " or ".join(str(host.file(scope, machine)) for scope in host.files)
        remedy = f"skillagent install {host.name}"
        yield Check(Result.FAILED, host.name, "no entry of ours is there", scopes, remedy)
    return bool(entries or by_plugin)


def _entry(entry: Installed, machine: Machine, read: set[str], trusted: bool) -> Iterator[Check]:
    yield from entry_checks(entry)
    if not (trusted or may_start(entry, machine)):
        yield not_started(entry)
        return
    started, check = start(entry, machine)
    yield check
    if started is not None:
        yield from session_checks(entry, started)
    yield from graph_checks(graphs_of(entry, machine), read)


def here(version: tuple[int, ...] = sys.version_info[:3]) -> Iterator[Check]:
    """This installation: Python, and the packages that are optional."""
    shown = ".".join(map(str, version))
    if tuple(version[:2]) >= OLDEST:
        what = f"skillagent {__version__} on Python {shown}"
        yield Check(Result.OK, "installation", what, sys.executable)
    else:
        oldest = ".".join(map(str, OLDEST))
        remedy = f"make an environment with Python {oldest} or newer"
        yield Check(Result.FAILED, "installation", f"Python {shown} is too old", "", remedy)
    lacking = {extra: _lacking(modules) for extra, modules in EXTRAS.items()}
    there = [extra for extra in EXTRAS if not lacking[extra]]
    yield Check(Result.OK, "installation", f"extras: {', '.join(there) or 'none'}")
    if lacking["mcp"]:
        what = f"packages of the server are missing: {', '.join(lacking['mcp'])}"
        yield Check(Result.FAILED, "installation", what, "", adding("mcp"))


def _lacking(modules: Iterable[str]) -> list[str]:
    return [name for name in modules if importlib.util.find_spec(name) is None]


def declared(folder: Path, read: set[str]) -> Iterator[Check]:
    """What the project declares, and whether it can be read.

    Args:
        folder: the project.
        read: graphs that were read already; those read here are added.
    """
    try:
        found = config.find(folder)
    except SkillAgentError as error:
        yield Check(Result.FAILED, "project", str(error), "", "correct the declaration")
        return
    if found is None:
        what = "no graph is declared; a server without a graph serves the user guide"
        yield Check(Result.OK, "project", what, str(folder))
        return
    count = len(found.graphs)
    what = f"{count} {'graph is' if count == 1 else 'graphs are'} declared"
    yield Check(Result.OK, "project", what, str(found.file))
    yield from graph_checks([str(path) for _, path in found.graphs], read)


def graph_checks(folders: Iterable[str], read: set[str]) -> Iterator[Check]:
    """Graphs: nodes, and how many findings there are.

    Args:
        folders: of the graphs.
        read: graphs that were read already; those read here are added.
    """
    for folder in folders:
        whole = str(Path(folder).resolve())
        if whole in read:
            continue
        read.add(whole)
        try:
            graph = SkillGraph.load(whole)
        except SkillAgentError as error:
            yield Check(Result.FAILED, "graph", str(error), whole, "name a folder that is there")
            continue
        found = (*graph.diagnostics, *findings(graph))
        errors = sum(one.severity is Severity.ERROR for one in found)
        warnings = sum(one.severity is Severity.WARNING for one in found)
        what = f"{graph.counts.nodes} nodes, {errors} errors, {warnings} warnings"
        if not graph.counts.nodes:
            remedy = "write a Markdown file there, or name another folder"
            yield Check(Result.FAILED, "graph", "it has no node", whole, remedy)
        elif errors:
            yield Check(Result.WARNING, "graph", what, whole, f"skillagent check {whole}")
        else:
            yield Check(Result.OK, "graph", what, whole)
