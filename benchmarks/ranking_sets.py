"""Loads questions, with the nodes that answer them, from two public sets made by others.

The adapters of `skillagent.evals.adapters` read them:

- NVIDIA/skills: its `evals.json` files name the skill that a prompt should select. Prompts that
  contain the name of that skill are not used.
- HotpotQA: 100 two-hop questions on 994 passages. A passage links to another one if it contains
  the title of the other.

Half of each set is for tuning, half for reporting; a hash of the question decides.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from skillagent import SkillGraph
from skillagent.evals.adapters.made_suite import MadeSuite
from skillagent.evals.adapters.multi_hop import multi_hop
from skillagent.evals.adapters.nvidia_skills import nvidia_skills
from skillagent.progress import no_progress


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
    made = nvidia_skills(folder, no_progress)
    return QuestionSet("nvidia-skills", SkillGraph.load(folder), _answerable(made))


def nvidia_negatives(folder: Path) -> list[tuple[str, str]]:
    """Prompts that should select no skill, each with the skill for which it was written."""
    made = nvidia_skills(folder, no_progress)
    return [(case.distractors[0], case.question) for case in made.cases if not case.is_answerable]


def hotpot(folder: Path, target: Path) -> QuestionSet:
    """Each passage as a node; the first mention of another passage's title becomes a link.

    Args:
        folder: folder that contains the two files of the set.
        target: an empty folder, to which the nodes are written.
    """
    made = multi_hop(folder, no_progress)
    for path, data in made.files.items():
        (target / path).write_bytes(data)
    return QuestionSet("hotpotqa-100", SkillGraph.load(target), _answerable(made))


def _answerable(made: MadeSuite) -> tuple[Question, ...]:
    return tuple(
        Question(case.question, frozenset(case.gold)) for case in made.cases if case.is_answerable
    )
