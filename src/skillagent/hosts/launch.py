"""How a host starts our server: the command line that `install` writes and `doctor` runs."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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

    def is_here(self, folder: Path) -> bool:
        """Whether it starts this very installation, and nothing that a folder could slip in.

        Args:
            folder: where it is started.
        """
        here = this_installation()
        slips = here[1:] and any((folder / name).exists() for name in (PROGRAM, f"{PROGRAM}.py"))
        same = (self.command, *self.args)[: len(here) + 1] == (*here, SERVE)
        return same and not slips and not self.env and self.cwd is None

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
    command, *args = (*this_installation(executable), SERVE)
    args += [absolute(graph, folder) for graph in graphs]
    if budget is not None:
        args += ["--budget", str(budget)]
    return Launch(command, tuple(args))


def absolute(graph: str, folder: Path) -> str:
    """A `[NAME=]FOLDER` with its folder made absolute.

    Raises:
        UsageError: there is no such folder.
    """
    name, path = split(graph)
    whole = (folder / Path(path).expanduser()).resolve()
    if not whole.is_dir():
        raise UsageError(f"{path}: no such folder; name one that holds a graph")
    return f"{name}={whole}" if name else str(whole)


def split(graph: str) -> tuple[str, str]:
    """Name, empty if none is given, and folder of a `[NAME=]FOLDER`."""
    name, equals, path = graph.partition("=")
    # A folder may have `=` in its name; a name has no separator.
    if not equals or "/" in name or "\\" in name or Path(graph).is_dir():
        return "", graph
    return name, path
