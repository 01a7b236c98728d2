"""Decode percent escapes in addresses and in file names.

Above: whatever reads addresses. Below: nothing.
"""

from __future__ import annotations


def percent_decoded(text: str, errors: str = "replace") -> str:
    """A text with escapes such as `%20` decoded as UTF-8.

    Args:
        text: any text.
        errors: what to do with bytes that are not UTF-8, as in `bytes.decode`.

    Raises:
        UnicodeDecodeError: `errors` is "strict", and the bytes are not UTF-8.
    """
    if "%" not in text:
        return text
    from urllib.parse import unquote  # loads many modules, and few texts have escapes

    return unquote(text, errors=errors)
