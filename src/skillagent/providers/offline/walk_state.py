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
"""Weight of a word that tells how something is asked, not what about, and of one that names what
must not happen ("without losing it"): an answer need not contain it. Other words have 1."""
LIGHT_TERMS = frozenset(
    terms(
        "able add anybody anyone anything best better come create everybody everyone "
        "everything explain find good happen help keep kind know long look make many mean "
        "much nobody nothing often possible put say see show somebody someone something start "
        "support take tell thing think want way work"
    )
)


@dataclass(frozen=True, slots=True)
class ListedHit:
    """A node that a listing offered for the question."""

    node: str
    words: frozenset[str] | None
    """Terms of its line: id, description, and the words that match. None if the line does not say
    where the node matches: then any word of the question may be in its text."""
    score: float | None = None
    """Its score as a part of the best hit's score; None if the listing did not rank by words."""


@dataclass(frozen=True, slots=True)
class OutlineSection:
    """A section in the outline of a long node."""

    title: str
    cost: int
    rank: int
    """Place among the sections that answer the question, from 1; 0 for the others."""


@dataclass
class WalkState:
    """The question, and what the results have disclosed before the next turn."""

    question: str = ""
    hits: dict[str, ListedHit] = field(default_factory=dict)
    """Node → its hit, in the order of the listing."""
    listings: int = 0
    turns: int = 0
    """Replies with tool calls since the question."""
    cursor: str | None = None
    weak: bool = False
    """Whether a listing said that its best match is weak."""
    called: set[str] = field(default_factory=set)
    """`tool node#section` of each call since the question; see `call_keys`."""
    room: int | None = None
    """Tokens that later answers may cost; None before the first result."""
    most_room: int = 0
    """The room after the first result for this question."""
    spent: bool = False
    # The fields below are kept for the next question.
    listed: dict[str, dict[str, ListedHit]] = field(default_factory=dict)
    """Question → its hits, because a page that was listed before is not listed again."""
    costs: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    outlines: dict[str, tuple[OutlineSection, ...]] = field(default_factory=dict)
    texts: dict[str, list[str]] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)
    """Nodes whose whole text was shown."""
    left_out: dict[str, int] = field(default_factory=dict)
    """Node → tokens of the sections that did not fit into the answer which began its text."""
    statuses: dict[str, str] = field(default_factory=dict)
    """Node → why not to rely on it, in one word; empty for a current node."""
    successors: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Outdated node → the nodes that replace it, as far as they are known."""

    @cached_property
    def wanted(self) -> Mapping[str, str]:
        """Term → word of the question."""
        return query_terms(self.question)

    def light(self, term: str) -> float:
        """A factor for the weight of a term of the question; see `LIGHT`."""
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
        """A node's title; if it is not known, the last part of the id."""
        return self.titles.get(node) or node.rpartition("/")[2]

    def is_outdated(self, node: str) -> bool:
        """Whether an answer said not to rely on a node."""
        return bool(self.statuses.get(node))

    def node_words(self, node: str) -> frozenset[str]:
        """Terms of all that is known of a node: names, description, texts."""
        names = (node, self.titles.get(node, ""), self.descriptions.get(node, ""))
        return frozenset(terms("\n".join((*names, *self.texts.get(node, ())))))

    def about(self, node: str) -> frozenset[str]:
        """Terms of a node's names, description and headings, which tell what it is about."""
        headings = [line for text in self.texts.get(node, ()) for line in _HEADING.findall(text)]
        headings += [section.title for section in self.outlines.get(node, ())]
        described = terms("\n".join((self.descriptions.get(node, ""), *headings)))
        return self.names(node) | frozenset(described)

    def known_words(self, node: str) -> frozenset[str] | None:
        """Terms of a hit's line and of its texts; None if they are not known."""
        words = self.hits[node].words
        if node in self.texts:
            return self.node_words(node) | (words or frozenset())
        return words

    def weights(self) -> dict[str, float]:
        """Term of the question → its rarity among the hits; all together have 1.0.

        A word that no hit has is the rarest: without it, a text is hardly an answer. A hit counts
        if its line says where it matches, or if its text was read.
        """
        lines = [words for hit in self.hits if (words := self.known_words(hit)) is not None]
        rarity = {
            term: math.log(1 + (len(lines) + 1) / (0.5 + sum(term in words for words in lines)))
            * self.light(term)
            for term in self.wanted
        }
        total = sum(rarity.values()) or 1.0
        return {term: value / total for term, value in rarity.items()}


