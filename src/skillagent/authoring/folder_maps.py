"""Maps for the folders of imported documents, and what each of them lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from skillagent.authoring.entry import ENTRY, fits_hosts, title_of
from skillagent.authoring.import_plan import ImportPlan
from skillagent.authoring.link_writer import beside, folded
from skillagent.authoring.moving.relocate import Relocation
from skillagent.authoring.sections import FreeNames, header
from skillagent.authoring.split import short
from skillagent.graph import Node
from skillagent.graph.file_name import stem_of
from skillagent.graph.resolve import name_key

NAMED_IN_MAP = 4
"""Documents that are named after the link to a folder's map."""


@dataclass(frozen=True, slots=True)
class FolderMap:
    """A map that an import makes for the documents of a folder, or for all on top."""

    path: str
    beginning: str
    """Header and heading, before the list."""
    named: str
    """Some of the titles that it lists, to be written after links to it."""


def folder_maps(plan: ImportPlan, name: str) -> dict[str, FolderMap]:
    """Path → map: one for each folder with two documents or more, one for a long list at the top.

    Args:
        plan: where the documents go.
        name: name of the skill, which no map may share.
    """
    firsts = [part for part in plan.firsts if part.node.path not in plan.listed]
    titles = {part.path: part.node.title for part in firsts}
    paths = sorted(titles)
    names = _free_names(plan, name)
    maps: dict[str, FolderMap] = {}
    for folder in _folders(paths):
        inside = [path for path in paths if path.startswith(f"{folder}/")]
        if len(inside) > 1:
            title = title_of(folder.rpartition("/")[2])
            path = f"{folder}/{names.take(f'{title} map', title)}.md"
            maps[path] = _folder_map(path, title, [titles[path] for path in inside])
    hubs = {ENTRY, *_indexes(plan)}
    top = [path for path in paths if "/" not in path and path not in hubs]
    described = {part.path: part.node.description for part in plan.firsts}
    if not fits_hosts("".join(f"- [[{path}]] - {short(described[path])}\n" for path in top)):
        path = f"{names.take('Contents', name)}.md"
        maps[path] = _folder_map(path, "Contents", [titles[path] for path in top])
    return maps


def _free_names(plan: ImportPlan, name: str) -> FreeNames:
    names = FreeNames([], [part.path.rpartition(".")[0] for part in plan.parts])
    names.close(name)
    for node in plan.nodes:
        for called in (node.title, *node.names, *node.aliases):
            names.close(called)
    return names


def _folders(paths: Sequence[str]) -> list[str]:
    """Every folder that contains files, directly or not, sorted; without the top."""
    folders = set()
    for path in paths:
        parts = path.split("/")
        folders |= {"/".join(parts[:depth]) for depth in range(1, len(parts))}
    return sorted(folders)


def _folder_map(path: str, title: str, titles: Sequence[str]) -> FolderMap:
    named = [beside(listed) for listed in titles[:NAMED_IN_MAP]]
    more = f" and {len(titles) - len(named)} more" if len(titles) > len(named) else ""
    beginning = header("", "", is_map=True) + f"\n# {title}\n"
    return FolderMap(path, beginning, ", ".join(named) + more)


def lists_of_maps(
    plan: ImportPlan,
    maps: Mapping[str, FolderMap],
    new: Mapping[str, Node],
    relocation: Relocation,
) -> dict[str, list[tuple[str, str]]]:
    """Path of a map → link and description of each item of its list.

    A document is listed in the map of its folder, or else of the nearest folder above that has
    a map; a folder's map is listed in that of the folder above.

    Args:
        plan: where the documents go.
        maps: the result of `folder_maps`.
        new: path → node, of these maps and of an entry that the import writes.
        relocation: writes the links.
    """
    by_folder = {path.rpartition("/")[0]: path for path in maps}
    firsts = [
        part
        for part in plan.firsts
        # The entry lists others, whether or not a listing leads to it.
        if part.node.path not in plan.listed or part.path == ENTRY
    ]
    every = {**{part.path: relocation.placed[part] for part in firsts}, **new}
    indexes = _indexes(plan)
    lists: dict[str, list[tuple[str, str]]] = {}
    for path in sorted(every, key=lambda path: (path not in new, path not in indexes, path)):
        if path == ENTRY:
            continue
        folder = path.rpartition("/")[0]
        if path in new:
            folder = folder.rpartition("/")[0]
        while folder and folder not in by_folder:
            folder = folder.rpartition("/")[0]
        listing = by_folder.get(folder, ENTRY)
        if not folder and (path in new or path in indexes):
            listing = ENTRY
        node = every[path]
        link = relocation.link_writer.wikilink(node, every[listing])
        title = "" if folded(node.title) == folded(node.stem) else beside(node.title)
        named = maps[path].named if path in maps else ""
        lists.setdefault(listing, []).append((link, named or beside(node.description) or title))
    return lists


def _indexes(plan: ImportPlan) -> set[str]:
    """New paths of documents that were called index or readme."""
    parts = plan.firsts
    return {part.path for part in parts if name_key(stem_of(part.node.path)) in ("index", "readme")}
