"""Find hidden characters, which a model reads and a person does not see, and control characters.

A hidden character has no glyph and is at a place where no script, emoji or layout needs it. With
such characters, text can be smuggled past everyone who reviews a file. Not hidden are: joiners
inside emoji and in the scripts that join, variation selectors after emoji, symbols and
ideographs, tag characters in the flag of a region, and marks of direction in text that runs to
the left.

Above: `lint`, which reports hidden characters, and `disclosure`, which removes them.

Sources: UTS #51 (emoji, flags of regions), UTS #37 (ideographic variation sequences), UAX #9
(direction), UAX #31 section 2.3 (joiners), UAX #44 (Default_Ignorable_Code_Point).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from typing import Final, NamedTuple

from skillagent.markdown.lazy_pattern import lazy_pattern


class Hidden(StrEnum):
    """How a text is hidden."""

    TAGS = "tags"
    """Tag characters, which encode ASCII and are never displayed."""
    ZERO_WIDTH = "zero_width"
    """Spaces of zero width, and joiners that join nothing."""
    DIRECTION = "direction"
    """Controls that display a text in another order."""
    SELECTORS = "selectors"
    """Variation selectors in a row: each can encode a byte."""
    INVISIBLE = "invisible"
    """Other characters without a glyph: fillers, invisible operators, single selectors."""


class HiddenRun(NamedTuple):
    """Hidden characters of one kind in a row."""

    kind: Hidden
    start: int
    """Offset in the text."""
    end: int


_EMOJI = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u2460-\u24ff\u25a0-\u27bf"
    "\u2900-\u297f\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
_IDEOGRAPHS = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# Keycaps, symbols with a second form, CJK punctuation and ideographs, Myanmar, Phags-pa.
_VARIED = (
    rf"{_EMOJI}{_IDEOGRAPHS}0-9#*\u2010-\u2027\u2030-\u205e\u2200-\u22ff\u3001-\u3020\uff00-\uff65"
    r"\u1000-\u109f\ua840-\ua877"
)
# Arabic and its neighbours, the scripts of India and South-East Asia, Mongolian, Adlam.
_JOINING = (
    r"\u0600-\u061b\u061d-\u109f\u1780-\u17b3\u17b6-\u17ff\u1800-\u180a\u1810-\u18af\u1900-\u1cff"
    r"\ua800-\uabff\ufb50-\ufdff\ufe70-\ufefc\U00010a00-\U00010aff\U00011000-\U00011fff"
    r"\U0001e900-\U0001e95f"
)
# Thai, Lao, Myanmar, Khmer, Tai: scripts without blanks, which end words with such a space.
_UNSPACED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17b3\u17b6-\u17ff\u1950-\u19ff\u1a20-\u1aaf"
_LEFTWARD = (
    r"\u0590-\u061b\u061d-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
    r"\U00010800-\U00010fff\U0001e800-\U0001eeff"
)
_ZERO_WIDTH = r"\u200b-\u200d\u2060\ufeff"
_SELECTORS = r"\ufe00-\ufe0f\U000e0100-\U000e01ef"
_TAGS = r"\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
_MARKS = r"\u200e\u200f\u061c"
_DIRECTION = rf"\u202a-\u202e\u2066-\u2069{_MARKS}"
_INVISIBLE = (
    r"\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2061-\u2065\u206a-\u206f\u3164\uffa0"
    rf"\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a{_SELECTORS}"
)
_BASIC = (
    r"\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
)
_BEYOND_BASIC = r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
INVISIBLE_CLASS = _BASIC + _BEYOND_BASIC
"""Every character that may be hidden, for use inside a character class of `re`."""

_REGION = r"[\U000e0061-\U000e007a]{2}[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,4}"
# Characters that are needed are matched first, by alternatives without a name. Each of them
# begins at a character that may be hidden.
_NEEDED = (
    rf"(?<=\U0001f3f4){_REGION}\U000e007f",
    rf"(?<=[{_VARIED}])[\ufe00-\ufe0f]",
    rf"(?<=[{_IDEOGRAPHS}])[\U000e0100-\U000e01ef]",
    rf"(?:(?<=[{_EMOJI}])|(?<=[{_EMOJI}]\ufe0f))\u200d(?=[{_EMOJI}])",
    rf"(?<=[{_JOINING}])[\u200c\u200d]",
    rf"(?<=[{_UNSPACED}])\u200b(?=[{_UNSPACED}])",
    r"(?<=[\u1820-\u18aa])[\u180b-\u180f]",
    r"(?<=[\u0590-\u05ff])\u034f",
    r"\u115f(?=[\u1160-\u11ff])|(?<=[\u1100-\u115f])\u1160",
)
_MARK_ALONE = rf"(?<![{INVISIBLE_CLASS}])[{_MARKS}](?![{INVISIBLE_CLASS}])"
_NAMED = (
    rf"(?P<tags>[{_TAGS}]+)",
    rf"(?P<zero_width>[{_ZERO_WIDTH}]+)",
    rf"(?P<direction>[{_DIRECTION}]+)",
    rf"(?P<selectors>[{_SELECTORS}]{{2,}})",
    rf"(?P<invisible>[{_INVISIBLE}]+)",
)
_ASCII: Final = bytes(range(128))
# Two searches are much faster than one with a class beyond the basic plane.
_CANDIDATE = lazy_pattern(f"[{_BASIC}]")
_CANDIDATE_BEYOND = lazy_pattern(f"[{_BEYOND_BASIC}]")
_EITHER = lazy_pattern(f"[{INVISIBLE_CLASS}]")
_LEFTWARD_TEXT = lazy_pattern(f"[{_LEFTWARD}]")

_LINE_ENDS = lazy_pattern(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# Half a surrogate pair is not a control character, but cannot be encoded as UTF-8 either.
_CONTROLS = lazy_pattern(r"[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_UNSAFE = lazy_pattern(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def runs(text: str) -> Iterator[HiddenRun]:
    """Every run of hidden characters, in order."""
    if text.isascii():
        return
    # Few characters of most texts are left here, and dropping the others is faster than a search.
    data = text.encode("utf-8", "surrogatepass").translate(None, _ASCII)
    others = data.decode("utf-8", "surrogatepass")
    if not (_CANDIDATE.search(others) or _CANDIDATE_BEYOND.search(others)):
        return
    pattern = _compiled(bool(_LEFTWARD_TEXT.search(text)))
    position = 0
    while candidate := _EITHER.search(text, position):
        match = pattern.match(text, candidate.start())
        assert match  # the named alternatives match every candidate
        position = match.end()
        if match.lastgroup:
            yield HiddenRun(Hidden(match.lastgroup), match.start(), position)


def visible(text: str) -> str:
    """The text without its hidden characters."""
    return replaced(text, "")


def revealed(text: str) -> str:
    """The text with each hidden character as `<U+200B>`, so that its author sees it."""
    return replaced(text, "<U+{:04X}>")


def replaced(text: str, form: str) -> str:
    """The text with each hidden character replaced.

    Args:
        text: any text.
        form: a format string for the number of a character; empty to remove it.
    """
    parts, last = [], 0
    for _, start, end in runs(text):
        parts.append(text[last:start])
        if form:
            parts += [form.format(ord(char)) for char in text[start:end]]
        last = end
    return "".join((*parts, text[last:])) if last else text


@cache
def _compiled(leftward: bool) -> re.Pattern[str]:
    # Compiled only when needed, because most texts have no candidate.
    return re.compile("|".join((*_NEEDED, *([_MARK_ALONE] if leftward else []), *_NAMED)))


def one_line(text: str) -> str:
    """The text on one line: line ends become blanks, control characters become U+FFFD."""
    if text.isprintable() or ("\n" not in text and not _UNSAFE.search(text)):
        return text
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", _LINE_ENDS.sub(" ", text)).strip()


def plain_lines(text: str) -> str:
    """The text with `\\n` for every line end of Unicode; control characters become U+FFFD."""
    if not _UNSAFE.search(text):
        return text
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", _LINE_ENDS.sub("\n", text))


def controls(text: str) -> Iterator[re.Match[str]]:
    """Every control character except line ends and tabs, in order."""
    return _CONTROLS.finditer(text)
