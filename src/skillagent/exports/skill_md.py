"""Writes the SKILL.md of a packed graph: its header, and a short body if the entry is too long.

The header has only the six keys of the Agent Skills specification, every value as a quoted
text, so that strict hosts can read it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from skillagent.graph import Node, SkillGraph
from skillagent.graph.kind import GATHERING
from skillagent.lint.agent_skills import (
    MAX_BYTES,
    MAX_COMPATIBILITY,
    MAX_DESCRIPTION,
    MAX_LINES,
    crlf_bytes,
)
from skillagent.markdown import LinkKind, scalar_text
from skillagent.markdown.compose import HeaderValue, Quoted, composed, header_lines
from skillagent.markdown.edit import relative
from skillagent.markdown.inline import plain_text
from skillagent.markdown.prose import shortened

TITLE_KEY = "skillagent.title"
"""Key under `metadata` for the entry's title, because `name` must be the folder's name."""
_WHEN = re.compile(r"\bwhen\b|\bwhenever\b|\buse (?:for|to|this|if)\b", re.IGNORECASE)
_PLAIN_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_.]*(?:-[A-Za-z0-9_.]+)*")
_MAX_HEADER_BYTES = 5_500
_WHEN_CHARS = 400
_LINE_CHARS = 160


def fits(text: str) -> bool:
    """True if every host shows a SKILL.md with this text whole."""
    return crlf_bytes(text) < MAX_BYTES and text.count("\n") <= MAX_LINES


def header(graph: SkillGraph, entry: Node, name: str) -> str:
    """The frontmatter of a SKILL.md, with its fences.

    Args:
        graph: the graph to pack.
        entry: the node that becomes the SKILL.md.
        name: name of the skill.
    """
    own = entry.document.frontmatter
    fields: dict[str, HeaderValue] = {
        "name": name,
        "description": quoted(description(graph, entry)),
    }
    optional: list[tuple[str, str]] = []
    for key, limit in (("license", 200), ("compatibility", MAX_COMPATIBILITY)):
        if text := plain_text(scalar_text(own.get(key))):
            optional.append((key, shortened(text, limit)))
    tools = own.get("allowed-tools")
    if isinstance(tools, str) and tools.strip():
        optional.append(("allowed-tools", tools))
    # Fields that would leave no room for a body are only in the record of the export.
    room = _MAX_HEADER_BYTES - crlf_bytes(composed(fields))
    for key, text in optional:
        if (size := crlf_bytes(header_lines({key: quoted(text)}))) < room:
            fields[key] = quoted(text)
            room -= size
    metadata: dict[str, str] = {}
    for key, value in _metadata(entry, name).items():
        size = crlf_bytes(header_lines({"metadata": {key: value}}))
        if size < room:
            metadata[key] = value
            room -= size
    if metadata:
        fields["metadata"] = metadata
    return composed(fields)


def _metadata(entry: Node, name: str) -> dict[str, str]:
    own = entry.document.frontmatter.get("metadata")
    metadata = dict(own) if isinstance(own, Mapping) else {}
    if entry.title != name:
        metadata = {TITLE_KEY: shortened(_clean(entry.title), 200), **metadata}
    return {
        key if _PLAIN_KEY.fullmatch(key) else quoted(key): quoted(scalar_text(value))
        for key, value in metadata.items()
        if key.strip()
    }


def description(graph: SkillGraph, entry: Node) -> str:
    """What the graph contains and when to use it, at most 1,024 characters.

    The author's own words come first; if they do not say when, titles of nodes that the entry
    links to follow.
    """
    what = _clean(plain_text(entry.description)) or f"{_clean(entry.title)}."
    if _WHEN.search(what):
        return shortened(what, MAX_DESCRIPTION)
    topics = [_clean(graph.nodes[node].title) for node in clusters(graph, entry)]
    when = "Use when a task is about "
    named: list[str] = []
    for topic in dict.fromkeys(filter(None, topics)):
        if len(when) + len("; ".join([*named, topic])) > _WHEN_CHARS:
            break
        named.append(topic)
    when += ("; ".join(named) or _clean(entry.title) or graph.name) + "."
    what = shortened(what, MAX_DESCRIPTION - len(when) - 2)
    joint = "" if what.endswith((".", "!", "?", "…", "。", "！", "？")) else "."
    return shortened(f"{what}{joint} {when}", MAX_DESCRIPTION)


def clusters(graph: SkillGraph, entry: Node) -> tuple[str, ...]:
    """Ids of the maps and skills that an entry links to, or of all its targets if none is a map."""
    near = [node for node in graph.neighbors(entry.id) if node in graph.nodes]
    maps = [node for node in near if graph.nodes[node].kind in GATHERING]
    return tuple(maps or near)


def short_body(
    graph: SkillGraph, entry: Node, head: str, source: str, places: Mapping[str, str]
) -> str:
    """A body that leads to the whole entry and to every cluster, and fits behind the header.

    Args:
        graph: the graph to pack.
        entry: the node that does not fit.
        head: the header.
        source: path of the SKILL.md.
        places: id of a node → path of its file.
    """
    title = plain_line(entry.title) or "Index"
    whole = relative(places[entry.id], source)
    top = f"\n# {title}\n\n"
    if (about := plain_line(entry.description)) and not entry.description_derived:
        top += f"{shortened(about, 400)}\n\n"
    top += f"All of it, in its author's words: [{title}]({whole}).\n"
    gathered = clusters(graph, entry)
    near = [node for node in graph.neighbors(entry.id) if node in graph.nodes]
    whys = _whys(graph, entry)
    # Take the first list that fits: all links with reasons, all links, then only clusters.
    for nodes, with_why in ((near, True), (near, False), (gathered, True), (gathered, False)):
        body = top + _list(graph, nodes, whys if with_why else {}, source, places)
        if fits(head + body):
            return body
    body, left = top + "\n", len(gathered)
    for node in gathered:
        line = _item(graph, node, "", source, places)
        rest = f"- and {left} more, in [{title}]({whole})\n"
        if not fits(head + body + line + rest):
            return body + rest
        body, left = body + line, left - 1
    return body


def _list(
    graph: SkillGraph,
    nodes: Sequence[str],
    whys: Mapping[str, str],
    source: str,
    places: Mapping[str, str],
) -> str:
    if not nodes:
        return ""
    return "\n" + "".join(_item(graph, node, whys.get(node, ""), source, places) for node in nodes)


def _item(graph: SkillGraph, node: str, why: str, source: str, places: Mapping[str, str]) -> str:
    title = plain_line(graph.nodes[node].title) or "…"
    path = relative(places[node], source)
    return f"- [{title}]({path})" + (f": {why}\n" if why else "\n")


def _whys(graph: SkillGraph, entry: Node) -> dict[str, str]:
    """Id of a target → its description, or the words around the entry's link to it."""
    whys: dict[str, str] = {}
    for link in graph.links_from(entry.id):
        if link.target is None or link.target in whys:
            continue
        node = graph.nodes[link.target]
        text = node.description
        if node.description_derived and link.kind is not LinkKind.FRONTMATTER and not link.is_bare:
            text = link.context
        whys[link.target] = shortened(plain_line(text), _LINE_CHARS) if text else ""
    return whys


def plain_line(text: str) -> str:
    """A text for a line of Markdown, without links and other marks."""
    return re.sub(r"[\[\]<>`|]|%%|!(?=\[)", "", _clean(plain_text(text))).strip()


def _clean(text: str) -> str:
    """One line of printable text without `---`, which ends a header for the reference validator."""
    printable = "".join(char if char.isprintable() else " " for char in text)
    return re.sub(r"-{3,}", "—", " ".join(printable.split()))


def quoted(text: str) -> Quoted:
    """A printable text as a value of a YAML header, without double brackets, which are a link."""
    return Quoted(re.sub(r"\]{2,}", "]", re.sub(r"\[{2,}", "[", _clean(text))))
