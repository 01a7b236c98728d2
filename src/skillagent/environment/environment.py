"""All that is known of the environment, as one value."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

from skillagent import __version__
from skillagent.digest import canonical_json, sha256
from skillagent.environment.git_state import GitState, repository_above
from skillagent.environment.lock_files import lock_files
from skillagent.environment.machine import c_library, container_image, hash_seed, variable_names
from skillagent.environment.packages import installed_packages
from skillagent.errors import UsageError


@dataclass(frozen=True, slots=True)
class Environment:
    """What a process runs with."""

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    skillagent: str
    """Version of skillagent."""
    python: str
    """Version of Python, such as `3.11.7`."""
    implementation: str
    """Implementation of Python, such as `CPython`."""
    system: str
    """Name of the system, such as `Linux`, without its release."""
    machine: str
    """Architecture of the processor, such as `x86_64`."""
    libc: str | None
    """Name and version of the C library; None if the system does not tell."""
    packages: Mapping[str, str]
    """Normalised name of each installed package → version, sorted by name."""
    origins: Mapping[str, str]
    """Name → what was installed, for packages that did not come from an index."""
    lock_files: Mapping[str, str]
    """Name of each lock file of the project → SHA-256 of its bytes."""
    container: str | None
    """The container's image without its host; None outside of one, or if nothing names it."""
    variables: tuple[str, ...]
    """Names of the environment variables that are set and may change a result, sorted."""
    hash_seed: str | None
    """Value of `PYTHONHASHSEED`; None if it is not set."""
    git: GitState | None
    """State of the project's repository; None if there is none."""

    @classmethod
    def here(cls, project: Path | None = None) -> Environment:
        """The environment of this process.

        Args:
            project: folder whose lock files and repository are recorded; None takes the current
                folder.
        """
        folder = Path(os.path.abspath(project or "."))
        packages = installed_packages()
        return cls(
            skillagent=__version__,
            python=platform.python_version(),
            implementation=platform.python_implementation(),
            system=platform.system(),
            machine=platform.machine(),
            libc=c_library(),
            packages=packages.versions,
            origins=packages.origins,
            lock_files=lock_files(folder, repository_above(folder)),
            container=container_image(os.environ),
            variables=variable_names(os.environ),
            hash_seed=hash_seed(os.environ),
            git=GitState.of(folder),
        )

    @property
    def packages_digest(self) -> str:
        """SHA-256 of packages and origins in canonical JSON: equal for equal lists."""
        return sha256(canonical_json([dict(self.packages), dict(self.origins)]))

    def to_json(self) -> dict[str, Any]:
        """All fields, and `packages_digest`, as values that JSON can hold."""
        value = {**asdict(self), "variables": list(self.variables)}
        return {**value, "packages_digest": self.packages_digest}

    @classmethod
    def from_json(cls, value: object) -> Environment:
        """Read what `to_json` returned.

        Raises:
            UsageError: a field is missing, unknown or has the wrong type, or the list of packages
                does not match its digest.
        """
        from pydantic import TypeAdapter, ValidationError

        fields = dict(value) if isinstance(value, Mapping) else value
        recorded = fields.pop("packages_digest", None) if isinstance(fields, dict) else None
        try:
            environment = TypeAdapter(cls).validate_python(fields)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(str(part) for part in first["loc"]) or "the value"
            raise UsageError(f"environment: {place}: {first['msg']}") from None
        if recorded != environment.packages_digest:
            raise UsageError(
                "environment: packages_digest: it is not the digest of the packages listed; one "
                "of them was changed"
            )
        return environment
