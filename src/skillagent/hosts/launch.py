"""The command line with which a host starts our server: `install` writes it, `doctor` runs it."""

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
    """The executable: a path, or a name to look up in PATH."""
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    """Environment variables added to those that the host passes on."""
    cwd: str | None = None
    """Folder to start in; None for the host's default."""

    @property
    def starts_skillagent(self) -> bool:
        """Whether it starts `skillagent serve`, of this installation or another one.

        Only the command line tells it. A key that marks an entry as ours would be simpler, but
        strict hosts refuse unknown keys.
        """
        if self.args[:3] == ("-m", PROGRAM, SERVE):
            return True
        # A Windows path accepts both kinds of slash, so it also splits POSIX paths.
        return PureWindowsPath(self.command).stem == PROGRAM and self.args[:1] == (SERVE,)

    @property
    def is_portable(self) -> bool:
        """Whether it names the program without a path, as a shared entry does."""
        return self.command == PROGRAM

    def starts_this_installation(self, folder: Path, environ: Mapping[str, str]) -> bool:
        """Whether it starts this installation, and no other program that a folder could supply.

        Args:
            folder: the folder in which it is started.
            environ: the environment with which it is started; a bare name is looked up in PATH.
        """
        own_command = this_installation()
        is_module = len(own_command) > 1
        command = self.command
        if self.is_portable and not is_module:
            program = shutil.which(PROGRAM, path=environ.get("PATH", ""))
            is_same = program is not None and os.path.samefile(program, own_command[0])
            command = own_command[0] if is_same else ""
        # `python -m skillagent` would import a module of that name from the folder.
        is_shadowed = is_module and any(
            (folder / name).exists() for name in (PROGRAM, f"{PROGRAM}.py")
        )
        expected = (*own_command, SERVE)
        is_own = (command, *self.args)[: len(expected)] == expected
        return is_own and not is_shadowed and not self.env and self.cwd is None

    def expanded(self, expand: Callable[[str], str]) -> Launch:
        """The same process with variables expanded in all its texts.

        Args:
            expand: expands the variables in one text.
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
        arguments = self.args[self.args.index(SERVE) + 1 :] if SERVE in self.args else ()
        graphs: list[str] = []
        is_value = False
        for argument in arguments:
            if is_value:
                is_value = False
            elif argument.startswith("--"):
                is_value = "=" not in argument and argument not in _FLAGS
            else:
                graphs.append(argument)
        return tuple(graphs)


_FLAGS = frozenset({"--strict", "--no-watch", "--http"})
"""Options of `serve` without a value."""


def this_installation(executable: str | None = None) -> tuple[str, ...]:
    """The command, with an absolute path, that runs this installation.

    Args:
        executable: path of the Python interpreter; None for the running one.
    """
    python = Path(executable or sys.executable)
    # Not resolved: the interpreter of a virtual environment is a link to one outside it.
    for name in (PROGRAM, f"{PROGRAM}.exe"):
        program = python.with_name(name)
        if program.is_file():
            return (str(program),)
    return (str(python), "-m", PROGRAM)


def user_launch(
    graphs: Sequence[str],
    budget: int | None,
    folder: Path,
    executable: str | None = None,
) -> Launch:
    """The process for a user's own entry: all its paths are absolute.

    Args:
        graphs: a `[NAME=]FOLDER` each; empty to let `skillagent serve` choose.
        budget: tokens of a session; None for the server's default.
        folder: the folder that relative paths begin at.
        executable: see `this_installation`.

    Raises:
        UsageError: a graph is not a folder.
    """
    paths = [_absolute_graph(graph, folder) for graph in graphs]
    return _launch(this_installation(executable), paths, budget)


def portable_launch(
    graphs: Sequence[str], budget: int | None, folder: Path, project_variable: str
) -> Launch:
    """The process for an entry that people share with a project.

    It contains no path of this machine: the program is looked up in PATH, and the paths of
    graphs begin at the project's folder.

    Args:
        graphs: see `user_launch`.
        budget: see `user_launch`.
        folder: the project.
        project_variable: variable for that folder in the host's file; empty if servers start
            in that folder.

    Raises:
        UsageError: a graph is not a folder, or is outside the project.
    """
    paths = [_project_graph(graph, folder, project_variable) for graph in graphs]
    return _launch((PROGRAM,), paths, budget)


def _launch(program: tuple[str, ...], graphs: Sequence[str], budget: int | None) -> Launch:
    options = () if budget is None else ("--budget", str(budget))
    return Launch(program[0], (*program[1:], SERVE, *graphs, *options))


def _absolute_graph(graph: str, folder: Path) -> str:
    name, path = split_graph(graph)
    return _joined(name, str(_existing_folder(path, folder).resolve()))


def _project_graph(graph: str, folder: Path, project_variable: str) -> str:
    name, path = split_graph(graph)
    written = Path(os.path.normpath(_existing_folder(path, folder)))
    # The path as written comes first: a link inside the project works for everyone who has the
    # project, while its target may be outside.
    for inner, outer in ((written, folder), (written.resolve(), folder.resolve())):
        if inner.is_relative_to(outer):
            relative = inner.relative_to(outer).as_posix()
            return _joined(name, _project_path(relative, name, project_variable))
    raise UsageError(
        f"{path}: lies outside the project, whose file other people share; use --scope user"
    )


def _project_path(relative: str, name: str, project_variable: str) -> str:
    """The path of a folder in the project, as an entry writes it."""
    if project_variable:
        return project_variable if relative == "." else f"{project_variable}/{relative}"
    # Without `./`, it would be read as an option, or as a name and a folder.
    needs_dot = relative.startswith("-") or ("=" in relative and not name)
    return f"./{relative}" if needs_dot else relative


def _existing_folder(path: str, folder: Path) -> Path:
    absolute = folder / Path(path).expanduser()
    if not absolute.is_dir():
        raise UsageError(f"{path}: no such folder; name one that contains a graph")
    return absolute


def _joined(name: str, path: str) -> str:
    return f"{name}={path}" if name else path


def split_graph(graph: str) -> tuple[str, str]:
    """The name of a `[NAME=]FOLDER`, or an empty string if it has none, and its folder."""
    name, equals, path = graph.partition("=")
    # The name of a folder may contain `=`. A graph's name contains no slash.
    if not equals or "/" in name or "\\" in name or Path(graph).is_dir():
        return "", graph
    return name, path
