"""Recognise Logseq graphs, and read from their settings how files and pages are named.

A root is a Logseq graph if it has the files that Logseq itself writes: `logseq/config.edn`, or
a folder `pages` beside a folder `journals` with the file of a day.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from skillagent.graph.walk import MAX_FILE_BYTES, Root, read_bytes
from skillagent.markdown.dialect import OBSIDIAN, Dialect
from skillagent.markdown.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from skillagent.graph.node import Node
    from skillagent.markdown.logseq_names import PageNames

CONFIG = "logseq/config.edn"
PAGES, _JOURNALS, _WHITEBOARDS = "pages", "journals", "whiteboards/"
_ORG_NAME = lazy_pattern(
    r"^[ \t]*:id:[ \t]*([0-9a-f-]{36})[ \t]*$|^#\+title:[ \t]*([^\n]+)$",
    re.IGNORECASE | re.MULTILINE,
)
_LONGEST_CONFIG = 1024 * 1024
# Tokens of EDN (https://github.com/edn-format/edn); enough to read keys with simple values.
_TOKEN = lazy_pattern(
    r";[^\n]*+|\"((?:[^\"\\]|\\.)*+)\"|(:?[^\s,;\"()\[\]{}]++)|[()\[\]{}]", re.DOTALL
)
_ESCAPE = lazy_pattern(r"\\(.)", re.DOTALL)


def dialect_of(root: Root, chosen: Dialect | None) -> Dialect:
    """How the links of a root are written.

    Args:
        root: the folder.
        chosen: the dialect that the caller asks for; None to decide by the files of the root.
    """
    if chosen is not None and chosen.pages is None:
        return chosen
    if chosen is None and not _is_logseq(root):
        return OBSIDIAN
    from skillagent.markdown.dialects import DIALECTS  # late: most roots are no Logseq graphs

    return replace(chosen or DIALECTS["logseq"], pages=_pages(root))


def _is_logseq(root: Root) -> bool:
    top = root.path
    if _is_declared_bundle(root):
        return False  # it may be a Logseq graph that was exported with its folders
    if os.path.isfile(os.path.join(top, *CONFIG.split("/"))):
        return True
    if os.path.exists(os.path.join(top, "SKILL.md")):
        return False  # a skill; it may be a Logseq graph that was packed as a skill
    journals = os.path.join(top, _JOURNALS)
    if not (os.path.isdir(os.path.join(top, PAGES)) and os.path.isdir(journals)):
        return False
    from skillagent.markdown.logseq_names import DAY_FORMATS, PageNames

    days = PageNames(journal_title=DAY_FORMATS[0])
    try:
        with os.scandir(journals) as scan:
            return any(days.day(os.path.splitext(entry.name)[0]) for entry in scan)
    except OSError:
        return False


def _is_declared_bundle(root: Root) -> bool:
    """Whether the `index.md` at the top declares a version of the Open Knowledge Format."""
    from skillagent.graph.okf import INDEX, VERSION_KEY

    try:
        text = read_bytes(root, INDEX, MAX_FILE_BYTES).decode("utf-8", "replace")
    except OSError:
        return False
    return VERSION_KEY in text.partition("\n---")[0]


def _pages(root: Root) -> PageNames:
    """The settings in `logseq/config.edn`; without this file, those of a new Logseq graph."""
    from skillagent.markdown.logseq_names import PageNames

    try:
        text = read_bytes(root, CONFIG, _LONGEST_CONFIG).decode("utf-8", "replace")
    except OSError:
        return PageNames()
    settings = dict(_settings(text))
    hidden = (unicodedata.normalize("NFC", path) for path in _texts(text, ":hidden"))
    default = PageNames()
    return PageNames(
        # A file that is older than the second format does not set the format.
        legacy=settings.get(":file/name-format", ":legacy") == ":legacy",
        journals=settings.get(":journals-directory") or default.journals,
        journal_file=settings.get(":journal/file-name-format") or default.journal_file,
        journal_title=settings.get(":journal/page-title-format") or default.journal_title,
        hidden=tuple("/" + path.removeprefix("/") for path in hidden if path.strip("/")),
    )


def _settings(text: str) -> Iterator[tuple[str, str]]:
    """Each keyword of a file, and the string or word after it."""
    key = ""
    for match in _TOKEN.finditer(text):
        if match[0].startswith(";"):
            continue
        value = match[1] if match[1] is not None else match[2] or ""
        if key:
            yield key, value
        key = value if match[2] and value.startswith(":") else ""


def _texts(text: str, key: str) -> Iterator[str]:
    """The texts in the list after a keyword."""
    tokens = (match for match in _TOKEN.finditer(text) if not match[0].startswith(";"))
    for match in tokens:
        if match[2] == key and (opening := next(tokens, None)) and opening[0] in ("[", "("):
            for item in tokens:
                if item[0] in ("]", ")"):
                    return
                if item[1] is not None:
                    yield _ESCAPE.sub(r"\1", item[1])


def called(node: Node) -> str:
    """The name that a page has in Logseq: its `title`, else the name of its file."""
    return node.names[0] if node.names else node.stem


def foreign(root: Root, others: Iterable[str], pages: PageNames) -> Iterator[str]:
    """Names that links may use for files without Markdown: pages in Org mode, whiteboards.

    Yields:
        Names of pages, and ids of blocks as `((id))`.
    """
    for path in others:
        name, dot, suffix = path.rpartition(".")
        if dot and (suffix == "org" or (suffix == "edn" and path.startswith(_WHITEBOARDS))):
            yield pages.name(name)
            if suffix == "org":
                yield from _in_org(root, path)


def _in_org(root: Root, path: str) -> Iterator[str]:
    try:
        text = read_bytes(root, path, MAX_FILE_BYTES).decode("utf-8", "replace")
    except OSError:
        return
    for match in _ORG_NAME.finditer(text):
        yield match[2].strip() if match[2] else f"(({match[1]}))"
