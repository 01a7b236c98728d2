"""Headers written: fields → YAML between fences, by python-frontmatter with a style of our own.

A text is written plain where every reader takes it for the same text, else in quotes; lists
stand on one line; the keys keep the order they are given in. `header_edit` changes one key of
a header that is there and leaves all its other bytes; the outcome is read again by
python-frontmatter and held against what was wanted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from skillagent.markdown.document import Document, parse
from skillagent.markdown.edit import Edit, edited

if TYPE_CHECKING:
    from frontmatter.default_handlers import YAMLHandler

Given: TypeAlias = "str | list[str] | Mapping[str, str]"
"""What a field of a new header can hold."""

_PLAIN = re.compile(r"[A-Za-z0-9][^:#\"'\[\]{},&*!|>%@`\\]*")
_BEYOND = re.compile("[\U00010000-\U0010ffff]")
_ITEM = re.compile(r"([ \t]*-[ \t]+)\S")


class Quoted(str):
    """A text that is written in quotes even where it could stand without."""

    __slots__ = ()


def composed(fields: Mapping[str, Given]) -> str:
    """A header with its fences; empty where there are no fields.

    Args:
        fields: key → value, in the order in which they are written.
    """
    if not fields:
        return ""
    import frontmatter

    post = frontmatter.Post("", _handler())
    post.metadata.update(fields)
    return frontmatter.dumps(post) + "\n"


def header_lines(fields: Mapping[str, Given]) -> str:
    """The lines of a header, without its fences."""
    return composed(fields).removeprefix("---\n").removesuffix("---\n")


def header_edit(document: Document, key: str, value: Given) -> Edit | None:
    """The edit that gives one key of a document's header a value, all else as it was.

    Args:
        document: without a header, or with one in YAML.
        key: in lower case; one that is there in another case is taken.
        value: what it shall hold.

    Returns:
        None where the header is no YAML, cannot be read, or would not read as wanted.
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


def _changing(document: Document, name: str, value: Given) -> Iterator[Edit]:
    """Ways to write a key anew: what is more in a list behind the others, else all its lines."""
    head = document.frontmatter
    lines = head.text.split("\n")
    first = head.lines[name] - 2
    last = min((at - 2 for at in head.lines.values() if at - 2 > first), default=len(lines))
    while last > first + 1 and (not lines[last - 1].strip() or lines[last - 1].startswith("#")):
        last -= 1  # what stands before the next key belongs to that
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


def _reads_as(document: Document, edit: Edit, name: str, value: Given) -> bool:
    """True if python-frontmatter and our own reader find the value, and all else unchanged."""
    import yaml

    text = edited(document.text, [edit])
    made = parse(text, document.path)
    codes = {found.code for found in made.diagnostics}
    if codes - {found.code for found in document.diagnostics}:
        return False
    wanted = tuple(value) if isinstance(value, list) else value
    if made.frontmatter.fields != {**document.frontmatter.fields, name: wanted}:
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
    """True if a text may stand in a header without quotes."""
    if not _PLAIN.fullmatch(text):
        return False
    document = parse(f"---\nx: {text}\n---\n", "")
    return not document.diagnostics and document.frontmatter.fields == {"x": text}


@cache
def _handler() -> YAMLHandler:
    # Imported when a header is first written: loading a graph needs neither.
    import yaml
    from frontmatter.default_handlers import YAMLHandler

    class Dumper(yaml.SafeDumper):
        """Writes texts and lists in our style."""

    def represent_text(dumper: Dumper, text: str) -> yaml.ScalarNode:
        # In double quotes PyYAML would write an emoji as its number.
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
        """python-frontmatter's YAML, with that style and the order of the keys kept."""

        def export(self, metadata: dict[str, object], **kwargs: object) -> str:
            return super().export(
                metadata, Dumper=Dumper, sort_keys=False, width=float("inf"), **kwargs
            )

    return Handler()
