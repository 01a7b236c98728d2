"""Fixtures for tests of agents, loaded by pytest itself once the package is installed.

    def test_my_agent(mock_llm):
        mock = mock_llm([call("search", query="x"), say("Found.")])
        my_agent.run(client=mock.anthropic())

Above: nothing. Below: `testing`, imported only when a fixture is used: whoever does not use
one pays nothing.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from skillagent.testing import MockLLM, Server

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@pytest.fixture
def mock_llm() -> Iterator[Callable[..., MockLLM]]:
    """Makes mocks, from what `MockLLM` takes; at the end each must have been used up."""
    from skillagent.testing import MockLLM

    made: list[MockLLM] = []

    def make(*arguments: Any, **options: Any) -> MockLLM:
        made.append(MockLLM(*arguments, **options))
        return made[-1]

    yield make
    for mock in made:
        mock.assert_done()


@pytest.fixture
def llm_server(
    mock_llm: Callable[..., MockLLM], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Server]]:
    """Starts servers, from what `MockLLM` takes; the SDKs' own variables lead to the last."""
    with ExitStack() as running:

        def serve(*arguments: Any, **options: Any) -> Server:
            server = running.enter_context(mock_llm(*arguments, **options).serve())
            for name, value in server.environment().items():
                monkeypatch.setenv(name, value)
            return server

        yield serve


@pytest.fixture
def no_llm_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any connection beyond this machine fails the test that tries it."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else ""
        if self.family in (socket.AF_INET, socket.AF_INET6) and host not in LOOPBACK:
            raise AssertionError(f"a test tried to reach {address!r}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)
