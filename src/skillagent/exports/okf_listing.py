"""Writes the listings of a bundle: an `index.md` for each folder with nodes.

A listing has the order and the headings of the folder's map; what that does not link to comes
last. A description is the one that the author gave, so that a listing never says what no file
does.

Above: `okf`. Below: `graph`.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from skillagent.exports.skill_md import plain_line
from skillagent.graph import Node, NodeKind, SkillGraph
from skillagent.graph.okf import INDEX, OLDEST, VERSION_KEY
from skillagent.graph.resolve import FOLDER_INDEXES, name_key
from skillagent.markdown.compose import composed
from skillagent.markdown.edit import relative

FOLDERS, OTHERS = "Folders", "Others"
"""Headings of what a folder's map does not link to."""


class _Item(NamedTuple):
    """One line of a listing."""

    path: str
    title: str
    description: str


@dataclass(slots=True)
class _Folder:
    """One folder of the bundle."""

    path: str
    """Empty for the top."""
    nodes: list[Node] = field(default_factory=list)
    """The nodes in it, by id."""
    folders: list[_Folder] = field(default_factory=list)
    """The folders in it, by path."""
    map: Node | None = None
    """The node whose links give the listing its order; None if there is none."""

    @property
    def name(self) -> str:
        return posixpath.basename(self.path)

    @property
    def listing(self) -> str:
        """Path of its listing."""
        return posixpath.join(self.path, INDEX)


def listings(graph: SkillGraph, places: Mapping[str, str]) -> dict[str, str]:
    """Path → text of the listing of each folder.

    Args:
        graph: the graph.
        places: id of a node → path in the bundle.
    """
    folders = _folders(graph, places)
    return {folder.listing: _listing(graph, folder, places) for folder in folders}


def _folders(graph: SkillGraph, places: Mapping[str, str]) -> list[_Folder]:
    """The top, and every folder that contains nodes, directly or not."""
    parts = [path.split("/")[:-1] for path in places.values()]
    paths = {"/".join(above[:depth]) for above in parts for depth in range(len(above) + 1)}
    folders = {path: _Folder(path) for path in sorted({"", *paths})}
    for node, path in places.items():
        folders[posixpath.dirname(path)].nodes.append(graph.nodes[node])
    for folder in folders.values():
        folder.map = _map_of(folder)
        if folder.path:
            folders[posixpath.dirname(folder.path)].folders.append(folder)
    if graph.entry:
        folders[""].map = graph.nodes[graph.entry]
    return list(folders.values())


def _map_of(folder: _Folder) -> Node | None:
    """Its index, else the node with its name, else its first map."""
    indexes = [node for node in folder.nodes if name_key(node.stem) in FOLDER_INDEXES]
    named = [node for node in folder.nodes if name_key(node.stem) == name_key(folder.name)]
    maps = [node for node in folder.nodes if node.kind is NodeKind.MAP]
    return next(iter([*indexes, *named, *maps]), None)


def _listing(graph: SkillGraph, folder: _Folder, places: Mapping[str, str]) -> str:
    # Which item a link of the map to a node means.
    leading = {node.id: places[node.id] for node in folder.nodes}
    items = {
        places[node.id]: _Item(places[node.id], node.title, _description(node))
        for node in folder.nodes
    }
    for below in folder.folders:
        about = _description(below.map) if below.map else ""
        items[below.listing] = _Item(below.listing, below.name, about)
        if below.map is not None:
            leading.setdefault(below.map.id, below.listing)
    sections: dict[str, list[_Item]] = {}
    own = folder.map
    if own is not None:
        if (path := places[own.id]) in items:
            sections[plain_line(own.title) or OTHERS] = [items.pop(path)]
        for link in graph.links_from(own.id):
            path = leading.get(link.target or "", "")
            if not link.key and path in items:
                heading = plain_line(link.section or own.title) or OTHERS
                sections.setdefault(heading, []).append(items.pop(path))
    rest = plain_line(folder.name) if own is None and folder.path else OTHERS
    listed_folders = {below.listing for below in folder.folders}
    for path, item in sorted(items.items()):
        sections.setdefault(FOLDERS if path in listed_folders else rest, []).append(item)
    head = "" if folder.path else composed({VERSION_KEY: OLDEST})
    parts = [_section(heading, rows, folder.path) for heading, rows in sections.items()]
    return head + "\n".join(parts)


def _section(heading: str, items: list[_Item], folder: str) -> str:
    lines = [f"# {heading}\n"]
    for item in items:
        path = relative(item.path, posixpath.join(folder, INDEX))
        title = plain_line(item.title) or posixpath.basename(item.path)
        lines.append(
            f"* [{title}]({path})" + (f" - {item.description}" if item.description else "")
        )
    return "\n".join(lines) + "\n"


def _description(node: Node) -> str:
    return "" if node.description_derived else plain_line(node.description)
