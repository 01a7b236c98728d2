"""Restores the bytes of a node's file from the node's text and a few facts about the file."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from skillagent import digest
from skillagent.errors import GraphError
from skillagent.graph import Node, Root
from skillagent.graph.attachments import on_disk
from skillagent.graph.walk import read_bytes

_BOM = "\ufeff"
_NEWLINES = ("\n", "\r\n", "\r")


def byte_form(node: Node, root: Root) -> dict[str, Any]:
    """What is needed, in addition to a node's text, to restore its file byte by byte.

    Returns:
        `newline` and `bom` (whether the file has a byte order mark); or, if these and the text
        do not give the file's bytes, only `original`, the bytes in base64.

    Raises:
        GraphError: the bytes must be read again, and the file has changed since the load.
    """
    text = node.document.text
    for newline in _NEWLINES:
        for bom in (False, True):
            form = {"newline": newline, "bom": bom}
            if digest.sha256(bytes_of(text, form)) == node.digest:
                return form
    return {"original": base64.b64encode(_read_again(node, root)).decode()}


def bytes_of(text: str, form: Mapping[str, Any]) -> bytes:
    """The bytes of a file, from its text and its `byte_form`.

    Raises:
        ValueError: the base64 is damaged.
    """
    if "original" in form:
        return base64.b64decode(form["original"], validate=True)
    text = (_BOM if form["bom"] else "") + text.replace("\n", form["newline"])
    return text.encode("utf-8", "surrogatepass")


def _read_again(node: Node, root: Root) -> bytes:
    try:
        data = read_bytes(root, on_disk(root, node.path))
    except OSError as error:
        raise GraphError(f"{node.document.path}: cannot be read again: {error}") from None
    if digest.sha256(data) != node.digest:
        raise GraphError(f"{node.document.path}: changed while it was exported; try again")
    return data
