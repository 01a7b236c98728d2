r"""Escapes texts of files in an answer, so that they never look like the answer's own lines.

Answers follow this grammar; a test reads them back with a parser of its own. `{ }` may repeat,
`[ ]` is optional, C, L, N and T are numbers.

    answer     = body EOL closing
    closing    = "(call " N ": " C " tokens; " L " of " T " left" [session] ")" {" ."}
    session    = '; session "' name '"'
    body       = listing | summaries | around | node | words
    listing    = ["# " words EOL] [words EOL] {heading EOL | entry EOL} [words]
    heading    = "## " words
    entry      = "- [[" id "]] (" marks C " tokens" [", " N "%"] ["; shown " place] ")" [" " words]
    marks      = [kind ", "] [status ", "]
    place      = "above" | "in call " N
    summaries  = [words EOL EOL] summary {EOL EOL summary} {EOL EOL words}
    summary    = "# [[" id "]]" [" " words] " (" marks C " tokens)" {EOL line}
               | "[[" id "]] was shown " place "." [" More of its links:" {EOL link}]
    line       = words | sections outline | "links, strongest first:" | "links:" | link
               | "replaced by " reference {", " reference} | unresolved
               | "linked from " N [", e.g.:"]
    link       = "- " reference {", " reference} [": " words] | "- " N " more: " words
    reference  = [field {", " field} ": "] "[[" id "]] (" [status ", "] C " tokens)"
    unresolved = "unresolved: " broken {", " broken} [" and " N " more"]
    broken     = "[[" id "]]" [" (may mean [[" id "]]" {", [[" id "]]"} ")"]
    around     = "# " words EOL {entry EOL} {"## " N " step" ["s"] EOL {near EOL}} {words EOL}
    near       = entry " | via [[" id "]]" [" (" field {", " field} ")"]
    sections   = "sections: " | "sections (*1 answers the query best): "
    outline    = words " " C [" *" N] {" | " ["›" {"›"} " "] words " " C [" *" N]}
                 [" | " N " more"]
    node       = '<node id="' id '"' [' section="' words '"'] [' kind="' kind '"']
                 [' status="' status '"' [' replaced-by="' id '"']] ">" EOL
                 text EOL "</node>" [EOL "Not shown (tokens): " words]
    text       = lines | "<" tag ">" EOL lines "</" tag ">" EOL
    lines      = {author's line EOL | pointer EOL | embed EOL}
    pointer    = "[" ("section " quoted words | "the beginning") ": shown " place "]"
    embed      = {"> "} "> embedded [[" id "]]:" EOL {"> " author's line EOL}
               | {"> "} "> embedded [[" id "]]:" EOL "> <" tag ">" EOL
                 {"> " author's line EOL} "> </" tag ">" EOL
    tag        = "data-" N

A `field` has letters, digits, `_`, `.` and `-`. `words` have no line end and no node tag; at the
start of a line, they do not begin like a line of the grammar. An author's line has no node tag and
does not begin like `closing`, `pointer` or `embed`. A text that would break these rules gets a
backslash: it stays readable, and no other character changes. An `id` has `&#N;`, `&amp;`, `&quot;`
or `&lt;` instead of a character that would end it, be invisible or break the line; `from_id` turns
them back.

Words from an untrusted root (see `trust`) are between `<data-N>` and `</data-N>`, and so are the
outlines and texts of its nodes, the fields before its links, and its names that lead to no node.
Nothing between them has such a tag, in any spelling.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from skillagent.markdown.hidden import INVISIBLE_CLASS, one_line, plain_lines, replaced
from skillagent.markdown.lazy_pattern import lazy_pattern

FIELD_CHARS = 40
"""Names of fields before a link are cut to this length."""

# The node tag in all the forms that a model may read as one: in any case, with blanks or invisible
# characters inside, in full width, or as entities.
_GAP = rf"[\s{INVISIBLE_CLASS}]*+"
_OPENS = "<＜﹤&"
_OPEN = rf"[{_OPENS}](?:(?<!&)|(?<=&)(?:[lL][tT]|#0*60|#[xX]0*3[cC]);?)"
_SLASH = r"(?:[/／⁄∕]|&(?:[sS][oO][lL]|#0*47|#[xX]0*2[fF]);?)"
_NAME = r"[nNｎＮ](?=[oOｏＯ][dDｄＤ][eEｅＥ](?![\w-]))"
_BEFORE_NAME = rf"({_OPEN})({_GAP}(?:{_SLASH}{_GAP})?)"
_TAG = lazy_pattern(rf"{_BEFORE_NAME}({_NAME})")
_DATA_NAME = r"[dDｄＤ](?=[aAａＡ][tTｔＴ][aAａＡ](?!\w))"
_DATA_TAG = lazy_pattern(rf"{_BEFORE_NAME}({_DATA_NAME})")

_OWN_LINE = lazy_pattern(
    r"\s*+(?:\#{1,2}\s|-\s|\[\[|\[(?:section\s|the\sbeginning:)|\(\s*call\s+\d"
    r"|links(?::\s*$|,\sstrongest\s)|unresolved:\s|replaced\sby\s\[\[|sections(?::\s|\s\(\*1\s).*\d|linked\sfrom\s+\d|not\sshown\s\("
    r"|>\s*embedded\s|\d+\smore(?::\s|\sdid\snot\s)"
    r"|this\spage\swas\s|there\sis\sno\snode\s|(?:the\stext|what\sis\sleft)\sof\s\[\[)",
    re.IGNORECASE,
)
_OWN_LINE_OF_TEXT = lazy_pattern(
    r"^([ \t>]*+)(?=\(\s*call\s+\d+\s*:|embedded\s+\[\["
    r"|\[(?:section\s|the\sbeginning)[^\n]*shown\s)",
    re.IGNORECASE | re.MULTILINE,
)
_NOT_IN_FIELD = lazy_pattern(r"[^\w.-]+")
_OUTLINE_JOINT = lazy_pattern(r"(?<=\d) \| ")
_LIST_JOINT = lazy_pattern(r"\((\d+)\)(?=,| and |\.)")

# Characters that would end `[[id]]`, that `from_id` would change, or that no line may have.
_NOT_IN_ID = lazy_pattern(
    r"\[(?=\[)|(?<=\[)\[|^\[|\](?=\])|(?<=\])\]|\]$|&(?=#\d{1,7};|(?:amp|quot|lt);)"
    r"|[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]"
)
_NOT_IN_ATTRIBUTE = lazy_pattern(r'[&"<\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]')
_NOT_IN_JSON = lazy_pattern(r"[\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_WRITTEN = lazy_pattern(r"&(?:#(\d{1,7})|(amp|quot|lt));")
_ENTITIES = {"&": "&amp;", '"': "&quot;", "<": "&lt;"}
_CHARACTERS = {"amp": "&", "quot": '"', "lt": "<"}


def words(text: str) -> str:
    """Any text, made safe as part of a line: a title, key, tag, description or argument."""
    return _with_tags(one_line(text), _escaped)


def own_line(text: str) -> str:
    """A text at the start of a line, with a backslash if it looks like a line of the grammar.

    Args:
        text: returned by `words`.
    """
    return f"\\{text}" if _OWN_LINE.match(text) else text


def counted(count: int, noun: str, plural: str = "") -> str:
    """`1 node`, `2 nodes`."""
    return f"{count} {noun if count == 1 else plural or noun + 's'}"


def body(text: str) -> str:
    """An author's lines, made safe between the tags of a node."""
    text = _with_tags(plain_lines(text), _escaped)
    folded = text.lower()
    # Few texts have one of these words, and looking for them is faster than the pattern.
    if "call" in folded or "embedded" in folded or "shown" in folded:
        text = _OWN_LINE_OF_TEXT.sub(r"\1\\", text)
    return text


