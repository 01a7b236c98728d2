"""Finds names of nodes in prose that are not links yet.

A mention is the title, an alias or the stem of exactly one other node: whole words in one line,
the last word with any English ending. Of two that overlap the longer one counts. Code, comments,
links, headings, web addresses and HTML tags are not searched.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from skillagent.graph import Node, NodeKind, SkillGraph
from skillagent.graph.entry import ENTRY_STEMS
from skillagent.index.analyzer import STOP_WORDS, stem
from skillagent.markdown import Document
from skillagent.markdown.link_targets import destinations
from skillagent.markdown.logseq import outline

COMMON = 0.1
"""Share of the nodes above which a name of one word is too common to mean the node."""
FEW = 5
"""A word in so few nodes is never too common."""
MIN_LETTERS = 4
"""Fewest letters of a name of one word."""

_WORD = re.compile(r"[^\W_]+")
_GAP = re.compile(r"[ \t]+|[-_'’]")
_JOINED_BEFORE = re.compile(r"[\w/\\@#$.:&=+~-]\Z")
_JOINED_AFTER = re.compile(r"[/\\@=_-]\w|[/\\=_(]|\.\w|:\w")
# Every repetition below is bounded, or stops where the next match could begin: the time grows
# with the text and not with its square.
_URL = re.compile(r"\b[A-Za-z][A-Za-z0-9+.-]{0,30}://[^\s<>]+|\bwww\.[^\s<>]+")
_WITH_AT = re.compile(r"(?<!\S)\S[^\s@]*@\S+")
_DOMAIN = re.compile(r"\.\w+")
_TAG = re.compile(r"<a\b[^<>\n]*>(?:(?!<a\b)[^\n])*?</a>|</?[A-Za-z!][^<>\n]*>")
_BRACKETS = re.compile(r"!?\[\[(?!\[)[^\]\n]{0,200}\]\]|!?\[[^\[\]\n]*\](?:\[[^\[\]\n]*\]|:.*)?")
_CALLOUT = re.compile(r"\[![^\]\n]{0,200}\][^\n]*")
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]")


@dataclass(frozen=True, slots=True)
class Mention:
    """A node's name in another node's prose."""

    source: str
    """Id of the node whose text contains it."""
    target: str
    """Id of the node that is named."""
    start: int
    """Offset in the source's document."""
    end: int
    words: int


def mentions(graph: SkillGraph, sources: Iterable[Node]) -> Iterator[Mention]:
    """The first mention of each node in each source that does not link it yet.

    Args:
        graph: the graph whose names are searched for.
        sources: the nodes to search, in order.
    """
    names = _tree(_names(graph))
    for node in sources:
        linked = {node.id, *graph.neighbors(node.id)}
        for mention in _in_document(node, names):
            if mention.target not in linked:
                linked.add(mention.target)
                yield mention


@dataclass(slots=True)
class _Branch:
    """Names that begin with the same words; word by word, the tree leads to the longest name."""

    ends: dict[str, str] = field(default_factory=dict)
    """Stem of a name's last word → id of the node with that name."""
    longer: dict[str, _Branch] = field(default_factory=dict)
    """Next word → the names that continue with it."""


def _tree(names: Mapping[tuple[str, ...], str]) -> _Branch:
    root = _Branch()
    for phrase, node in names.items():
        branch = root
        for word in phrase[:-1]:
            branch = branch.longer.setdefault(word, _Branch())
        branch.ends[phrase[-1]] = node
    return root


def _names(graph: SkillGraph) -> Mapping[tuple[str, ...], str]:
    """Words of a name, the last one stemmed → id of the only node that has it."""
    owners: dict[tuple[str, ...], set[str]] = {}
    for node in graph.nodes.values():
        names = {node.title, *node.names, *node.aliases}
        if node.stem.casefold() not in ENTRY_STEMS:
            names.add(node.stem)
        for name in names:
            words = _WORD.findall(name.casefold())
            if words and not all(word in STOP_WORDS for word in words):
                owners.setdefault(_key(words), set()).add(node.id)
    single = {phrase[0] for phrase in owners if len(phrase) == 1}
    common = _common(graph, single)
    return {
        phrase: next(iter(nodes))
        for phrase, nodes in owners.items()
        if len(nodes) == 1
        and (len(phrase) > 1 or (phrase[0] not in common and len(phrase[0]) >= MIN_LETTERS))
    }


