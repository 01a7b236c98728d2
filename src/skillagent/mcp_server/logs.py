"""The server's log on standard error: what clients sent is in it escaped, and without secrets.

Above: `stdio` and `http`, each of their processes. Below: `secrets`.
"""

from __future__ import annotations

import logging
import re
import sys
from collections import Counter

from skillagent.secrets import scrub

A_MINUTE = 20
"""Records of one kind in a minute."""

_UNSAFE = re.compile(
    # Controls, formatting, line and paragraph ends, halves of surrogate pairs, tags.
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\ufff0-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)


def set_up() -> None:
    """Log what went wrong, a line each; called once in every process that serves."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(SafeFormatter("%(levelname)s: %(message)s"))
    handler.addFilter(Flood())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


class Flood(logging.Filter):
    """Lets so many records a minute through from each line of code, for clients cause them."""

    def __init__(self) -> None:
        super().__init__()
        self._minute = 0.0
        self._counts: Counter[tuple[str, int]] = Counter()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a record is written."""
        minute = record.created // 60
        if minute != self._minute:
            self._minute = minute
            self._counts.clear()
        place = record.pathname, record.lineno
        self._counts[place] += 1
        if self._counts[place] == A_MINUTE:
            record.msg = f"{record.getMessage()} (and more of these, left out for a minute)"
            record.args = ()
        return self._counts[place] <= A_MINUTE


class SafeFormatter(logging.Formatter):
    """A record as one line; a traceback's lines follow, indented, so that none can be forged."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as text; nothing in it can move a cursor or begin a line of its own."""
        trace = ""
        if record.exc_info and record.exc_info[1]:
            trace = self.formatException(record.exc_info)
        plain = logging.makeLogRecord({**record.__dict__, "exc_info": None, "exc_text": None})
        lines = [f"  {escaped(line)}" for line in trace.split("\n") if line]
        return "\n".join([escaped(super().format(plain)), *lines])


def escaped(text: str) -> str:
    """A text for one line of the log."""
    return _UNSAFE.sub(lambda match: match[0].encode("unicode_escape").decode(), scrub(text))
