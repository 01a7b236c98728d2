"""Convert between the names of Logseq pages, their file names, and the days of journals.

Sources: Logseq's documentation ("Filename format", "Journals page") and the graph parser of
its sources (`extract.cljc`, `date_time_util.cljs`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from skillagent.markdown.lazy_pattern import lazy_pattern
from skillagent.markdown.percent import percent_decoded

if TYPE_CHECKING:
    from datetime import date

DAY_FORMATS = ("MMM do, yyyy", "yyyy-MM-dd", "yyyy_MM_dd")
"""Logseq reads a name in one of these forms as a day, in addition to the graph's own form."""
_LONGEST_DAY = 48
_MONTHS = (
    "January February March April May June July August September October November December".split()
)
_WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_PART = lazy_pattern(r"yyyy|MMMM|MMM|MM|M|do|dd|d|EEEE|E{1,3}|'[^']*'|.", re.DOTALL)
_READ = {
    "yyyy": r"(?P<year>\d{4})",
    "MMMM": rf"(?P<name>{'|'.join(_MONTHS)})",
    "MMM": rf"(?P<name>{'|'.join(month[:3] for month in _MONTHS)})",
    "MM": r"(?P<month>\d{2})",
    "M": r"(?P<month>\d{1,2})",
    "do": r"(?P<day>\d{1,2})(?:st|nd|rd|th)",
    "dd": r"(?P<day>\d{2})",
    "d": r"(?P<day>\d{1,2})",
    "EEEE": rf"(?:{'|'.join(_WEEKDAYS)})",
    "E": rf"(?:{'|'.join(day[:3] for day in _WEEKDAYS)})",
}
_LOWBARS = lazy_pattern(r"___|_(?=/)|(?<=/)_")
# Characters that a file name must not have on some system, and `%` and `#`, which have a meaning.
_RESERVED = lazy_pattern(r"[\x00-\x1f\x7f<>:\"|?*\\%#^\[\]]|^\.|\.$")


@dataclass(frozen=True, slots=True)
class PageNames:
    """How one Logseq graph names its files: the settings in `logseq/config.edn`."""

    legacy: bool = False
    """True if `a.b.md` and `a%2Fb.md` are the page `a/b`; otherwise `a___b.md` is."""
    journals: str = "journals"
    """Path of the folder with the journals, from the root."""
    journal_file: str = DAY_FORMATS[2]
    """Date format of their file names."""
    journal_title: str = DAY_FORMATS[0]
    """Date format of their titles, which links use."""
    hidden: tuple[str, ...] = ()
    """What the paths of hidden files begin with, from the root, with a `/` first."""

    def name(self, path: str) -> str:
        """The name of the page of a file that sets no title.

        Args:
            path: path of the file from the root, without suffix.
        """
        folder, _, stem = path.rpartition("/")
        if folder == self.journals and (day := self.day(stem)):
            return written(day, self.journal_title)
        if self.legacy:
            return _decoded(stem.replace(".", "/"), stem)
        if "___" not in stem and "%" not in stem:
            return stem
        name = _decoded(stem.replace("___", "/"), stem)
        return "/".join(part for part in name.split("/") if part)

    def file_name(self, name: str) -> str:
        """The file name of a page, without suffix."""
        text = _RESERVED.sub(lambda match: f"%{ord(match[0]):02X}", name)
        if self.legacy:
            return text.replace("/", "%2F").replace(".", "%2E")
        text = _LOWBARS.sub(lambda match: "%5F" * len(match[0]), text)
        return text.replace("/", "___")

    def day(self, name: str) -> date | None:
        """The day that a name means; None if it is not a day."""
        if len(name) > _LONGEST_DAY or not any(map(str.isdecimal, name)):
            return None
        for form in (self.journal_title, self.journal_file, *DAY_FORMATS):
            if match := _reader(form).fullmatch(name):
                return _day(match.groupdict())
        return None


def written(day: date, form: str) -> str:
    """A day in one of Logseq's date formats, such as `MMM do, yyyy`."""
    ends = {1: "st", 2: "nd", 3: "rd"}
    end = "th" if day.day in (11, 12, 13) else ends.get(day.day % 10, "th")
    month, weekday = _MONTHS[day.month - 1], _WEEKDAYS[day.weekday()]
    parts = {
        "yyyy": f"{day.year:04}",
        "MMMM": month,
        "MMM": month[:3],
        "MM": f"{day.month:02}",
        "M": str(day.month),
        "do": f"{day.day}{end}",
        "dd": f"{day.day:02}",
        "d": str(day.day),
        "EEEE": weekday,
        **dict.fromkeys(("E", "EE", "EEE"), weekday[:3]),
    }
    return "".join(parts.get(part, part.strip("'")) for part in _PART.findall(form))


def _decoded(name: str, stem: str) -> str:
    """A name with percent escapes decoded; the file's stem if the result cannot be displayed."""
    try:
        text = percent_decoded(name, errors="strict")
    except UnicodeDecodeError:
        return name
    return text if text.isprintable() else stem


@lru_cache(maxsize=64)
def _reader(form: str) -> re.Pattern[str]:
    """A pattern for days in one date format; of a part that comes twice, one is read."""
    seen: set[str] = set()
    pattern = ""
    for part in _PART.findall(form):
        read = _READ.get("E" if part in ("EE", "EEE") else part)
        if read is None:
            pattern += re.escape(part.strip("'") if len(part) > 1 else part)
            continue
        group = re.match(r"\(\?P<(\w+)>", read)
        if group and group[1] in seen:
            read = read.replace(f"?P<{group[1]}>", "?:")
        elif group:
            seen.add(group[1])
        pattern += read
    return re.compile(pattern, re.IGNORECASE)


def _day(parts: dict[str, str]) -> date | None:
    from datetime import date  # only journals have names of days

    month = parts.get("month")
    if month is None:
        short = parts.get("name", "")[:3].title()
        month = str(next((at for at, name in enumerate(_MONTHS, 1) if name[:3] == short), 0))
    try:
        return date(int(parts.get("year", 0)), int(month), int(parts.get("day", 0)))
    except ValueError:
        return None
