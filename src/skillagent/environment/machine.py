"""What of the machine may change a result: C library, container, variables that are set."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

_PREFIXES = ("ANTHROPIC_", "LC_", "OPENAI_", "SKILLAGENT_")
_NAMES = frozenset(
    "ALL_PROXY HTTPS_PROXY HTTP_PROXY LANG LANGUAGE NO_PROXY PYTHONHASHSEED PYTHONHOME "
    "PYTHONINTMAXSTRDIGITS PYTHONIOENCODING PYTHONNOUSERSITE PYTHONOPTIMIZE PYTHONPATH "
    "PYTHONSAFEPATH PYTHONUTF8 PYTHONWARNINGS REQUESTS_CA_BUNDLE SOURCE_DATE_EPOCH SSL_CERT_DIR "
    "SSL_CERT_FILE TZ".split()
)
_NAME = re.compile(r"\w{1,100}", re.ASCII)
_SEED = re.compile(r"random|[0-9]{1,10}")
_IMAGE_VARIABLES = ("SKILLAGENT_IMAGE", "CI_JOB_IMAGE")
"""Ours, and the one that GitLab's runner sets. Docker and Kubernetes tell a container nothing."""
_PODMAN = Path("/run/.containerenv")
_IMAGE = re.compile(r"[a-z0-9][\w./:@-]{0,300}", re.ASCII)


def c_library() -> str | None:
    """Name and version of the C library, such as `glibc 2.36`; None if the system does not tell."""
    try:
        return os.confstr("CS_GNU_LIBC_VERSION")
    except (AttributeError, OSError, ValueError):
        return None  # musl, macOS and Windows do not know the key.


def variable_names(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Names of the variables that are set and may change a result, sorted.

    Values are left out: they contain keys, addresses and paths. `TZ` tells where the user lives.
    """
    return tuple(
        sorted(
            name
            for name in environ
            if _NAME.fullmatch(name) and (name.startswith(_PREFIXES) or name.upper() in _NAMES)
        )
    )


def hash_seed(environ: Mapping[str, str]) -> str | None:
    """The value of `PYTHONHASHSEED`, if it is one that Python accepts.

    It is the only value that is recorded: it tells nothing but the order of sets, and a run whose
    order matters cannot be repeated without it.
    """
    value = environ.get("PYTHONHASHSEED", "")
    return value if _SEED.fullmatch(value) else None


def container_image(environ: Mapping[str, str], podman: Path = _PODMAN) -> str | None:
    """The image that this process runs in, without the host that it was pulled from.

    Args:
        environ: the variables of the process.
        podman: the file in which Podman names the image to a privileged container.

    Returns:
        None if nothing names it, which is so in most containers.
    """
    candidates = [environ.get(name, "") for name in _IMAGE_VARIABLES]
    try:
        text = podman.read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    fields = dict(re.findall(r'^(image|imageid)="(.*)"$', text, re.MULTILINE))
    if name := fields.get("image"):
        digest = fields.get("imageid", "")
        candidates.append(f"{name}@sha256:{digest}" if digest and "@" not in name else name)
    return next((_without_host(text) for text in candidates if _IMAGE.fullmatch(text)), None)


def _without_host(image: str) -> str:
    """`host.example:5000/team/app:1` as `team/app:1`."""
    first, slash, rest = image.partition("/")
    is_host = slash and (first == "localhost" or "." in first or ":" in first)
    return rest if is_host else image
