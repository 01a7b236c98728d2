"""What the header of a file says not to report: `check-ignore: [SG305, SG313]`.

In a SKILL.md, whose header may have six keys only, it is a text below `metadata`:
`check-ignore: "SG131, SG132"`.

Above: `checking`. Below: `graph`.
"""

from __future__ import annotations

from collections.abc import Mapping

from skillagent.graph import Node
from skillagent.markdown.frontmatter import words

KEY = "check-ignore"


def ignored_names(node: Node) -> tuple[tuple[str, ...], int]:
    """Names of codes that are not reported in a file, in capitals, and the line that says so.

    Args:
        node: the node of the file.

    Returns:
        The names as written but for their case, and a line from 1; no names if the header has
        no such key.
    """
    header = node.document.frontmatter
    value, key = header.get(KEY), KEY
    metadata = header.get("metadata")
    if value is None and isinstance(metadata, Mapping):
        value, key = metadata.get(KEY), "metadata"
    names = tuple(dict.fromkeys(name.upper() for name in words(value)))
    return names, header.lines.get(key, 1) if names else 0
