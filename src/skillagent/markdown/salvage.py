"""Read a broken YAML header key by key, so that only the broken keys become text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from types import MappingProxyType

import yaml

from skillagent.diagnostics import Diagnostic, finding
from skillagent.markdown.lazy_pattern import lazy_pattern
from skillagent.markdown.simple_header import KEY_LINE
from skillagent.markdown.values import RefusedHeaderError, Value
from skillagent.markdown.yaml_header import MAX_NODES, YamlReader

TAB_INDENT = lazy_pattern(r"(?<=\n)(?=[ ]*(?:-[ ]+)?-?\t)[ \t]*(?:-[ \t]+)*")
"""The indent of a line with tabs in it, which YAML refuses."""
ITEM_LINE = lazy_pattern(r"[ \t]*-[ \t]+(\S.*?)[ \t]*")
"""An item on one line of a list; the value is the first group."""


def salvage(header: str, reader: YamlReader, error: Exception) -> Mapping[str, Value]:
    """Read a header one top-level key at a time.

    Args:
        header: the text that could not be read as a whole.
        reader: reads the values, and collects the findings and the lines of keys.
        error: why the whole could not be read; reported if each single key can be read.
    """
    reader.reset()
    lines = header.split("\n")
    starts = [number for number, line in enumerate(lines) if KEY_LINE.match(line)]
    fields: dict[str, Value] = {}
    if "".join(lines[: starts[0] if starts else len(lines)]).strip():
        reader.findings.append(finding("SG010", reader.path, 2, "broken YAML before the first key"))
    for number, (start, end) in enumerate(pairwise([*starts, len(lines)])):
        if reader.is_full:
            left = len(starts) - number
            message = (
                f"frontmatter refused: more than {MAX_NODES} values; {left} keys were left out"
            )
            reader.findings.append(finding("SG014", reader.path, start + 2, message))
            break
        fields.update(_block(lines[start:end], start + 2, reader))
    if not reader.findings:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else 1
        problem = getattr(error, "problem", None) or "it cannot be parsed"
        reader.findings.append(finding("SG010", reader.path, line, f"broken YAML: {problem}"))
    return MappingProxyType(fields)


def _block(lines: list[str], first_line: int, reader: YamlReader) -> Mapping[str, Value]:
    """The field of one top-level key and the lines below it, as far as they can be read."""
    try:
        part = _value("\n".join(lines), first_line, reader)
    except RefusedHeaderError as refused:
        return _refused(lines, first_line, reader, refused)
    if isinstance(part, Mapping):
        return part
    key, raw = _key_and_text(lines[0])
    reader.lines[key] = first_line
    if not raw and (items := _items(lines[1:], first_line + 1, reader)):
        return {key: items}
    if ": " in raw and not raw.startswith(("[", "{", '"', "'")):
        message = f"unquoted colon in {key!r}; its text was kept"
        reader.findings.append(finding("SG016", reader.path, first_line, message))
    else:
        message = f"broken YAML at {key!r}; kept as text"
        reader.findings.append(finding("SG010", reader.path, first_line, message))
    return {key: raw}


def _value(text: str, first_line: int, reader: YamlReader) -> Value:
    """The value of a block, if necessary with blanks in place of tabs; None if it is not YAML."""
    try:
        return reader.value(text, first_line)
    except yaml.YAMLError:
        tab = TAB_INDENT.search(text)
    if not tab:
        return None
    try:
        value = reader.value(TAB_INDENT.sub(as_blanks, text), first_line)
    except yaml.YAMLError:
        return None
    line = first_line + text.count("\n", 0, tab.start())
    reader.findings.append(finding("SG033", reader.path, line, "tabs indent the header"))
    return value


def _refused(
    lines: list[str], first_line: int, reader: YamlReader, refused: RefusedHeaderError
) -> Mapping[str, Value]:
    """The field of a key whose value must not be built: its items or its text, if any."""
    key, raw = _key_and_text(lines[0])
    if refused.is_text and not raw and (items := _items(lines[1:], first_line + 1, reader)):
        reader.lines[key] = first_line
        return {key: items}
    is_text = refused.is_text and bool(raw)
    message = f"{refused}; {key!r} was {'kept as text' if is_text else 'left out'}"
    reader.findings.append(
        finding("SG014", reader.path, first_line + refused.line, f"frontmatter refused: {message}")
    )
    if not is_text:
        return {}
    reader.lines[key] = first_line
    return {key: raw}


def as_blanks(indent: re.Match[str]) -> str:
    """The blanks for a match of `TAB_INDENT`."""
    return indent[0].expandtabs(4)


def _items(lines: list[str], first_line: int, reader: YamlReader) -> tuple[Value, ...]:
    """The items of a list of which some are broken; empty if the lines are not such a list."""
    items: list[Value] = []
    broken: list[Diagnostic] = []
    for number, line in enumerate(lines, start=first_line):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = ITEM_LINE.fullmatch(line)
        if not match:
            return ()
        key_lines = dict(reader.lines)
        try:
            value = reader.value(match[1], number)
        except (RefusedHeaderError, yaml.YAMLError) as error:
            if isinstance(error, RefusedHeaderError) and not error.is_text:
                return ()
            message = f"broken YAML at {match[1]!r}; kept as text"
            broken.append(finding("SG010", reader.path, number, message))
            value = match[1]
        finally:
            reader.lines = key_lines  # the keys of an item are not those of the header
        items.append(value)
    reader.findings += broken
    return tuple(items) if broken else ()


def _key_and_text(line: str) -> tuple[str, str]:
    match = KEY_LINE.match(line)
    assert match
    return match[1].strip().strip("\"'"), line[match.end() :].strip()
