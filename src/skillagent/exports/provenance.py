"""Records in an export how to restore every original file, byte by byte.

`references/.skillagent.json` has for each file its original path, the edits that restore its
text, its line ends, and its digest; if these do not give the original bytes, it has the bytes.
It also lists all files of the export, so that a later export recognizes them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from skillagent import digest
from skillagent.errors import GraphError
from skillagent.exports.file_names import REFERENCES
from skillagent.exports.rewrite import Rewritten
from skillagent.graph import Node, Root
from skillagent.graph.attachments import on_disk
from skillagent.graph.walk import read_bytes
from skillagent.graph_json.original_bytes import byte_form, bytes_of

FORMAT = "skillagent-agent-skill/1"
RECORD = f"{REFERENCES}/.skillagent.json"


def node_record(node: Node, root: Root, file: str, written: Rewritten) -> dict[str, Any]:
    """The entry of the record that restores a node's file.

    Args:
        node: the original node.
        root: the root that contains it.
        file: path of its file in the skill.
        written: the text of that file.
    """
    record: dict[str, Any] = {
        "path": on_disk(root, node.path),
        "file": file,
        "kind": node.kind.value,
        "digest": node.digest,
        **byte_form(node, root),
    }
    if "original" in record:
        return record
    text = node.document.text
    shift = 0
    edits: list[list[int | str]] = []
    for edit in written.edits:
        edits.append([edit.start + shift, len(edit.text), text[edit.start : edit.end]])
        shift += len(edit.text) - (edit.end - edit.start)
    record["edits"] = edits
    return record


def read_record(folder: Path, place: str = RECORD, form: str = FORMAT) -> Mapping[str, Any] | None:
    """The record of an export; None if the folder has no readable one.

    Args:
        folder: the export.
        place: path of the record in it.
        form: what the record says of its own format.
    """
    try:
        record = json.loads((folder / place).read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) and record.get("format") == form else None


def restore(folder: str | os.PathLike[str]) -> dict[str, bytes]:
    """The original files of an exported skill.

    Args:
        folder: the skill, as `agent_skill` wrote it.

    Returns:
        Path in the original root → bytes, sorted; nodes and the attachments that they link to.

    Raises:
        GraphError: it is not an export, or a file was changed since.
    """
    place = Path(folder)
    record = read_record(place)
    if record is None:
        raise GraphError(
            f"{place}: not an exported skill ({RECORD} is missing or of another version)"
        )
    files: dict[str, bytes] = {}
    try:
        for entry in (*record["nodes"], *record["attachments"]):
            path = str(entry["path"])
            data = _restored(place, entry)
            if data is None or digest.sha256(data) != entry["digest"]:
                raise GraphError(
                    f"{place}/{entry['file']}: changed since the export; the original is lost"
                )
            if path.startswith("/") or ".." in path.split("/"):
                raise GraphError(f"{place}: {path!r} is not a path inside a root")
            files[path] = data
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise GraphError(f"{place}/{RECORD}: damaged: {error!r}") from None
    return dict(sorted(files.items()))


def _restored(folder: Path, entry: Mapping[str, Any]) -> bytes | None:
    if "original" in entry:
        return bytes_of("", entry)
    try:
        data = read_bytes(Root(folder), str(entry["file"]))
    except OSError:
        return None
    if "edits" not in entry:
        return data
    try:
        text = data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return None
    return bytes_of("".join(_undone(text, entry["edits"])), entry)


def _undone(text: str, edits: list[tuple[int, int, str]]) -> Iterator[str]:
    position = 0
    for start, length, original in edits:
        yield text[position:start]
        yield original
        position = start + length
    yield text[position:]
