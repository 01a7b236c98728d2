"""Rules of hosts and of the reference validator of Agent Skills, for each SKILL.md in a graph.

Source: the specification (https://agentskills.io/specification) and its validator, the
package `skills-ref`. Messages have the validator's wording; a test compares both. A graph
without a SKILL.md has none of these findings.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from skillagent.diagnostics import Diagnostic, finding
from skillagent.lint.inspection import Inspection
from skillagent.lint.skill_header import SkillHeader

REFERENCE_CODES = frozenset(f"SG{number}" for number in range(101, 120))
"""Codes of what the reference validator rejects; all others are advice for hosts."""

ALLOWED_FIELDS = (
    "allowed-tools",
    "compatibility",
    "description",
    "license",
    "metadata",
    "name",
)
MAX_NAME = 64
MAX_DESCRIPTION = 1024
MAX_COMPATIBILITY = 500
MAX_BYTES = 8_000
"""Codex shows a model no more of a SKILL.md; counted with CRLF line ends."""
MAX_LINES = 500
MAX_TOKENS = 5_000
_ASCII_NAME = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")


def header(inspection: Inspection) -> Iterator[Diagnostic]:
    """A header that is missing, not closed, invalid YAML, refused by strictyaml, or not a map."""
    for skill in inspection.skills:
        if error := skill.error:
            yield finding(error.code, skill.node.document.path, error.line, str(error))


def fields(inspection: Inspection) -> Iterator[Diagnostic]:
    """Keys other than the six of the specification."""
    for skill in inspection.skills:
        if skill.header is None:
            continue
        extra = [key for key in skill.header.fields if key not in ALLOWED_FIELDS]
        if extra:
            message = (
                f"Unexpected fields in frontmatter: {', '.join(sorted(extra))}. "
                f"Only {list(ALLOWED_FIELDS)} are allowed."
            )
            yield skill.finding("SG106", extra[0], message)


def name(inspection: Inspection) -> Iterator[Diagnostic]:
    """The name must be valid (short, lower case, letters, digits, hyphens) and the folder's."""
    for skill in inspection.skills:
        if skill.header is not None:
            for code, message in _name_errors(skill.header, skill.folder):
                yield skill.finding(code, "name", message)


def _name_errors(header: SkillHeader, folder: str) -> Iterator[tuple[str, str]]:
    if "name" not in header.fields:
        yield "SG107", "Missing required field in frontmatter: name"
        return
    value = header.fields["name"]
    if not isinstance(value, str) or not value.strip():
        yield "SG108", "Field 'name' must be a non-empty string"
        return
    name = unicodedata.normalize("NFKC", value.strip())
    if len(name) > MAX_NAME:
        message = f"Skill name '{name}' exceeds {MAX_NAME} character limit ({len(name)} chars)"
        yield "SG109", message
    if name != name.lower():
        yield "SG110", f"Skill name '{name}' must be lowercase"
    if name.startswith("-") or name.endswith("-"):
        yield "SG111", "Skill name cannot start or end with a hyphen"
    if "--" in name:
        yield "SG112", "Skill name cannot contain consecutive hyphens"
    if not all(char.isalnum() or char == "-" for char in name):
        message = (
            f"Skill name '{name}' contains invalid characters. "
            "Only letters, digits, and hyphens are allowed."
        )
        yield "SG113", message
    elif name == name.lower() and not _ASCII_NAME.issuperset(name):
        yield "SG124", f"Skill name '{name}' holds letters other than a-z; some hosts refuse it"
    if unicodedata.normalize("NFKC", folder) != name:
        yield "SG114", f"Directory name '{folder}' must match skill name '{name}'"


def description(inspection: Inspection) -> Iterator[Diagnostic]:
    """The description must exist and not be too long."""
    for skill in inspection.skills:
        if skill.header is None:
            continue
        if "description" not in skill.header.fields:
            message = "Missing required field in frontmatter: description"
            yield skill.finding("SG115", "description", message)
            continue
        value = skill.header.fields["description"]
        if not isinstance(value, str) or not value.strip():
            message = "Field 'description' must be a non-empty string"
            yield skill.finding("SG116", "description", message)
        elif len(value) > MAX_DESCRIPTION:
            message = f"Description exceeds {MAX_DESCRIPTION} character limit ({len(value)} chars)"
            yield skill.finding("SG117", "description", message)


