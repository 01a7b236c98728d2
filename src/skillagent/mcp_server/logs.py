"""Sets up the server's log on standard error: client data is escaped and secrets are removed.

Above: `stdio` and `http`, in each of their processes. Below: `secrets`.
"""

from __future__ import annotations

import logging
import re
import sys
from collections import Counter

from skillagent.secrets import scrub

RECORDS_PER_MINUTE = 20
"""Records that one line of code may log in a minute."""

_UNSAFE = re.compile(
    # Controls, formatting, ends of lines and paragraphs, halves of surrogate pairs, tags.
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\ufff0-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)


def set_up() -> None:
    """Log warnings and errors, one line each; called once in every process of the server."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(SafeFormatter("%(levelname)s: %(message)s"))
    handler.addFilter(RecordLimit())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


class RecordLimit(logging.Filter):
    """Limits the records per minute of each line of code, because clients can cause them."""

    def __init__(self) -> None:
        super().__init__()
        self._minute = 0.0
        self._counts: Counter[tuple[str, int]] = Counter()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to write a record."""
        minute = record.created // 60
        if minute != self._minute:
            self._minute = minute
            self._counts.clear()
        source = record.pathname, record.lineno
        self._counts[source] += 1
        if self._counts[source] == RECORDS_PER_MINUTE:
            record.msg = f"{record.getMessage()} (more of these are left out for a minute)"
            record.args = ()
        return self._counts[source] <= RECORDS_PER_MINUTE


class SafeFormatter(logging.Formatter):
    """Formats a record as one line, and its traceback as indented lines after it.

    So no text in a record can look like another record.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The record as text, without characters that move the cursor or begin a line."""
        trace = ""
        if record.exc_info and record.exc_info[1]:
            trace = self.formatException(record.exc_info)
        plain = logging.makeLogRecord({**record.__dict__, "exc_info": None, "exc_text": None})
        lines = [f"  {escaped(line)}" for line in trace.split("\n") if line]
        return "\n".join([escaped(super().format(plain)), *lines])


def escaped(text: str) -> str:
    """A text made safe for one line of the log."""
    return _UNSAFE.sub(lambda match: match[0].encode("unicode_escape").decode(), scrub(text))
