"""Links as they stand in text: wikilinks, embeds, Markdown links; never inside code.

The scanner first finds the ranges that hold no links (fences, code spans, HTML comments)
and the `%% %%` comments, in one pass from left to right, then matches outside them. It
follows CommonMark (https://spec.commonmark.org/0.31.2/) but for two cases, chosen from
real vaults: an unescaped `|` in a table cell belongs to its link, and text indented by
four blanks is text. All patterns run in linear time.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from skillagent.markdown.dialect import OBSIDIAN, Dialect


class Kind(StrEnum):
    """How a link is written."""

    WIKILINK = "wikilink"
    EMBED = "embed"
    MARKDOWN = "markdown"
    FRONTMATTER = "frontmatter"
    COMMENT = "comment"


class Reference(NamedTuple):
    """One link as written, its target not yet looked up."""

    kind: Kind
    target: str
    """Name or path as written, trimmed; empty for a link into its own document."""
    fragment: str
    """Heading path, or `^block`; empty if none."""
    label: str
    """Text after the `|`, or in the brackets of a Markdown link; empty if none."""
    start: int
    """Offset in the document's text."""
    end: int
    line: int
    """Line in the file, from 1."""
    key: str = ""
    """The frontmatter field it stands in; empty in the body."""
    bare_pipe: bool = False
    """True for an unescaped `|` inside a table."""


class Ranges(NamedTuple):
    """Sorted, disjoint ranges of a text, as starts and ends."""

    starts: list[int]
    ends: list[int]

    def covering(self, position: int) -> int:
        """The end of the range that covers the position, or 0."""
        at = bisect_right(self.starts, position) - 1
        return self.ends[at] if at >= 0 and position < self.ends[at] else 0


class Masks(NamedTuple):
    """Where links do not count."""

    code: Ranges
    """Fences, code spans, HTML comments (and math, if the dialect has it)."""
    comments: Ranges
    """`%% %%`: links in them are kept, but not disclosed."""
    fences: Ranges
    """Only the fenced blocks: what must not be split when a body is cut into pieces."""


NO_MASKS = Masks(Ranges([], []), Ranges([], []), Ranges([], []))

# Inside the brackets: anything but brackets and line ends, or one balanced pair.
_BODY = r"(?:[^\[\]\n]++|\[[^\[\]\n]*+\])*+"
_BODY_LINES = r"(?:[^\[\]]++|\[[^\[\]]*+\])*+"
_SPECIAL = re.compile(r"[|#:\\\n]")
_INNER = re.compile(rf"\[\[(?!\[)({_BODY})\]\]")
_OUTER = re.compile(rf"\[\[(?=\[)({_BODY})\]\]")
_INNER_LINES = re.compile(rf"\[\[(?!\[)({_BODY_LINES})\]\]")
_INLINE = re.compile(
    r"\[(?<!\\\[)((?:[^\[\]\\]++|\\.|\[[^\[\]]*+\])*+)\]"
    r"\([ \t]*(<[^<>\n]*+>|[^\s()<]*+(?:\([^\s()]*+\)[^\s()]*+)*+)"
    r"(?:[ \t]+(?:\"[^\"\n]*+\"|'[^'\n]*+'))?[ \t]*\)"
)
_BY_REFERENCE = re.compile(
    r"(?<![!\\\]])\[(?!\^)((?:[^\[\]\\]++|\\.)*+)\](?:\[([^\[\]]*+)\])?(?![\[(:])"
)
_DEFINITION = re.compile(
    r"^ {0,3}\[(?!\^)([^\[\]\n]+)\]:[ \t]*(?:<([^<>\n]*)>|(\S+))"
    r"(?:[ \t]+(?:\"[^\"\n]*\"|'[^'\n]*'|\([^()\n]*\)))?[ \t]*$",
    re.MULTILINE,
)
# A search for one of a few characters, then a match there: five times faster than one pattern.
_SPOT = re.compile(r"[`~<%\\]")
_SPOT_MATH = re.compile(r"[`~<%\\$]")
_MARK = re.compile(r"\\.|<!--|%%|`+|~~~+|\$\$?|.", re.DOTALL)
_UNQUOTED = re.compile(r"\n(?![ \t]*>)")
_LEAD = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*")
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_BLOCK_BREAK = re.compile(r"\n[ \t>]*(?=\n|[-*+][ \t]|\d{1,9}[.)][ \t]|#{1,6}[ \t]|```|~~~)")
_LINE_START = re.compile(r"(?:\A|\n)[ \t>]*\Z")
_QUOTE_LINE = re.compile(r"(?:\n|\A) {0,3}>")
_HEADING_LINE = re.compile(r"^ {0,3}#{1,6}[ \t][^\n]*", re.MULTILINE)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
_LOCAL_FILE = re.compile(r"file:|[A-Za-z]:[\\/]")
_DELIMITER_ROW = re.compile(r"^[ \t>]*\|?[ \t]*:?-+:?[ \t]*\|[-:| \t]*$", re.MULTILINE)
_TABLE_ROW = re.compile(r"[ \t>]*\|")


