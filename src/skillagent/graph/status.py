"""Find nodes that should not be relied on: deprecated, superseded, expired or stale.

A header says so in four ways: a word of `WORDS` in `status` or `lifecycle` (in
`status: superseded by [[x]]` with the successor); a mark such as `deprecated: true`; a link in
`superseded_by`, or in `supersedes` of another node; a past date in `valid_until` or
`stale_after`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from skillagent.diagnostics import Diagnostic, finding
from skillagent.graph.link import Link
from skillagent.graph.node import Node
from skillagent.graph.outdated import WORDS, Outdated
from skillagent.markdown import scalar_text
from skillagent.markdown.lazy_pattern import lazy_pattern
from skillagent.markdown.values import Value

if TYPE_CHECKING:
    from datetime import date

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
_NO = lazy_pattern(
    r"(?:\W*|false|off|never|null|n/a|0|tbd|todo|unknown|(?:no|none|not|nobody|nothing)\b.*)",
    re.IGNORECASE | re.DOTALL,
)
"""Values that say no, or not yet."""
_DATE_FORMS = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%d.%m.%Y",
    "%d %b %Y",
    "%d %B %Y",
    "%b %d, %Y",
    "%B %d, %Y",
)
"""Dates that can mean only one day. `01/02/2026` is not among them."""
_PERIOD = lazy_pattern(r"(\d{4})(?:-(\d{2}))?")
_MOMENT = lazy_pattern(
    r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})"
)
"""A day and time with an offset from UTC, as in ISO 8601."""
_TIME = lazy_pattern(r"(?<=\d)[T ]\d{1,2}:\d{2}.*", re.DOTALL)
_FIELDS = frozenset(
    (*STATUS_FIELDS, *MARKS, *SUCCESSOR_FIELDS, *(name for _, names in DATES for name in names))
)
_SEPARATORS = str.maketrans("", "", "-_ ")
_FIELD_NAMES = {name.translate(_SEPARATORS): name for name in (*_FIELDS, *PREDECESSOR_FIELDS)}
"""Letters of a field's name → the name."""
_DATE_FIELDS = frozenset(name for _, names in DATES for name in names)
_IN_BRACKETS = lazy_pattern(r"\[[^\]]*\]")
_DESTINATION = lazy_pattern(r"\[[^\]]*\]\(([^()\s]+)\)")
_STATUS = lazy_pattern(r"\W*(\w+)(.*?)(?:\s+by\s+(.+))?", re.DOTALL)
_BETWEEN_WORDS = lazy_pattern(r"[\W_]+")
MOST_READ = 400
"""Characters of a status that are read."""
MAX_STATUS = 40
"""A longer status is a sentence: only its first word is a value."""


def field_key(name: str) -> str:
    """A common form of field names: `Superseded-By` and `supersededBy` are `superseded_by`.

    A name that this module does not know comes back without its separators.
    """
    letters = name.casefold().translate(_SEPARATORS)
    return _FIELD_NAMES.get(letters, letters)


def declared_status(node: Node) -> str:
    """The author's `status` or `lifecycle` as `status_key` spells it; empty if there is none."""
    return next((status.key for status in _statuses(_values(node))), "")


def status_key(text: str) -> str:
    """A status in one form: `In progress` and `in_progress` are `in-progress`."""
    return _BETWEEN_WORDS.sub("-", unicodedata.normalize("NFC", text.casefold())).strip("-")


def successor_in_status(node: Node) -> tuple[str, str]:
    """The field with a status such as `superseded by x`, and that name; both empty if none."""
    for name, value in status_fields(node).items():
        for status in _statuses({field_key(name): scalar_text(value).strip()}):
            if status.word in WORDS and status.successor:
                return name, status.successor
    return "", ""


def status_fields(node: Node) -> dict[str, Value]:
    """The fields of a header that say whether to rely on its node, as written."""
    fields = node.document.frontmatter.fields
    return {name: value for name, value in fields.items() if field_key(name) in _FIELDS}


