"""Secrets in text, JSON, headers and addresses, and how they are taken out.

A secret is known by its format (the table in `formats`), by where it stands (`places`: behind a
name, in an address), or because the caller says that it is one. Each is replaced by one constant
word, whatever it was: so a request that is recorded with one key matches the same request with
another. Text without secrets comes back unchanged, scrubbed text too, and the time grows with the
length of the text.

Above: whatever writes what others have said into a file, a log or an error. Below: nothing.
"""

from skillagent.secrets.formats import FORMATS, Format
from skillagent.secrets.places import is_secret_name
from skillagent.secrets.scrubber import SCRUBBED, SHORTEST, Scrubber, scrub

__all__ = [
    "FORMATS",
    "SCRUBBED",
    "SHORTEST",
    "Format",
    "Scrubber",
    "is_secret_name",
    "scrub",
]
