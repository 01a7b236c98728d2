"""Makes a graph in a new folder from a flat skill, a long document or a folder of documents.

Every line goes to exactly one node, except definitions, which go to each node that uses them.
Long documents are cut at their headings into maps and nodes. Documents of a folder keep their
paths, and each folder gets a map. Files that links and images need are copied to the same
paths; broken links are not changed.
"""

from __future__ import annotations

import codecs
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from skillagent.authoring.attached_files import attached, files_beside
from skillagent.authoring.entry import (
    ENTRY,
    LEGEND,
    checked_description,
    entry_text,
    fits_hosts,
    skill_name,
    title_of,
)
from skillagent.authoring.file_text import read_node
from skillagent.authoring.folder_maps import FolderMap, folder_maps, lists_of_maps
from skillagent.authoring.import_plan import ImportPlan, import_plan
from skillagent.authoring.moving.parts import DocumentPart
from skillagent.authoring.moving.relocate import Relocation, node_of
from skillagent.authoring.sections import link_list
from skillagent.authoring.split import map_lists, short
from skillagent.errors import UsageError
from skillagent.files.changes import Changes, changes_of
from skillagent.graph import Node, NodeKind, Options, Root, SkillGraph
from skillagent.graph.file_name import SUFFIXES, without_suffix
from skillagent.graph.logseq import dialect_of
from skillagent.graph.node import kind_of
from skillagent.graph.walk import read_file
from skillagent.lint.agent_skills import MAX_BYTES
from skillagent.markdown import OBSIDIAN, Dialect, LinkKind
from skillagent.markdown.document import parse
from skillagent.markdown.prose import shortened
from skillagent.progress import Progress, no_progress

SHOWN = 5
"""Files that a remark about several files names."""
_COUNTED = (NodeKind.MAP, NodeKind.NODE, NodeKind.LOG)
"""The kinds of nodes that an account of an import counts, in its order."""
_DESCRIPTION_CHARS = (200, 80, 0)
"""Longest description in the entry's list: the first of these lengths with which it fits."""


def import_graph(
    source: Path,
    folder: Path,
    description: str | None,
    dialect: Dialect | None = None,
    progress: Progress = no_progress,
) -> Changes:
    """The changes that make a graph of documents.

    Args:
        source: a Markdown file, or a folder of them.
        folder: where the graph goes; empty or missing.
        description: description of the skill; None for that of the source.
        dialect: how the source's links are written; None to decide by its files.
        progress: called as the work proceeds.

    Raises:
        UsageError: the source has no document or one too large to be read whole, or is a graph of
            Logseq, the folder is not empty, or a link in the source could not be kept.
        GraphError: the source is neither a file nor a folder that can be listed.
    """
    refuse_filled(folder)
    name = skill_name(folder)
    detected = dialect_of(Root(source), None) if source.is_dir() else OBSIDIAN
    dialect = dialect or detected
    if dialect.outline:
        # Its links name pages by properties and by the rules of its folder, which stays behind.
        raise UsageError(
            f"{source}: is a graph of Logseq; write it with `skillagent export okf {source} -o "
            "FOLDER`, and import that folder"
        )
    options = Options(dialect=dialect)
    listed: frozenset[str] = frozenset()
    if source.is_dir():
        below = os.path.realpath(folder).startswith(os.path.realpath(source) + os.sep)
        if below:
            raise UsageError(f"{folder}: is inside {source}; import into a folder outside it")
        if dialect == detected == OBSIDIAN:
            options = replace(options, dialect=None)  # which differs only for a bundle
        graph = SkillGraph.load(source, options=options, progress=progress)
        if graph.dialect.okf:
            listed = _listed_paths(graph)
        dialect = dialect.with_link_fields(graph.link_fields)
        nodes, others = list(graph.nodes.values()), next(iter(graph.others.values()))
        root = Root(source)
    else:
        root = Root(source.parent)
        nodes = [_single(root, source, options)]
        others = files_beside(root, nodes[0])
    if not nodes:
        raise UsageError(f"{source}: has no Markdown file")
    if large := [node for node in nodes if not node.whole]:
        message = f"has {large[0].size} bytes, above the limit of {options.max_file_bytes}"
        raise UsageError(f"{large[0].path}: {message}; split it or ignore it")
    plan = import_plan(
        nodes, name, description, progress, single=not source.is_dir(), listed=listed
    )
    if not source.is_dir() and (near := _documents_beside(nodes[0], source.parent)):
        plan.remarks.append(
            f"{source.name}: links to documents beside it ({len(near)}), such as {near[0]}; "
            "import its folder to include them"
        )
    about = checked_description(description or plan.description(name))
    files = _files(plan, root, name, about, others, dialect, progress)
    copies = attached(root, nodes, others, dialect)
    if source.is_dir():
        _remark_unlinked(plan, source, sorted({*others} - {*copies.files}))
    return changes_of(folder, {}, {**copies.files, **files}, (*plan.remarks, *copies.remarks))


