"""Kills commands that change a graph of 800 nodes with SIGKILL, at random moments.

    python -m benchmarks.kills [KILLS]

Each command runs in its own process. Every second one is killed after a random time, the others
before a random operation that changes files. Then `skillagent check` runs, and the folder is
compared: it must be exactly as before or as after the change. Prints one row for each command;
exits with 1 if a folder is neither.
"""

from __future__ import annotations

import contextlib
import io
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from skillagent.authoring.weave import proposals
from skillagent.cli import main as skillagent
from skillagent.cli.output import to_json
from skillagent.graph import SkillGraph

NODES = 800
FOLDERS = {"import": "made", "export": "packed", "new": "fresh"}
"""Command → the folder that it writes to, if that is not the graph."""
WORDS = "seed order kernel batch thread driver cache ledger budget "


def build(top: Path) -> None:
    """Write a graph in which every node links to `hub`, and contains the title of another node."""
    top.mkdir(parents=True)
    lines = [f"- [[node-{number}]] - when you need {number}" for number in range(NODES)]
    (top / "index.md").write_text("# Index\n\n- [[hub]] - first\n" + "\n".join(lines) + "\n")
    parts = "".join(f"## Part {number}\n\n{WORDS * 20}\n\n" for number in range(20))
    (top / "hub.md").write_text(f"# Hub\n\n{parts}")
    for number in range(NODES):
        text = f"See [[hub]] and [[hub#Part {number % 20}]]; compare Node {number * 7 % NODES}.\n"
        head = f"---\ntitle: Node {number}\ndescription: When {number} matters\n---\n"
        (top / f"node-{number}.md").write_text(f"{head}# Node {number}\n\n{text}\n{WORDS * 30}\n")


def commands(ground: Path) -> dict[str, list[str]]:
    """Name → arguments of each command, for the graph in a folder."""
    graph = ground / "graph"
    woven = ground / "woven.json"
    links = proposals(SkillGraph.load(graph), None, 300)
    woven.write_text(to_json({"proposals": [link.to_json() for link in links]}))
    text = ["--description", "When it is new"]
    return {
        "rename": ["rename", str(graph), "hub", "deep/center"],
        "split": ["split", str(graph), "hub"],
        "weave": ["weave", str(graph), "--apply", str(woven)],
        "add": ["add", str(graph), "New node", *text, "--map", "index"],
        "import": ["import", str(graph), str(ground / "made")],
        "export": ["export", "agent-skill", str(graph), "-o", str(ground / "packed")],
        "new": ["new", str(ground / "fresh"), "--name", "fresh", *text, "--no-declare"],
    }


def tree(top: Path) -> dict[str, bytes]:
    """Path → content of all files below a folder."""
    return {str(path): path.read_bytes() for path in sorted(top.rglob("*")) if path.is_file()}


def quiet(arguments: Sequence[str]) -> str:
    """Run a command without showing its output; returns its standard error."""
    errors = io.StringIO()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(errors):
        skillagent(list(arguments))
    return errors.getvalue()


def before_each_write(callback: Callable[[], None]) -> None:
    """Call a function before every operation of this process that changes files."""
    events = ("os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "open")

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event in events and (event != "open" or _writes(arguments[2])):
            callback()

    sys.addaudithook(hook)


def _writes(flags: object) -> bool:
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR))


def run_whole(arguments: Sequence[str]) -> tuple[float, int]:
    """Run a command to its end; returns its seconds, and the number of operations that write."""
    started = time.monotonic()
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        count = 0

        def add() -> None:
            nonlocal count
            count += 1

        before_each_write(add)
        quiet(arguments)
        os.write(write, str(count).encode())
        os._exit(0)
    os.waitpid(child, 0)
    seconds = time.monotonic() - started
    os.close(write)
    with os.fdopen(read) as stream:
        return seconds, int(stream.read())


def kill(arguments: Sequence[str], *, seconds: float, operations: int) -> None:
    """Run a command in a process, and kill it.

    Args:
        arguments: the command line.
        seconds: time after which the process is killed.
        operations: number of operations that change files, after which the process kills itself.
    """
    child = os.fork()
    if child == 0:
        left = operations

        def one_less() -> None:
            nonlocal left
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

        before_each_write(one_less)
        quiet(arguments)
        os._exit(0)
    deadline = time.monotonic() + seconds
    while os.waitpid(child, os.WNOHANG)[0] == 0:
        if time.monotonic() > deadline:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return
        time.sleep(0.001)


def main() -> int:
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    dice = random.Random(1)
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        model, ground = Path(folder) / "model", Path(folder) / "ground"
        build(model / "graph")
        shutil.copytree(model, ground)
        every = commands(ground)
        shutil.copy(ground / "woven.json", model)
        print(
            f"{'command':8} {'kills':>6} {'before':>6} {'after':>6} {'mixed':>6} {'recovered':>9}"
        )
        for name, arguments in every.items():
            _renew(ground, model)
            before = tree(ground)
            seconds, operations = run_whole(arguments)
            after = tree(ground)
            assert before != after, name
            counts: Counter[str] = Counter()
            for number in range(kills // len(every) + 1):
                _renew(ground, model)
                if number % 2:
                    kill(arguments, seconds=dice.uniform(0, seconds), operations=operations + 1)
                else:
                    kill(arguments, seconds=600, operations=dice.randrange(operations))
                message = _check(ground / FOLDERS.get(name, "graph"))
                now = tree(ground)
                counts["recovered"] += "interrupted" in message
                counts["before" if now == before else "after" if now == after else "mixed"] += 1
            bad += counts["mixed"]
            total = counts.total() - counts["recovered"]
            row = (total, counts["before"], counts["after"], counts["mixed"], counts["recovered"])
            print(f"{name:8} " + " ".join(f"{value:>6}" for value in row), flush=True)
    return int(bad > 0)


def _renew(ground: Path, model: Path) -> None:
    shutil.rmtree(ground)
    shutil.copytree(model, ground)


def _check(folder: Path) -> str:
    return quiet(["check", str(folder)]) if folder.is_dir() else ""


if __name__ == "__main__":
    sys.exit(main())
