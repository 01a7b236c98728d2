"""Generates the graphs that several benchmarks measure, and questions about them.

A graph has an entry, a map for each hundred notes, and the notes. Each note has about 2 KB: a
header, eight links in prose, three sections and one fenced block; the words follow Zipf's law. The
files depend only on the number of notes and on the seed.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from benchmarks.load import NODE_BYTES, Words

NOTES_PER_MAP = 100
NOTES_PER_FOLDER = 500
SECTIONS = (3, 3, 2)
"""Number of links in each section of a note."""


def write_notes(folder: Path, count: int, seed: int = 0) -> None:
    """Write a graph into a folder.

    Args:
        folder: where the files are written; made if it does not exist.
        count: number of notes; the entry and the maps are added to these.
        seed: which one of the graphs of this size.
    """
    for path, text in _files(count, seed):
        file = folder / f"{path}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def write_skills(folder: Path, count: int, seed: int = 0) -> None:
    """Write the same graph as Agent Skills: each of its files is the `SKILL.md` of a folder.

    Args:
        folder: where the folders are made.
        count: as for `write_notes`.
        seed: as for `write_notes`.
    """
    for path, text in _files(count, seed):
        skill = folder / path.name
        skill.mkdir(parents=True)
        named = text.replace("---\n", f"---\nname: {path.name}\n", 1)
        (skill / "SKILL.md").write_text(named, encoding="utf-8")


def questions(folder: Path, count: int, seed: int = 0) -> list[tuple[str, str]]:
    """Questions to a graph: three words of the description of one note, and the note's name.

    Args:
        folder: the graph, as `write_notes` wrote it.
        count: number of questions; at most the number of notes.
        seed: which questions.
    """
    rng = random.Random(seed)
    notes = sorted(folder.glob("part-*/note-*.md"))
    return [
        (" ".join(rng.sample(_description(note), 3)), note.stem)
        for note in rng.sample(notes, count)
    ]


def _description(note: Path) -> list[str]:
    lines = note.read_text(encoding="utf-8").splitlines()
    (line,) = (line for line in lines if line.startswith("description: "))
    return line.split()[1:]


def _files(count: int, seed: int) -> Iterator[tuple[PurePosixPath, str]]:
    """The path without suffix and the text of each file."""
    rng = random.Random(seed)
    words = Words(rng)
    names = [f"note-{number:06d}" for number in range(count)]
    groups = [names[start : start + NOTES_PER_MAP] for start in range(0, count, NOTES_PER_MAP)]
    maps = [f"map-{number:04d}" for number in range(len(groups))]
    yield PurePosixPath("index"), _map("Entry of a generated graph", "Index", maps, words)
    for name, below in zip(maps, groups, strict=True):
        yield PurePosixPath(name), _map(_text(words, 9), name, below, words)
    for number, name in enumerate(names):
        path = PurePosixPath(f"part-{number // NOTES_PER_FOLDER:03d}") / name
        yield path, _note(name, names, words, rng)


def _map(description: str, title: str, names: list[str], words: Words) -> str:
    head = f"---\ntype: map\ndescription: {description}\n---\n# {title}\n\n"
    return head + "".join(f"- [[{name}]] - {_text(words, 6)}\n" for name in names)


def _note(name: str, names: list[str], words: Words, rng: random.Random) -> str:
    text = (
        f"---\ntitle: {_text(words, 3)} {name[-6:]}\ndescription: {_text(words, 14)}\n"
        f"tags: [{', '.join(words.take(2))}]\n---\n# {_text(words, 4)}\n"
    )
    for number, links in enumerate(SECTIONS):
        text += f"\n## {_text(words, 3)}\n\n" if number else "\n"
        for _ in range(links):
            text += f"{_text(words, 9)}, see [[{rng.choice(names)}]] when {_text(words, 8)}.\n"
    text += f"\n```\n{_text(words, 12)}\n```\n\n"
    while len(text) < NODE_BYTES:
        text += f"{_text(words, 14).capitalize()}.\n"
    return text


def _text(words: Words, count: int) -> str:
    return " ".join(words.take(count))
