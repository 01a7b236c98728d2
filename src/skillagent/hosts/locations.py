"""Folders and variables of a user that decide where the files of hosts are, as one value.

Tests make one for each operating system; the program makes one from its own process.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Locations:
    """Where a user's files are, as seen from a project."""

    platform: str
    """As `sys.platform`: linux, darwin or win32."""
    home: Path
    """The user's home folder."""
    environ: Mapping[str, str]
    """Environment variables."""
    project: Path
    """The folder of the project, in which command-line hosts start servers."""
    state: Path
    """The folder in which skillagent keeps records between two calls."""

    @classmethod
    def of_this_process(cls) -> Locations:
        """The locations for the user and the current folder of this process."""
        import platformdirs

        return cls(
            platform=sys.platform,
            home=Path.home(),
            environ=dict(os.environ),
            project=Path.cwd(),
            state=platformdirs.user_state_path("skillagent", appauthor=False),
        )

    def folder_from(self, variable: str, default: Path) -> Path:
        """The folder that a variable names.

        Args:
            variable: name of the environment variable.
            default: the folder if the variable is not set, or empty.
        """
        value = self.environ.get(variable)
        return Path(value).expanduser() if value else default

    @property
    def xdg_config(self) -> Path:
        """`$XDG_CONFIG_HOME`, or `~/.config`, on every operating system."""
        return self.folder_from("XDG_CONFIG_HOME", self.home / ".config")

    @property
    def application_data(self) -> Path:
        """The folder in which desktop programs keep a user's settings."""
        if self.platform == "win32":
            return self.folder_from("APPDATA", self.home / "AppData" / "Roaming")
        if self.platform == "darwin":
            return self.home / "Library" / "Application Support"
        return self.xdg_config
