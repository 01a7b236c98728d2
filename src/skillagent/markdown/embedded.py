"""Code that stands in a document without a fence: scripts, styles, the imports of MDX.

It holds no links and no headings, is no prose, and is not cut. Sources: HTML blocks of kind 1
in CommonMark (https://spec.commonmark.org/0.31.2/#html-blocks), and MDX
(https://mdxjs.com/docs/what-is-mdx/): a line that begins with `import` or `export` below a
blank line, up to the next blank line outside of brackets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from skillagent.markdown.masks import Masks, Ranges

_SCRIPT = re.compile(
    r"^ {0,3}<(script|style)(?=[\s>])[^<>]*>|</(script|style)[ \t]*>", re.IGNORECASE | re.MULTILINE
)
_MODULE = re.compile(
    r"^(?:(?P<import>import[ \t]+(?:(?:type[ \t]+)?(?:[\w$*][^;'\"{}\n]*)?(?:\{[^{}'\"]*+\})?[ \t]*"
    r"from[ \t]*)?(?:'[^'\n]+'|\"[^\"\n]+\")[ \t]*;?[ \t]*$)"
    r"|export[ \t]+(?:(?:const|let|var|class|type|interface|enum|function\*?|async[ \t]+function)"
    r"[ \t]+[\w$\[{]+[ \t]*[=({:<;]|\{[^{}\n]*\}[ \t]*(?:;|from|$)|\*[ \t]+(?:from|as)\b"
    r"|default[ \t]+(?:\(|\{|function\b|async\b|class\b|[\w$.]+(?:\(|[ \t]*;?[ \t]*$))))",
    re.MULTILINE,
)
_COMPONENT = re.compile(r"<[A-Z][\w.]*(?=\s)(?:[^<>{}]|\{(?:[^{}]|\{[^{}]*+\})*+\})*+>")
_EXPRESSION_COMMENT = re.compile(r"\{/\*(?:[^*]|\*(?!/))*+\*/\}")


def masked(text: str, start: int, masks: Masks, *, components: bool) -> Masks:
    """Masks to which code without a fence was added.

    Args:
        text: the whole document.
        start: offset where the body begins.
        masks: what is known of it.
        components: whether `<Component …>` counts, as in MDX.
    """
    blocks = [*_scripts(text, start, masks.code), *_modules(text, start, masks.code)]
    spans: list[tuple[int, int]] = []
    if components:
        spans += [match.span() for match in _COMPONENT.finditer(text, start)]
    if text.find("{/*", start) >= 0:
        spans += [match.span() for match in _EXPRESSION_COMMENT.finditer(text, start)]
    if not blocks and not spans:
        return masks
    return Masks(
        _joined(masks.code, [*blocks, *spans]), masks.comments, _joined(masks.fences, blocks)
    )


def _scripts(text: str, start: int, code: Ranges) -> Iterator[tuple[int, int]]:
    """Whole lines from an opening tag to the one that closes it; one that is not closed is text."""
    if text.find("<script", start) < 0 and text.find("<style", start) < 0:
        return
    opened, name = -1, ""
    for match in _SCRIPT.finditer(text, start):
        if opened < 0 and match[1] and not code.covering(match.end() - 1):
            if match[0].endswith("/>"):
                yield match.start(), match.end()
            else:
                opened, name = match.start(), match[1].lower()
        elif opened >= 0 and match[2] and match[2].lower() == name:
            yield opened, match.end()
            opened = -1


def _modules(text: str, start: int, code: Ranges) -> Iterator[tuple[int, int]]:
    """The lines of MDX that are JavaScript."""
    if text.find("import ", start) < 0 and text.find("export ", start) < 0:
        return
    last, unclosed = start, False
    for match in _MODULE.finditer(text, start):
        at = match.start()
        if at < last or code.covering(at):
            continue
        above = max(last, start, text.rfind("\n", 0, max(0, at - 1)) + 1)
        if text[above:at].strip():
            continue  # it goes on with a paragraph
        last = match.end()
        if match["import"] is None:
            last, unclosed = _export_end(text, at, unclosed)
        yield at, last


def _export_end(text: str, start: int, unclosed: bool) -> tuple[int, bool]:
    """Where an `export` ends: at the first blank line outside of brackets, else at the first one.

    Args:
        text: the document.
        start: offset of the `export`.
        unclosed: whether one was met whose brackets never close; no other is searched so far.

    Returns:
        The offset, and whether brackets were left open.
    """
    depth, first, position = 0, 0, start
    while position < len(text):
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        line = text[position:end]
        if not line.strip():
            first = first or position
            if depth <= 0 or unclosed:
                return position, unclosed
        depth += sum(map(line.count, "{[(")) - sum(map(line.count, "}])"))
        position = end + 1
    return (len(text), unclosed) if depth <= 0 else (first or len(text), True)


def _joined(known: Ranges, more: list[tuple[int, int]]) -> Ranges:
    """Ranges with others added, sorted; those that overlap become one."""
    if not more:
        return known
    starts: list[int] = []
    ends: list[int] = []
    for start, end in sorted([*zip(*known, strict=True), *more]):
        if ends and start < ends[-1]:
            ends[-1] = max(ends[-1], end)
        else:
            starts.append(start)
            ends.append(end)
    return Ranges(starts, ends)
