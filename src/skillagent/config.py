"""What a project declares about its graphs: `skillagent.toml`, or `[tool.skillagent]`.

    graphs = ["knowledge", "laws=docs/laws"]
    budget = 8000

Servers, hooks and plugins touch the declared folders and nothing else.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skillagent.errors import UsageError
from skillagent.files.regular import read_regular

FILE = "skillagent.toml"
LIMIT = 4_000_000
"""Bytes that a declaration's file may have."""


@dataclass(frozen=True, slots=True)
class Config:
    """A project's declaration, with absolute paths."""

    file: Path
    """Where it is written."""
    graphs: tuple[tuple[str, Path], ...]
    """Name, empty where none is given, and folder of each root."""
    budget: int | None = None
    """Tokens of one session; None for the default."""

    @property
    def roots(self) -> tuple[str, ...]:
        """The roots as `SkillGraph.load` takes them."""
        return tuple(f"{name}={path}" if name else str(path) for name, path in self.graphs)

    def holds(self, path: Path) -> bool:
        """Whether a file lies in a declared graph."""
        whole = path.resolve()
        return any(whole.is_relative_to(folder) for _, folder in self.graphs)


def find(start: Path) -> Config | None:
    """The nearest declaration, in a folder or above it, up to the repository's top.

    Args:
        start: a folder.

    Raises:
        UsageError: a declaration that cannot be read or is no regular file, or a graph outside
            its project.
    """
    folder = start.resolve()
    for place in (folder, *folder.parents):
        if (found := _read(place)) is not None:
            return found
        if (place / ".git").exists():
            return None
    return None


def above(path: Path, start: Path) -> Path | None:
    """The folder that a relative path means in a folder above, within the repository.

    Hosts start a server in the folder of a session, which may lie below the one whose file names
    the server's graphs.

    Args:
        path: of a folder.
        start: where it was looked for.

    Returns:
        None where the path needs no search: it is there, or is nowhere above, or leads upward.
    """
    if path.is_absolute() or ".." in path.parts or (start / path).is_dir():
        return None
    folder = start.resolve()
    places = (folder, *folder.parents)
    tops = [number for number, place in enumerate(places) if (place / ".git").exists()]
    inside = places[1 : tops[0] + 1] if tops else ()
    return next((place / path for place in inside if (place / path).is_dir()), None)


def _read(folder: Path) -> Config | None:
    file = folder / FILE
    if file.exists():
        return _config(file, _toml(file))
    project = folder / "pyproject.toml"
    if project.exists():
        tool = _toml(project).get("tool")
        if isinstance(tool, dict) and "skillagent" in tool:
            return _config(project, tool["skillagent"])
    return None


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(read_regular(file, LIMIT).decode("utf-8"))
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise UsageError(f"{file}: is not TOML: {error}") from None


def _config(file: Path, given: object) -> Config:
    from pydantic import BaseModel, ConfigDict, Field, ValidationError

    class Declared(BaseModel):
        model_config = ConfigDict(extra="forbid", strict=True)

        graphs: list[str] = Field(min_length=1)
        budget: int | None = Field(None, ge=0)

    try:
        declared = Declared.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the declaration"
        raise UsageError(
            f'{file}: {place}: {first["msg"]}; write graphs = ["folder"] and perhaps budget = 8000'
        ) from None
    graphs = tuple(_graph(file, text) for text in declared.graphs)
    return Config(file, graphs, declared.budget)


def _graph(file: Path, text: str) -> tuple[str, Path]:
    name, equals, path = text.partition("=")
    if not equals:
        name, path = "", text
    folder = (file.parent / path).resolve()
    # A project that was only cloned must not be able to show the rest of the machine.
    if not folder.is_relative_to(file.parent.resolve()):
        raise UsageError(f"{file}: {text!r} lies outside the project; name it on the command line")
    return name, folder
