"""Checks one incoming message: gives text for the SDK, or the JSON-RPC error that answers it.

The SDK drops a message that it cannot read without an answer, and the host waits for ever. So
only valid messages are passed to the SDK, and an invalid one is answered here. Half of a
surrogate pair (hosts cut emoji, and models write halves) is replaced, because no JSON reader
could decode it in the answer.

Above: `early_handshake` and `stdio`, where a message is a line; `request_checks`, where it is
the body of a request. Below: only JSON.

Source: JSON-RPC 2.0, sections 4 to 6; Model Context Protocol, "Base protocol".
"""

from __future__ import annotations

import codecs
import json
import re
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias, TypeGuard

PARSE_ERROR, INVALID_REQUEST = -32700, -32600
MAX_BYTES = 4 * 1024 * 1024
"""Longest message, in bytes."""
MAX_DEPTH = 100
"""Most levels of nested lists and objects; the SDK's own reader fails at 200."""

Id: TypeAlias = int | str

# Also matches a complete pair and every other escape, so that `half` never matches inside one.
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class RejectedMessage:
    """Why an incoming message is invalid."""

    code: int
    """Error code of JSON-RPC."""
    reason: str
    id: Id | None = None
    """Id of the request; None if it has none."""
    batch: tuple[Id, ...] = ()
    """Ids of the requests in a batch; each gets an error."""

    def answer(self) -> str:
        """The error as JSON, in ASCII."""
        if self.batch:
            return json.dumps([self._error(request_id) for request_id in self.batch])
        return json.dumps(self._error(self.id))

    def _error(self, request_id: Id | None) -> dict[str, Any]:
        name = "Parse error" if self.code == PARSE_ERROR else "Invalid request"
        error = {"code": self.code, "message": f"{name}: {self.reason}"}
        return {"jsonrpc": "2.0", "id": request_id, "error": error}


TOO_LONG = RejectedMessage(INVALID_REQUEST, f"the message is longer than {MAX_BYTES} bytes")


def is_blank(data: bytes) -> bool:
    """Whether a line or body is blank; a blank line is ignored, not answered."""
    return not data.removeprefix(codecs.BOM_UTF8).strip()


def read(data: bytes) -> str | RejectedMessage:
    """Check one message.

    Args:
        data: a line, or a body. A byte order mark is dropped, and invalid UTF-8 is replaced.

    Returns:
        The JSON text of one message that the SDK accepts, or why it is rejected.
    """
    if len(data) > MAX_BYTES:
        return TOO_LONG
    text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    text = _ESCAPE.sub(lambda escape: r"\ufffd" if escape["half"] else escape[0], text)
    try:
        message = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        return RejectedMessage(PARSE_ERROR, f"not JSON: {error.msg} at character {error.pos + 1}")
    except RecursionError:
        return RejectedMessage(PARSE_ERROR, "nested too deeply")
    except ValueError as error:
        return RejectedMessage(PARSE_ERROR, str(error).partition(";")[0])
    return _rejection(message) or text


def is_id(value: object) -> TypeGuard[Id]:
    """Whether a value can be the id of a request."""
    return isinstance(value, int | str) and not isinstance(value, bool)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"not JSON: it contains {name}")


def _rejection(message: object) -> RejectedMessage | None:
    if isinstance(message, list):
        ids = tuple(
            item["id"] for item in message if isinstance(item, dict) and is_id(item.get("id"))
        )
        reason = "batches are not supported: send one message at a time"
        return RejectedMessage(INVALID_REQUEST, reason, batch=ids)
    if not isinstance(message, dict):
        return RejectedMessage(INVALID_REQUEST, "the message is not an object")
    reason = _fault(message) or ("it is nested too deeply" if _is_too_deep(message) else "")
    if not reason:
        return None
    # The id of a reply was chosen by the server: in an error it would name another request.
    is_request = "method" in message or not ("result" in message or "error" in message)
    message_id = message.get("id")
    return RejectedMessage(
        INVALID_REQUEST, reason, message_id if is_request and is_id(message_id) else None
    )


def _fault(message: dict[str, Any]) -> str:
    """Why an object is not a valid message; empty if it is one."""
    if message.get("jsonrpc") != "2.0":
        return 'jsonrpc is not "2.0"'
    if "id" in message and not is_id(message["id"]) and "error" not in message:
        return "its id is neither a string nor an integer"
    reply_keys = [name for name in ("result", "error") if name in message]
    if "method" not in message:
        return "" if reply_keys and _is_reply(message) else "it has no method"
    if reply_keys:
        return f"it has both a method and {reply_keys[0]}"
    if not isinstance(message["method"], str):
        return "its method is not a string"
    if not isinstance(message.get("params"), dict | None):
        return "its params are not an object"
    return ""


def _is_reply(message: dict[str, Any]) -> bool:
    if "error" not in message:
        return is_id(message.get("id")) and isinstance(message["result"], dict)
    error, request_id = message["error"], message.get("id")
    return (
        "result" not in message
        and "id" in message
        and (request_id is None or is_id(request_id))
        and isinstance(error, dict)
        and is_id(error.get("code"))
        and isinstance(error["code"], int)
        and isinstance(error.get("message"), str)
    )


def _is_too_deep(message: object) -> bool:
    level: list[Any] = [message]
    for _ in range(MAX_DEPTH):
        children = (item.values() if isinstance(item, dict) else item for item in level)
        level = [child for items in children for child in items if isinstance(child, dict | list)]
        if not level:
            return False
    return True
