"""A figure of matplotlib as inline SVG.

matplotlib writes a file of its own: with inline styles, which a strict content security policy
forbids, with ids that two figures would share, and with fixed colours. Here it becomes elements of
our own: styles are attributes, ids begin with the name of the figure, and colours are variables,
so that light and dark files have their own.

Above: `curves`, `series`. Below: `html`.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from skillagent.errors import MissingPackageError
from skillagent.html.markup import EMPTY, Markup, element

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SERIES = 8
"""Number of colours for series."""
INK, RULE = "#0a0000", "#0b0000"
"""Colours that matplotlib is given for texts and for lines of the axes; they are only names."""
SERIES_COLOURS = tuple(f"#0c00{number:02x}" for number in range(SERIES))
_VARIABLES = {
    INK: "var(--quiet)",
    RULE: "var(--line)",
    **{colour: f"var(--series-{at})" for at, colour in enumerate(SERIES_COLOURS)},
}
_STYLE = {
    "axes.edgecolor": RULE,
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "font.family": ["DejaVu Sans"],  # comes with matplotlib, so lengths are the same everywhere
    "font.size": 12.0,
    "grid.color": RULE,
    "grid.linewidth": 0.4,
    "svg.fonttype": "none",
    "svg.hashsalt": "skillagent",
    "text.color": INK,
    "text.parse_math": False,
    "xtick.color": INK,
    "ytick.color": INK,
}
_SVG, _LINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"
_KEPT = frozenset(
    "clip-path clipPathUnits cx cy d dominant-baseline fill fill-opacity font-size height "
    "opacity points r stroke stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin "
    "stroke-opacity stroke-width text-anchor transform width x y x1 x2 y1 y2".split()
)
"""Attributes, and properties of styles, that are kept. The font is that of the file."""
_DROPPED = frozenset({f"{_SVG}metadata", f"{_SVG}style"})


def require_matplotlib() -> None:
    """Find out early whether curves can be drawn.

    Raises:
        MissingPackageError: matplotlib is not installed.
    """
    try:
        import matplotlib.style  # noqa: F401  # only asks whether it is there
    except ImportError:
        raise MissingPackageError("matplotlib", "eval", "a page with curves") from None


def drawing(
    name: str, size: tuple[float, float], draw: Callable[[Figure], None], title: str, about: str
) -> Markup:
    """Draw a figure.

    Args:
        name: a name for it, unique in the file; its ids begin with it.
        size: width and height in points.
        draw: draws on an empty figure. It gives texts only that we wrote: those of a suite belong
            beside the figure, because fonts of matplotlib lack most scripts.
        title: what it shows, in a few words; empty for a figure without meaning of its own.
        about: the same as can be seen in it, for people who cannot.

    Raises:
        MissingPackageError: matplotlib is not installed.
    """
    require_matplotlib()
    import matplotlib.style
    from matplotlib.figure import Figure

    buffer = io.BytesIO()
    # A style of the user's would change the figure.
    with matplotlib.style.context(["default", _STYLE]):
        figure = Figure(figsize=(size[0] / 72, size[1] / 72))
        draw(figure)
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    root = ElementTree.fromstring(buffer.getvalue())  # noqa: S314  # it was written just now
    parts = list(_Elements(name, root).below(root))
    box = root.attrib["viewBox"]
    if not title:
        return element("svg", *parts, viewBox=box, aria_hidden="true", class_="drawing")
    named = {"aria_labelledby": f"{name}-title", "aria_describedby": f"{name}-about"}
    texts = element("title", title, id=f"{name}-title"), element("desc", about, id=f"{name}-about")
    return element("svg", *texts, *parts, viewBox=box, role="img", class_="drawing", **named)


class _Elements:
    """Turns elements of matplotlib into our own.

    Args:
        name: name of the figure.
        root: its `svg` element.
    """

    def __init__(self, name: str, root: ElementTree.Element) -> None:
        self._name = name
        self._ids = frozenset(_referenced(root))

    def below(self, parent: ElementTree.Element) -> Iterator[Markup]:
        """The elements in an element."""
        for child in parent:
            if child.tag in _DROPPED:
                continue
            attributes = dict(self._attributes(child))
            text = child.text if child.tag == f"{_SVG}text" and child.text else EMPTY
            content = list(self.below(child))
            tag = child.tag.removeprefix(_SVG)
            if tag in ("g", "defs") and not content:
                continue
            yield element(tag, text, *content, **attributes)

    def _attributes(self, given: ElementTree.Element) -> Iterator[tuple[str, str]]:
        if given.get("id") in self._ids:
            yield "id", f"{self._name}-{given.get('id')}"
        if link := given.get(_LINK):
            yield "xlink:href", f"#{self._name}-{link.removeprefix('#')}"
        own = [(key, value) for key, value in given.attrib.items() if key != "style"]
        for key, value in (*own, *_properties(given.get("style", ""))):
            if key == "clip-path":
                value = value.replace("url(#", f"url(#{self._name}-")
            if key in _KEPT:
                yield key, _VARIABLES.get(value, value)


def _properties(style: str) -> Iterator[tuple[str, str]]:
    """The properties of a style; a short `font` gives its size."""
    for declaration in filter(None, map(str.strip, style.split(";"))):
        key, _, value = (part.strip() for part in declaration.partition(":"))
        if key == "font":
            key, value = "font-size", next(word for word in value.split() if word.endswith("px"))
        yield key, value


def _referenced(root: ElementTree.Element) -> Iterable[str]:
    """The ids that other elements refer to."""
    for given in root.iter():
        link, clip = given.get(_LINK, ""), given.get("clip-path", "")
        yield from filter(None, (link.removeprefix("#"), clip[len("url(#") : -1]))
