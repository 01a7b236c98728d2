"""Parse one Markdown file into a `Document`: its header, headings, and links as written.

Nothing here knows about other files. Above: `graph`, which places documents and resolves
links. Below: diagnostics.
"""

from skillagent.markdown.blocks import Piece
from skillagent.markdown.dialect import DIALECTS, OBSIDIAN, Dialect
from skillagent.markdown.document import Document
from skillagent.markdown.frontmatter import Frontmatter
from skillagent.markdown.headings import Heading
from skillagent.markdown.wikilink import LinkKind, Reference
from skillagent.markdown.yaml_header import Value, plain, scalar_text

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
