"""The secrets that a recorder knows before a run begins: of its environment, and of its session.

Above: `recorder`. Below: `secrets`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from skillagent.secrets import Scrubber, SecretWords, names_variable

_SHORTEST = 8
"""Least characters of such a value: a shorter one may be an ordinary word."""


def secrets_of(environ: Mapping[str, str]) -> Scrubber:
    """A scrubber that knows the secrets in environment variables."""
    values = {
        value for name, value in environ.items() if names_variable(name) and len(value) >= _SHORTEST
    }
    known = tuple(sorted(values, key=lambda value: (-len(value), value)))
    return Scrubber(known, words=SecretWords())


def without_session(scrubber: Scrubber, secret: str, name: str) -> Scrubber:
    """A scrubber that also replaces the name of a served session, as answers and models write it.

    Args:
        scrubber: removes everything else.
        secret: the name.
        name: stands in its place at the end of answers.
    """
    known = (*scrubber.known, secret, secret.upper())
    return replace(scrubber, known=known, stand_in=(f'session "{secret}"', f'session "{name}"'))
