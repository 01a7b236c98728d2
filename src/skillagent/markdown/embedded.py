"""Find code without a fence: scripts, styles, components, shortcodes, and the imports of MDX.

Links and headings in it do not count, it is not prose, and it is not cut. Sources: HTML blocks of
kind 1 in CommonMark (https://spec.commonmark.org/0.31.2/#html-blocks), and MDX
(https://mdxjs.com/docs/what-is-mdx/): a line that begins with `import` or `export` below a
blank line, up to the next blank line outside of brackets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from skillagent.markdown.excluded_ranges import ExcludedRanges, Ranges
from skillagent.markdown.lazy_pattern import lazy_pattern

_SCRIPT = lazy_pattern(r"<(script|style)(?=[\s>])[^<>]*>", re.IGNORECASE)
_CLOSING = lazy_pattern(r"</(script|style)[ \t]*>", re.IGNORECASE)
_MODULE = lazy_pattern(
    r"^(?:(?P<import>import[ \t]+(?:(?:type[ \t]+)?(?:[\w$*][^;'\"{}\n]*)?(?:\{[^{}'\"]*+\})?[ \t]*"
    r"from[ \t]*)?(?:'[^'\n]+'|\"[^\"\n]+\")[ \t]*(?:;[^\n]*)?$)"
    r"|export[ \t]+(?:(?:const|let|var|class|type|interface|enum|function\*?|async[ \t]+function)"
    r"[ \t]+[\w$\[{]+[ \t]*[=({:<;]|\{[^{}\n]*\}[ \t]*(?:;|from|$)|\*[ \t]+(?:from|as)\b"
    r"|default[ \t]+(?:\(|\{|function\b|async\b|class\b|[\w$.]+(?:\(|[ \t]*;?[ \t]*$))))",
    re.MULTILINE,
)
_BRACES = r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*+\})*+\})*+\}"
_COMPONENT = lazy_pattern(
    r"<[A-Z][\w.]*+(?:\s+(?:[A-Za-z_:@][\w:@.-]*+"
    rf"(?:=(?:\"[^\"<>]*+\"|'[^'<>]*+'|{_BRACES}))?|{_BRACES}))++\s*/?>"
)
_INCLUDED = lazy_pattern(
    # MkDocs and PyMdown snippets; VitePress; Jekyll, Hugo; MyST; markdown-include
    r"^[ \t>]*(?:-{1,2}8<-{1,2}|<!--[ \t]*@?include\b|<<<[ \t]*@?/|\{%-?[ \t]*include\w*\b"
    r"|\{\{[<%][ \t]*(?:include|readfile|snippet)\b|:{3,}\{include\}|\{![^\n{}]+!\})",
    re.MULTILINE | re.IGNORECASE,
)
_GENERATED = lazy_pattern(
    # In mkdocstrings, `::: package.module` differs from `::: info` in its dot or its options.
    r"^[ \t]*(?:#{1,6} *)?::: ?[A-Za-z_][\w:/-]*(?:\.[\w.:/-]+[ \t]*$"
    r"|[ \t]*\n(?: {4}|\t)[ \t]*(?:options|handler):)",
    re.MULTILINE,
)
_IMPORTED = lazy_pattern(
    r"import(?:[ \t]+(?P<name>[A-Z]\w*)[ \t]+from[ \t]+|\()['\"][^'\"\n]+"
    r"\.(?:vue|mdx?|markdown|jsx?|tsx?|astro|svelte)['\"]"
)
_OPENING = lazy_pattern(r"<([A-Z]\w*)(?=[\s/>])")
_EXPRESSION_COMMENT = lazy_pattern(r"\{/\*(?:[^*]|\*(?!/))*+\*/\}")
_SHORTCODE = lazy_pattern(
    r"\{(?:\{[<%]|%)-?[ \t]*(?P<close>/[ \t]*|end)?(?P<name>[\w./-]++)"
    r"(?:[^{}%>\n]|[%>](?!\}))*+(?P<single>(?<=/))?[%>]\}\}?"
)


HEAD_CHARS = 400
"""How far into a body an `import` is searched if the text has no tag and no brace."""


def with_embedded_code(text: str, start: int, excluded: ExcludedRanges) -> ExcludedRanges:
    """The excluded ranges of a body, with code without a fence added.

    Args:
        text: the whole document.
        start: offset where the body begins.
        excluded: the ranges that `excluded_ranges` found.
    """
    # Searching for one character is twenty times faster than for two: most texts end here.
    tags, braces = "<" in text, "{" in text
    if not (tags or braces or text.find("import ", start, start + HEAD_CHARS) >= 0):
        return excluded
    blocks = [*_modules(text, start, excluded.code)]
    spans: list[tuple[int, int]] = []
    if tags:
        scripts, spans = _elements(text, start, excluded.code)
        blocks += scripts
    if braces and (text.find("{{<", start) >= 0 or text.find("{%", start) >= 0):
        blocks += _shortcodes(text, start, excluded.code)
    if braces and text.find("{/*", start) >= 0:
        spans += [match.span() for match in _EXPRESSION_COMMENT.finditer(text, start)]
    if not blocks and not spans:
        return excluded
    return ExcludedRanges(
        _joined(excluded.code, [*blocks, *spans]),
        excluded.comments,
        _joined(excluded.fences, blocks),
    )


def includes_files(text: str, fences: Ranges) -> bool:
    """True if a site builder inserts other files, whose headings are not known.

    Args:
        text: the whole document.
        fences: ranges in which nothing is inserted.
    """
    blocks = _GENERATED.finditer(text) if ":::" in text else ()
    if any(not fences.covering(match.end() - 1) for match in blocks):
        return True
    if "<" not in text and "{" not in text:
        return False
    if any(not fences.covering(match.end() - 1) for match in _INCLUDED.finditer(text)):
        return True
    names = {match["name"] for match in _IMPORTED.finditer(text)}
    if not names:
        return False
    # A component that is imported by a call may have any name.
    return any(None in names or match[1] in names for match in _OPENING.finditer(text))


def _elements(
    text: str, start: int, code: Ranges
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Scripts and styles from the opening to the closing tag, and components.

    A script without a closing tag is text.
    """
    scripts: list[tuple[int, int]] = []
    components: list[tuple[int, int]] = []
    opened = ""
    at, begin = text.find("<", start), 0
    while at >= 0:
        if opened:
            closing = _CLOSING.match(text, at)
            if closing and closing[1].lower() == opened:
                scripts.append((begin, closing.end()))
                opened = ""
        elif text[at + 1 : at + 2].isupper() and (component := _COMPONENT.match(text, at)):
            components.append(component.span())
        elif (script := _SCRIPT.match(text, at)) and _begins_line(text, at, code):
            if script[0].endswith("/>"):
                scripts.append(script.span())
            else:
                opened, begin = script[1].lower(), at
        at = text.find("<", at + 1)
    return scripts, components


