"""Where each node is in the picture: maps as anchors, their nodes around them.

A balloon layout: each map has a disc. In its middle is the map, around it its nodes on a spiral
with equal steps, around these the discs of its maps on rings, in the order of its links. So a node
that is added moves those behind it by one step, and discs of maps only where a disc must grow.
Time and memory grow as the number of nodes and links. No step depends on chance.

Sources: J. Carrière and R. Kazman, "Research report: Interacting with huge hierarchies: beyond
cone trees", InfoVis 1995 (discs around discs); the spiral is that of Archimedes.

Above: `picture`. Below: `membership`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from skillagent.viewer.membership import NO_MAP, Membership

STEP = 1.0
"""Distance between neighbours on a spiral, and between its turns."""
CLEAR = 1.5
"""Distance of the nearest nodes from the map in the middle."""
MARGIN = 0.7
"""Free space around the outermost nodes of a disc."""
ONE_RING = 14
"""As many discs are put on one ring, even if they fit only on a wide one."""
_FULL = 2 * math.pi


@dataclass(frozen=True, slots=True)
class Place:
    """A point; x grows to the right, y upwards."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Disc:
    """The area of a map, in which all that belongs to it lies."""

    center: Place
    radius: float


@dataclass(frozen=True, slots=True)
class Layout:
    """The places of all nodes, and the areas of the maps that others belong to."""

    places: dict[str, Place]
    discs: dict[str, Disc]
    """Id of a map, or `NO_MAP` → its area."""


def layout(belonging: Membership) -> Layout:
    """The places of all nodes.

    Args:
        belonging: which map each node belongs to.
    """
    plans = _plans(belonging)
    discs: dict[str, Disc] = {}
    places: dict[str, Place] = {}

    def put(middle: Place, inner: Mapping[str, Place]) -> None:
        for map_id, offset in inner.items():
            discs[map_id] = Disc(_moved(middle, offset), plans[map_id].radius)

    put(Place(0.0, 0.0), _outermost(belonging, plans))
    for map_id in (NO_MAP, *belonging.owner):
        if map_id in plans:
            middle = discs[map_id].center
            put(middle, plans[map_id].inner)
            places |= {node: _moved(middle, at) for node, at in plans[map_id].leaves.items()}
            if map_id != NO_MAP:
                places[map_id] = middle
    rounded = {node: _rounded(place) for node, place in sorted(places.items())}
    areas = {
        map_id: Disc(_rounded(disc.center), round(disc.radius, 2))
        for map_id, disc in sorted(discs.items())
    }
    return Layout(rounded, areas)


@dataclass(slots=True)
class _Plan:
    """A disc before its place is known: offsets from its middle."""

    radius: float
    leaves: dict[str, Place] = field(default_factory=dict)
    inner: dict[str, Place] = field(default_factory=dict)


def _plans(belonging: Membership) -> dict[str, _Plan]:
    """Id of a map, or `NO_MAP` for the nodes without one → plan of its disc."""
    plans: dict[str, _Plan] = {}
    # A map comes before what belongs to it, so on the way back every inner disc is known.
    for map_id in reversed(belonging.owner):
        if map_id in belonging.members:
            plans[map_id] = _disc(belonging.members[map_id], plans, CLEAR)
    alone = [node for node in belonging.members.get(NO_MAP, ()) if node not in plans]
    if alone:
        plans[NO_MAP] = _disc(alone, {}, STEP / 2)
    return plans


def _disc(members: Sequence[str], plans: Mapping[str, _Plan], clear: float) -> _Plan:
    inner = [node for node in members if node in plans]
    leaves = [node for node in members if node not in plans]
    offsets, radius = spiral(len(leaves), clear)
    rings, radius = ring_places([plans[node].radius for node in inner], radius)
    return _Plan(
        radius + MARGIN,
        dict(zip(leaves, offsets, strict=True)),
        dict(zip(inner, rings, strict=True)),
    )


def _outermost(belonging: Membership, plans: Mapping[str, _Plan]) -> dict[str, Place]:
    """The discs that are in no other: that of the first entry in the middle, the others around."""
    tops = [node for node in belonging.members.get(NO_MAP, ()) if node in plans]
    if NO_MAP in plans:
        tops.append(NO_MAP)
    if not tops:
        return {}
    first, *rest = tops
    rings, _ = ring_places([plans[node].radius for node in rest], plans[first].radius)
    return {first: Place(0.0, 0.0), **dict(zip(rest, rings, strict=True))}


def spiral(count: int, start: float) -> tuple[list[Place], float]:
    """Points around a middle, and the radius in which they lie.

    Args:
        count: how many points; those that fit on one turn are spread on a circle.
        start: distance of the first point from the middle.

    Returns:
        The radius grows only with every half turn, so that few points more change nothing around.
    """
    if not count:
        return [], start
    if count <= int(_FULL * start / STEP):
        return [_polar(start, _FULL * at / count) for at in range(count)], start
    points, angle = [], 0.0
    for _ in range(count):
        distance = start + STEP * angle / _FULL
        points.append(_polar(distance, angle))
        angle += STEP / distance
    half_turns = math.ceil(angle / math.pi)
    return points, start + STEP * half_turns / 2


def ring_places(radii: Sequence[float], inside: float) -> tuple[list[Place], float]:
    """Places of discs on rings around a middle, none of which overlap, and the radius of all.

    Args:
        radii: of the discs, in the order in which they follow each other.
        inside: radius of what the rings surround.
    """
    places: list[Place] = []
    while len(places) < len(radii):
        rest = radii[len(places) :]
        largest = max(rest)
        distance = inside + largest
        if len(rest) <= ONE_RING:
            distance = _wide_enough(rest, distance)
        ring = _first_that_fit(rest, distance)
        free = (_FULL - sum(_angle(radius, distance) for radius in ring)) / len(ring)
        angle = -(_angle(ring[0], distance) + free) / 2
        for radius in ring:
            width = _angle(radius, distance) + free
            places.append(_polar(distance, angle + width / 2))
            angle += width
        inside = distance + largest
    return places, inside


def _first_that_fit(radii: Sequence[float], distance: float) -> Sequence[float]:
    taken = 0.0
    for at, radius in enumerate(radii):
        taken += _angle(radius, distance)
        if at and taken > _FULL + 1e-9:
            return radii[:at]
    return radii


def _wide_enough(radii: Sequence[float], least: float) -> float:
    """The smallest distance, at least `least`, at which all discs fit on one ring."""

    def fits(distance: float) -> bool:
        return sum(_angle(radius, distance) for radius in radii) <= _FULL

    if fits(least):
        return least
    most = least + sum(radii)
    while not fits(most):
        most *= 2
    for _ in range(40):
        middle = (least + most) / 2
        least, most = (least, middle) if fits(middle) else (middle, most)
    return most


def _angle(radius: float, distance: float) -> float:
    """The angle that a disc covers, seen from the middle."""
    return 2 * math.asin(min(1.0, radius / distance))


def _polar(distance: float, angle: float) -> Place:
    """A point by its distance from the middle and its angle, clockwise from the top."""
    return Place(distance * math.sin(angle), distance * math.cos(angle))


def _moved(place: Place, offset: Place) -> Place:
    return Place(place.x + offset.x, place.y + offset.y)


def _rounded(place: Place) -> Place:
    # Two systems may compute a sine that differs in the last digit. Adding 0 makes -0.0 to 0.0.
    return Place(round(place.x, 2) + 0.0, round(place.y, 2) + 0.0)
