"""A navigator without a model: deterministic, offline, honest about what it is.

It walks a graph the way a model is told to (list by the question's words, read summaries,
follow the best links by their context, read what seems to answer) and then quotes the
sentences that share most with the question. It sees only what the tools disclosed to it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from skillagent.index.words import query_terms, terms
from skillagent.markdown.prose import plain_text, sentences
from skillagent.messages import Message, Reply, Request, Role, Stop, Text, ToolCall, ToolResult

SUMMARIES = 3
READS = 3
ENOUGH = 3_000
"""Tokens of text that it reads for one question, if the first node does not exceed them."""
QUOTES = 5
NOTICE = "[offline navigator: no model; these are sentences quoted from the nodes]"
_FOOTNOTE = re.compile(r"^\s*(?:>|\||```|~~~|---|:?-{3,})")
_MARKER = re.compile(r"^\s*(?:#{1,6}\s+|[-*+]\s+|\d{1,9}[.)]\s+|>\s?)")


@dataclass
class _Seen:
    """What the conversation so far has disclosed since the last question."""

    question: str
    listed: list[str] = field(default_factory=list)
    costs: dict[str, int] = field(default_factory=dict)
    gathering: set[str] = field(default_factory=set)
    """Maps and skills."""
    matched: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    summarized: list[str] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    outlines: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    spent: bool = False


class OfflineProvider:
    """Answers by walking and quoting; no network, no key, the same answer every time.

    Args:
        reads: how many nodes it reads at most for one question.
    """

    def __init__(self, reads: int = READS) -> None:
        self._reads = reads

    @property
    def name(self) -> str:
        return "offline"

    def reply(self, request: Request) -> Iterator[Text | Reply]:
        seen = _seen(request.messages)
        calls = self._next(seen)
        if calls:
            number = sum(len(message.tool_calls) for message in request.messages)
            parts = tuple(
                ToolCall(f"call_{number + at}", name, arguments)
                for at, (name, arguments) in enumerate(calls)
            )
            yield Reply(Message(Role.ASSISTANT, parts), Stop.TOOL_USE)
            return
        answer = _answer(seen)
        for paragraph in answer.splitlines(keepends=True):
            yield Text(paragraph)
        yield Reply(Message(Role.ASSISTANT, (Text(answer),)), Stop.END)

    def _next(self, seen: _Seen) -> list[tuple[str, dict[str, Any]]]:
        """The tool calls of the next turn; none once it is time to answer."""
        asked = {name for name, _ in seen.asked}
        if seen.spent or not query_terms(seen.question):
            return []
        if "list_index" not in asked:
            return [("list_index", {"query": seen.question})]
        if "read_summary" not in asked and seen.listed:
            nodes = seen.listed[:SUMMARIES]
            return [("read_summary", {"nodes": nodes, "query": seen.question})]
        reads = [arguments for name, arguments in seen.asked if name == "read_node"]
        if reads or not seen.listed:
            return []
        return [("read_node", choice) for choice in self._choices(seen)]

    def _choices(self, seen: _Seen) -> list[dict[str, Any]]:
        """What to read: the best hit, then the links and hits that answer most.

        Maps only gather, and their summaries were seen: other nodes come first. Once a few
        thousand tokens are chosen, it is enough.
        """
        wanted = query_terms(seen.question)
        values: dict[str, float] = {}
        for place, node in enumerate(seen.listed[: SUMMARIES + 2]):
            text = f"{node} {seen.descriptions.get(node, '')} {seen.matched.get(node, '')}"
            values[node] = _overlap(text, wanted) + 4 / (1 + place)
        for node, context in seen.links:
            # A context that shares one word with the question shares it by chance.
            value = _overlap(f"{node} {context}", wanted)
            if value >= 2:
                values[node] = values.get(node, 0.0) + value / 2
        order = sorted(values, key=lambda node: (-values[node], node))
        order.sort(key=lambda node: (node in seen.gathering, node != seen.listed[0]))
        chosen: list[str] = []
        cost = 0
        for node in order[: self._reads]:
            if not chosen or cost + seen.costs.get(node, 0) <= ENOUGH:
                chosen.append(node)
                cost += seen.costs.get(node, 0)
        return [self._choice(seen, node, wanted) for node in chosen]

    def _choice(self, seen: _Seen, node: str, wanted: Mapping[str, str]) -> dict[str, Any]:
        sections = seen.outlines.get(node, [])
        scored = [(_overlap(title, wanted), title) for title, _ in sections]
        best = max(scored, default=(0.0, ""), key=lambda item: item[0])
        if best[0] >= 1 and seen.costs.get(node, 0) > 800:
            return {"node": node, "section": best[1]}
        return {"node": node}


def _seen(messages: tuple[Message, ...]) -> _Seen:
    """Collect what the tools answered; earlier questions leave their texts behind."""
    seen = _Seen("")
    for message in messages:
        if message.role is Role.USER and message.text:
            seen = _Seen(
                message.text,
                costs=seen.costs,
                gathering=seen.gathering,
                descriptions=seen.descriptions,
                outlines=seen.outlines,
                texts=seen.texts,
            )
        for part in message.parts:
            if isinstance(part, ToolCall) and isinstance(part.arguments, Mapping):
                seen.asked.append((part.name, part.arguments))
            elif isinstance(part, ToolResult):
                _collect(seen, part.data)
    return seen


def _collect(seen: _Seen, data: Mapping[str, Any]) -> None:
    kind = data.get("kind")
    if kind == "index":
        for line in data["lines"]:
            seen.listed.append(line["id"])
            seen.costs[line["id"]] = line["cost"]
            seen.matched[line["id"]] = line["why"]
            if line["kind"] != "node":
                seen.gathering.add(line["id"])
            if line["description"]:
                seen.descriptions[line["id"]] = line["description"]
    elif kind == "summary":
        for node in data["nodes"]:
            seen.summarized.append(node["id"])
            seen.costs[node["id"]] = node["cost"]
            if node["description"]:
                seen.descriptions[node["id"]] = node["description"]
            if node["outline"]:
                seen.outlines[node["id"]] = [(at["title"], at["cost"]) for at in node["outline"]]
            if node["kind"] != "node":
                seen.gathering.add(node["id"])
            for link in node["links"]:
                seen.links.append((link["id"], link["context"]))
                seen.costs[link["id"]] = link["cost"]
    elif kind == "node" and data["text"]:
        seen.texts[data["id"]] = seen.texts.get(data["id"], "") + "\n\n" + data["text"]
    elif data.get("code") == "spent":
        seen.spent = True


def _overlap(text: str, wanted: Mapping[str, str]) -> float:
    """How many of the wanted terms a text holds."""
    return float(len(wanted.keys() & set(terms(text))))


def _answer(seen: _Seen) -> str:
    wanted = query_terms(seen.question)
    if not wanted:
        return f"{NOTICE}\n\nAsk in words that a node may hold.\n"
    quotes = _quotes(seen, wanted)
    if not quotes:
        found = [
            f"- {seen.descriptions[node]} [[{node}]]"
            for node in seen.listed[:QUOTES]
            if node in seen.descriptions
        ]
        if not found:
            return f"{NOTICE}\n\nNothing in this graph answers that.\n"
        return "\n".join([NOTICE, "", "No text was read; the nearest descriptions:", *found, ""])
    read = dict.fromkeys(node for node, _ in quotes)
    lines = []
    for node in read:
        claim = seen.descriptions.get(node, "")
        found = [sentence for other, sentence in quotes if other == node and sentence != claim]
        lines.append(f"- {claim or found.pop(0)} [[{node}]]")
        lines += [f"  - {sentence}" for sentence in found]
    after = [node for node in dict.fromkeys(seen.listed) if node not in read][:3]
    text = [NOTICE, "", *lines]
    if after:
        text += ["", "See also: " + ", ".join(f"[[{node}]]" for node in after)]
    return "\n".join(text) + "\n"


def _quotes(seen: _Seen, wanted: Mapping[str, str]) -> list[tuple[str, str]]:
    """The sentences that hold the rarest words of the question, in the order of reading."""
    every: list[tuple[str, int, str, frozenset[str]]] = []
    for node, text in seen.texts.items():
        for number, sentence in enumerate(_sentences(text)):
            every.append((node, number, sentence, frozenset(terms(sentence))))
    weights = {}
    for term in wanted:
        holding = sum(term in found for _, _, _, found in every)
        weights[term] = math.log(1 + len(every) / (1 + holding)) if holding else 0.0
    scored = []
    for at, (node, number, sentence, found) in enumerate(every):
        score = sum(weights[term] for term in sorted(wanted) if term in found)
        # A long sentence holds more words by chance; an early one more often states the claim.
        score = score / (1 + 0.02 * max(0, len(sentence.split()) - 25)) * (1 + 0.3 / (1 + number))
        if score > 0:
            scored.append((-score, at, node, sentence))
    best = sorted(scored)
    chosen: list[tuple[int, str, str]] = []
    for _, at, node, sentence in best:
        if sum(other == node for _, other, _ in chosen) < 3 and all(
            sentence != known for _, _, known in chosen
        ):
            chosen.append((at, node, sentence))
        if len(chosen) == QUOTES:
            break
    return [(node, sentence) for _, node, sentence in sorted(chosen)]


def _sentences(text: str) -> Iterator[str]:
    fenced = False
    paragraph: list[str] = []
    for line in [*text.split("\n"), ""]:
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        starts = bool(_MARKER.match(line))
        if fenced or starts or not line.strip() or _FOOTNOTE.match(line):
            yield from _whole(paragraph)
            paragraph = []
        if not fenced and line.strip() and not _FOOTNOTE.match(line) and line.lstrip()[0] != "#":
            paragraph.append(_MARKER.sub("", line))
    yield from _whole(paragraph)


def _whole(paragraph: list[str]) -> Iterator[str]:
    for sentence in sentences(" ".join(paragraph)):
        text = plain_text(sentence)
        if len(text.split()) >= 5 and text[-1] in ".!?…。":
            yield text
