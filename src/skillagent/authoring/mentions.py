"""Names of nodes that stand in prose without a link.

A mention is the title, an alias or the stem of one other node, whole words in one line, its
last word in any English ending; of two that overlap the longer one counts. Code, comments,
links, headings, web addresses, HTML tags and indented code hold none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from skillagent.graph import Node, NodeKind, SkillGraph
from skillagent.graph.build import ENTRY_STEMS
from skillagent.index.words import STOP_WORDS, stem
from skillagent.markdown import Document
from skillagent.markdown.address import destinations

COMMON = 0.1
"""A name of one word is too common to be meant as a link if more of the nodes hold it."""
FEW = 5
"""In so few nodes no word is too common."""
MIN_LETTERS = 4
"""Of a name of one word."""

_WORD = re.compile(r"[^\W_]+")
_GAP = re.compile(r"[ \t]+|[-_'’]")
_JOINED_BEFORE = re.compile(r"[\w/\\@#$.:&=+~-]\Z")
_JOINED_AFTER = re.compile(r"[/\\@=_-]\w|[/\\=_(]|\.\w|:\w")
# Each pattern gives up at the character that could begin its next match: else a line of a
# million brackets is read a million times.
_URL = re.compile(
    r"\b[A-Za-z][A-Za-z0-9+.-]{0,30}+://[^\s<>]++|\bwww\.[^\s<>]++"
    r"|(?<![^\s<>])[^\s<>@]++@[^\s<>]++"
)
_TAG = re.compile(r"<a\b[^<>\n]*+>(?:[^<\n]|<(?!/?a\b))*+</a>|</?[A-Za-z!][^<>\n]*+>")
_BRACKETS = re.compile(r"!?\[\[[^\[\]\n]*+\]\]|!?\[[^\[\]\n]*+\](?:\[[^\[\]\n]*+\]|:.*)?")
_CALLOUT = re.compile(r"\[![^\[\]\n]*+\][^\n]*")
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]")


@dataclass(frozen=True, slots=True)
class Mention:
    """A node's name in another node's prose."""

    source: str
    """Id of the node whose text it stands in."""
    target: str
    """Id of the node that is named."""
    start: int
    """Offset in the source's document."""
    end: int
    words: int


def mentions(graph: SkillGraph, sources: list[Node]) -> Iterator[Mention]:
    """The first mention of each node in each source that does not link it yet.

    Args:
        graph: whose nodes may be named.
        sources: the nodes to look in, in order.
    """
    names = _names(graph)
    longest: dict[str, int] = {}
    for phrase in names:
        longest[phrase[0]] = max(longest.get(phrase[0], 0), len(phrase))
    for node in sources:
        linked = {node.id, *graph.neighbors(node.id)}
        for mention in _in_document(node, names, longest):
            if mention.target not in linked:
                linked.add(mention.target)
                yield mention


def _names(graph: SkillGraph) -> Mapping[tuple[str, ...], str]:
    """Words of a name, the last one stemmed → the one node that has it."""
    owners: dict[tuple[str, ...], set[str]] = {}
    for node in graph.nodes.values():
        called = {node.title, *node.names, *node.aliases}
        if node.stem.casefold() not in ENTRY_STEMS:
            called.add(node.stem)
        for name in called:
            found = _WORD.findall(name.casefold())
            if found and not all(word in STOP_WORDS for word in found):
                owners.setdefault(_key(found), set()).add(node.id)
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
        found = {stem(word) for word in _WORD.findall(node.document.body.casefold())}
        count.update(found & terms)
    limit = max(FEW, COMMON * len(graph.nodes))
    return {term for term, nodes in count.items() if nodes > limit}


def _key(found: list[str]) -> tuple[str, ...]:
    return (*found[:-1], stem(found[-1])) if len(found) > 1 else (stem(found[0]),)


def _in_document(
    node: Node, names: Mapping[tuple[str, ...], str], longest: Mapping[str, int]
) -> Iterator[Mention]:
    text = node.document.text
    taken_lines = set() if node.kind is NodeKind.NODE else _items_with_links(node.document)
    for line, start, end in prose_lines(node.document):
        if line in taken_lines:
            continue
        found = [
            (match.start(), match.end(), match[0].casefold())
            for match in _WORD.finditer(text, start, end)
        ]
        at = 0
        while at < len(found):
            taken = _longest_at(text, found, at, names, longest)
            if taken:
                first, last = found[at][0], found[at + taken - 1][1]
                key = _key([word for _, _, word in found[at : at + taken]])
                if _stands_alone(text, first, last) and names[key] != node.id:
                    yield Mention(node.id, names[key], first, last, taken)
            at += taken or 1


def _items_with_links(document: Document) -> set[int]:
    """Where the lines begin that list a link: in a map their words are about that link."""
    text = document.text
    starts: set[int] = set()
    line = at = 0
    for link in document.references:
        line = text.rfind("\n", at, link.start) + 1 or line
        at = link.start
        starts.add(line)
    return {start for start in starts if _ITEM.match(text, start)}


def _longest_at(
    text: str,
    found: list[tuple[int, int, str]],
    at: int,
    names: Mapping[tuple[str, ...], str],
    longest: Mapping[str, int],
) -> int:
    """How many words from one on are the longest name, or 0."""
    word = found[at][2]
    reach = max(longest.get(word, 0), longest.get(stem(word), 0))
    for count in range(min(reach, len(found) - at), 0, -1):
        words = found[at : at + count]
        together = all(_GAP.fullmatch(text, left[1], right[0]) for left, right in pairwise(words))
        if together and _key([word for _, _, word in words]) in names:
            return count
    return 0


def _stands_alone(text: str, start: int, end: int) -> bool:
    """False inside a path, an identifier, a longer compound or an address."""
    if _JOINED_BEFORE.search(text, max(0, start - 1), start):
        return False
    return not _JOINED_AFTER.match(text, end)


def _joined(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ranges sorted, those that overlap made one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def prose_lines(document: Document) -> Iterator[tuple[int, int, int]]:
    """Stretches of single lines in which a link could be set, each with its line's beginning."""
    text = document.text
    masks = document.masks
    hidden = [*zip(*masks.code, strict=True), *zip(*masks.comments, strict=True)]
    hidden += [*zip(*masks.fences, strict=True)]
    hidden += [(link.start, link.end) for link in document.references]
    body = document.frontmatter.body_start
    for found in destinations(text, body, len(text), masks.code):
        hidden.append((found.link, found.stop + 1))
    for pattern in (_URL, _TAG, _BRACKETS, _CALLOUT):
        hidden += [match.span() for match in pattern.finditer(text, body)]
    headings = {heading.start for heading in document.headings}
    hidden = _joined(hidden)
    at, in_list, after_blank, position = 0, False, True, body
    while position < len(text):
        line_end = text.find("\n", position)
        line_end = len(text) if line_end < 0 else line_end
        line = text[position:line_end]
        blank = not line.strip()
        indented = line.startswith(("    ", "\t"))
        if not blank and not indented:
            in_list = bool(_ITEM.match(line)) or (in_list and not after_blank)
        code = indented and not in_list and after_blank
        if not blank and not code and position not in headings:
            start = position
            while at < len(hidden) and hidden[at][1] <= start:
                at += 1
            look = at
            while look < len(hidden) and hidden[look][0] < line_end:
                if hidden[look][0] > start:
                    yield position, start, hidden[look][0]
                start = max(start, hidden[look][1])
                look += 1
            if start < line_end:
                yield position, start, line_end
        after_blank = blank or code
        position = line_end + 1
