"""Graphs for the tests of the viewer."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import strategies as st

from skillagent.graph import NodeKind
from skillagent.viewer.layout import layout
from skillagent.viewer.membership import membership
from skillagent.viewer.picture import Picture, PictureEdge, PictureMap, PictureNode

SMALL: Mapping[str, str] = {
    "index.md": "---\ndescription: Where to begin\n---\n# Start\n\n"
    "- [[seeds/seeds]] when two runs differ\n- [[sizes]] before you train\n",
    "seeds/seeds.md": "---\ntype: map\ndescription: All about seeds\n---\n# Seeds\n\n"
    "Begin with [[seed]], because every generator needs one. Then [[split]].\n",
    "seeds/seed.md": "---\ndescription: One number starts a generator\n---\n# Set a seed\n\n"
    "A seed says where a generator *begins*; see [[split|how to split]] for workers, "
    "[the site](https://example.org/a) and ![a curve](curve.png).\n\n"
    "```python\nprint('<b>')\n```\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n",
    "seeds/split.md": "---\ndescription: One stream a worker\nstatus: deprecated\n"
    "superseded_by: [[seed]]\n---\n# Split streams\n\nBack to [[seed]]. Lost: [[nowhere]].\n",
    "sizes.md": "---\ndescription: How large a batch is\n---\n# Sizes\n\n"
    "A batch has a size, which changes sums.\n",
    "alone.md": "---\ndescription: Nobody links here\n---\n# Alone\n\nNo link leads here.\n",
}

LAYERS = st.integers(min_value=1, max_value=60).flatmap(
    lambda count: st.tuples(
        st.just([f"n{at:02d}" for at in range(count)]),
        st.lists(
            st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=4 * count
        ),
        st.sets(st.integers(0, count - 1)),
    )
)
"""Ids of nodes, links between them by position, and positions of maps."""


def links_of(ids: list[str], pairs: list[tuple[int, int]]) -> dict[str, tuple[str, ...]]:
    """Id → ids that it links, each once and none itself, in order of mention."""
    links: dict[str, dict[str, None]] = {node: {} for node in ids}
    for source, target in pairs:
        if source != target:
            links[ids[source]][ids[target]] = None
    return {node: tuple(targets) for node, targets in links.items()}


def large(maps: int, nodes_in_each: int) -> Picture:
    """A picture of an entry, its maps and their nodes, each of which links four others."""
    names = [f"map-{at:03d}" for at in range(maps)]
    links: dict[str, tuple[str, ...]] = {"entry": tuple(names)}
    for name in names:
        links[name] = tuple(f"{name}/node-{at:03d}" for at in range(nodes_in_each))
    leaves = [node for name in names for node in links[name]]
    for at, leaf in enumerate(leaves):
        links[leaf] = tuple(leaves[(at * 7 + 1 + step * 131) % len(leaves)] for step in range(4))
    belonging = membership(links, names, ("entry",))
    drawing = layout(belonging)
    ids = sorted(links)
    place_of = {node: at for at, node in enumerate(ids)}
    nodes = tuple(
        PictureNode(
            id=node,
            title=f"Title of {node}",
            kind=NodeKind.NODE if "/" in node else NodeKind.MAP,
            description=f"What {node} is about, in a sentence of the usual length.",
            summary_tokens=30,
            text_tokens=300,
            map=belonging.owner[node],
            place=drawing.places[node],
            status="",
            successors=(),
            findings=(),
            text=None,
        )
        for node in ids
    )
    edges = tuple(
        PictureEdge(place_of[source], place_of[target], f"See {target}, because it says more.", "")
        for source in ids
        for target in links[source]
    )
    areas = tuple(
        PictureMap(name, drawing.discs[name], parent, name, count)
        for name, parent, count in (
            ("entry", "", len(ids)),
            *((name, "entry", nodes_in_each + 1) for name in names),
        )
    )
    return Picture("large", "entry", nodes, edges, areas, {}, ("The texts are not in this file.",))
