"""How each policy is drawn: its colour, its marker and its line, the same in every figure.

Colours are told apart by people who are colour-blind, and no policy is known by its colour alone:
markers and lines differ, too. The colours themselves are in `page.css`.

Above: `curves`. Below: `drawing`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from skillagent.evals.page.drawing import SERIES, SERIES_COLOURS, drawing
from skillagent.evals.policies.policy import Policy, Role
from skillagent.html.markup import Markup, element

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MARKERS = "osD^vPX<>"
"""Nine, so that colour and marker together repeat after 72 policies."""
_BOLD = frozenset({Role.GRAPH, Role.MODEL, Role.OTHER})
"""What the graph gives is drawn thicker than what it is compared with."""


@dataclass(frozen=True, slots=True)
class Series:
    """One policy as it is drawn."""

    policy: Policy
    number: int

    @property
    def look(self) -> dict[str, Any]:
        """What matplotlib is told for its line."""
        is_bold = self.policy.role in _BOLD
        return {
            "color": SERIES_COLOURS[self.number % SERIES],
            "marker": _MARKERS[self.number % len(_MARKERS)],
            "markersize": 7 if is_bold else 5.5,
            "linewidth": 2.6 if is_bold else 1.3,
            "linestyle": (0, (2, 2)) if self.policy.role is Role.BOUND else "-",
        }


def series_of(policies: Iterable[Policy]) -> tuple[Series, ...]:
    """All policies in their order."""
    return tuple(Series(policy, number) for number, policy in enumerate(policies))


def legend(every: Iterable[Series], name: str) -> Markup:
    """The lines beside the names of the policies.

    Args:
        every: the policies.
        name: a name for the legend, unique in the file.
    """
    return element("ul", *(_entry(series, name) for series in every), class_="series")


def _entry(series: Series, name: str) -> Markup:
    def draw(figure: Figure) -> None:
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set_xlim(0, 2)
        axes.plot([0.1, 1, 1.9], [0, 0, 0], markevery=[1], **series.look)

    picture = drawing(f"{name}-{series.number}", (40, 16), draw, "", "")
    return element("li", picture, element("span", series.policy.name))