def _common(graph: SkillGraph, terms: set[str]) -> set[str]:
    count: Counter[str] = Counter()
    for node in graph.nodes.values():
        stems = {stem(word) for word in _WORD.findall(node.document.body.casefold())}
        count.update(stems & terms)
    limit = max(FEW, COMMON * len(graph.nodes))
    return {term for term, nodes in count.items() if nodes > limit}


def _key(words: list[str]) -> tuple[str, ...]:
    return (*words[:-1], stem(words[-1])) if len(words) > 1 else (stem(words[0]),)


def _in_document(node: Node, names: _Branch) -> Iterator[Mention]:
    text = node.document.text
    taken_lines = set() if node.kind is NodeKind.NODE else _items_with_links(node.document)
    for line, start, end in prose_lines(node.document):
        if line in taken_lines:
            continue
        words = [
            (match.start(), match.end(), match[0].casefold())
            for match in _WORD.finditer(text, start, end)
        ]
        at = 0
        while at < len(words):
            count, target = _longest_at(text, words, at, names)
            if count:
                first, last = words[at][0], words[at + count - 1][1]
                if _stands_alone(text, first, last) and target != node.id:
                    yield Mention(node.id, target, first, last, count)
            at += count or 1


def _items_with_links(document: Document) -> set[int]:
    """Starts of list items with a link: in a map, the words of such an item are about the link."""
    text = document.text
    starts: set[int] = set()
    line = at = 0
    for link in document.references:
        line = text.rfind("\n", at, link.start) + 1 or line
        at = link.start
        starts.add(line)
    return {start for start in starts if _ITEM.match(text, start)}


def _longest_at(
    text: str, words: list[tuple[int, int, str]], at: int, names: _Branch
) -> tuple[int, str]:
    """Length in words of the longest name at a position, or 0, and the id of its node."""
    best = (0, "")
    branch = names
    for place in range(at, len(words)):
        start, _, word = words[place]
        if place > at and not _GAP.fullmatch(text, words[place - 1][1], start):
            break
        if target := branch.ends.get(stem(word)):
            best = (place - at + 1, target)
        if word not in branch.longer:
            break
        branch = branch.longer[word]
    return best


def _stands_alone(text: str, start: int, end: int) -> bool:
    """False inside a path, an identifier, a longer compound or an address."""
    if _JOINED_BEFORE.search(text, max(0, start - 1), start):
        return False
    return not _JOINED_AFTER.match(text, end)


def _mail_addresses(text: str, body: int) -> Iterator[tuple[int, int]]:
    """Runs without blanks that have an `@` and, after it, a dot and a word."""
    for match in _WITH_AT.finditer(text, body):
        behind = text.index("@", match.start() + 1) + 2
        ends = [dot.end() for dot in _DOMAIN.finditer(text, behind, match.end())]
        if ends:
            yield match.start(), ends[-1]


def _joined(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The ranges, sorted and with overlapping ones merged."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def prose_lines(document: Document) -> Iterator[tuple[int, int, int]]:
    """Stretches of single lines in which a link could be set.

    Yields:
        The offset of the line's beginning, and start and end of the stretch.
    """
    text = document.text
    headings = {heading.start for heading in document.headings}
    excluded = _joined(_excluded(document))
    at, position = 0, document.frontmatter.body_start
    while position < len(text):
        line_end = text.find("\n", position)
        line_end = len(text) if line_end < 0 else line_end
        if position not in headings and text[position:line_end].strip():
            start = position
            while at < len(excluded) and excluded[at][1] <= start:
                at += 1
            look = at
            while look < len(excluded) and excluded[look][0] < line_end:
                if excluded[look][0] > start:
                    yield position, start, excluded[look][0]
                start = max(start, excluded[look][1])
                look += 1
            if start < line_end:
                yield position, start, line_end
        position = line_end + 1


def _excluded(document: Document) -> list[tuple[int, int]]:
    """Ranges that are not prose: code, comments, links, addresses, HTML tags."""
    text, excluded, body = document.text, document.excluded, document.frontmatter.body_start
    ranges = [
        *zip(*excluded.code, strict=True),
        *zip(*excluded.comments, strict=True),
        *zip(*excluded.fences, strict=True),
        *((link.start, link.end) for link in document.references),
    ]
    ranges += [
        (destination.link, destination.stop + 1)
        for destination in destinations(text, body, len(text), excluded.code)
    ]
    for pattern in (_URL, _TAG, _BRACKETS, _CALLOUT):
        ranges += [match.span() for match in pattern.finditer(text, body)]
    if "@" in text:
        ranges += _mail_addresses(text, body)
    if document.dialect.outline:
        ranges += outline.marks(text, body)
    return ranges
