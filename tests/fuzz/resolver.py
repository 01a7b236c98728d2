"""A graph of a few files: it loads, every link leads to a node that exists, and twice alike.

An input is the text of all files: a line of `=== path` begins each one.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from skillagent import SkillGraph
from skillagent.graph.walk import Options
from skillagent.markdown import DIALECTS
from tests.fuzz.choices import Choices

FILES = 12
"""Most files of one graph."""
_NOT_IN_NAME = re.compile(r"[\x00-\x1f\ud800-\udfff]")
_DIALECTS = (None, *(DIALECTS[name] for name in sorted(DIALECTS)))


def check(data: bytes) -> None:
    """Load the graph of an input twice and compare its links with its nodes."""
    choices = Choices(data)
    options = Options(dialect=choices.of(_DIALECTS), strict=bool(choices.number(2)))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, content in _files(choices.rest()):
            _write(root, name, content)
        graph = SkillGraph.load(root, options=options)
        _check_graph(graph)
        again = SkillGraph.load(root, options=options)
    assert again.digest == graph.digest
    assert list(map(repr, again.links)) == list(map(repr, graph.links))
    assert again.diagnostics == graph.diagnostics
    assert again.entries == graph.entries


def _check_graph(graph: SkillGraph) -> None:
    assert list(graph.nodes) == sorted(graph.nodes)
    assert set(graph.entries) <= graph.nodes.keys()
    for link in graph.links:
        assert link.source in graph.nodes
        assert link.target is None or link.target in graph.nodes
        assert set(link.candidates) <= graph.nodes.keys()
        assert link.target is None or not link.ambiguous or link.target in link.candidates
        assert 0 <= link.start <= len(graph.nodes[link.source].document.text)
        link.context, link.section, link.around(), link.is_bare  # none of them raises
    for node_id in graph.nodes:
        assert graph.find(node_id) is graph.nodes[node_id]


def _files(data: bytes) -> Iterator[tuple[str, bytes]]:
    for part in (b"\n" + data).split(b"\n=== ")[1 : FILES + 1]:
        name, _, content = part.partition(b"\n")
        yield name.decode("utf-8", "replace"), content


def _write(root: Path, name: str, content: bytes) -> None:
    """Write a file, if the name can be one of a file inside the root."""
    parts = [part[:40] for part in _NOT_IN_NAME.sub("", name).split("/")[:3]]
    parts = [part for part in parts if part not in ("", ".", "..")]
    if not parts:
        return
    path = root.joinpath(*parts)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError:
        pass  # a folder has the name of a file, or the other way round
