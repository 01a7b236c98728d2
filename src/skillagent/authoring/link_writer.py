"""Writes file names, one-line texts, and links that are known to resolve.

A link is never guessed: the resolver tries each spelling, and the first that leads to the
node is used.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from skillagent.errors import UsageError
from skillagent.graph import Node
from skillagent.graph.file_name import without_suffix
from skillagent.graph.logseq import called
from skillagent.graph.resolve import Resolver, name_key
from skillagent.graph.site import SITE_TOP
from skillagent.markdown import Dialect, Document, LinkKind, Reference
from skillagent.markdown.destination import DEFINITION, as_address
from skillagent.markdown.document import parse
from skillagent.markdown.edit import dotted, relative
from skillagent.markdown.hidden import visible
from skillagent.markdown.template import URL
from skillagent.markdown.wikilink import label_key

MAX_NAME = 80
"""Characters of a file name made from a title, without its suffix."""

_NOT_WORD = re.compile(r"[^\w]+|_+")
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\\\[\]|#^:*?\"<>\u2028\u2029\ud800-\udfff]")
_FOLD = re.compile(r"[-_\s]+")
_PAGE = re.compile(r"\.html?$", re.IGNORECASE)
_BY_REFERENCE = re.compile(r"\[([^\[\]]*)\]\[[^\[\]]*\]")
_IN_BRACKETS = re.compile(r"\[([^\[\]]+)\]")
_FOOTNOTE = re.compile(r"[ \t]*\[\^[^\[\]\s]+\]")
_LINK_MARKS = re.compile(r"\[\[|\]\]|%%|<!--")


def file_name(title: str) -> str:
    """A kebab-case file name, without suffix, from a title; empty if the title has no word."""
    text = unicodedata.normalize("NFKC", title).lower()
    text = re.sub(r"(?<=\w)['’](?=\w)", "", text)
    name = _NOT_WORD.sub("-", unicodedata.normalize("NFC", text)).strip("-")
    if len(name) > MAX_NAME:
        cut = name.rfind("-", 0, MAX_NAME + 1)
        name = name[: cut if cut > 0 else MAX_NAME]
    return name


def folded(name: str) -> str:
    """A key that is equal for names that differ only in case, blanks, dashes and underscores."""
    return _FOLD.sub(" ", name_key(name)).strip()


def checked_path(path: str, nodes: Iterable[Node]) -> str:
    """A path for a new node, relative to the root.

    Args:
        path: with suffix.
        nodes: the existing nodes; a folder that one of them is in is accepted unchecked.

    Raises:
        UsageError: it leads out of the root, is hidden, or has a character that links cannot have.
    """
    folder, _, name = path.rpartition("/")
    in_old_folder = any(node.path.startswith(f"{folder}/") for node in nodes)
    for part in [name] if in_old_folder or not folder else path.split("/"):
        if not part or part.startswith(".") or part != part.strip() or part.endswith("."):
            raise UsageError(
                f"{path!r} is not a valid file name: no part may be empty or begin with a dot"
            )
        if forbidden := _FORBIDDEN.search(part):
            raise UsageError(f"{path!r} cannot name a node's file: it has {forbidden[0]!r}")
        if len(part.encode()) > 240:
            raise UsageError(f"{part[:60]!r}… is too long for a file name")
    return unicodedata.normalize("NFC", path)


def one_line(text: str, what: str) -> str:
    """A text for a header or a list item.

    Raises:
        UsageError: it is empty, or has control characters.
    """
    line = " ".join(text.split())
    if not line:
        raise UsageError(f"{what} is empty")
    if re.search(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]", line):
        raise UsageError(f"{what} has control characters")
    return line


def beside(description: str) -> str:
    """A description for the text after a link: no links, comments, footnotes, hidden characters."""
    text = _BY_REFERENCE.sub(r"\1", _FOOTNOTE.sub("", description)).replace("`", "")
    return " ".join(_LINK_MARKS.sub(" ", visible(text)).split())


def kept_label(reference: Reference, document: Document, dialect: Dialect) -> str:
    """What to write behind the name and the new heading of a link, so that its sentence reads on.

    It is the name that was shown, as a label; empty for a link that had a label or a heading.
    """
    is_bare = reference.kind is LinkKind.WIKILINK and not reference.label and reference.target
    if not is_bare or reference.fragment or dialect.label_first:
        return ""
    bar = "\\|" if document.tables.holds(reference.start) else "|"
    return bar + reference.target.rpartition("/")[2]


def beside_in(document: Document, description: str) -> str:
    """A description for a link in a document whose definitions would make `[name]` a link."""
    text, start = document.text, document.frontmatter.body_start
    labels = {label_key(match[1]) for match in DEFINITION.finditer(text, start)}

    def plain(match: re.Match[str]) -> str:
        return match[1] if label_key(match[1]) in labels else match[0]

    return _IN_BRACKETS.sub(plain, beside(description)) if labels else beside(description)


class LinkWriter:
    """Writes links for one state of a graph.

    Args:
        resolver: resolves links in that state.
        dialect: how links are written.
    """

    def __init__(self, resolver: Resolver, dialect: Dialect) -> None:
        self._resolver = resolver
        self._dialect = dialect

    def wikilink(self, target: Node, source: Node, label: str = "") -> str:
        """`[[target]]` in the shortest form that leads from one node to the other.

        Args:
            target: node that the link leads to.
            source: node that will contain the link.
            label: text to show instead of the name; empty for none.

        Raises:
            UsageError: no spelling leads to the node.
        """
        name = self.name(target, source)
        if not label:
            return f"[[{name}]]"
        if self._dialect.outline:
            return f"[{label}]([[{name}]])"
        pair = (label, name) if self._dialect.label_first else (name, label)
        return f"[[{'|'.join(pair)}]]"

    def name(self, target: Node, source: Node, old: str = "", *, header: bool = False) -> str:
        """The text inside `[[ ]]`, without heading and label.

        Args:
            target: node that the link leads to.
            source: node that contains the link.
            old: the previous text, whose style is kept.
            header: True in frontmatter, where a backslash could break the YAML.

        Raises:
            UsageError: no spelling leads to the node.
        """
        tied = ""
        for name in self._names(target, source, old):
            written = name.replace("#", "\\#")
            if header and written != name:
                continue
            reference = Reference(LinkKind.WIKILINK, name, "", "", 0, 0, 0)
            resolved = self._resolver.link(reference, source)
            if resolved.node is not target or not _reads_as(written, name, self._dialect):
                continue
            if len(resolved.candidates) < 2:
                return written
            tied = tied or written
        if tied:
            return tied
        raise UsageError(f"{source.path}: no link can be written that leads to {target.path}")

    def _names(self, target: Node, source: Node, old: str) -> Iterator[str]:
        if self._dialect.pages:
            yield called(target)
        path = without_suffix(target.path)
        suffix = target.path[len(path) :] if without_suffix(old) != old else ""
        if old.startswith("/"):
            yield f"/{path}{suffix}"
        elif old.startswith(("./", "../")):
            yield dotted(relative(path, source.path)) + suffix
        parts = path.split("/")
        first = 1 if "/" not in old else min(len(parts), old.count("/") + 1)
        for count in range(first, len(parts) + 1):
            yield "/".join(parts[-count:]) + suffix
        yield f"/{path}"
        yield target.path

    def destination(self, target: Node, source: Node, old: str, *, bare: bool) -> str:
        """The path of a Markdown link, encoded as an address.

        Args:
            target: node that the link leads to.
            source: node that contains the link.
            old: the previous path, whose style is kept.
            bare: False if the address is between `< >`.

        Raises:
            UsageError: no spelling leads to the node.
        """
        for name in _destinations(target.path, source.path, old):
            reference = Reference(LinkKind.MARKDOWN, name, "", "", 0, 0, 0)
            if self._resolver.link(reference, source).node is target:
                return as_address(name, bare=bare)
        raise UsageError(f"{source.path}: no link can be written that leads to {target.path}")

    def in_template(self, target: Node, source: Node, reference: Reference, old_path: str) -> str:
        """The path or name in a template of a site builder, in the style of the old one.

        Args:
            target: node that the link leads to.
            source: node that contains the link.
            reference: the old link.
            old_path: path of the target before it was moved.

        Raises:
            UsageError: no spelling leads to the node.
        """
        old = reference.target
        if reference.template == URL:
            address = self.destination(target, source, f"/{old.lstrip('/')}", bare=True)
            return address if old.startswith("/") else address[1:]
        for name in _in_template(target.path, source.path, reference, old_path):
            if self._resolver.link(reference._replace(target=name), source).node is target:
                return name
        raise UsageError(f"{source.path}: no link can be written that leads to {target.path}")


def _in_template(path: str, source: str, reference: Reference, old_path: str) -> Iterator[str]:
    """Spellings of a path in a template; the folders that the old link left out come off."""
    old = without_suffix(reference.target)
    suffix = "" if old == reference.target else path[len(without_suffix(path)) :]
    short, before = without_suffix(path), without_suffix(old_path)
    top = "/" if old.startswith("/") else ""
    if old.startswith(("./", "../")):
        yield dotted(relative(short, source)) + suffix
    if "/" not in old and "ref" in reference.template:
        yield short.rpartition("/")[2] + suffix  # Hugo looks for such a name in all folders
    left_out = before[: -len(old.strip("/"))] if before.endswith(old.strip("/")) else ""
    yield top + short.removeprefix(left_out) + suffix
    yield top + short + suffix


def _destinations(path: str, source: str, old: str) -> Iterator[str]:
    """Spellings of a path in a Markdown link; that in the style of the old link comes first."""
    short = without_suffix(path)
    for name in [*_styled(short, old), path]:
        if old.startswith("/"):
            yield from _from_top(name, old)
            yield f"/{name}"
        elif top := SITE_TOP.match(old):
            for address in (*_from_top(name, old[top.end() - 1 :]), f"/{name}"):
                yield top[0] + address[1:]
        else:
            near = relative(name.removesuffix("/"), source)
            near += "/" * name.endswith("/")
            yield dotted(near) if old.startswith("./") else near


def _styled(short: str, old: str) -> list[str]:
    """A path with the suffix of the old link, if that differs from the file's."""
    if _PAGE.search(old):
        return [f"{short}.html"]
    if not old or without_suffix(old) != old:
        return []
    return [f"{short}/", short] if old.endswith("/") else [short]


def _from_top(name: str, old: str) -> Iterator[str]:
    """A path as an address on a site, like the old link: with all of its folders or fewer."""
    above = old.strip("/").split("/")[:-1]
    parts = name.removesuffix("/").split("/")
    slash = "/" * name.endswith("/")
    if above == parts[: len(above)]:
        return  # the old link was a path from the root
    yield "/" + "/".join((*above, parts[-1])) + slash
    for count in range(1, len(above) + 1):
        yield "/" + "/".join((*above[:count], *parts)) + slash
    for count in range(1, len(parts)):
        yield "/" + "/".join(parts[count:]) + slash


def _reads_as(written: str, name: str, dialect: Dialect) -> bool:
    """True if the parser reads the text inside `[[ ]]` as this name."""
    references = parse(f"[[{written}]]", "", dialect).references
    return len(references) == 1 and (references[0].target, references[0].label) == (name, "")
