"""`weave --interactive`: proposals accepted one by one, and written once at the end."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import pytest

from skillagent.cli import main
from tests.conftest import Vault
from tests.test_authoring_strategies import content

MAP = "---\ntype: map\n---\n"  # maps are never proposed as alike
FILES: dict[str, str | bytes] = {
    "index.md": "# Index\n\n[[a]] [[b]] [[c]] [[seed]]\n",
    "seed.md": "# Seed\n",
    "a.md": f"{MAP}A seed in a.\n",
    "b.md": f"{MAP}A seed in b.\n",
    "c.md": f"{MAP}A seed in c.\n",
}
Weave = Callable[..., tuple[int, str, str]]


@pytest.fixture
def top(vault: Vault) -> Path:
    return vault(FILES)


@pytest.fixture
def weave(top: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Weave:
    """Answer the questions of one run; its exit code and output."""

    def run(answers: str, *options: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(answers))
        code = main(["weave", str(top), "--interactive", *options])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def linked(top: Path) -> str:
    """The nodes that link the seed now."""
    texts = content(top)
    return "".join(name for name in "abc" if b"[[seed]]" in texts[f"{name}.md"])


@pytest.mark.parametrize(
    ("answers", "accepted"),
    [
        ("y\ny\ny\n", "abc"),
        ("n\ny\nn\n", "b"),
        ("n\na\n", "bc"),
        ("y\nq\n", "a"),
        ("q\n", ""),
        ("n\nn\nn\n", ""),
        ("y\n", "a"),
        ("", ""),
        ("?\n\nzebra\ny\nq\n", "a"),
        ("Yes\nNO\nYES\n", "ac"),
    ],
    ids=lambda value: repr(value),
)
def test_what_is_accepted_is_written_and_nothing_else(
    top: Path, weave: Weave, answers: str, accepted: str
) -> None:
    code, out, _ = weave(answers)
    assert code == 0
    assert linked(top) == accepted
    assert out.count("changed ") == len(accepted)
    assert ("nothing to change" in out) == (not accepted)


def test_each_proposal_is_shown_with_its_place_before_it_is_asked_for(weave: Weave) -> None:
    _, out, _ = weave("n\nn\nn\n")
    head = "1. a.md:4: mention of seed\n   - A seed in a.\n   + A [[seed]] in a.\n"
    assert f"{head}(1/3) Set this link [y,n,a,q,e,?]? " in out
    assert "(3/3) Set this link" in out
    assert "q - leave this" not in out


def test_a_question_mark_lists_the_answers_and_asks_again(weave: Weave) -> None:
    _, out, _ = weave("?\nq\n")
    assert "y - set this link\n" in out
    assert out.count("(1/3)") == 2


def test_a_sentence_can_be_written_anew(top: Path, weave: Weave) -> None:
    weave("e\nA good [[seed]] in a, edited.\nq\n")
    assert content(top)["a.md"] == b"---\ntype: map\n---\nA good [[seed]] in a, edited.\n"


def test_a_sentence_that_lost_its_link_is_refused_and_asked_for_again(
    top: Path, weave: Weave
) -> None:
    code, out, _ = weave("e\nNo link at all.\ne\n\nq\n")
    assert code == 0
    assert "not accepted: a.md:4: the sentence does not link seed" in out
    assert linked(top) == "a"  # an empty line takes the sentence as it was proposed


def test_two_that_change_the_same_words_do_not_cost_the_others(
    vault: Vault, weave: Weave, top: Path
) -> None:
    vault(
        {
            "grain.md": "# Grain\n",
            "a.md": f"{MAP}A seed and a grain.\n",
            "index.md": "[[grain]] [[seed]]",
        }
    )
    _, out, _ = weave("e\nA [[seed]] or [[grain|a grain]].\ny\na\n")
    assert "not accepted: a.md:4: two proposals change the same words; keep one" in out
    assert content(top)["a.md"] == f"{MAP}A [[seed]] or [[grain|a grain]].\n".encode()
    assert linked(top) == "abc"


def test_with_dry_run_the_diff_is_shown_and_nothing_written(top: Path, weave: Weave) -> None:
    before = content(top)
    _, out, _ = weave("y\nq\n", "--dry-run")
    assert "+A [[seed]] in a." in out
    assert content(top) == before


def test_interrupted_it_writes_nothing(
    top: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Interrupted:
        answers: ClassVar[list[str]] = ["y\n", "y\n"]

        def readline(self) -> str:
            if not self.answers:
                raise KeyboardInterrupt
            return self.answers.pop()

    before = content(top)
    monkeypatch.setattr(sys, "stdin", Interrupted())
    assert main(["weave", str(top), "-i"]) == 130
    assert content(top) == before
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("other", ["--json", "--apply=x"])
def test_questions_go_with_no_other_way_to_accept(weave: Weave, other: str) -> None:
    code, _, err = weave("", other)
    assert code == 2
    assert f"--interactive and {other.partition('=')[0]} are two ways" in err


def test_a_file_that_changed_while_it_was_asked_is_not_overwritten(
    top: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Editing:
        def readline(self) -> str:
            (top / "b.md").write_text("Edited meanwhile.\n", encoding="utf-8")
            return "a\n"

    monkeypatch.setattr(sys, "stdin", Editing())
    assert main(["weave", str(top), "-i"]) == 0
    assert (top / "b.md").read_text(encoding="utf-8") == "Edited meanwhile.\n"
    assert "not accepted: b.md: has changed since it was loaded" in capsys.readouterr().out
    assert linked(top) == "ac"
