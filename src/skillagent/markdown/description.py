"""Find the first sentence of prose in a body: the description of a document that has none.

Everything that is not prose is skipped: headings, lists, quotes, tables, badges, HTML,
components, directives of site builders. An admonition (`:::info`, `!!! note`, `<Note>`) is used
only if there is no other prose: it is mostly a remark on the text beside it, such as to whom it
applies, and seldom says what the text is about; but some documents have nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from skillagent.markdown import inline
from skillagent.markdown.lazy_pattern import lazy_pattern
from skillagent.markdown.prose import first_of, shortened

DESCRIPTION_CHARS = 300
"""Longest description, in characters, that is taken from a body."""
DESCRIPTION_REACH = 16_000
"""How many characters of a body are searched for its first sentence."""

_LIST_ITEM = lazy_pattern(r"[ \t]*(?:[-*+][ \t]|\d{1,9}[.)][ \t])")
_UNDERLINE = lazy_pattern(r"=+|-{2,}")
_DELIMITERS = lazy_pattern(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)+\|?[ \t]*")
_NOT_PROSE = lazy_pattern(
    r"[ \t]*(?:[>|]|#{1,6}[ \t]|#{1,6}$|!?\[\[[^\]]*\]\]\s*$|[-*+][ \t]|\d{1,9}[.)][ \t]"
    r"|-{2,}\s*$|=+\s*$|\*{3,}\s*$|_{3,}\s*$|\{|%[ \t]|\[(?!\[)[^\]]+\]:|\[TOC\]\s*$|\$\$"
    r"|[A-Za-z][\w-]*::(?:[ \t]|$))",
    re.IGNORECASE,
)
_CONTAINER = lazy_pattern(r"[ \t]*:{3,}[ \t]*(.*)")
_AUTODOC = lazy_pattern(r"[\w-]+(?:\.[\w-]+)+")
"""A name that mkdocstrings replaces by its documentation: `::: package.module`."""
_ADMONITION = lazy_pattern(r"([ \t]*)(?:!!!|\?\?\?\+?|===[!+]?)[ \t]+\S")
_CODE_TAG = lazy_pattern(r"[ \t]*\{%-?[ \t]*(comment|highlight|codeblock)\b")
_BLOCK_TAGS = frozenset(
    "address article aside blockquote body caption center col colgroup dd details dialog dir div "
    "dl dt fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr "
    "html iframe legend li link main menu menuitem nav noframes ol optgroup option p param pre "
    "script search section source style summary svg table tbody td template textarea tfoot th "
    "thead title tr track ul video audio".split()
)
_TAG_LINE = lazy_pattern(r"[ \t]*</?([A-Za-z][\w.-]*)(?=[\s/>]|$)|[ \t]*<[!?%]")
_ELEMENT_LINE = lazy_pattern(r"[ \t]*<([A-Za-z][\w-]*)\s[^<>]*>.*</\1>[ \t]*")
_WHOLE_TAG = lazy_pattern(r"[ \t]*<(/?)([A-Za-z][\w.-]*)(?:\s[^<>]*)?>[ \t]*")
_REMARKS = frozenset(
    "note tip info warning caution danger callout admonition aside alert "
    "pitfall deepdive canary wip deprecated important".split()
)
_BADGE = lazy_pattern(r"!?\[\[\d+\]\](?:\([^()\s]*\))?|\[\d+\]\([^()\s]*\)")
_TAGS = lazy_pattern(r"(?:#[\w/-]+\s*)+")
_NAVIGATION = lazy_pattern(
    r"(?:on this page|in this (?:page|article|section|guide|document)|(?:table of )?contents|toc"
    r"|jump to|quick links)[ \t]*:?",
    re.IGNORECASE,
)


def first_sentence(text: str) -> str:
    """The first sentence of prose as plain text; empty if there is none.

    Args:
        text: a body without its fences and comments.
    """
    if "{%" in text or "{{" in text or "{/*" in text:
        # Only directives over several lines: a directive on one line is skipped with its line.
        text = inline.TEMPLATE.sub(lambda match: "" if "\n" in match[0] else match[0], text)
    remark = ""
    for paragraph, is_remark in _Paragraphs().of(text):
        sentence = _sentence(paragraph)
        if sentence and not is_remark:
            return sentence
        remark = remark or sentence
    return remark


def _sentence(paragraph: str) -> str:
    """The first sentence of one paragraph; empty if it has only badges or links."""
    if "[" in paragraph:
        # Images are removed first, so that an empty link remains of a badge.
        paragraph = _BADGE.sub("", inline.IMAGE.sub("", paragraph))
        words = inline.LINK.sub("", paragraph)
        if words != paragraph and not any(char.isalnum() for char in inline.shown(words)):
            return ""
    first = first_of(paragraph)
    whole = first.count("[") == first.count("]")
    sentence = inline.shown(first) if whole else first_of(inline.shown(paragraph))
    if (
        _TAGS.fullmatch(sentence)
        or _NAVIGATION.fullmatch(sentence)
        or not any(char.isalnum() for char in sentence)
    ):
        return ""
    return shortened(sentence, DESCRIPTION_CHARS)


class _Paragraphs:
    """Reads a body line by line: its paragraphs, and which of them are in an admonition."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._in_list = False
        self._in_block = False
        self._code_tag = ""
        """The tag that ends the open code block of a template; empty if none is open."""
        self._containers = 0
        self._indented: list[int] = []
        """For each open `!!!` admonition, the column where its text begins."""
        self._components: list[str] = []
        """Names of the open components that are admonitions."""

    def of(self, text: str) -> Iterator[tuple[str, bool]]:
        """Each paragraph of prose, and True if it is in an admonition."""
        for line in [*text.split("\n"), ""]:
            is_remark = bool(self._containers or self._indented or self._components)
            words = self._prose(line)
            if words:
                self._lines.append(words)
                continue
            if self._lines and not self._is_above_mark(line):
                yield "\n".join(self._lines), is_remark
            self._lines = []

    def _is_above_mark(self, line: str) -> bool:
        """True if the line above is a heading or the first row of a table."""
        words = line.strip()
        return bool(_UNDERLINE.fullmatch(words) or _DELIMITERS.fullmatch(words))

    def _prose(self, line: str) -> str:
        """The words of a line that belong to a paragraph; empty if there are none."""
        words = line.strip()
        if self._code_tag:
            self._code_tag = "" if self._code_tag in words else self._code_tag
            return ""
        if not words:
            self._in_list = self._in_block = False
            return ""
        self._leave_admonitions(line)
        if self._opens_or_closes(line, words):
            return ""
        if _LIST_ITEM.match(line):
            self._in_list = True
        if self._in_list or self._in_block or self._is_html(line, words):
            return ""
        if _DELIMITERS.fullmatch(words):
            self._in_block = True  # the rows of a table go on to a blank line too
            return ""
        if _NOT_PROSE.match(line):
            return ""
        return words

    def _leave_admonitions(self, line: str) -> None:
        column = len(line.expandtabs(4)) - len(line.expandtabs(4).lstrip())
        while self._indented and column < self._indented[-1]:
            self._indented.pop()

    def _opens_or_closes(self, line: str, words: str) -> bool:
        """True for a line that only opens or closes a container of other lines."""
        if match := _CONTAINER.match(line):
            if not _AUTODOC.fullmatch(match[1].strip()):
                self._containers = max(0, self._containers + (1 if match[1] else -1))
        elif match := _ADMONITION.match(line):
            self._indented.append(len(match[1].expandtabs(4)) + 4)
        elif match := _CODE_TAG.match(line):
            end = f"end{match[1]}"
            self._code_tag = "" if end in words else end
        else:
            return False
        self._in_list = False
        return True

    def _is_html(self, line: str, words: str) -> bool:
        """True for a line of HTML or of a component; a block of HTML ends at a blank line."""
        match = _TAG_LINE.match(line)
        if not match:
            return False
        name = match[1] or "!"
        whole = _WHOLE_TAG.fullmatch(line)
        if name[0].isupper():
            self._in_block = not whole and f"</{name}>" not in words and "/>" not in words
            if whole and name.lower() in _REMARKS and not words.endswith("/>"):
                self._hold(name, closes=bool(whole[1]))
            return True
        if whole or name == "!" or name.lower() in _BLOCK_TAGS:
            self._in_block = True
            return True
        # The whole line is one element, such as a badge.
        return bool(_ELEMENT_LINE.fullmatch(line))

    def _hold(self, name: str, *, closes: bool) -> None:
        if not closes:
            self._components.append(name)
        elif name in self._components:
            del self._components[self._components.index(name) :]
