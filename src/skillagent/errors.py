"""Every exception that skillagent raises on purpose.

    SkillAgentError
    ├── GraphError             a root that cannot be loaded at all
    ├── ResolveError           a name that does not lead to exactly one node
    ├── MissingPackageError    an optional package is not installed
    ├── MissingKeyError        no key for a model API is set
    ├── ProviderError          a model API answered with something unusable
    └── UsageError             a command line or a setting that makes no sense

Bad *input files* never raise: they become `Diagnostic` values beside the graph. A bad
*tool call* never raises either: it becomes an answer that the model can act on. Only the
CLI's outermost function prints an exception, as one line.
"""

from __future__ import annotations


class SkillAgentError(Exception):
    """Base of all errors below; its text is one line for a person."""


class GraphError(SkillAgentError):
    """The folder given as a root is missing, is not a folder or cannot be listed."""


class ResolveError(SkillAgentError):
    """A name leads to no node, or to several.

    Attributes:
        name: what was asked for.
        candidates: node ids: the nearest ones if nothing matched, else all that matched.
        ambiguous: True where several nodes answer to the name.
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


class MissingPackageError(SkillAgentError):
    """An optional package is needed; the text names the command that installs it here.

    Attributes:
        package: its name.
        extra: the extra of ours that brings it.
        why: what needs it, as the beginning of a sentence.
    """

    def __init__(self, package: str, extra: str, why: str) -> None:
        super().__init__(package, extra, why)
        self.package, self.extra, self.why = package, extra, why

    def __str__(self) -> str:
        # Metadata is read only for a person: some callers go on without the package.
        from skillagent.installation import adding

        return f"{self.why} needs the package {self.package!r}: {adding(self.extra, self.package)}"


class MissingKeyError(SkillAgentError):
    """A model API needs a key; the text names the variable that holds it."""

    def __init__(self, provider: str, variable: str, what: str = "a key") -> None:
        self.variable = variable
        super().__init__(f"{provider} needs {what}: set {variable}, or use --model offline")


class ProviderError(SkillAgentError):
    """A provider failed in a way that a retry inside its own client did not cure.

    Attributes:
        status: HTTP status of its answer; None where there was none, or in mid-answer.
    """

    def __init__(self, text: str, status: int | None = None) -> None:
        self.status = status
        super().__init__(text)


class UsageError(SkillAgentError):
    """The command line, or a setting, asks for something that makes no sense."""
