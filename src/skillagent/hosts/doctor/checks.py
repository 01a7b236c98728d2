"""Checks of one host: its entries, the server that an entry starts, and the host's own list.

`install` and a host's settings only tell "installed" and "enabled". These checks start the server
as the host would, and look at what it shows. All functions take and return values; the command
line prints them.

Above: `run`. Below: `session`, `host_cli`, `install`.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from skillagent.errors import MissingPackageError, UsageError
from skillagent.hosts import install
from skillagent.hosts.doctor import session
from skillagent.hosts.doctor.session import ServerProcess, SessionReport
from skillagent.hosts.host_cli import CliOutput, ServerStatus, entry_status, plugin_status
from skillagent.hosts.launch import Launch, split_graph
from skillagent.hosts.locations import Locations
from skillagent.hosts.registry import Host, Scope

TOOLS = ("list_index", "read_summary", "read_node")
MAX_CHARACTERS = 20_000
"""Length of an answer that every tested host passes on to the model uncut."""
SLOW_START = 10.0
"""Seconds for which Codex waits for a server to start; other hosts wait longer."""


class CheckResult(StrEnum):
    """The result of a check; `doctor` exits with 1 if one failed."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Check:
    """One check and its result."""

    result: CheckResult
    about: str
    """What was checked: the name of a host, or `installation`, `project`, `graph`, `hosts`."""
    what: str
    """What the check showed, in one line."""
    place: str = ""
    """A file, with the line if it is known."""
    remedy: str = ""
    """What to do if the check did not pass."""

    def __str__(self) -> str:
        place = f" [{self.place}]" if self.place else ""
        remedy = f" ({self.remedy})" if self.remedy else ""
        text = f"{self.result:<7} {self.about}: {self.what}{place}{remedy}"
        # Texts from hosts' files may contain any character that ends a line.
        return " ".join(text.splitlines())

    def to_json(self) -> dict[str, str]:
        return {**asdict(self), "result": str(self.result)}


@dataclass(frozen=True, slots=True)
class InstalledEntry:
    """An entry for our server in a host's file."""

    host: Host
    scope: Scope
    name: str
    file: Path
    line: int
    launch: Launch
    disabled: bool

    @property
    def place(self) -> str:
        return install.place_of(self.file, self.line)


def find_entries(
    host: Host, locations: Locations
) -> tuple[tuple[InstalledEntry, ...], tuple[Check, ...]]:
    """Our entries in a host's files, and failed checks for files that cannot be read.

    A missing file is not an error: a host needs none.
    """
    entries: list[InstalledEntry] = []
    checks: list[Check] = []
    for scope in host.files:
        file = host.file(scope, locations)
        try:
            text = install.read_text(file)
            data = install.parse(host, file, text)
        except UsageError as error:
            checks.append(_file_check(host, scope, file, error))
            continue
        if text is not None:
            entries += _entries_in_file(host, scope, locations, text, data)
    return tuple(entries), tuple(checks)


def _file_check(host: Host, scope: Scope, file: Path, error: UsageError) -> Check:
    message = str(error).removeprefix(str(file)).lstrip(":")
    line, _, rest = message.partition(": ")
    has_line = line.isdigit()
    place = install.place_of(file, int(line) if has_line else 0)
    what = f"its {scope} file {rest if has_line else message.strip()}"
    return Check(CheckResult.FAILED, host.name, what, place, "correct the file")


def _entries_in_file(
    host: Host, scope: Scope, locations: Locations, text: str, data: Mapping[str, Any]
) -> Iterator[InstalledEntry]:
    tables = [host.keys]
    if scope is Scope.USER and host.local_keys is not None:
        tables.append(host.local_keys(locations))
    for keys in tables:
        for name, entry in sorted(install.servers(data, keys).items()):
            launch = host.started(entry, locations)
            if launch is not None and launch.starts_skillagent:
                yield InstalledEntry(
                    host=host,
                    scope=scope,
                    name=name,
                    file=host.file(scope, locations),
                    line=install.EDITORS[host.syntax].line(text, (*keys, name)),
                    launch=launch,
                    disabled=host.is_disabled(entry),
                )


def entry_checks(entry: InstalledEntry) -> Iterator[Check]:
    """Check that the entry is there and turned on."""
    yield Check(CheckResult.OK, entry.host.name, f"the entry {entry.name!r} is there", entry.place)
    if entry.disabled:
        yield Check(
            CheckResult.FAILED,
            entry.host.name,
            f"the entry {entry.name!r} is turned off",
            entry.place,
            "turn it on in the entry",
        )


