"""The HTML file of a run: its style, its script, and the keys that the script knows.

Above: `run_report`. Below: `html`.
"""

from __future__ import annotations

from skillagent.html.document import document, resource
from skillagent.html.markup import Markup, element, joined

_PACKAGE = "skillagent.exports.report"
_KEYS = (
    ("j or ↓", "next call (the arrow only when a call has the focus)"),
    ("k or ↑", "previous call"),
    ("Enter", "open or close the call"),
    ("a", "open or close all calls"),
    ("?", "show or hide these keys"),
)


def report_document(title: str, header: Markup, *sections: Markup) -> str:
    """A whole HTML file; see `html.document.document`."""
    style, script = resource(_PACKAGE, "report.css"), resource(_PACKAGE, "report.js")
    return document(title, header, *sections, style=style, script=script, ending=_keys())


def _keys() -> Markup:
    """The button and the dialog for the keys; the script shows the button."""
    rows = [
        joined([element("dt", element("kbd", key)), element("dd", what)]) for key, what in _KEYS
    ]
    choice = element("label", Markup('<input type="checkbox" checked> '), "Use these keys")
    close = element("button", "Close", type="button")
    title = element("h2", "Keys", id="keys-title")
    parts = title, element("dl", *rows), element("p", choice), element("p", close)
    dialog = element("dialog", *parts, id="keys", aria_labelledby="keys-title")
    button = element("button", "Keys (?)", type="button")
    return joined([element("footer", button, id="keys-button", hidden=True), dialog])
