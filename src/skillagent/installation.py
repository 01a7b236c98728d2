"""How this copy of skillagent was installed, and the command that adds an extra to it.

The distribution is not published on any package index. Somebody else could publish a package of
the same name there, so a command never names just the distribution. It names the source from which
this copy was installed (PEP 610: a folder, an archive or a repository). If the source is unknown
or no longer exists, it names the packages that the extra contains.

This is the lowest layer, because errors of every layer show such a command. It is imported only
when a command is shown.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import re
import shlex
import sys
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from packaging.requirements import Requirement

DISTRIBUTION = "skillagent-graph"
_PASSWORD = re.compile(r"(?<=//)[^/@]*:[^/@]*@")


@dataclass(frozen=True, slots=True)
class Installation:
    """What the metadata and the environment of an installed copy say."""

    python: str
    """Path of the Python interpreter."""
    prefix: Path
    """The folder of the interpreter's environment."""
    has_pip: bool
    """Whether the environment contains pip."""
    requires: tuple[str, ...] = ()
    """`Requires-Dist`: the required packages; those of an extra have a marker."""
    origin: Mapping[str, Any] | None = None
    """`direct_url.json`; None if the copy came from an index or is not installed."""
    checkout: Path | None = None
    """The folder of the checkout, if the copy runs from one and is not installed."""
    windows: bool = False
    """Whether the system is Windows."""

    @classmethod
    def here(cls) -> Installation:
        """The copy that is running."""
        requires: tuple[str, ...] = ()
        origin = None
        try:
            distribution = importlib.metadata.distribution(DISTRIBUTION)
            requires = tuple(distribution.requires or ())
            origin = json.loads(distribution.read_text("direct_url.json") or "null")
        except (importlib.metadata.PackageNotFoundError, ValueError, OSError):
            pass
        top = Path(__file__).parents[2]
        return cls(
            sys.executable,
            Path(sys.prefix),
            importlib.util.find_spec("pip") is not None,
            requires,
            origin if isinstance(origin, dict) else None,
            top if not requires and (top / "pyproject.toml").is_file() else None,
            sys.platform == "win32",
        )

    def adding(self, extra: str, package: str = "") -> str:
        """The command that installs an extra; or one line that says why that is impossible.

        Args:
            extra: name of the extra, as in `pyproject.toml`.
            package: the missing package; it is installed by its own name if the metadata does
                not list the extra.
        """
        needed, unfit = self._packages(extra)
        if not needed and unfit:
            return f"the extra {extra!r} is not for this Python: {'; '.join(unfit)}"
        needed = needed or self._plain(package or extra)
        if (self.prefix / "pipx_metadata.json").is_file():
            return self._line("pipx", "inject", self.prefix.name, *needed)
        uv = ("uv", "pip", "install", "--python", self.python)
        pip = (self.python, "-m", "pip", "install")
        return self._line(*(pip if self.has_pip else uv), *(self._source(extra) or needed))

    def _packages(self, extra: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The requirements of an extra, and one text for each that this Python cannot have."""
        needed, unfit = [], []
        for requirement in self._requirements():
            marker = requirement.marker
            if marker is None or marker.evaluate({"extra": ""}):
                continue
            if marker.evaluate({"extra": extra}):
                needed.append(_bare(requirement))
            elif f'extra == "{extra}"' in str(marker):
                unfit.append(f"{_bare(requirement)} needs {str(marker).partition(' and extra')[0]}")
        return tuple(needed), tuple(unfit)

    def _plain(self, package: str) -> tuple[str, ...]:
        """A package that is in no extra, with the versions that skillagent requires."""
        name = _canonical(package)
        matching = (
            requirement
            for requirement in self._requirements()
            if _canonical(requirement.name) == name
        )
        return (next(map(_bare, matching), package),)

    def _requirements(self) -> list[Requirement]:
        try:
            from packaging.requirements import Requirement
        except ImportError:
            # A command must be shown even if required packages are missing, too.
            return []
        return [Requirement(text) for text in self.requires]

    def _source(self, extra: str) -> tuple[str, ...]:
        """The source of the installation, with the extra; empty if unknown or deleted."""
        if self.checkout is not None:
            return ("-e", f"{self.checkout}[{extra}]")
        if self.origin is None or f'extra == "{extra}"' not in self._markers():
            return ()
        url = _PASSWORD.sub("", str(self.origin.get("url", "")))
        parts = urllib.parse.urlsplit(url)
        version = self.origin.get("vcs_info")
        if isinstance(version, dict):
            folder = self.origin.get("subdirectory")
            fragment = f"#subdirectory={folder}" if folder else ""
            source = f"{version.get('vcs')}+{url}@{version.get('commit_id')}{fragment}"
            # pip up to 23 does not accept an extra together with a local repository.
            return (f"{DISTRIBUTION}[{extra}] @ {source}",) if parts.netloc else ()
        if parts.scheme != "file":
            return (f"{DISTRIBUTION}[{extra}] @ {url}",) if parts.scheme == "https" else ()
        path = Path(urllib.request.url2pathname(parts.path))
        if not path.exists():
            return ()
        folder_info = self.origin.get("dir_info")
        editable = isinstance(folder_info, dict) and folder_info.get("editable") is True
        return (*(["-e"] if editable else []), f"{path}[{extra}]")

    def _markers(self) -> str:
        return " ".join(self.requires).replace("'", '"')

    def _line(self, *words: str) -> str:
        if not self.windows:
            return shlex.join(words)
        # Both cmd and PowerShell read a text in double quotes as one argument.
        return " ".join(
            word if re.fullmatch(r"[\w.:\\/-]+", word) else f'"{word}"' for word in words
        )


def _bare(requirement: Requirement) -> str:
    return str(requirement).partition(";")[0].strip()


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def adding(extra: str, package: str = "") -> str:
    """The command that adds an extra to the running copy; see `Installation.adding`."""
    return Installation.here().adding(extra, package)
