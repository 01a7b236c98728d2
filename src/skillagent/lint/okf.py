"""Rules of the Open Knowledge Format, by its specification 0.2 and what is known of 0.3.

What the specification demands (MUST, REQUIRED, and the three conditions of section 11) is an
error, what it recommends a warning. Everything in `OKF_RULES` is looked for only on request,
because an ordinary graph need not follow the format.

Above: the package, which finds rules by the name of a profile. Below: `okf_reserved`, `graph`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from skillagent.diagnostics import Diagnostic, finding
from skillagent.graph import Node
from skillagent.graph.okf import has_type, is_reserved, is_since
from skillagent.graph.trust import HUMAN, is_overtaken, moment, verifications
from skillagent.lint import okf_reserved
from skillagent.lint.inspection import Inspection
from skillagent.lint.okf_reserved import version_of
from skillagent.markdown import LinkKind, Value, footnotes, scalar_text

ATTESTED = "attested computation"
"""The type, case folded, whose concepts have `runtime`."""
STATES = ("draft", "stable", "deprecated")
"""The values of `status`."""
_SUFFIX = ".md"
_SHOWN_CHARS = 40
_ACTOR = re.compile(r"(?:human|process|team):\S+|[^\s:/]+/\S+")
_UNREAD = frozenset(("SG010", "SG011", "SG012", "SG017"))
"""Findings of the loader on a header that is no mapping in YAML."""


def _documents(inspection: Inspection) -> Iterator[Node]:
    """The files that are neither listings nor logs."""
    for node in inspection.graph.nodes.values():
        if node.path.endswith(_SUFFIX) and not is_reserved(node.path):
            yield node


def _concepts(inspection: Inspection) -> Iterator[Node]:
    """The files with a type."""
    return (node for node in _documents(inspection) if has_type(node.document.frontmatter))


def _is_strict(node: Node) -> bool:
    """Whether every document must be a concept, as it must before 0.3."""
    return not is_since(version_of(node), (0, 3))


def _has_header(node: Node) -> bool:
    return bool(node.document.frontmatter.body_start) and node.document.text.startswith("---")


def header(inspection: Inspection) -> Iterator[Diagnostic]:
    """A concept begins with a header in YAML."""
    for node in _documents(inspection):
        codes = {diagnostic.code for diagnostic in node.document.diagnostics}
        if not codes.isdisjoint(_UNREAD):
            yield finding("SG401", node.document.path, 1, "the header cannot be read as YAML")
        elif not _has_header(node) and _is_strict(node):
            yield finding("SG401", node.document.path, 1, "no header in YAML")


def type_(inspection: Inspection) -> Iterator[Diagnostic]:
    """The header of a concept has a type."""
    for node in _documents(inspection):
        head = node.document.frontmatter
        if _has_header(node) and not has_type(head) and _is_strict(node):
            line = head.lines.get("type", 1)
            yield finding("SG402", node.document.path, line, "no `type` in the header")


def no_concept(inspection: Inspection) -> Iterator[Diagnostic]:
    """Since 0.3, a file without a type is passed over by those that read a bundle."""
    for node in _documents(inspection):
        if not _is_strict(node) and not has_type(node.document.frontmatter):
            yield finding("SG417", node.document.path, 1, "no concept, because it has no `type`")


def runtime(inspection: Inspection) -> Iterator[Diagnostic]:
    """An attested computation says what runs it."""
    for node in _attested(inspection):
        if not scalar_text(node.document.frontmatter.get("runtime")).strip():
            yield _at("SG407", node, "type", "an attested computation without `runtime`")


def computation(inspection: Inspection) -> Iterator[Diagnostic]:
    """An attested computation is in its text or in a file, and not in both."""
    for node in _attested(inspection):
        in_file = bool(scalar_text(node.document.frontmatter.get("computation")).strip())
        in_text = any(title.casefold() == "computation" for title in _titles(node))
        if in_file and in_text:
            message = "the computation is in the text and in a file"
            yield _at("SG415", node, "computation", message)
        elif not in_file and not in_text:
            message = "no computation: neither `computation` nor a section of this name"
            yield _at("SG415", node, "type", message)


def _titles(node: Node) -> Iterator[str]:
    return (heading.title.strip() for heading in node.document.headings)


def _attested(inspection: Inspection) -> Iterator[Node]:
    return (node for node in _concepts(inspection) if node.declared_kind.casefold() == ATTESTED)


def sources(inspection: Inspection) -> Iterator[Diagnostic]:
    """Every source names a resource."""
    for node in _concepts(inspection):
        value = node.document.frontmatter.get("sources")
        if value is None:
            continue
        entries = value if isinstance(value, tuple) else (value,)
        for number, entry in enumerate(entries, 1):
            resource = entry.get("resource") if isinstance(entry, Mapping) else None
            if not scalar_text(resource).strip():
                yield _at("SG408", node, "sources", f"source {number} has no `resource`")


def generated(inspection: Inspection) -> Iterator[Diagnostic]:
    """`generated` says who wrote the concept."""
    for node in _concepts(inspection):
        value = node.document.frontmatter.get("generated")
        if value is None:
            continue
        by = value.get("by") if isinstance(value, Mapping) else None
        if not scalar_text(by).strip():
            yield _at("SG409", node, "generated", "`generated` does not say by whom")


def moments(inspection: Inspection) -> Iterator[Diagnostic]:
    """Every moment is a day and a time with an offset from UTC."""
    for node in _concepts(inspection):
        for key, path, value in _moments(node.document.frontmatter.fields):
            text = scalar_text(value).strip()
            if text and moment(value) is None:
                message = f"{path}: {text[:_SHOWN_CHARS]!r} is no day and time with an offset"
                yield _at("SG410", node, key, message)


def _moments(fields: Mapping[str, Value]) -> Iterator[tuple[str, str, Value]]:
    """The key, the whole path and the value of each moment in a header."""
    yield "stale_after", "stale_after", fields.get("stale_after")
    for event in _mappings(fields.get("generated")):
        yield "generated", "generated.at", event.get("at")
    for event in verifications(fields.get("verified")):
        yield "verified", "verified.at", event.get("at")
    for window in _mappings(fields.get("usage_window")):
        for end in ("from", "to"):
            yield "usage_window", f"usage_window.{end}", window.get(end)
    for source in _mappings(fields.get("sources")):
        yield "sources", "sources.last_modified", source.get("last_modified")


def _mappings(value: Value) -> tuple[Mapping[str, Value], ...]:
    values = value if isinstance(value, tuple) else (value,)
    return tuple(one for one in values if isinstance(one, Mapping))


def actors(inspection: Inspection) -> Iterator[Diagnostic]:
    """Whoever writes or confirms is named in the form of an actor."""
    for node in _concepts(inspection):
        fields = node.document.frontmatter.fields
        events = [("generated", event) for event in _mappings(fields.get("generated"))]
        events += [("verified", event) for event in verifications(fields.get("verified"))]
        for key, event in events:
            by = scalar_text(event.get("by")).strip()
            if by and not _ACTOR.fullmatch(by):
                message = f"{key}.by: {by[:_SHOWN_CHARS]!r} is no actor, such as {HUMAN}ann"
                yield _at("SG411", node, key, message)


def verified(inspection: Inspection) -> Iterator[Diagnostic]:
    """Every verification says who confirmed the concept, and when."""
    for node in _concepts(inspection):
        value = node.document.frontmatter.get("verified")
        if value is None:
            continue
        events = value if isinstance(value, tuple) else (value,)
        for number, event in enumerate(events, 1):
            known = event if isinstance(event, Mapping) else {}
            if lacks := [key for key in ("by", "at") if not scalar_text(known.get(key)).strip()]:
                message = f"verification {number} has no `{'` and no `'.join(lacks)}`"
                yield _at("SG418", node, "verified", message)


def overtaken(inspection: Inspection) -> Iterator[Diagnostic]:
    """Since 0.3, a verification that is older than the content does not count."""
    for node in _concepts(inspection):
        fields = node.document.frontmatter.fields
        events = verifications(fields.get("verified"))
        if not _is_strict(node) and events and all(is_overtaken(one, fields) for one in events):
            message = "no verification counts: the content is newer than each"
            yield _at("SG422", node, "verified", message)


def status(inspection: Inspection) -> Iterator[Diagnostic]:
    """The status is one of three words."""
    for node in _concepts(inspection):
        text = scalar_text(node.document.frontmatter.get("status")).strip()
        if text and text not in STATES:
            message = f"status: {text[:_SHOWN_CHARS]!r} is none of {', '.join(STATES)}"
            yield _at("SG412", node, "status", message)


def citations(inspection: Inspection) -> Iterator[Diagnostic]:
    """A footnote of a concept with sources names the id of one of them."""
    for node in _concepts(inspection):
        document = node.document
        entries = _mappings(document.frontmatter.get("sources"))
        ids = {scalar_text(entry.get("id")).strip().casefold() for entry in entries}
        seen: set[str] = set()
        line, counted = 1, 0
        used = footnotes.used(
            document.text, document.frontmatter.body_start, document.excluded.code
        )
        for note in used if entries else ():
            if note.name not in ids and note.name not in seen:
                seen.add(note.name)
                line += document.text.count("\n", counted, note.start)
                counted = note.start
                message = f"the footnote [^{note.name[:_SHOWN_CHARS]}] is the id of no source"
                yield finding("SG413", document.path, line, message)


def superseded(inspection: Inspection) -> Iterator[Diagnostic]:
    """Keys and sections of version 0.1 that a later version replaced."""
    for node in _concepts(inspection):
        fields = node.document.frontmatter.fields
        if "timestamp" in fields and "generated" not in fields:
            yield _at("SG414", node, "timestamp", "`timestamp` is now `generated.at`")
        for heading in node.document.headings:
            if heading.title.strip().casefold() == "citations" and "sources" not in fields:
                message = "the section Citations is now `sources` in the header"
                yield finding("SG414", node.document.path, heading.line, message)


def description(inspection: Inspection) -> Iterator[Diagnostic]:
    """A concept has a description of one sentence in its header."""
    for node in _concepts(inspection):
        if not scalar_text(node.document.frontmatter.get("description")).strip():
            yield finding("SG416", node.document.path, 1, "no `description` in the header")


def wikilinks(inspection: Inspection) -> Iterator[Diagnostic]:
    """Concepts link to each other by Markdown links."""
    for node in inspection.graph.nodes.values():
        for link in inspection.graph.links_from(node.id):
            if link.kind in (LinkKind.WIKILINK, LinkKind.EMBED):
                message = f"[[{link.name[:_SHOWN_CHARS]}]] is no link of the format"
                yield finding("SG419", node.document.path, link.line, message)


def _at(code: str, node: Node, key: str, message: str) -> Diagnostic:
    """A finding on a key of a header."""
    line = node.document.frontmatter.lines.get(key, 1)
    return finding(code, node.document.path, line, message)


OKF_RULES: Mapping[str, Callable[[Inspection], Iterable[Diagnostic]]] = {
    "okf-header": header,
    "okf-type": type_,
    "okf-listing-header": okf_reserved.listing_header,
    "okf-listing-form": okf_reserved.listing_form,
    "okf-log-dates": okf_reserved.log_dates,
    "okf-log-order": okf_reserved.log_order,
    "okf-runtime": runtime,
    "okf-source-resource": sources,
    "okf-generated-by": generated,
    "okf-moments": moments,
    "okf-actors": actors,
    "okf-status": status,
    "okf-citations": citations,
    "okf-superseded": superseded,
    "okf-computation": computation,
    "okf-description": description,
    "okf-no-concept": no_concept,
    "okf-verified": verified,
    "okf-wikilinks": wikilinks,
    "okf-listing-descriptions": okf_reserved.listing_descriptions,
    "okf-log-header": okf_reserved.log_header,
    "okf-overtaken": overtaken,
    "okf-version": okf_reserved.version,
}
"""Name → rule, in the order of their codes, SG401 to SG423."""
