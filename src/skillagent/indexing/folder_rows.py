"""The states of the files of a graph, as rows of its index: one for each folder.

They tell which files an index has to read again.

Above: `building`, `updating`. Below: `looking`, `store`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from skillagent.graph import Root
from skillagent.graph.folder_state import by_file, latest_change
from skillagent.graph.source_file import safe_path
from skillagent.indexing.looking import Looked
from skillagent.store.rows import Kind, Rows, pack_json, text_key, unpack_json

REST = b"rest"
"""The key of a row about all other files; those of folders begin with a number."""
NO_NODE = -1
"""The number of a file that is no node, because it cannot be read."""


@dataclass(frozen=True, slots=True)
class _Folder:
    """The Markdown files of one folder of a root."""

    root: int
    """The place of the root among the roots."""
    start: str
    """What their paths begin with."""
    names: list[str]
    """The rest of each path, in a fixed order."""
    numbers: list[int]
    """What is known of the status of each file; see `FileGroup`."""


def folder_rows(looked: Looked, number: Callable[[int, str], int]) -> Iterator[tuple[bytes, bytes]]:
    """Key and value of the row of each folder.

    Args:
        looked: the files.
        number: returns the number of the node of a file, by the place of its root among the roots
            and by its path; `NO_NODE` if it has none.
    """
    yield REST, _rest(looked)
    for key, folder in _folders(looked).items():
        nodes = [number(folder.root, folder.start + name) for name in folder.names]
        yield key, pack_json([folder.names, folder.numbers, nodes])


def _rest(looked: Looked) -> bytes:
    """What else decides how the graph is read, besides Markdown files, as the value of a row."""
    return pack_json(
        [
            [state.rest, [(file.path, file.changed_ns, file.identity) for file in state.unread]]
            for state in looked.states
        ]
    )


def _folders(looked: Looked) -> dict[bytes, _Folder]:
    """Key of a folder's row → its files."""
    folders: dict[bytes, _Folder] = {}
    for root, state in enumerate(looked.states):
        for group in state.groups:
            key = text_key(f"{root}/{group.start}")
            folder = folders.setdefault(key, _Folder(root, group.start, [], []))
            # Links are groups of their own, and begin with nothing, as the files at the top do.
            folder.names.extend(group.names)
            folder.numbers.extend(group.numbers)
    return folders


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """A file that may not be as it was indexed."""

    root: int
    """The place of its root among the roots."""
    path: str
    """Its path in the root, as the system spells it."""
    number: int
    """The number of its node; `NO_NODE` if it was none."""


@dataclass(frozen=True, slots=True)
class Changes:
    """How the files differ from those that were indexed."""

    files: Sequence[ChangedFile]
    folders: Mapping[bytes, bytes]
    """The rows of the folders that have changed."""


def changes_of(rows: Rows, looked: Looked, certain_ns: int) -> Changes | None:
    """Which Markdown files of a graph may have changed; None if anything else has, too.

    Args:
        rows: the rows of its index.
        looked: its files now.
        certain_ns: a file that changed at this moment or later, in nanoseconds since 1970, may have
            changed once more at the same time.
    """
    if any(file.changed_ns >= certain_ns for state in looked.states for file in state.unread):
        return None  # the index has no digests of these
    now = _folders(looked)
    before = dict(rows.every(Kind.FOLDER))
    if before.pop(REST, None) != _rest(looked) or now.keys() != before.keys():
        return None
    changed: list[ChangedFile] = []
    rewritten: dict[bytes, bytes] = {}
    for key, folder in now.items():
        names, numbers, nodes = unpack_json(before[key])
        if names != folder.names:
            return None
        is_same = numbers == folder.numbers
        if is_same and latest_change(folder.numbers) < certain_ns:
            continue
        for name, node, old, new in zip(
            names, nodes, by_file(numbers), by_file(folder.numbers), strict=True
        ):
            if old != new or latest_change(new) >= certain_ns:
                changed.append(ChangedFile(folder.root, folder.start + name, node))
        if not is_same:
            rewritten[key] = pack_json([names, folder.numbers, nodes])
    return Changes(changed, rewritten)


def numbers_of_files(
    roots: Sequence[Root], nodes: Mapping[tuple[str, str], int]
) -> Callable[[int, str], int]:
    """A function that returns the number of a file's node; see `folder_rows`.

    Args:
        roots: the roots.
        nodes: `Node.root` and `Node.path` → number.
    """

    def number(root: int, path: str) -> int:
        name = roots[root].name if len(roots) > 1 else ""
        return nodes.get((name, path), nodes.get((name, safe_path(path)), NO_NODE))

    return number
