"""The HTML file with a picture: everything in it, nothing fetched.

The data is a script element of JSON, which no browser runs; the page reads it.

Above: the command `view`, `server`. Below: `picture`, `html`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from skillagent.graph import NodeKind
from skillagent.html.document import content_security_policy, document, resource
from skillagent.html.markup import Markup, element, joined
from skillagent.viewer.picture import Picture

_PACKAGE = "skillagent.viewer"
_UNSAFE = re.compile("[<>&\u2028\u2029\ud800-\udfff]")


def page(picture: Picture, walks: Sequence[Mapping[str, Any]] = ()) -> str:
    """The whole HTML file.

    Args:
        picture: the graph that it shows.
        walks: recorded runs to draw on it, in the form that `page/walks.js` reads.
    """
    data = picture.to_json() | ({"walks": list(walks)} if walks else {})
    style, script = resource(_PACKAGE, "page.css"), resource(_PACKAGE, "page.js")
    no_script = element(
        "noscript",
        element("p", "This file draws the graph with its own script, which is switched off here."),
    )
    place = element("div", no_script, id="view")
    # The element has no user's text outside the JSON, in which no tag can begin or end.
    values = Markup(f'<script type="application/json" id="data">{_json(data)}</script>')
    header = joined([element("h1", picture.name), element("p", _facts(picture))])
    name = f"{picture.name}: skill graph"
    return document(name, header, place, style=style, script=script, ending=values)


def page_policy() -> str:
    """The content security policy of every page, which a server also sends as a header."""
    style, script = resource(_PACKAGE, "page.css"), resource(_PACKAGE, "page.js")
    return content_security_policy(style, script)


def _facts(picture: Picture) -> str:
    tokens = sum(node.text_tokens for node in picture.nodes)
    maps = sum(node.kind is NodeKind.MAP for node in picture.nodes)
    counts = _counted({"node": len(picture.nodes), "map": maps, "token": tokens})
    return f"{counts}; check --strict finds {_counted(picture.severities)}"


def _counted(numbers: Mapping[str, int]) -> str:
    return ", ".join(
        f"{number:,} {name}{'' if number == 1 else 's'}" for name, number in numbers.items()
    )


def _json(value: object) -> str:
    """JSON that can be the content of a script element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
