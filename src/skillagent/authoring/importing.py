"""A flat skill, a long document or a folder of documents becomes a graph in a new folder.

Every line goes to exactly one node. Long documents are cut at their headings into maps and
nodes; documents of a folder keep their places, and each folder gets a map. What is not
Markdown stays where it is, and links lead there.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from skillagent.authoring.changes import Changes, changes_of
from skillagent.authoring.entry import (
    ENTRY,
    KEYS,
    LEGEND,
    MAX_BYTES,
    checked_description,
    entry_edits,
    entry_text,
    skill_name,
)
from skillagent.authoring.relinking import Part
from skillagent.authoring.relocate import Relocation, node_of
from skillagent.authoring.sections import (
    LONG_TOKENS,
    Names,
    Section,
    header,
    link_list,
    section_tree,
)
from skillagent.authoring.source import read_node
from skillagent.authoring.spelling import beside, file_name
from skillagent.authoring.split import map_header, map_lists, parts_of, short
from skillagent.errors import UsageError
from skillagent.graph import Node, Options, Root, SkillGraph
from skillagent.graph.node import kind_of, stem_of, without_suffix
from skillagent.graph.resolve import name_key
from skillagent.graph.walk import SUFFIXES, read_file
from skillagent.markdown import Dialect, Kind
from skillagent.markdown.document import parse
from skillagent.markdown.edit import Edit
from skillagent.tokens import default_counter

NAMED_IN_MAP = 4
"""So many documents are named in the description of a folder's map."""