def _with_tags(text: str, safe: Callable[[re.Match[str]], str], tag: re.Pattern[str] = _TAG) -> str:
    """A text with each node tag, or other tag, in a safe form."""
    # Few texts have one of these characters, and looking for them is faster than the pattern.
    return tag.sub(safe, text) if any(char in text for char in _OPENS) else text


def _escaped(match: re.Match[str]) -> str:
    return f"{match[1]}\\{match[2]}{match[3]}"


def as_data(text: str) -> str:
    """A text that goes between the tags of an untrusted root, without such tags inside."""
    return _with_tags(text, _escaped, _DATA_TAG)


def marked(text: str, tag: str) -> str:
    """Words between the tags of an untrusted root.

    Args:
        text: returned by `words`.
        tag: name of the tag; empty for a trusted root, whose words stay as they are.
    """
    return f"<{tag}>{as_data(text)}</{tag}>" if tag and text else text


def marked_lines(text: str, tag: str) -> str:
    """Lines between the tags of an untrusted root, which have lines of their own.

    Args:
        text: returned by `body`.
        tag: as in `marked`.
    """
    return f"<{tag}>\n{as_data(text)}\n</{tag}>" if tag else text


def in_types(key: str) -> str:
    """The name of a frontmatter field, as in `depends_on: [[x]]`."""
    return _NOT_IN_FIELD.sub("_", key)[:FIELD_CHARS] or "_"


