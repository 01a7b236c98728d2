"""Loads of a graph whose folders, files and links are exchanged meanwhile for ways out of it.

    python -m benchmarks.swap_loads           # 10,000 loads
    python -m benchmarks.swap_loads 500 --json

Another process exchanges a folder, a folder in a folder, a file, a link and an ignore file, each
for a link that leads out of the root, and back, as fast as it can. Counted are the loads in which
a byte from outside was read, and those that raised an error which is not ours. Both must be 0.
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
    """A root, and outside of it the same names with other texts."""
    for folder, text in (("root", "inside"), ("out", SECRET)):
        for name in (*FILES, "deep/file.md", "flat/file.md", "flat/next.md"):
            path = top / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{text}\n" * 50)
        (top / folder / ".skillagentignore").write_text(f"{text}-*.md\n")
    # Listed only where the ignore file outside was not read.
    (top / "root" / f"{SECRET}-rule.md").write_text("inside\n")
    (top / "root" / "link.md").symlink_to("file.md")


def exchange(top: Path) -> None:
    """Exchange and bring back, until the process is ended."""
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
    """So many loads, each with the reads of files that a server or an export makes."""
    count: Counter[str] = Counter(loads=loads, outside=0, raw_errors=0, with_findings=0)
    with tempfile.TemporaryDirectory() as name:
        top = Path(name)
        make(top)
        other = multiprocessing.get_context("spawn").Process(target=exchange, args=(top,))
        other.start()
        try:
            for _ in range(loads):
                count.update(_load(top / "root"))
        finally:
            other.terminate()
            other.join()
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
