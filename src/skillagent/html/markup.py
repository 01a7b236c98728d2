"""HTML elements in which all text is escaped, because a run may hold anything.

A `str` is text, a `Markup` is an element: there is no other way to put one into the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from skillagent.markdown import hidden


class Markup(str):
    """HTML that may be written as it is."""

    __slots__ = ()


EMPTY = Markup()


def shown(text: str) -> str:
    """Text as a person shall see it: hidden characters as `<U+200B>`, controls as U+FFFD."""
    return hidden.plain_lines(hidden.revealed(text))


def element(name: str, *content: str, **attributes: str | int | bool) -> Markup:
    """An element.

    Args:
        name: name of the tag.
        content: what is in it; a text that is no `Markup` is escaped.
        attributes: values are escaped, too; True is an attribute without a value, False none. An
            underscore at the end of a name is dropped, any other is a hyphen.
    """
    given = "".join(
        f" {_name(key)}" if value is True else f' {_name(key)}="{escape(shown(str(value)))}"'
        for key, value in attributes.items()
        if value is not False
    )
    # A parser drops a line end that follows directly after this tag.
    first = "\n" if name == "pre" else ""
    return Markup(f"<{name}{given}>{first}{joined(content)}</{name}>")


def joined(content: Iterable[str]) -> Markup:
    """Several elements and texts one after another; texts are escaped."""
    return Markup("".join(map(_safe, content)))


def table(caption: str, heads: Iterable[str], rows: Iterable[Iterable[str]]) -> Markup:
    """A table whose first column names its rows."""
    head = element("tr", *(element("th", text, scope="col") for text in heads))
    body = [
        element("tr", element("th", first, scope="row"), *(element("td", cell) for cell in rest))
        for first, *rest in rows
    ]
    parts = element("caption", caption), element("thead", head), element("tbody", *body)
    return element("table", *parts)


def details(summary: str, *content: str) -> Markup:
    """Content that is folded away until a person opens it."""
    return element("details", element("summary", summary), *content)


def section(id: str, title: str, *content: str) -> Markup:
    """A part of the report, with a heading."""
    heading = element("h2", title, id=f"{id}-title")
    return element("section", heading, *content, id=id, aria_labelledby=f"{id}-title")


def _name(key: str) -> str:
    return key.removesuffix("_").replace("_", "-")


def _safe(content: str) -> str:
    return content if isinstance(content, Markup) else escape(shown(content))
