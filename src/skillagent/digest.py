"""SHA-256 digests, and JSON in one canonical form: equal values give equal text."""

from __future__ import annotations

from collections.abc import Mapping


def sha256(data: bytes | str) -> str:
    """The SHA-256 digest as `sha256:<64 hex digits>`; text is encoded as UTF-8."""
    import hashlib  # it loads OpenSSL, which takes longer than most digests

    if isinstance(data, str):
        data = data.encode("utf-8", "surrogatepass")
    return "sha256:" + hashlib.sha256(data).hexdigest()


def canonical_json(value: object) -> str:
    """JSON with sorted keys and without spaces, so that equal values give equal text.

    Raises:
        ValueError: `value` contains NaN or an infinity, which JSON does not have.
    """
    import json

    if isinstance(value, Mapping):
        value = dict(value)
    return json.dumps(
        value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )
