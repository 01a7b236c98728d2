"""Read one Markdown file: hash its bytes, decode its text, and make its path safe to print.

Above: `walk`. Below: `markdown.decoding`.
"""

from __future__ import annotations

import os
import unicodedata
from dataclasses import dataclass
from io import FileIO
from typing import TYPE_CHECKING

from skillagent.markdown.decoding import decode
from skillagent.markdown.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from skillagent.diagnostics import Diagnostic

HEAD_BYTES = 65_536
"""How much of a file above the size limit is loaded, from its beginning."""

_UNSAFE = lazy_pattern(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One Markdown file as it was read. Its bytes are not kept."""

    path: str
    """Relative to the root, `/`-separated, NFC, safe to print."""
    raw_path: str
    """The path before it was normalised to NFC."""
    text: str
    """The decoded text; only its beginning if `whole` is false."""
    size: int
    """Bytes on disk."""
    digest: str
    """SHA-256 of all bytes on disk, as `sha256:…`."""
    whole: bool
    """False if the file is above the size limit, so that only its beginning was decoded."""
    diagnostics: tuple[Diagnostic, ...]
    """Findings about the file itself: its size and its encoding."""


def read_source(stream: FileIO, relative: str, limit: int, prefix: str = "") -> SourceFile:
    """Hash and decode an open file, and close it.

    Args:
        stream: the file, at its beginning.
        relative: its path in the root.
        limit: size in bytes; only the beginning of a larger file is decoded.
        prefix: text to put before the path in findings.

    Raises:
        OSError: it cannot be read.
    """
    import hashlib  # it loads OpenSSL, and a process that only looks at the files needs no digest

    with stream:
        size = os.fstat(stream.fileno()).st_size
        whole = size <= limit
        if whole:
            # With the size, `read` asks the system once instead of four times.
            data = stream.read(size + 1)
            if len(data) != size:  # another process writes the file
                data += stream.readall()
            digest = hashlib.sha256(data).hexdigest()
            size = len(data)
        else:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            stream.seek(0)
            data = _whole_characters(stream.read(min(HEAD_BYTES, limit)))
    path = raw_path = relative
    if not relative.isascii() or not relative.isprintable():
        path = safe_path(relative)
        if path != unicodedata.normalize("NFC", relative):
            raw_path = path  # never shown: it has characters that terminals and tokenizers reject
    text, findings = decode(data, prefix + path)
    if not whole:
        from skillagent.diagnostics import finding

        message = (
            f"{size} bytes, above the limit of {limit}; only the first {len(data)} were loaded"
        )
        findings.append(finding("SG002", prefix + path, 0, message))
    return SourceFile(path, raw_path, text, size, "sha256:" + digest, whole, tuple(findings))


def _whole_characters(data: bytes) -> bytes:
    """The beginning of a file, without the last line or character if that is incomplete."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data[: len(data) // 4 * 4]
    if b"\n" in data:
        return data[: data.rfind(b"\n") + 1]
    for length in range(len(data), max(0, len(data) - 4), -1):
        if data[length - 1] < 0x80 or (length < len(data) and data[length] & 0xC0 != 0x80):
            return data[:length]
    return data


def utf_8(name: str) -> str:
    """A file name read as UTF-8 in any locale; invalid bytes become surrogates."""
    return os.fsencode(name).decode("utf-8", "surrogateescape")


def safe_path(relative: str) -> str:
    """A path in NFC, with U+FFFD for each character that is unsafe to print."""
    name = unicodedata.normalize("NFC", utf_8(relative))
    return _UNSAFE.sub("\N{REPLACEMENT CHARACTER}", name)
