"""What an import keeps of a bundle of the Open Knowledge Format.

The graph has no `index.md` at its top any more, so it is no bundle: what the format says by the
names of files, and in listings, is written into headers. Concepts stay as they are, with their
types, sources and all that tells of trust.

Above: `import_plan`. Below: `compose`, nodes.
"""

from __future__ import annotations

from collections.abc import Sequence

from skillagent.authoring.entry import title_of
from skillagent.authoring.link_writer import beside
from skillagent.graph import Node, NodeKind
from skillagent.graph.okf import INDEX, listing_entries
from skillagent.lint.agent_skills import MAX_DESCRIPTION
from skillagent.markdown.compose import composed, header_lines
from skillagent.markdown.edit import Edit
from skillagent.markdown.prose import shortened


def is_bundle(nodes: Sequence[Node]) -> bool:
    """Whether nodes are those of a bundle."""
    return bool(nodes and nodes[0].document.dialect.okf)


def entry_description(node: Node, name: str) -> str | None:
    """A description of the graph, made of what the listing at the top lists.

    Args:
        node: the entry.
        name: name of the skill.

    Returns:
        None if the entry has one of its own.
    """
    if not node.description_derived:
        return None
    titles = [beside(entry.reference.label) for entry in listing_entries(node.document)]
    listed = ", ".join(filter(None, titles)) or beside(node.title)
    return shortened(f"{title_of(name)}: {listed}", MAX_DESCRIPTION)


def kept_edits(node: Node) -> tuple[Edit, ...]:
    """Edits that write into the header of a listing or a log what it is and how it was described.

    Args:
        node: a node of a bundle. A concept needs no edit.
    """
    fields: dict[str, str] = {}
    if node.kind is NodeKind.LOG:
        fields["type"] = NodeKind.LOG.value
    elif node.path.rpartition("/")[2] == INDEX:
        fields["type"] = NodeKind.MAP.value
        if node.listed:
            fields["description"] = node.listed
    head = node.document.frontmatter
    missing = {key: value for key, value in fields.items() if key not in head.fields}
    if not missing:
        return ()
    # A header below blank lines is no header; another one above it would be a second one.
    if not head.body_start and not node.document.text.lstrip().startswith("---"):
        return (Edit(0, 0, composed(missing)),)
    if node.document.text.startswith("---") and head.fields:
        return (Edit(head.start, head.start, header_lines(missing)),)
    return ()
