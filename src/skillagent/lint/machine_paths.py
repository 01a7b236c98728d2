"""The rule about paths in a text that exist on the author's own machine only.

Links to such paths are found when the graph is loaded: they are broken, or lead out of the graph.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from skillagent.diagnostics import Diagnostic, finding
from skillagent.lint.inspection import Inspection, more_in_file
from skillagent.markdown import Document
from skillagent.markdown.link_targets import destinations
from skillagent.markdown.prose import shortened

SHOWN_CHARS = 60
"""Characters of a path that a finding shows."""
# Not `/home/NAME`: in texts about containers and servers these are accounts of theirs.
_OWN_PATH = re.compile(
    r"(?<![\w./:~-])(?:/Users/|[A-Za-z]:\\{1,2}Users\\{1,2})"
    r"(?!\w*(?:you|user|name|example|shared|public|runner|admin|default)|(?:me|my|foo|bar)\b)"
    r"[A-Za-z][\w.-]*[/\\][\w./\\-]*",
    re.IGNORECASE,
)
"""A path in the folder of a person on macOS or Windows; not of one that stands for any."""


def machine_path(inspection: Inspection) -> Iterator[Diagnostic]:
    """Paths in the folder of one person, in prose or code; the first of each file."""
    for node in inspection.graph.nodes.values():
        document = node.document
        if "Users" not in document.text:
            continue
        places = list(_outside_links(document))
        if places:
            line = document.text.count("\n", 0, places[0].start()) + 1
            path = shortened(places[0][0], SHOWN_CHARS)
            message = f"{path} exists on one machine only{more_in_file(len(places))}"
            yield finding("SG335", document.path, line, message)


def _outside_links(document: Document) -> Iterator[re.Match[str]]:
    """The paths of a body that are no address of a link, in order."""
    text, body = document.text, document.frontmatter.body_start
    spans = [(link.start, link.end) for link in document.references]
    addresses = destinations(text, body, len(text), document.excluded.code)
    spans += [(address.start, address.stop) for address in addresses]
    spans.sort()
    at = stop = 0
    for match in _OWN_PATH.finditer(text, body):
        while at < len(spans) and spans[at][0] <= match.start():
            stop = max(stop, spans[at][1])
            at += 1
        if stop <= match.start():
            yield match
