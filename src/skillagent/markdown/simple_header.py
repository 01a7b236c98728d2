"""Read a YAML header of simple lines, as most headers are, without a YAML parser.

Loading the parser alone takes as long as reading hundreds of simple headers.

Above: `frontmatter`; `yaml_header`, which reads all other headers. Below: `values`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from sys import intern
from types import MappingProxyType

from skillagent.markdown.lazy_pattern import lazy_pattern
from skillagent.markdown.values import Value

KEY_LINE = lazy_pattern(
    r"([^\s#:'\"\[{&*!|>%@`-][^:\n]*+|\"[^\"\n]++\"[ \t]*+|'[^'\n]++'[ \t]*+):(?:[ \t]++|$)"
)
# A quoted scalar without escapes, or a plain one: printable, without `: ` and ` #`, and without
# an indicator of YAML at its start.
_QUOTED = r"\"[ !#-\[\]-~]*+\"|'[ -&(-~]*+'"
_PLAIN = (
    r"[A-Za-z0-9(/.+~$](?:[^\x00-\x20#:\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]"
    r"|:(?=[^ ])| (?=[^ #\n]))*+"
)
_WORD = r"[A-Za-z0-9](?:[\w./+-]|[ ](?=[\w(/.+-]))*+"
_LIST = rf"\[(?:(?:{_QUOTED}|{_WORD})(?:, ?(?:{_QUOTED}|{_WORD}))*)?\]"
_SIMPLE_LINE = lazy_pattern(rf"([A-Za-z_][\w-]*):(?: ({_QUOTED}|{_PLAIN}|{_LIST}))?", re.ASCII)
_SIMPLE_ITEM = lazy_pattern(rf"( *- )({_QUOTED}|{_WORD})", re.ASCII)
_ITEM = lazy_pattern(rf"{_QUOTED}|{_WORD}", re.ASCII)
_INT = lazy_pattern(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = lazy_pattern(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NULL = {"", "~", "null", "Null", "NULL"}
_TRUE, _FALSE = {"true", "True", "TRUE"}, {"false", "False", "FALSE"}
NOT_TEXT = frozenset("null true false yes no on off y n".split())
"""Words in lower case that some readers of YAML do not take for text."""


def simple(header: str) -> tuple[Mapping[str, Value], Mapping[str, int]] | None:
    """Read a header of simple `key: value` lines and lists without the YAML parser.

    Nine of ten headers are so simple, and this reads them four times faster. A test compares
    the result with that of the parser.

    Returns:
        The fields and the line of each key; None if any line has another form.
    """
    fields: dict[str, Value] = {}
    lines: dict[str, int] = {}
    lists: dict[str, list[Value]] = {}
    open_list: list[Value] | None = None
    key = indent = ""
    for number, line in enumerate(header.split("\n"), start=2):
        if match := _SIMPLE_LINE.fullmatch(line):
            # All headers share the texts of their keys.
            key, raw = intern(match[1]), match[2]
            if key in fields:
                return None
            lines[key] = number
            if raw is None:
                # No value, or a list on the next lines.
                fields[key] = None
                open_list = lists[key] = []
                continue
            open_list = None
            if raw[0] == "[":
                fields[key] = tuple(_simple_scalar(item[0]) for item in _ITEM.finditer(raw))
            else:
                fields[key] = _simple_scalar(raw)
        elif open_list is not None and (match := _SIMPLE_ITEM.fullmatch(line)):
            if open_list and match[1] != indent:
                return None
            indent = match[1]
            open_list.append(_simple_scalar(match[2]))
        elif line:
            return None
    fields.update((key, tuple(items)) for key, items in lists.items() if items)
    return MappingProxyType(fields), MappingProxyType(lines)


def _simple_scalar(raw: str) -> Value:
    return raw[1:-1] if raw[0] in "\"'" else resolved(raw)


def first_line_is_key(header: str) -> bool:
    """True if a key is the first thing in a header, apart from comments and blank lines."""
    for line in header.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            return bool(KEY_LINE.match(line.lstrip()))
    return False


def resolved(text: str) -> Value:
    """The value of a plain scalar in the core schema."""
    if text in _NULL:
        return None
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    if text[0] in "+-.0123456789":
        if len(text) < 20 and _INT.fullmatch(text):
            number = int(text, 0) if text[:2] in ("0x", "0o") else int(text)
            return number if str(number) == text else text
        if len(text) < 30 and _FLOAT.fullmatch(text):
            decimal = float(text)
            return decimal if repr(decimal) == text else text
    return text
