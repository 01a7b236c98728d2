"""Long work tells how far it has come; a bar is drawn on terminals, and nothing of it stays."""

from __future__ import annotations

import io
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from skillagent.authoring.health import health
from skillagent.authoring.importing import import_graph
from skillagent.authoring.weave import proposals
from skillagent.cli.progress_bar import MOMENT, progress_bar
from skillagent.exports import agent_skill
from skillagent.graph import SkillGraph
from skillagent.index.search import SearchIndex
from skillagent.lint import findings
from skillagent.markdown import OBSIDIAN
from skillagent.progress import Progress, no_progress, tracked
from tests.conftest import ROOT, Vault

GUIDE = ROOT / "skills" / "skillagent"
FILES: dict[str, str | bytes] = {
    "index.md": "# Index\n\n- [[a]] - first\n- [[b]]\n- [[gone]]\n",
    "a.md": "---\ndescription: About a seed\n---\n# Seed\n\nText of a.\n",
    "b.md": "---\ndescription: Sow a seed\n---\n# Sowing\n\nA seed and more.\n",
}


class Told:
    """A `Progress` that remembers."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, int, int]] = []

    def __call__(self, stage: str, done: int, total: int) -> None:
        self.steps.append((stage, done, total))

    @property
    def stages(self) -> list[str]:
        """In order, each once."""
        return list(dict.fromkeys(stage for stage, _, _ in self.steps))


def test_tracked_yields_the_items_and_tells_how_many_are_finished() -> None:
    told = Told()
    assert list(tracked("abc", "reading", told)) == ["a", "b", "c"]
    assert told.steps == [("reading", done, 3) for done in range(4)]
    assert list(tracked((), "reading", no_progress)) == []


LOAD = ["reading files", "parsing files", "resolving links"]


@pytest.mark.parametrize(
    ("work", "stages"),
    [
        (lambda top, told: SkillGraph.load(top, progress=told), LOAD),
        (lambda top, told: SearchIndex.of(SkillGraph.load(top), told), ["indexing"]),
        (lambda top, told: findings(SkillGraph.load(top), told), ["checking"]),
        (
            lambda top, told: health(SkillGraph.load(top), progress=told),
            ["looking for near names", "counting tokens", "comparing descriptions"],
        ),
        (
            lambda top, told: proposals(SkillGraph.load(top), progress=told),
            ["looking for names", "indexing", "comparing nodes", "writing proposals"],
        ),
        (
            lambda top, told: import_graph(top, top.parent / "made", "About it", OBSIDIAN, told),
            [*LOAD, "cutting documents", "rewriting links"],
        ),
        (
            lambda top, told: agent_skill(SkillGraph.load(top), top.parent / "packed", told),
            ["writing nodes", *LOAD],
        ),
    ],
    ids=["load", "index", "check", "health", "weave", "import", "export"],
)
def test_long_work_tells_its_stages_to_their_end(
    vault: Vault, work: Callable[[Path, Progress], object], stages: list[str]
) -> None:
    top = vault({f"graph/{name}": text for name, text in FILES.items()}) / "graph"
    told = Told()
    work(top, told)
    assert told.stages == stages
    for stage in stages:
        steps = [(done, total) for name, done, total in told.steps if name == stage]
        done, total = steps[-1]
        assert done == total or (total == 0 and done == len(FILES))
        assert [done for done, _ in steps] == sorted(done for done, _ in steps)


class Screen(io.StringIO):
    """Standard error as a terminal, or not one."""

    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


def visible(written: str) -> str:
    """What is left on a screen after all that was written to it."""
    lines, row = [""], 0
    for text, code in re.findall(r"([^\x1b\r\n]+)|(\r|\n|\x1b\[[0-9;?]*[A-Za-z])", written):
        if text:
            lines[row] += text
        elif code == "\n":
            row += 1
            lines += [""] * (row + 1 - len(lines))
        elif code == "\x1b[2K":
            lines[row] = ""
        elif code == "\x1b[1A":
            row -= 1
    return "\n".join(lines).strip()


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], Screen]:
    """Put a screen in the place of standard error."""
    monkeypatch.setenv("TERM", "xterm")

    def put(terminal: bool) -> Screen:
        made = Screen(terminal=terminal)
        monkeypatch.setattr("sys.stderr", made)
        return made

    return put


def ticking(seconds: float) -> Callable[[], float]:
    """A clock that goes on by so much each time it is read."""
    now = 0.0

    def read() -> float:
        nonlocal now
        now += seconds
        return now

    return read


def test_the_bar_shows_stage_and_count_and_then_goes(screen: Callable[[bool], Screen]) -> None:
    shown = screen(True)
    with progress_bar(ticking(MOMENT)) as progress:
        list(tracked(range(50), "indexing", progress))
        assert "indexing" in visible(shown.getvalue())
        assert "50/50" in visible(shown.getvalue())
        progress("comparing nodes", 3, 0)
        assert visible(shown.getvalue()).startswith("comparing nodes")
        assert "indexing" not in visible(shown.getvalue())
    assert visible(shown.getvalue()) == ""
    assert shown.getvalue().rindex("\x1b[?25h") > shown.getvalue().rindex("\x1b[?25l")


def test_it_goes_too_where_the_work_is_interrupted(screen: Callable[[bool], Screen]) -> None:
    shown = screen(True)

    def interrupted() -> None:
        with progress_bar(ticking(MOMENT)) as progress:
            progress("indexing", 1, 2)
            progress("indexing", 2, 2)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert "indexing" in shown.getvalue()
    assert visible(shown.getvalue()) == ""


@pytest.mark.parametrize(
    ("terminal", "term", "step"),
    [(True, "xterm", 0.0), (True, "dumb", MOMENT), (False, "xterm", MOMENT)],
    ids=["work that ends in a moment", "a bare terminal", "a pipe"],
)
def test_where_no_bar_is_due_not_a_byte_is_written(
    screen: Callable[[bool], Screen],
    monkeypatch: pytest.MonkeyPatch,
    terminal: bool,
    term: str,
    step: float,
) -> None:
    shown = screen(terminal)
    monkeypatch.setenv("TERM", term)
    with progress_bar(ticking(step)) as progress:
        list(tracked(range(1_000), "indexing", progress))
    assert shown.getvalue() == ""


def test_it_is_drawn_a_few_times_however_often_it_is_told(
    screen: Callable[[bool], Screen],
) -> None:
    shown = screen(True)
    with progress_bar(ticking(0.001)) as progress:
        list(tracked(range(3_000), "indexing", progress))
    assert 10 < shown.getvalue().count("indexing") < 40


AT_ONCE = (
    "import sys; from skillagent.cli import main, progress_bar as bar; "
    "bar.MOMENT = bar.PAUSE = 0; sys.exit(main(sys.argv[1:]))"
)


@pytest.mark.process
@pytest.mark.parametrize(
    "command",
    [("check",), ("health",), ("weave",), ("list", "-q", "budget"), ("export", "json")],
    ids=lambda command: command[0],
)
def test_on_a_real_terminal_the_output_is_as_in_a_pipe(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    name, *rest = command
    arguments = [name, *rest, str(GUIDE)]
    piped = subprocess.run(
        [sys.executable, "-m", "skillagent", *arguments], capture_output=True, check=True
    )
    assert piped.stderr == b""
    # Without the index that the first process has built, the work takes as long again.
    environment = {**os.environ, "TERM": "xterm", "SKILLAGENT_CACHE": str(tmp_path / "cache")}
    ours, theirs = pty.openpty()
    with open(tmp_path / "out", "wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-c", AT_ONCE, *arguments],
            stdout=out,
            stderr=theirs,
            env=environment,
        )
    os.close(theirs)
    written = b""
    # A terminal that nobody holds any more gives an error or nothing, as the system likes.
    with open(ours, "rb", buffering=0) as terminal:
        while True:
            try:
                piece = terminal.read(65_536)
            except OSError:
                break
            if not piece:
                break
            written += piece
    assert process.wait() == 0
    assert (tmp_path / "out").read_bytes() == piped.stdout
    assert "reading files" in written.decode()
    assert visible(written.decode()) == ""
