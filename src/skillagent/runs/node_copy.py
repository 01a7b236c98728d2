"""The files of a graph in a record, and the graph that is restored from them.

`nodes.jsonl` has a line for each file: Markdown files with their bytes, all others only by name,
because a link can lead to them. A file with a secret is named, but not copied; a secret in a name
is removed from it.

Above: `recorder`, and replays. Below: `graph`.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from skillagent.digest import sha256
from skillagent.errors import UsageError
from skillagent.files.regular import read_regular
from skillagent.graph import Options, Root, SkillGraph
from skillagent.markdown import DIALECTS
from skillagent.markdown.decoding import decode
from skillagent.recording import strict_json
from skillagent.secrets import Scrubber

NODES = "nodes.jsonl"


def copy_nodes(graph: SkillGraph, scrubber: Scrubber) -> bytes:
    """The content of `nodes.jsonl`.

    Args:
        graph: the graph; a file that has changed since it was loaded is left out.
        scrubber: finds secrets.
    """
    folders = {root.name: root.path for root in graph.roots}
    only = graph.roots[0].path
    lines: list[dict[str, Any]] = [
        {
            "roots": [scrubber.text(root.name) for root in graph.roots],
            "dialect": graph.dialect.name,
        }
    ]
    for node in graph.nodes.values():
        root, path = scrubber.text(node.root), scrubber.text(node.path)
        line: dict[str, Any] = {"root": root, "path": path, "digest": node.digest}
        data = _unchanged(folders.get(node.root, only) / node.path, node.digest)
        if data is not None:
            line |= _content(data, node.path, scrubber)
        lines.append(line)
    for root, others in graph.others.items():
        named = scrubber.text(root)
        lines += [{"root": named, "path": scrubber.text(path)} for path in others]
    return b"".join(map(strict_json.line, lines))


def _unchanged(path: Path, digest: str) -> bytes | None:
    try:
        data = read_regular(path)
    except OSError:
        return None
    return data if sha256(data) == digest else None


def _content(data: bytes, path: str, scrubber: Scrubber) -> dict[str, str]:
    text, _ = decode(data, path)
    if scrubber.text(text) != text:
        return {}
    try:
        return {"text": data.decode("utf-8")}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}


def restore(data: bytes, folder: Path) -> SkillGraph:
    """Load the graph from its copied files.

    Args:
        data: content of `nodes.jsonl`.
        folder: an empty folder, into which the files are written.

    Raises:
        UsageError: the copy is damaged, or a path leads out of the folder.
    """
    try:
        head, *lines = [json.loads(line) for line in data.splitlines() if line.strip()]
        names = head["roots"]
        if not names or not all(map(_is_plain, names)):
            raise ValueError(f"{names!r} are no names of roots")
        several = len(names) > 1
        # The deepest first, because a folder is named like a file, without a content.
        for line in sorted(lines, key=lambda line: -line["path"].count("/")):
            if several and line["root"] not in names:
                raise ValueError(f"{line['root']!r} is no root")
            _write(folder / (line["root"] if several else names[0]), line)
        roots = [Root(folder / name, name) for name in names]
        for root in roots:
            root.path.mkdir(exist_ok=True)
        return SkillGraph.load(*roots, options=Options(dialect=DIALECTS.get(head["dialect"])))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{NODES} is damaged: {error!r}") from None


def _is_plain(name: object) -> bool:
    """Whether a name is one part of a path, which cannot lead anywhere else."""
    if not isinstance(name, str) or name in ("", ".", ".."):
        return False
    return not any(mark in name for mark in ("/", "\\", "\0"))


def _write(root: Path, line: dict[str, Any]) -> None:
    path = root / line["path"]
    if not path.resolve().is_relative_to(root.resolve()):
        raise ValueError(f"{line['path']!r} leads out of its folder")
    text = line.get("text")
    data = base64.b64decode(line.get("base64", "")) if text is None else text.encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.is_dir():
        path.write_bytes(data)
