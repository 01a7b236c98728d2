"""Where nodes are in the picture: each in the disc of its map, and always in the same place."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillagent.viewer.layout import STEP, Disc, Layout, Place, layout, ring_places, spiral
from skillagent.viewer.membership import NO_MAP, Membership, membership
from tests.viewer.graphs import LAYERS, links_of

LINKS = {
    "entry": ("a", "b", "x"),
    "a": ("a1", "a2", "b"),
    "b": ("b1", "a1", "entry"),
    "a1": ("deep",),
    "a2": (),
    "b1": (),
    "x": (),
    "deep": (),
    "lonely": (),
    "other": ("o1",),
    "o1": (),
}


def distance(one: Place, other: Place) -> float:
    return math.hypot(one.x - other.x, one.y - other.y)


def placed(links: dict[str, tuple[str, ...]], maps: Sequence[str]) -> tuple[Membership, Layout]:
    belonging = membership(links, maps, sorted(links)[:1])
    return belonging, layout(belonging)


def test_a_node_belongs_to_the_nearest_map_that_links_it() -> None:
    belonging = membership(LINKS, ("a", "b", "other"), ("entry",))
    assert belonging.owner == {
        "entry": NO_MAP,
        "a": "entry",
        "b": "entry",
        "x": "entry",
        "a1": "a",
        "a2": "a",
        "b1": "b",
        "deep": "a",  # no map links it: the last map on the path to it
        "other": NO_MAP,
        "o1": "other",
        "lonely": NO_MAP,
    }
    assert belonging.members["a"] == ("a1", "a2", "deep")
    tops = belonging.tops("entry")
    assert tops["deep"] == "a"
    assert tops["entry"] == "entry"


@given(LAYERS)
def test_maps_never_belong_to_each_other_in_a_circle(
    drawn: tuple[list[str], list[tuple[int, int]], set[int]],
) -> None:
    ids, pairs, maps = drawn
    belonging = membership(links_of(ids, pairs), [ids[at] for at in maps], ids[:1])
    for node in ids:
        around = [node]
        while (owner := belonging.owner[around[-1]]) != NO_MAP:
            assert owner not in around
            around.append(owner)


@given(LAYERS)
def test_every_node_has_a_place_of_its_own_inside_the_disc_of_its_map(
    drawn: tuple[list[str], list[tuple[int, int]], set[int]],
) -> None:
    ids, pairs, maps = drawn
    belonging, drawing = placed(links_of(ids, pairs), [ids[at] for at in maps])
    assert set(drawing.places) == set(ids)
    for one, other in itertools.combinations(drawing.places.values(), 2):
        assert distance(one, other) > 0.6 * STEP
    for node, owner in belonging.owner.items():
        # An outermost map belongs to no map, and is not in the disc of the nodes without one.
        if owner in drawing.discs and not (owner == NO_MAP and node in drawing.discs):
            disc = drawing.discs[owner]
            assert distance(drawing.places[node], disc.center) <= disc.radius + 0.02


@given(LAYERS)
def test_discs_are_inside_each_other_or_apart(
    drawn: tuple[list[str], list[tuple[int, int]], set[int]],
) -> None:
    ids, pairs, maps = drawn
    belonging, drawing = placed(links_of(ids, pairs), [ids[at] for at in maps])

    def is_around(outer: str, inner: str) -> bool:
        while inner and inner != outer:
            inner = belonging.owner.get(inner, NO_MAP)
        return inner == outer != NO_MAP

    for (one, first), (other, second) in itertools.combinations(drawing.discs.items(), 2):
        if is_around(one, other) or is_around(other, one):
            continue
        assert distance(first.center, second.center) >= first.radius + second.radius - 0.05


@given(LAYERS, st.randoms())
def test_the_order_in_which_files_are_listed_changes_nothing(
    drawn: tuple[list[str], list[tuple[int, int]], set[int]], chance: object
) -> None:
    ids, pairs, maps = drawn
    links = links_of(ids, pairs)
    shuffled = sorted(links, key=lambda node: chance.random())  # type: ignore[attr-defined]  # Random
    map_ids = [ids[at] for at in maps]
    _, first = placed(links, map_ids)
    _, second = placed({node: links[node] for node in shuffled}, list(reversed(map_ids)))
    assert first == second
    assert list(first.places) == list(second.places)


@pytest.mark.parametrize("added_to", ["m03", "m07"])
def test_a_node_that_is_added_moves_the_others_little(added_to: str) -> None:
    maps = [f"m{at:02d}" for at in range(10)]
    links: dict[str, tuple[str, ...]] = {"entry": tuple(maps)}
    for name in maps:
        links[name] = tuple(f"{name}-{at:02d}" for at in range(20))
        links |= dict.fromkeys(links[name], ())
    before = layout(membership(links, maps, ("entry",)))
    links[added_to] = (*links[added_to][:10], "new", *links[added_to][10:])
    after = layout(membership(links | {"new": ()}, maps, ("entry",)))
    moved = [distance(place, after.places[node]) for node, place in before.places.items()]
    assert median(moved) <= 0.5 * STEP
    assert max(moved) <= 2 * STEP


@given(st.integers(0, 500), st.sampled_from([0.5, 1.5]))
def test_the_points_of_a_spiral_are_apart_and_inside_its_radius(count: int, start: float) -> None:
    points, radius = spiral(count, start)
    assert len(points) == count
    assert all(math.hypot(point.x, point.y) <= radius + 1e-9 for point in points)
    cells: dict[tuple[int, int], list[Place]] = {}
    for point in points:
        column, row = math.floor(point.x), math.floor(point.y)
        near = itertools.product((column - 1, column, column + 1), (row - 1, row, row + 1))
        for other in itertools.chain.from_iterable(cells.get(cell, ()) for cell in near):
            assert distance(point, other) > 0.6 * STEP
        cells.setdefault((column, row), []).append(point)


@given(st.lists(st.floats(0.5, 50), min_size=1, max_size=60), st.floats(0.5, 20))
def test_discs_on_rings_touch_neither_each_other_nor_the_middle(
    radii: list[float], inside: float
) -> None:
    places, radius = ring_places(radii, inside)
    discs = [Disc(place, size) for place, size in zip(places, radii, strict=True)]
    for one in discs:
        from_middle = math.hypot(one.center.x, one.center.y)
        assert inside - 1e-6 <= from_middle - one.radius
        assert from_middle + one.radius <= radius + 1e-6
    for one, other in itertools.combinations(discs, 2):
        assert distance(one.center, other.center) >= one.radius + other.radius - 1e-6


def test_a_long_chain_of_maps_is_laid_out() -> None:
    ids = [f"{at:05d}" for at in range(3_000)]
    links = {one: (following,) for one, following in itertools.pairwise(ids)} | {ids[-1]: ()}
    drawing = layout(membership(links, ids, ids[:1]))
    assert len(set(drawing.places.values())) == len(ids)


def test_a_graph_without_nodes_has_no_places() -> None:
    assert layout(membership({}, (), ())) == Layout({}, {})
