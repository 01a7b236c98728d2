"""Decode the bytes of a file: encoding, line ends, and characters that no text should contain.

Above: `graph.walk`, which reads the files, and `document`, which parses the text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from skillagent.diagnostics import Diagnostic

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


def decode(data: bytes, path: str) -> tuple[str, list[Diagnostic]]:
    """The text of a file, and findings about what had to be repaired.

    Files should be UTF-8. UTF-16 and UTF-32 are recognised by their byte order mark, UTF-16
    also by its zero bytes. Anything else is read as Windows-1252, which can read any file.

    Args:
        data: the bytes of the file.
        path: the path that findings name.
    """
    findings: list[Diagnostic] = []
    encoding = next((name for mark, name in _BOMS if data.startswith(mark)), "utf-8")
    if encoding == "utf-8" and b"\0" in data[:128]:
        for nulls, name in ((data[1:128:2], "utf-16-le"), (data[0:128:2], "utf-16-be")):
            if len(nulls) > 1 and nulls.count(0) > 0.8 * len(nulls):
                encoding = name
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = _with_line_feeds(data[: error.start].decode(encoding, "replace")).count("\n") + 1
        wrong = encoding
        encoding = "cp1252"
        text = (
            data.decode("cp1252", "replace") if wrong == "utf-8" else data.decode(wrong, "replace")
        )
        findings.append(_finding("SG003", path, line, f"not {wrong}; read with replacements"))
    else:
        if encoding not in ("utf-8", "utf-8-sig"):
            findings.append(_finding("SG003", path, 1, f"encoded as {encoding}, not UTF-8"))
    text = _with_line_feeds(text)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        findings.append(_finding("SG004", path, line, "NUL bytes; they were left out"))
        text = text.replace("\0", "")
    if not text.strip():
        findings.append(_finding("SG005", path, 0, "the file is empty"))
    return text, findings


def _with_line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _finding(code: str, path: str, line: int, message: str) -> Diagnostic:
    from skillagent.diagnostics import finding  # late: most files have none

    return finding(code, path, line, message)
