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
from typing import TYPE_CHECKING, TypeAlias

from skillagent.markdown.document import Document, parse
from skillagent.markdown.edit import Edit, edited
from skillagent.markdown.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from frontmatter.default_handlers import YAMLHandler

HeaderValue: TypeAlias = "str | int | float | bool | list[str] | Mapping[str, str]"
"""The value of a field in a new header."""

_PLAIN = lazy_pattern(r"[A-Za-z0-9][^:#\"'\[\]{},&*!|>%@`\\]*")
_BEYOND = lazy_pattern("[\U00010000-\U0010ffff]")
_ITEM = lazy_pattern(r"([ \t]*-[ \t]+)\S")
_UNREADABLE = frozenset(("SG010", "SG014"))
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


def _changing(document: Document, name: str, value: HeaderValue) -> Iterator[Edit]:
    """Possible edits of a key: append the new item of a list, else replace all its lines."""
    head = document.frontmatter
    lines = head.text.split("\n")
    first = head.lines[name] - 2
    last = min((at - 2 for at in head.lines.values() if at - 2 > first), default=len(lines))
    while last > first + 1 and (not lines[last - 1].strip() or lines[last - 1].startswith("#")):
        last -= 1  # comments and blank lines before the next key belong to that key
    start = head.start + sum(len(row) + 1 for row in lines[:first])
    end = min(start + sum(len(row) + 1 for row in lines[first:last]), head.start + len(head.text))
    old = head.fields[name]
    if isinstance(value, list) and isinstance(old, tuple) and old and list(old) == value[:-1]:
        text = header_lines({name: value[-1]}).partition(": ")[2]
        if last > first + 1 and (item := _ITEM.match(lines[last - 1])):
            yield Edit(end, end, item[1] + text)
        place = document.text.rfind("]", start, end)
        if place >= 0:
            yield Edit(place, place, f", {text.rstrip()}")
    yield Edit(start, end, header_lines({name: value}))


def _reads_as(document: Document, edit: Edit, name: str, value: HeaderValue) -> bool:
    """True if python-frontmatter and our own reader both read the new value and no other change."""
    import yaml

    text = edited(document.text, [edit])
    changed = parse(text, document.path)
    codes = {diagnostic.code for diagnostic in changed.diagnostics}
    if codes - {diagnostic.code for diagnostic in document.diagnostics}:
        return False
    if not codes.isdisjoint(_UNREADABLE):
        # PyYAML has no bounds: nesting that our reader refuses can end the process.
        return False
    wanted = tuple(value) if isinstance(value, list) else value
    if changed.frontmatter.fields != {**document.frontmatter.fields, name: wanted}:
        return False
    try:
        before, after = _loaded(document.text), _loaded(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        return False
    return bool(after == {**before, name: value})


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
