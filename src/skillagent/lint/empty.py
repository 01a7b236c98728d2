"""Rules about roots with few or no Markdown files: usually another folder was meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from skillagent.diagnostics import Diagnostic, finding
from skillagent.graph.file_name import SUFFIXES
from skillagent.graph.resolve import SEPARATOR
from skillagent.lint.inspection import Inspection

SHOWN = 4
"""File suffixes that a finding names."""
DOCUMENTS = frozenset(
    ".rst .adoc .asciidoc .asc .txt .ipynb .org .qmd .rmd .mdoc .textile .tex .typ .html".split()
)
"""Suffixes of files that can be documents in other formats."""
PLAIN = frozenset((".txt", ".html", ".tex"))
"""Those that often are not documents: next to Markdown files they are not counted."""


def empty(inspection: Inspection) -> Iterator[Diagnostic]:
    """Roots without any Markdown file, readable or not."""
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
    """Roots with fewer Markdown files than documents in other formats."""
    loaded = Counter(node.root for node in inspection.graph.nodes.values())
    for root, others in inspection.graph.others.items():
        others_by_kind = _kinds(others).items()
        kinds = Counter(
            {kind: count for kind, count in others_by_kind if kind in DOCUMENTS - PLAIN}
        )
        if 0 < loaded[root] < kinds.total():
            prefix = root + SEPARATOR if root else "."
            message = f"not loaded, because they are not Markdown: {_listed(kinds)}"
            yield finding("SG302", prefix, 0, message)


def _seen(others: tuple[str, ...]) -> str:
    """A message that says what was searched for and what was seen instead.

    Args:
        others: paths of all files and folders in a root.
    """
    *first, last = (f"*{suffix}" for suffix in SUFFIXES)
    looked = f"{', '.join(first)} and {last}"
    return f"no Markdown file: looked for {looked}, saw {_listed(_kinds(others)) or 'no file'}"


def _kinds(paths: Iterable[str]) -> Counter[str]:
    """Suffix in lower case, with its dot → number of files."""
    names = (path.rpartition("/")[2] for path in paths)
    return Counter(f".{name.rpartition('.')[2].lower()}" for name in names if "." in name)


def _listed(kinds: Counter[str]) -> str:
    """Suffixes with their numbers of files: documents first, then the most frequent."""
    ranked = sorted(kinds.items(), key=lambda pair: (pair[0] not in DOCUMENTS, -pair[1], pair[0]))
    there = [f"{count} {kind}" for kind, count in ranked[:SHOWN]]
    return ", ".join([*there, "others"] if len(ranked) > SHOWN else there)
