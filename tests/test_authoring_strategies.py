"""Hypothesis strategies for graphs with links of every style, and functions to compare graphs."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillagent.graph import SkillGraph

PATHS = [
    "a.md",
    "b.md",
    "Two Words.md",
    "x/a.md",
    "x/c.md",
    "x/y/c.md",
    "x/y/index.md",
    "c# (1)/d.md",
    "ünder_score.markdown",
]
TITLES = ["Alpha", "Two Words", "beta gamma", "a"]
HEADINGS = [
    "Setup",
    "Use it",
    "Setup",
    "What: is `this`?",
    "Größe & more",
    "On [[a|an [odd] label]]",
]

_TARGETS = st.sampled_from(
    [
        *(path.rpartition("/")[2].rpartition(".")[0] for path in PATHS),
        *(path.rpartition(".")[0] for path in PATHS),
        *PATHS,
        *TITLES,
        "x/y",
        "y",
        "missing",
        "./a",
        "../a",
        "/x/c",
        "./missing",
        "",
    ]
)
_FRAGMENTS = st.sampled_from(["", "", "", "#Setup", "#Use it", "#setup", "#^block", "#nowhere"])
_LABELS = st.sampled_from(["", "", "|label", "|a [b] c", "\\|cell"])
_URLS = st.sampled_from(
    [
        "a.md",
        "./b.md",
        "../a.md",
        "y/c.md",
        "x/y/c",
        "<Two Words.md>",
        "Two%20Words.md",
        "c%23%20%281%29/d.md",
        "../c%23%20(1)/d.md#Setup",
        "y/",
        "missing.md",
        "img/pic.png",
        "../../outside.md",
        "https://example.org/a.md",
        "#setup",
        "#use-it",
        "b.md#setup",
    ]
)


@st.composite
def _links(draw: st.DrawFn) -> str:
    style = draw(st.integers(0, 6))
    if style <= 2:
        target = draw(_TARGETS).replace("#", "\\#") + draw(_FRAGMENTS)
        embed = "!" if draw(st.booleans()) else ""
        return f"{embed}[[{target or 'a'}{draw(_LABELS)}]]"
    if style == 3:
        return f"[text]({draw(_URLS)})"
    if style == 4:
        return f"![image]({draw(_URLS)})"
    if style == 5:
        return draw(st.sampled_from(["[text][one]", "[one]", "[text][two]"]))
    return f"%% [[{draw(_TARGETS).replace('#', '') or 'b'}]] %%"


_WORDS = st.sampled_from(["plain words.", "`[[code]]`", "two words of alpha", "*beta gamma*", "ü"])


@st.composite
def _blocks(draw: st.DrawFn) -> str:
    style = draw(st.integers(0, 8))
    if style <= 1:
        return "#" * draw(st.integers(1, 3)) + " " + draw(st.sampled_from(HEADINGS))
    if style == 2:
        return f"```\n# no heading\n{draw(_links())}\n```"
    if style == 3:
        return f'[one]: {draw(_URLS)}\n[two]: {draw(_URLS)} "title"'
    if style == 4:
        return f"- {draw(_links())} - {draw(_WORDS)}\n  - {draw(_links())}"
    if style == 5:
        return f"{draw(_WORDS)} {draw(_links())} ^block"
    return f"{draw(_WORDS)} {draw(_links())}, {draw(_links())} {draw(_WORDS)}"


@st.composite
def texts(draw: st.DrawFn) -> str:
    """One document, with or without a header."""
    head = draw(
        st.sampled_from(
            [
                "",
                "",
                "---\ndescription: About it\n---\n",
                "---\ntitle: Alpha\naliases: [beta gamma]\n---\n",
                '---\nup: "[[a]]"\nsee: ["[[x/c|label]]", "[[missing]]"]\n---\n',
                "---\ntype: moc\n---\n",
            ]
        )
    )
    blocks = draw(st.lists(_blocks(), max_size=7))
    end = draw(st.sampled_from(["\n", "", "\n\n"]))
    text = head + "\n\n".join(blocks) + end
    if draw(st.integers(0, 4)) == 0:
        text = text.replace("\n", "\r\n")
    return text


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, bytes]:
    """Path → bytes of each file."""
    chosen = draw(st.lists(st.sampled_from(PATHS), min_size=1, unique=True))
    marks = st.sampled_from([b"", b"", b"", b"\xef\xbb\xbf"])
    return {path: draw(marks) + draw(texts()).encode() for path in sorted(chosen)}


@contextmanager
def written(files: Mapping[str, bytes]) -> Iterator[Path]:
    """The files in a folder of their own."""
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder) / "graph"
        top.mkdir()
        for name, data in files.items():
            path = top / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        yield top


def content(top: Path) -> dict[str, bytes]:
    """Path → bytes of every file in a folder."""
    return {
        path.relative_to(top).as_posix(): path.read_bytes()
        for path in sorted(top.rglob("*"))
        if path.is_file()
    }


def edges(
    graph: SkillGraph, name: Callable[[str], str] = lambda node: node
) -> list[tuple[str, str, str, str]]:
    """Every resolved link: source, target, label and fragment, in order of its place."""
    return [
        (name(link.source), name(link.target), link.label, link.fragment)
        for link in graph.links
        if link.target
    ]


@pytest.mark.slow
@given(graphs())
def test_what_is_drawn_loads(files: dict[str, bytes]) -> None:
    with written(files) as top:
        assert len(SkillGraph.load(top).nodes) == len(files)
