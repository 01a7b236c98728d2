"""Writes the entry of a graph as a valid Agent Skill: name, header, first lines.

Format: the Agent Skills specification (agentskills.io): six keys, a name of lower-case
letters, digits and single hyphens that is the folder's, a description of at most 1,024
characters.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from skillagent.authoring.link_writer import beside, file_name, one_line
from skillagent.errors import UsageError
from skillagent.graph import Node
from skillagent.lint.agent_skills import (
    ALLOWED_FIELDS,
    MAX_BYTES,
    MAX_COMPATIBILITY,
    MAX_DESCRIPTION,
    MAX_LINES,
    crlf_bytes,
)
from skillagent.lint.skill_header import HeaderError, read_skill_header
from skillagent.markdown import Document, Value, scalar_text
from skillagent.markdown.compose import HeaderValue, Quoted, composed, header_edit, header_lines
from skillagent.markdown.edit import Edit, edited
from skillagent.markdown.prose import shortened

ENTRY = "SKILL.md"
LEGEND = "`[[name]]` is the file name.md in this folder or below it."
WHY_LEGEND = "The words beside a link say when to go there."

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_DASHES = re.compile(r"-{3,}")


def skill_name(folder: Path) -> str:
    """The name of the skill in a folder, which is the folder's name.

    Args:
        folder: need not exist yet.

    Raises:
        UsageError: the folder's name is not valid for a skill.
    """
    own = Path(os.path.abspath(folder)).name
    wanted = file_name(own)
    if len(wanted) > 64 or not _NAME.fullmatch(wanted):
        raise UsageError(f"{own!r} cannot name a skill: use 1 to 64 of a-z, 0-9 and single hyphens")
    if wanted != own:
        raise UsageError(
            f"a skill has the name of its folder: call the folder {wanted!r}, not {own!r}"
        )
    return wanted


def title_of(name: str) -> str:
    """The words of a file name, or of a folder's, as a title."""
    text = " ".join(file_name(name).split("-")) or name
    return text[:1].upper() + text[1:]


def fits_hosts(text: str) -> bool:
    """True for an entry that every host shows whole."""
    return crlf_bytes(text) <= MAX_BYTES and text.count("\n") < MAX_LINES


def checked_description(text: str) -> str:
    """A description of a skill, on one line.

    Raises:
        UsageError: it is empty or too long.
    """
    line = _without_dashes(one_line(text, "the description"))
    if len(line) > MAX_DESCRIPTION:
        raise UsageError(f"a skill's description has at most {MAX_DESCRIPTION} characters")
    return line


def entry_text(name: str, title: str, description: str, links: Sequence[tuple[str, str]]) -> str:
    """A whole entry.

    Args:
        name: name of the skill.
        title: its heading.
        description: what it is for and when to use it.
        links: for each map a link and when to follow it; may be empty.
    """
    head = f"{composed({'name': name, 'description': description})}\n# {title}\n\n{LEGEND}"
    if not links:
        return f"{head}\n"
    listed = "\n".join(f"- {link} - {why}" if why else f"- {link}" for link, why in links)
    return f"{head} {WHY_LEGEND}\n\n{listed}\n"


def entry_edits(
    node: Node, name: str, description: str | None = None
) -> tuple[tuple[Edit, ...], tuple[str, ...]]:
    """Edits that make a document the entry of a valid skill, and remarks for its author.

    A header in which only the name is wrong keeps all other bytes. Any other invalid header is
    rewritten; keys that the specification does not define become texts under `metadata`.

    Args:
        node: the document; its header, if it has one, is YAML.
        name: name of the skill.
        description: used if the header has none; None for the first sentence or the title.

    Raises:
        UsageError: its header cannot be read, so it cannot be changed.
    """
    document = node.document
    head = document.frontmatter
    yaml = document.text.startswith("---")
    if (head.body_start or yaml) and not (head.fields and yaml):
        raise UsageError(f"{node.path}:1: its header cannot be read; correct it first")
    for late in (one for one in document.diagnostics if one.code == "SG017"):
        raise UsageError(f"{node.path}:{late.line}: {late.message}; remove them first")
    remarks: list[str] = []
    if description is not None and not node.description_derived:
        remarks.append("its own description was kept")
    if description is None or not node.description_derived:
        own = shortened(_without_dashes(beside(node.description)), MAX_DESCRIPTION)
        if node.description_derived:
            remarks.append("its description says at most what it contains: add when to use it")
        description = own or _without_dashes(beside(node.title)) or name
    else:
        description = checked_description(description)
    if not head.body_start:
        return (Edit(0, 0, f"{composed({'name': name, 'description': description})}\n"),), (
            *remarks,
        )
    old = scalar_text(head.get("name"))
    if old and old != name:
        remarks.append(f"its name {old!r} became that of the folder")
    edits = _in_place(document, name, description)
    if edits is None:
        edits = (Edit(0, head.body_start, _anew(document, name, description)),)
        if foreign := sorted(key for key in head.fields if key.casefold() not in ALLOWED_FIELDS):
            remarks.append(f"keys that hosts refuse are under metadata now: {', '.join(foreign)}")
    return edits, tuple(remarks)


