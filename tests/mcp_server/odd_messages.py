"""What a careless host sends: the same for lines over stdio and bodies over HTTP."""

from __future__ import annotations

import json

from skillagent.mcp_server.framing import INVALID_REQUEST, MAX_BYTES, PARSE_ERROR, Id

ODD: list[tuple[bytes, int, Id | list[Id] | None]] = [
    (b"not json", PARSE_ERROR, None),
    (b'{"jsonrpc": "2.0", "id": 1, "method": "ping"', PARSE_ERROR, None),
    (b"{'jsonrpc': '2.0'}", PARSE_ERROR, None),
    (b'\xef\xbb\xbf\xef\xbb\xbf{"jsonrpc": "2.0", "id": 1, "method": "ping"}', PARSE_ERROR, None),
    ('{"jsonrpc": "2.0", "id": 1, "method": "ping"}'.encode("utf-16"), PARSE_ERROR, None),
    (b'{"jsonrpc": "2.0", "id": NaN, "method": "ping"}', PARSE_ERROR, None),
    (b'{"jsonrpc": "2.0", "id": 1, "method": "x", "params": {"a": -Infinity}}', PARSE_ERROR, None),
    (b'{"jsonrpc": "2.0", "id": ' + b"9" * 5_000 + b', "method": "ping"}', PARSE_ERROR, None),
    (b'{"jsonrpc": "2.0", "id": 1, "method": "a\x01b"}', PARSE_ERROR, None),
    (b"[" * 100_000, PARSE_ERROR, None),
    (b"7", INVALID_REQUEST, None),
    (b'"tools/list"', INVALID_REQUEST, None),
    (b"null", INVALID_REQUEST, None),
    (b"true", INVALID_REQUEST, None),
    (b"{}", INVALID_REQUEST, None),
    (b"[]", INVALID_REQUEST, None),
    (b"[1, 2]", INVALID_REQUEST, None),
    (b'[{"jsonrpc": "2.0", "method": "notifications/initialized"}]', INVALID_REQUEST, None),
    (
        b'[{"jsonrpc": "2.0", "id": 7, "method": "ping"}, 3, {"jsonrpc": "2.0", "id": "b"}]',
        INVALID_REQUEST,
        [7, "b"],
    ),
    (b'{"jsonrpc": "2.0", "id": 4}', INVALID_REQUEST, 4),
    (b'{"jsonrpc": "1.0", "id": 4, "method": "ping"}', INVALID_REQUEST, 4),
    (b'{"id": "four", "method": "ping"}', INVALID_REQUEST, "four"),
    (b'{"jsonrpc": "2.0", "id": 4, "method": 5}', INVALID_REQUEST, 4),
    (b'{"jsonrpc": "2.0", "id": 4, "method": "ping", "params": [1]}', INVALID_REQUEST, 4),
    (b'{"jsonrpc": "2.0", "id": 4, "method": "ping", "params": "x"}', INVALID_REQUEST, 4),
    (b'{"jsonrpc": "2.0", "id": null, "method": "ping"}', INVALID_REQUEST, None),
    (b'{"jsonrpc": "2.0", "id": true, "method": "ping"}', INVALID_REQUEST, None),
    (b'{"jsonrpc": "2.0", "id": 1.5, "method": "ping"}', INVALID_REQUEST, None),
    (b'{"jsonrpc": "2.0", "id": {}, "method": "ping"}', INVALID_REQUEST, None),
    (b'{"jsonrpc": "2.0", "method": "notifications/x", "params": 5}', INVALID_REQUEST, None),
    (b'{"jsonrpc": "2.0", "id": 4, "result": 5}', INVALID_REQUEST, None),
    (b'{"jsonrpc": "2.0", "id": 4, "error": "no"}', INVALID_REQUEST, None),
    (
        b'{"jsonrpc": "2.0", "id": 4, "method": "ping", "error": {"code": 1, "message": "x"}}',
        INVALID_REQUEST,
        4,
    ),
    (
        b'{"jsonrpc": "2.0", "id": 4, "method": "x", "params": {"a": '
        + b"[" * 300
        + b"]" * 300
        + b"}}",
        INVALID_REQUEST,
        4,
    ),
]
"""Invalid messages, each with the code and id of its error; a list of ids for a batch."""

TOO_LONG = (b'{"jsonrpc": "2.0", "id": 4, "x": "' + b"x" * MAX_BYTES + b'"}', INVALID_REQUEST, None)
ODD_LINES = [*ODD, TOO_LONG]

PING = b'{"jsonrpc": "2.0", "id": 8, "method": "ping"}'
GOOD: dict[str, tuple[bytes, Id]] = {
    "byte order mark": (b"\xef\xbb\xbf" + PING, 8),
    "carriage return": (PING + b"\r", 8),
    "spaces": (b" \t" + PING + b"  ", 8),
    "duplicate keys": (b'{"jsonrpc": "2.0", "id": 3, "id": 8, "method": "x", "method": "ping"}', 8),
    "huge id": (PING.replace(b"8", b"9" * 4_000), int("9" * 4_000)),
    "negative id": (PING.replace(b"8", b"-8"), -8),
    "other id": (PING.replace(b"8", b'"\\u2028 \\" x"'), '\u2028 " x'),
    "invalid id": (PING.replace(b"8", b'"a\xff\xfe"'), "a\ufffd\ufffd"),
    "endless number": (PING[:-1] + b', "params": {"_meta": {"x": 1e999}}}', 8),
    "no params": (PING[:-1] + b', "params": null}', 8),
    "deep": (
        PING[:-1] + b', "params": {"_meta": {"x": ' + b"[" * 90 + b"]" * 90 + b"}}}",
        8,
    ),
    "long": (PING[:-1] + b', "params": {"_meta": {"x": "' + b"x" * 3_000_000 + b'"}}}', 8),
    "more keys": (json.dumps({**json.loads(PING), "more": [1], "jsonrpc ": ""}).encode(), 8),
}
"""Odd messages that are requests: each is answered as one, with its id."""

HALVES = {
    "escape of the first": b"\\ud83d",
    "escape of the second": b"\\uDE00",
    "two of the first": b"\\ud83d\\ud83d",
    "wrong way round": b"\\ude00\\ud83d",
    "byte": b"\xff",
    "bytes of half": b"\xed\xa0\xbd",
    "bytes cut": b"\xf0\x9f\x98",
}