@dataclass(slots=True)
class _Plan:
    """What goes where."""

    nodes: list[Node]
    parts: list[Part] = field(default_factory=list)
    firsts: list[Part] = field(default_factory=list)
    """The first part of each document: what a map of its folder lists."""
    cut: list[tuple[tuple[Section, ...], list[Part]]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def import_graph(source: Path, folder: Path, description: str | None, dialect: Dialect) -> Changes:
    """The changes that make a graph of documents.

    Args:
        source: a Markdown file, or a folder of them.
        folder: where the graph goes; empty or not there yet.
        description: of the skill; None for that of the source.
        dialect: how the source's links are written.

    Raises:
        UsageError: the source holds nothing, or a document too large to be read whole, the
            folder is not empty, or a link in the source could not be kept.
        GraphError: the source is no file and no folder that can be listed.
    """
    refuse_filled(folder)
    name = skill_name(folder)
    options = Options(dialect=dialect)
    if source.is_dir():
        below = os.path.realpath(folder).startswith(os.path.realpath(source) + os.sep)
        if below:
            raise UsageError(f"{folder}: lies inside {source}; import into a folder beside it")
        nodes = list(SkillGraph.load(source, options=options).nodes.values())
        root = Root(source)
    else:
        root = Root(source.parent)
        nodes = [_single(root, source, options)]
    if not nodes:
        raise UsageError(f"{source}: holds no Markdown file")
    if large := [node for node in nodes if not node.whole]:
        message = f"has {large[0].size} bytes, above the limit of {options.max_file_bytes}"
        raise UsageError(f"{large[0].path}: {message}; split it or ignore it")
    plan = _planned(nodes, name, description, single=not source.is_dir())
    if not source.is_dir() and (near := _documents_beside(nodes[0], source.parent)):
        plan.remarks.append(
            f"{source.name}: links to {len(near)} documents beside it, such as {near[0]}; "
            "import its folder to take them along"
        )
    return _made(plan, root, folder, name, description, dialect)


def refuse_filled(folder: Path) -> None:
    """Raises UsageError if something is in the folder, or is there in its place."""
    if os.path.lexists(folder) and not folder.is_dir():
        raise UsageError(f"{folder}: is no folder")
    if folder.is_dir() and any(os.scandir(folder)):
        raise UsageError(f"{folder}: is not empty; name a new folder")


def _single(root: Root, source: Path, options: Options) -> Node:
    found = None
    if source.name.lower().endswith(SUFFIXES):
        found = read_file(root, source.name, options)
    if found is None:
        raise UsageError(f"{source}: is no Markdown file that can be read")
    document = parse(found.data, source.name, options.dialect)
    kind = kind_of(document, source.name)
    name = without_suffix(source.name)
    return Node(name, "", source.name, kind, document, found.digest, found.size, found.whole)


def _documents_beside(node: Node, folder: Path) -> list[str]:
    targets = {
        reference.target
        for reference in node.document.references
        if reference.kind is Kind.MARKDOWN and reference.target.lower().endswith(SUFFIXES)
    }
    return sorted(target for target in targets if os.path.isfile(folder / target))


def _planned(nodes: list[Node], name: str, description: str | None, *, single: bool) -> _Plan:
    plan = _Plan(nodes)
    entry = _entry_of(nodes, single=single)
    moving = {node for node in nodes if node is not entry and _gives_way(node.path)}
    names = Names(node for node in nodes if node is not entry and node not in moving)
    counter = default_counter()
    for node in nodes:
        path = node.path
        edits: tuple[Edit, ...] = ()
        if node is entry:
            path = ENTRY
            edits, remarks = entry_edits(node, name, description)
            plan.remarks += [f"{ENTRY}: {remark}" for remark in remarks]
        elif node in moving:
            above = path.rpartition("/")[0]
            title = above.rpartition("/")[2] or node.title
            path = f"{above}/{names.take(title, title)}.md".removeprefix("/")
            plan.remarks.append(f"{node.path}: is now {path}, for {ENTRY} is the entry")
        cut: tuple[Section, ...] = ()
        if single or node.cost(counter) > LONG_TOKENS:
            cut = section_tree(node.document, LONG_TOKENS, counter.count)
        if cut:
            if node is not entry:
                edits = map_header(node, plan.remarks)
            parts = parts_of(node, cut, names, edits, path)
            plan.cut.append((cut, parts))
        else:
            parts = [Part(node, 0, len(node.document.text), path, edits=edits)]
        plan.parts += parts
        plan.firsts.append(parts[0])
        if "/" not in path and path != ENTRY and node.document.frontmatter.get("entry") is True:
            plan.remarks.append(f"{path}: is the entry, by its header, and not {ENTRY}")
    return plan


def _entry_of(nodes: list[Node], *, single: bool) -> Node | None:
    """The document that becomes the entry: a flat skill, or one whose header lets it be one."""
    for node in nodes:
        if node.path.casefold() == "skill.md":
            return node
    if single:
        head = nodes[0].document.frontmatter
        yaml = not head.body_start or nodes[0].document.text.startswith("---")
        if yaml and set(head.fields) <= set(KEYS):
            return nodes[0]
    return None


def _gives_way(path: str) -> bool:
    """True for a name by which a host, or this package, would find an entry."""
    stem = name_key(stem_of(path))
    return stem == "skill" or ("/" not in path and stem == "index")


def _made(
    plan: _Plan, root: Root, folder: Path, name: str, description: str | None, dialect: Dialect
) -> Changes:
    begun = _folder_maps(plan)
    made = {path: node_of(parse(text, path, dialect), path) for path, text in begun.items()}
    own = next((part for part in plan.parts if part.path == ENTRY), None)
    if own is None:
        about = description or _about(plan, name)
        text = entry_text(name, _words(name), checked_description(about), ())
        made[ENTRY] = node_of(parse(text, ENTRY, dialect), ENTRY)
    relocation = Relocation(
        plan.nodes,
        plan.parts,
        dialect=dialect,
        made=tuple(made.values()),
        roots=(os.path.realpath(root.path), os.path.realpath(folder)),
    )
    tails: dict[str, str] = {}
    for cut, parts in plan.cut:
        tails.update(map_lists(cut, parts, relocation))
    placed = {part.path: relocation.placed[part] for part in plan.firsts}
    listed = _lists(placed, made, relocation)
    files: dict[str, bytes] = {}
    for path, rows in listed.items():
        if path != ENTRY:
            before = begun[path]
            files[path] = (before + link_list(_rows(rows), before, short)).encode()
    top = listed.get(ENTRY, [])
    if own is None:
        links = [(link, short(why)) for link, why in top]
        text = entry_text(name, _words(name), checked_description(about), links)
        files[ENTRY] = text.encode()
    elif top:
        before = own.node.document.text[: own.end] + tails.get(ENTRY, "")
        tails[ENTRY] = tails.get(ENTRY, "") + link_list(_rows(top), before, short)
    if own is not None and tails.get(ENTRY):
        tails[ENTRY] = tails[ENTRY].rstrip("\n") + f"\n\n{LEGEND}\n"
    files.update(relocation.files(lambda node: read_node(root, node), tails, mend=True))
    remarks = [*plan.remarks, *relocation.gained]
    if len(files[ENTRY].replace(b"\n", b"\r\n")) > MAX_BYTES:
        remarks.append(f"{ENTRY}: is above {MAX_BYTES} bytes, where some hosts cut it")
    return changes_of(folder, {}, files, remarks)


def _rows(rows: Iterable[tuple[str, str]]) -> list[tuple[int, str, str]]:
    return [(0, link, text) for link, text in rows]


def _folder_maps(plan: _Plan) -> dict[str, str]:
    """Path → the beginning of a map, for each folder below the top with two things in it."""
    paths = sorted(part.path for part in plan.firsts)
    folders = {path.rpartition("/")[0] for path in paths}
    folders |= {
        "/".join(found.split("/")[:at]) for found in folders for at in range(found.count("/") + 1)
    }
    names = Names([], [part.path.rpartition(".")[0] for part in plan.parts])
    for node in plan.nodes:
        for called in (node.title, *node.names, *node.aliases):
            names.close(called)
    titles = {part.path: part.node.title for part in plan.firsts}
    found: dict[str, str] = {}
    for folder in sorted(folders - {""}):
        inside = [path for path in paths if path.startswith(f"{folder}/")]
        if len(inside) < 2:
            continue
        title = _words(folder.rpartition("/")[2])
        held = [beside(titles[path]) for path in inside][:NAMED_IN_MAP]
        more = f" and {len(inside) - len(held)} more" if len(inside) > len(held) else ""
        described = f"When you need something of {title}: {', '.join(held)}{more}"
        path = f"{folder}/{names.take(f'{title} map', title)}.md"
        found[path] = header("", described, is_map=True) + f"\n# {title}\n"
    return found


def _lists(
    placed: Mapping[str, Node], made: Mapping[str, Node], relocation: Relocation
) -> dict[str, list[tuple[str, str]]]:
    """Path of a map → link and description of all that it lists.

    A document is listed in the map of its folder, or of the nearest folder above that has
    one; a folder's map in that of the folder above.
    """
    gatherers = {path.rpartition("/")[0]: path for path in made if path != ENTRY}
    every = {**placed, **made}
    found: dict[str, list[tuple[str, str]]] = {}
    for path in sorted(every, key=lambda path: (path not in made, not _is_index(path), path)):
        if path == ENTRY:
            continue
        above = path.rpartition("/")[0]
        if path in made:
            above = above.rpartition("/")[0] if "/" in above else ""
        while above and above not in gatherers:
            above = above.rpartition("/")[0]
        listing = gatherers.get(above, ENTRY)
        link = relocation.speller.wikilink(every[path], every[listing])
        node = every[path]
        why = beside(node.description) or beside(node.title)
        found.setdefault(listing, []).append((link, why))
    return found


def _is_index(path: str) -> bool:
    return name_key(stem_of(path)) in ("index", "readme")


def _words(name: str) -> str:
    text = " ".join(file_name(name).split("-")) or name
    return text[:1].upper() + text[1:]


def _about(plan: _Plan, name: str) -> str:
    titles = sorted({beside(node.title) for node in plan.nodes if "/" not in node.path})
    titles = titles or sorted({beside(node.title) for node in plan.nodes})
    first = ", ".join(titles[:6]) + (" and more" if len(titles) > 6 else "")
    return f"{_words(name)}: {first}. Use when a question is about one of these."[:1_024]