LOOK_BACK = 1_000
"""The start of a line is looked for so far back: on longer lines nothing depends on it."""


def masks(text: str, start: int, dialect: Dialect = OBSIDIAN) -> Masks:
    """The ranges of a body that hold no links.

    Args:
        text: the whole document.
        start: offset where the body begins.
        dialect: whether `$…$` counts.
    """
    if not (dialect.math or "`" in text or "~~~" in text or "<!--" in text or "%%" in text):
        return NO_MASKS
    code: list[tuple[int, int]] = []
    comments: list[tuple[int, int]] = []
    fences: list[tuple[int, int]] = []
    spot = _SPOT_MATH if dialect.math else _SPOT
    spans = _Spans(text)
    position = start
    while found := spot.search(text, position):
        match = _MARK.match(text, found.start())
        assert match
        position = match.end()
        mark = match[0]
        if len(mark) >= 3 and mark[0] in "`~" and _opens_fence(text, match):
            begin = text.rfind("\n", 0, match.start()) + 1
            position = _fence_end(text, text[begin : match.start()], match)
            code.append((match.start(), position))
            fences.append((begin, position))
        elif mark[0] == "`":
            if end := spans.close(match.start()):
                code.append((match.start(), end))
                position = end
        elif mark == "<!--":
            if end := spans.comment_end(match):
                code.append((match.start(), end))
                position = end
        elif mark == "%%":
            end = text.find("%%", position)
            if end >= 0:
                position = end + 2
                comments.append((match.start(), position))
        elif mark[0] == "$" and (end := _math_end(text, match)):
            code.append((match.start(), end))
            position = end
    return Masks(_ranges(code), _ranges(comments), _ranges(fences))


def wikilinks(
    text: str, start: int, end: int, line: int, dialect: Dialect = OBSIDIAN
) -> Iterator[Reference]:
    """Wikilinks and embeds between two offsets.

    Args:
        text: the whole document.
        start: where to begin.
        end: where to stop.
        line: number of the line that `start` stands on.
        dialect: how links are written.
    """
    if text.find("[[", start, end) < 0:
        return
    inner = _INNER_LINES if dialect.multiline else _INNER
    found = list(inner.finditer(text, start, end))
    if text.find("[[[", start, end) >= 0:
        # `[[[page] d]]` is a name in brackets, unless a link stands inside: innermost wins.
        taken = {match.start() for match in found}
        found += [
            match
            for match in _OUTER.finditer(text, start, end)
            if taken.isdisjoint((match.start() + 1, match.start() + 2))
        ]
        found.sort(key=lambda match: match.start())
    counted = start
    for match in found:
        at = match.start()
        line += text.count("\n", counted, at)
        counted = at
        if at > start and text[at - 1] == "\\" and _odd_backslashes(text, at):
            continue
        body = match[1]
        if not _SPECIAL.search(body):
            target, fragment, label, bare_pipe = body.strip(), "", "", False
            if not target:
                continue
        else:
            parsed = _parse_body(body, dialect)
            if parsed is None:
                continue
            target, fragment, label, bare_pipe = parsed
        embed = at > start and text[at - 1] == "!"
        yield Reference(
            Kind.EMBED if embed else Kind.WIKILINK,
            target,
            fragment,
            label,
            at - embed,
            match.end(),
            line,
            "",
            bare_pipe and _in_table(text, at),
        )


