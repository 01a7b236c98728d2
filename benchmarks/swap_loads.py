"""Loads a graph while another process replaces its files by links that lead out of the folder.

    python -m benchmarks.swap_loads           # 10,000 loads
    python -m benchmarks.swap_loads 500 --json

The other process replaces a folder, a nested folder, a file, a link and an ignore file, each by a
link that leads out of the root, and restores it, as fast as it can. Two things are counted and
must be 0: loads that read a byte from outside, and loads that raise an error that is not a
`SkillAgentError`.
"""

from __future__ import annotations

import argparse
import itertools
import json
import multiprocessing
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path

from skillagent import GraphError, SkillGraph
from skillagent.graph.walk import read_bytes

SECRET = "outside"
FOLDERS = ("deep/er", "deep", "flat")
FILES = ("file.md", "deep/er/file.md")


def make(top: Path) -> None:
    """Write a root, and outside of it the same file names with another text."""
    for folder, text in (("root", "inside"), ("out", SECRET)):
        for name in (*FILES, "deep/file.md", "flat/file.md", "flat/next.md"):
            path = top / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{text}\n" * 50)
        (top / folder / ".skillagentignore").write_text(f"{text}-*.md\n")
    # This file is only in the graph if the ignore file outside was not read.
    (top / "root" / f"{SECRET}-rule.md").write_text("inside\n")
    (top / "root" / "link.md").symlink_to("file.md")


def exchange(top: Path) -> None:
    """Replace and restore files, until the process is terminated."""
    root, out, aside = top / "root", top / "out", top / "aside"
    for name in itertools.cycle((*FOLDERS, *FILES, ".skillagentignore")):
        os.rename(root / name, aside)
        os.symlink(out / name, root / name)
        os.unlink(root / name)
        os.rename(aside, root / name)
        for target in (out / "file.md", "file.md"):
            os.symlink(target, root / "link.new")
            os.replace(root / "link.new", root / "link.md")


def run(loads: int) -> dict[str, int]:
    """Load the graph this many times; each time, also read its files as a server or export does."""
    count: Counter[str] = Counter(loads=loads, outside=0, raw_errors=0, with_findings=0)
    with tempfile.TemporaryDirectory() as name:
        top = Path(name)
        make(top)
        exchanger = multiprocessing.get_context("spawn").Process(target=exchange, args=(top,))
        exchanger.start()
        try:
            for _ in range(loads):
                count.update(_load(top / "root"))
        finally:
            exchanger.terminate()
            exchanger.join()
    return dict(count)


def _load(root: Path) -> Counter[str]:
    count: Counter[str] = Counter()
    texts: list[str] = []
    try:
        graph = SkillGraph.load(root)
    except GraphError:
        return Counter(refused=1)
    except OSError as error:
        print(f"raw error: {error!r}", file=sys.stderr)
        return Counter(raw_errors=1)
    for node in graph.nodes.values():
        texts.append(node.document.text)
        try:
            texts.append(read_bytes(graph.roots[0], node.path).decode())
        except OSError:
            count["unread"] += 1
    count["with_findings"] += bool(graph.diagnostics)
    ignored = f"{SECRET}-rule" not in graph.nodes
    count["outside"] += ignored or any(SECRET in text for text in texts)
    return count


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("loads", type=int, nargs="?", default=10_000)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    count = run(arguments.loads)
    if arguments.json:
        print(json.dumps(count))
    else:
        print("\n".join(f"{value:8,} {key}" for key, value in count.items()))
    sys.exit(bool(count["outside"] or count["raw_errors"]))


if __name__ == "__main__":
    main()
