"""Find links in text: wikilinks, embeds and Markdown links.

Links follow CommonMark (https://spec.commonmark.org/0.31.2/) with one exception, because real
graphs need it: an unescaped `|` in a table cell belongs to its link. All patterns run in linear
time.

Above: `link_scan`, which combines all links of a document. Below: `destination`, `tables`.
"""

from __future__ import annotations

from collections.abc import Iterator
from sys import intern

from skillagent.markdown.destination import (
    DEFINITION,
    INLINE,
    OPENING,
    REFERENCE,
    meaning,
    path_and_fragment,
    without_angles,
)
from skillagent.markdown.dialect import OBSIDIAN, Dialect
from skillagent.markdown.excluded_ranges import Ranges
from skillagent.markdown.lazy_pattern import lazy_pattern
from skillagent.markdown.percent import percent_decoded
from skillagent.markdown.reference import LinkKind, Reference
from skillagent.markdown.tables import Tables
from skillagent.markdown.template import has_template, template_address

# Inside the brackets: anything but brackets and line ends, or one balanced pair.
_BODY = r"(?:[^\[\]\n]++|\[[^\[\]\n]*+\])*+"
_BODY_LINES = r"(?:[^\[\]]++|\[[^\[\]]*+\])*+"
# Looking up a member of an enumeration takes a tenth of the time that reading a link takes.
_EMBED, _WIKILINK = LinkKind.EMBED, LinkKind.WIKILINK
_SPECIAL = lazy_pattern(r"[|#:\\\n]")
_INNER = lazy_pattern(rf"\[\[(?!\[)({_BODY})\]\]")
_OUTER = lazy_pattern(rf"\[\[(?=\[)({_BODY})\]\]")
_INNER_LINES = lazy_pattern(rf"\[\[(?!\[)({_BODY_LINES})\]\]")
_BY_REFERENCE = lazy_pattern(rf"{OPENING}(?<![!\]]\[){REFERENCE}")
_SCHEME = lazy_pattern(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
_LOCAL_FILE = lazy_pattern(r"file:|[A-Za-z]:[\\/]")
_BARE_HASH = lazy_pattern(r"(?<=\S)#(?=[^\s#])")


def wikilinks(
    text: str, start: int, end: int, line: int, dialect: Dialect = OBSIDIAN
) -> Iterator[Reference]:
    """Wikilinks and embeds between two offsets.

    Args:
        text: the whole document.
        start: offset where the search begins.
        end: offset where it ends.
        line: number of the line of `start`.
        dialect: how links are written.
    """
    if text.find("[[", start, end) < 0:
        return
    inner = _INNER_LINES if dialect.multiline else _INNER
    matches = list(inner.finditer(text, start, end))
    if text.find("[[[", start, end) >= 0:
        # `[[[page] d]]` is a name with brackets, unless there is a link inside: then that counts.
        taken = {match.start() for match in matches}
        matches += [
            match
            for match in _OUTER.finditer(text, start, end)
            if taken.isdisjoint((match.start() + 1, match.start() + 2))
        ]
        matches.sort(key=lambda match: match.start())
    counted = start
    tables = Tables(text)
    for match in matches:
        at = match.start()
        line += text.count("\n", counted, at)
        counted = at
        before = text[at - 1] if at > start else ""
        if before == "\\" and _odd_backslashes(text, at):
            continue
        body = match[1]
        if not _SPECIAL.search(body):
            # Links with the same target share its text.
            target, fragment, label, bare_pipe = intern(body.strip()), "", "", False
            if not target:
                continue
        else:
            parsed = _parse_body(body, dialect)
            if parsed is None:
                continue
            target, fragment, label, bare_pipe = parsed
            bare_pipe = bare_pipe and tables.holds(at)
        kind, at = (_EMBED, at - 1) if before == "!" else (_WIKILINK, at)
        yield Reference(kind, target, fragment, label, at, match.end(), line, "", bare_pipe)


def markdown_links(text: str, start: int, code: Ranges) -> Iterator[Reference]:
    """Markdown links outside code that may lead to a node, also into the same document.

    Their line is 0: counting lines is left to the caller, who sorts the links first.
    """
    if text.find("](", start) >= 0:
        for match in INLINE.finditer(text, start):
            if match.start() > start and text[match.start() - 1] == "!":
                continue
            if code.covering(match.start()):
                continue
            destination = without_angles(match[2])
            if link := markdown_link(match[1], destination, match.start(), match.end()):
                yield link
    if text.find("]:", start) < 0:
        return
    definitions = {
        label_key(match[1]): match[2] or match[3]
        for match in DEFINITION.finditer(text, start)
        if not code.covering(match.start())
    }
    if not definitions:
        return
    for match in _BY_REFERENCE.finditer(text, start):
        destination = definitions.get(label_key(match[2] or match[1]), "")
        if (
            destination
            and not code.covering(match.start())
            and (link := markdown_link(match[1], destination, match.start(), match.end()))
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


def bare_name(text: str) -> tuple[str, str] | None:
    """Target and fragment of a name or path without brackets; None if it is something else."""
    name = text.strip()
    if not name or name.startswith(("#", "//")) or "|" in name or "[[" in name:
        return None
    if _LOCAL_FILE.match(name) or (_SCHEME.match(name) and not _is_local_scheme(name)):
        return None
    end = bare_name_end(name)
    return name[:end].strip(), name[end + 1 :].strip()


def bare_name_end(text: str) -> int:
    """Offset of the `#` before a fragment, or of the end; `C#` and `Issue #4` are names."""
    match = _BARE_HASH.search(text)
    return match.start() if match else len(text)


def _is_local_scheme(target: str) -> bool:
    """True if a `:` does not make a web address: `other::Node`, `C:\\x`, `Phase 1: plan`."""
    if target.startswith("file:") or target[1:2] == ":":
        return True
    scheme, _, rest = target.partition(":")
    return not rest.startswith("//") and scheme not in ("mailto", "tel", "obsidian", "data")


def markdown_link(label: str, destination: str, start: int, end: int) -> Reference | None:
    """A Markdown link as a reference; None for a web address, and for one that is not known.

    Args:
        label: the text in its brackets.
        destination: as written, without `< >`.
        start: offset of the link.
        end: offset after it.
    """
    if "{" in destination and has_template(destination):
        if (inner := template_address(destination)) is None:
            return None
        kind, keyword = LinkKind.MARKDOWN, inner.keyword
        path, fragment = percent_decoded(inner.path), percent_decoded(inner.fragment)
        return Reference(kind, path, fragment, label.strip(), start, end, 0, template=keyword)
    address = meaning(destination)
    if not address or (_SCHEME.match(address) and not _LOCAL_FILE.match(address)):
        return None
    path, fragment = path_and_fragment(destination)
    if "\n" in path or not (path or (fragment and address.startswith("#"))):
        return None
    return Reference(LinkKind.MARKDOWN, path, fragment, label.strip(), start, end, 0)


def label_key(label: str) -> str:
    """A common form of the spellings of a definition's label."""
    return " ".join(label.split()).casefold()


def _odd_backslashes(text: str, at: int) -> bool:
    count = 0
    while at > count and text[at - count - 1] == "\\":
        count += 1
    return count % 2 == 1
