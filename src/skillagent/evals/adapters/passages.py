"""Makes the nodes of a graph from documents that mention each other.

The first mention of another document's title becomes a link. Documents with the same title are
passages of one article: a mention leads to the first of them, and each ends with a link to the
next one. Identifiers that a document cites become links of its header.

Above: `multi_hop`, `beir`. Below: `title_mentions`, `plain_text`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from skillagent.evals.adapters.plain_text import clean, escaped, one_line
from skillagent.evals.adapters.title_mentions import Titles
from skillagent.markdown.compose import HeaderValue, Quoted, composed
from skillagent.progress import Progress, tracked

_TYPE = "passage"
_CITES = "sources"
"""The link field of the documents that a document cites."""
_BEFORE, _BEHIND = frozenset("!\\[]"), frozenset("(:[]")
"""Characters that would change the meaning of a link that they touch."""
_LABEL = re.compile(r"[^\[\]|\\`~<%\n]+")
"""A title that can stand in a link as it is."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A document of a set."""

    title: str
    """In one line; empty if it has none."""
    text: str
    cites: tuple[int, ...] = ()
    """Places of other passages that it cites."""

    @classmethod
    def of(cls, title: str, text: str, cites: tuple[int, ...] = ()) -> Passage:
        """A passage with cleaned texts, so that equal ones are equal."""
        return cls(one_line(title), clean(text), cites)


def passage_ids(count: int, letter: str = "p") -> list[str]:
    """The ids of so many passages: `p0000`, `p0001`, …"""
    width = max(4, len(str(count - 1)))
    return [f"{letter}{number:0{width}d}" for number in range(count)]


def node_files(passages: Sequence[Passage], progress: Progress) -> Iterator[tuple[str, bytes]]:
    """The file of each passage, in order, as path and content.

    Args:
        passages: the passages; their order gives their ids.
        progress: receives how many are written.
    """
    ids = passage_ids(len(passages))
    by_title: dict[str, list[int]] = {}
    for place, passage in enumerate(passages):
        if passage.title:
            by_title.setdefault(passage.title, []).append(place)
    following = {a: b for places in by_title.values() for a, b in pairwise(places)}
    linked = _Linked(Titles(by_title), {title: ids[at[0]] for title, at in by_title.items()})
    for place, passage in enumerate(tracked(passages, "writing documents", progress)):
        body = linked.body(passage)
        if place in following:
            body += f"\n\nIt goes on in [[{ids[following[place]]}]]."
        yield f"{ids[place]}.md", f"{_header(passage, ids)}{body}\n".encode()


class _Linked:
    """Sets links where titles are mentioned.

    Args:
        titles: all titles.
        targets: title → id.
    """

    def __init__(self, titles: Titles, targets: Mapping[str, str]) -> None:
        self._titles = titles
        self._targets = targets

    def body(self, passage: Passage) -> str:
        text, seen, at = passage.text, set[str](), 0
        parts: list[str] = []
        for title, start, end in self._titles.mentions(text, passage.title):
            if title in seen:
                continue
            seen.add(title)
            parts += escaped(text[at:start]), self._link(text, title, start, end)
            at = end
        parts.append(escaped(text[at:]))
        return "".join(parts)

    def _link(self, text: str, title: str, start: int, end: int) -> str:
        is_free = text[start - 1 : start] not in _BEFORE and text[end : end + 1] not in _BEHIND
        if is_free and _LABEL.fullmatch(title):
            return f"[[{self._targets[title]}|{title}]]"
        return f"{escaped(title)} ([[{self._targets[title]}]])"


def _header(passage: Passage, ids: Sequence[str]) -> str:
    # Without a type, a list of titles would be taken for a map.
    fields: dict[str, HeaderValue] = {"type": _TYPE}
    if passage.title:
        # Two brackets in a header are a link.
        fields["title"] = Quoted(re.sub(r"\[{2,}", "[", passage.title))
    if passage.cites:
        fields[_CITES] = [ids[place] for place in passage.cites]
    return composed(fields)
