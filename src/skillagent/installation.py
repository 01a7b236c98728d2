"""How this copy of skillagent was installed, and the command that adds an extra to it.

The distribution is on no index, and whoever claims its name there could be installed in its
place. So a command names what was installed (PEP 610: a folder, an archive, a repository) or,
where that is not known or gone, the packages that the extra stands for. Below everything else,
for every hint comes from here; imported only when there is one to give.
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
    """What a copy's own metadata and its environment tell."""

    python: str
    """The interpreter, as a path."""
    prefix: Path
    """The folder of its environment."""
    has_pip: bool
    """Whether pip can be run by that interpreter."""
    requires: tuple[str, ...] = ()
    """`Requires-Dist`: the packages needed, those of extras with a marker."""
    origin: Mapping[str, Any] | None = None
    """`direct_url.json`; None for a copy from an index, or one that is not installed."""
    checkout: Path | None = None
    """The checkout that a copy without metadata runs from."""
    windows: bool = False

    @classmethod
    def here(cls) -> Installation:
        """The copy that runs."""
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
        """What to do so that an extra is there, in one line: a command, or what hinders.

        Args:
            extra: as in `pyproject.toml`.
            package: what was missed; asked for by its name where no metadata tells of the extra.
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
        """The requirements of an extra, and the markers that keep others out of this Python."""
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
        """A package that is no extra's, at the version that ours needs."""
        alike = _canonical(package)
        named = (one for one in self._requirements() if _canonical(one.name) == alike)
        return (next(map(_bare, named), package),)

    def _requirements(self) -> list[Requirement]:
        try:
            from packaging.requirements import Requirement
        except ImportError:
            # A hint must come even where the environment lacks more than an extra.
            return []
        return [Requirement(text) for text in self.requires]

    def _source(self, extra: str) -> tuple[str, ...]:
        """What was installed, with the extra; nothing where it is not known or gone."""
        if self.checkout is not None:
            return ("-e", f"{self.checkout}[{extra}]")
        if self.origin is None or f'extra == "{extra}"' not in self._markers():
            return ()
        url = _PASSWORD.sub("", str(self.origin.get("url", "")))
        parts = urllib.parse.urlsplit(url)
        version = self.origin.get("vcs_info")
        if isinstance(version, dict):
            folder = self.origin.get("subdirectory")
            below = f"#subdirectory={folder}" if folder else ""
            whole = f"{version.get('vcs')}+{url}@{version.get('commit_id')}{below}"
            # pip up to 23 takes no repository on this machine together with an extra.
            return (f"{DISTRIBUTION}[{extra}] @ {whole}",) if parts.netloc else ()
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
        # Both shells of Windows read a text in double quotes as one word.
        return " ".join(
            word if re.fullmatch(r"[\w.:\\/-]+", word) else f'"{word}"' for word in words
        )


def _bare(requirement: Requirement) -> str:
    return str(requirement).partition(";")[0].strip()


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def adding(extra: str, package: str = "") -> str:
    """The command that adds an extra to the copy that runs; see `Installation.adding`."""
    return Installation.here().adding(extra, package)
