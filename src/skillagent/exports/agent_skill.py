"""Packs a graph as Agent Skills, one folder for each root, for hosts without our tools.

The steps: name the files, rewrite the links, write everything to a temporary folder, load that
with our own loader and compare, then write it to its destination, all or nothing. The entry
becomes `SKILL.md`, every other node a plain file under `references/`. A graph that would lose a
link is refused.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skillagent import digest
from skillagent.errors import GraphError, UsageError
from skillagent.exports import skill_md
from skillagent.exports.comparison import LinkComparison, status_of
from skillagent.exports.file_names import SkillPaths, skill_name, skill_names
from skillagent.exports.folder import check_apart, earlier_export, write_files
from skillagent.exports.provenance import FORMAT, RECORD, node_record
from skillagent.exports.rewrite import ExportPaths, Rewriter, Rewritten
from skillagent.files.changes import changes_of
from skillagent.graph import Node, Options, Root, SkillGraph
from skillagent.graph.attachments import Attachments, on_disk
from skillagent.graph.file_name import stem_of, without_suffix
from skillagent.graph.walk import read_bytes
from skillagent.graph_json.json_writer import json_lines
from skillagent.lint import REFERENCE_CODES, findings
from skillagent.markdown import LinkKind
from skillagent.progress import Progress, no_progress, tracked

_ROUNDS = 5
"""Attempts: a link that the loader reads differently is written differently the next time."""


@dataclass(frozen=True, slots=True)
class PackedSkill:
    """One skill that was written."""

    path: Path
    """Its folder."""
    nodes: Mapping[str, str]
    """Id in the graph → file in the folder, sorted by id."""
    attachments: int
    """Number of files that were copied because a node links to them."""
    whole_entry: bool
    """True if SKILL.md is the entry itself; else the entry is under `references/`."""


def agent_skill(
    graph: SkillGraph, out: str | os.PathLike[str], progress: Progress = no_progress
) -> tuple[PackedSkill, ...]:
    """Pack a graph as one Agent Skill, or as one for each of its roots.

    Args:
        graph: the graph to pack.
        out: the skill's folder, whose name becomes the skill's; with several roots, the folder
            that gets one folder for each root.
        progress: called for each node that is written, and while the result is loaded.

    Raises:
        UsageError: the folder's name is not valid for a skill, or the folder has a file that no
            earlier export wrote, or is in the graph, or cannot be written; nothing was
            changed.
        GraphError: a root has no node, a file changed since the load, or a link would be lost.
        OSError: a temporary folder could not be written.
    """
    place = Path(os.path.abspath(out))
    several = len(graph.roots) > 1
    names = skill_names(root.name for root in graph.roots) if several else [place.name]
    if not several and skill_name(place.name) != place.name:
        better = Path(out).parent / skill_name(place.name)
        raise UsageError(f"{place.name!r} cannot name a skill: write to {better}")
    parent = place if several else place.parent
    targets = [parent / name for name in names]
    for root in graph.roots:
        if not any(node.root == (root.name if several else "") for node in graph.nodes.values()):
            raise GraphError(f"{root.path}: no node to pack")
        check_apart(root, targets)
    before = {target.name: earlier_export(target) for target in targets}
    packing = _Packing(graph, names)
    with tempfile.TemporaryDirectory() as folder:
        after = packing.write(Path(folder), progress)
    prefixes = {name: f"{name}/" if several else "" for name in names}
    changes_of(
        parent if several else place,
        {prefixes[name] + path: data for name in names for path, data in before[name].items()},
        {prefixes[name] + path: data for name in names for path, data in after[name].items()},
    ).write()
    return tuple(
        PackedSkill(target, draft.files(), len(draft.attachments), draft.whole_entry)
        for target, draft in zip(targets, packing.drafts, strict=True)
    )


class _SkillDraft:
    """One root of the graph while it is packed as a skill."""

    def __init__(self, graph: SkillGraph, root: Root, prefix: str, name: str) -> None:
        self.root = root
        self.name = name
        self.nodes = [node for node in graph.nodes.values() if node.root == prefix]
        entries = [graph.nodes[entry] for entry in graph.entries]
        self.entry = next(node for node in entries if node.root == prefix)
        self.head = skill_md.header(graph, self.entry, name)
        self.attachments: dict[str, str] = {}
        """Path in the root → path in the skill, of the attachments."""
        self.data: dict[str, bytes] = {}
        """Path in the root → bytes, of the attachments."""
        self.places: dict[str, str] = {}
        """Id of a node → path in the skill."""
        self.whole_entry = True
        """False if the entry cannot be the SKILL.md unchanged."""
        self.short: str | None = None
        """Text of the SKILL.md that then leads to the entry."""

    def name_files(self, others: Attachments) -> None:
        """Choose the path of each file; attachments that cannot be read are left out."""
        names = SkillPaths()
        self.places = {
            node.id: "SKILL.md"
            if self.whole_entry and node is self.entry
            else names.node(node.path)
            for node in self.nodes
        }
        named = sorted({path for node in self.nodes for path in others.named_in(node)})
        self.attachments = {}
        for path in named:
            try:
                self.data[path] = read_bytes(self.root, on_disk(self.root, path))
            except OSError:
                continue  # a folder or deleted: its link is not changed
            self.attachments[path] = names.attachment(path)

    def files(self) -> dict[str, str]:
        return dict(sorted(self.places.items()))


class _Packing:
    """All roots of a graph while they are packed: names, then bytes of their files."""

    def __init__(self, graph: SkillGraph, names: Sequence[str]) -> None:
        self._graph = graph
        self._others = Attachments(graph.others)
        self._several = len(names) > 1
        self._words: dict[str, set[int]] = {}
        """Id of a node → offsets of broken links that must be written as plain words."""
        self._wikilinks: set[str] = set()
        """Ids of nodes whose wikilinks stay wikilinks."""
        self._written: dict[str, Rewritten] = {}
        self.drafts = [
            _SkillDraft(graph, root, root.name if self._several else "", name)
            for root, name in zip(graph.roots, names, strict=True)
        ]
        for draft in self.drafts:
            draft.name_files(self._others)
        while unfit := [draft for draft in self.drafts if not self._fits(draft)]:
            for draft in unfit:
                draft.whole_entry = False
                draft.name_files(self._others)
        places = self._places().nodes
        self._ids = {node: self._loaded_id(path) for node, path in places.items()}
        for draft in self.drafts:
            if not draft.whole_entry:
                source = f"{draft.name}/SKILL.md"
                body = skill_md.short_body(graph, draft.entry, draft.head, source, places)
                draft.short = draft.head + body

    def write(self, folder: Path, progress: Progress) -> dict[str, dict[str, bytes]]:
        """Write every skill below a folder, load them again and compare.

        Returns:
            Name of each skill → path → bytes.

        Raises:
            GraphError: every attempt to write the graph would lose a link.
            OSError: a file cannot be written.
        """
        for _ in range(_ROUNDS):
            skills = self._files(progress)
            for name, files in skills.items():
                write_files(folder / name, files)
            place = folder if self._several else folder / self.drafts[0].name
            options = Options(today=self._graph.today)
            loaded = SkillGraph.load(place, options=options, progress=progress)
            comparison = LinkComparison(self._graph, loaded, self._ids)
            wrong = [node for node in self._graph.nodes.values() if not comparison.is_same(node)]
            if not wrong:
                self._check_names(loaded)
                self._check_valid(loaded)
                return skills
            mended = [node for node in wrong if self._mend(node, loaded)]
            if not mended:
                break
        raise GraphError(f"{comparison.place(wrong[0])}: this link cannot be packed unchanged")

    def _check_names(self, loaded: SkillGraph) -> None:
        """Refuse an export that would lose a node's aliases, kind or status.

        A node that becomes the SKILL.md is not compared: the specification fixes its header.
        """
        for node in self._graph.nodes.values():
            packed = loaded.nodes[self._ids[node.id]]
            if stem_of(packed.path) == "SKILL":
                continue
            for what, old, new in (
                ("aliases", node.aliases, packed.aliases),
                ("kind", node.declared_kind, packed.declared_kind),
                ("status", status_of(self._graph, node), status_of(loaded, packed)),
            ):
                if old != new:
                    message = f"{node.document.path}: its {what} cannot be packed unchanged"
                    raise GraphError(f"{message}: {new!r} instead of {old!r}")

    def _mend(self, node: Node, loaded: SkillGraph) -> bool:
        """Choose another way to write a node next time; False if none is left.

        Broken links that would resolve become words; if there are none, wikilinks stay wikilinks.
        """
        packed_links = loaded.links_from(self._ids[node.id])
        good = {link.reference.start for link in packed_links if link.target}
        links = self._graph.links_from(node.id)
        broken = {link.reference.start for link in links if link.target is None}
        moved = self._written[node.id].moved
        new = {start for start in broken if moved(start) in good}
        words = self._words.setdefault(node.id, set())
        new -= words
        words |= new
        if new:
            return True
        if node.id in self._wikilinks:
            return False
        self._wikilinks.add(node.id)
        return True

    def _check_valid(self, loaded: SkillGraph) -> None:
        invalid = [
            diagnostic for diagnostic in findings(loaded) if diagnostic.code in REFERENCE_CODES
        ]
        if invalid:
            raise GraphError(f"the skill would not be valid: {invalid[0]}")
        short_entries = sum(not draft.whole_entry for draft in self.drafts)
        if len(loaded.nodes) != len(self._graph.nodes) + short_entries:
            raise GraphError(f"{self._graph.name}: not every node can be loaded from the skill")

    def _loaded_id(self, path: str) -> str:
        """The id under which our loader finds a file of the export."""
        return without_suffix(path if self._several else path.partition("/")[2])

    def _places(self) -> ExportPaths:
        nodes: dict[str, str] = {}
        attachments: dict[tuple[str, str], str] = {}
        for draft in self.drafts:
            prefix = draft.root.name if self._several else ""
            for node, path in draft.places.items():
                nodes[node] = f"{draft.name}/{path}"
            for original, path in draft.attachments.items():
                attachments[prefix, original] = f"{draft.name}/{path}"
        return ExportPaths(nodes, attachments)

    def _rewriter(self) -> Rewriter:
        return Rewriter(self._graph.nodes, self._places(), self._others)

    def _fits(self, draft: _SkillDraft) -> bool:
        """True if the entry can be the SKILL.md: short enough, and no link in its header."""
        if not draft.whole_entry:
            return True
        links = self._graph.links_from(draft.entry.id)
        if any(link.kind is LinkKind.FRONTMATTER for link in links):
            return False
        return skill_md.fits(self._rewriter().rewrite(draft.entry, links, draft.head).text)

    def _files(self, progress: Progress) -> dict[str, dict[str, bytes]]:
        rewriter = self._rewriter()
        skills: dict[str, dict[str, bytes]] = {}
        for draft in self.drafts:
            files: dict[str, bytes] = {}
            records: list[dict[str, Any]] = []
            if draft.short is not None:
                files["SKILL.md"] = draft.short.encode()
            for node in tracked(draft.nodes, "writing nodes", progress):
                head = draft.head if draft.places[node.id] == "SKILL.md" else None
                links = self._graph.links_from(node.id)
                called_by_file = head is None and node.title == node.stem
                renamed = stem_of(draft.places[node.id]) != node.stem
                written = rewriter.rewrite(
                    node,
                    links,
                    head,
                    title=node.title if called_by_file and renamed else "",
                    words=self._words.get(node.id, ()),
                    wikilinks=node.id in self._wikilinks,
                )
                self._written[node.id] = written
                file = draft.places[node.id]
                files[file] = written.text.encode("utf-8", "replace")
                records.append(node_record(node, draft.root, file, written))
            for path, file in draft.attachments.items():
                files[file] = draft.data[path]
            files = dict(sorted(files.items()))
            files[RECORD] = self._record(draft, records, files)
            skills[draft.name] = files
        return skills

    def _record(
        self, draft: _SkillDraft, nodes: list[dict[str, Any]], files: Mapping[str, bytes]
    ) -> bytes:
        record = {
            "format": FORMAT,
            "name": draft.name,
            "root": draft.root.name,
            "graph": self._graph.digest,
            "entry": draft.entry.path,
            "nodes": nodes,
            "attachments": [
                {
                    "path": on_disk(draft.root, path),
                    "file": file,
                    "digest": digest.sha256(draft.data[path]),
                }
                for path, file in draft.attachments.items()
            ],
            "files": {name: digest.sha256(data) for name, data in files.items()},
        }
        return json_lines(record).encode()
