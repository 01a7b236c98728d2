"""Finds names of nodes in prose that are not links yet.

A mention is the title, an alias or the stem of exactly one other node: whole words in one line,
the last word with any English ending, but a name of one word only in singular or plural: "results"
is not the name "resulting". Of two that overlap the longer one counts. Code, comments,
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
from skillagent.markdown.linkable import linkable_lines, stands_alone

COMMON = 0.1
"""Share of the nodes above which a name of one word is too common to mean the node."""
FEW = 5
"""A word in so few nodes is never too common."""
MIN_LETTERS = 4
"""Fewest letters of a name of one word."""

_WORD = re.compile(r"[^\W_]+")
_GAP = re.compile(r"[ \t]+|[-_'’]")
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
    names = _tree(*_names(graph))
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
    """Stem of a name's last word → id of the node with that name.

    At the root, for names of one word: the word itself, in singular and plural.
    """
    longer: dict[str, _Branch] = field(default_factory=dict)
    """Next word → the names that continue with it."""


def _tree(names: Mapping[tuple[str, ...], str], written: Mapping[str, set[str]]) -> _Branch:
    root = _Branch()
    for phrase, node in names.items():
        if len(phrase) == 1:
            forms = {form for word in written[phrase[0]] for form in _numbers(word)}
            root.ends.update({form: node for form in forms if stem(form) == phrase[0]})
            continue
        branch = root
        for word in phrase[:-1]:
            branch = branch.longer.setdefault(word, _Branch())
        branch.ends[phrase[-1]] = node
    return root


def _numbers(word: str) -> Iterator[str]:
    """A word, and what may be its singular or its plural."""
    yield from (word, f"{word}s", f"{word}es")
    if word.endswith("y"):
        yield f"{word[:-1]}ies"
    if word.endswith("ies"):
        yield f"{word[:-3]}y"
    if word.endswith("es"):
        yield word[:-2]
    if word.endswith("s"):
        yield word[:-1]


def _names(graph: SkillGraph) -> tuple[Mapping[tuple[str, ...], str], Mapping[str, set[str]]]:
    """Words of a name, the last one stemmed → id of its only node; stem → names of one word."""
    owners: dict[tuple[str, ...], set[str]] = {}
    written: dict[str, set[str]] = {}
    for node in graph.nodes.values():
        names = {node.title, *node.names, *node.aliases}
        if node.stem.casefold() not in ENTRY_STEMS:
            names.add(node.stem)
        for name in names:
            words = _WORD.findall(name.casefold())
            if words and not all(word in STOP_WORDS for word in words):
                owners.setdefault(_key(words), set()).add(node.id)
                if len(words) == 1:
                    written.setdefault(stem(words[0]), set()).add(words[0])
    common = _common(graph, set(written))
    named = {
        phrase: next(iter(nodes))
        for phrase, nodes in owners.items()
        if len(nodes) == 1
        and (len(phrase) > 1 or (phrase[0] not in common and len(phrase[0]) >= MIN_LETTERS))
    }
    return named, written


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
    for line, start, end in linkable_lines(node.document):
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
                if stands_alone(text, first, last) and target != node.id:
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
        if target := branch.ends.get(word if place == at else stem(word)):
            best = (place - at + 1, target)
        if word not in branch.longer:
            break
        branch = branch.longer[word]
    return best
