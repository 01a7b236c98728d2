"""The destination of a Markdown link: patterns to find it, to decode it and to encode it.

By CommonMark (https://spec.commonmark.org/0.31.2/#link-destination) a backslash escapes
punctuation, and `&amp;` is an entity. The result is a URL: `?` and `#` end its path, and percent
escapes such as `%20` are decoded last.
"""

from __future__ import annotations

import re

from skillagent.markdown.lazy_pattern import lazy_pattern
from skillagent.markdown.percent import percent_decoded
from skillagent.markdown.template import AFTER_BRACE

_ENTITY = r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
_BARE = rf"[^\x00-\x20\x7f(){{\\]++|\{{{AFTER_BRACE}?+|\\[()\\]?+"
_BALANCED = rf"{_BARE}|\((?:{_BARE}|\((?:{_BARE}|\((?:{_BARE})*+\))*+\))*+\)"
_TITLE = r"(?:\"(?:[^\"\\\n]++|\\.)*+\"|'(?:[^'\\\n]++|\\.)*+'|\((?:[^()\\\n]++|\\.)*+\))"

DESTINATION = (
    rf"\([ \t]*(<(?:[^<>\\\n]++|\\.)*+>|(?!<)(?:{_BALANCED})*+)(?:[ \t]+{_TITLE})?+[ \t]*\)"
)
"""The part after the words of a link, with its brackets; the first group is the address."""
OPENING = r"\[(?<!(?<!\\)\\\[)(?<!(?<!\\)\\\\\\\[)"
"""A bracket that is not escaped by one backslash or three.

The bracket comes first and the look-behind after it, so that `re` skips from bracket to bracket.
"""
WORDS = r"((?:[^\[\]\\]++|\\.|\[(?:[^\[\]\\]++|\\.)*+\])*+)\]"
"""The words of a link and the closing bracket; the words may have one more pair of brackets."""
INLINE = lazy_pattern(OPENING + WORDS + DESTINATION)
REFERENCE = r"(?!\^)((?:[^\[\]\\]++|\\.)*+)\](?:\[((?:[^\[\]\\]++|\\.)*+)\])?(?![\[(:])"
"""The words of a link without an address, and the name of its definition."""
DEFINITION = lazy_pattern(
    rf"^ {{0,3}}\[(?!\^)((?:[^\[\]\\\n]++|\\.)++)\]:[ \t]*"
    rf"(?:<((?:[^<>\\\n]++|\\.)*+)>|(?!<)((?:[^\s{{]++|\{{{AFTER_BRACE}?+)++))"
    rf"(?:[ \t]+{_TITLE})?[ \t]*$",
    re.MULTILINE,
)
"""A definition: its label, and its address with or without `< >`."""
TITLE_LINE = lazy_pattern(rf"[ \t]+{_TITLE}[ \t]*(?:\n|\Z)")
"""The title of a definition on a line of its own."""

_MARKED = lazy_pattern(rf"\\([!-/:-@\[-`{{-~])|({_ENTITY})")
_PATH_END = lazy_pattern(rf"\\?[?#]|{_ENTITY}")
_NOT_BARE = lazy_pattern(rf"[\x00-\x20\x7f%?#()<>\\`|]|&(?={_ENTITY[1:]})")
_NOT_IN_ANGLES = lazy_pattern(rf"[\x00-\x1f\x7f?#<>\\`|]|%(?=[0-9A-Fa-f]{{2}})|&(?={_ENTITY[1:]})")


def meaning(written: str) -> str:
    """A text with its backslash escapes and entities decoded; unknown entities stay."""
    if "\\" not in written and "&" not in written:
        return written
    return _MARKED.sub(lambda match: match[1] or _character(match[2]), written)


def _character(entity: str) -> str:
    name = entity[1:-1]
    if name[0] != "#":
        from html.entities import html5  # a large table, and few addresses have such entities

        return html5.get(name + ";", entity)
    code = int(f"0{name[1:]}", 0) if name[1] in "xX" else int(name[1:])
    return chr(code) if 0 < code < 0xD800 or 0xDFFF < code < 0x110000 else "\ufffd"


def without_angles(address: str) -> str:
    """An address as written, without the `< >` that may surround it."""
    return address[1:-1] if address.startswith("<") else address


def path_end(address: str) -> int:
    """Offset of the `?` or `#` that ends the path of an address; its length if there is none.

    Args:
        address: as written, without `< >`.
    """
    if "?" not in address and "#" not in address and "&" not in address:
        return len(address)
    ends = (mark.start() for mark in _PATH_END.finditer(address) if meaning(mark[0]) in ("?", "#"))
    return next(ends, len(address))


def path_and_fragment(address: str) -> tuple[str, str]:
    """The path of an address, and the fragment after its `#`; each empty if there is none.

    Args:
        address: as written, without `< >`.
    """
    path, _, fragment = meaning(address).partition("#")
    return percent_decoded(path.partition("?")[0]), percent_decoded(fragment)


def as_address(text: str, *, bare: bool = True) -> str:
    """Encode a path or a fragment for an address.

    Args:
        text: the decoded path or fragment.
        bare: False between `< >`, where blanks and brackets are allowed.
    """
    pattern = _NOT_BARE if bare else _NOT_IN_ANGLES
    return pattern.sub(lambda match: f"%{ord(match[0]):02X}", text)
