"""A flat skill, a long document or a folder of documents becomes a graph in a new folder.

Every line goes to exactly one node, but for definitions, which go to each that uses them. Long
documents are cut at their headings into maps and nodes; documents of a folder keep their
places, and each folder gets a map. Files that links and images name are copied to the same
places; links that lead nowhere stay as they are written.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from skillagent.authoring.attached_files import attached, files_beside
from skillagent.authoring.entry import (
    ENTRY,
    LEGEND,
    checked_description,
    entry_edits,
    entry_text,
    skill_name,
)
from skillagent.authoring.file_text import read_node
from skillagent.authoring.link_writer import beside, file_name, folded
from skillagent.authoring.moving.parts import Part
from skillagent.authoring.moving.relocate import Relocation, node_of
from skillagent.authoring.sections import (
    LONG_TOKENS,
    Names,
    Section,
    header,
    link_list,
    section_tree,
)
from skillagent.authoring.split import map_header, map_lists, parts_of, short
from skillagent.errors import UsageError
from skillagent.files.changes import Changes, changes_of
from skillagent.graph import Node, NodeKind, Options, Root, SkillGraph
from skillagent.graph.node import SUFFIXES, kind_of, stem_of, without_suffix
from skillagent.graph.resolve import name_key
from skillagent.graph.walk import read_file
from skillagent.lint.agent_skills import (
    ALLOWED_FIELDS,
    MAX_BYTES,
    MAX_DESCRIPTION,
    MAX_LINES,
    crlf_bytes,
)
from skillagent.markdown import OBSIDIAN, Dialect, Kind
from skillagent.markdown.document import parse
from skillagent.markdown.edit import Edit
from skillagent.markdown.prose import shortened
from skillagent.progress import Progress, tracked, untold
from skillagent.tokens import default_counter

NAMED_IN_MAP = 4
"""So many documents are named beside the link to a folder's map."""
SHOWN = 5
"""So many nodes are named in a remark about several."""
_SHORTER = (200, 80, 0)
"""Characters of the descriptions in the entry's list: the first with which the entry fits."""


@dataclass(slots=True)
class _Plan:
    """What goes where."""

    nodes: list[Node]
    parts: list[Part] = field(default_factory=list)
    firsts: list[Part] = field(default_factory=list)
    """The first part of each document: what a map of its folder lists."""
    cut: list[tuple[tuple[Section, ...], list[Part]]] = field(default_factory=list)
    maps: dict[str, str] = field(default_factory=dict)
    """Path → the beginning of each map that is made for a folder, or for all documents."""
    held: dict[str, str] = field(default_factory=dict)
    """Path of such a map → some titles of what it lists."""
    remarks: list[str] = field(default_factory=list)


