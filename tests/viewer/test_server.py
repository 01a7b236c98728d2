"""The local address: nobody can guess it, and it serves nothing but the page."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator

import pytest

from skillagent.viewer.server import HOST, PageServer

pytestmark = pytest.mark.process

PAGE = "<!DOCTYPE html><title>é</title>"
POLICY = "default-src 'none'"


@pytest.fixture
def server() -> Iterator[PageServer]:
    with PageServer(PAGE, POLICY, "secret") as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def answer(
    server: PageServer, path: str, host: str | None = None, method: str = "GET"
) -> tuple[http.client.HTTPResponse, str]:
    connection = http.client.HTTPConnection(HOST, server.port)
    connection.request(method, path, headers={"Host": host or f"{HOST}:{server.port}"})
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    return response, text


def test_the_page_is_at_its_address(server: PageServer) -> None:
    assert server.address == f"http://127.0.0.1:{server.port}/secret/"
    response, text = answer(server, "/secret/")
    assert (response.status, text) == (200, PAGE)
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.headers["Content-Security-Policy"] == f"{POLICY}; frame-ancestors 'none'"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_only_the_head_is_sent_where_only_it_is_asked_for(server: PageServer) -> None:
    response, text = answer(server, "/secret/", method="HEAD")
    assert (response.status, text) == (200, "")
    assert response.headers["Content-Length"] == str(len(PAGE.encode()))


@pytest.mark.parametrize(
    "path",
    ["/", "/secre/", "/secret", "/secret/x", "/../etc/passwd", "/secret/../x", "/%C3%A9", "//"],
)
def test_any_other_path_is_refused(server: PageServer, path: str) -> None:
    response, text = answer(server, path)
    assert response.status == 404
    assert PAGE not in text


@pytest.mark.parametrize("host", ["example.org", "127.0.0.1", "127.0.0.1:1", "[::1]:{port}", " "])
def test_a_name_that_is_not_of_this_machine_is_refused(server: PageServer, host: str) -> None:
    response, text = answer(server, "/secret/", host.format(port=server.port))
    assert response.status == 403
    assert PAGE not in text


def test_localhost_is_this_machine(server: PageServer) -> None:
    assert answer(server, "/secret/", f"localhost:{server.port}")[0].status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_nothing_can_be_sent_to_it(server: PageServer, method: str) -> None:
    assert answer(server, "/secret/", method=method)[0].status == 501


def test_it_listens_on_the_loopback_address_only(server: PageServer) -> None:
    assert server.server_address[0] == "127.0.0.1"