def _listed_paths(graph: SkillGraph) -> frozenset[str]:
    """The paths of what links lead to from the listing at the top of a bundle, and of logs."""
    reached = graph.reachable() - frozenset(graph.entries)
    return frozenset(
        node.path
        for node in graph.nodes.values()
        if node.id in reached or node.kind is NodeKind.LOG
    )


def account(changes: Changes, folder: str, dialect: Dialect) -> str:
    """One line that counts what an import wrote.

    Args:
        changes: the result of `import_graph`.
        folder: its path as the user wrote it.
        dialect: how its links are written.
    """
    kinds: Counter[str] = Counter()
    for change in changes.files:
        path, kind = change.shown, "other file"
        if path.lower().endswith(SUFFIXES):
            kind = kind_of(parse(change.after or b"", path, dialect), path).value
        kinds["entry" if path == ENTRY else kind] += 1
    order = ("entry", *(kind.value for kind in _COUNTED), "other file")
    counts = [(kinds[kind], kind) for kind in order if kinds[kind]]
    listed = ", ".join(f"{count:,} {kind}{'s' * (count != 1)}" for count, kind in counts)
    return f"created {len(changes.files):,} files in {folder}: {listed}"


def refuse_filled(folder: Path) -> None:
    """Check that a folder is empty or missing.

    Raises:
        UsageError: it is not.
    """
    if os.path.lexists(folder) and not folder.is_dir():
        raise UsageError(f"{folder}: is not a folder")
    if folder.is_dir() and os.listdir(folder):
        raise UsageError(f"{folder}: is not empty; name a new folder")


def _single(root: Root, source: Path, options: Options) -> Node:
    file = None
    if source.name.lower().endswith(SUFFIXES):
        file = read_file(root, source.name, options)
    if file is None:
        raise UsageError(f"{source}: is not a readable Markdown file")
    document = parse(file.text, source.name, options.dialect or OBSIDIAN)
    kind = kind_of(document, source.name)
    name = without_suffix(source.name)
    return Node(name, "", source.name, kind, document, file.digest, file.size, file.whole)


def _documents_beside(node: Node, folder: Path) -> list[str]:
    targets = {
        reference.target
        for reference in node.document.references
        if reference.kind is LinkKind.MARKDOWN and reference.target.lower().endswith(SUFFIXES)
        if not reference.target.startswith("../")
    }
    return sorted(target for target in targets if os.path.isfile(folder / target))