class Replacement(NamedTuple):
    """What a link in a header says of two nodes."""

    old: str
    new: str


def replacement(link: Link) -> Replacement | None:
    """The node that a link declares as replaced, and by which one; None for any other link."""
    key = field_key(link.key) if link.key and link.target else ""
    if key in SUCCESSOR_FIELDS:
        return Replacement(link.source, str(link.target))
    return Replacement(str(link.target), link.source) if key in PREDECESSOR_FIELDS else None


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
        replaced = replacement(link)
        if replaced is None or replaced.old == replaced.new:
            continue
        is_plan = replaced.new == link.source and declared_status(nodes[link.source]) in _NOT_YET
        if not is_plan:
            successors.setdefault(replaced.old, {})[replaced.new] = None
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
    for status in _statuses(values):
        if status.word in WORDS:
            return status.word, status.successor
    for mark in MARKS:
        if _says_so(values, mark) and not _is_later(_last_day(values[mark]), today):
            return mark, ""
    for word, fields in DATES:
        for field in fields:
            text = values.get(field, "")
            last_day = _last_fresh_day(text) if word == STALE else _last_day(text)
            if last_day and last_day < today():
                return word, ""
    return "", ""


def _says_so(values: Mapping[str, str], field: str) -> bool:
    return not _NO.fullmatch(values.get(field, ""))


def _is_later(day: date | None, today: Callable[[], date]) -> bool:
    return day is not None and day > today()


class _Status(NamedTuple):
    """One status as the author wrote it."""

    key: str
    """See `status_key`."""
    word: str
    """Its first word, in lower case."""
    successor: str
    """The name after `by`; empty if there is none."""


def _statuses(values: Mapping[str, str]) -> Iterator[_Status]:
    for field in STATUS_FIELDS:
        text = values.get(field, "")[:MOST_READ]
        # A template lists all possible values: `active | deprecated`.
        match = None if "|" in _IN_BRACKETS.sub("", text) else _STATUS.fullmatch(text)
        if match:
            first = match[1].casefold()
            whole = f"{match[1]}{match[2]}"
            key = status_key(whole) if len(whole) <= MAX_STATUS and not match[3] else first
            successor = _DESTINATION.sub(r"\1", match[3] or "").strip(" .")
            yield _Status(key, first, successor)


def findings(node: Node) -> Iterator[Diagnostic]:
    """Dates of a node's validity that cannot be read."""
    lines = node.document.frontmatter.lines
    for name, value in node.document.frontmatter.fields.items():
        if field_key(name) not in _DATE_FIELDS:
            continue
        text = scalar_text(value).strip()
        if not _NO.fullmatch(text) and not _last_day(text):
            message = f"{name}: {text[:MAX_STATUS]!r} is not a date that can be read"
            yield finding("SG035", node.document.path, lines.get(name, 1), message)


def _last_fresh_day(text: str) -> date | None:
    """The last day on which a node is not yet stale.

    A moment with an offset, as the Open Knowledge Format wants it, is the first stale one. Any
    other date is the last fresh day.
    """
    if _MOMENT.fullmatch(text):
        from datetime import UTC, datetime, timedelta

        with suppress(ValueError, OverflowError):
            moment = datetime.fromisoformat(text).astimezone(UTC)
            return (moment - timedelta(microseconds=1)).date()
    return _last_day(text)


def _last_day(text: str) -> date | None:
    """The day that a text names, or the last day of the month or year that it names."""
    text = _TIME.sub("", text.strip()[:MAX_STATUS])
    if not text:  # as in most nodes, and `strptime` is slow
        return None
    from calendar import monthrange
    from datetime import date, datetime

    if period := _PERIOD.fullmatch(text):
        year, month = int(period[1]), int(period[2] or 12)
        with suppress(ValueError):
            return date(year, month, monthrange(year, month)[1])
        return None
    for form in _DATE_FORMS:
        with suppress(ValueError):
            return datetime.strptime(text, form).date()
    with suppress(ValueError):
        return date.fromisoformat(text)
    return None
