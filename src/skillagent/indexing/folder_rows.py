"""The states of the files of a graph, as rows of its index: one for each folder.

They tell which files an index has to read again.

Above: `building`, `updating`. Below: `looking`, `store`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from skillagent.graph import Root
from skillagent.graph.folder_state import FileState
from skillagent.graph.source_file import safe_path
from skillagent.indexing.looking import Looked
from skillagent.store.rows import Kind, Rows, pack_json, text_key, unpack_json

REST = b"rest"
"""The key of a row about all other files; those of folders begin with a number."""
NO_NODE = -1
"""The number of a file that is no node, because it cannot be read."""
_Folder: TypeAlias = dict[str, list[int]]
"""Name of a file → its state, and the number of its node."""


def folder_rows(looked: Looked, number: Callable[[int, str], int]) -> Iterator[tuple[bytes, bytes]]:
    """Key and value of the row of each folder.

    Args:
        looked: the files.
        number: returns the number of the node of a file, by the place of its root among the roots
            and by its path; `NO_NODE` if it has none.
    """
    yield REST, _rest(looked)
    for key, files in _by_folder(looked).items():
        states = {
            name: [*file[1:], number(root, file.path)] for name, (root, file) in files.items()
        }
        yield key, pack_json(states)


def _rest(looked: Looked) -> bytes:
    """What else decides how the graph is read, besides Markdown files, as the value of a row."""
    return pack_json([[state.rest, state.unread] for state in looked.states])


def _by_folder(looked: Looked) -> dict[bytes, dict[str, tuple[int, FileState]]]:
    """Key of a folder's row → name of a file → place of its root, and the file."""
    folders: dict[bytes, dict[str, tuple[int, FileState]]] = {}
    for root, state in enumerate(looked.states):
        for file in state.files:
            folder, _, name = file.path.rpartition("/")
            folders.setdefault(text_key(f"{root}/{folder}"), {})[name] = root, file
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
    now = _by_folder(looked)
    before = dict(rows.every(Kind.FOLDER))
    if before.pop(REST, None) != _rest(looked):
        return None
    if now.keys() != before.keys():
        return None
    changed: list[ChangedFile] = []
    folders: dict[bytes, bytes] = {}
    for key, files in now.items():
        indexed: _Folder = unpack_json(before[key])
        if indexed.keys() != files.keys():
            return None
        states: _Folder = {}
        for name, (root, file) in files.items():
            number = indexed[name][-1]
            state = states[name] = [*file[1:], number]
            if state != indexed[name] or file.changed_ns >= certain_ns:
                changed.append(ChangedFile(root, file.path, number))
        if states != indexed:
            folders[key] = pack_json(states)
    return Changes(changed, folders)


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
