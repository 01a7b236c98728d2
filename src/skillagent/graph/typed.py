"""Typed links: the frontmatter fields of a root that contain links, and which values are links.

The value of a link field may be a name, a path, an address or prose. If it leads to a node, it
is a link. If not, it is a broken link only if its author clearly meant a node.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from skillagent.graph.file_name import without_suffix
from skillagent.graph.resolve import Resolver
from skillagent.graph.source_file import SourceFile
from skillagent.markdown import Dialect, Frontmatter, Reference
from skillagent.markdown.dialect import field_name
from skillagent.markdown.document import parse
from skillagent.markdown.frontmatter import words

DECLARATION = "link_fields"
"""The key that declares more link fields, in the header of a file at the top of the root. In
`SKILL.md`, whose keys the Agent Skills specification fixes, it belongs under `metadata`."""


def with_declared_fields(dialect: Dialect, files: Iterable[SourceFile]) -> Dialect:
    """The dialect, with the link fields that files at the top of the root declare.

    Args:
        dialect: the dialect of the root.
        files: the Markdown files of the root.
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
    """True if a value of a link field means a node, although it leads to none.

    That is so if it has the suffix of a Markdown file, is a relative path or a path into a
    folder of the root, or is nearly the name of one node.
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
