"""Removes secrets from text, JSON, headers and addresses.

A secret is recognised by its format (the table in `formats`), by its position (`places`: after a
name, in an address), because the caller knows it, or as a word (`words`) of one that was seen
before. Every secret is replaced by the same word,
so that a request recorded with one key matches the same request with another. Text without
secrets is returned unchanged, scrubbing twice changes nothing more, and the time grows linearly
with the length of the text.

Above: all modules that write foreign text into a file, a log or an error. Below: nothing.
"""

from skillagent.secrets.formats import FORMATS, Format
from skillagent.secrets.places import is_secret_name, names_variable
from skillagent.secrets.scrubber import SCRUBBED, SHORTEST, Scrubber, scrub
from skillagent.secrets.words import SecretWords

__all__ = [
    "FORMATS",
    "SCRUBBED",
    "SHORTEST",
    "Format",
    "Scrubber",
    "SecretWords",
    "is_secret_name",
    "names_variable",
    "scrub",
]
