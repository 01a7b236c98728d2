"""Find nodes that should not be relied on: deprecated, superseded, expired or stale.

A header says so in four ways: a word of `WORDS` in `status` or `lifecycle` (in
`status: superseded by [[x]]` with the successor); a mark such as `deprecated: true`; a link in
`superseded_by`, or in `supersedes` of another node; a past date in `valid_until` or
`stale_after`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from skillagent.graph.link import Link
from skillagent.graph.node import Node
from skillagent.markdown import scalar_text
from skillagent.markdown.yaml_header import Value

WORDS = frozenset(
    (
        "archived",
        "deprecated",
        "expired",
        "invalidated",
        "obsolete",
        "outdated",
        "rejected",
        "replaced",
        "retired",
        "stale",
        "superseded",
        "withdrawn",
    )
)
"""The words in a status that mean: do not rely on this node."""
SUPERSEDED, EXPIRED, STALE = "superseded", "expired", "stale"
STATUS_FIELDS = ("status", "lifecycle")
MARKS = ("deprecated", "archived", "obsolete", "retired", "withdrawn", "superseded")
"""Fields that mark a node as outdated, unless their value is a word for no."""
SUCCESSOR_FIELDS = frozenset(("superseded_by", "replaced_by", "successor", "deprecated_by"))
PREDECESSOR_FIELDS = frozenset(("supersedes", "replaces"))
DATES = (
    (EXPIRED, ("valid_until", "expires", "expires_at", "expiry_date")),
    (STALE, ("stale_after",)),
)
"""The status of a node after a date, and the fields with its last valid day."""
_NOT_YET = frozenset(("draft", "proposed", "planned", "rejected", "idea"))
"""With such a status, a node is only planned to replace another one."""
_NO = frozenset(("", "false", "no", "none", "null", "n/a", "0"))
_FIELDS = frozenset(
    (*STATUS_FIELDS, *MARKS, *SUCCESSOR_FIELDS, *(name for _, names in DATES for name in names))
)
_IN_BRACKETS = re.compile(r"\[[^\]]*\]")
_DESTINATION = re.compile(r"\[[^\]]*\]\(([^()\s]+)\)")
_STATUS = re.compile(r"\W*(\w+)(?:\s+by\s+(.+))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Outdated:
    """Why a node should not be relied on, and what to read instead."""

    word: str
    """One of `WORDS`."""
    successors: tuple[str, ...] = ()
    """Ids of the nodes that replace it and are in the graph."""


@lru_cache(maxsize=4096)
def field_key(name: str) -> str:
    """A common form of field names: `Superseded-By` and `supersededBy` are `superseded_by`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|[- ]", "_", name).casefold()


def declared_status(node: Node) -> str:
    """The first word of `status` or `lifecycle` in lower case; empty if there is none."""
    return _status(_values(node))[0]


def successor_in_status(node: Node) -> tuple[str, str]:
    """The field with a status such as `superseded by x`, and that name; both empty if none."""
    for field in STATUS_FIELDS:
        for name, value in status_fields(node).items():
            text = scalar_text(value).strip()
            if field_key(name) == field and text:
                word, successor = _status({field: text})
                return (name, successor) if word in WORDS and successor else ("", "")
    return "", ""


def status_fields(node: Node) -> dict[str, Value]:
    """The fields of a header that say whether to rely on its node, as written."""
    fields = node.document.frontmatter.fields
    return {name: value for name, value in fields.items() if field_key(name) in _FIELDS}


def outdated_nodes(
    nodes: Mapping[str, Node],
    links: Iterable[Link],
    named: Callable[[str], str | None],
    today: Callable[[], date],
) -> dict[str, Outdated]:
    """Id → why the node is outdated; only for outdated nodes.

    Args:
        nodes: id → node, for all nodes of a graph.
        links: all links of the graph.
        named: returns the id of the node with a name that a status mentions, or None.
        today: returns the current day; called only if a node has a date.
    """
    successors: dict[str, dict[str, None]] = {}
    for link in links:
        if not link.key or not link.target or link.target == link.source:
            continue
        key = field_key(link.key)
        if key in SUCCESSOR_FIELDS:
            successors.setdefault(link.source, {})[link.target] = None
        elif key in PREDECESSOR_FIELDS and declared_status(nodes[link.source]) not in _NOT_YET:
            successors.setdefault(link.target, {})[link.source] = None
    outdated: dict[str, Outdated] = {}
    for node in nodes.values():
        replaced_by = successors.get(node.id, {})
        word, successor = _judged(_values(node), today)
        if successor and (new_id := named(successor)) and new_id != node.id:
            replaced_by = {new_id: None, **replaced_by}
        if word or replaced_by:
            outdated[node.id] = Outdated(word or SUPERSEDED, tuple(replaced_by))
    return outdated


def _values(node: Node) -> dict[str, str]:
    """`field_key` → value, for the fields of a header that this module reads."""
    return {
        field_key(name): scalar_text(value).strip() for name, value in status_fields(node).items()
    }


def _judged(values: Mapping[str, str], today: Callable[[], date]) -> tuple[str, str]:
    """A word of `WORDS` or an empty text, and the successor that the status names, if any."""
    if any(_says_so(values, field) for field in SUCCESSOR_FIELDS):
        return SUPERSEDED, ""
    word, successor = _status(values)
    if word in WORDS:
        return word, successor
    for mark in MARKS:
        if _says_so(values, mark):
            return mark, ""
    for word, fields in DATES:
        for field in fields:
            last_day = _date(values.get(field, ""))
            if last_day and last_day < today():
                return word, ""
    return "", ""


def _says_so(values: Mapping[str, str], field: str) -> bool:
    return values.get(field, "").casefold() not in _NO


def _status(values: Mapping[str, str]) -> tuple[str, str]:
    """The word of a status, and the name after `by`; each empty if there is none."""
    text = next((values[field] for field in STATUS_FIELDS if values.get(field)), "")
    # A template lists all possible values: `active | deprecated`.
    match = None if "|" in _IN_BRACKETS.sub("", text) else _STATUS.match(text)
    if not match:
        return "", ""
    return match[1].casefold(), _DESTINATION.sub(r"\1", match[2] or "").strip(" .")


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
