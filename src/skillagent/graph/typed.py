"""Which frontmatter fields of a root hold links, and which of their values are meant as one.

A link field may hold a name, a path, an address or prose. What leads to a node is a link; what
leads nowhere is a broken one only if its author clearly meant a node.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from skillagent.graph.node import without_suffix
from skillagent.graph.resolve import Resolver
from skillagent.graph.walk import SourceFile
from skillagent.markdown import Dialect, Frontmatter, Reference
from skillagent.markdown.document import parse
from skillagent.markdown.frontmatter import words
from skillagent.markdown.link_fields import field_name

DECLARATION = "link_fields"
"""The key with which a graph names further link fields, in the header of its entry; in that of a
`SKILL.md`, whose keys the Agent Skills specification fixes, under `metadata`."""


def with_declared_fields(dialect: Dialect, files: Iterable[SourceFile]) -> Dialect:
    """The dialect of a root, with the link fields that a file at its top declares.

    Args:
        dialect: with which the root is loaded.
        files: of the root.
    """
    declared = [
        field_name(name)
        for file in files
        if "/" not in file.path and DECLARATION in file.text
        for name in _declared(parse(file.text, file.path, dialect).frontmatter)
    ]
    return dialect.with_link_fields(declared) if declared else dialect


def _declared(header: Frontmatter) -> tuple[str, ...]:
    metadata = header.get("metadata")
    below = metadata.get(DECLARATION) if isinstance(metadata, Mapping) else None
    return (*header.words(DECLARATION), *words(below))


def is_meant(reference: Reference, resolver: Resolver) -> bool:
    """Whether a value of a link field that leads nowhere names a node for all that.

    It does with the suffix of a Markdown file, as a relative path, as a path into a folder of
    the root, or if it is spelled nearly as one node.
    """
    name = reference.target
    if name.startswith(("./", "../")):
        return True
    if "/" not in name and resolver.near(name):
        return True
    if any(char.isspace() for char in name):
        return False
    folder = name.strip("/").rpartition("/")[0]
    return without_suffix(name) != name or (folder != "" and folder in resolver.others)
