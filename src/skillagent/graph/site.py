"""Find nodes by their addresses on the site that is built from them.

Authors of documentation use the addresses that a browser asks for: `/guide/x`, `/guide/x.html`,
`/docs/x/`. Only the configuration of the site builder says which file that is. This module tries
the default rules of the builders, and takes the first node that fits. Sources: the documentation
of VitePress (file-based routing), Docusaurus (`slug`, `id`, numbers before names), MkDocs
(directory URLs), Jekyll (permalinks, dates before names), Hugo (`_index`, `url`, `aliases`).

Above: `resolve`, whose own rules come first. Below: `inner_path`, nodes.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

from skillagent.graph.file_name import stem_of, without_suffix
from skillagent.graph.inner_path import inner_path
from skillagent.graph.node import Node
from skillagent.markdown import LinkKind, scalar_text
from skillagent.markdown.lazy_pattern import lazy_pattern

SOURCE_FOLDERS = (
    *("docs", "doc", "documentation", "content", "contents", "src", "source", "pages", "site"),
    *("website", "wiki", "book"),
)
"""Names of folders that sites are built from. A `/` at the start of a link means one of them."""
SITE_TOP = lazy_pattern(r"@(?:site)?/")
"""What a Markdown link begins with if its path begins at the top of the site's sources."""
MOST_DROPPED = 3
"""How many folders at the start of an address may exist only on the site, not in the root."""

_PAGE_SUFFIX = lazy_pattern(r"(?:/index)?\.html?$", re.IGNORECASE)
_NUMBER = lazy_pattern(r"_|\d+[-_. ]+(?=[^\d\W])")
_DATE = lazy_pattern(r"(\d{4})-(\d\d?)-(\d\d?)-(?=.)")
_INDEXES = frozenset(("index", "readme"))


class Site:
    """Finds the nodes of one root by address.

    Args:
        nodes: all nodes of the root.
        at: returns the node at a path, with or without suffix, or the index of a folder.
        folder: names of the folders above the root, and its own name last; empty if unknown.
    """

    def __init__(
        self, nodes: Sequence[Node], at: Callable[[str], Node | None], folder: Sequence[str]
    ) -> None:
        self._nodes = nodes
        self._node_at = at
        self._above = tuple(folder)
        self._folder = self._above[-MOST_DROPPED:]
        self._answers: dict[tuple[str, str], Node | None] = {}
        self._bases: dict[str, bool] = {}

    def find(self, target: str, source: str) -> Node | None:
        """The node at an address; None if there is none.

        Args:
            target: target of a Markdown link, percent escapes decoded, without its fragment.
            source: path of the document with the link.
        """
        # For an absolute address only the folder of the document matters.
        place = (posixpath.dirname(source) if target.startswith("/") else source, target)
        if place not in self._answers:
            paths = self._absolute if target.startswith("/") else self._relative
            nodes = (self._at(path) for path in paths(_plain(target), source))
            self._answers[place] = next(filter(None, nodes), None)
        return self._answers[place]

    def source_folder(self) -> str:
        """Name of the nearest folder above the root that a site may be built from, or empty."""
        above = (name for name in reversed(self._folder[:-1]) if name.lower() in SOURCE_FOLDERS)
        return next(above, "")

    def _at(self, path: str) -> Node | None:
        return self._node_at(path) or self._addresses.get(path.casefold())

    def _inside(self, path: str) -> str | None:
        """A path from the root, empty for the root itself; None if it leads outside."""
        path_inside = inner_path(path, self._above)
        return "" if path_inside == "." else path_inside

    def _absolute(self, address: str, source: str) -> Iterator[str]:
        path = self._inside(address.strip("/"))
        if path is None:
            return
        # The site may begin at the root, or at any folder above the document.
        folders = posixpath.dirname(source).split("/")
        yield path
        for count in range(1, len(folders) + 1):
            yield posixpath.join(*folders[:count], path).removesuffix("/")
        yield from self._without_base(path)

    def _without_base(self, path: str) -> Iterator[str]:
        """The path without the folders that exist only on the site, as in `/docs/x` for `x.md`."""
        parts = path.split("/")
        for count in range(1, min(MOST_DROPPED, len(parts)) + 1):
            rest = "/".join(parts[count:])
            if self._is_base("/".join(parts[:count])):
                yield rest

    def _is_base(self, base: str) -> bool:
        """True if the first folders of an address exist only on the site.

        That is so if the folders above the root have these names, or if at least half of the
        addresses that begin so lead to a node without them. A single address is enough only if
        the name is one of `SOURCE_FOLDERS`.
        """
        if base not in self._bases:
            names = base.split("/")
            ends_root = self._folder[-len(names) :] == tuple(names)
            self._bases[base] = ends_root or self._leads_without(base)
        return self._bases[base]

    def _leads_without(self, base: str) -> bool:
        rests = self._linked.get(base, ())
        resolved = sum(self._at(rest) is not None for rest in rests)
        needed = 1 if base.rpartition("/")[2].lower() in SOURCE_FOLDERS else 2
        return resolved >= needed and 2 * resolved >= len(rests)

    def _relative(self, address: str, source: str) -> Iterator[str]:
        folder = posixpath.dirname(source)
        # On most sites the address of `a/b.md` is `a/b/`, and browsers resolve from there. If a
        # file does not exist, Docusaurus looks for its path from the top.
        top = ("",) if without_suffix(address) != address else ()
        for base in (folder, without_suffix(source), *top):
            path = self._inside(posixpath.join(base, address))
            if path is not None:
                yield path

    @cached_property
    def _linked(self) -> dict[str, list[str]]:
        """First folders → what follows them in the absolute addresses of links, each once."""
        addresses = {
            self._inside(_plain(reference.target).strip("/"))
            for node in self._nodes
            for reference in node.document.references
            if reference.kind is LinkKind.MARKDOWN and reference.target.startswith("/")
        }
        linked: dict[str, list[str]] = {}
        for path in sorted(path for path in addresses if path):
            at = -1
            for _ in range(MOST_DROPPED):
                if (at := path.find("/", at + 1)) < 0:
                    break
                linked.setdefault(path[:at], []).append(path[at + 1 :])
        return linked

    @cached_property
    def _addresses(self) -> dict[str, Node]:
        """Address, case folded, without outer slashes → the only node that may have it."""
        owners: dict[str, Node] = {}
        shared = set()
        for node in self._nodes:
            for address in {address.casefold() for address in addresses_of(node)}:
                if owners.setdefault(address, node) is not node:
                    shared.add(address)
        return {address: node for address, node in owners.items() if address not in shared}


def _plain(address: str) -> str:
    """An address without `.html` and `index.html`."""
    return _PAGE_SUFFIX.sub("", address)


def addresses_of(node: Node) -> Iterator[str]:
    """The addresses that site builders may give to a document besides its path."""
    folder, _, name = node.path.rpartition("/")
    above = "".join(f"{_NUMBER.sub('', part, count=1)}/" for part in folder.split("/") if part)
    stem = stem_of(name)
    unnumbered = _NUMBER.sub("", stem, count=1)
    if unnumbered.lower() in _INDEXES:
        yield above.removesuffix("/")
    elif match := _DATE.match(stem):
        dated = "/".join((*match.groups(), stem[match.end() :]))
        yield above + dated
        yield dated
        yield above + stem[match.end() :]
    else:
        yield above + unnumbered
    yield from _declared(node, above)


def _declared(node: Node, above: str) -> Iterator[str]:
    """The addresses in the header of a document."""
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
