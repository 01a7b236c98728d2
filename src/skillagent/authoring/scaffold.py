"""Creates a graph, anew or as a copy of a template, and declares it in its project.

Its entry is a valid Agent Skill, and each map is a file.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from skillagent.authoring.entry import (
    ENTRY,
    checked_description,
    entry_text,
    is_valid_entry,
    skill_name,
)
from skillagent.authoring.importing import refuse_filled
from skillagent.authoring.link_writer import beside, file_name, one_line
from skillagent.authoring.list_insertion import list_edit
from skillagent.authoring.sections import FreeNames, header
from skillagent.authoring.template import GRAPH, Template
from skillagent.config import FILE, find
from skillagent.errors import UsageError
from skillagent.files.changes import Changes, FileChange, changes_of
from skillagent.graph.file_name import without_suffix
from skillagent.markdown.compose import header_edit, header_lines
from skillagent.markdown.document import parse
from skillagent.markdown.edit import Edit, edited

SUITE = "evals/suite.yaml"
_SUITE_NAME = re.compile(rb"^name:[^\n]*\n", re.MULTILINE)


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
    remarks = _about_title(title, own)
    title = title if title != own else own.replace("-", " ").capitalize()
    about = checked_description(description)
    links, files = _maps(maps, own, ())
    files[ENTRY] = entry_text(own, title, about, links).encode()
    return changes_of(folder, {}, files, remarks)


def graph_of_template(
    folder: Path,
    template: Template,
    name: str | None = None,
    description: str | None = None,
    maps: Sequence[tuple[str, str]] = (),
) -> Changes:
    """The changes that set up a graph as a copy of a template's.

    Args:
        folder: empty or missing.
        template: the template.
        name: title of the graph; None for that of the template.
        description: what it is about and when to use it; None for that of the template.
        maps: for each further map its title and when to go there.

    Raises:
        UsageError: the folder is not empty, a name or text cannot be used, or the template's
            entry cannot become that of a valid skill.
    """
    refuse_filled(folder)
    own = skill_name(folder)
    files = dict(template.files)
    links, new = _maps(maps, own, files)
    entry, newline = _entry_of_template(template, own, name, description)
    if links:
        items = [f"{link} - {why}" for link, why in links]
        entry = edited(entry, [list_edit(parse(entry, ENTRY), items)])
    if SUITE in files:
        files[SUITE] = _SUITE_NAME.sub(header_lines({"name": own}).encode(), files[SUITE], count=1)
    remarks = [] if name is None else _about_title(one_line(name, "the name"), own)
    if description is None:
        remarks.append(
            f"{ENTRY}: its description is the template's; write what your graph is about and when "
            "to use it"
        )
    return changes_of(
        folder, {}, files | new | {ENTRY: entry.replace("\n", newline).encode()}, remarks
    )


def _entry_of_template(
    template: Template, own: str, name: str | None, description: str | None
) -> tuple[str, str]:
    """A template's entry with the name of the new skill and the user's texts, and its line end.

    Raises:
        UsageError: its header would not be valid, or it has no title to replace.
    """
    place = template.folder / GRAPH / ENTRY
    try:
        written = template.files[ENTRY].decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{place}: is not UTF-8") from None
    newline = "\r\n" if "\r\n" in written else "\n"
    document = parse(written.replace("\r\n", "\n"), ENTRY)
    fields = {"name": own}
    if description is not None:
        fields["description"] = checked_description(description)
    edits = (header_edit(document, key, value) for key, value in fields.items())
    text = edited(document.text, sorted(edit for edit in edits if edit))
    document = parse(text, ENTRY)
    head = document.frontmatter
    if head.get("name") != own or not head.get("description") or not is_valid_entry(text):
        raise UsageError(f"{place}:1: its header is not that of a valid skill; correct it first")
    if name is None:
        return text, newline
    heading = next((one for one in document.headings if one.level == 1), None)
    if heading is None or not text.startswith("# ", heading.start):
        raise UsageError(f"{place}: has no line `# TITLE` that --name could replace")
    end = heading.start + len(text[heading.start :].splitlines()[0])
    return edited(text, [Edit(heading.start, end, f"# {one_line(name, 'the name')}")]), newline


def _about_title(title: str, own: str) -> list[str]:
    """A remark if a graph's title is not the name of its skill."""
    if file_name(title) == own:
        return []
    called = f"the skill is called {own!r}, because hosts require the name of its folder"
    return [f"{ENTRY}: {called}; {title!r} is its title"]


def _maps(
    maps: Sequence[tuple[str, str]], own: str, taken: Iterable[str]
) -> tuple[list[tuple[str, str]], dict[str, bytes]]:
    """Link and sentence of each new map, and path → content of its file.

    Args:
        maps: for each map its title and when to go there.
        own: name of the graph.
        taken: paths of the other files of the graph.
    """
    names = FreeNames([], [own, "skill", "index", "readme", "moc", *map(without_suffix, taken)])
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
    return links, files


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
        graphs.add_line(path, indent=indent_of_items(graphs.as_string()))
    else:
        graphs.append(path)
    return tomlkit.dumps(document)


def indent_of_items(array: str) -> str:
    """The indentation of the items of an array that is written on several lines."""
    for line in array.split("\n")[1:]:
        if line.strip() and line.strip() != "]":
            return line[: len(line) - len(line.lstrip())]
    return "    "
