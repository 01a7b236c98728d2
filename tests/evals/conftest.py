"""A small graph with a suite about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from skillagent import SkillGraph
from skillagent.evals import Eval, Setup, Suite, load, policies
from skillagent.providers import OfflineProvider, Provider
from skillagent.tokens import default_counter

NODES = {
    "index.md": "# Bakery\n\n- [[bread]] for loaves and their faults\n"
    "- [[ovens]] for heat and steam\n",
    "bread.md": "---\ntype: moc\ndescription: Loaves and what goes wrong with them\n---\n"
    "# Bread\n\n- [[dense-crumb]] when a loaf is heavy\n- [[pale-crust]] when it stays white\n",
    "ovens.md": "---\ntype: moc\ndescription: Heat and steam\n---\n# Ovens\n\n"
    "- [[steam]] for the first minutes\n- [[stone]] holds heat\n",
    "dense-crumb.md": "---\ndescription: When a loaf is heavy inside\n---\n# Dense crumb\n\n"
    "A heavy loaf had too little time to rise. Let it double in size; the water matters less.\n",
    "pale-crust.md": "---\ndescription: When the outside stays white\n---\n# Pale crust\n\n"
    "The surface dried before it could brown. Wet air keeps it soft, see [[steam]].\n",
    "steam.md": "---\ndescription: Wet air for the first minutes\n---\n# Steam\n\n"
    "A cup of boiling water on a hot tray gives wet air for ten minutes.\n",
    "stone.md": "---\ndescription: Holds heat below the loaf\n---\n# Stone\n\n"
    "A slab of granite takes an hour at full power before it is ready.\n",
}
SUITE = """\
name: bakery
graph: ..
budgets: [300, 1200]
policies: [bm25-fused, graph]
cases:
- id: heavy
  question: Why is my loaf so heavy inside?
  gold: dense-crumb
  tags: single
  check: {contains: double in size}
- id: white
  question: The outside of my loaf stays white. How do I get wet air to keep the surface soft?
  gold: [pale-crust, steam]
  tags: [two-hop]
- id: granite
  question: How long before the slab is ready?
  gold: stone
  distractors: [steam]
  tags: [single, slow]
- id: parking
  question: Where may visitors park their bicycles overnight?
"""


@pytest.fixture
def bakery(tmp_path: Path) -> Path:
    """Folder of the graph, with the suite in it."""
    folder = tmp_path / "bakery"
    (folder / "evals").mkdir(parents=True)
    for name, text in NODES.items():
        (folder / name).write_text(text)
    (folder / "evals" / "suite.yaml").write_text(SUITE)
    return folder


@pytest.fixture
def suite(bakery: Path) -> Suite:
    return load(bakery / "evals" / "suite.yaml")


def offline(name: str, repeat: int) -> Provider:
    """The provider of every model that has no other one."""
    return OfflineProvider()


def planned(suite: Suite, folder: Path, *names: str, records: bool = False) -> Eval:
    """An eval of some policies on a suite, or of the suite's own."""
    graph = SkillGraph.load(*suite.roots)
    suite = suite.on(graph)
    setup = Setup(graph, suite.cases, default_counter(), offline)
    chosen = policies(names or suite.policies, suite.models, setup)
    return Eval(suite, setup, chosen, folder, records=records)