def _shortcodes(text: str, start: int, code: Ranges) -> Iterator[tuple[int, int]]:
    """Code in shortcodes of Hugo and in tags of Jekyll, such as `{% highlight %}`.

    One without a closing tag is text.
    """
    opened: dict[str, int] = {}
    for match in _SHORTCODE.finditer(text, start):
        name = match["name"].lower()
        if not (name == "highlight" or "code" in name) or code.covering(match.start()):
            continue
        if match["close"] is None:
            if match["single"] is None:
                opened[name] = match.start()
        elif name in opened:
            yield opened.pop(name), match.end()


def _begins_line(text: str, at: int, code: Ranges) -> bool:
    line = text.rfind("\n", max(0, at - 4), at) + 1
    return (line > 0 or at < 4) and not text[line:at].strip() and not code.covering(at)


def _modules(text: str, start: int, code: Ranges) -> Iterator[tuple[int, int]]:
    """The lines of MDX that are JavaScript."""
    above = max(0, start - 1)
    first = not start and text.startswith(("import ", "export "))
    if not first and text.find("\nimport ", above) < 0 and text.find("\nexport ", above) < 0:
        return
    last, unclosed = start, False
    for match in _MODULE.finditer(text, start):
        at = match.start()
        if at < last or code.covering(at):
            continue
        above = max(last, start, text.rfind("\n", 0, max(0, at - 1)) + 1)
        if text[above:at].strip():
            continue  # the line continues a paragraph
        last = match.end()
        if match["import"] is None:
            last, unclosed = _export_end(text, at, unclosed)
        yield at, last


def _export_end(text: str, start: int, unclosed: bool) -> tuple[int, bool]:
    """Where an `export` ends: at the first blank line outside brackets, else at the first one.

    Args:
        text: the document.
        start: offset of the `export`.
        unclosed: True after an export whose brackets never close; then brackets are ignored.

    Returns:
        The offset, and the new value of `unclosed`.
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


def _joined(ranges: Ranges, more: list[tuple[int, int]]) -> Ranges:
    """Ranges with more ranges added, sorted; those that overlap become one."""
    if not more:
        return ranges
    starts: list[int] = []
    ends: list[int] = []
    for start, end in sorted([*zip(*ranges, strict=True), *more]):
        if ends and start < ends[-1]:
            ends[-1] = max(ends[-1], end)
        else:
            starts.append(start)
            ends.append(end)
    return Ranges(starts, ends)
