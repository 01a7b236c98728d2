"""Decides which file each imported document, or part of a long one, goes to.

`importing` carries the plan out; `folder_maps` adds the maps that list the documents.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from skillagent.authoring.bundle_import import entry_description, is_bundle, kept_edits
from skillagent.authoring.entry import ENTRY, entry_edits, title_of
from skillagent.authoring.link_writer import beside
from skillagent.authoring.moving.parts import DocumentPart
from skillagent.authoring.sections import CutSection, FreeNames, kept_status, section_tree
from skillagent.authoring.split import map_header, parts_of
from skillagent.graph import Node
from skillagent.graph.file_name import stem_of
from skillagent.graph.okf import INDEX
from skillagent.graph.resolve import name_key
from skillagent.lint.agent_skills import ALLOWED_FIELDS, MAX_DESCRIPTION
from skillagent.lint.sizes import LONG_TOKENS
from skillagent.markdown.edit import Edit
from skillagent.markdown.prose import shortened
from skillagent.progress import Progress, tracked
from skillagent.tokens import TokenCounter, default_counter

TITLES = 6
"""Titles in a description that is made of titles."""


@dataclass(slots=True)
class ImportPlan:
    """Which document goes where, filled in step by step."""

    nodes: list[Node]
    """The documents."""
    parts: list[DocumentPart] = field(default_factory=list)
    """Parts of all documents, in order; together the whole source."""
    firsts: list[DocumentPart] = field(default_factory=list)
    """The first part of each document, which the map of its folder lists."""
    cut: list[tuple[tuple[CutSection, ...], list[DocumentPart]]] = field(default_factory=list)
    """The sections of each long document, and the parts that they became."""
    listed: frozenset[str] = frozenset()
    """Paths of the documents of a bundle that no new map lists: its own listings lead to them, or
    they are logs."""
    remarks: list[str] = field(default_factory=list)
    """What the user should know, one line each."""

    @property
    def own_entry(self) -> DocumentPart | None:
        """The part that becomes the entry; None if no document does."""
        return next((part for part in self.parts if part.path == ENTRY), None)

    def description(self, name: str) -> str:
        """A description of the graph, made of the titles of the documents at its top."""
        titles = sorted({beside(node.title) for node in self.nodes if "/" not in node.path})
        titles = titles or sorted({beside(node.title) for node in self.nodes})
        first = ", ".join(titles[:TITLES]) + (" and more" if len(titles) > TITLES else "")
        return shortened(f"{title_of(name)}: {first}", MAX_DESCRIPTION)


def import_plan(
    nodes: list[Node],
    name: str,
    description: str | None,
    progress: Progress,
    *,
    single: bool,
    listed: frozenset[str] = frozenset(),
) -> ImportPlan:
    """Where each document goes, and where a long one is cut.

    Args:
        nodes: the documents, by path.
        name: name of the skill.
        description: description of the skill; None for that of the entry's document.
        progress: called for each document.
        single: whether the source is one file, which is cut whatever its length.
        listed: see `ImportPlan.listed`.

    Raises:
        UsageError: the header of the document that becomes the entry cannot be read.
    """
    plan = ImportPlan(nodes, listed=listed)
    is_whole = is_bundle(nodes)  # a bundle keeps its files, which its listings name
    entry = _entry_of(nodes, single=single)
    moving = {node for node in nodes if node is not entry and _is_entry_name(node.path)}
    names = FreeNames(node for node in nodes if node is not entry and node not in moving)
    counter = default_counter()
    for node in tracked(nodes, "cutting documents", progress):
        path = node.path
        edits: tuple[Edit, ...] = ()
        if node is entry:
            path = ENTRY
            about = entry_description(node, name) if is_whole else None
            edits, remarks = entry_edits(node, name, description or about)
            plan.remarks += [f"{ENTRY}: {remark}" for remark in remarks]
        elif node in moving:
            path = _other_name(node, names)
            plan.remarks.append(f"{node.path}: is now {path}, because {ENTRY} is the entry")
        elif is_whole:
            edits = kept_edits(node)
        sections = () if is_whole else _sections(node, counter, single=single)
        if sections:
            if node is not entry:
                edits = map_header(node, plan.remarks)
            parts = parts_of(node, sections, names, edits, path, status=kept_status(node))
            plan.cut.append((sections, parts))
        else:
            parts = [DocumentPart(node, 0, len(node.document.text), path, edits=edits)]
        plan.parts += parts
        plan.firsts.append(parts[0])
        if "/" not in path and path != ENTRY and node.document.frontmatter.get("entry") is True:
            plan.remarks.append(f"{path}: is the entry, by its header, and not {ENTRY}")
    return plan


def _sections(node: Node, counter: TokenCounter, *, single: bool) -> tuple[CutSection, ...]:
    """The sections at which a long document is cut; none for a short one."""
    if single or node.cost(counter) > LONG_TOKENS:
        return section_tree(node.document, LONG_TOKENS, counter.count)
    return ()


def _entry_of(nodes: Sequence[Node], *, single: bool) -> Node | None:
    """The document that becomes the entry: a SKILL.md, the listing at the top of a bundle, or a
    single file with a fitting header."""
    for node in nodes:
        if node.path.casefold() == "skill.md":
            return node
    if is_bundle(nodes):
        return next((node for node in nodes if node.path == INDEX), None)
    if single:
        head = nodes[0].document.frontmatter
        yaml = not head.body_start or nodes[0].document.text.startswith("---")
        if yaml and set(head.fields) <= set(ALLOWED_FIELDS):
            return nodes[0]
    return None


def _other_name(node: Node, names: FreeNames) -> str:
    """A path, named after its folder, for a document whose own name would make it an entry."""
    above = node.path.rpartition("/")[0]
    title = above.rpartition("/")[2] or node.title
    return f"{above}/{names.take(title, title)}.md".removeprefix("/")


def _is_entry_name(path: str) -> bool:
    """True for a name by which a host or this package would take a file for the entry."""
    stem = name_key(stem_of(path))
    return stem == "skill" or ("/" not in path and stem == "index")
