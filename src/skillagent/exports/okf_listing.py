"""Writes the listings of a bundle: an `index.md` for each folder with nodes.

A listing has the order and the headings of the folder's map; what that does not link to comes
last. A description is the one that the author gave, so that a listing never says what no file
does.

Above: `okf`. Below: `graph`.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
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


def listings(graph: SkillGraph, places: Mapping[str, str]) -> dict[str, str]:
    """Path → text of the listing of each folder.

    Args:
        graph: the graph.
        places: id of a node → path in the bundle.
    """
    maps = {folder: _map_of(graph, folder, places) for folder in _folders(places.values())}
    return {posixpath.join(folder, INDEX): _listing(graph, folder, places, maps) for folder in maps}


def _folders(paths: Iterable[str]) -> list[str]:
    """The top, and every folder that contains files, directly or not."""
    folders = {""}
    for path in paths:
        parts = path.split("/")[:-1]
        folders |= {"/".join(parts[:depth]) for depth in range(1, len(parts) + 1)}
    return sorted(folders)


def _map_of(graph: SkillGraph, folder: str, places: Mapping[str, str]) -> Node | None:
    """The map of a folder: the entry at the top, below it the index of the folder or its map."""
    if not folder and graph.entry:
        return graph.nodes[graph.entry]
    inside = [
        graph.nodes[node] for node, path in places.items() if posixpath.dirname(path) == folder
    ]
    indexes = [node for node in inside if name_key(node.stem) in FOLDER_INDEXES]
    named = [node for node in inside if name_key(node.stem) == name_key(posixpath.basename(folder))]
    maps = [node for node in inside if node.kind is NodeKind.MAP]
    return next(iter([*indexes, *named, *maps]), None)


def _listing(
    graph: SkillGraph,
    folder: str,
    places: Mapping[str, str],
    maps: Mapping[str, Node | None],
) -> str:
    own = maps[folder]
    items = {
        path: _Item(path, graph.nodes[node].title, _description(graph.nodes[node]))
        for node, path in places.items()
        if posixpath.dirname(path) == folder
    }
    leading = {node: path for node, path in places.items() if path in items}
    below = sorted(other for other in maps if other and posixpath.dirname(other) == folder)
    for other in below:
        node = maps[other]
        path = f"{other}/{INDEX}"
        items[path] = _Item(path, posixpath.basename(other), _description(node) if node else "")
        if node is not None:
            leading.setdefault(node.id, path)
    sections: dict[str, list[_Item]] = {}
    if own is not None:
        if (path := places[own.id]) in items:
            sections[plain_line(own.title) or OTHERS] = [items.pop(path)]
        for link in graph.links_from(own.id):
            path = leading.get(link.target or "", "")
            if not link.key and path in items:
                heading = plain_line(link.section or own.title) or OTHERS
                sections.setdefault(heading, []).append(items.pop(path))
    for path, item in sorted(items.items()):
        heading = FOLDERS if path.endswith(f"/{INDEX}") and path[: -len(INDEX) - 1] in below else ""
        title = plain_line(posixpath.basename(folder)) if own is None and folder else OTHERS
        sections.setdefault(heading or title, []).append(item)
    head = composed({VERSION_KEY: OLDEST}) if not folder else ""
    return head + "\n".join(_section(heading, rows, folder) for heading, rows in sections.items())


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
