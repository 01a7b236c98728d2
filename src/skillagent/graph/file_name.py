"""The names of Markdown files, with and without their suffix.

Above: `walk`, nodes. Below: nothing.
"""

from __future__ import annotations

SUFFIXES = (".md", ".markdown", ".mdx")
"""The endings of the names of Markdown files."""
_SUFFIXES = frozenset(suffix[1:] for suffix in SUFFIXES)


def stem_of(path: str) -> str:
    """The last part of a path without the suffix of a Markdown file."""
    name = path.rpartition("/")[2]
    head, dot, suffix = name.rpartition(".")
    return head if dot and suffix.lower() in _SUFFIXES else name


def without_suffix(path: str) -> str:
    """A path without the suffix of a Markdown file; any other dot belongs to the name."""
    head, dot, suffix = path.rpartition(".")
    return head if dot and head and suffix.lower() in _SUFFIXES else path
