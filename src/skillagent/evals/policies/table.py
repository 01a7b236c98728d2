"""All policies by name, and those that a suite or a command line asks for.

Above: `running`, `cli`. Below: the modules of the policies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from skillagent.errors import UsageError
from skillagent.evals.functions import imported
from skillagent.evals.policies import navigating, plain, searching
from skillagent.evals.policies.policy import Policy, Role, Setup
from skillagent.evals.session import Session
from skillagent.evals.suite import Case

LLM = "llm"
"""Asks each model of the suite or of the command line."""

POLICIES: Mapping[str, Callable[[Setup], Policy]] = {
    "load-everything": plain.load_everything,
    "flat-catalogue": plain.flat_catalogue,
    "bm25-top-k": searching.bm25_top_k,
    "bm25-fused": searching.bm25_fused,
    "bm25+ppr": searching.bm25_ppr,
    "hybrid-top-k": searching.hybrid_top_k,
    "nav": navigating.nav,
    "graph": navigating.graph,
    "graph+semantic": navigating.graph_semantic,
    "flat-perfect": plain.flat_perfect,
    "search-perfect": navigating.search_perfect,
    "nav-perfect": navigating.nav_perfect,
    "oracle": plain.oracle,
}
"""Name → what makes the policy."""


def policies(
    names: Iterable[str], models: Iterable[str], setup: Setup, *, allow_python: bool = False
) -> tuple[Policy, ...]:
    """The policies of some names, each once.

    Args:
        names: names of `POLICIES`, `llm` for every model, or `module:function` of the user's.
        models: names of models.
        setup: what they are made from.
        allow_python: whether functions of the user's may be imported.

    Raises:
        UsageError: there is no such policy or function, or `llm` has no model.
        MissingPackageError: a package that a policy needs is not installed.
    """
    made: dict[str, Policy] = {}
    for name in names:
        for policy in _named(name, tuple(models), setup, allow_python):
            made.setdefault(policy.name, policy)
    return tuple(made.values())


def _named(name: str, models: tuple[str, ...], setup: Setup, allow_python: bool) -> list[Policy]:
    if name == LLM:
        if not models:
            raise UsageError("the policy llm needs a model: name one with --model, or in the suite")
        return [navigating.llm(setup, model) for model in models]
    if name in POLICIES:
        return [POLICIES[name](setup)]
    if ":" not in name:
        from difflib import get_close_matches

        similar = get_close_matches(name, [*POLICIES, LLM], 1)
        hint = f"did you mean {similar[0]}?" if similar else f"there are {', '.join(POLICIES)}, llm"
        raise UsageError(f"there is no policy {name!r}: {hint}")
    if not allow_python:
        raise UsageError(
            f"the suite asks to run {name}: that is Python code of its own; allow it with "
            "--allow-python if you trust it"
        )
    return [of_function(name, setup)]


def of_function(name: str, setup: Setup) -> Policy:
    """A policy of the user's: a function `(question, session)` that may return an answer.

    Args:
        name: `module:function`.
        setup: the setup.

    Raises:
        UsageError: there is no such function.
    """
    function = imported(name)

    def walk(case: Case, session: Session) -> str | None:
        try:
            answer = function(case.question, session)
        except (Exception, SystemExit) as error:
            raise UsageError(f"the policy {name} failed on case {case.id!r}: {error!r}") from error
        return answer if isinstance(answer, str) else None

    return Policy(name, Role.OTHER, walk, is_semantic=setup.is_semantic, function=name)
