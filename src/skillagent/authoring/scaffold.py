"""Creates a graph: an entry that is a valid Agent Skill, one file for each map, a declaration."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from skillagent.authoring.entry import ENTRY, checked_description, entry_text, skill_name
from skillagent.authoring.importing import refuse_filled
from skillagent.authoring.link_writer import beside, file_name, one_line
from skillagent.authoring.sections import FreeNames, header
from skillagent.config import FILE, find
from skillagent.errors import UsageError
from skillagent.files.changes import Changes, FileChange, changes_of


def new_graph(
    folder: Path, name: str | None, description: str, maps: Sequence[tuple[str, str]]
) -> Changes:
    """The changes that set up a graph.

    Args:
        folder: empty or missing.
        name: name of the graph, in any spelling; None for that of the folder.
        description: what it is about and when to use it.
        maps: for each map its title and when to go there.

    Raises:
        UsageError: the folder is not empty, or a name or text cannot be used.
    """
    refuse_filled(folder)
    own = skill_name(folder)
    title = one_line(own if name is None else name, "the name")
    remarks = []
    if file_name(title) != own:
        called = f"the skill is called {own!r}, because hosts require the name of its folder"
        remarks.append(f"{ENTRY}: {called}; {title!r} is its title")
    title = title if title != own else own.replace("-", " ").capitalize()
    about = checked_description(description)
    names = FreeNames([], [own, *(word for word in ("skill", "index", "readme", "moc"))])
    links: list[tuple[str, str]] = []
    files: dict[str, bytes] = {}
    for heading, when in maps:
        heading, when = one_line(heading, "a map's title"), one_line(when, "when to go to a map")
        if not file_name(heading):
            raise UsageError(f"{heading!r} cannot name a file")
        if names.holds(file_name(heading)):
            raise UsageError(f"{heading!r}: two maps, or a map and the graph, have like names")
        stem = names.take(heading, own)
        links.append((f"[[{stem}]]", beside(when)))
        text = f"{header('', when, is_map=True)}\n# {heading}\n"
        files[f"{stem}.md"] = text.encode()
    files[ENTRY] = entry_text(own, title, about, links).encode()
    return changes_of(folder, {}, files, remarks)


def declaration(folder: Path) -> FileChange | None:
    """The change that declares a graph in its project; None if it is already declared.

    The project is the folder of the nearest declaration, else the repository, else the working
    directory, else the folder above the graph.

    Args:
        folder: folder of the graph, which need not exist yet.

    Raises:
        UsageError: the existing declaration cannot be read.
    """
    whole = Path(os.path.realpath(folder))
    start = whole.parent
    while not start.is_dir():
        start = start.parent
    config = find(start)
    if config is None:
        top = project_of(start)
        text = f'graphs = ["{_shown(whole, top)}"]\n'
        return FileChange(top / FILE, FILE, None, text.encode())
    if any(path == whole for _, path in config.graphs):
        return None
    before = config.file.read_bytes()
    after = _extended(before.decode(), _shown(whole, config.file.parent), config.file.name)
    return FileChange(config.file, config.file.name, before, after.encode())


def project_of(start: Path) -> Path:
    """The folder that a new declaration is put into: the repository, else the working directory.

    Args:
        start: an existing folder, without symbolic links; taken itself if both are elsewhere.
    """
    places = (start, *start.parents)
    here = Path.cwd().resolve()
    above = here if here in places else start
    return next((place for place in places if (place / ".git").exists()), above)


def _shown(folder: Path, project: Path) -> str:
    path = folder.relative_to(project.resolve()).as_posix()
    if "\\" in path or '"' in path:
        raise UsageError(f"{path}: cannot be declared; use --no-declare")
    return f"{folder.name}={path}" if "=" in path and "=" not in folder.name else path


def _extended(text: str, path: str, file: str) -> str:
    """A declaration with one more graph, otherwise unchanged."""
    import tomlkit

    document = tomlkit.parse(text)
    table: Any = document if file == FILE else document["tool"]["skillagent"]
    if "graphs" not in table:
        table["graphs"] = tomlkit.array()
    graphs = table["graphs"]
    if "\n" in graphs.as_string():
        graphs.add_line(path, indent=_indent(graphs.as_string()))
    else:
        graphs.append(path)
    return tomlkit.dumps(document)


def _indent(array: str) -> str:
    """The indentation of the items of an array that is written on several lines."""
    for line in array.split("\n")[1:]:
        if line.strip() and line.strip() != "]":
            return line[: len(line) - len(line.lstrip())]
    return "    "