def markdown_links(text: str, start: int, code: Ranges) -> Iterator[Reference]:
    """Markdown links that may lead to a node; web addresses and `#anchors` are left out.

    Links in code are left out as well. Their line is left at 0.
    """
    if text.find("](", start) >= 0:
        for match in _INLINE.finditer(text, start):
            if match.start() > start and text[match.start() - 1] == "!":
                continue
            if code.covering(match.start()):
                continue
            destination = match[2]
            if destination.startswith("<"):
                destination = destination[1:-1]
            if link := _markdown_link(match[1], destination, match.start(), match.end()):
                yield link
    if text.find("]:", start) < 0:
        return
    definitions = {
        _label_key(match[1]): match[2] or match[3]
        for match in _DEFINITION.finditer(text, start)
        if not code.covering(match.start())
    }
    if not definitions:
        return
    for match in _BY_REFERENCE.finditer(text, start):
        destination = definitions.get(_label_key(match[2] or match[1]), "")
        if (
            destination
            and not code.covering(match.start())
            and (link := _markdown_link(match[1], destination, match.start(), match.end()))
        ):
            yield link


def _parse_body(body: str, dialect: Dialect) -> tuple[str, str, str, bool] | None:
    escaped_pipe = "\\|" in body
    if escaped_pipe:
        body = body.replace("\\|", "|")
    target, pipe, label = body.partition("|")
    if dialect.label_first and pipe:
        target, label = label, target
    if "#" in target:
        if "\\#" in target:
            target = target.replace("\\#", "\0")
        target, _, fragment = target.partition("#")
        target, fragment = target.replace("\0", "#"), fragment.replace("\0", "#").strip()
    else:
        fragment = ""
    if dialect.multiline:
        target = " ".join(target.split())
    target = target.strip()
    if not target and not fragment:
        return None
    if _SCHEME.match(target) and not _is_local_scheme(target):
        return None
    return target, fragment, label.strip(), bool(pipe) and not escaped_pipe


def _is_local_scheme(target: str) -> bool:
    """`other::Node`, `C:\\x`, `file:x` and a title such as `Phase 1: plan` are no addresses."""
    if target.startswith("file:") or target[1:2] == ":":
        return True
    scheme, _, rest = target.partition(":")
    return not rest.startswith("//") and scheme not in ("mailto", "tel", "obsidian", "data")


def _markdown_link(label: str, destination: str, start: int, end: int) -> Reference | None:
    if not destination or destination.startswith("#"):
        return None
    if _SCHEME.match(destination) and not _LOCAL_FILE.match(destination):
        return None
    path, _, fragment = destination.partition("#")
    path = unquote(path.partition("?")[0])
    if not path or "\n" in path:
        return None
    return Reference(Kind.MARKDOWN, path, unquote(fragment), label.strip(), start, end, 0)


def _label_key(label: str) -> str:
    return " ".join(label.split()).casefold()


def _odd_backslashes(text: str, at: int) -> bool:
    count = 0
    while at > count and text[at - count - 1] == "\\":
        count += 1
    return count % 2 == 1


def _in_table(text: str, at: int) -> bool:
    first = text.rfind("\n", max(0, at - LOOK_BACK), at) + 1
    if not first and at > LOOK_BACK:
        return False
    if _TABLE_ROW.match(text, first):
        return True
    above = text.rfind("\n\n", max(0, at - LOOK_BACK), at) + 1
    return bool(_DELIMITER_ROW.search(text, above, first))


def _opens_fence(text: str, run: re.Match[str]) -> bool:
    """True if only quote and list marks stand before, and no backtick behind a backtick fence."""
    begin = text.rfind("\n", max(0, run.start() - LOOK_BACK), run.start()) + 1
    if (not begin and run.start() > LOOK_BACK) or not _LEAD.fullmatch(text, begin, run.start()):
        return False
    if run[0][0] == "~":
        return True
    end = text.find("\n", run.end())
    return text.find("`", run.end(), len(text) if end < 0 else end) < 0


