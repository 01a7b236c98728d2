"""Templates of graphs: folders that contain a whole graph, from which new ones are made.

    template.toml    summary = "one line for the list of templates"
    graph/           the graph: SKILL.md, maps, nodes, .skillagentignore, evals/suite.yaml
    ci/github.yml    a workflow of GitHub Actions, instead of the one that all templates share

Nothing in `graph/` is a placeholder, so `skillagent check` and `skillagent eval` work on it in its
place. Above: `scaffold`, `cli`. Below: `entry`, `files`.
"""

from __future__ import annotations

import importlib.resources
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from skillagent.authoring.entry import ENTRY
from skillagent.errors import UsageError
from skillagent.files.regular import read_regular

MANIFEST = "template.toml"
GRAPH = "graph"
WORKFLOW = "ci/github.yml"
SHARED_WORKFLOW = "github.yml"
"""The workflow of all bundled templates, in the folder that they are in."""
LIMIT = 64_000_000
"""Maximum size of all files of a template together, in bytes."""
KEPT = frozenset((".gitignore", ".skillagentignore"))
"""Hidden files that belong to a graph; a copy leaves all others out."""


@dataclass(frozen=True, slots=True)
class Template:
    """A template that was read."""

    folder: Path
    files: Mapping[str, bytes]
    """Path in the graph → content; one of them is the entry."""
    workflow: str
    """A workflow in which `{graph}` is the place of the graph's path."""


class _Manifest(BaseModel):
    """The content of `template.toml`."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    summary: str = Field(min_length=1, pattern=r"^[^\n\r]*\S[^\n\r]*$")


def bundled_templates() -> dict[str, str]:
    """Name → summary of each template that comes with the package, `blank` last."""
    names = [folder.name for folder in _bundled().iterdir() if (folder / MANIFEST).is_file()]
    names.sort(key=lambda name: (name == "blank", name))
    return {name: _summary(_bundled() / name) for name in names}


def read_template(name: str) -> Template:
    """Read a template.

    Args:
        name: name of a bundled template, or path of a folder.

    Raises:
        UsageError: there is no such template, or the folder is not one that can be used.
    """
    bundled = bundled_templates()
    folder = _bundled() / name if name in bundled else Path(name)
    if not folder.is_dir():
        raise UsageError(
            f"there is no template {name!r}: name one of {', '.join(bundled)}, or a folder"
        )
    _summary(folder)
    own = folder / WORKFLOW
    workflow = _text(own if own.is_file() else _bundled() / SHARED_WORKFLOW)
    files = dict(_files(folder / GRAPH))
    if ENTRY not in files:
        raise UsageError(f"{folder / GRAPH / ENTRY}: is missing; a template contains a whole graph")
    return Template(folder, files, workflow)


def _bundled() -> Path:
    return Path(str(importlib.resources.files("skillagent") / "templates"))


def _summary(folder: Path) -> str:
    """The summary of a template, which also proves that the folder is one."""
    file = folder / MANIFEST
    try:
        return _Manifest.model_validate(tomllib.loads(_text(file))).summary
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{file}: is not TOML: {error}") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(map(str, first["loc"]))
        raise UsageError(f'{file}: {key}: {first["msg"]}; write summary = "one line"') from None


def _text(file: Path) -> str:
    try:
        return _content(file, LIMIT).decode()
    except UnicodeDecodeError:
        raise UsageError(f"{file}: is not UTF-8") from None


def _files(graph: Path) -> Iterator[tuple[str, bytes]]:
    """Path and content of each file of a template's graph, in sorted order.

    A symbolic link is refused: a template that somebody only downloaded must not copy other files
    of the machine into a project.
    """
    left = LIMIT
    for top, folders, names in os.walk(graph):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        linked = [name for name in folders if os.path.islink(os.path.join(top, name))]
        for name in (*linked, *sorted(names)):
            if name.startswith(".") and name not in KEPT:
                continue
            path = Path(top, name)
            data = _content(path, left)
            left -= len(data)
            yield _utf8(path.relative_to(graph).as_posix(), graph), data


def _utf8(path: str, graph: Path) -> str:
    if any("\ud800" <= char <= "\udfff" for char in path):
        raise UsageError(f"{graph}: the name of {path!r} is not UTF-8; rename it")
    return path


def _content(file: Path, limit: int) -> bytes:
    try:
        return read_regular(file, limit, follow=False)
    except OSError as error:
        raise UsageError(f"{file}: the template cannot be read: {error.strerror}") from None
