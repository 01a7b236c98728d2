"""One Markdown file as text → one `Document`: header, headings, links as written.

Nothing here knows of other files. Above: `graph`, which places documents and resolves
links. Below: diagnostics.
"""

from skillagent.markdown.blocks import Piece
from skillagent.markdown.dialect import DIALECTS, OBSIDIAN, Dialect
from skillagent.markdown.document import Document
from skillagent.markdown.frontmatter import Frontmatter
from skillagent.markdown.headings import Heading
from skillagent.markdown.wikilink import Kind, Reference
from skillagent.markdown.yaml_header import Value, plain, scalar_text

__all__ = [
    "DIALECTS",
    "OBSIDIAN",
    "Dialect",
    "Document",
    "Frontmatter",
    "Heading",
    "Kind",
    "Piece",
    "Reference",
    "Value",
    "plain",
    "scalar_text",
]