def _files(
    plan: ImportPlan,
    root: Root,
    name: str,
    about: str,
    others: tuple[str, ...],
    dialect: Dialect,
    progress: Progress,
) -> dict[str, bytes]:
    """Path → content of every node of the graph."""
    own = plan.own_entry
    maps = folder_maps(plan, name)
    texts = {path: folder_map.beginning for path, folder_map in maps.items()}
    if own is None:
        texts[ENTRY] = entry_text(name, title_of(name), about, ())
        plan.remarks.append(
            f"{ENTRY}: write in its description what it is about and when to use it"
        )
    new = {path: node_of(parse(text, path, dialect), path) for path, text in texts.items()}
    relocation = Relocation(
        plan.nodes,
        plan.parts,
        dialect=dialect,
        new_nodes=tuple(new.values()),
        others=others,
        root=os.path.realpath(root.path),
    )
    lists = _lists(plan, maps, new, relocation)
    files: dict[str, bytes] = {}
    for path, folder_map in maps.items():
        text = folder_map.beginning
        files[path] = (text + link_list(lists.pop(path, []), text, short)).encode()
    top = _entry_list(own, lists.pop(ENTRY, []), name, about)
    tails = {part.path: _tail(part, lists[part.path]) for part in plan.parts if part.path in lists}
    if own is None:
        files[ENTRY] = top.encode()
    elif top:
        tails[ENTRY] = top
    files.update(relocation.files(partial(read_node, root), tails, mend=True, progress=progress))
    # Hosts read a header at the first byte only.
    files[ENTRY] = files[ENTRY].removeprefix(codecs.BOM_UTF8)
    if not fits_hosts(files[ENTRY].decode(errors="replace").replace("\r\n", "\n")):
        plan.remarks.append(f"{ENTRY}: is above {MAX_BYTES} bytes, where some hosts cut it")
    plan.remarks += relocation.gained
    _remark_undescribed(plan, maps)
    return files


_Row = tuple[int, str, str]
"""Depth, link and description of an item of a list."""


def _lists(
    plan: ImportPlan,
    maps: Mapping[str, FolderMap],
    new: Mapping[str, Node],
    relocation: Relocation,
) -> dict[str, list[_Row]]:
    """Path → items of its list: sections of a long document, then documents of its folder."""
    lists: dict[str, list[_Row]] = {}
    for sections, parts in plan.cut:
        lists.update(map_lists(sections, parts, relocation))
    for path, rows in lists_of_maps(plan, maps, new, relocation).items():
        lists[path] = [*lists.get(path, ()), *((0, link, why) for link, why in rows)]
    return lists


def _entry_list(own: DocumentPart | None, rows: Sequence[_Row], name: str, about: str) -> str:
    """The list to append to the entry's document, or the whole entry if no document is one.

    Its descriptions are as long as possible while every host still shows the entry whole.
    """
    before = "" if own is None else own.node.document.text[: own.end]
    text = ""
    for chars in _DESCRIPTION_CHARS:
        items = [(depth, link, shortened(why, chars) if chars else "") for depth, link, why in rows]
        if own is None:
            links = [(link, why) for _, link, why in items]
            text = entry_text(name, title_of(name), about, links)
        else:
            text = link_list(items, before, str) + f"\n{LEGEND}\n" if items else ""
        if fits_hosts(before + text):
            break
    return text


def _tail(part: DocumentPart, rows: Sequence[_Row]) -> str:
    return link_list(rows, part.node.document.text[part.start : part.end], short)


def _remark_unlinked(plan: ImportPlan, source: Path, paths: Sequence[str]) -> None:
    """Add a remark that names the files that are not taken along, because nothing links to them."""
    files = [path for path in paths if (source / path).is_file()]
    if files:
        count = "1 file is" if len(files) == 1 else f"{len(files)} files are"
        plan.remarks.append(f"{count} not copied, because no document links there: {_first(files)}")


def _first(paths: Sequence[str]) -> str:
    """The first paths of several, and how many more there are."""
    more = f" and {len(paths) - SHOWN} more" if len(paths) > SHOWN else ""
    return f"{', '.join(paths[:SHOWN])}{more}"


def _remark_undescribed(plan: ImportPlan, maps: Mapping[str, FolderMap]) -> None:
    """Add a remark that names the new nodes without a description."""
    parts = [part for part in plan.parts if part.head and "\ndescription: " not in part.head]
    paths = sorted([*maps, *(part.path for part in parts)])
    if paths:
        nodes = "1 new node has" if len(paths) == 1 else f"{len(paths)} new nodes have"
        remedy = "write what each holds and when to read it; skillagent health lists them"
        plan.remarks.append(f"{nodes} no description: {_first(paths)}; {remedy}")
