"""The exceptions that a caller of skillagent has to handle.

    SkillAgentError
    ├── GraphError             a root cannot be loaded at all
    │   ├── StoredIndexError   a stored index cannot be used any more
    │   │   └── DamagedIndexError   its file is damaged
    │   └── StoreError         a database with graphs cannot be used
    ├── ResolveError           a name does not lead to exactly one node
    │   └── NotAsLockedError   it leads to a node that is not as it was locked
    ├── MissingPackageError    an optional package is not installed
    ├── MissingKeyError        no key for a model API is set
    ├── ProviderError          a model API cannot be reached, or its answer cannot be used
    └── UsageError             the command line, a setting or an argument is wrong

All of them can be imported from `skillagent`. A package may derive an error of its own from one
of these, for callers that must tell it from the others. Exceptions outside this tree never leave
the package that raises them: they are caught there, and become an answer or one of these errors.

Problems in *input files* are not exceptions: they become `Diagnostic` values beside the graph. A
wrong *tool call* is not an exception either: it becomes an answer from which the model can correct
its next call. Only the outermost function of the CLI prints an exception, as one line.
"""

from __future__ import annotations


class SkillAgentError(Exception):
    """Base of all errors of this package; the text is one line for a person."""


class GraphError(SkillAgentError):
    """The root of a graph does not exist, is not a folder or cannot be listed."""


class StoredIndexError(GraphError):
    """A stored index does not show the graph as it is: a file has changed since it was written."""


class DamagedIndexError(StoredIndexError):
    """The file of a stored index is damaged, or is not such a file; it can be deleted."""


class StoreError(GraphError):
    """A database with graphs cannot be reached, refuses a statement, or has no such graph."""


class ResolveError(SkillAgentError):
    """A name leads to no node, or to several.

    Attributes:
        name: the name that was looked up.
        candidates: ids of the nodes that match the name; if none does, of those with the most
            similar names.
        ambiguous: True if several nodes match the name.
    """

    def __init__(self, name: str, candidates: tuple[str, ...], ambiguous: bool) -> None:
        self.name = name
        self.candidates = candidates
        self.ambiguous = ambiguous
        if ambiguous:
            text = f"{name!r} names several nodes: {', '.join(candidates)}"
        elif candidates:
            text = f"no node {name!r}; nearest: {', '.join(candidates)}"
        else:
            text = f"no node {name!r}"
        super().__init__(text)


LOCK_CHECK = "`skillagent lock --check` names what differs"


class NotAsLockedError(ResolveError):
    """A name leads to a node that is not shown, because it is not as it was locked.

    Attributes:
        why: what happened to the node.
    """

    def __init__(self, name: str, why: str, candidates: tuple[str, ...]) -> None:
        super().__init__(name, candidates, ambiguous=False)
        self.why = why

    def __str__(self) -> str:
        return f"{self.name!r} {self.why}; {LOCK_CHECK}"


class MissingPackageError(SkillAgentError):
    """An optional package is not installed; the text names the command that installs it.

    Attributes:
        package: name of the missing package.
        extra: extra of skillagent that contains the package.
        why: what needs the package, as the beginning of a sentence.
    """

    def __init__(self, package: str, extra: str, why: str) -> None:
        super().__init__(package, extra, why)
        self.package, self.extra, self.why = package, extra, why

    def __str__(self) -> str:
        # Some callers continue without the package: the command is looked up only if it is shown.
        from skillagent.installation import adding

        return f"{self.why} needs the package {self.package!r}: {adding(self.extra, self.package)}"


class MissingKeyError(SkillAgentError):
    """No key for a model API is set; the text names the environment variable to set.

    Attributes:
        variable: name of the environment variable.
    """

    def __init__(self, provider: str, variable: str, what: str = "a key") -> None:
        self.variable = variable
        super().__init__(f"{provider} needs {what}: set {variable}, or use --model offline")


class ProviderError(SkillAgentError):
    """A model API failed, also after the retries of its client.

    Attributes:
        status: HTTP status of the answer; None if no answer came, or if it ended too early.
    """

    def __init__(self, text: str, status: int | None = None) -> None:
        self.status = status
        super().__init__(text)


class UsageError(SkillAgentError):
    """The command line, a setting or an argument is wrong, or cannot be carried out."""
