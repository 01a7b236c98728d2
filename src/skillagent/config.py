"""The configuration of a project: `skillagent.toml`, or `[tool.skillagent]` in pyproject.toml.

    graphs = ["knowledge", "laws=docs/laws"]
    budget = 8000
    record = "runs"
    semantic = true
    untrusted = ["laws"]

    [check]
    strict = true
    ignore = ["SG313"]
    per-file-ignores = { "knowledge/old/" = ["SG306"] }

Servers, hooks and plugins read only the folders that are declared here.
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
"""Maximum size of the file, in bytes."""


@dataclass(frozen=True, slots=True)
class CheckConfig:
    """What `skillagent check` looks for in the graphs of a project."""

    strict: bool = False
    """Whether every rule applies, and warnings fail, too."""
    select: tuple[str, ...] = ()
    """Codes, or beginnings of codes, that are looked for; empty for the default."""
    ignore: tuple[str, ...] = ()
    """Codes, or beginnings of codes, that are not reported."""
    per_file: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Patterns of files, as in `.gitignore`, and the codes that are not reported there."""
    profile: str | None = None
    """A format whose rules apply, too."""


@dataclass(frozen=True, slots=True)
class Config:
    """The configuration of a project, with absolute paths."""

    file: Path
    """The file that contains the configuration."""
    graphs: tuple[tuple[str, Path], ...]
    """Name and folder of each root; the name is empty if the file gives none. Empty if the file
    only says how graphs are checked."""
    budget: int | None = None
    """Tokens of one session; None means the default."""
    record: Path | None = None
    """Folder in which every session is recorded; None for no records."""
    semantic: bool = False
    """Whether the graphs are searched by meaning, too."""
    untrusted: tuple[str, ...] = ()
    """Names of the roots whose texts are marked as data, not instructions."""
    check: CheckConfig = CheckConfig()

    @property
    def roots(self) -> tuple[str, ...]:
        """The roots as `SkillGraph.load` takes them."""
        return tuple(f"{name}={path}" if name else str(path) for name, path in self.graphs)

    def holds(self, path: Path) -> bool:
        """Whether a file is inside one of the declared graphs."""
        resolved = path.resolve()
        return any(resolved.is_relative_to(folder) for _, folder in self.graphs)


def find(start: Path) -> Config | None:
    """The configuration that applies in a folder.

    It is in the folder itself or in the nearest folder above that has one; folders above the top
    of the repository are not searched.

    Args:
        start: the folder in which the search begins.

    Returns:
        None if there is no configuration.

    Raises:
        UsageError: the configuration cannot be read, is no regular file or has wrong values, or
            a graph is outside the project.
    """
    folder = start.resolve()
    for candidate in (folder, *folder.parents):
        if (config := _read(candidate)) is not None:
            return config
        if (candidate / ".git").exists():
            return None
    return None


def above(path: Path, start: Path) -> Path | None:
    """Look for a folder by its relative path in the folders above, up to the repository's top.

    A host starts a server in the folder of a session. That can be below the folder for which the
    path of the graph was written into the host's file.

    Args:
        path: path of the folder.
        start: the folder that `path` was relative to.

    Returns:
        The folder. None if `start` contains it, if no folder above does, or if `path` is
        absolute or leads upwards.
    """
    if path.is_absolute() or ".." in path.parts or (start / path).is_dir():
        return None
    folder = start.resolve()
    candidates = (folder, *folder.parents)
    tops = [number for number, parent in enumerate(candidates) if (parent / ".git").exists()]
    inside = candidates[1 : tops[0] + 1] if tops else ()
    return next((parent / path for parent in inside if (parent / path).is_dir()), None)


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
        return tomllib.loads(read_regular(file, LIMIT).decode("utf-8-sig"))
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise UsageError(f"{file}: is not TOML: {error}") from None


def _config(file: Path, values: object) -> Config:
    from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
    from pydantic_core import PydanticCustomError

    class Check(BaseModel):
        model_config = ConfigDict(extra="forbid", strict=True, alias_generator=_hyphened)

        strict: bool = False
        select: list[str] = []
        ignore: list[str] = []
        per_file_ignores: dict[str, list[str]] = {}
        profile: str | None = None

    class Declaration(BaseModel):
        model_config = ConfigDict(extra="forbid", strict=True)

        graphs: list[str] = Field([], min_length=1)
        budget: int | None = Field(None, ge=0)
        record: str | None = Field(None, min_length=1)
        semantic: bool = False
        untrusted: list[str] = []
        check: Check = Check()

        @model_validator(mode="after")
        def declares(self) -> Declaration:
            if not self.graphs and self.model_fields_set != {"check"}:
                raise PydanticCustomError("no_graphs", "graphs is missing")
            return self

    try:
        declaration = Declaration.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the declaration"
        example = (
            'write ignore = ["SG313"], and perhaps strict = true'
            if first["loc"][:1] == ("check",)
            else 'write graphs = ["folder"], and perhaps budget = 8000 and record = "runs"'
        )
        raise UsageError(f"{file}: {place}: {first['msg']}; {example}") from None
    graphs = tuple(_graph(file, text) for text in declaration.graphs)
    record = _inside(file, declaration.record) if declaration.record else None
    check = declaration.check
    return Config(
        file,
        graphs,
        declaration.budget,
        record,
        declaration.semantic,
        tuple(declaration.untrusted),
        CheckConfig(
            check.strict,
            tuple(check.select),
            tuple(check.ignore),
            tuple((name, tuple(codes)) for name, codes in check.per_file_ignores.items()),
            check.profile,
        ),
    )


def _hyphened(name: str) -> str:
    return name.replace("_", "-")


def _graph(file: Path, text: str) -> tuple[str, Path]:
    name, equals, path = text.partition("=")
    if not equals:
        name, path = "", text
    return name, _inside(file, path, text)


def _inside(file: Path, path: str, text: str = "") -> Path:
    """A declared folder, which must be inside the project.

    A project that somebody only cloned must neither disclose nor write files of the rest of the
    machine.
    """
    folder = (file.parent / path).resolve()
    if not folder.is_relative_to(file.parent.resolve()):
        declared = text or path
        raise UsageError(
            f"{file}: {declared!r} lies outside the project; name it on the command line"
        )
    return folder
