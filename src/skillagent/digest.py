"""Digests that are equal wherever the same bytes are: SHA-256 and canonical JSON."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping


def sha256(data: bytes | str) -> str:
    """Digest as `sha256:<64 hex digits>`; text is taken as UTF-8."""
    if isinstance(data, str):
        data = data.encode("utf-8", "surrogatepass")
    return "sha256:" + hashlib.sha256(data).hexdigest()


def canonical_json(value: object) -> str:
    """JSON with sorted keys, no spaces and no NaN: equal values give equal text."""
    if isinstance(value, Mapping):
        value = dict(value)
    return json.dumps(
        value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )
