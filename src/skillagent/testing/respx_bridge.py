"""The mock behind respx, for code whose client uses `httpx` or, with `httpcore2`, `httpx2`.

    import respx

    with respx.mock(using=httpcore2()) as router:
        route(router, mock)
        …

respx passes on a whole body at once: a stream has no pauses, and a fault in its middle breaks the
whole answer. To test those, use the real connection of `MockLLM.serve`.
"""

from __future__ import annotations

from typing import Any

from skillagent.testing.wire.events import Drop, Responder, Stall


def route(router: Any, mock: Responder, base_url: str = "") -> Any:
    """Let a mock answer the requests that a router intercepts.

    Args:
        router: a `respx.Router`.
        mock: answers the requests.
        base_url: beginning of the URLs to answer; empty for all.

    Returns:
        The route.
    """
    import httpx

    def answer(request: httpx.Request) -> httpx.Response:
        reply = mock.respond(request.url.path, dict(request.headers), request.read())
        broken = next((step for step in reply.steps if isinstance(step, Drop | Stall)), None)
        if isinstance(broken, Drop):
            raise httpx.ConnectError("connection reset by the mock", request=request)
        if isinstance(broken, Stall):
            raise httpx.ReadTimeout("the mock does not answer", request=request)
        return httpx.Response(reply.status, headers=list(reply.headers), content=reply.body)

    where = {"url__startswith": base_url} if base_url else {}
    return router.route(**where).mock(side_effect=answer)


def httpcore2() -> str:
    """The name of a respx mocker for `httpx2`, which the first call registers.

    respx itself only intercepts `httpx`: requests of current SDKs would reach the network.
    """
    from respx.mocks import HTTPCoreMocker, Mocker

    name = "skillagent-httpcore2"
    if name not in Mocker.registry:
        targets = [target.replace("httpcore.", "httpcore2.") for target in HTTPCoreMocker.targets]
        type("HTTPCore2Mocker", (HTTPCoreMocker,), {"name": name, "targets": targets})
    return name
