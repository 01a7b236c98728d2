"""Write YAML headers with python-frontmatter, in a fixed style.

A text is written without quotes if every YAML reader takes it for the same text, otherwise in
quotes. Lists are on one line, and keys keep their order. `header_edit` changes one key of an
existing header and no other byte; the result is read again with python-frontmatter and
compared with the intended values.

Above: `authoring` and `exports`. Below: `document`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from skillagent.markdown.document import Document, parse
from skillagent.markdown.edit import Edit, edited
from skillagent.markdown.frontmatter import Frontmatter
from skillagent.markdown.lazy_pattern import lazy_pattern
from skillagent.markdown.values import Value

if TYPE_CHECKING:
    from frontmatter.default_handlers import YAMLHandler

HeaderValue: TypeAlias = "str | int | float | bool | list[str] | Mapping[str, str]"
"""The value of a field in a new header."""

_PLAIN = lazy_pattern(r"[A-Za-z0-9][^:#\"'\[\]{},&*!|>%@`\\]*")
_BEYOND = lazy_pattern("[\U00010000-\U0010ffff]")
_ITEM = lazy_pattern(r"([ \t]*-[ \t]+)\S")
_COMMENT = lazy_pattern(r"[ \t]+#")
_MOST_SIGNS = 20
"""Places in one row at which a comment is looked for."""
UNREADABLE = frozenset(("SG010", "SG014"))
"""Findings on a header that was not read as a whole."""


class Quoted(str):
    """A text that is written in quotes even if it does not need them."""

    __slots__ = ()


def composed(fields: Mapping[str, HeaderValue]) -> str:
    """A header with its fences; empty if there are no fields.

    Args:
        fields: key → value, in the order in which they are written.
    """
    if not fields:
        return ""
    import frontmatter

    post = frontmatter.Post("", _handler())
    post.metadata.update(fields)
    return frontmatter.dumps(post) + "\n"


def header_lines(fields: Mapping[str, HeaderValue]) -> str:
    """The lines of a header, without its fences."""
    return composed(fields).removeprefix("---\n").removesuffix("---\n")


def header_edit(document: Document, key: str, value: HeaderValue) -> Edit | None:
    """The edit that sets one key of a document's header and changes nothing else.

    Args:
        document: a document without a header, or with one in YAML.
        key: the key in lower case; if the header has it in another case, that one is changed.
        value: the new value.

    Returns:
        None if the header is not YAML, cannot be read, or would not have the intended value
        after any edit.
    """
    head = document.frontmatter
    if not head.body_start:
        if document.text.startswith(("---", "+++", "{\n")):
            return None
        return Edit(0, 0, composed({key: value}))
    if not document.text.startswith("---") or (head.text.strip() and not head.fields):
        return None
    name = head.odd.get(key, key)
    if name in head.lines:
        edits = _changing(document, name, value)
    else:
        end = head.start + len(head.text)
        gap = "\n" if head.text and not head.text.endswith("\n") else ""
        edits = iter([Edit(end, end, gap + header_lines({name: value}))])
    return next((edit for edit in edits if _reads_as(document, edit, name, value)), None)


def copied_edit(document: Document, key: str, other: Document) -> Edit | None:
    """The edit that adds a key of another document's header as it is written there.

    So its comments stay, and a number, a date or a mapping stays what it is for every reader.

    Args:
        document: a document without this key.
        key: the key as the other header has it.
        other: a document with a header.

    Returns:
        None if one of the headers is not YAML or cannot be read, or the lines of the key do not
        have its value on their own, as with an alias.
    """
    head, source = document.frontmatter, other.frontmatter
    has_yaml = document.text.startswith("---") and head.fields
    has_none = not document.text.startswith(("---", "+++", "{\n"))
    if not other.text.startswith("---") or not (has_yaml or has_none):
        return None
    lines = source.text.split("\n")
    first, last = _rows(source, key)
    while first and lines[first - 1].startswith("#"):
        first -= 1  # comments above a key are about it
    own = "\n".join(lines[first:last]).rstrip("\n") + "\n"
    alone = f"---\n{own}---\n"
    read = parse(alone, other.path)
    if read.diagnostics or read.frontmatter.fields != {key: source.fields[key]}:
        return None
    end = head.start + len(head.text)
    edit = Edit(end, end, own) if head.body_start else Edit(0, 0, alone)
    return edit if _reads_as(document, edit, key, source.fields[key], alone) else None


def _rows(head: Frontmatter, name: str) -> tuple[int, int]:
    """The first row of a key in its header, from 0, and the row after its last one."""
    lines = head.text.split("\n")
    first = head.lines[name] - 2
    last = min((at - 2 for at in head.lines.values() if at - 2 > first), default=len(lines))
    while last > first + 1 and (not lines[last - 1].strip() or lines[last - 1].startswith("#")):
        last -= 1  # comments and blank lines before the next key belong to that key
    return first, last


def _changing(document: Document, name: str, value: HeaderValue) -> Iterator[Edit]:
    """Possible edits of a key: append the new items of a list, else replace all its lines."""
    head = document.frontmatter
    lines = head.text.split("\n")
    first, last = _rows(head, name)
    start = head.start + sum(len(row) + 1 for row in lines[:first])
    end = min(start + sum(len(row) + 1 for row in lines[first:last]), head.start + len(head.text))
    old = head.fields[name]
    if isinstance(value, list) and isinstance(old, tuple) and _begins(value, old):
        new = [header_lines({name: one}).partition(": ")[2] for one in value[len(old) :]]
        if last > first + 1 and (item := _ITEM.match(lines[last - 1])):
            yield Edit(end, end, "".join(item[1] + text for text in new))
        place = document.text.rfind("]", start, end)
        if place >= 0:
            yield Edit(place, place, "".join(f", {text.rstrip()}" for text in new))
    written = header_lines({name: value})
    if last == first + 1 and (comment := end_comment(lines[first], name, old)):
        yield Edit(start, end, written.rstrip("\n") + f"{comment}\n")
    yield Edit(start, end, written)


def _begins(items: list[str], old: tuple[Value, ...]) -> bool:
    return bool(old) and tuple(items[: len(old)]) == old


def end_comment(row: str, name: str, value: Value) -> str:
    """The comment at the end of a row of a header, with the blanks before it; empty if none.

    Args:
        row: a key with its value.
        name: the key.
        value: its value, as it was read.
    """
    for sign in islice(_COMMENT.finditer(row), _MOST_SIGNS):
        read = parse(f"---\n{row[: sign.start()]}\n---\n", "").frontmatter.fields
        if read == {name: value}:
            return row[sign.start() :]
    return ""


def _reads_as(
    document: Document, edit: Edit, name: str, value: object, alone: str | None = None
) -> bool:
    """True if python-frontmatter and our own reader both read the new value and no other change.

    Args:
        document: before the edit.
        edit: the edit.
        name: the key.
        value: its new value, as our reader gives it.
        alone: a header with nothing but the key; python-frontmatter reads the value from it.
    """
    import yaml

    text = edited(document.text, [edit])
    changed = parse(text, document.path)
    codes = {diagnostic.code for diagnostic in changed.diagnostics}
    if codes - {diagnostic.code for diagnostic in document.diagnostics}:
        return False
    if not codes.isdisjoint(UNREADABLE):
        # PyYAML has no bounds: nesting that our reader refuses can end the process.
        return False
    wanted = tuple(value) if isinstance(value, list) else value
    if changed.frontmatter.fields != {**document.frontmatter.fields, name: wanted}:
        return False
    try:
        before, after = _loaded(document.text), _loaded(text)
        expected = {name: value} if alone is None else _loaded(alone)
    except (yaml.YAMLError, ValueError, RecursionError):
        return False
    return bool(after == {**before, **expected})


def _loaded(text: str) -> dict[str, object]:
    import frontmatter

    return frontmatter.parse(text, handler=_handler())[0]


def is_plain(text: str) -> bool:
    """True if a text needs no quotes in a header."""
    if not _PLAIN.fullmatch(text):
        return False
    document = parse(f"---\nx: {text}\n---\n", "")
    return not document.diagnostics and document.frontmatter.fields == {"x": text}


@cache
def _handler() -> YAMLHandler:
    # Imported only when a header is written, because loading a graph does not need them.
    import yaml
    from frontmatter.default_handlers import YAMLHandler

    class Dumper(yaml.SafeDumper):
        """Writes texts and lists in the style of this module."""

    def represent_text(dumper: Dumper, text: str) -> yaml.ScalarNode:
        # In double quotes PyYAML would write an emoji as an escape sequence.
        quotes = "'" if _BEYOND.search(text) and text.isprintable() else '"'
        plain = not isinstance(text, Quoted) and is_plain(text)
        return dumper.represent_scalar(
            "tag:yaml.org,2002:str", str(text), style=None if plain else quotes
        )

    def represent_list(dumper: Dumper, items: list[str]) -> yaml.SequenceNode:
        return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=True)

    Dumper.add_representer(str, represent_text)
    Dumper.add_representer(Quoted, represent_text)
    Dumper.add_representer(list, represent_list)

    class Handler(YAMLHandler):
        """python-frontmatter's YAML handler with this style; it keeps the order of the keys."""

        def export(self, metadata: dict[str, object], **kwargs: object) -> str:
            return super().export(
                metadata, Dumper=Dumper, sort_keys=False, width=float("inf"), **kwargs
            )

    return Handler()
