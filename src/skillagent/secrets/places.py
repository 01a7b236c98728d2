"""Recognises secrets by their position: after a name or a scheme, in an address or a form.

In free text, a value counts only if it could be a key: "password: see below" has no secret.

Above: `scrubber`. Below: nothing.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import unquote

from skillagent.secrets.formats import has_digit

_REMEMBERED = 512
"""So many names of fields are remembered: a run has the same few a thousand times."""
_NAMES = tuple(
    "apikey apitoken apisecret authtoken accesstoken refreshtoken idtoken sessiontoken"
    " securitytoken bearertoken bottoken secretkey secretaccesskey accesskey accesskeyid"
    " subscriptionkey privatekey signingkey clientsecret secret password passwd passphrase"
    " authorization credential credentials cookie cookies connectionstring".split()
)
_QUERY_NAMES = frozenset(("key", "sig", "auth", "signature", "xamzsignature", "hmac", "token"))
_VARIABLE_ENDS = ("token", "key", "secret", "pass", "passwd", "password", "passphrase", "pwd")
_SEPARATOR = re.compile("[:=]")
_QUOTE = r"""\s{0,4}\\{0,4}["']?"""
_LETTER = r"""[^\s"'\\&;,<>(){}\[\]|`*$…]"""
# Bounded, so that a text of names alone is not read to its end for each of them.
_NAMED_VALUE = re.compile(rf"{_QUOTE}({_LETTER}{{8,256}}+)")
_AUTHORIZATION = re.compile(rf"{_QUOTE}(?:[A-Za-z][A-Za-z-]{{2,20}} {{1,4}})?({_LETTER}{{8,256}}+)")
_COOKIES = re.compile(_QUOTE + r"""([^\r\n"'\\`=]{1,128}+=[^\r\n"'\\`]{4,}+)""")
_FIELD_VALUE = re.compile(rf"({_LETTER}{{1,256}}+)")
_REST = re.compile(rf"{_LETTER}*+")
_FIELD_NAME = re.compile(r"(?:^|[?&\n])(?:export )?([A-Za-z0-9_.-]{1,64})$")
_SCHEME = re.compile(r"(?i)\b(?:bearer|basic)[ \t:=]{1,4}([A-Za-z0-9._~+/-]{8,}+={0,2}+)")
_USER = re.compile(
    r"""(?<=://)(?:[^\s/@:"'<>]{0,128}+:[^\s/@"'<>]{1,256}+|[A-Za-z0-9_-]{16,128}+)(?=@)"""
)
_PART = re.compile(
    r"""(?i)name="([^"\r\n]{1,64})"[^\r\n]{0,200}+(?:\r?\n[^\r\n]{1,200}+){0,3}?\r?\n\r?\n([^\r\n]++)"""
)


@lru_cache(_REMEMBERED)
def is_secret_name(name: str) -> bool:
    """Whether a field, header or parameter of this name holds a secret.

    Args:
        name: name in upper or lower case, with its words joined in any way, and with any words
            before them: `X-Api-Key`, `clientSecret`, `DB_PASSWORD`.
    """
    plain = _plain(name)
    return plain == "token" or plain.endswith(_NAMES)


def of_places(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of every secret that is recognised by its position."""
    yield from _of_names(text)
    if "://" in text:
        for match in _USER.finditer(text):
            if ":" in match[0] or is_random(match[0]):
                yield match.span()
    for match in _SCHEME.finditer(text):
        if is_random(match[1]) or _is_login(match[1]):
            yield match.span(1)
    if "form-data" in text:
        for match in _PART.finditer(text):
            if is_secret_name(match[1]):
                yield match.span(2)


def _of_names(text: str) -> Iterator[tuple[int, int]]:
    """Values after a name, as in `password: …`, `"apiKey": "…"` and `?key=…`."""
    end = 0
    for separator in _SEPARATOR.finditer(text):
        at = separator.start()
        # Text inside a value that was recognised is not a name.
        match = _value_after(text[max(0, at - 80) : at], text, separator) if at >= end else None
        if match is not None:
            rest = _REST.match(text, match.end(1))
            end = rest.end() if rest else match.end(1)
            yield match.start(1), end


def _value_after(before: str, text: str, separator: re.Match[str]) -> re.Match[str] | None:
    """The secret that follows a name; None if there is no secret.

    Args:
        before: text before the separator, as far as a name may reach.
        text: the whole text.
        separator: a colon or an equals sign.
    """
    at = separator.end()
    field = _FIELD_NAME.search(before) if separator[0] == "=" else None
    if field and is_secret_name(field[1]):
        # In a form, a query or a settings file, any value after such a name is a secret.
        return _FIELD_VALUE.match(text, at)
    name = _plain(before.rstrip(" \t\"'\\"))
    if name.endswith(("cookie", "cookies")):
        return _COOKIES.match(text, at)
    if name.endswith("authorization"):
        return _if_random(_AUTHORIZATION.match(text, at))
    if name.endswith("token") or name.endswith(_NAMES) or (field and names_parameter(field[1])):
        return _if_random(_NAMED_VALUE.match(text, at))
    return None


def _if_random(match: re.Match[str] | None) -> re.Match[str] | None:
    return match if match and (is_random(match[1]) or _is_login(match[1])) else None


def names_parameter(name: str) -> bool:
    """Whether a parameter of this name, in a query or form, holds a secret."""
    return is_secret_name(name) or _plain(unquote(name)) in _QUERY_NAMES


def names_header(name: str) -> bool:
    """Whether a header of this name holds a secret, as `X-Functions-Key` does."""
    return is_secret_name(name) or _plain(name).endswith(("token", "key"))


def names_variable(name: str) -> bool:
    """Whether an environment variable of this name holds a secret, as `GITHUB_TOKEN` does."""
    return is_secret_name(name) or _plain(name).endswith(_VARIABLE_ENDS)


@lru_cache(_REMEMBERED)
def ends_in_token(name: str) -> bool:
    """Whether a field of this name may hold a secret; it need not: a page token is none."""
    return _plain(name).endswith("token")


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").replace(" ", "").lower()


def is_random(text: str) -> bool:
    """Whether a text may be a key or a password: long enough, of letters and digits."""
    return len(text) >= 8 and has_digit(text) and any(letter.isalpha() for letter in text)


def _is_login(text: str) -> bool:
    return ":" in login(text)


def login(text: str) -> str:
    """User and password of basic authentication; empty if the text is something else."""
    try:
        decoded = base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError):
        return ""
    return decoded if decoded.isprintable() else ""
