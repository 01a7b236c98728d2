"""The installed packages: name → version, and where the version alone does not tell the code."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.metadata import Distribution

_VERSION = re.compile(r"[\w.+!-]{1,100}", re.ASCII)
_DIGITS = re.compile(r"[0-9a-f]{40,128}")


@dataclass(frozen=True, slots=True)
class Packages:
    """The packages that this process can import, sorted by name."""

    versions: Mapping[str, str]
    """Normalised name → version. If a package is installed twice, the one that Python imports."""
    origins: Mapping[str, str]
    """Name → what was installed, for packages that did not come from a package index: `editable
    folder`, `folder`, `archive`, `archive sha256:…` or `git COMMIT`. It never names the place."""


@cache
def installed_packages() -> Packages:
    """The packages of this process. They are looked up once, because every run record has them."""
    from importlib.metadata import distributions

    versions: dict[str, str] = {}
    origins: dict[str, str] = {}
    for distribution in distributions():  # in the order of `sys.path`, like an import
        name, version = _name_and_version(distribution)
        if not name or name in versions:
            continue
        versions[name] = version
        if origin := _origin(distribution):
            origins[name] = origin
    return Packages(dict(sorted(versions.items())), dict(sorted(origins.items())))


def _name_and_version(distribution: Distribution) -> tuple[str, str]:
    """Normalised name and version; an empty name if the metadata is broken.

    `Distribution.metadata` would parse the whole long description, which takes ten times as long.
    """
    try:
        text = distribution.read_text("METADATA") or distribution.read_text("PKG-INFO") or ""
    except (OSError, ValueError):
        return "", ""
    header = text.partition("\n\n")[0]
    fields = dict(re.findall(r"^(Name|Version):[ \t]*(.+?)[ \t\r]*$", header, re.MULTILINE))
    name = re.sub(r"[-_.]+", "-", fields.get("Name", "")).lower()
    version = fields.get("Version", "")
    # Some tools write a path or the state of a checkout into a version that they make up.
    return name, version if _VERSION.fullmatch(version) else "not a version"


def _origin(distribution: Distribution) -> str:
    """What `direct_url.json` (PEP 610) says, without the place; empty for a package of an index."""
    try:
        direct = json.loads(distribution.read_text("direct_url.json") or "null")
    except (OSError, ValueError):
        return ""
    if not isinstance(direct, dict):
        return ""
    folder, archive, version = (
        direct[key] if isinstance(direct.get(key), dict) else None
        for key in ("dir_info", "archive_info", "vcs_info")
    )
    if version is not None:
        commit = str(version.get("commit_id", ""))
        return f"git {commit}" if _DIGITS.fullmatch(commit) else "a repository"
    if archive is not None:
        hashes = archive.get("hashes")
        digits = str(hashes.get("sha256", "")) if isinstance(hashes, dict) else ""
        return f"archive sha256:{digits}" if _DIGITS.fullmatch(digits) else "archive"
    if folder is not None:
        return "editable folder" if folder.get("editable") is True else "folder"
    return ""