def weight(weights: Mapping[str, float], words: Set[str]) -> float:
    """The weight of some terms together, summed in a fixed order."""
    return sum(weights[term] for term in sorted(weights.keys() & words))


def state_after(messages: tuple[Message, ...]) -> WalkState:
    """The state after a conversation; what was disclosed for earlier questions is kept.

    Args:
        messages: the conversation, whose last question is the one to answer.
    """
    state = WalkState()
    for message in messages:
        if message.role is Role.USER and message.text:
            state = WalkState(
                message.text,
                room=state.room,
                listed=state.listed,
                costs=state.costs,
                kinds=state.kinds,
                titles=state.titles,
                descriptions=state.descriptions,
                outlines=state.outlines,
                texts=state.texts,
                whole=state.whole,
                left_out=state.left_out,
                statuses=state.statuses,
                successors=state.successors,
            )
        state.turns += bool(message.tool_calls)
        for part in message.parts:
            if isinstance(part, ToolCall):
                state.called |= call_keys(part)
            elif isinstance(part, ToolResult):
                _collect(state, part.data)
    return state


def call_keys(call: ToolCall) -> set[str]:
    """The keys under which a call is remembered, so that it is not made twice for one question."""
    if not isinstance(call.arguments, Mapping):
        return set()
    if call.name == "read_summary":
        return {f"read_summary {node}" for node in call.arguments.get("nodes", ())}
    node, section = call.arguments.get("node", ""), call.arguments.get("section") or ""
    return {f"{call.name} {node}#{section}"}


def _collect(state: WalkState, data: Mapping[str, Any]) -> None:
    kind = data.get("kind")
    if "room" in data:
        state.room = data["room"]
        state.most_room = max(state.most_room, data["room"])
    if kind == "index":
        _collect_listing(state, data)
    elif kind == "summary":
        for summary in data["nodes"]:
            _collect_summary(state, summary)
    elif kind == "node":
        _collect_text(state, data)
    elif data.get("code") == "spent":
        state.spent = True


def _collect_listing(state: WalkState, data: Mapping[str, Any]) -> None:
    state.listings += 1
    state.cursor = data["cursor"]
    state.weak = state.weak or data.get("match") == "weak"
    state.hits = state.listed.setdefault(data["query"] or "", state.hits)
    for line in data["lines"]:
        node = line["id"]
        state.costs[node] = line["cost"]
        state.kinds[node] = line["kind"]
        state.statuses[node] = line["status"]
        if line["description"]:
            state.descriptions[node] = line["description"]
        matched = " ".join(_MATCHED.findall(_RESPELLED.sub(" ", line["why"])))
        text = f"{node}\n{state.descriptions.get(node, '')}\n{matched}"
        words = frozenset(terms(text)) if line["why"] else None
        score = None if line["score"] is None else line["score"] / 100
        state.hits.setdefault(node, ListedHit(node, words, score))


def _collect_summary(state: WalkState, summary: Mapping[str, Any]) -> None:
    node = summary["id"]
    state.costs[node] = summary["cost"]
    state.kinds[node] = summary["kind"]
    state.titles[node] = summary["title"]
    state.statuses[node] = summary["status"]
    if summary["successors"]:
        state.successors[node] = tuple(line["id"] for line in summary["successors"])
        state.costs.update((line["id"], line["cost"]) for line in summary["successors"])
    if summary["description"]:
        state.descriptions[node] = summary["description"]
    if summary["outline"]:
        state.outlines[node] = tuple(
            OutlineSection(line["title"], line["cost"], line.get("rank", 0))
            for line in summary["outline"]
        )


def _collect_text(state: WalkState, data: Mapping[str, Any]) -> None:
    node = data["id"]
    state.statuses[node] = data["status"]
    if data["replaced_by"]:
        state.successors.setdefault(node, (data["replaced_by"],))
    if data["text"]:
        state.texts.setdefault(node, []).append(data["text"])
    if data["level"] in ("node", "pointer") and not data["missing"] and not data["section"]:
        state.whole.add(node)
    if not data["section"]:
        state.left_out[node] = sum(line["cost"] for line in data["missing"])
    if data["missing"]:
        state.outlines.setdefault(
            node, tuple(OutlineSection(line["title"], line["cost"], 0) for line in data["missing"])
        )
