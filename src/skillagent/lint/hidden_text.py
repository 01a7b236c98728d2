"""Rules about text that a person does not see, but that a program would send to a model.

`disclosure` removes it unless asked not to; these findings tell the author. A file has one
finding of each kind, at the first place.
"""

from __future__ import annotations

from collections.abc import Iterator

from skillagent.diagnostics import Diagnostic, finding
from skillagent.graph import Node
from skillagent.lint.inspection import Inspection
from skillagent.markdown import Document, scalar_text
from skillagent.markdown.hidden import Hidden, HiddenRun, controls, runs
from skillagent.markdown.inline import without_tags

_KINDS = {
    Hidden.TAGS: ("SG201", "tag characters, which nothing shows"),
    Hidden.ZERO_WIDTH: ("SG202", "characters without width, where no script or emoji needs them"),
    Hidden.DIRECTION: ("SG203", "controls of direction, which show a text in another order"),
    Hidden.SELECTORS: ("SG204", "variation selectors in a row, which can carry a text"),
    Hidden.INVISIBLE: ("SG205", "invisible characters"),
}
SPELLED = 60
"""Characters of a hidden text that a message shows."""


def characters(inspection: Inspection) -> Iterator[Diagnostic]:
    """Hidden and control characters in a file's text, its header's values and its name."""
    for node in inspection.graph.nodes.values():
        document = node.document
        codes: set[str] = set()
        for line, text in _texts(node):
            for diagnostic in _of_text(document.path, line, text):
                if diagnostic.code not in codes:
                    codes.add(diagnostic.code)
                    yield diagnostic


def _texts(node: Node) -> Iterator[tuple[int, str]]:
    """Every text of a node with the number of its first line; 0 for the file's name."""
    document = node.document
    yield 1, document.text
    header = document.frontmatter
    if "\\" in header.text:
        # An escape in a quoted value becomes a character only when it is read.
        for key, value in header.fields.items():
            yield header.lines.get(key, 1), f"{key}: {scalar_text(value)}"
    yield 0, node.path


def _of_text(path: str, first: int, text: str) -> Iterator[Diagnostic]:
    places: dict[Hidden, list[HiddenRun]] = {}
    for run in runs(text):
        places.setdefault(run.kind, []).append(run)
    for kind, kind_runs in places.items():
        code, what = _KINDS[kind]
        count = sum(run.end - run.start for run in kind_runs)
        spelled = _spelled(text, kind_runs) if kind is Hidden.TAGS else ""
        line = _line(first, text, kind_runs[0].start)
        yield finding(code, path, line, f"{count} {what}{spelled}")
    if controlling := [match.start() for match in controls(text)]:
        message = f"{len(controlling)} control characters; each is shown as U+FFFD"
        yield finding("SG206", path, _line(first, text, controlling[0]), message)


def _line(first: int, text: str, position: int) -> int:
    return first + text.count("\n", 0, position) if first else 0


def _spelled(text: str, tag_runs: list[HiddenRun]) -> str:
    numbers = (ord(char) - 0xE0000 for run in tag_runs for char in text[run.start : run.end])
    letters = "".join(chr(number) for number in numbers if 0x20 <= number < 0x7F)
    return f"; they spell {letters[:SPELLED]!r}" if letters else ""


def comments(inspection: Inspection) -> Iterator[Diagnostic]:
    """HTML and Obsidian comments that contain text."""
    for node in inspection.graph.nodes.values():
        document = node.document
        spans = [
            (start, end)
            for start, end in zip(*document.comments, strict=True)
            if document.text[start:end].strip("<!->% \t\n")
        ]
        for code, mark, name in (("SG207", "<!--", "<!-- -->"), ("SG208", "%%", "%% %%")):
            own = [span for span in spans if document.text.startswith(mark, span[0])]
            if own:
                yield _comments(document, code, name, own)


def elements(inspection: Inspection) -> Iterator[Diagnostic]:
    """HTML elements with text that a browser does not show."""
    for node in inspection.graph.nodes.values():
        document, text = node.document, node.document.text
        own = [
            (start, end)
            for start, end in zip(*document.excluded.comments, strict=True)
            if not text.startswith("%%", start) and without_tags(text[start:end]).strip()
        ]
        if own:
            noun = "element" if len(own) == 1 else "elements"
            message = (
                f"{len(own)} hidden {noun}, the first {text[own[0][0] : own[0][1]][:SPELLED]!r}"
            )
            yield finding("SG210", document.path, text.count("\n", 0, own[0][0]) + 1, message)


def _comments(document: Document, code: str, name: str, spans: list[tuple[int, int]]) -> Diagnostic:
    text = document.text
    message = f"{len(spans)} {'comment' if len(spans) == 1 else 'comments'} in {name}"
    place = spans[0][0]
    start, end = spans[-1]
    if name.startswith("<") and end == len(text) and not text.startswith("-->", end - 3):
        message += "; the last one is never closed and hides the rest of the file"
        place = start
    return finding(code, document.path, text.count("\n", 0, place) + 1, message)
