"""The links of a summary: the strongest first, each with its type, those of one sentence together.

`strongest`, `telling_backlinks`, `successors` and `unresolved` choose; `lines` says what is shown
of the chosen ones.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence

from skillagent.disclosure import writing
from skillagent.disclosure.results import LinkLine, UnresolvedLink
from skillagent.disclosure.session_view import LINE_CHARS, SessionView
from skillagent.markdown.inline import plain_text
from skillagent.markdown.link_fields import field_name
from skillagent.markdown.prose import shortened
from skillagent.store import LinkView, NodeHead

RANKED_LINKS, RANKED_BACKLINKS = 60, 20
"""Of a node with more links or backlinks, only so many are ranked by the words beside them."""
CANDIDATES = 3
"""So many nodes are named that an unresolved link may mean."""
SUCCESSORS = 3
"""Of the nodes that replace an outdated one, so many are named."""
NAME_CHARS = 60
"""The name of an unresolved link is cut to this length."""


def strongest(view: SessionView, node: NodeHead, query: str | None) -> list[LinkView]:
    """The node's links, one a target, strongest first.

    With a query: by its words in the context and in the target's title and description.
    Otherwise, and among equals: by place, and by how many nodes link to the target.
    """
    best: dict[str, tuple[int, LinkView]] = {}
    for link in view.graph.links_from(node.id):
        if not link.target or link.target == node.id:
            continue
        place, known = best.get(link.target, (len(best), None))
        if known is None or (known.is_bare and not link.is_bare):
            best[link.target] = (place, link)
    links = list(best.values())
    if query and len(links) > RANKED_LINKS:
        # The targets that answer the query are found without cutting every context.
        scores = view.graph.scores(query, [str(link.target) for _, link in links])
        links.sort(key=lambda item: (-scores[str(item[1].target)], item[0]))
        rest = links[RANKED_LINKS:]
        links = links[:RANKED_LINKS]
    else:
        rest = []
    most = max((view.graph.indegree(target) for target in best), default=0)

    def strength(item: tuple[int, LinkView]) -> tuple[float, float, int]:
        place, link = item
        assert link.target
        popular = math.log1p(view.graph.indegree(link.target)) / math.log1p(most or 1)
        early = 1 / (1 + place / 4)
        score = _relevance(view, query, link, link.target)
        return (-score, -(popular + early - 2 * _says_nothing(view, link)), place)

    return [link for _, link in [*sorted(links, key=strength), *rest]]


def _says_nothing(view: SessionView, link: LinkView) -> bool:
    """Whether neither words nor the type of a link say why to follow it."""
    return link.is_bare and field_name(link.key) not in view.graph.link_fields


def _relevance(view: SessionView, query: str | None, link: LinkView, other: str) -> float:
    if not query:
        return 0.0
    before, after = link.around()
    return view.graph.relevance(query, other, f"{before} {link.label} {after}")


def telling_backlinks(view: SessionView, node: NodeHead, query: str | None) -> list[LinkView]:
    """Links to the node from elsewhere, one a source, the most telling first."""
    first: dict[str, LinkView] = {}
    for link in view.graph.backlinks(node.id):
        known = first.get(link.source)
        if known is None or (known.key and not link.key):
            first[link.source] = link
    links = list(first.values())
    links.sort(key=lambda link: (bool(link.key), -view.graph.indegree(link.source), link.source))

    def telling(item: tuple[int, LinkView]) -> tuple[float, bool, int]:
        place, link = item
        return (-_relevance(view, query, link, link.source), link.is_bare, place)

    ranked = sorted(enumerate(links[:RANKED_BACKLINKS]), key=telling)
    return [link for _, link in ranked if not link.is_bare]


def types(view: SessionView, links: Iterable[LinkView]) -> dict[str, tuple[str, ...]]:
    """Target → the frontmatter fields in which links to it stand, in order of their place."""
    found: dict[str, dict[str, None]] = {}
    for link in links:
        if link.key and link.target:
            name = writing.in_types(view.words(link.key))
            found.setdefault(link.target, {})[name] = None
    return {target: tuple(names) for target, names in found.items()}


def lines(
    view: SessionView, links: Sequence[LinkView], typed: dict[str, tuple[str, ...]]
) -> tuple[LinkLine, ...]:
    """What a summary says of some links; those of one sentence follow the first of them.

    Args:
        view: the session's graph.
        links: of one node, each to another target.
        typed: from `types`.
    """
    shared = _shared_contexts(view, links)
    made = [_line(view, link, typed, shared.get(link, "")) for link in links]
    first: dict[str, int] = {}
    for place, line in enumerate(made):
        first.setdefault(line.context, place)
    order = [first[line.context] if line.context else place for place, line in enumerate(made)]
    return tuple(made[place] for place in sorted(range(len(made)), key=lambda at: (order[at], at)))


def _shared_contexts(view: SessionView, links: Sequence[LinkView]) -> dict[LinkView, str]:
    """The context of each link that stands in one sentence with another one before it in order.

    A long sentence is cut around a link: what is cut away is not shared.
    """
    sentences: dict[tuple[int, int], list[LinkView]] = {}
    for link in links:
        if not link.key and not link.is_bare:
            sentences.setdefault(link.sentence, []).append(link)
    shared: dict[LinkView, str] = {}
    for first, *others in sentences.values():
        context = first.context
        inside = [link for link in others if _is_in(link, context)]
        if inside:
            shared.update(dict.fromkeys((first, *inside), view.words(context)))
    return shared


def _is_in(link: LinkView, context: str) -> bool:
    """Whether the words of a link stand in a context of its sentence, which may be cut."""
    if "…" not in (context[:1], context[-1:]):
        return True
    name = re.escape(plain_text(link.label or link.name))
    return re.search(rf"(?<!\w){name}(?!\w)", context) is not None


def _line(
    view: SessionView, link: LinkView, typed: dict[str, tuple[str, ...]], shared: str
) -> LinkLine:
    assert link.target
    target = view.graph.head(link.target)
    context = shared
    if not context and link.is_bare and target.id not in view.shown.described:
        context = short(view, target)
    if not context and not link.key:
        context = view.words(view.phrase(link))
    types_of_link = typed.get(target.id, ())
    return LinkLine(target.id, view.cost(target), context, types_of_link, view.status(target))


def short(view: SessionView, node: NodeHead) -> str:
    """The description of a node as it stands beside a link to it."""
    return shortened(view.words(node.description), LINE_CHARS)


def backlink_lines(view: SessionView, links: Iterable[LinkView]) -> tuple[LinkLine, ...]:
    """What a summary says of links from elsewhere: the node at their beginning."""
    return tuple(_bare_line(view, link.source, view.words(view.phrase(link))) for link in links)


def successors(view: SessionView, node: NodeHead) -> tuple[LinkLine, ...]:
    """The nodes that replace an outdated one; they are not shown by being named."""
    outdated = view.graph.outdated(node.id)
    newer = outdated.successors[:SUCCESSORS] if outdated else ()
    return tuple(_bare_line(view, successor, "") for successor in newer)


def _bare_line(view: SessionView, id: str, context: str) -> LinkLine:
    node = view.graph.head(id)
    return LinkLine(id, view.cost(node), context, status=view.status(node))


def unresolved(view: SessionView, node: NodeHead) -> tuple[UnresolvedLink, ...]:
    """The names that lead from a node nowhere, or to several nodes, each once."""
    found: dict[str, UnresolvedLink] = {}
    for link in view.graph.links_from(node.id):
        if link.target is None and (name := view.words(link.name)):
            name = shortened(name, NAME_CHARS)
            found.setdefault(name, UnresolvedLink(name, link.candidates[:CANDIDATES]))
    return tuple(found.values())
