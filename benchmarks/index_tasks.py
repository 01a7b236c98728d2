"""What `benchmarks.index` measures inside a process: looking at the files, and warm operations.

    python -m benchmarks.index_tasks scan GRAPH
    python -m benchmarks.index_tasks operations GRAPH
    python -m benchmarks.index_tasks serve GRAPH

The index is the one that the command line uses.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable
from operator import methodcaller
from pathlib import Path

from benchmarks.generated_notes import questions
from skillagent import Budget, Toolset
from skillagent.disclosure import Answer
from skillagent.graph import Options, Root
from skillagent.graph.folder_state import state_of
from skillagent.indexing import open_graph
from skillagent.store import GraphView

CALLS = 500
"""Measured calls of each operation."""
WARM_UP = 50
"""Calls of each operation before those that are measured."""
SERVED = 100
"""Calls whose memory is measured."""
BUDGET = Budget(1_000_000_000, 4_000)

Call = Callable[[Toolset], Answer]


def scan(graph: Path) -> dict[str, float]:
    """Look at all files of a graph; seconds of processor time."""
    started = time.process_time()
    state_of(Root(graph), Options())
    return {"scan": time.process_time() - started}


def operations(graph: Path) -> dict[str, list[float]]:
    """Operation → seconds of processor time of each call, in one process that serves a graph.

    Each call is the first of a session, and asks for something else than the call before.
    """
    view = open_graph((graph,)).view
    times: dict[str, list[float]] = {}
    for name, calls in _calls(graph).items():
        # There are fewer maps than calls.
        repeated = [calls[number % len(calls)] for number in range(WARM_UP + CALLS)]
        times[name] = [_seconds(view, call) for call in repeated][WARM_UP:]
    return times


def serve(graph: Path) -> dict[str, int]:
    """Answer calls of all kinds, and return the number of the tokens of their answers."""
    view = open_graph((graph,)).view
    kinds = list(_calls(graph).values())
    session = Toolset(view, BUDGET)
    answers = []
    for number in range(SERVED):
        calls = kinds[number % len(kinds)]
        answers.append(calls[number % len(calls)](session))
    return {"tokens": sum(answer.cost for answer in answers)}


def _seconds(view: GraphView, call: Call) -> float:
    session = Toolset(view, BUDGET)
    started = time.process_time()
    answer = call(session)
    seconds = time.process_time() - started
    if answer.error:
        raise RuntimeError(answer.text)
    return seconds


def _calls(graph: Path) -> dict[str, list[Call]]:
    """Operation → calls of it."""
    asked = questions(graph, WARM_UP + CALLS)
    maps = sorted(path.stem for path in graph.glob("map-*.md"))
    random.Random(0).shuffle(maps)
    return {
        "`list_index()`": [methodcaller("list_index")],
        "`list_index(map)`": [methodcaller("list_index", name) for name in maps],
        "`list_index(query)`": [methodcaller("list_index", query=query) for query, _ in asked],
        "`read_summary(node)`": [methodcaller("read_summary", name) for _, name in asked],
        "`read_summary(node, query)`": [
            methodcaller("read_summary", name, query) for query, name in asked
        ],
        "`read_node(node)`": [methodcaller("read_node", name) for _, name in asked],
        "`read_node(node, section)`": [
            methodcaller("read_node", name, _section(graph, name)) for _, name in asked
        ],
    }


def _section(graph: Path, name: str) -> str:
    """The title of the last section of a note."""
    (file,) = graph.glob(f"part-*/{name}.md")
    lines = file.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.startswith("## ")][-1].removeprefix("## ")


TASKS: dict[str, Callable[[Path], object]] = {
    "scan": scan,
    "operations": operations,
    "serve": serve,
}


def main() -> None:
    task, graph = sys.argv[1:]
    print(json.dumps(TASKS[task](Path(graph))))


if __name__ == "__main__":
    main()
