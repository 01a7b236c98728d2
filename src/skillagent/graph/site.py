"""Addresses that documents have on the site that is built from them.

Authors of documentation link to what a reader's browser asks for: `/guide/x`, `/guide/x.html`,
`/docs/x/`. Which file that is, only the builder's configuration says; this module tries what the
builders do of themselves, and takes what is there. Sources: the documentation of VitePress
(file-based routing), Docusaurus (`slug`, `id`, numbers before names), MkDocs (directory URLs),
Jekyll (permalinks, dates before names), Hugo (`_index`, `url`, `aliases`).

Above: `resolve`, whose own rules come first. Below: nodes.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

from skillagent.graph.node import Node, stem_of, without_suffix
from skillagent.markdown import Kind, scalar_text

SOURCE_FOLDERS = (
    *("docs", "doc", "documentation", "content", "contents", "src", "source", "pages", "site"),
    *("website", "wiki", "book"),
)
"""Names of folders that sites are built from: a link that begins with `/` counts from one."""
MOST_DROPPED = 3
"""So many folders of an address may be the site's own, and be no folders of the root."""

_PAGE_SUFFIX = re.compile(r"(?:/index)?\.html?$", re.IGNORECASE)
_NUMBER = re.compile(r"_|\d+[-_. ]+(?=[^\d\W])")
_DATE = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)-(?=.)")
_INDEXES = frozenset(("index", "readme", "_index"))


class Site:
    """What the addresses of one root's documents may be.

    Args:
        nodes: all nodes of the root.
        at: the node at a path, with or without suffix, or the index of the folder there.
        folder: names of the folders that the root lies in, its own name last; empty where that
            is not known.
    """

    def __init__(
        self, nodes: Sequence[Node], at: Callable[[str], Node | None], folder: Sequence[str]
    ) -> None:
        self._nodes = nodes
        self._path = at
        self._folder = tuple(folder[-MOST_DROPPED:])
        self._known: dict[tuple[str, str], Node | None] = {}
        self._bases: dict[str, bool] = {}

    def find(self, target: str, source: str) -> Node | None:
        """The node that an address means, None if there is none.

        Args:
            target: as a Markdown link gives it, percent signs decoded, without its fragment.
            source: path of the document that it stands in.
        """
        # Of an absolute address only the folder of the document matters.
        place = (posixpath.dirname(source) if target.startswith("/") else source, target)
        if place not in self._known:
            paths = self._absolute if target.startswith("/") else self._relative
            found = (self._at(path) for path in paths(_plain(target), source))
            self._known[place] = next(filter(None, found), None)
        return self._known[place]

    def source_folder(self) -> str:
        """Name of the nearest folder above the root that a site may be built from, or empty."""
        above = (name for name in reversed(self._folder[:-1]) if name.lower() in SOURCE_FOLDERS)
        return next(above, "")

    def _at(self, path: str) -> Node | None:
        return self._path(path) or self._addresses.get(path.casefold())

    def _absolute(self, address: str, source: str) -> Iterator[str]:
        path = _inside(address.strip("/"))
        if path is None:
            return
        # From the root, then from each folder above the document: one of them is the site's.
        folders = posixpath.dirname(source).split("/")
        yield path
        for count in range(1, len(folders) + 1):
            yield posixpath.join(*folders[:count], path).removesuffix("/")
        yield from self._without_base(path)

    def _without_base(self, path: str) -> Iterator[str]:
        """The path without the folders that only the site has, as in `/docs/x` for `x.md`."""
        parts = path.split("/")
        for count in range(1, min(MOST_DROPPED, len(parts)) + 1):
            rest = "/".join(parts[count:])
            if self._is_base("/".join(parts[:count])):
                yield rest

    def _is_base(self, base: str) -> bool:
        """Whether a beginning of addresses is the site's own.

        It is if the root lies in folders of that name, or if at least half of the addresses
        that begin so lead to a node without it; one address is proof only for a known name.
        """
        if base not in self._bases:
            names = base.split("/")
            ends_root = self._folder[-len(names) :] == tuple(names)
            self._bases[base] = ends_root or self._leads_without(base)
        return self._bases[base]

    def _leads_without(self, base: str) -> bool:
        rests = [
            path.removeprefix(f"{base}/")
            for path in self._linked.get(base.partition("/")[0], ())
            if path.startswith(f"{base}/")
        ]
        good = sum(self._at(rest) is not None for rest in rests)
        needed = 1 if base.rpartition("/")[2].lower() in SOURCE_FOLDERS else 2
        return good >= needed and 2 * good >= len(rests)

    def _relative(self, address: str, source: str) -> Iterator[str]:
        folder = posixpath.dirname(source)
        # On most sites the address of `a/b.md` is `a/b/`, from which browsers count. Docusaurus
        # takes a path of a file that is not there from the top.
        top = ("",) if without_suffix(address) != address else ()
        for base in (folder, without_suffix(source), *top):
            path = _inside(posixpath.join(base, address))
            if path is not None:
                yield path

    @cached_property
    def _linked(self) -> dict[str, list[str]]:
        """First folder → absolute addresses that links of the root name, each once."""
        addresses = {
            _inside(_plain(reference.target).strip("/"))
            for node in self._nodes
            for reference in node.document.references
            if reference.kind is Kind.MARKDOWN and reference.target.startswith("/")
        }
        found: dict[str, list[str]] = {}
        for path in sorted(path for path in addresses if path):
            found.setdefault(path.partition("/")[0], []).append(path)
        return found

    @cached_property
    def _addresses(self) -> dict[str, Node]:
        """Address, case folded, without slashes around it → the only node that may have it."""
        found: dict[str, Node] = {}
        twice = set()
        for node in self._nodes:
            for address in {address.casefold() for address in _addresses_of(node)}:
                if found.setdefault(address, node) is not node:
                    twice.add(address)
        return {address: node for address, node in found.items() if address not in twice}


def _plain(address: str) -> str:
    """An address without `.html` and `index.html`."""
    return _PAGE_SUFFIX.sub("", address)


def _inside(path: str) -> str | None:
    """A path without `.` and `..`, empty for the root; None if it leads out of it."""
    path = posixpath.normpath(path)
    if path == ".." or path.startswith(("../", "/")):
        return None
    return "" if path == "." else path


def _addresses_of(node: Node) -> Iterator[str]:
    """Addresses that builders give to a document beside its path."""
    folder, _, name = node.path.rpartition("/")
    above = "".join(f"{_NUMBER.sub('', part, count=1)}/" for part in folder.split("/") if part)
    stem = stem_of(name)
    if stem.lower() in _INDEXES:
        yield above.removesuffix("/")
    elif match := _DATE.match(stem):
        dated = "/".join((*match.groups(), stem[match.end() :]))
        yield above + dated
        yield dated
        yield above + stem[match.end() :]
    else:
        yield above + _NUMBER.sub("", stem, count=1)
    yield from _declared(node, above)


def _declared(node: Node, above: str) -> Iterator[str]:
    """What the header of a document says of its address."""
    header = node.document.frontmatter
    if not header.fields:
        return
    for key in ("permalink", "url", "slug", "id"):
        address = scalar_text(header.get(key)).strip()
        if address.startswith("/"):
            yield _plain(address).strip("/")
        elif address and ":" not in address:
            yield above + _plain(address).strip("/")
    for address in (*header.words("redirect_from"), *node.aliases):
        if address.startswith("/"):
            yield _plain(address).strip("/")
