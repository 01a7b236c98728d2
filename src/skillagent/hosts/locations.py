"""Where a host looks for its files: all that the answer depends on, as one value.

Tests make one for each system; the program makes one of the process it runs in.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Machine:
    """A user's machine as seen from a project's folder."""

    platform: str
    """As `sys.platform`: linux, darwin or win32."""
    home: Path
    """The user's home folder."""
    environ: Mapping[str, str]
    """Environment variables."""
    folder: Path
    """The project: what project scope is about, and where command-line hosts start servers."""
    state: Path
    """Where skillagent keeps what it must remember between two calls."""

    @classmethod
    def here(cls) -> Machine:
        """The machine, user and folder of this process."""
        import platformdirs

        return cls(
            sys.platform,
            Path.home(),
            dict(os.environ),
            Path.cwd(),
            platformdirs.user_state_path("skillagent", appauthor=False),
        )

    def place(self, variable: str, default: Path) -> Path:
        """The folder that a variable names, else a default; an empty variable counts as unset."""
        given = self.environ.get(variable)
        return Path(given).expanduser() if given else default

    @property
    def xdg_config(self) -> Path:
        """`$XDG_CONFIG_HOME`, or `~/.config`, on every system."""
        return self.place("XDG_CONFIG_HOME", self.home / ".config")

    @property
    def application_data(self) -> Path:
        """Where desktop programs keep a user's settings."""
        if self.platform == "win32":
            return self.place("APPDATA", self.home / "AppData" / "Roaming")
        if self.platform == "darwin":
            return self.home / "Library" / "Application Support"
        return self.xdg_config