def _fence_end(text: str, lead: str, opening: re.Match[str]) -> int:
    """Offset behind the fence that closes this one, or the end of its block or of the text."""
    quoted, item = ">" in lead, lead.strip(" \t>") != ""
    room = r"[ \t>]*" if quoted else rf"[ \t]{{0,{min(len(lead), 200) + 3}}}"
    pattern = _closing(room, opening[0][0], len(opening[0]))
    closing = pattern.search(text, opening.end())
    end = closing.end() if closing else len(text)
    if quoted:
        left = _UNQUOTED.search(text, opening.end(), end)
    elif item:
        left = _outdented(min(len(lead), 200)).search(text, opening.end(), end)
    else:
        left = None
    return left.start() if left else end


@lru_cache(maxsize=256)
def _closing(room: str, char: str, length: int) -> re.Pattern[str]:
    return re.compile(rf"\n{room}{re.escape(char)}{{{length},}}[ \t]*(?=\n|\Z)")


@lru_cache(maxsize=256)
def _outdented(columns: int) -> re.Pattern[str]:
    """The end of a line whose next one stands left of a list item's text."""
    return re.compile(rf"\n(?![ \t]{{{columns}}})(?=[ \t]*\S)")


def _math_end(text: str, opening: re.Match[str]) -> int:
    mark, start = opening[0], opening.end()
    if mark == "$" and text[start : start + 1].isspace():
        return 0
    end = text.find(mark, start)
    blank = _BLANK_LINE.search(text, start, end) if end >= 0 else None
    return 0 if end < 0 or blank else end + len(mark)


class _Spans:
    """Finds what closes a code span or a comment, inside the same block.

    Runs of backticks and the ends of blocks are listed once, so that hostile text costs no
    more than its length.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._runs: dict[int, list[int]] = {}
        self._breaks: list[int] = []
        self._listed = False
        self._unclosed = False

    def close(self, start: int) -> int:
        """Offset behind the run of backticks that closes the one at `start`, or 0."""
        self._list()
        length = 1
        while self._text.startswith("`", start + length):
            length += 1
        same = self._runs.get(length, [])  # an escaped backtick begins its run one later
        at = bisect_right(same, start)
        if at == len(same) or self._block_end(start) < same[at]:
            return 0
        return same[at] + length

    def comment_end(self, opening: re.Match[str]) -> int:
        """Offset behind an HTML comment, or 0 where it is none.

        Unclosed, it runs to the end of the text if it begins a line; inside a line it is text.
        A closed one may run over blank lines: its author hid them.
        """
        text, start = self._text, opening.end()
        if text.startswith((">", "->"), start):
            return text.index(">", start) + 1
        end = -1 if self._unclosed else text.find("-->", start)
        if end >= 0:
            return end + 3
        self._unclosed = True  # so is every later one: none is looked for again
        begins_line = _LINE_START.search(text, max(0, opening.start() - 40), opening.start())
        return len(text) if begins_line else 0

    def _list(self) -> None:
        if self._listed:
            return
        self._listed = True
        for match in re.finditer("`+", self._text):
            self._runs.setdefault(len(match[0]), []).append(match.start())
        breaks = {match.start() for match in _BLOCK_BREAK.finditer(self._text)}
        breaks.update(match.end() for match in _HEADING_LINE.finditer(self._text))
        quote = 0
        for match in _QUOTE_LINE.finditer(self._text):
            # A quote begins a block, unless it goes on over lines that left out the mark.
            if not quote or _BLOCK_BREAK.search(self._text, quote, match.start()):
                breaks.add(match.start())
            quote = match.end()
        self._breaks = sorted(breaks)

    def _block_end(self, position: int) -> int:
        self._list()
        at = bisect_right(self._breaks, position)
        return self._breaks[at] if at < len(self._breaks) else len(self._text)


def _ranges(pairs: list[tuple[int, int]]) -> Ranges:
    return Ranges([start for start, _ in pairs], [end for _, end in pairs])
