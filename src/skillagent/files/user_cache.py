"""The user's folder for files that can be deleted at any time, because they are then made again."""

from __future__ import annotations

import os
import sys

CACHE_VARIABLE = "SKILLAGENT_CACHE"
"""Environment variable that names another folder."""


def cache_folder() -> str:
    """The folder, which need not exist: `$SKILLAGENT_CACHE`, or else where the system wants it."""
    if named := os.environ.get(CACHE_VARIABLE):
        return os.path.abspath(os.path.expanduser(named))
    # What platformdirs does on Linux, too; a test compares both. Importing it takes longer than
    # everything else that a short command does before it can count its first text.
    base = os.environ.get("XDG_CACHE_HOME", "")
    home = os.environ.get("HOME", "")
    if sys.platform == "linux" and os.path.isabs(home) and "ANDROID_DATA" not in os.environ:
        base = base if os.path.isabs(base) else os.path.join(home, ".cache")
        return os.path.join(base, "skillagent")

    import platformdirs

    return platformdirs.user_cache_dir("skillagent", appauthor=False)
