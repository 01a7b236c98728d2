"""Selects the links of a summary: the strongest first, those of one sentence together.

`strongest`, `telling_backlinks`, `successors` and `unresolved` select links; `lines` makes the
values that are shown for them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from skillagent.disclosure import writing
from skillagent.disclosure.results import LinkLine, UnresolvedLink
from skillagent.disclosure.session_view import LINE_CHARS, SessionView
from skillagent.markdown.dialect import field_name
from skillagent.markdown.inline import plain_text
from skillagent.markdown.prose import shortened
from skillagent.store import LinkView, NodeHead

RANKED_LINKS, RANKED_BACKLINKS = 60, 20
"""Most links, and backlinks, that are ranked by the words beside them: finding those is slow."""
CANDIDATES = 3
"""Most nodes that are named for an unresolved link with several meanings."""
SUCCESSORS = 3
"""Most nodes that are named as replacements of an outdated one."""
NAME_CHARS = 60
"""Names of unresolved links are cut to this length."""


def strongest(view: SessionView, node: NodeHead, query: str | None) -> list[LinkView]:
    """The node's links, one for each target, the strongest first.

    With a query, a link is stronger the more of its words the context and the target's title and
    description have. Without one, and among equals: the earlier it is in the text, and the more
    nodes link to its target; links that say nothing come last.

    Args:
        view: the session's graph.
        node: the node.
        query: what the model wants to know.
    """
    best: dict[str, tuple[int, LinkView]] = {}
    for link in view.graph.links_from(node.id):
        if not link.target or link.target == node.id:
            continue
        place, earlier = best.get(link.target, (len(best), None))
        if earlier is None or (earlier.is_bare and not link.is_bare):
            best[link.target] = (place, link)
    links = list(best.values())
    if query and len(links) > RANKED_LINKS:
        # The scores of the targets are known without reading the context of every link.
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
        popularity = math.log1p(view.graph.indegree(link.target)) / math.log1p(most or 1)
        earliness = 1 / (1 + place / 4)
        score = _relevance(view, query, link, link.target)
        return (-score, -(popularity + earliness - 2 * _says_nothing(view, link)), place)

    return [link for _, link in [*sorted(links, key=strength), *rest]]


def _says_nothing(view: SessionView, link: LinkView) -> bool:
    """Whether neither the words beside a link nor its type say why to follow it."""
    return link.is_bare and field_name(link.key) not in view.graph.link_fields


def _relevance(view: SessionView, query: str | None, link: LinkView, node: str) -> float:
    if not query:
        return 0.0
    before, after = link.around()
    return view.graph.relevance(query, node, f"{before} {link.label} {after}")


def telling_backlinks(view: SessionView, node: NodeHead, query: str | None) -> list[LinkView]:
    """Links from other nodes whose context says something, one for each source, the best first."""
    by_source: dict[str, LinkView] = {}
    for link in view.graph.backlinks(node.id):
        earlier = by_source.get(link.source)
        if earlier is None or (earlier.key and not link.key):
            by_source[link.source] = link
    links = list(by_source.values())
    links.sort(key=lambda link: (bool(link.key), -view.graph.indegree(link.source), link.source))

    def rank(item: tuple[int, LinkView]) -> tuple[float, bool, int]:
        place, link = item
        return (-_relevance(view, query, link, link.source), link.is_bare, place)

    ranked = sorted(enumerate(links[:RANKED_BACKLINKS]), key=rank)
    return [link for _, link in ranked if not link.is_bare]


def types(view: SessionView, links: Iterable[LinkView]) -> dict[str, tuple[str, ...]]:
    """Target → the frontmatter fields that hold links to it, in the order of the file."""
    fields: dict[str, dict[str, None]] = {}
    for link in links:
        if link.key and link.target:
            name = writing.in_types(view.words(link.key))
            fields.setdefault(link.target, {})[name] = None
    return {target: tuple(names) for target, names in fields.items()}


def lines(
    view: SessionView, links: Sequence[LinkView], typed: dict[str, tuple[str, ...]]
) -> tuple[LinkLine, ...]:
    """The lines for some links; those of one sentence come together, where the first of them is.

    Args:
        view: the session's graph.
        links: links of one node, each to a different target.
        typed: returned by `types`.
    """
    shared = _shared_contexts(view, links)
    unordered = [_line(view, link, typed, shared.get(link, "")) for link in links]
    first: dict[str, int] = {}
    for place, line in enumerate(unordered):
        first.setdefault(line.context, place)
    order = [first[line.context] if line.context else place for place, line in enumerate(unordered)]
    places = sorted(range(len(unordered)), key=lambda place: (order[place], place))
    return tuple(unordered[place] for place in places)


def _shared_contexts(view: SessionView, links: Sequence[LinkView]) -> dict[LinkView, str]:
    """Link → the context that it shares with other links of its sentence.

    The context of a long sentence is cut around its first link; links outside of it share nothing.
    """
    sentences: dict[tuple[int, int], list[LinkView]] = {}
    for link in links:
        if not link.key and not link.is_bare:
            sentences.setdefault(link.sentence, []).append(link)
    shared: dict[LinkView, str] = {}
    for first, *following in sentences.values():
        context = first.context
        sharing = [link for link in following if _is_in(link, context)]
        if sharing:
            shared.update(dict.fromkeys((first, *sharing), view.words(context)))
    return shared


def _is_in(link: LinkView, context: str) -> bool:
    """Whether a context, which may be cut, contains the words of a link of its sentence."""
    if "…" not in (context[:1], context[-1:]):
        return True
    return writing.has_words(context, plain_text(link.label or link.name))


def _line(
    view: SessionView, link: LinkView, typed: dict[str, tuple[str, ...]], shared: str
) -> LinkLine:
    assert link.target
    target = view.graph.head(link.target)
    context, author = shared, link.source
    if not context and link.is_bare and target.id not in view.shown.described:
        context, author = short(view, target), target.id
    if not context and not link.key:
        context, author = view.words(view.phrase(link)), link.source
    return LinkLine(
        target.id,
        view.cost(target),
        context,
        typed.get(target.id, ()),
        view.status(target),
        view.trust.tag_of(author) if context else "",
    )


def short(view: SessionView, node: NodeHead) -> str:
    """The description of a node, cut to the length for a link to it."""
    return shortened(view.words(node.description), LINE_CHARS)


def backlink_lines(view: SessionView, links: Iterable[LinkView]) -> tuple[LinkLine, ...]:
    """The lines for backlinks, which name the nodes that link here."""
    return tuple(_bare_line(view, link.source, view.words(view.phrase(link))) for link in links)


def successors(view: SessionView, node: NodeHead) -> tuple[LinkLine, ...]:
    """The nodes that replace an outdated one. Naming them here does not disclose them."""
    outdated = view.graph.outdated(node.id)
    replacements = outdated.successors[:SUCCESSORS] if outdated else ()
    return tuple(_bare_line(view, successor, "") for successor in replacements)


def _bare_line(view: SessionView, id: str, context: str) -> LinkLine:
    node = view.graph.head(id)
    tag = view.trust.tag_of(id) if context else ""
    return LinkLine(id, view.cost(node), context, status=view.status(node), tag=tag)


def unresolved(view: SessionView, node: NodeHead) -> tuple[UnresolvedLink, ...]:
    """The links of a node that lead to no node, or to several, one for each name."""
    by_name: dict[str, UnresolvedLink] = {}
    for link in view.graph.links_from(node.id):
        if link.target is None and (name := view.words(link.name)):
            name = shortened(name, NAME_CHARS)
            by_name.setdefault(name, UnresolvedLink(name, link.candidates[:CANDIDATES]))
    return tuple(by_name.values())
