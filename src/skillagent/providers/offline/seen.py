"""What a conversation has disclosed to the navigator, read from the results of its calls."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from skillagent.index.analyzer import query_terms, terms
from skillagent.messages import Message, Role, ToolCall, ToolResult

_MATCHED = re.compile(r"\(([^()]*)\)")
_HEADING = re.compile(r"^#{1,6}[ \t]+(.*)$", re.MULTILINE)
_AVOIDED = re.compile(r"\bwithout\s+(?:any\s+|the\s+|my\s+)?(\w+)", re.IGNORECASE)
_RESPELLED = re.compile(r"\S+→\S+")


LIGHT = 0.2
"""What a word counts that tells how something is asked rather than what about, and one that names
what must not happen ("without losing it"): a text that answers need not say it."""
LIGHT_TERMS = frozenset(
    terms(
        "able add anybody anyone anything best better come create everybody everyone "
        "everything explain find good happen help keep kind know long look make many mean "
        "much nobody nothing often possible put say see show somebody someone something start "
        "support take tell thing think want way work"
    )
)


@dataclass(frozen=True, slots=True)
class Hit:
    """A node that a listing offered for the question."""

    node: str
    words: frozenset[str]
    """Terms of its line: name, description, and where it matches."""


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a long node."""

    title: str
    cost: int
    rank: int
    """Place among the sections that answer the question, from 1; 0 for the others."""


@dataclass
class Seen:
    """What the question and the results before the next turn tell."""

    question: str = ""
    hits: dict[str, Hit] = field(default_factory=dict)
    """In the order of the listing."""
    listings: int = 0
    turns: int = 0
    """Replies since the question that called a tool."""
    cursor: str | None = None
    weak: bool = False
    """The listing itself says that its best match is a weak one."""
    called: set[str] = field(default_factory=set)
    """`tool node#section` of each read and summary since the question."""
    room: int | None = None
    """Tokens that answers may still cost; None while no result has told."""
    spent: bool = False
    # What follows outlives the question.
    listed: dict[str, dict[str, Hit]] = field(default_factory=dict)
    """Question → its hits: a page that was listed before is not listed again."""
    costs: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    outlines: dict[str, tuple[Section, ...]] = field(default_factory=dict)
    texts: dict[str, list[str]] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)
    """Nodes of which every text was shown."""

    @cached_property
    def wanted(self) -> Mapping[str, str]:
        """Term → word of the question."""
        return query_terms(self.question)

    def light(self, term: str) -> float:
        """A factor: what a term of the question counts by its part in it."""
        return LIGHT if term in self._light_terms else 1.0

    @cached_property
    def _light_terms(self) -> frozenset[str]:
        return LIGHT_TERMS | frozenset(terms(" ".join(_AVOIDED.findall(self.question))))

    @property
    def nodes(self) -> list[str]:
        """The hits in their order, then other nodes whose text was read."""
        return list(dict.fromkeys((*self.hits, *self.texts)))

    def names(self, node: str) -> frozenset[str]:
        """Terms of a node's id, without its folders, and of its title."""
        return frozenset(terms(f"{node.rpartition('/')[2]} {self.titles.get(node, '')}"))

    def name(self, node: str) -> str:
        """A node's title, or what its file is called where the title is not known."""
        return self.titles.get(node) or node.rpartition("/")[2]

    def node_words(self, node: str) -> frozenset[str]:
        """Terms of all that is known of a node: names, description, texts."""
        known = (node, self.titles.get(node, ""), self.descriptions.get(node, ""))
        return frozenset(terms("\n".join((*known, *self.texts.get(node, ())))))

    def about(self, node: str) -> frozenset[str]:
        """Terms of what a node says that it is about: names, description, headings."""
        headings = [line for text in self.texts.get(node, ()) for line in _HEADING.findall(text)]
        headings += [section.title for section in self.outlines.get(node, ())]
        described = terms("\n".join((self.descriptions.get(node, ""), *headings)))
        return self.names(node) | frozenset(described)

    def weights(self) -> dict[str, float]:
        """Term of the question → how rare it is among the hits, 1.0 for all of them together.

        A word that no hit holds is the rarest: no answer without it may be one.
        """
        held = [hit.words for hit in self.hits.values()]
        rarity = {
            term: math.log(1 + (len(held) + 1) / (0.5 + sum(term in words for words in held)))
            * self.light(term)
            for term in self.wanted
        }
        total = sum(rarity.values()) or 1.0
        return {term: value / total for term, value in rarity.items()}


def weight(weights: Mapping[str, float], words: Set[str]) -> float:
    """What some terms count together, summed in a fixed order."""
    return sum(weights[term] for term in sorted(weights.keys() & words))


def seen_in(messages: tuple[Message, ...]) -> Seen:
    """Collect what the tools answered; earlier questions leave what they disclosed behind.

    Args:
        messages: the conversation, whose last question is the one to answer.
    """
    seen = Seen()
    for message in messages:
        if message.role is Role.USER and message.text:
            seen = Seen(
                message.text,
                room=seen.room,
                listed=seen.listed,
                costs=seen.costs,
                kinds=seen.kinds,
                titles=seen.titles,
                descriptions=seen.descriptions,
                outlines=seen.outlines,
                texts=seen.texts,
                whole=seen.whole,
            )
        seen.turns += bool(message.tool_calls)
        for part in message.parts:
            if isinstance(part, ToolCall):
                seen.called |= called(part)
            elif isinstance(part, ToolResult):
                _collect(seen, part.data)
    return seen


def called(call: ToolCall) -> set[str]:
    """What a call is remembered by, so that it is not made twice for one question."""
    if not isinstance(call.arguments, Mapping):
        return set()
    if call.name == "read_summary":
        return {f"read_summary {node}" for node in call.arguments.get("nodes", ())}
    node, section = call.arguments.get("node", ""), call.arguments.get("section") or ""
    return {f"{call.name} {node}#{section}"}


def _collect(seen: Seen, data: Mapping[str, Any]) -> None:
    kind = data.get("kind")
    if "room" in data:
        seen.room = data["room"]
    if kind == "index":
        _collect_listing(seen, data)
    elif kind == "summary":
        for summary in data["nodes"]:
            _collect_summary(seen, summary)
    elif kind == "node":
        _collect_text(seen, data)
    elif data.get("code") == "spent":
        seen.spent = True


def _collect_listing(seen: Seen, data: Mapping[str, Any]) -> None:
    seen.listings += 1
    seen.cursor = data["cursor"]
    seen.weak = seen.weak or data.get("match") == "weak"
    seen.hits = seen.listed.setdefault(data["query"] or "", seen.hits)
    for line in data["lines"]:
        node = line["id"]
        seen.costs[node] = line["cost"]
        seen.kinds[node] = line["kind"]
        if line["description"]:
            seen.descriptions[node] = line["description"]
        matched = " ".join(_MATCHED.findall(_RESPELLED.sub(" ", line["why"])))
        text = f"{node}\n{seen.descriptions.get(node, '')}\n{matched}"
        # A line that is too short to say where it matches may match in every word.
        words = frozenset(terms(text)) if line["why"] else frozenset(seen.wanted)
        seen.hits.setdefault(node, Hit(node, words))


def _collect_summary(seen: Seen, summary: Mapping[str, Any]) -> None:
    node = summary["id"]
    seen.costs[node] = summary["cost"]
    seen.kinds[node] = summary["kind"]
    seen.titles[node] = summary["title"]
    if summary["description"]:
        seen.descriptions[node] = summary["description"]
    if summary["outline"]:
        seen.outlines[node] = tuple(
            Section(line["title"], line["cost"], line.get("rank", 0)) for line in summary["outline"]
        )


def _collect_text(seen: Seen, data: Mapping[str, Any]) -> None:
    node = data["id"]
    if data["text"]:
        seen.texts.setdefault(node, []).append(data["text"])
    if data["level"] in ("node", "pointer") and not data["missing"] and not data["section"]:
        seen.whole.add(node)
    if data["missing"]:
        seen.outlines.setdefault(
            node, tuple(Section(line["title"], line["cost"], 0) for line in data["missing"])
        )
