"""Plans the fixes of a graph's files, and reads each file again before anything is written.

Above: the package. Below: the fixes, `file_text`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from skillagent.authoring.file_text import read_node, source_of
from skillagent.authoring.fixes import header, hidden, links
from skillagent.authoring.fixes.place import Place
from skillagent.authoring.link_writer import LinkWriter
from skillagent.diagnostics import Diagnostic
from skillagent.errors import UsageError
from skillagent.files.changes import Changes, changes_of
from skillagent.graph import Node, Root, SkillGraph
from skillagent.graph.resolve import Resolver
from skillagent.markdown import Document
from skillagent.markdown.document import parse
from skillagent.markdown.edit import Edit, edited
from skillagent.markdown.hidden import Hidden

Fix = Callable[[Place], Iterable[Edit]]

FIXES: Mapping[str, Fix] = {
    "SG015": header.quoted_links,
    "SG016": header.quoted_values,
    "SG018": header.list_of_aliases,
    "SG023": links.as_spelled,
    "SG025": links.escaped_pipes,
    "SG030": links.closed,
    "SG033": header.without_tabs,
    "SG201": hidden.without(Hidden.TAGS),
    "SG202": hidden.without(Hidden.ZERO_WIDTH),
    "SG203": hidden.without(Hidden.DIRECTION),
    "SG204": hidden.without(Hidden.SELECTORS),
    "SG205": hidden.without(Hidden.INVISIBLE),
    "SG206": hidden.without_controls,
}
"""Code → the fix of its findings in one file."""

_FOR_LINKS = frozenset(("SG023", "SG030"))
"""Fixes that may change where links lead: from nowhere to a node."""


@dataclass(frozen=True, slots=True)
class FixedFiles:
    """What the fixes of a graph change."""

    changes: tuple[Changes, ...]
    """One for each root in which a file is changed."""
    codes: Mapping[str, int]
    """Code → in how many files it is corrected."""


def fixed(graph: SkillGraph, findings: Iterable[Diagnostic]) -> FixedFiles:
    """Correct findings whose correction is certain.

    A file that is not UTF-8, has changed, or was not read whole is left as it is, with a remark. A
    fix after which a file would have a finding that it did not have is left out.

    Args:
        graph: of one root or several.
        findings: what to correct; findings without a fix are ignored.
    """
    wanted: dict[str, set[str]] = {}
    for one in findings:
        if one.code in FIXES:
            wanted.setdefault(one.path, set()).add(one.code)
    changes = []
    codes: Counter[str] = Counter()
    for root, dialect in zip(graph.roots, graph.dialects, strict=True):
        name = root.name if len(graph.roots) > 1 else ""
        nodes = [node for node in graph.nodes.values() if node.root == name]
        resolver = Resolver(nodes, graph.others[name], dialect, root.folders)
        writer = LinkWriter(resolver, dialect)
        before: dict[str, bytes] = {}
        after: dict[str, bytes] = {}
        remarks: list[str] = []
        for node in nodes:
            edits = _edits(Place(node, resolver, writer), wanted.get(node.document.path, ()))
            try:
                text = _written(root, node, edits.values())
            except UsageError as error:
                remarks.append(str(error))
                continue
            if text is not None:
                codes.update(edits.keys())
                before[node.path] = read_node(root, node)
                after[node.path] = text
        if after or remarks:
            changes.append(changes_of(root.path, before, after, remarks))
    return FixedFiles(tuple(changes), dict(sorted(codes.items())))


def _edits(place: Place, codes: Iterable[str]) -> dict[str, list[Edit]]:
    """Code → the edits of its fix, of those that can be made together."""
    made: dict[str, list[Edit]] = {}
    known = place.document
    for code in sorted(codes):
        edits = sorted(FIXES[code](place))
        together = sorted([*(edit for one in made.values() for edit in one), *edits])
        if not edits or _overlap(together):
            continue
        document = parse(edited(place.document.text, together), known.path, known.dialect)
        if _keeps(known, document, made=code):
            made[code] = edits
            known = document
    return made


def _overlap(edits: list[Edit]) -> bool:
    return any(one.end > after.start for one, after in pairwise(edits))


def _keeps(before: Document, after: Document, *, made: str) -> bool:
    """Whether a fix brought no new finding and lost no link.

    Args:
        before: the file without the fix.
        after: the file with it.
        made: code of the fix.
    """
    old, new = (Counter(one.code for one in document.diagnostics) for document in (before, after))
    if new - old:
        return False
    return made in _FOR_LINKS or _targets(before) == _targets(after)


def _targets(document: Document) -> list[tuple[str, str, str]]:
    return [(link.target, link.fragment, link.label) for link in document.references]


def _written(root: Root, node: Node, edits: Iterable[list[Edit]]) -> bytes | None:
    every = sorted(edit for one in edits for edit in one)
    if not every:
        return None
    return source_of(root, node).stretch(0, len(node.document.text), every)