def may_start(entry: InstalledEntry, locations: Locations) -> bool:
    """Whether an entry's process may be started without `--trust`.

    A cloned project may contain an entry that looks like ours and starts any program. So an
    entry of a project's file is started only if it starts this installation.
    """
    return entry.scope is Scope.USER or entry.launch.starts_this_installation(
        locations.project, locations.environ
    )


def not_started_check(entry: InstalledEntry) -> Check:
    """The check for an entry that may not be started."""
    line = " ".join((entry.launch.command, *entry.launch.args))
    return Check(
        CheckResult.WARNING,
        entry.host.name,
        f"not started, because a project's file may name any program: {line}",
        entry.place,
        f"read the entry; then `skillagent doctor {entry.host.name} --trust`",
    )


def resolve_process(
    entry: InstalledEntry, locations: Locations
) -> tuple[ServerProcess | None, Check]:
    """The process that the host would start; None if its program or folder does not exist."""
    host, launch = entry.host, entry.launch
    folder = _start_folder(entry, locations)
    environ = {**host.server_environment(locations.environ, locations.project), **launch.env}
    # `which` accepts a path too, and on POSIX requires that the file is executable.
    command = shutil.which(str(Path(launch.command).expanduser()), path=environ.get("PATH", ""))
    if command is None:
        problem = "is not executable" if Path(launch.command).exists() else "is not there"
        what = f"the command {launch.command!r} {problem}"
        remedy = f"run `skillagent install {host.name}` from the installation that should serve"
        if launch.is_portable:
            remedy = (
                f"let the PATH with which {host.title} starts lead to it, or name this "
                f"installation with `skillagent install {host.name} --scope user`"
            )
        return None, Check(CheckResult.FAILED, host.name, what, entry.place, remedy)
    if not folder.is_dir():
        what = f"its folder {str(folder)!r} is not there"
        remedy = "correct `cwd` in the entry"
        return None, Check(CheckResult.FAILED, host.name, what, entry.place, remedy)
    check = Check(CheckResult.OK, host.name, f"the command {command} can be run")
    return ServerProcess(command, launch.args, environ, folder), check


def _start_folder(entry: InstalledEntry, locations: Locations) -> Path:
    """The folder in which the host starts the server."""
    project = locations.project
    folder = project if entry.host.starts_in_project else Path(project.anchor)
    return folder / entry.launch.cwd if entry.launch.cwd else folder


def session_checks(entry: InstalledEntry, process: ServerProcess) -> Iterator[Check]:
    """Start the server as the host does, and check what it shows."""
    try:
        report = session.probe(process, entry.host.protocol)
    except MissingPackageError as error:
        text, _, remedy = str(error).partition(": ")
        yield Check(CheckResult.FAILED, entry.host.name, text, "", remedy)
        return
    yield from session_results(entry, report)


def session_results(entry: InstalledEntry, report: SessionReport) -> Iterator[Check]:
    """The checks of what a session showed."""
    name, place = entry.host.name, entry.place
    if report.protocol:
        yield Check(CheckResult.OK, name, f"the server speaks MCP {report.protocol}")
        if report.tools or not report.error:
            yield _tools(entry, report)
            yield _speed(name, report.seconds)
    if report.error:
        log = f"; it wrote: {report.stderr}" if report.stderr else ""
        what = f"the server failed at {report.stage}: {report.error}{log}"
        remedy = "run the entry's command by hand to see why"
        yield Check(CheckResult.FAILED, name, what, place, remedy)
    elif report.blocks or report.refusal or session.CALLED_TOOL in report.tools:
        yield _answer(name, report)


def _tools(entry: InstalledEntry, report: SessionReport) -> Check:
    missing = [tool for tool in TOOLS if tool not in report.tools]
    if missing:
        what = f"tools are missing: {', '.join(missing)}"
        remedy = "let the entry start `skillagent serve` of the newest version"
        return Check(CheckResult.FAILED, entry.host.name, what, entry.place, remedy)
    others = len(set(report.tools) - set(TOOLS))
    more = f" and {others} more" if others else ""
    what = f"its tools are there: {', '.join(TOOLS)}{more}"
    return Check(CheckResult.OK, entry.host.name, what)


