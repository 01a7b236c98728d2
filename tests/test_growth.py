"""No operation takes much longer than the file that it is about is long, whatever it is made of."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator

import pytest
from benchmarks import growth

pytestmark = pytest.mark.slow

MOST = 1.2
"""The exponent of growth that holds: n^1 is linear, n^2 quadratic."""
SIZE = 1_000 * int(os.environ.get("SKILLAGENT_GROWTH_KILOBYTES", str(growth.KILOBYTES)))


@pytest.fixture(scope="module", autouse=True)
def warm() -> Iterator[None]:
    """What is loaded once, such as the tables of a counter, is no part of growth."""
    growth.seconds("# A\n\nSee [[n|l]] word.\n")
    gc.collect()
    gc.freeze()  # what is there need not be looked through before each measurement
    yield
    gc.unfreeze()


@pytest.mark.parametrize("name", growth.CONSTRUCTS)
def test_the_cost_of_every_operation_grows_with_the_length_of_a_file(name: str) -> None:
    found = growth.exponents(growth.CONSTRUCTS[name], SIZE, tries=4)
    assert not {operation: value for operation, value in found.items() if value >= MOST}
