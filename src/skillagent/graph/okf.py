"""Recognise bundles of the Open Knowledge Format (OKF), and read what their listings say.

A root is a bundle if the `index.md` at its top declares `okf_version` in its header; or if that
file has no header and does not link by wikilinks only, and every other document but listings, logs
and a README has a `type`. Source: version 0.2 of the specification, `okf/SPEC.md` in the repository
GoogleCloudPlatform/knowledge-catalog; what this package knows of 0.3 is from its release notes.

Above: `graph_root`, nodes. Below: `markdown`, files.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from skillagent.graph.source_file import SourceFile
from skillagent.markdown import Dialect, Document, LinkKind, Reference, scalar_text
from skillagent.markdown.document import parse
from skillagent.markdown.frontmatter import Frontmatter, read
from skillagent.markdown.inline import plain_text
from skillagent.markdown.lazy_pattern import lazy_pattern

INDEX, LOG = "index.md", "log.md"
"""Names of the files that list a folder and tell its history; no concept may have them."""
VERSION_KEY = "okf_version"
"""The key of the `index.md` at the top that declares a bundle."""
OLDEST = "0.2"
"""The version of a bundle that declares none."""
_README = "readme.md"
_MOST_VERSION = 20
"""Characters of a version that are kept."""
_MOST_BEFORE = 80
"""Characters of a line before a link that begins an item."""
_VERSION = lazy_pattern(r"(\d{1,4})(?:\.(\d{1,4}))?.*")
_BULLET = lazy_pattern(r"[ \t]*[-*+][ \t]+[*_]{0,2}")
_BEHIND = lazy_pattern(r"[*_]{0,2}[ \t]*(?:-{1,2}|[\u2013\u2014:])[ \t]+(\S[^\n]*)")
_NEXT_LINE = lazy_pattern(r"\n[ \t]+(?![ \t]|[-*+][ \t]|\d+[.)][ \t])(\S[^\n]*)")


def with_bundle(dialect: Dialect, files: Sequence[SourceFile]) -> Dialect:
    """The dialect of a root, which says whether the root is a bundle and of which version.

    Args:
        dialect: what is known of the root already.
        files: the Markdown files of the root.
    """
    version = "" if dialect.outline else _version_of(files, dialect)
    return replace(dialect, okf=version) if version else dialect


def _version_of(files: Sequence[SourceFile], dialect: Dialect) -> str:
    top = next((file for file in files if file.path == INDEX), None)
    if top is None:
        return ""
    header = _header(top)
    if header.body_start:
        return scalar_text(header.get(VERSION_KEY)).strip()[:_MOST_VERSION]
    concepts = [file for file in files if not is_reserved(file.path) and not _is_readme(file.path)]
    if not concepts or not all(map(_has_type, concepts)):
        return ""
    # The nodes of a skill graph may all have a `type`, too.
    return "" if has_only_wikilinks(parse(top.text, INDEX, dialect)) else OLDEST


def has_only_wikilinks(index: Document) -> bool:
    """Whether an index has wikilinks and no item of a listing, as that of a skill graph."""
    wiki = any(reference.kind is LinkKind.WIKILINK for reference in index.references)
    return wiki and not any(listing_entries(index))


def _header(file: SourceFile) -> Frontmatter:
    return read(file.text, file.path)[0]


def _has_type(file: SourceFile) -> bool:
    return file.text.startswith("---") and has_type(_header(file))


def _is_readme(path: str) -> bool:
    return path.rpartition("/")[2].casefold() == _README


def has_type(header: Frontmatter) -> bool:
    """Whether a header has a `type` that is not empty, as that of a concept must."""
    return bool(scalar_text(header.get("type")).strip())


def is_reserved(path: str) -> bool:
    """Whether a file with this path is a listing or a log in a bundle, and no concept."""
    return path.rpartition("/")[2] in (INDEX, LOG)


def is_since(version: str, first: tuple[int, int]) -> bool:
    """Whether a bundle follows a version of the specification or a later one.

    Args:
        version: what the bundle declares; read as `OLDEST` if it is no number.
        first: that version, such as `(0, 3)`.
    """
    match = _VERSION.fullmatch(version) or _VERSION.fullmatch(OLDEST)
    return match is not None and (int(match[1]), int(match[2] or 0)) >= first


class ListingEntry(NamedTuple):
    """One item of a listing."""

    reference: Reference
    """Its link."""
    description: str
    """The text behind the link; empty if there is none."""


def listing_entries(document: Document) -> Iterator[ListingEntry]:
    """The items of a listing that begin with a Markdown link, in order."""
    text = document.text
    for reference in document.references:
        if reference.kind is not LinkKind.MARKDOWN or reference.key:
            continue
        # Only a mark may come before the link, so a longer line is not searched for its beginning.
        lower = max(0, reference.start - _MOST_BEFORE)
        first = text.rfind("\n", lower, reference.start) + 1
        if (first or not lower) and _BULLET.fullmatch(text, first, reference.start):
            yield ListingEntry(reference, _text_behind(text, reference.end))


def _text_behind(text: str, at: int) -> str:
    match = _BEHIND.match(text, at)
    if match is None:
        return ""
    parts, end = [match[1]], match.end()
    while more := _NEXT_LINE.match(text, end):
        parts.append(more[1])
        end = more.end()
    return plain_text(" ".join(parts))


def listed_descriptions(files: Iterable[SourceFile], dialect: Dialect) -> dict[str, str]:
    """Path of a document → what a listing of the bundle says of it.

    The listing of its own folder comes first, then the first other one by path; a folder is
    described through its `index.md`.

    Args:
        files: the Markdown files of the bundle.
        dialect: how its links are written.
    """
    by_path = {file.path: file for file in files}
    described: dict[str, tuple[bool, str, str]] = {}
    for path, file in sorted(by_path.items()):
        if path.rpartition("/")[2] != INDEX:
            continue
        folder = posixpath.dirname(path)
        for entry in listing_entries(parse(file.text, path, dialect)):
            target = _listed_path(entry.reference.target, folder, by_path)
            if target and entry.description:
                claim = (folder != _home(target), path, entry.description)
                described[target] = min(claim, described.get(target, claim))
    return {path: text for path, (_, _, text) in described.items()}


def _home(path: str) -> str:
    """The folder whose listing should have a document; that above for the listing of a folder."""
    folder, _, name = path.rpartition("/")
    return posixpath.dirname(folder) if name == INDEX else folder


def _listed_path(target: str, folder: str, paths: Iterable[str]) -> str:
    """The path of the document that an item leads to; empty if there is none."""
    base = "" if target.startswith("/") else folder
    path = posixpath.normpath(posixpath.join(base, target.lstrip("/")))
    candidates = (path, f"{path}.md", posixpath.normpath(f"{path}/{INDEX}"))
    return next((candidate for candidate in candidates if candidate in paths), "")
