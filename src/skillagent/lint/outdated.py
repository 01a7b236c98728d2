"""The rule about links that treat an outdated node as a current one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from skillagent.diagnostics import Diagnostic, finding
from skillagent.graph import Link, Outdated, SkillGraph
from skillagent.graph.outdated import WORDS
from skillagent.graph.status import EXPIRED, STALE
from skillagent.lint.inspection import Inspection

_SAYS_SO = re.compile(
    rf"\b(?:{'|'.join(sorted(WORDS))}|old|older|former|formerly|previous|previously|legacy|until|"
    r"instead|replac\w*|supersed\w*|deprecat\w*|archiv\w*|retir\w*|remov\w*|discontinu\w*|"
    r"histor\w*|past|earlier|was|were|used to|no longer|not any ?more|changelog|migrat\w*|expir\w*)"
    r"\b",
    re.IGNORECASE,
)
"""Words beside a link, or in a heading above it, that tell a reader not to rely on the target."""


def target(inspection: Inspection) -> Iterator[Diagnostic]:
    """Links from current nodes to outdated ones that do not say so; each pair of nodes once."""
    graph = inspection.graph
    for old, outdated in graph.outdated.items():
        sources: set[str] = set()
        for link in graph.backlinks(old):
            if link.source in sources or not _reads_as_current(graph, link, outdated):
                continue
            sources.add(link.source)
            path = graph.nodes[link.source].document.path
            message = f"[[{old}]] is {outdated.word}, and nothing beside the link says so"
            yield finding("SG330", path, link.line, message, _remedy(outdated))


def _reads_as_current(graph: SkillGraph, link: Link, outdated: Outdated) -> bool:
    if link.key or link.source in graph.outdated or link.source in outdated.successors:
        return False
    source = graph.nodes[link.source]
    headings = source.document.heading_path(source.document.section_at(link.start))
    return not any(_SAYS_SO.search(text) for text in (link.context, source.title, *headings))


def _remedy(outdated: Outdated) -> str:
    say = f"say beside the link that it is {outdated.word}"
    if outdated.successors:
        return f"link [[{outdated.successors[0]}]] instead, or {say}"
    if outdated.word in (STALE, EXPIRED):
        return f"bring the node up to date, or {say}"
    return f"remove the link, or {say}"
