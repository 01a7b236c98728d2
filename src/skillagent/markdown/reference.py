"""A link as it is written in a document.

Above: `wikilink` and other modules that find links; `graph`, which looks up where they lead.
Below: nothing.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class LinkKind(StrEnum):
    """How a link is written."""

    WIKILINK = "wikilink"
    EMBED = "embed"
    MARKDOWN = "markdown"
    FRONTMATTER = "frontmatter"
    COMMENT = "comment"


class Reference(NamedTuple):
    """One link as written, its target not yet looked up."""

    kind: LinkKind
    target: str
    """Name or path as written, trimmed; empty for a link into the same document."""
    fragment: str
    """Path of headings, or `^block`; empty if there is none."""
    label: str
    """Text after the `|`, or in the brackets of a Markdown link; empty if there is none."""
    start: int
    """Offset in the document's text."""
    end: int
    line: int
    """Line in the file, from 1."""
    key: str = ""
    """The frontmatter field that contains it; empty in the body."""
    bare_pipe: bool = False
    """True for an unescaped `|` inside a table."""
    is_name: bool = False
    """True for a value of a link field of the frontmatter: a name or path without brackets."""
    template: str = ""
    """The keyword of the site builder's template that contains the target; see `template`."""
    is_tag: bool = False
    """True for a Logseq tag: `#page` with its `#`, or a word of `tags::`. It is a link only if the
    page exists."""
