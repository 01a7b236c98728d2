"""Where a Markdown link leads: how that is written, what it means, how it is written anew.

By CommonMark (https://spec.commonmark.org/0.31.2/#link-destination) punctuation behind a backslash
means itself, and `&amp;` stands for a character. The outcome is a URL: `?` and `#` end its path,
and `%20` is decoded last.
"""

from __future__ import annotations

import re
from html.entities import html5
from urllib.parse import unquote

_ENTITY = r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
_BARE = r"[^\x00-\x20\x7f()\\]++|\\[()\\]?+"
_BALANCED = rf"{_BARE}|\((?:{_BARE}|\((?:{_BARE}|\((?:{_BARE})*+\))*+\))*+\)"
_TITLE = r"(?:\"(?:[^\"\\\n]++|\\.)*+\"|'(?:[^'\\\n]++|\\.)*+'|\((?:[^()\\\n]++|\\.)*+\))"

DESTINATION = (
    rf"\([ \t]*(<(?:[^<>\\\n]++|\\.)*+>|(?!<)(?:{_BALANCED})*+)(?:[ \t]+{_TITLE})?+[ \t]*\)"
)
"""What stands behind the words of a link, with its brackets; the first group is the address."""
OPENING = r"\[(?<!(?<!\\)\\\[)(?<!(?<!\\)\\\\\\\[)"
"""A bracket that no backslash before it takes the meaning from, nor three of them.

The bracket comes first and what forbids it after: `re` then skips from bracket to bracket.
"""
WORDS = r"((?:[^\[\]\\]++|\\.|\[(?:[^\[\]\\]++|\\.)*+\])*+)\]"
"""The words of a link and the bracket behind them; one more pair may stand in them."""
INLINE = re.compile(OPENING + WORDS + DESTINATION)
REFERENCE = r"(?!\^)((?:[^\[\]\\]++|\\.)*+)\](?:\[((?:[^\[\]\\]++|\\.)*+)\])?(?![\[(:])"
"""The words of a link whose address stands elsewhere, and the name of its definition."""
DEFINITION = re.compile(
    rf"^ {{0,3}}\[(?!\^)((?:[^\[\]\\\n]++|\\.)++)\]:[ \t]*"
    rf"(?:<((?:[^<>\\\n]++|\\.)*+)>|(?!<)(\S+))(?:[ \t]+{_TITLE})?[ \t]*$",
    re.MULTILINE,
)
"""A definition: its label, and its address in `< >` or without."""
TITLE_LINE = re.compile(rf"[ \t]+{_TITLE}[ \t]*(?:\n|\Z)")
"""The title of a definition, where it stands on a line of its own."""

_MARKED = re.compile(rf"\\([!-/:-@\[-`{{-~])|({_ENTITY})")
_PATH_END = re.compile(rf"\\?[?#]|{_ENTITY}")
_NOT_BARE = re.compile(rf"[\x00-\x20\x7f%?#()<>\\`|]|&(?={_ENTITY[1:]})")
_NOT_IN_ANGLES = re.compile(rf"[\x00-\x1f\x7f?#<>\\`|]|%(?=[0-9A-Fa-f]{{2}})|&(?={_ENTITY[1:]})")


def meaning(written: str) -> str:
    """A text without its backslash escapes and entities; what stands for nothing stays."""
    if "\\" not in written and "&" not in written:
        return written
    return _MARKED.sub(lambda match: match[1] or _character(match[2]), written)


def _character(entity: str) -> str:
    name = entity[1:-1]
    if name[0] != "#":
        return html5.get(name + ";", entity)
    code = int(f"0{name[1:]}", 0) if name[1] in "xX" else int(name[1:])
    return chr(code) if 0 < code < 0xD800 or 0xDFFF < code < 0x110000 else "\ufffd"


def without_angles(address: str) -> str:
    """An address as written, without the `< >` that may stand around it."""
    return address[1:-1] if address.startswith("<") else address


def path_end(address: str) -> int:
    """Where in an address the `?` or `#` stands that ends its path; its length if none does.

    Args:
        address: as written, without `< >`.
    """
    if "?" not in address and "#" not in address and "&" not in address:
        return len(address)
    ends = (mark.start() for mark in _PATH_END.finditer(address) if meaning(mark[0]) in ("?", "#"))
    return next(ends, len(address))


def path_and_fragment(address: str) -> tuple[str, str]:
    """The path that an address names, and what follows its `#`; each empty where there is none.

    Args:
        address: as written, without `< >`.
    """
    path, _, fragment = meaning(address).partition("#")
    return unquote(path.partition("?")[0]), unquote(fragment)


def as_address(text: str, *, bare: bool = True) -> str:
    """A path or a fragment as an address has it.

    Args:
        text: what is meant.
        bare: False between `< >`, where blanks and brackets may stand.
    """
    pattern = _NOT_BARE if bare else _NOT_IN_ANGLES
    return pattern.sub(lambda match: f"%{ord(match[0]):02X}", text)
