"""Reads every SKILL.md of a graph as hosts and the reference validator of Agent Skills do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

from skillagent import digest
from skillagent.diagnostics import Diagnostic, finding
from skillagent.graph import Node, SkillGraph
from skillagent.lint.skill_header import HeaderError, SkillHeader, read_skill_header

_FILE_NAMES = ("SKILL.md", "skill.md")


@dataclass(frozen=True, slots=True)
class SkillFile:
    """One SKILL.md, read as the reference validator reads it."""

    node: Node
    folder: str
    """Name of the folder that holds it, as given or as walked."""
    header: SkillHeader | None
    error: HeaderError | None
    """Why the header could not be read; None if it was."""

    def finding(self, code: str, field: str, message: str) -> Diagnostic:
        """A finding at the line of a field, or at the header's first line."""
        line = self.header.lines.get(field, 1) if self.header else 1
        return finding(code, self.node.document.path, line, message)


def read_skills(graph: SkillGraph) -> Iterator[SkillFile]:
    """Every SKILL.md of a graph, by id; where a folder has `SKILL.md` and `skill.md`, the first.

    In a bundle of the Open Knowledge Format there are none: each of its documents must have a
    `type`, and no skill may.
    """
    several = len(graph.roots) > 1
    root_paths = {root.name if several else "": root.path for root in graph.roots}
    paths = {(node.root, node.path) for node in graph.nodes.values()}
    for node in graph.nodes.values():
        above, _, name = node.path.rpartition("/")
        if name not in _FILE_NAMES or node.document.dialect.okf:
            continue
        capital = f"{above}/SKILL.md" if above else "SKILL.md"
        if name == "skill.md" and (node.root, capital) in paths:
            continue
        root_name = os.path.basename(os.path.abspath(root_paths[node.root]))
        folder = above.rpartition("/")[2] or root_name
        try:
            header = read_skill_header(_strict_text(node))
        except HeaderError as error:
            yield SkillFile(node, folder, None, error)
        else:
            yield SkillFile(node, folder, header, None)


def _strict_text(node: Node) -> str:
    """The file's text as a strict reader has it, with its byte order mark.

    Raises:
        HeaderError: the file is not UTF-8, or has NUL bytes.
    """
    text = node.document.text
    if any(diagnostic.code in ("SG003", "SG004") for diagnostic in node.document.diagnostics):
        raise HeaderError("SG101", 1, "SKILL.md must be UTF-8 text without NUL bytes")
    # The parser drops the mark; only the digest of the file's bytes still shows it.
    for line_ends in ("\n", "\r\n"):
        marked = "\ufeff" + text.replace("\n", line_ends)
        if node.digest == digest.sha256(marked):
            return marked
    return text
