"""The visible text of inline Markdown, without marks and link destinations.

`plain_text` is for values that may not be Markdown at all, such as a description in a header.
`shown` is for parts of a body: it also reads tags, entities and escapes as CommonMark and the
builders of documentation sites do.
"""

from __future__ import annotations

import re

from skillagent.markdown.lazy_pattern import lazy_pattern

PLAIN_CHARS = 4_000
"""Longer text is cut here: no heading, description or context needs more."""

_MARKS = lazy_pattern(r"[\[*_`<%]")
_BODY_MARKS = lazy_pattern(r"[\[*_`<%&\\{]")
_CODE_SPAN = lazy_pattern(r"(?<!`)(`++)(?!`)((?:[^`]|(?!\1(?!`))`++)*+)\1(?!`)")
_LITERAL = lazy_pattern(r"\0(\d+)\0")
_ESCAPE = lazy_pattern(r"\\([!-/:-@\[-`{}~])")
_COMMENT = lazy_pattern(r"<!--.*?-->|%%.*?%%", re.DOTALL)
_EMPHASIS = lazy_pattern(r"\*\*|__|(?<![\w*])[*_](?=\S)|(?<=\S)[*_](?![\w*])|`+")
_ENTITY = lazy_pattern(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")

# A label may have brackets in brackets, such as an image in a link; two levels are enough.
_PAIR = r"\[(?:[^\[\]\\]++|\\.|\[(?:[^\[\]\\]++|\\.)*+\])*+\]"
_LABEL = rf"(?:[^\[\]\\]++|\\.|{_PAIR})*+"
_TITLE = r"(?:\s+(?:\"[^\"]*+\"|'[^']*+'|\([^()]*+\)))?"
_DESTINATION = (
    r"\([ \t]*(?:<[^<>\n]*+>|[^\s()<]*+(?:\((?:[^\s()]++|\([^\s()]*+\))*+\)[^\s()]*+)*+)"
    rf"{_TITLE}\s*\)"
    r"|\([^()\n]*+\)"
)
LINK = lazy_pattern(rf"!?\[(?<!\\\[)({_LABEL})\]({_DESTINATION})")
IMAGE = lazy_pattern(rf"!\[(?:{_LABEL})\](?:{_DESTINATION}|\[[^\[\]\n]*+\])")
_BY_REFERENCE = lazy_pattern(rf"(?<![\w\]\\])!?\[(?!\^)({_LABEL})\]\[[^\[\]\n]*+\]")
_WIKILINK = lazy_pattern(r"!?\[\[([^\[\]|\n]*+)(?:\|([^\[\]\n]*+))?\]\]")
# The most frequent link: no fragment, no label, and nothing that is or escapes a mark.
_BARE_WIKILINK = lazy_pattern(r"!?\[\[([^\[\]|#*_`<%&\\{\0\n]{1,200}+)\]\]")
_FOOTNOTE = lazy_pattern(r"\[\^[^\[\]\s]+\]")
ADDRESS = lazy_pattern(
    r"<?(?:[A-Za-z][A-Za-z0-9+.-]*:|\.{0,2}/|#|[^\s()]*\.(?:md|mdx|markdown|html?)(?![\w.-]))"
)
"""The beginning of text in brackets that must be a destination; `(2024)` is only a remark."""

_ATTRIBUTES = (
    r"\{:?[ \t]*(?:[#.][^\s{}]+|[\w:@-]+=(?:\"[^\"\n]*\"|'[^'\n]*'|[^\s{}]*)|-)"
    r"(?:[ \t]+[^{}\n]*)?\}"
)
ATTRIBUTE_ID = r"\{:?[ \t]*(?:[^{}\n#]*[ \t])?(?:#|id=[\"']?)([^\s{}\"']+)[^{}\n]*\}"
"""A list of attributes with an id; the id is the first group."""
_GIVEN_ID = lazy_pattern(ATTRIBUTE_ID + r"[ \t]*$")
_GIVEN_ATTRIBUTES = lazy_pattern(rf"[ \t]*(?<!\{{){_ATTRIBUTES}[ \t]*$")
_COMMENTED_ID = lazy_pattern(r"[ \t]*\{/\*[ \t]*#?([^\s{}*]+)[ \t]*\*/\}[ \t]*$")
_LIST = lazy_pattern(rf"\A{_ATTRIBUTES}")
_AFTER_MARK = lazy_pattern(rf"(?<=[)\]*_`]){_ATTRIBUTES}")
TEMPLATE = lazy_pattern(
    r"\{%(?:[^%{]|%(?!\})|\{(?!%))*+%\}|\{\{[<%](?:[^<>%{}]|[>%](?!\}\}))*+[>%]\}\}|\{/\*(?:[^*]|\*(?!/))*+\*/\}"
)
_TAG = lazy_pattern(r"<(/?)([A-Za-z][\w.-]*)((?:[^<>\"'{}]|\"[^\"]*+\"|'[^']*+'|\{[^{}]*+\})*+)>")
_LAST_TAGS = lazy_pattern(r"(?:[ \t]*<[^<>\n]*+>)+$")
_INLINE_TAGS = frozenset(
    "a abbr b bdi bdo big br center cite code del dfn div em font i img ins kbd mark p q rp rt "
    "ruby s samp small span strike strong sub sup tt u var wbr".split()
)


def plain_text(text: str) -> str:
    """Text as one line without the marks of Markdown; a link becomes its label or target."""
    return _plain(text, _MARKS, in_body=False)


def shown(text: str) -> str:
    """Part of a body as one line: like `plain_text`, but with tags and entities resolved too."""
    return _plain(text, _BODY_MARKS, in_body=True)


def link_words(link: str) -> str:
    """The visible words of one link of any form."""
    if bare := _BARE_WIKILINK.fullmatch(link):
        return " ".join(bare[1].split())
    words = shown(link)
    if words[:1] == "[" and not LINK.fullmatch(link) and link[-1:] == "]":
        return words[1:-1].strip()  # `[words]` with a definition in another place
    return words


def without_id(title: str) -> tuple[str, str]:
    """The text of a heading, and the explicit id at its end; empty if there is none.

    The forms are `{#id}` of Pandoc and VitePress, `{: #id }` of kramdown and Python-Markdown, also
    among other attributes, and `{/*id*/}` of MDX.
    """
    if "}" not in title:
        return title, ""
    if match := _COMMENTED_ID.search(title) or _GIVEN_ID.search(title):
        return title[: match.start()].rstrip(), match[1]
    if match := _GIVEN_ATTRIBUTES.search(title):
        return title[: match.start()].rstrip(), ""
    return title, ""


def heading(title: str) -> tuple[str, str]:
    """The visible words of a heading, and its explicit id; empty if it has none."""
    if len(title) <= PLAIN_CHARS and not _BODY_MARKS.search(title):
        return " ".join(title.split()), ""
    words, anchor = without_id(title)
    if not anchor and words[-1:] == ">" and "}" in words:
        words, anchor = without_id(_LAST_TAGS.sub("", words))
    return shown(words), anchor


def without_list(behind: str) -> str:
    """The text after a link, without the list of attributes that belongs to the link."""
    return _LIST.sub("", behind, count=1) if behind[:1] == "{" else behind


def without_tags(text: str) -> str:
    """Text without HTML tags and components; a `<name>` that may be a placeholder stays."""
    return _TAG.sub(lambda match: _tag_text(match, text), text) if "<" in text else text


def _plain(text: str, marks: re.Pattern[str], *, in_body: bool) -> str:
    if len(text) > PLAIN_CHARS:
        text = text[:PLAIN_CHARS] + "…"
    if not marks.search(text):
        return " ".join(text.split())
    literals: list[str] = []
    text = _without_literals(text.replace("\0", " "), literals, in_body=in_body)
    if "[" in text:
        text = _without_destinations(text, in_body=in_body)
    if "<!--" in text or "%%" in text:
        text = _COMMENT.sub(" ", text)
    if in_body:
        text = _without_markup(text)
    if "*" in text or "_" in text or "`" in text:
        text = _EMPHASIS.sub("", text)
    if in_body and "&" in text:
        text = _ENTITY.sub(_entity, text)
    if literals:
        text = _LITERAL.sub(lambda match: literals[int(match[1])], text)
    return " ".join(text.split())


def _without_literals(text: str, literals: list[str], *, in_body: bool) -> str:
    """Text with numbers in place of code spans and escaped characters, in which no mark counts.

    Args:
        text: without NUL characters, which enclose the numbers.
        literals: filled with the texts that the numbers replace.
        in_body: whether a backslash escapes a character.
    """

    def replace(match: re.Match[str]) -> str:
        literals.append(match[match.lastindex or 0])
        return f"\0{len(literals) - 1}\0"

    if "`" in text:
        text = _CODE_SPAN.sub(replace, text)
    if in_body and "\\" in text:
        text = _ESCAPE.sub(replace, text)
    return text


def _without_destinations(text: str, *, in_body: bool) -> str:
    if in_body and "{" in text:
        text = _AFTER_MARK.sub("", text)
    if "](" in text:
        text = LINK.sub(_link_text, text)
    if "][" in text:
        text = _BY_REFERENCE.sub(r"\1", text)
    if "[[" in text:
        text = _WIKILINK.sub(_wikilink_text, text)
    return _FOOTNOTE.sub("", text) if in_body and "[^" in text else text


def _without_markup(text: str) -> str:
    if "{" in text:
        text = TEMPLATE.sub(" ", _AFTER_MARK.sub("", text))
    return without_tags(text)


def _link_text(match: re.Match[str]) -> str:
    label = match[1]
    if label[:1] == "[" and label[-1:] == "]" and not ADDRESS.match(match[2], 1):
        return match[0]  # a wikilink with a remark in brackets after it
    return LINK.sub(_link_text, label) if "](" in label else label


def _wikilink_text(match: re.Match[str]) -> str:
    label = match[2]
    if label:
        return label
    target, _, fragment = match[1].partition("#")
    return target.strip() or fragment.strip()


def _tag_text(match: re.Match[str], text: str) -> str:
    """The replacement of a tag: nothing, a blank for `<br>`, or the text itself if it is no tag."""
    name, rest = match[2], match[3]
    if rest[:1] not in ("", "/", " ", "\t", "\n"):
        return match[0]
    if match[1] or rest or name.lower() in _INLINE_TAGS or f"</{name}>" in text:
        return " " if name.lower() == "br" else ""
    return match[0]


def _entity(match: re.Match[str]) -> str:
    from html import unescape  # loading its tables takes time, and most texts have no entities

    char = unescape(match[0]).replace("\xa0", " ")
    return char if char.isprintable() else match[0]
