"""Fixtures for tests of agents, loaded by pytest itself once the package is installed.

    def test_my_agent(mock_llm):
        mock = mock_llm([call("search", query="x"), say("Found.")])
        my_agent.run(client=mock.anthropic())

Above: nothing. Below: `testing`, imported only when a fixture is used: whoever does not use
one pays nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from skillagent.testing import MockLLM, Server

_PASSED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note for the fixture below whether its test passed."""
    report = yield
    if call.when == "call":
        item.stash[_PASSED] = report.passed
    return report


@pytest.fixture
def mock_llm(request: pytest.FixtureRequest) -> Iterator[Callable[..., MockLLM]]:
    """Makes mocks, from what `MockLLM` takes; a test that passed must have used each up."""
    from skillagent.testing import MockLLM

    made: list[MockLLM] = []

    def make(*arguments: Any, **options: Any) -> MockLLM:
        made.append(MockLLM(*arguments, **options))
        return made[-1]

    yield make
    if not request.node.stash.get(_PASSED, False):
        # It failed or was skipped for a reason of its own, which is the one to read.
        return
    wrong = []
    for mock in made:
        try:
            mock.assert_done()
        except AssertionError as error:
            wrong.append(str(error))
    assert not wrong, "\n\n".join(wrong)


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
def no_llm_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Any connection beyond this machine fails the test that tries it.

    Also where the code under test swallows the error.
    """
    tried: list[object] = []

    def guard(name: str) -> None:
        connect = getattr(socket.socket, name)

        def guarded(self: socket.socket, address: object) -> Any:
            host = str(address[0]) if isinstance(address, tuple) else ""
            if self.family in (socket.AF_INET, socket.AF_INET6) and not _here(host):
                tried.append(address)
                raise AssertionError(f"a test tried to reach {address!r}")
            return connect(self, address)

        monkeypatch.setattr(socket.socket, name, guarded)

    guard("connect")
    guard("connect_ex")
    yield
    assert not tried, f"a test tried to reach {tried}"


def _here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