def _speed(about: str, seconds: float) -> Check:
    what = f"{seconds:.1f} seconds from start to the list of tools"
    if seconds <= SLOW_START:
        return Check(CheckResult.OK, about, what)
    remedy = "serve a smaller graph, or raise the host's start timeout"
    return Check(CheckResult.WARNING, about, what, "", remedy)


def _answer(about: str, report: SessionReport) -> Check:
    if report.refusal:
        what = f"list_index answers with an error: {report.refusal}"
        remedy = "raise --budget in the entry, or run `skillagent list` on the graph"
        return Check(CheckResult.FAILED, about, what, "", remedy)
    if report.blocks != ("text",):
        what = f"list_index answers with {', '.join(report.blocks) or 'nothing'}, not with one text"
        return Check(CheckResult.FAILED, about, what, "", "update skillagent")
    what = f"list_index answers with one text of {report.characters:,} characters"
    if report.characters < MAX_CHARACTERS:
        return Check(CheckResult.OK, about, what)
    remedy = f"a lower --per-call keeps it under {MAX_CHARACTERS:,}"
    return Check(CheckResult.WARNING, about, what, "", remedy)


def cli_checks(entry: InstalledEntry, output: CliOutput | None) -> Iterator[Check]:
    """Check the status of an entry in the host's own list of servers.

    Args:
        entry: the entry.
        output: the host's list; None if its command line is not installed.
    """
    host = entry.host
    if output is None:
        if host.cli_program:
            what = f"`{host.cli_program}` is not on PATH, so the host was not asked"
            yield Check(CheckResult.WARNING, host.name, what, "", f"install {host.title} to ask it")
        return
    line = " ".join((host.cli_program, *host.cli_list_arguments))
    status, text = entry_status(output.text, entry.name)
    if status is ServerStatus.WORKS:
        yield Check(CheckResult.OK, host.name, f"`{line}` says: {text}")
    elif status is ServerStatus.WAITS:
        yield Check(CheckResult.WARNING, host.name, f"`{line}` says: {text}", "", host.next_step)
    elif status is ServerStatus.FAILS:
        remedy = "see the checks above; they start the same command"
        yield Check(CheckResult.FAILED, host.name, f"`{line}` says: {text}", "", remedy)
    elif plugin_status(output.text)[0] is not ServerStatus.MISSING:
        what = f"`{line}` names the server of the plugin and not the entry {entry.name!r}"
        yield Check(CheckResult.WARNING, host.name, what, entry.place, _without(entry))
    else:
        why = output.error or text
        what = f"`{line}` does not name {entry.name!r}" + (f": {why}" if why else "")
        yield Check(CheckResult.FAILED, host.name, what, entry.place, host.next_step)


def plugin_checks(
    host: Host, output: CliOutput | None, entries: Sequence[InstalledEntry]
) -> Iterator[Check]:
    """Check the status of our plugin's server in the host's own list; nothing if it has none.

    Args:
        host: the host.
        output: the host's list; None if its command line is not installed.
        entries: our entries in the host's files, which would start a second server.
    """
    if output is None:
        return
    status, text = plugin_status(output.text)
    if status is ServerStatus.MISSING:
        return
    line = " ".join((host.cli_program, *host.cli_list_arguments))
    what = f"the plugin brings our server: `{line}` says: {text}"
    if status is ServerStatus.WORKS:
        yield Check(CheckResult.OK, host.name, what)
    elif status is ServerStatus.WAITS:
        yield Check(
            CheckResult.WARNING, host.name, what, "", f"allow the plugin's server in {host.title}"
        )
    else:
        remedy = "run the command that the plugin names by hand to see why"
        yield Check(CheckResult.FAILED, host.name, what, "", remedy)
    for entry in entries:
        if entry_status(output.text, entry.name)[0] is not ServerStatus.MISSING:
            twice = f"the entry {entry.name!r} also starts our server, so a model sees it twice"
            yield Check(CheckResult.WARNING, host.name, twice, entry.place, _without(entry))


def _without(entry: InstalledEntry) -> str:
    options = f"--scope {entry.scope} --name {entry.name}"
    return f"skillagent install {entry.host.name} --uninstall {options}"


def graph_folders(entry: InstalledEntry, locations: Locations) -> tuple[str, ...]:
    """The folders of an entry's graphs, as its server would find them."""
    folder = _start_folder(entry, locations)
    return tuple(str(folder / split_graph(graph)[1]) for graph in entry.launch.graphs)
