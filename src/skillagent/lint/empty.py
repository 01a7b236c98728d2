"""Says when a folder holds little or nothing that could be loaded: mostly another was meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from skillagent.diagnostics import Diagnostic, finding
from skillagent.graph.node import SUFFIXES
from skillagent.graph.resolve import SEPARATOR
from skillagent.lint.inspection import Inspection

SHOWN = 4
"""Kinds of other files that are named."""
DOCUMENTS = frozenset(
    ".rst .adoc .asciidoc .asc .txt .ipynb .org .qmd .rmd .mdoc .textile .tex .typ .html".split()
)
"""Kinds of files that can be documents, in other formats."""
PLAIN = frozenset((".txt", ".html", ".tex"))
"""Those of them that often are none: beside Markdown they are not counted."""


def empty(inspection: Inspection) -> Iterator[Diagnostic]:
    """A finding for each root without any Markdown file, read or unreadable."""
    filled = {node.root for node in inspection.graph.nodes.values()}
    for root, others in inspection.graph.others.items():
        prefix = root + SEPARATOR if root else ""
        unread = any(
            diagnostic.code == "SG001" and diagnostic.path.startswith(prefix)
            for diagnostic in inspection.graph.diagnostics
        )
        if root not in filled and not unread:
            yield finding("SG301", prefix or ".", 0, _seen(others))


def other_formats(inspection: Inspection) -> Iterator[Diagnostic]:
    """A finding for each root with fewer Markdown files than documents of other formats."""
    loaded = Counter(node.root for node in inspection.graph.nodes.values())
    for root, others in inspection.graph.others.items():
        others_by_kind = _kinds(others).items()
        kinds = Counter(
            {kind: count for kind, count in others_by_kind if kind in DOCUMENTS - PLAIN}
        )
        if 0 < loaded[root] < kinds.total():
            prefix = root + SEPARATOR if root else "."
            message = f"not loaded, for they are no Markdown: {_listed(kinds)}"
            yield finding("SG302", prefix, 0, message)


def _seen(others: tuple[str, ...]) -> str:
    """What was looked for, and what is there instead.

    Args:
        others: paths of the files and folders of a root.
    """
    *first, last = (f"*{suffix}" for suffix in SUFFIXES)
    looked = f"{', '.join(first)} and {last}"
    return f"no Markdown file: looked for {looked}, saw {_listed(_kinds(others)) or 'no file'}"


def _kinds(paths: Iterable[str]) -> Counter[str]:
    """How many files there are of each suffix, in lower case with its dot."""
    names = (path.rpartition("/")[2] for path in paths)
    return Counter(f".{name.rpartition('.')[2].lower()}" for name in names if "." in name)


def _listed(kinds: Counter[str]) -> str:
    """Kinds of files with their numbers, documents first, then by number."""
    ranked = sorted(kinds.items(), key=lambda pair: (pair[0] not in DOCUMENTS, -pair[1], pair[0]))
    there = [f"{count} {kind}" for kind, count in ranked[:SHOWN]]
    return ", ".join([*there, "others"] if len(ranked) > SHOWN else there)
