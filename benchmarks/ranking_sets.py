"""Loads questions, with the nodes that answer them, from two public sets made by others.

- NVIDIA/skills: its `evals.json` files name the skill that a prompt should select. Prompts that
  contain the name of that skill are not used.
- HotpotQA: 100 two-hop questions on 994 passages. A passage links to another one if it contains
  the title of the other.

Half of each set is for tuning, half for reporting; a hash of the question decides.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skillagent import SkillGraph


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the ids of the nodes that answer it."""

    text: str
    gold: frozenset[str]

    @property
    def tuning(self) -> bool:
        """Whether the question is in the half that can be used to choose parameters."""
        return hashlib.sha256(self.text.encode()).digest()[0] % 2 == 0


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """A graph and questions about it."""

    name: str
    graph: SkillGraph
    questions: tuple[Question, ...]

    def half(self, *, tuning: bool) -> list[Question]:
        return [question for question in self.questions if question.tuning is tuning]


def nvidia(folder: Path) -> QuestionSet:
    """The skills as nodes, and the prompts that should select one of them."""
    graph = SkillGraph.load(folder)
    questions: list[Question] = []
    for _, case in _cases(folder):
        gold = case.get("expected_skill")
        node = f"{gold}/SKILL"
        text = _prompt(case)
        named = gold and re.sub(r"\W+", " ", gold) in re.sub(r"\W+", " ", text.casefold())
        if gold and node in graph.nodes and not named:
            questions.append(Question(text, frozenset({node})))
    return QuestionSet("nvidia-skills", graph, tuple(questions))


def nvidia_negatives(folder: Path) -> list[tuple[str, str]]:
    """Prompts that should select no skill, each with the skill for which it was written."""
    return [
        (f"{skill}/SKILL", _prompt(case))
        for skill, case in _cases(folder)
        if "expected_skill" in case and not case["expected_skill"]
    ]


def _cases(folder: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for path in sorted(folder.glob("*/evals.json")):
        content = json.loads(path.read_text())
        if not isinstance(content, list):
            content = content.get("evals") or content.get("cases") or []
        yield from ((path.parent.name, case) for case in content)


def _prompt(case: Mapping[str, Any]) -> str:
    return str(case.get("question") or case.get("prompt") or "")


def hotpot(folder: Path, target: Path) -> QuestionSet:
    """Each passage as a node; the first mention of another passage's title becomes a link.

    Args:
        folder: folder that contains the two files of the set.
        target: an empty folder, to which the nodes are written.
    """
    corpus: dict[str, list[str]] = json.loads((folder / "hotpotqa_train_corpus.json").read_text())
    names = {title: f"p{number:04d}" for number, title in enumerate(sorted(corpus))}
    long = [title for title in names if len(title) > 4]
    titles = re.compile(r"\b(" + "|".join(re.escape(title) for title in long) + r")\b")
    for title, parts in corpus.items():
        seen: set[str] = {title}

        def link(match: re.Match[str], seen: set[str] = seen) -> str:
            if match[1] in seen:
                return match[1]
            seen.add(match[1])
            return f"[[{names[match[1]]}|{match[1]}]]"

        body = titles.sub(link, "".join(parts))
        (target / f"{names[title]}.md").write_text(
            f"---\ntitle: {json.dumps(title)}\n---\n{body}\n"
        )
    questions = tuple(
        Question(case["question"], frozenset(names[title] for title, _ in case["supporting_facts"]))
        for case in json.loads((folder / "hotpotqa_train.json").read_text())
        if all(title in names for title, _ in case["supporting_facts"])
    )
    return QuestionSet("hotpotqa-100", SkillGraph.load(target), questions)
