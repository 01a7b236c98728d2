"""How one family of tools writes links: a row of settings a dialect.

The default is what Obsidian reads. Sources: the public documentation and test suites of
Dendron, Foam, Logseq and SilverBullet.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from skillagent.markdown.logseq_names import Pages

LINK_FIELDS = frozenset(
    "depends_on requires prerequisites related related_to see_also extends part_of parent up "
    "prev prev.link previous next next.link supersedes superseded_by replaces replaced_by "
    "conflicts conflicts_with sources sources.resource executor.resource attester.resource "
    "computation".split()
)
"""Frontmatter fields whose values are names of nodes without brackets, `outer.inner` for a key
inside another one. Sources: the Open Knowledge Format's `sources[].resource` and fields of its
computations, Breadcrumbs, VitePress, and what issue trackers show that people write."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """Settings of the scanner and of link resolution."""

    name: str
    label_first: bool = False
    """`[[label|target]]` instead of `[[target|label]]`."""
    dots_are_folders: bool = False
    """`[[a.b]]` may also name `a/b.md`."""
    slug: bool = False
    """Blanks, `-` and `_` are equal in targets."""
    multiline: bool = False
    """A link may run over line ends."""
    namespace: str = ""
    """What a `/` of a target is written as in file names."""
    math: bool = False
    """Text between `$` or `$$` holds no links."""
    title_from_heading: bool = False
    """The first heading addresses its node, as a `title` does."""
    link_fields: frozenset[str] = LINK_FIELDS
    """Frontmatter fields whose values may name nodes without brackets."""

    def with_link_fields(self, fields: Iterable[str]) -> Dialect:
        """The same dialect with more link fields, as `link_fields.field_name` spells them."""
        return replace(self, link_fields=self.link_fields | frozenset(fields))

    outline: bool = False
    """Texts are Logseq's outlines: `key:: value` lines, `((blocks))`, `{{macros}}`."""
    pages: Pages | None = None
    """How the name of a file gives that of its node; None where both are one."""


OBSIDIAN = Dialect("obsidian")
DIALECTS: dict[str, Dialect] = {
    dialect.name: dialect
    for dialect in (
        OBSIDIAN,
        Dialect("dendron", label_first=True, dots_are_folders=True),
        Dialect("foam", slug=True),
        Dialect("logseq", namespace="___", outline=True, pages=Pages()),
        Dialect("silverbullet", multiline=True),
    )
}
