"""Commands that change a graph of 800 nodes, killed with SIGKILL at random moments.

    python -m benchmarks.kills [KILLS]

Each command is run in a process of its own; every second one is killed after a random time, the
others before a random operation that changes files. Then `check` is run, as anybody would, and
the folder is compared: it must be as before or as after the change. Prints a row a command;
exits with 1 if a folder is a mixture, or holds anything else that was not there.
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
"""What a command writes to, where that is not the graph."""
WORDS = "seed order kernel batch thread driver cache ledger budget "


def build(top: Path) -> None:
    """A graph whose `hub` every node links to, and whose nodes name each other."""
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
    """Name → arguments, on the graph below a folder."""
    graph = ground / "graph"
    woven = ground / "woven.json"
    found = proposals(SkillGraph.load(graph), None, 300)
    woven.write_text(to_json({"proposals": [proposal.to_json() for proposal in found]}))
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
    """The files below a folder."""
    return {str(path): path.read_bytes() for path in sorted(top.rglob("*")) if path.is_file()}


def quiet(arguments: Sequence[str]) -> str:
    """Run a command; its standard error."""
    errors = io.StringIO()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(errors):
        skillagent(list(arguments))
    return errors.getvalue()


def writes(counted: Callable[[], None]) -> None:
    """Call a function before every operation of this process that changes files."""
    names = ("os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "open")

    def hear(event: str, arguments: tuple[object, ...]) -> None:
        if event in names and (event != "open" or _writes(arguments[2])):
            counted()

    sys.addaudithook(hear)


def _writes(flags: object) -> bool:
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR))


def run_whole(arguments: Sequence[str]) -> tuple[float, int]:
    """Run a command to its end: seconds, and operations that change files."""
    begun = time.monotonic()
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        count = 0

        def add() -> None:
            nonlocal count
            count += 1

        writes(add)
        quiet(arguments)
        os.write(write, str(count).encode())
        os._exit(0)
    os.waitpid(child, 0)
    seconds = time.monotonic() - begun
    os.close(write)
    with os.fdopen(read) as stream:
        return seconds, int(stream.read())


def kill(arguments: Sequence[str], *, seconds: float, operations: int) -> None:
    """Run a command in a process that is killed after a time, or before the n-th operation."""
    child = os.fork()
    if child == 0:
        left = operations

        def one_less() -> None:
            nonlocal left
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

        writes(one_less)
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
        print(f"{'command':8} {'kills':>6} {'before':>6} {'after':>6} {'mixed':>6} {'told':>6}")
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
                told = _check(ground / FOLDERS.get(name, "graph"))
                now = tree(ground)
                counts["told"] += "interrupted" in told
                counts["before" if now == before else "after" if now == after else "mixed"] += 1
            bad += counts["mixed"]
            total = counts.total() - counts["told"]
            row = (total, counts["before"], counts["after"], counts["mixed"], counts["told"])
            print(f"{name:8} " + " ".join(f"{value:>6}" for value in row), flush=True)
    return int(bad > 0)


def _renew(ground: Path, model: Path) -> None:
    shutil.rmtree(ground)
    shutil.copytree(model, ground)


def _check(folder: Path) -> str:
    return quiet(["check", str(folder)]) if folder.is_dir() else ""


if __name__ == "__main__":
    sys.exit(main())
