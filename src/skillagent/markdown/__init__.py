"""Parse one Markdown file into a `Document`: its header, headings, and links as written.

Names are imported when they are first used: a process that answers from stored values needs
`LinkKind` and `Value`, but not the parser.

Nothing here knows about other files. Above: `graph`, which places documents and resolves
links. Below: diagnostics.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from skillagent.lazy_names import importing

if TYPE_CHECKING:
    from skillagent.markdown.blocks import Piece
    from skillagent.markdown.dialect import OBSIDIAN, Dialect
    from skillagent.markdown.dialects import DIALECTS
    from skillagent.markdown.document import Document
    from skillagent.markdown.frontmatter import Frontmatter
    from skillagent.markdown.headings import Heading
    from skillagent.markdown.reference import LinkKind, Reference
    from skillagent.markdown.values import Value, plain, scalar_text

__all__ = [
    "DIALECTS",
    "OBSIDIAN",
    "Dialect",
    "Document",
    "Frontmatter",
    "Heading",
    "LinkKind",
    "Piece",
    "Reference",
    "Value",
    "plain",
    "scalar_text",
]

__getattr__ = importing(
    __name__,
    {
        "DIALECTS": "dialects",
        "OBSIDIAN": "dialect",
        "Dialect": "dialect",
        "Document": "document",
        "Frontmatter": "frontmatter",
        "Heading": "headings",
        "LinkKind": "reference",
        "Piece": "blocks",
        "Reference": "reference",
        "Value": "values",
        "plain": "values",
        "scalar_text": "values",
    },
)
