"""Measures how fast a graph loads and answers, compared with only reading its files.

    python -m benchmarks.load                 # 1,000 and 10,000 nodes of 2 KB
    python -m benchmarks.load 1000 --json

The nodes are generated from a fixed seed. Each has about 2 KB, a header, eight links in prose,
three sections and one fenced block; the words follow Zipf's law over 20,000 invented words.
Loading is measured in its own process, so that the peak of memory is that of the graph alone. All
times are processor time, because other processes on the machine make the clock's time longer; the
ratios are valid even on a machine that is slowed down.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path

from skillagent import Answer, Budget, SearchIndex, SkillGraph, Toolset
from skillagent.tokens import EncodingCounter

SEED = 20261123
NODE_BYTES = 2_048
"""Approximate size of a node."""
CALLS = 300
"""Number of calls of each operation."""


class Words:
    """A vocabulary of invented words, whose frequencies follow Zipf's law."""

    def __init__(self, rng: random.Random, size: int = 20_000) -> None:
        parts = [a + b for a in "bcdfghjklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er")]
        words: dict[str, None] = {}
        while len(words) < size:
            words["".join(rng.choices(parts, k=rng.randint(1, 4)))] = None
        self._words = list(words)
        self._weights = list(accumulate(1 / rank for rank in range(1, size + 1)))
        self._rng = rng

    def take(self, count: int) -> list[str]:
        return self._rng.choices(self._words, cum_weights=self._weights, k=count)


def generate(folder: Path, nodes: int) -> None:
    """Write a graph of this many nodes, with an entry, and a map for each hundred nodes."""
    rng = random.Random(SEED)
    words = Words(rng)
    names = [f"note-{number:06d}" for number in range(nodes)]
    maps = [f"map-{number:04d}" for number in range(max(1, nodes // 100))]
    (folder / "index.md").write_text(
        "---\ntype: map\ndescription: Entry of a generated graph\n---\n# Index\n\n"
        + "".join(f"- [[{name}]] - {' '.join(words.take(6))}\n" for name in maps)
    )
    for number, name in enumerate(maps):
        below = names[number * 100 : number * 100 + 100]
        (folder / f"{name}.md").write_text(
            f"---\ntype: map\ndescription: {' '.join(words.take(9))}\n---\n# {name}\n\n"
            + "".join(f"- [[{below_name}]] - {' '.join(words.take(6))}\n" for below_name in below)
        )
    for number, name in enumerate(names):
        part = folder / f"part-{number // 500:03d}"
        part.mkdir(exist_ok=True)
        (part / f"{name}.md").write_text(_node(rng, words, name, names))


def _node(rng: random.Random, words: Words, name: str, names: list[str]) -> str:
    text = (
        f"---\ntitle: {' '.join(words.take(3))} {name[-6:]}\n"
        f"description: {' '.join(words.take(14))}\ntags: [{', '.join(words.take(2))}]\n---\n"
        f"# {' '.join(words.take(4))}\n\n"
    )
    links = [f"[[{rng.choice(names)}]]" for _ in range(8)]
    for section in range(3):
        if section:
            text += f"\n## {' '.join(words.take(3))}\n\n"
        for link in links[section * 3 : section * 3 + 3]:
            text += f"{' '.join(words.take(9))}, see {link} when {' '.join(words.take(8))}.\n"
    text += f"\n```\n{' '.join(words.take(12))}\n```\n\n"
    while len(text) < NODE_BYTES:
        text += f"{' '.join(words.take(14)).capitalize()}.\n"
    return text


def read_only(folder: Path) -> float:
    """Seconds to list the folder and read every file, which every loader needs at least."""
    started = time.process_time()
    stack = [str(folder)]
    while stack:
        with os.scandir(stack.pop()) as entries:
            for entry in entries:
                if entry.is_dir():
                    stack.append(entry.path)
                else:
                    with open(entry.path, "rb") as stream:
                        stream.read()
    return time.process_time() - started


def measure_load(folder: Path) -> dict[str, float]:
    """Measure loading in this process: seconds of each part, and memory in MB."""
    floor = min(read_only(folder) for _ in range(3))
    memory_before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    graph = SkillGraph.load(folder)
    load = time.process_time() - started
    load_memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    SearchIndex.of(graph)
    index = time.process_time() - started
    index_memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "notes": len(graph.nodes),
        "links": len(graph.links),
        "read_seconds": floor,
        "load_seconds": load,
        "notes_per_second": len(graph.nodes) / load,
        "ratio_to_reading": load / floor,
        "search_index_seconds": index,
        "peak_mb_loaded": load_memory / 1024,
        "peak_mb_indexed": index_memory / 1024,
        "mb_before": memory_before / 1024,
    }


def measure_operations(folder: Path) -> dict[str, tuple[float, float]]:
    """Operation → p50 and p99 in milliseconds; each call asks for new nodes."""
    graph = SkillGraph.load(folder)
    rng = random.Random(SEED + 1)
    names = sorted(graph.nodes)
    picks = iter(rng.sample(names, min(len(names), CALLS * 6)) * 6)
    titles = [graph.nodes[name].description for name in rng.sample(names, 50)]
    counter = EncodingCounter()

    def tools() -> Toolset:
        return Toolset(graph, Budget(1_000_000_000, 4_000), counter=counter).warm()

    session = tools()
    gc.freeze()  # As the command line does, so that the garbage collector skips the graph.

    def query() -> str:
        return " ".join(rng.sample(rng.choice(titles).split(), 3))

    def operations() -> dict[str, Callable[[], Answer]]:
        return {
            "list_index()": lambda: tools_fresh().list_index(),
            "list_index(map)": lambda: tools_fresh().list_index(map=rng.choice(graph.maps)),
            "list_index(query)": lambda: session.list_index(query=query()),
            "read_summary(1)": lambda: session.read_summary([next(picks)]),
            "read_summary(3, query)": lambda: session.read_summary(
                [next(picks), next(picks), next(picks)], query()
            ),
            "read_node": lambda: session.read_node(next(picks)),
        }

    def tools_fresh() -> Toolset:
        return Toolset(graph, Budget(1_000_000_000, 4_000), counter=counter)

    result: dict[str, tuple[float, float]] = {}
    for name, operation in operations().items():
        times = []
        for _ in range(CALLS):
            started = time.process_time()
            answer = operation()
            times.append((time.process_time() - started) * 1_000)
            assert not answer.error
        times.sort()
        result[name] = (statistics.median(times), times[int(len(times) * 0.99)])
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("nodes", type=int, nargs="*", default=[1_000, 10_000])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.folder:
        print(json.dumps(measure_load(arguments.folder)))
        return
    report = []
    for nodes in arguments.nodes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            generate(folder, nodes)
            command = [sys.executable, "-m", "benchmarks.load", "--folder", name]
            best = min(
                (json.loads(subprocess.check_output(command)) for _ in range(3)),
                key=lambda row: float(row["load_seconds"]),
            )
            row = {**best, "operations_ms": measure_operations(folder)}
        report.append(row)
        if not arguments.json:
            _print(row)
    if arguments.json:
        print(json.dumps(report, indent=2))


def _print(row: dict[str, object]) -> None:
    for key, value in row.items():
        if key != "operations_ms":
            print(f"{key:24} {value:,.3f}" if isinstance(value, float) else f"{key:24} {value}")
    operations = row["operations_ms"]
    assert isinstance(operations, dict)
    for name, (median, worst) in operations.items():
        print(f"{name:24} p50 {median:6.2f} ms   p99 {worst:6.2f} ms")
    print()


if __name__ == "__main__":
    main()