def _in_place(document: Document, name: str, description: str) -> tuple[Edit, ...] | None:
    """Edits that add missing keys and set the name; None if the header would still be invalid."""
    head = document.frontmatter
    required = {"name": name, "description": description}
    missing = {key: value for key, value in required.items() if key not in head.fields}
    edits = []
    if missing:
        edits.append(Edit(head.start, head.start, header_lines(missing)))
    if "name" not in missing and head.fields["name"] != name:
        renamed = header_edit(document, "name", name)
        if renamed is None:
            return None
        edits.append(renamed)
    return tuple(edits) if is_valid_entry(edited(document.text, edits)) else None


def is_valid_entry(text: str) -> bool:
    """True if hosts and the reference validator accept the fields in the header of a SKILL.md.

    Args:
        text: the whole file.
    """
    try:
        fields = dict(read_skill_header(text).fields)
    except HeaderError:
        return False
    metadata = fields.pop("metadata", {})
    limits = {"description": MAX_DESCRIPTION, "compatibility": MAX_COMPATIBILITY}
    return (
        set(fields) <= set(ALLOWED_FIELDS)
        and isinstance(metadata, dict)
        and all(isinstance(value, str) for value in metadata.values())
        and all(
            isinstance(value, str) and value.strip() and len(value) <= limits.get(key, len(value))
            for key, value in fields.items()
        )
    )


def _anew(document: Document, name: str, description: str) -> str:
    """A valid header with all data of an invalid one, comments first."""
    head = document.frontmatter
    fields: dict[str, HeaderValue] = {"name": name, "description": Quoted(description)}
    if text := _text(head.get("license")):
        fields["license"] = Quoted(text)
    if text := _text(head.get("compatibility")):
        fields["compatibility"] = Quoted(shortened(text, MAX_COMPATIBILITY))
    tools = head.get("allowed-tools")
    if text := " ".join(map(scalar_text, tools)) if isinstance(tools, tuple) else _text(tools):
        fields["allowed-tools"] = Quoted(text)
    metadata: dict[str, str] = {}
    old_metadata = head.get("metadata")
    if not isinstance(old_metadata, Mapping):
        old_metadata = {"metadata": old_metadata} if old_metadata else {}
    foreign = {key: head.fields[key] for key in head.fields if key.casefold() not in ALLOWED_FIELDS}
    for key, value in (*old_metadata.items(), *foreign.items()):
        while key in metadata:
            key += "-2"
        metadata[key] = Quoted(_text(value))
    if metadata:
        fields["metadata"] = metadata
    comments = [line for line in head.text.split("\n") if line.startswith("#")]
    if any("---" in line for line in comments):
        comments = []  # the reference validator would end the header there
    return composed(fields).replace("---\n", "\n".join(["---", *comments, ""]), 1)


def _text(value: Value) -> str:
    """A value as one text; a list of scalars is joined with commas."""
    if isinstance(value, tuple) and all(not isinstance(item, (tuple, Mapping)) for item in value):
        return _without_dashes(", ".join(map(scalar_text, value)))
    return _without_dashes(scalar_text(value))


def _without_dashes(text: str) -> str:
    """The text without `---`, at which the reference validator would end the header."""
    return _DASHES.sub("—", text)
