"""The time of every operation grows in proportion to the length of the file, whatever is in it."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator

import pytest
from benchmarks import growth

pytestmark = pytest.mark.slow

MOST = 1.2
"""Limit of the exponent of growth: 1 is linear, 2 is quadratic."""
SIZE = 1_000 * int(os.environ.get("SKILLAGENT_GROWTH_KILOBYTES", str(growth.KILOBYTES)))


@pytest.fixture(scope="module", autouse=True)
def warm() -> Iterator[None]:
    """Load what is loaded only once, such as the vocabulary of a counter, before measuring."""
    growth.seconds("# A\n\nSee [[n|l]] word.\n")
    gc.collect()
    gc.freeze()  # Then the collection before each measurement is fast.
    yield
    gc.unfreeze()


@pytest.mark.parametrize("name", growth.CONSTRUCTS)
def test_the_cost_of_every_operation_grows_with_the_length_of_a_file(name: str) -> None:
    # What is quadratic is so every time; what other processes do to the caches is not.
    for _ in range(3):
        exponents = growth.exponents(growth.CONSTRUCTS[name], SIZE, tries=4)
        steep = {operation: value for operation, value in exponents.items() if value >= MOST}
        if not steep:
            return
    pytest.fail(f"steeper than linear, three times: {steep}")