def compatibility(inspection: Inspection) -> Iterator[Diagnostic]:
    """The compatibility, if given, must be a text of 1 to 500 characters."""
    for skill in inspection.skills:
        if skill.header is None or "compatibility" not in skill.header.fields:
            continue
        value = skill.header.fields["compatibility"]
        if not isinstance(value, str):
            message = "Field 'compatibility' must be a string"
            yield skill.finding("SG118", "compatibility", message)
        elif len(value) > MAX_COMPATIBILITY:
            message = (
                f"Compatibility exceeds {MAX_COMPATIBILITY} character limit ({len(value)} chars)"
            )
            yield skill.finding("SG119", "compatibility", message)
        elif not value.strip():
            message = "Field 'compatibility' is empty: the specification wants 1-500 characters"
            yield skill.finding("SG120", "compatibility", message)


def types(inspection: Inspection) -> Iterator[Diagnostic]:
    """Types of values that the specification requires and only strict hosts check."""
    for skill in inspection.skills:
        if skill.header is None:
            continue
        fields = skill.header.fields
        if not isinstance(fields.get("allowed-tools", ""), str):
            message = "Field 'allowed-tools' must be a space-separated string"
            yield skill.finding("SG121", "allowed-tools", message)
        metadata = fields.get("metadata", {})
        if not isinstance(metadata, dict) or not all(
            isinstance(value, str) for value in metadata.values()
        ):
            message = "Field 'metadata' must be a map from string keys to string values"
            yield skill.finding("SG122", "metadata", message)
        if not isinstance(fields.get("license", ""), str):
            yield skill.finding("SG123", "license", "Field 'license' must be a string")


def size(inspection: Inspection) -> Iterator[Diagnostic]:
    """Limits of hosts: bytes of the file, lines and tokens of the body."""
    for skill in inspection.skills:
        text = skill.node.document.text
        path = skill.node.document.path
        if (length := crlf_bytes(text)) > MAX_BYTES:
            message = (
                f"{length} bytes with CRLF line ends: Codex shows a model only the first "
                f"{MAX_BYTES}"
            )
            yield finding("SG130", path, 0, message)
        body = skill.header.body if skill.header else skill.node.document.body.strip()
        if (lines := body.count("\n") + 1) > MAX_LINES:
            message = f"the body has {lines} lines; keep SKILL.md under {MAX_LINES} lines"
            yield finding("SG131", path, 0, message)
        # A token has at least one byte, so most bodies need not be counted.
        if len(body.encode("utf-8", "replace")) > MAX_TOKENS:
            counter = inspection.counter
            if (tokens := counter.count(body)) > MAX_TOKENS:
                message = (
                    f"the body has {tokens} tokens ({counter.name}); fewer than "
                    f"{MAX_TOKENS} are recommended"
                )
                yield finding("SG132", path, 0, message)


def crlf_bytes(text: str) -> int:
    """Bytes of a text as UTF-8 with every line end as CRLF."""
    return len(text.encode("utf-8", "replace")) + text.count("\n")


def place(inspection: Inspection) -> Iterator[Diagnostic]:
    """A SKILL.md below the folder of another one."""
    skills = inspection.skills
    folders = {(skill.node.root, skill.node.path.rpartition("/")[0]) for skill in skills}
    for skill in skills:
        folder = skill.node.path.rpartition("/")[0]
        while folder:
            folder = folder.rpartition("/")[0]
            if (skill.node.root, folder) in folders:
                outer = f"{folder}/SKILL.md" if folder else "SKILL.md"
                message = f"it is inside the skill of {outer}: no host lists it"
                yield finding("SG133", skill.node.document.path, 0, message)
                break
