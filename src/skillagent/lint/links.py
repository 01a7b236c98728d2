"""Rules about links: targets that nobody finds, and words that do not say when to follow them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from skillagent.diagnostics import Diagnostic, finding
from skillagent.graph import Link
from skillagent.lint.inspection import HealthFinding, Inspection, health_finding, more_in_file
from skillagent.progress import tracked

BARE = 3
"""Links without words around them from which a list does not help to choose."""
BARE_BELOW = 2
"""The same below a heading such as "See also", which says of no link why to follow it."""
SHOWN = 3
"""Links that are named for each broken target."""
_SEE_ALSO = re.compile(r"\W*(?:see also|related(?: \w+)?|further reading)\W*", re.IGNORECASE)
"""Headings of lists that do not say why to follow their links."""
_EMPTY_LABEL = re.compile(
    r"\W*(?:(?:click |see |read )?(?:here|this|that|more|link)|this (?:link|page|document))\W*",
    re.IGNORECASE,
)
"""Words of a link that do not say what is there."""


def broken(inspection: Inspection) -> Iterator[HealthFinding]:
    """Targets of broken links, the most linked first, each with the most similar name."""
    graph = inspection.graph
    by_target: dict[str, list[Link]] = {}
    for link in graph.links:
        if link.target is None and not link.candidates:
            by_target.setdefault(link.reference.target, []).append(link)
    ordered = sorted(by_target.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    for target, links in tracked(ordered, "looking for near names", inspection.progress):
        near = graph.nearest(target, 1)
        nearest = f"; nearest: {near[0]}" if near else ""
        places = [f"{graph.nodes[link.source].document.path}:{link.line}" for link in links]
        more = f" and {len(places) - SHOWN} more" if len(places) > SHOWN else ""
        detail = f"{', '.join(places[:SHOWN])}{more}{nearest}"
        yield health_finding(
            "SG305",
            graph.nodes[links[0].source],
            f"no node {target!r}, which is linked in {detail}",
            detail=detail,
            subject=target,
            line=links[0].line,
        )


def bare(inspection: Inspection) -> Iterator[HealthFinding]:
    """Nodes with a list of links that have no words around them, the most links first.

    A list are `BARE` links, or `BARE_BELOW` below a heading such as "See also".
    """
    graph = inspection.graph
    rows = []
    for node in graph.nodes.values():
        links = [link for link in graph.links_from(node.id) if not link.key and link.target]
        without_words = [link for link in links if link.is_bare]
        below = sum(1 for link in without_words if _SEE_ALSO.fullmatch(link.section))
        if len(without_words) >= BARE or below >= BARE_BELOW:
            rows.append((node, without_words, len(links)))
    for node, without_words, total in sorted(rows, key=lambda row: (-len(row[1]), row[0].id)):
        count, line = f"{len(without_words)} of {total} links", without_words[0].line
        yield health_finding(
            "SG309",
            node,
            f"{count} have no words beside them",
            detail=f"{count}, from {node.document.path}:{line}",
            line=line,
        )


def empty_label(inspection: Inspection) -> Iterator[Diagnostic]:
    """Links whose words are only "here", "this" or "link"."""
    graph = inspection.graph
    for node in graph.nodes.values():
        links = [
            link
            for link in graph.links_from(node.id)
            if link.label and not link.key and link.target and _EMPTY_LABEL.fullmatch(link.label)
        ]
        if links:
            message = f"the words of the link to {links[0].target} are only {links[0].label!r}"
            message += more_in_file(len(links))
            yield finding("SG333", node.document.path, links[0].line, message)
