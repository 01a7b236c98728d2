"""Fixtures for tests of agents, loaded by pytest itself once the package is installed.

    def test_my_agent(mock_llm):
        mock = mock_llm([call("search", query="x"), say("Found.")])
        my_agent.run(client=mock.anthropic())

Above: nothing. Below: `testing`, imported only when a fixture is used, so that other test suites
start as fast as before.
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
    """Record for the fixture below whether its test passed."""
    report = yield
    if call.when == "call":
        item.stash[_PASSED] = report.passed
    return report


@pytest.fixture
def mock_llm(request: pytest.FixtureRequest) -> Iterator[Callable[..., MockLLM]]:
    """Creates mocks, with the arguments of `MockLLM`; a passing test must have used all turns."""
    from skillagent.testing import MockLLM

    mocks: list[MockLLM] = []

    def make(*arguments: Any, **options: Any) -> MockLLM:
        mocks.append(MockLLM(*arguments, **options))
        return mocks[-1]

    yield make
    if not request.node.stash.get(_PASSED, False):
        # The test failed or was skipped: a second error would hide its reason.
        return
    failures = []
    for mock in mocks:
        try:
            mock.assert_done()
        except AssertionError as error:
            failures.append(str(error))
    assert not failures, "\n\n".join(failures)


@pytest.fixture
def llm_server(
    mock_llm: Callable[..., MockLLM], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Server]]:
    """Starts servers, with the arguments of `MockLLM`; the SDKs' variables point to the last."""
    with ExitStack() as running:

        def serve(*arguments: Any, **options: Any) -> Server:
            server = running.enter_context(mock_llm(*arguments, **options).serve())
            for name, value in server.environment().items():
                monkeypatch.setenv(name, value)
            return server

        yield serve


@pytest.fixture
def no_llm_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fails a test that tries to connect to another machine.

    It fails even if the code under test catches the error.
    """
    attempts: list[object] = []

    def guard(name: str) -> None:
        connect = getattr(socket.socket, name)

        def guarded(self: socket.socket, address: object) -> Any:
            host = str(address[0]) if isinstance(address, tuple) else ""
            if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_this_machine(host):
                attempts.append(address)
                raise AssertionError(f"a test tried to reach {address!r}")
            return connect(self, address)

        monkeypatch.setattr(socket.socket, name, guarded)

    guard("connect")
    guard("connect_ex")
    yield
    assert not attempts, f"a test tried to reach {attempts}"


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
