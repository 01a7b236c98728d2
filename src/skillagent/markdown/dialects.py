"""All dialects by name.

Below: `dialect`, `logseq_names`.
"""

from __future__ import annotations

from skillagent.markdown.dialect import OBSIDIAN, Dialect
from skillagent.markdown.logseq_names import PageNames

DIALECTS: dict[str, Dialect] = {
    dialect.name: dialect
    for dialect in (
        OBSIDIAN,
        Dialect("dendron", label_first=True, dots_are_folders=True),
        Dialect("foam", slug=True),
        Dialect("logseq", namespace="___", outline=True, pages=PageNames()),
        Dialect("silverbullet", multiline=True),
    )
}
