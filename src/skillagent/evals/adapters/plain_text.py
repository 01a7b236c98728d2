"""Writes plain text as Markdown that a reader takes for the same text.

Documents of public sets are no Markdown. A backtick, `[[` or `%%` in one is a character, and must
neither make a link nor hide the links that are set.

Above: `passages`. Below: nothing.
"""

from __future__ import annotations

import re

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff]")
_LINE_ENDS = re.compile(r"\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# Code, comments, links and their definitions, headings and tags. Backslashes before a mark would
# take away the meaning of the one that is written before it.
_MARK = re.compile(r"\\*(?:`+|(?<!\S)#+|~{3,}|<(?=!--)|%{2,}|\[{2,}|(?<=\])[(:\[]|\((?=\())")
_EACH = re.compile(r"([^\\])")


def clean(text: str) -> str:
    """The text without control characters, with one blank between two words.

    Line ends are kept; indentation is not, because four blanks make code of a line.
    """
    lines = _LINE_ENDS.split(_CONTROL.sub("", text))
    return "\n".join(" ".join(line.split()) for line in lines).strip()


def one_line(text: str) -> str:
    """The text in one line, without control characters."""
    return " ".join(clean(text).split())


def escaped(text: str) -> str:
    """A cleaned text with a backslash before every character that Markdown would read as a mark."""
    return _MARK.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    marks = match[0].lstrip("\\")
    backslashes = len(match[0]) - len(marks)
    return "\\" * (2 * backslashes) + _EACH.sub(r"\\\1", marks)
