r"""Splits texts into the pieces that an encoding counts one by one, with the standard library.

The pattern of an encoding names categories of Unicode, which `re` does not know. It tells only a
few kinds of characters apart. So each character beyond ASCII is replaced by one that stands for
its kind, the text that results is split by `re`, and the pieces have the lengths of the original
ones. Two of these characters are beyond ASCII: ª for letters without case, U+0300 for marks. Each
stands for itself, too.

Characters that this Python's version of Unicode does not know are not split here: tiktoken may know
them, and even the package `regex` may have another opinion than tiktoken.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from itertools import accumulate, pairwise
from typing import Final

TIKTOKEN_UNICODE: Final = (16, 0, 0)
"""The version of Unicode that tiktoken knows."""
_IS_NEWER = tuple(map(int, unicodedata.unidata_version.split("."))) > TIKTOKEN_UNICODE
_STAND_INS: Final = {
    **dict.fromkeys(("Lu", "Lt"), "A"),
    "Ll": "a",
    **dict.fromkeys(("Lm", "Lo"), "ª"),
    **dict.fromkeys(("Mn", "Mc", "Me"), "\u0300"),
    **dict.fromkeys(("Nd", "Nl", "No"), "0"),
    **dict.fromkeys(("Zs", "Zl", "Zp"), "\t"),
}
"""Category → the character that stands for it; ! stands for all others."""
_FOR_STAND_INS: Final = {
    r"\p{L}++": "[A-Za-zª]++",  # The only category that is not inside brackets in a pattern.
    r"\p{L}": "A-Za-zª",
    r"\p{Lu}": "A-Z",
    r"\p{Lt}": "",
    r"\p{Ll}": "a-z",
    r"\p{Lm}": "",
    r"\p{Lo}": "ª",
    r"\p{M}": "\u0300",
    r"\p{N}": r"\d",
}
"""A category in a pattern → the characters that stand for it."""
_BEYOND_ASCII = re.compile("[^\0-\x7f]")
_FEW: Final = 30
"""Up to so many different characters are faster to replace one by one than by a table."""


class _UnknownCharacterError(Exception):
    """A character whose category is not certain."""


class _StandIns(dict[int, str]):
    """Code point → the character that stands for it in `str.translate`."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if code >= 0x80:
            character = _stand_in(character)
        self[code] = character
        return character


def _stand_in(character: str) -> str:
    if character == "ſ":  # A letter s: the contraction 's may be written with it.
        return "s"
    if character == "\x85":  # A line end that has the category of control characters.
        return "\t"
    category = unicodedata.category(character)
    if category == "Cn" or _IS_NEWER:
        raise _UnknownCharacterError
    return _STAND_INS.get(category, "!")


_stand_ins = _StandIns()


def _replaced(text: str) -> str:
    """A text in which each character is replaced by the one that stands for it.

    Raises:
        _UnknownCharacterError: the category of a character is not certain.
    """
    beyond = set(_BEYOND_ASCII.findall(text))
    if len(beyond) > _FEW:
        return text.translate(_stand_ins)
    for character in beyond:
        text = text.replace(character, _stand_ins[ord(character)])
    return text


def splitter(pattern: str) -> Callable[[str], list[str] | None]:
    """A function that splits a text into pieces.

    Args:
        pattern: the pattern of an encoding.

    Returns:
        Text → its pieces in order, which together are the text; None if the text contains a
        character whose category is not certain.
    """
    for category, characters in _FOR_STAND_INS.items():
        pattern = pattern.replace(category, characters)
    # For `re.ASCII`, digits and spaces are what stands for them. Otherwise, `re` would take four
    # control characters for spaces, too.
    find_pieces: Callable[[str], list[str]] = re.compile(pattern, re.ASCII).findall

    def split(text: str) -> list[str] | None:
        if text.isascii():
            return find_pieces(text)
        try:
            stand_ins = _replaced(text)
        except _UnknownCharacterError:
            return None
        ends = accumulate(map(len, find_pieces(stand_ins)), initial=0)
        return [text[start:end] for start, end in pairwise(ends)]

    return split
