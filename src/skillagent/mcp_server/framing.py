"""One message as it comes in: text that the SDK reads, or the JSON-RPC error that answers it.

The SDK drops what it cannot read without a word, and its host waits for ever. So nothing goes to
it that is no message, and what is wrong is said here. Half a surrogate pair (hosts cut emoji, and
models write halves) is replaced, for no reader of the answer could decode it.

Above: `early_handshake` and `stdio`, where a message is a line; `request_checks`, where it is a
body. Below: nothing but JSON.

Source: JSON-RPC 2.0, sections 4 to 6; Model Context Protocol, "Base protocol".
"""

from __future__ import annotations

import codecs
import json
import re
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias, TypeGuard

PARSE_ERROR, INVALID_REQUEST = -32700, -32600
LONGEST = 4 * 1024 * 1024
"""Bytes of a message."""
DEEPEST = 100
"""Levels of lists and objects; the SDK's reader gives up at 200."""

Id: TypeAlias = int | str

# An escape in JSON: half a surrogate pair, or another one, a whole pair among them.
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why what came is no message."""

    code: int
    """Of JSON-RPC."""
    reason: str
    id: Id | None = None
    """Of the request, where it has one."""
    batch: tuple[Id, ...] = ()
    """Ids of the requests of a batch: each is refused."""

    def answer(self) -> str:
        """The error as JSON, in ASCII."""
        if self.batch:
            return json.dumps([self._error(number) for number in self.batch])
        return json.dumps(self._error(self.id))

    def _error(self, number: Id | None) -> dict[str, Any]:
        name = "Parse error" if self.code == PARSE_ERROR else "Invalid request"
        error = {"code": self.code, "message": f"{name}: {self.reason}"}
        return {"jsonrpc": "2.0", "id": number, "error": error}


TOO_LONG = Refusal(INVALID_REQUEST, f"the message is longer than {LONGEST} bytes")


def is_blank(data: bytes) -> bool:
    """Whether there is nothing in it; a blank line is no message, and wants no answer."""
    return not data.removeprefix(codecs.BOM_UTF8).strip()


def read(data: bytes) -> str | Refusal:
    """One message.

    Args:
        data: a line, or a body; a byte order mark is dropped, invalid UTF-8 replaced.

    Returns:
        JSON of one message that the SDK takes, or what is wrong with it.
    """
    if len(data) > LONGEST:
        return TOO_LONG
    text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    text = _ESCAPE.sub(lambda escape: r"\ufffd" if escape["half"] else escape[0], text)
    try:
        message = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        return Refusal(PARSE_ERROR, f"no JSON: {error.msg} at character {error.pos + 1}")
    except RecursionError:
        return Refusal(PARSE_ERROR, "nested too deep")
    except ValueError as error:
        return Refusal(PARSE_ERROR, str(error).partition(";")[0])
    return _refusal(message) or text


def is_id(value: object) -> TypeGuard[Id]:
    """Whether a value can be the id of a request."""
    return isinstance(value, int | str) and not isinstance(value, bool)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"no JSON: it holds {name}")


def _refusal(message: object) -> Refusal | None:
    if isinstance(message, list):
        ids = tuple(one["id"] for one in message if isinstance(one, dict) and is_id(one.get("id")))
        return Refusal(INVALID_REQUEST, "a batch is not taken: send one message each", batch=ids)
    if not isinstance(message, dict):
        return Refusal(INVALID_REQUEST, "the message is no object")
    number = message.get("id")
    reason = _fault(message) or ("it is nested too deep" if _is_deep(message) else "")
    if not reason:
        return None
    # The id of a reply is one that we gave: in an answer it would name another request.
    asks = "method" in message or not ("result" in message or "error" in message)
    return Refusal(INVALID_REQUEST, reason, number if asks and is_id(number) else None)


def _fault(message: dict[str, Any]) -> str:
    """What is wrong with an object as a message; empty if nothing is."""
    if message.get("jsonrpc") != "2.0":
        return 'jsonrpc is not "2.0"'
    if "id" in message and not is_id(message["id"]) and "error" not in message:
        return "its id is neither a string nor an integer"
    replies = [name for name in ("result", "error") if name in message]
    if "method" not in message:
        return "" if replies and _is_reply(message) else "it has no method"
    if replies:
        return f"it has both a method and {replies[0]}"
    if not isinstance(message["method"], str):
        return "its method is no string"
    if not isinstance(message.get("params"), dict | None):
        return "its params are no object"
    return ""


def _is_reply(message: dict[str, Any]) -> bool:
    if "error" not in message:
        return is_id(message.get("id")) and isinstance(message["result"], dict)
    error, number = message["error"], message.get("id")
    return (
        "result" not in message
        and "id" in message
        and (number is None or is_id(number))
        and isinstance(error, dict)
        and is_id(error.get("code"))
        and isinstance(error["code"], int)
        and isinstance(error.get("message"), str)
    )


def _is_deep(message: object) -> bool:
    level: list[Any] = [message]
    for _ in range(DEEPEST):
        values = (one.values() if isinstance(one, dict) else one for one in level)
        level = [inner for some in values for inner in some if isinstance(inner, dict | list)]
        if not level:
            return False
    return True
