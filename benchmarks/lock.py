"""Measures what it costs to lock a graph, compared with only loading it.

    python -m benchmarks.lock                 # 10,000 nodes of 2 KB
    python -m benchmarks.lock 1000 --json

The nodes are those of `benchmarks.load`. To lock a graph is to load it, to compute its lock and to
make the text of the file. All times are processor time of this process, the best of five; the aim
is that locking takes at most 1.5 times as long as loading.
"""

from __future__ import annotations

import argparse
import gc
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.load import generate
from skillagent import SkillGraph
from skillagent.lock import FrozenView, drift, lock_of, parsed_lock
from skillagent.store import MemoryView

RUNS = 5
AIM = 1.5
"""Most times that locking may take as long as loading."""


def seconds(action: Callable[[], object]) -> float:
    """Processor time of one action, the best of `RUNS`."""
    best = float("inf")
    for _ in range(RUNS):
        gc.collect()
        started = time.process_time()
        action()
        best = min(best, time.process_time() - started)
    return best


def load_and_lock(folder: Path) -> str:
    """What `skillagent lock` does, without writing the file."""
    graph = SkillGraph.load(folder)
    gc.freeze()  # as the command does, which keeps the graph until it ends
    text = lock_of(graph).to_text()
    gc.unfreeze()
    return text


def measure(folder: Path) -> dict[str, float]:
    """Seconds of each step for the graph in a folder, and the ratio of locking to loading."""
    graph = SkillGraph.load(folder)
    lock = lock_of(graph)
    data = lock.to_text().encode()
    load = seconds(lambda: SkillGraph.load(folder))
    whole = seconds(lambda: load_and_lock(folder))
    return {
        "nodes": len(graph.nodes),
        "load": load,
        "load and lock": whole,
        "ratio": whole / load,
        "lock alone": seconds(lambda: lock_of(graph).to_text()),
        "read the lock": seconds(lambda: parsed_lock(data, "")),
        "compare": seconds(lambda: drift(lock, graph)),
        "freeze": seconds(lambda: FrozenView(MemoryView(graph), lock)),
        "bytes a node": len(data) / len(graph.nodes),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("nodes", nargs="?", type=int, default=10_000)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder), arguments.nodes)
        measured = measure(Path(folder))
    if arguments.json:
        print(json.dumps(measured))
        return
    for name, value in measured.items():
        print(f"{name:<16} {value:,.3f}")
    print(f"aim: a ratio of at most {AIM}")


if __name__ == "__main__":
    main()
