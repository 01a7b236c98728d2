"""A dialect: how one family of tools writes links and names files.

The default is the dialect of Obsidian; `dialects` has all. Sources: the public documentation and
test suites of Dendron, Foam, Logseq and SilverBullet.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from skillagent.markdown.logseq_names import PageNames

LINK_FIELDS = frozenset(
    "depends_on requires prerequisites related related_to see_also extends part_of parent up "
    "prev prev.link previous next next.link supersedes superseded_by replaces replaced_by "
    "conflicts conflicts_with sources sources.resource executor.resource attester.resource "
    "computation resource".split()
)
"""Frontmatter fields whose values may be names of nodes without brackets; `outer.inner` is a key
inside another one. Sources: `sources[].resource` and the fields of computations in the Open
Knowledge Format, Breadcrumbs, VitePress, and examples from issue trackers."""


def field_name(key: str) -> str:
    """A common form of the name of a link field: `See-Also` becomes `see_also`."""
    return key.strip().casefold().replace("-", "_")


@dataclass(frozen=True, slots=True)
class Dialect:
    """Settings for parsing documents and resolving links."""

    name: str
    label_first: bool = False
    """`[[label|target]]` instead of `[[target|label]]`."""
    dots_are_folders: bool = False
    """`[[a.b]]` may also name `a/b.md`."""
    slug: bool = False
    """Blanks, `-` and `_` are equal in targets."""
    multiline: bool = False
    """A link may contain line ends."""
    namespace: str = ""
    """The text that file names have in place of a `/` in a target; empty if none."""
    math: bool = False
    """Text between `$` or `$$` is math, in which links do not count."""
    title_from_heading: bool = False
    """Links may name a node by its first heading, as by a `title`."""
    link_fields: frozenset[str] = LINK_FIELDS
    """Frontmatter fields whose values may name nodes without brackets."""

    @property
    def settings(self) -> str:
        """All settings as one text, the same in every process: the order of a set differs."""
        return f"{replace(self, link_fields=frozenset())} {sorted(self.link_fields)}"

    def with_link_fields(self, fields: Iterable[str]) -> Dialect:
        """The same dialect with more link fields, in the form of `field_name`."""
        return replace(self, link_fields=self.link_fields | frozenset(fields))

    outline: bool = False
    """Documents are Logseq outlines, with `key:: value` lines, `((blocks))` and `{{macros}}`."""
    okf: str = ""
    """The version of the Open Knowledge Format that the root is a bundle of; empty for others."""
    pages: PageNames | None = None
    """How the name of a page is encoded in its file name; None if both are the same."""


OBSIDIAN = Dialect("obsidian")