def in_outline(title: str) -> str:
    """A title, made safe in an outline: `One 120 | Two 300`."""
    return _OUTLINE_JOINT.sub(r" \\| ", title)


def in_list(title: str) -> str:
    """A title, made safe in a list: `One (120), Two (300).`."""
    return _LIST_JOINT.sub(r"(\1\\)", title)


def identifier(id: str, is_data: bool = False) -> str:
    """An id, or the name of a root, made safe in `[[…]]`; `from_id` turns it back.

    Args:
        id: the id.
        is_data: whether it is written between the tags of an untrusted root.
    """
    # Few ids have one of these characters, and looking for them is faster than the pattern.
    has_none = id.isprintable() and not any(char in id for char in "[]&")
    text = _finished(id if has_none else _NOT_IN_ID.sub(_numbered, id))
    return _with_tags(text, _numbered_name, _DATA_TAG) if is_data else text


def attribute(text: str) -> str:
    """An id or a title, made safe in quotes inside a tag; `from_id` turns it back."""
    return _finished(_NOT_IN_ATTRIBUTE.sub(_numbered, text))


def _finished(text: str) -> str:
    text = replaced(text, "&#{};")
    return _with_tags(text, _numbered_name)


def _numbered_name(match: re.Match[str]) -> str:
    return f"{match[1]}{match[2]}&#{ord(match[3])};"


def _numbered(match: re.Match[str]) -> str:
    return _ENTITIES.get(match[0]) or f"&#{ord(match[0])};"


def from_id(name: str) -> str:
    """A name that a model copied from an answer, without the escapes."""
    return _WRITTEN.sub(_character, name) if "&" in name else name


def _character(match: re.Match[str]) -> str:
    if match[2]:
        return _CHARACTERS[match[2]]
    number = int(match[1])
    return chr(number) if number <= 0x10FFFF else match[0]


def json_text(text: str) -> str:
    """A text as a JSON string that a model can copy into its next call."""
    quoted = json.dumps(text, ensure_ascii=False)
    if (not quoted.isprintable() and _NOT_IN_JSON.search(quoted)) or replaced(quoted, "") != quoted:
        quoted = json.dumps(text)
    return _with_tags(quoted, lambda match: f"{match[1]}{match[2]}\\u{ord(match[3]):04x}")


def begins_with_words(text: str, words: str) -> bool:
    """Whether a text begins with some words, and the last one ends there."""
    return text.startswith(words) and not _is_of_word(text[len(words) :][:1])


def has_words(text: str, words: str) -> bool:
    """Whether a text contains some words, not as a part of longer ones."""
    # A regular expression would be compiled for each link of an answer.
    at = text.find(words)
    while at >= 0:
        if not _is_of_word(text[at - 1 : at]) and begins_with_words(text[at:], words):
            return True
        at = text.find(words, at + 1)
    return False


def _is_of_word(letter: str) -> bool:
    """Whether `\\w` of a regular expression matches a letter; False for an empty text."""
    return letter.isalnum() or letter == "_"
