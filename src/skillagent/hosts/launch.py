"""How a host starts our server: the command line that `install` writes and `doctor` runs."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PureWindowsPath

from skillagent.errors import UsageError

PROGRAM = "skillagent"
SERVE = "serve"


@dataclass(frozen=True, slots=True)
class Launch:
    """A process as a host's configuration describes it."""

    command: str
    """The executable: a path, or a name that is looked up in PATH."""
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    """Variables added to those that the host passes on."""
    cwd: str | None = None
    """Folder to start in; None for the host's own choice."""

    @property
    def is_ours(self) -> bool:
        """Whether it starts `skillagent serve`, of this installation or another.

        Told from the command line alone: hosts that are strict about their entries would
        refuse a key that marks one as ours.
        """
        if self.args[:3] == ("-m", PROGRAM, SERVE):
            return True
        # Both kinds of slash separate in a Windows path, so it reads every path.
        return PureWindowsPath(self.command).stem == PROGRAM and self.args[:1] == (SERVE,)

    @property
    def is_portable(self) -> bool:
        """Whether it names the program without its place, as an entry that people share does."""
        return self.command == PROGRAM

    def is_here(self, folder: Path, environ: Mapping[str, str]) -> bool:
        """Whether it starts this very installation, and nothing that a folder could slip in.

        Args:
            folder: where it is started.
            environ: variables with which it is started; a bare name is looked up in PATH.
        """
        here = this_installation()
        if self.is_portable and not here[1:]:
            program = shutil.which(PROGRAM, path=environ.get("PATH", ""))
            command = here[0] if program and os.path.samefile(program, here[0]) else ""
        else:
            command = self.command
        slips = here[1:] and any((folder / name).exists() for name in (PROGRAM, f"{PROGRAM}.py"))
        same = (command, *self.args)[: len(here) + 1] == (*here, SERVE)
        return same and not slips and not self.env and self.cwd is None

    def expanded(self, expand: Callable[[str], str]) -> Launch:
        """The same with the variables of a host's file replaced.

        Args:
            expand: the text that stands for a text with variables.
        """
        return replace(
            self,
            command=expand(self.command),
            args=tuple(map(expand, self.args)),
            env={name: expand(value) for name, value in self.env.items()},
            cwd=None if self.cwd is None else expand(self.cwd),
        )

    @property
    def graphs(self) -> tuple[str, ...]:
        """The `[NAME=]GRAPH` arguments of `skillagent serve`, as written."""
        rest = self.args[self.args.index(SERVE) + 1 :] if SERVE in self.args else ()
        found: list[str] = []
        takes_value = False
        for argument in rest:
            if takes_value:
                takes_value = False
            elif argument.startswith("--"):
                takes_value = "=" not in argument and argument not in _FLAGS
            else:
                found.append(argument)
        return tuple(found)


_FLAGS = frozenset({"--strict", "--no-watch", "--http"})
"""Options of `serve` without a value."""


def this_installation(executable: str | None = None) -> tuple[str, ...]:
    """The absolute command that runs this very installation.

    Args:
        executable: the Python interpreter; None for the running one.
    """
    python = Path(executable or sys.executable)
    # Not resolved: an interpreter of a virtual environment is a link out of it.
    for name in (PROGRAM, f"{PROGRAM}.exe"):
        program = python.with_name(name)
        if program.is_file():
            return (str(program),)
    return (str(python), "-m", PROGRAM)


def launch(
    graphs: Sequence[str],
    budget: int | None,
    folder: Path,
    executable: str | None = None,
) -> Launch:
    """The server over some graphs, as an entry starts it.

    Args:
        graphs: `[NAME=]FOLDER` each; none to leave the choice to `skillagent serve`.
        budget: tokens of a session; None for the server's default.
        folder: what relative folders are relative to.
        executable: see `this_installation`.

    Raises:
        UsageError: a graph is no folder.
    """
    return _launch(
        this_installation(executable), [absolute(graph, folder) for graph in graphs], budget
    )


def portable(graphs: Sequence[str], budget: int | None, folder: Path, project: str) -> Launch:
    """The server over some graphs, as an entry starts it that people share with the project.

    It holds no path of this machine: the program is looked up in PATH, and graphs are named
    from the project's folder.

    Args:
        graphs: see `launch`.
        budget: see `launch`.
        folder: the project.
        project: what stands for that folder in the host's file; empty if servers start there.

    Raises:
        UsageError: a graph is no folder, or lies outside the project.
    """
    named = [_within(graph, folder, project) for graph in graphs]
    return _launch((PROGRAM,), named, budget)


def _launch(program: tuple[str, ...], graphs: Sequence[str], budget: int | None) -> Launch:
    limit = () if budget is None else ("--budget", str(budget))
    return Launch(program[0], (*program[1:], SERVE, *graphs, *limit))


def absolute(graph: str, folder: Path) -> str:
    """A `[NAME=]FOLDER` with its folder made absolute.

    Raises:
        UsageError: there is no such folder.
    """
    name, path = split(graph)
    return _joined(name, str(_folder(path, folder).resolve()))


def _within(graph: str, folder: Path, project: str) -> str:
    name, path = split(graph)
    whole = Path(os.path.normpath(_folder(path, folder)))
    # A link in the project is as good there for everyone; one that leads to it is not.
    for place, top in ((whole, folder), (whole.resolve(), folder.resolve())):
        if place.is_relative_to(top):
            return _joined(name, _named(place.relative_to(top).as_posix(), name, project))
    raise UsageError(
        f"{path}: lies outside the project, whose file other people share; use --scope user"
    )


def _named(inner: str, name: str, project: str) -> str:
    """A folder of the project as the entry names it."""
    if project:
        return project if inner == "." else f"{project}/{inner}"
    # It must be taken neither for an option nor for a name and a folder.
    return f"./{inner}" if inner.startswith("-") or ("=" in inner and not name) else inner


def _folder(path: str, folder: Path) -> Path:
    whole = folder / Path(path).expanduser()
    if not whole.is_dir():
        raise UsageError(f"{path}: no such folder; name one that holds a graph")
    return whole


def _joined(name: str, path: str) -> str:
    return f"{name}={path}" if name else path


def split(graph: str) -> tuple[str, str]:
    """Name, empty if none is given, and folder of a `[NAME=]FOLDER`."""
    name, equals, path = graph.partition("=")
    # A folder may have `=` in its name; a name has no separator.
    if not equals or "/" in name or "\\" in name or Path(graph).is_dir():
        return "", graph
    return name, path
