"""Asks about each proposal, as `git add -p` does about hunks."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from skillagent.cli.output import printable
from skillagent.errors import UsageError

if TYPE_CHECKING:
    from skillagent.authoring.weave import Proposal
    from skillagent.graph import SkillGraph
    from skillagent.markdown import Dialect

_HELP = """\
y - set this link
n - leave it
a - set this link and all that follow
q - leave this and all that follow; what was accepted is written
e - write the sentence yourself, then set the link
? - this list"""


@dataclass(slots=True)
class _Accepted:
    """Proposals accepted so far, which can all be written together."""

    graph: SkillGraph
    dialect: Dialect | None
    proposals: list[Proposal] = field(default_factory=list)

    def add(self, proposal: Proposal) -> bool:
        """Accept one more proposal; False, with a printed reason, if it cannot be written."""
        from skillagent.authoring import weave

        # Only proposals for the same file can conflict.
        beside = [earlier for earlier in self.proposals if earlier.path == proposal.path]
        try:
            together = [earlier.to_json() for earlier in (*beside, proposal)]
            weave.apply(self.graph, together, self.dialect)
        except UsageError as error:
            print(printable(f"not accepted: {error}"))
            return False
        self.proposals.append(proposal)
        return True


def accept(
    graph: SkillGraph, proposals: Sequence[Proposal], shown: Sequence[str], dialect: Dialect | None
) -> list[Proposal]:
    """The proposals that the answers on standard input accept; end of input counts as `q`.

    Args:
        graph: the graph of the proposals.
        proposals: the proposals, in order.
        shown: text of each proposal.
        dialect: how links are written; None for that of the graph.
    """
    accepted = _Accepted(graph, dialect)
    for at, proposal in enumerate(proposals):
        print(printable(f"\n{shown[at]}"))
        answer = _answer(f"({at + 1}/{len(proposals)}) Set this link [y,n,a,q,e,?]?")
        while answer == "e" and not accepted.add(_edited(proposal)):
            answer = _answer("Set this link [y,n,a,q,e,?]?")
        if answer == "y":
            accepted.add(proposal)
        elif answer == "a":
            for rest in proposals[at:]:
                accepted.add(rest)
            break
        elif answer == "q":
            break
    return accepted.proposals


def _answer(question: str) -> str:
    while True:
        print(question, end=" ", flush=True)
        line = sys.stdin.readline()
        answer = line.strip().lower()[:1]
        if not line or answer in ("y", "n", "a", "q", "e"):
            return answer or "q"
        print(_HELP)


def _edited(proposal: Proposal) -> Proposal:
    """The proposal with the next line of input as its sentence; unchanged if that is empty."""
    print("the sentence, with the link in it:", end=" ", flush=True)
    sentence = sys.stdin.readline().strip()
    return replace(proposal, sentence=sentence) if sentence else proposal
