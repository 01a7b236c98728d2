"""The entry of a graph as a valid Agent Skill: name, header, first lines.

Format: the Agent Skills specification (agentskills.io): six keys, a name of lower-case
letters, digits and single hyphens that is the folder's, a description of at most 1,024
characters.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from skillagent.authoring.spelling import beside, file_name, one_line, scalar
from skillagent.errors import UsageError
from skillagent.graph import Node
from skillagent.markdown import scalar_text
from skillagent.markdown.edit import Edit

ENTRY = "SKILL.md"
KEYS = ("name", "description", "license", "compatibility", "metadata", "allowed-tools")
MAX_DESCRIPTION = 1_024
MAX_BYTES = 8_000
"""Some hosts cut an entry that is longer."""
LEGEND = "`[[name]]` is the file name.md in this folder or below it."

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def skill_name(folder: Path, name: str | None = None) -> str:
    """The name of the skill in a folder.

    Args:
        folder: not yet there.
        name: as its author gives it, in any spelling; None for that of the folder.

    Raises:
        UsageError: it is no name, or not that of the folder.
    """
    own = Path(os.path.abspath(folder)).name
    wanted = file_name(own if name is None else name)
    if len(wanted) > 64 or not _NAME.fullmatch(wanted):
        given = own if name is None else name
        raise UsageError(
            f"{given!r} makes no name of a skill: 1 to 64 of a-z, 0-9 and single hyphens"
        )
    if wanted != own:
        raise UsageError(
            f"a skill has the name of its folder: call the folder {wanted!r}, not {own!r}"
        )
    return wanted


def checked_description(text: str) -> str:
    """A description of a skill, on one line.

    Raises:
        UsageError: it is empty or too long.
    """
    line = one_line(text, "the description")
    if len(line) > MAX_DESCRIPTION:
        raise UsageError(f"a skill's description has at most {MAX_DESCRIPTION} characters")
    return line


def entry_text(name: str, title: str, description: str, links: Sequence[tuple[str, str]]) -> str:
    """A whole entry.

    Args:
        name: of the skill.
        title: its heading.
        description: what it is for and when to use it.
        links: a link, and when to follow it, of each map.
    """
    lines = [f"- {link} - {why}" for link, why in links]
    head = f"---\nname: {name}\ndescription: {scalar(description)}\n---\n\n# {title}\n\n"
    if not lines:
        return f"{head}{LEGEND} Link each map here, with the words that say when to go there.\n"
    listed = "\n".join(lines)
    return f"{head}{LEGEND} The words beside a link say when to go there.\n\n{listed}\n"


def entry_edits(
    node: Node, name: str, description: str | None = None
) -> tuple[tuple[Edit, ...], tuple[str, ...]]:
    """What makes a document the entry of a skill, and remarks on what its author should look at.

    Args:
        node: the document; its header, if it has one, is YAML.
        name: of the skill.
        description: where its header has none; None to take its first sentence.

    Raises:
        UsageError: its header cannot be read, so that nothing can be set in it.
    """
    document = node.document
    head = document.frontmatter
    given = description is not None
    if description is None:
        description = beside(node.description)[:MAX_DESCRIPTION] or f"About {beside(node.title)}"
    elif node.description_derived:
        description = checked_description(description)
    yaml = document.text.startswith("---")
    if (head.body_start or yaml) and not (head.fields and yaml):
        raise UsageError(f"{node.path}:1: its header cannot be read; mend it first")
    if not head.body_start:
        text = f"---\nname: {name}\ndescription: {scalar(description)}\n---\n\n"
        return (Edit(0, 0, text),), ()
    edits: list[Edit] = []
    remarks: list[str] = []
    added = ""
    if not node.description_derived and given:
        remarks.append("its own description was kept")
    if "description" not in head.fields:
        added += f"description: {scalar(description)}\n"
    if "name" not in head.fields:
        added = f"name: {name}\n{added}"
    elif scalar_text(head.fields["name"]) != name:
        line = head.lines["name"] - 2
        start = head.start + sum(len(row) + 1 for row in head.text.split("\n")[:line])
        row = head.text.split("\n")[line]
        edits.append(Edit(start, start + len(row), f"name: {name}"))
        remarks.append(f"its name {scalar_text(head.fields['name'])!r} became that of the folder")
    if added:
        edits.insert(0, Edit(head.start, head.start, added))
    if strange := sorted(set(head.fields) - set(KEYS)):
        remarks.append(f"some hosts refuse these keys in its header: {', '.join(strange)}")
    return tuple(edits), tuple(remarks)