def import_graph(
    source: Path,
    folder: Path,
    description: str | None,
    dialect: Dialect,
    progress: Progress = untold,
) -> Changes:
    """The changes that make a graph of documents.

    Args:
        source: a Markdown file, or a folder of them.
        folder: where the graph goes; empty or not there yet.
        description: of the skill; None for that of the source.
        dialect: how the source's links are written.
        progress: told how far the work has come.

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
        graph = SkillGraph.load(source, options=options, progress=progress)
        dialect = dialect.with_link_fields(graph.link_fields)
        nodes, others = list(graph.nodes.values()), next(iter(graph.others.values()))
        root = Root(source)
    else:
        root = Root(source.parent)
        nodes = [_single(root, source, options)]
        others = files_beside(root, nodes[0])
    if not nodes:
        raise UsageError(f"{source}: holds no Markdown file")
    if large := [node for node in nodes if not node.whole]:
        message = f"has {large[0].size} bytes, above the limit of {options.max_file_bytes}"
        raise UsageError(f"{large[0].path}: {message}; split it or ignore it")
    plan = _planned(nodes, name, description, progress, single=not source.is_dir())
    if not source.is_dir() and (near := _documents_beside(nodes[0], source.parent)):
        plan.remarks.append(
            f"{source.name}: links to documents beside it ({len(near)}), such as {near[0]}; "
            "import its folder to take them along"
        )
    about = checked_description(description or _about(plan, name))
    files = _files(plan, root, name, about, others, dialect, progress)
    copies = attached(root, nodes, others, dialect)
    return changes_of(folder, {}, {**copies.files, **files}, (*plan.remarks, *copies.remarks))


def account(changes: Changes, folder: str, dialect: Dialect) -> str:
    """One line that counts what an import wrote.

    Args:
        changes: what `import_graph` gave.
        folder: as its user wrote it.
        dialect: how its links are written.
    """
    kinds: Counter[str] = Counter()
    for change in changes.files:
        path, kind = change.shown, "other file"
        if path.lower().endswith(SUFFIXES):
            kind = kind_of(parse(change.after or b"", path, dialect), path).value
        kinds["entry" if path == ENTRY else kind] += 1
    order = ("entry", NodeKind.MAP.value, NodeKind.NODE.value, "other file")
    counts = [(kinds[kind], kind) for kind in order if kinds[kind]]
    found = ", ".join(f"{count:,} {kind}{'s' * (count != 1)}" for count, kind in counts)
    return f"created {len(changes.files):,} files in {folder}: {found}"


def refuse_filled(folder: Path) -> None:
    """Raises UsageError if something is in the folder, or is there in its place."""
    if os.path.lexists(folder) and not folder.is_dir():
        raise UsageError(f"{folder}: is no folder")
    if folder.is_dir() and os.listdir(folder):
        raise UsageError(f"{folder}: is not empty; name a new folder")


def _single(root: Root, source: Path, options: Options) -> Node:
    found = None
    if source.name.lower().endswith(SUFFIXES):
        found = read_file(root, source.name, options)
    if found is None:
        raise UsageError(f"{source}: is no Markdown file that can be read")
    document = parse(found.data, source.name, options.dialect or OBSIDIAN)
    kind = kind_of(document, source.name)
    name = without_suffix(source.name)
    return Node(name, "", source.name, kind, document, found.digest, found.size, found.whole)


def _documents_beside(node: Node, folder: Path) -> list[str]:
    targets = {
        reference.target
        for reference in node.document.references
        if reference.kind is Kind.MARKDOWN and reference.target.lower().endswith(SUFFIXES)
        if not reference.target.startswith("../")
    }
    return sorted(target for target in targets if os.path.isfile(folder / target))


def _planned(
    nodes: list[Node], name: str, description: str | None, progress: Progress, *, single: bool
) -> _Plan:
    plan = _Plan(nodes)
    entry = _entry_of(nodes, single=single)
    moving = {node for node in nodes if node is not entry and _gives_way(node.path)}
    names = Names(node for node in nodes if node is not entry and node not in moving)
    counter = default_counter()
    for node in tracked(nodes, "cutting documents", progress):
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
        if yaml and set(head.fields) <= set(ALLOWED_FIELDS):
            return nodes[0]
    return None


def _gives_way(path: str) -> bool:
    """True for a name by which a host, or this package, would find an entry."""
    stem = name_key(stem_of(path))
    return stem == "skill" or ("/" not in path and stem == "index")


def _files(
    plan: _Plan,
    root: Root,
    name: str,
    about: str,
    others: tuple[str, ...],
    dialect: Dialect,
    progress: Progress,
) -> dict[str, bytes]:
    """Path → content of every node of the graph."""
    own = next((part for part in plan.parts if part.path == ENTRY), None)
    _add_maps(plan, name)
    texts = dict(plan.maps)
    if own is None:
        texts[ENTRY] = entry_text(name, _words(name), about, ())
        plan.remarks.append(
            f"{ENTRY}: write in its description what it is about and when to use it"
        )
    made = {path: node_of(parse(text, path, dialect), path) for path, text in texts.items()}
    relocation = Relocation(
        plan.nodes,
        plan.parts,
        dialect=dialect,
        made=tuple(made.values()),
        others=others,
        root=os.path.realpath(root.path),
    )
    lists: dict[str, list[tuple[int, str, str]]] = {}
    for cut, parts in plan.cut:
        lists.update(map_lists(cut, parts, relocation))
    for path, rows in _lists(plan, made, relocation).items():
        lists[path] = [*lists.get(path, ()), *((0, link, why) for link, why in rows)]
    files: dict[str, bytes] = {}
    for path, before in plan.maps.items():
        files[path] = (before + link_list(lists.pop(path, []), before, short)).encode()
    top = lists.pop(ENTRY, [])
    before = "" if own is None else own.node.document.text[: own.end]
    for chars in _SHORTER:
        items = [(depth, link, shortened(why, chars) if chars else "") for depth, link, why in top]
        if own is None:
            links = [(link, why) for _, link, why in items]
            listed = entry_text(name, _words(name), about, links)
        else:
            listed = link_list(items, before, str) + f"\n{LEGEND}\n" if items else ""
        if _fits(before + listed):
            break
    tails = {part.path: _tail(part, lists[part.path]) for part in plan.parts if part.path in lists}
    if own is None:
        files[ENTRY] = listed.encode()
    elif listed:
        tails[ENTRY] = listed
    files.update(relocation.files(partial(read_node, root), tails, mend=True, progress=progress))
    if not _fits(files[ENTRY].decode(errors="replace").replace("\r\n", "\n")):
        plan.remarks.append(f"{ENTRY}: is above {MAX_BYTES} bytes, where some hosts cut it")
    plan.remarks += relocation.gained
    _tell_undescribed(plan)
    return files


def _fits(text: str) -> bool:
    return crlf_bytes(text) <= MAX_BYTES and text.count("\n") < MAX_LINES


def _tail(part: Part, rows: Sequence[tuple[int, str, str]]) -> str:
    return link_list(rows, part.node.document.text[part.start : part.end], short)


def _tell_undescribed(plan: _Plan) -> None:
    """A remark on the new nodes that only their author can describe."""
    parts = [part for part in plan.parts if part.head and "\ndescription: " not in part.head]
    paths = sorted([*plan.maps, *(part.path for part in parts)])
    if paths:
        more = f" and {len(paths) - SHOWN} more" if len(paths) > SHOWN else ""
        nodes = "1 new node has" if len(paths) == 1 else f"{len(paths)} new nodes have"
        remedy = "write what each holds and when to read it; skillagent health lists them"
        plan.remarks.append(f"{nodes} no description: {', '.join(paths[:SHOWN])}{more}; {remedy}")


def _add_maps(plan: _Plan, name: str) -> None:
    """A map for each folder below the top with two things in it, and for a long list on top."""
    paths = sorted(part.path for part in plan.firsts)
    folders = {path.rpartition("/")[0] for path in paths}
    folders |= {
        "/".join(found.split("/")[:at]) for found in folders for at in range(found.count("/") + 1)
    }
    names = Names([], [part.path.rpartition(".")[0] for part in plan.parts])
    names.close(name)
    for node in plan.nodes:
        for called in (node.title, *node.names, *node.aliases):
            names.close(called)
    for folder in sorted(folders - {""}):
        inside = [path for path in paths if path.startswith(f"{folder}/")]
        if len(inside) > 1:
            title = _words(folder.rpartition("/")[2])
            path = f"{folder}/{names.take(f'{title} map', title)}.md"
            _add_map(plan, path, title, inside)
    hubs = {ENTRY, *_indexes(plan)}
    top = [path for path in paths if "/" not in path and path not in hubs]
    described = {part.path: part.node.description for part in plan.firsts}
    if not _fits("".join(f"- [[{path}]] - {short(described[path])}\n" for path in top)):
        _add_map(plan, f"{names.take('Contents', name)}.md", "Contents", top)


def _add_map(plan: _Plan, path: str, title: str, inside: Sequence[str]) -> None:
    titles = {part.path: part.node.title for part in plan.firsts}
    held = [beside(titles[one]) for one in inside[:NAMED_IN_MAP]]
    more = f" and {len(inside) - len(held)} more" if len(inside) > len(held) else ""
    plan.maps[path] = header("", "", is_map=True) + f"\n# {title}\n"
    plan.held[path] = ", ".join(held) + more


def _lists(
    plan: _Plan, made: Mapping[str, Node], relocation: Relocation
) -> dict[str, list[tuple[str, str]]]:
    """Path of a map → link and description of all that it lists.

    A document is listed in the map of its folder, or of the nearest folder above that has
    one; a folder's map in that of the folder above.
    """
    gatherers = {path.rpartition("/")[0]: path for path in plan.maps}
    placed = {part.path: relocation.placed[part] for part in plan.firsts}
    every = {**placed, **made}
    indexes = _indexes(plan)
    found: dict[str, list[tuple[str, str]]] = {}
    for path in sorted(every, key=lambda path: (path not in made, path not in indexes, path)):
        if path == ENTRY:
            continue
        above = path.rpartition("/")[0]
        if path in made:
            above = above.rpartition("/")[0] if "/" in above else ""
        while above and above not in gatherers:
            above = above.rpartition("/")[0]
        listing = gatherers.get(above, ENTRY)
        if not above and (path in made or path in indexes):
            listing = ENTRY
        node = every[path]
        link = relocation.speller.wikilink(node, every[listing])
        named = "" if folded(node.title) == folded(node.stem) else beside(node.title)
        why = plan.held.get(path) or beside(node.description) or named
        found.setdefault(listing, []).append((link, why))
    return found


def _indexes(plan: _Plan) -> set[str]:
    """Where documents go that were the first of their folder."""
    parts = plan.firsts
    return {part.path for part in parts if name_key(stem_of(part.node.path)) in ("index", "readme")}


def _words(name: str) -> str:
    text = " ".join(file_name(name).split("-")) or name
    return text[:1].upper() + text[1:]


def _about(plan: _Plan, name: str) -> str:
    titles = sorted({beside(node.title) for node in plan.nodes if "/" not in node.path})
    titles = titles or sorted({beside(node.title) for node in plan.nodes})
    first = ", ".join(titles[:6]) + (" and more" if len(titles) > 6 else "")
    return shortened(f"{_words(name)}: {first}", MAX_DESCRIPTION)
