"""Find HTML elements that a browser does not show: `hidden`, `display: none`, letters of no size.

Whoever reads the rendered page does not see their text, and whoever reads the file may overlook it,
but a model would be sent all of it. So they are taken as comments are: links in them do not count,
and they are not disclosed. An element that is never closed hides all that follows, as in browsers.

Sources: the HTML standard on the attribute `hidden` and on void elements; the properties of CSS
that are used to hide text in e-mail and on web sites.

Above: `document`. Below: `excluded_ranges`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

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
    r"|(?:left|right|top|bottom|text-?indent|margin-?left|margin-?top)\s*:\s*-\d{3,})",
    re.IGNORECASE,
)
_COLOUR = lazy_pattern(r"(?:^|[;{,\s])color\s*:\s*([^;,}]+(?:\([^)]*\))?)", re.IGNORECASE)
_BACKGROUND = lazy_pattern(
    r"(?:^|[;{,\s])background(?:-?color)?\s*:\s*([^;,}]+(?:\([^)]*\))?)", re.IGNORECASE
)
_WHITE = frozenset(("white", "#fff", "#ffff", "#ffffff", "#ffffffff", "rgb(255,255,255)"))
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())


def with_hidden_elements(text: str, start: int, excluded: ExcludedRanges) -> ExcludedRanges:
    """The excluded ranges of a body, with hidden elements added to its comments.

    Args:
        text: the whole document.
        start: offset where the body begins.
        excluded: the ranges that are known already.
    """
    # Searching for one character is twenty times faster than for words: most texts end here.
    if text.find("<", start) < 0:
        return excluded
    folded = text.lower()
    if not any(word in folded for word in _MAY_HIDE):
        return excluded
    elements = list(_elements(text, start, excluded.code))
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


def _elements(text: str, start: int, code: Ranges) -> Iterator[tuple[int, int]]:
    """Start and end of every outermost hidden element."""
    name, opened, depth = "", 0, 0
    for tag in _TAG.finditer(text, start):
        # A tag can be code by itself, as the component that its capital letter makes of it.
        if code.covering(tag.start()) not in (0, tag.end()):
            continue
        if not depth:
            if tag["name"] and _hides(tag["name"].lower(), tag["attributes"]):
                name, opened = tag["name"].lower(), tag.start()
                if name in _VOID or tag["attributes"].endswith("/"):
                    yield tag.span()
                else:
                    depth = 1
        elif (tag["name"] or tag["closed"]).lower() == name:
            depth += (
                1 if tag["name"] and not tag["attributes"].endswith("/") else -bool(tag["closed"])
            )
            if not depth:
                yield opened, tag.end()
    if depth:
        yield opened, len(text)


def _hides(name: str, attributes: str) -> bool:
    """Whether an element with these attributes is hidden."""
    if not attributes.strip():
        return False
    values: dict[str, str] = {}
    for attribute in _ATTRIBUTE.finditer(attributes):
        value = (attribute[2] or "").strip("\"'")
        if "&" in value:
            from html import unescape  # a large table, and few attributes have entities

            value = unescape(value)
        values.setdefault(attribute[1].lower(), value)
    if values.get("hidden", "false").lower() != "false":
        return True
    if name == "font" and values.get("color", "").lower() in _WHITE:
        return True
    # In MDX, a style is an object of JavaScript: its values have quotes.
    style = _COMMENT.sub("", values.get("style", "")).replace("'", "").replace('"', "")
    if _HIDING.search(style):
        return True
    # A class may give the element another background.
    return not values.keys() & {"class", "classname"} and _is_of_one_colour(style)


def _is_of_one_colour(style: str) -> bool:
    """Whether the letters have the colour of what is behind them."""
    colour = _COLOUR.search(style)
    if colour is None:
        return False
    background = _BACKGROUND.search(style)
    shown = _plain(colour[1])
    behind = _plain(background[1]) if background else "#fff"
    return shown == "transparent" or shown == behind or (shown in _WHITE and behind in _WHITE)


def _plain(colour: str) -> str:
    return "".join(colour.lower().replace("!important", "").split())
