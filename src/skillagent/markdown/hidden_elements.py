"""Find HTML elements that a browser does not show: `hidden`, `display: none`, letters of no size.

Whoever reads the rendered page does not see their text, and whoever reads the file may overlook it,
but a model would be sent all of it. So they are taken as comments are: links in them do not count,
and they are not disclosed. An element that is never closed hides what follows, as in browsers: of a
paragraph, an item or a part of a sentence, what is left of its block; of any other, all.

Sources: the HTML standard on the attribute `hidden` and on void elements; the properties of CSS
that are used to hide text in e-mail and on web sites.

Above: `document`. Below: `excluded_ranges`.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence

from skillagent.markdown.excluded_ranges import ExcludedRanges, Ranges
from skillagent.markdown.lazy_pattern import lazy_pattern

# Bounded, so that many quotes without an end do not take quadratic time.
_TAG = lazy_pattern(
    r"<(?:/(?P<closed>[A-Za-z][\w.-]{0,40})|(?P<name>[A-Za-z][\w.-]{0,40})"
    r"(?P<attributes>(?:[\s/](?:[^<>\"']{1,400}+|\"[^\"]{0,400}\"|'[^']{0,400}'){0,60}+)?))>"
)
_MAY_HIDE = ("hidden", "style", "<font")
_ATTRIBUTE = lazy_pattern(
    r"([^\s\"'<>/=]+)(?:\s*=\s*(\"[^\"]*\"|'[^']*'|\{\{.*?\}\}|[^\s\"'=<>`]+))?", re.DOTALL
)
_COMMENT = lazy_pattern(r"/\*.*?\*/", re.DOTALL)
_NOTHING = r"-?0*(?:\.0*)?\s*(?:[a-z]{1,4}|%)?\s*(?:!important)?\s*(?:$|[;,}])"
_HIDING = lazy_pattern(
    r"(?:^|[;{,\s])(?:display\s*:\s*none\b|visibility\s*:\s*(?:hidden|collapse)\b"
    rf"|(?:font-?size|opacity|max-?height|max-?width)\s*:\s*{_NOTHING}"
    r"|font-?size\s*:\s*(?:[01]?\.\d+|1)p[xt]\b|opacity\s*:\s*0?\.0\d*\s*(?:$|[;,}])"
    r"|clip\s*:\s*rect\([\s0,pxt]*\)|clip-?path\s*:\s*inset\(\s*(?:50|100)%|zoom\s*:\s*0\b(?!\.)"
    r"|transform\s*:\s*scale\(\s*0\s*[,)]|content-?visibility\s*:\s*hidden\b"
    r"|(?:left|right|text-?indent|margin-?left)\s*:\s*-\d{3,}"
    # A heading is often moved by some hundred pixels, so that a bar does not cover it.
    r"|(?:top|bottom|margin-?top)\s*:\s*-\d{4,})",
    re.IGNORECASE,
)
_VALUE = r"((?:[^;,}(]|\([^)]{0,400}\))+)"
_COLOUR = lazy_pattern(rf"(?:^|[;{{,\s])color\s*:\s*{_VALUE}", re.IGNORECASE)
_BACKGROUND = lazy_pattern(rf"(?:^|[;{{,\s])background(?:-?color)?\s*:\s*{_VALUE}", re.IGNORECASE)
_WHITE = frozenset(
    ("white", "#fff", "#ffff", "#ffffff", "#ffffffff", "rgb(255,255,255)", "hsl(0,0%,100%)")
)
_CLEAR = lazy_pattern(r"transparent|(?:rgb|hsl)a?\((?:[^,/()]+[,/]){3}-?0*\.?0*%?\)|#...0|#.{6}00")
_CODE_IN_STYLE = lazy_pattern(r"\\([0-9a-f]{1,6})\s?", re.IGNORECASE)
_CONTAINERS = frozenset(
    "article aside body center details div dl figure footer form header html main nav ol section"
    " table tbody ul".split()
)
"""Elements that hold several blocks, so that the end of a block does not end them."""
_MOST_AROUND = 100
"""How many of the innermost open elements, or of the backslashes before a tag, are looked at."""
_GIVE_BACKGROUND = frozenset(("class", "classname", "bgcolor", "background"))
_BLANK_LINE = lazy_pattern(r"\n[ \t>]*(?=\n)")
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())


def with_hidden_elements(
    text: str, start: int, excluded: ExcludedRanges, *, is_mdx: bool = False
) -> ExcludedRanges:
    """The excluded ranges of a body, with hidden elements added to its comments.

    Args:
        text: the whole document.
        start: offset where the body begins.
        excluded: the ranges that are known already.
        is_mdx: whether the values of attributes in braces are JavaScript.
    """
    # Searching for one character is twenty times faster than for words: most texts end here.
    if text.find("<", start) < 0:
        return excluded
    folded = text.lower()
    if not any(word in folded for word in _MAY_HIDE):
        return excluded
    elements = list(_elements(text, start, excluded.code, is_mdx=is_mdx))
    if not elements:
        return excluded
    comments = joined([*zip(*excluded.comments, strict=True), *elements])
    return excluded._replace(comments=comments)


def joined(spans: list[tuple[int, int]]) -> Ranges:
    """Spans in any order, with those that overlap as one."""
    starts: list[int] = []
    ends: list[int] = []
    for start, end in sorted(spans):
        if ends and start < ends[-1]:
            ends[-1] = max(ends[-1], end)
        else:
            starts.append(start)
            ends.append(end)
    return Ranges(starts, ends)


def _elements(text: str, start: int, code: Ranges, *, is_mdx: bool) -> Iterator[tuple[int, int]]:
    """Start and end of every outermost hidden element."""
    tags = [tag for tag in _TAG.finditer(text, start) if not _is_no_tag(text, tag, code)]
    last_closing = {tag["closed"].lower(): tag.start() for tag in tags if tag["closed"]}
    around = _Around()
    end = start
    for at, tag in enumerate(tags):
        if tag.start() < end:
            continue
        attributes = _attributes(tag["attributes"] or "")
        if not tag["name"] or not _hides(tag["name"], attributes, around, is_mdx=is_mdx):
            if not _is_alone(tag):
                around.take(tag["name"], tag["closed"], attributes)
            continue
        name = tag["name"].lower()
        if _is_alone(tag):
            end = tag.end()
        elif last_closing.get(name, -1) < tag.start():
            end = _end_of_unclosed(text, tag.end(), name)
        else:
            end = _end(tags, at, is_mdx=is_mdx) or len(text)
        yield tag.start(), end


def _is_alone(tag: re.Match[str]) -> bool:
    """Whether a tag opens an element that has no content."""
    name = tag["name"]
    return bool(name) and (name.lower() in _VOID or tag["attributes"].endswith("/"))


def _end(tags: Sequence[re.Match[str]], at: int, *, is_mdx: bool) -> int:
    """Where the element ends that a tag opens; 0 if too few tags close it."""
    name = tags[at]["name"].lower()
    depth = 1
    for place in range(at + 1, len(tags)):
        tag = tags[place]
        if (tag["name"] or tag["closed"]).lower() != name:
            continue
        if tag["name"] and name == "p" and not is_mdx:
            return tag.start()  # A paragraph has no paragraph inside: the next one ends it.
        depth += -1 if tag["closed"] else not _is_alone(tag)
        if not depth:
            return tag.end()
    return 0


def _is_no_tag(text: str, tag: re.Match[str], code: Ranges) -> bool:
    """Whether what looks like a tag is escaped, or a part of code."""
    start = tag.start()
    before = text[max(0, start - _MOST_AROUND) : start]
    if (len(before) - len(before.rstrip("\\"))) % 2:
        return True
    # A tag can be code by itself, as the component that its capital letter makes of it.
    is_component = (tag["name"] or tag["closed"])[0].isupper()
    end = code.covering(start)
    return bool(end) and not (end == tag.end() and is_component)


def _end_of_unclosed(text: str, position: int, name: str) -> int:
    """Where an element ends that no tag closes."""
    if name in _CONTAINERS:
        return len(text)
    blank = _BLANK_LINE.search(text, position)
    return blank.start() if blank else len(text)


class _Around:
    """The open elements around a place, and whether one of them may have its own background."""

    def __init__(self) -> None:
        self._open: deque[tuple[str, bool]] = deque(maxlen=_MOST_AROUND)

    def take(self, opened: str | None, closed: str | None, attributes: Mapping[str, str]) -> None:
        """Go on behind a tag."""
        if opened:
            may_have = bool(attributes.keys() & _GIVE_BACKGROUND) or (
                "background" in attributes.get("style", "").lower()
            )
            self._open.append((opened.lower(), may_have))
        elif closed and any(name == closed.lower() for name, _ in self._open):
            while self._open.pop()[0] != closed.lower():
                pass

    @property
    def may_be_coloured(self) -> bool:
        return any(may_have for _, may_have in self._open)


def _attributes(written: str) -> dict[str, str]:
    """Name of an attribute, in lower case → its value."""
    values: dict[str, str] = {}
    for attribute in _ATTRIBUTE.finditer(written):
        value = (attribute[2] or "").strip("\"'")
        if "&" in value:
            from html import unescape  # a large table, and few attributes have entities

            value = unescape(value)
        values.setdefault(attribute[1].lower(), value)
    return values


def _hides(name: str, values: Mapping[str, str], around: _Around, *, is_mdx: bool) -> bool:
    """Whether an element with these attributes is hidden.

    Args:
        name: of the element, as written.
        values: its attributes.
        around: the elements around it.
        is_mdx: whether values in braces are JavaScript, as they always are in components.
    """
    if not values:
        return False
    hidden = values.get("hidden", "false").lower()
    is_script = hidden.startswith("{") and (is_mdx or name[0].isupper())
    # Whether an expression is true is not known here.
    if hidden == "{true}" if is_script else hidden != "false":
        return True
    # In MDX, a style is an object of JavaScript: its values have quotes.
    style = _COMMENT.sub("", values.get("style", "")).replace("'", "").replace('"', "")
    style = _CODE_IN_STYLE.sub(_character, style)
    if _HIDING.search(style):
        return True
    # A class may give the element another background.
    if values.keys() & {"class", "classname"} or around.may_be_coloured or name.lower() == "mark":
        return False
    if name.lower() == "font" and "color" in values:
        style += f";color:{values['color']}"
    if "bgcolor" in values:
        style += f";background:{values['bgcolor']}"
    return _is_of_one_colour(style)


def _character(match: re.Match[str]) -> str:
    number = int(match[1], 16)
    return chr(number) if number <= 0x10FFFF else ""


def _is_of_one_colour(style: str) -> bool:
    """Whether the letters have the colour of what is behind them."""
    colour = _COLOUR.search(style)
    # Letters can be cut out of a background, which is then all that is seen of it.
    if colour is None or "background-image" in style.lower() or "background-clip" in style.lower():
        return False
    background = _BACKGROUND.search(style)
    shown = _plain(colour[1])
    behind = _plain(background[1]) if background else "#fff"
    if _CLEAR.fullmatch(shown):
        return True
    return shown == behind or (shown in _WHITE and behind in _WHITE)


def _plain(colour: str) -> str:
    return "".join(colour.lower().replace("!important", "").split())
