"""Does a host see the tools? A list of checks, each of which held, half held or failed.

`install` and a host's own settings say "installed" and "enabled"; these checks start the
server as the host would and look. Functions take values and give checks; the command line
only prints them. Below: `session`, `host_cli`, `install`.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from skillagent.errors import MissingPackageError, UsageError
from skillagent.hosts import install
from skillagent.hosts.doctor import session
from skillagent.hosts.doctor.session import Seen, Start
from skillagent.hosts.host_cli import Said, Word, judge, judge_plugin
from skillagent.hosts.launch import Launch, split
from skillagent.hosts.locations import Machine
from skillagent.hosts.registry import Host, Scope

TOOLS = ("list_index", "read_summary", "read_node")
CHARACTERS = 20_000
"""Answers of this length reach the model whole in every host that was tried."""
SLOW = 10.0
"""Seconds after which Codex gives a server up; others wait longer."""


class Result(StrEnum):
    """How a check went; only the last one makes `doctor` exit with 1."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    result: Result
    about: str
    """A host's name, or what else it is about."""
    what: str
    """What was found, one line."""
    place: str = ""
    """A file, with its line where it is known."""
    remedy: str = ""
    """What to do, where it did not hold."""

    def __str__(self) -> str:
        place = f" [{self.place}]" if self.place else ""
        remedy = f" ({self.remedy})" if self.remedy else ""
        text = f"{self.result:<7} {self.about}: {self.what}{place}{remedy}"
        # Every letter at which a reader may begin a new line, for hosts' files hold any of them.
        return " ".join(text.splitlines())

    def to_json(self) -> dict[str, str]:
        return {**asdict(self), "result": str(self.result)}


@dataclass(frozen=True, slots=True)
class Installed:
    """An entry of ours in a host's file."""

    host: Host
    scope: Scope
    name: str
    file: Path
    line: int
    launch: Launch
    disabled: bool

    @property
    def place(self) -> str:
        return install.at(self.file, self.line)


def installed(host: Host, machine: Machine) -> tuple[tuple[Installed, ...], tuple[Check, ...]]:
    """Our entries in a host's files, and what is wrong with the files.

    A file that is not there is no finding: a host needs none.
    """
    entries: list[Installed] = []
    checks: list[Check] = []
    for scope in host.files:
        file = host.file(scope, machine)
        try:
            text = install.read(file)
            data = install.loaded(host, file, text)
        except UsageError as error:
            message = str(error).removeprefix(str(file)).lstrip(":")
            line, _, rest = message.partition(": ")
            place = f"{file}:{line}" if line.isdigit() else str(file)
            what = f"its {scope} file {rest if line.isdigit() else message.strip()}"
            checks.append(Check(Result.FAILED, host.name, what, place, "mend the file"))
            continue
        if text is None:
            continue
        paths = [host.keys]
        if scope is Scope.USER and host.local is not None:
            paths.append(host.local(machine))
        for path in paths:
            for name, entry in sorted(install.table(data, path).items()):
                launch = host.started(entry, machine)
                if launch is not None and launch.is_ours:
                    line_number = install.READERS[host.syntax].line(text, (*path, name))
                    off = host.is_disabled(entry)
                    entries.append(Installed(host, scope, name, file, line_number, launch, off))
    return tuple(entries), tuple(checks)


def entry_checks(entry: Installed) -> Iterator[Check]:
    """The entry itself: that it is there, and turned on."""
    yield Check(Result.OK, entry.host.name, f"the entry {entry.name!r} is there", entry.place)
    if entry.disabled:
        yield Check(
            Result.FAILED,
            entry.host.name,
            f"the entry {entry.name!r} is turned off",
            entry.place,
            "turn it on in the entry",
        )


def may_start(entry: Installed, machine: Machine) -> bool:
    """Whether its process may be started without asking.

    A project that was only cloned may bring an entry that looks like ours and starts anything:
    of a project's file, only what starts this installation is started.
    """
    return entry.scope is Scope.USER or entry.launch.is_here(machine.folder, machine.environ)


def not_started(entry: Installed) -> Check:
    """What is said of an entry that may not be started."""
    line = " ".join((entry.launch.command, *entry.launch.args))
    return Check(
        Result.WARNING,
        entry.host.name,
        f"not started, for a project's file may name any program: {line}",
        entry.place,
        f"look at the entry; then `skillagent doctor {entry.host.name} --trust`",
    )


def start(entry: Installed, machine: Machine) -> tuple[Start | None, Check]:
    """The process that the host would start; None where there is no such program."""
    host, launch = entry.host, entry.launch
    folder = machine.folder if host.in_project else Path(machine.folder.anchor)
    folder = folder / launch.cwd if launch.cwd else folder
    environ = {**host.passes(machine.environ, machine.folder), **launch.env}
    # On POSIX, `which` needs the execute bit; a path is taken as it is.
    command = shutil.which(str(Path(launch.command).expanduser()), path=environ.get("PATH", ""))
    about = host.name
    if command is None:
        there = Path(launch.command).exists()
        what = "is not executable" if there else "is not there"
        remedy = f"run `skillagent install {about}` from the installation that should serve"
        if launch.is_portable:
            remedy = (
                f"let the PATH with which {host.title} starts lead to it, or name this one with "
                f"`skillagent install {about} --scope user`"
            )
        return None, Check(
            Result.FAILED, about, f"the command {launch.command!r} {what}", entry.place, remedy
        )
    if not folder.is_dir():
        what = f"its folder {str(folder)!r} is not there"
        return None, Check(Result.FAILED, about, what, entry.place, "correct `cwd` in the entry")
    found = Check(Result.OK, about, f"the command {command} can be run")
    return Start(command, launch.args, environ, folder), found


