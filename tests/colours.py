"""Colours of styles: how far two are apart, also for people who are colour-blind."""

from __future__ import annotations

import math
import re

SIGHTS = {
    "usual": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "no red": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "no green": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "no blue": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
"""What is seen of linear red, green and blue. Source: G. Machado, M. Oliveira and L. Fernandes, A
Physiologically-based Model for Simulation of Color Vision Deficiency (2009), severity 1."""
_TO_XYZ = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
_WHITE = 0.95047, 1.0, 1.08883


def colours(css: str) -> dict[str, dict[str, str]]:
    """The colours of the light and of the dark style, by name."""
    blocks = re.findall(r":root \{([^}]*)\}", css)
    return {
        scheme: dict(re.findall(r"--([\w-]+): (#\w{6})", block))
        for scheme, block in zip(("light", "dark"), blocks, strict=True)
    }


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, as WCAG 2.2 defines it."""
    dark, light = sorted(_multiplied(_TO_XYZ, _linear(colour))[1] for colour in (one, other))
    return (light + 0.05) / (dark + 0.05)


def distance(one: str, other: str, sight: str) -> float:
    """Distance in CIELAB (CIE 1976) of two colours as somebody with this sight sees them."""
    return math.dist(*(_lab(_multiplied(SIGHTS[sight], _linear(c))) for c in (one, other)))


def _linear(colour: str) -> list[float]:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def _multiplied(matrix: tuple[tuple[float, ...], ...], values: list[float]) -> list[float]:
    return [sum(a * b for a, b in zip(row, values, strict=True)) for row in matrix]


def _lab(linear: list[float]) -> tuple[float, float, float]:
    shares = [v / white for v, white in zip(_multiplied(_TO_XYZ, linear), _WHITE, strict=True)]
    x, y, z = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in shares)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)