def session_checks(entry: Installed, started: Start) -> Iterator[Check]:
    """Start the server as the host does, and judge what it shows."""
    try:
        seen = session.hold(started, entry.host.protocol)
    except MissingPackageError as error:
        text, _, remedy = str(error).partition(": ")
        yield Check(Result.FAILED, entry.host.name, text, "", remedy)
        return
    yield from judged(entry, seen)


def judged(entry: Installed, seen: Seen) -> Iterator[Check]:
    """What a session showed, as checks."""
    about, place = entry.host.name, entry.place
    if seen.protocol:
        yield Check(Result.OK, about, f"the server speaks MCP {seen.protocol}")
    if seen.protocol and not (seen.error and not seen.tools):
        missing = [name for name in TOOLS if name not in seen.tools]
        others = len(set(seen.tools) - set(TOOLS))
        more = f" and {others} more" if others else ""
        if missing:
            yield Check(
                Result.FAILED,
                about,
                f"tools are missing: {', '.join(missing)}",
                place,
                "let the entry start `skillagent serve` of the newest version",
            )
        else:
            yield Check(Result.OK, about, f"its tools are there: {', '.join(TOOLS)}{more}")
        yield _speed(about, seen.seconds)
    if seen.error:
        said = f"; it wrote: {seen.stderr}" if seen.stderr else ""
        what = f"the server failed at {seen.stage}: {seen.error}{said}"
        remedy = "run the entry's command by hand to see why"
        yield Check(Result.FAILED, about, what, place, remedy)
    elif seen.blocks or seen.refused or session.CALLED in seen.tools:
        yield _answer(about, seen)


def _speed(about: str, seconds: float) -> Check:
    what = f"{seconds:.1f} seconds from start to the list of tools"
    if seconds <= SLOW:
        return Check(Result.OK, about, what)
    return Check(
        Result.WARNING, about, what, "", "serve a smaller graph, or raise the host's start timeout"
    )


def _answer(about: str, seen: Seen) -> Check:
    if seen.refused:
        remedy = "raise --budget in the entry, or run `skillagent list` on the graph"
        return Check(
            Result.FAILED, about, f"list_index answers with an error: {seen.refused}", "", remedy
        )
    if seen.blocks != ("text",):
        what = f"list_index answers with {', '.join(seen.blocks) or 'nothing'}, not with one text"
        return Check(Result.FAILED, about, what, "", "update skillagent")
    what = f"list_index answers with one text of {seen.characters:,} characters"
    if seen.characters < CHARACTERS:
        return Check(Result.OK, about, what)
    return Check(
        Result.WARNING, about, what, "", f"a lower --per-call keeps it under {CHARACTERS:,}"
    )


def said_checks(entry: Installed, said: Said | None) -> Iterator[Check]:
    """What the host's own command line says of the entry."""
    host = entry.host
    if said is None:
        if host.program:
            what = f"`{host.program}` is not on PATH, so the host itself was not asked"
            yield Check(Result.WARNING, host.name, what, "", f"install {host.title} to ask it")
        return
    line = " ".join((host.program, *host.listing))
    word, text = judge(said.text, entry.name)
    if word is Word.WORKS:
        yield Check(Result.OK, host.name, f"`{line}` says: {text}")
    elif word is Word.WAITS:
        yield Check(Result.WARNING, host.name, f"`{line}` says: {text}", "", host.after)
    elif word is Word.FAILS:
        remedy = "see the checks above; they start the same command"
        yield Check(Result.FAILED, host.name, f"`{line}` says: {text}", "", remedy)
    elif judge_plugin(said.text)[0] is not Word.MISSING:
        what = f"`{line}` names the server of the plugin and not the entry {entry.name!r}"
        yield Check(Result.WARNING, host.name, what, entry.place, _without(entry))
    else:
        why = said.error or text
        what = f"`{line}` does not name {entry.name!r}" + (f": {why}" if why else "")
        yield Check(Result.FAILED, host.name, what, entry.place, host.after)


def plugin_checks(host: Host, said: Said | None, entries: Sequence[Installed]) -> Iterator[Check]:
    """What the host's own command line says of the server that our plugin brings.

    Nothing where it names none.
    """
    if said is None:
        return
    word, text = judge_plugin(said.text)
    if word is Word.MISSING:
        return
    what = f"the plugin brings our server: `{' '.join((host.program, *host.listing))}` says: {text}"
    if word is Word.WORKS:
        yield Check(Result.OK, host.name, what)
    elif word is Word.WAITS:
        yield Check(
            Result.WARNING, host.name, what, "", f"allow the plugin's server in {host.title}"
        )
    else:
        remedy = "run the command that the plugin names by hand to see why"
        yield Check(Result.FAILED, host.name, what, "", remedy)
    for entry in entries:
        if judge(said.text, entry.name)[0] is not Word.MISSING:
            twice = f"the entry {entry.name!r} starts our server too, so a model sees it twice"
            yield Check(Result.WARNING, host.name, twice, entry.place, _without(entry))


def _without(entry: Installed) -> str:
    which = f"--scope {entry.scope} --name {entry.name}"
    return f"skillagent install {entry.host.name} --uninstall {which}"


def graphs_of(entry: Installed, machine: Machine) -> tuple[str, ...]:
    """Folders of the graphs that an entry names, as the server would find them."""
    folder = machine.folder if entry.host.in_project else Path(machine.folder.anchor)
    folder = folder / entry.launch.cwd if entry.launch.cwd else folder
    return tuple(str(folder / split(graph)[1]) for graph in entry.launch.graphs)
