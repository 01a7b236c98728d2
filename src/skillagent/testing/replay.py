"""Replay: a cassette answers, and a request that differs is told exactly what drifted.

A request is matched by the digest of its API and body. One that matches nothing is compared
part by part (system prompt, model, parameters, tools, messages) with the recorded request
that has the fewest parts that differ.

Above: `cli`. Below: `cassette`, the file; `transport` and `server`, the ways in.
"""

from __future__ import annotations

import copy
import difflib
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, zip_longest
from typing import Any, TypeAlias

from skillagent.digest import canonical_json
from skillagent.testing import cassette
from skillagent.testing.server import Server
from skillagent.testing.transport import Clients, refusal
from skillagent.testing.wire import METHOD, Answer

Normalise: TypeAlias = Callable[[Any], Any]
"""From the body of a request to what of it is compared; it is given a copy."""

SHOWN_LINES = 12
"""Of one difference."""
SHOWN_CHARACTERS = 160
"""Of one line of a difference."""
COMPARED_LINES = 2_000
"""Of a text: a longer one is compared as one line, for a diff of it would take too long."""
SHOWN_REPORT = 6_000
"""Characters of a whole report."""
_AROUND = 40
_COMPARED = 4_000
_RETRY = "x-stainless-retry-count"


class _Absent:
    def __repr__(self) -> str:
        return "absent"


_ABSENT = _Absent()


@dataclass(frozen=True, slots=True)
class _Recording:
    """An exchange as it is matched."""

    number: int
    """From 1."""
    place: str
    """File and line."""
    kind: str
    digest: str
    body: Any
    answer: Answer

    def __str__(self) -> str:
        return f"recorded request {self.number} ({self.place})"


class Replay(Clients):
    """Answers from a cassette. Safe to share by threads.

    Args:
        path: of the cassette.
        normalise: takes out of a body what differs each time (time stamps, random ids), on
            both sides, before they are compared.
        strict: True: each recording answers once, in the recorded order. False: in any order,
            and the last answer to a request repeats.
        any_order: True for clients that ask in parallel: each recording once, in any order.

    Raises:
        UsageError: the file cannot be read, is no cassette, or has a broken line.
        ValueError, TypeError: what `normalise` made of a body is no JSON.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        normalise: Normalise | None = None,
        strict: bool = True,
        any_order: bool = False,
    ) -> None:
        self._normalise = normalise
        self._once = strict
        self._in_order = strict and not any_order
        name = os.path.basename(os.fspath(path))
        self._recordings = tuple(
            self._recording(number, f"{name}:{line}", made)
            for number, (line, made) in enumerate(cassette.read(path), 1)
        )
        self._lock = threading.Lock()
        self._left = list(self._recordings)
        self._drifted: set[int] = set()
        """Numbers of recordings that a drifted request most likely meant."""
        self._last: _Recording | None = None
        self._asked = 0
        self._complaints: list[str] = []

    @property
    def drift(self) -> tuple[str, ...]:
        """What was said of each request that matched nothing."""
        return tuple(self._complaints)

    def assert_done(self) -> None:
        """Every request matched, and every recording was asked for.

        Raises:
            AssertionError: with what drifted, and what was never asked for.
        """
        lines = list(self._complaints)
        lines += [
            f"{one} was never asked for: {_gist(one)}"
            for one in self._left
            if one.number not in self._drifted
        ]
        if lines:
            raise AssertionError("\n".join(lines))

    def respond(self, path: str, headers: Mapping[str, str], raw: bytes) -> Answer:
        """Answer a request, with status 400 where it matches nothing; see `Responder`."""
        known = {name.lower(): value for name, value in headers.items()}
        kind = cassette.kind_of(known.get(METHOD, "POST" if raw else "GET"), path)
        anthropic = kind in ("messages", "count_tokens") or "anthropic-version" in known
        retry = known.get(_RETRY, "0") != "0"
        with self._lock:
            found = self._find(kind, raw, retry)
        if isinstance(found, Answer):
            return found
        return refusal(400, f"replay: {found}", anthropic=anthropic)

    def _recording(self, number: int, place: str, made: cassette.Exchange) -> _Recording:
        kind, answer = made.request.kind, made.answer
        body = self._compared(made.request.body)
        head = (("content-type", answer.content_type),) if answer.content_type else ()
        return _Recording(
            number,
            place,
            kind,
            cassette.digest_of(kind, body),
            body,
            Answer(answer.status, head, answer.data or (b"",)),
        )

    def _compared(self, body: Any) -> Any:
        if self._normalise is None or body is None:
            return body
        return self._normalise(copy.deepcopy(body))

    def _find(self, kind: str, raw: bytes, retry: bool) -> Answer | str:
        """The answer, or what drifted."""
        try:
            body = self._compared(cassette.parsed(raw) if raw else None)
            digest = cassette.digest_of(kind, body)
        except Exception as error:
            return self._note(f"it cannot be compared: {type(error).__name__}: {error}")
        if retry and self._last is not None and self._last.digest == digest:
            # The client did not get it whole: it asks for the same once more.
            return self._last.answer
        fits = [one for one in self._recordings if one.digest == digest]
        left = next((one for one in fits if one in self._left), None)
        if left is not None:
            due = next((one for one in self._left if one.number not in self._drifted), left)
            if self._in_order and due.number < left.number:
                return self._note(f"order: it matches {left}, but {due} comes first")
            self._left.remove(left)
            return self._give(left)
        if fits and not self._once:
            return self._give(fits[-1])
        if fits:
            times = f" (recorded {len(fits)} times)" if len(fits) > 1 else ""
            return self._note(f"order: it matches {fits[-1]}, which was used already{times}")
        return self._note(self._compare(kind, body))

    def _give(self, one: _Recording) -> Answer:
        self._asked += 1
        self._last = one
        return one.answer

    def _compare(self, kind: str, body: Any) -> str:
        same_kind = [one for one in self._recordings if one.kind == kind]
        if not same_kind:
            return f"it matches nothing: no request of {kind!r} was recorded"
        new, text = _parts(kind, body), canonical_json(body)
        far = {one.number: _distance(_parts(kind, one.body), new) for one in same_kind}
        closest = [one for one in same_kind if far[one.number] == min(far.values())]
        nearest = min(
            closest,
            # Of those that are equally close the first that is left is the one that is due.
            key=lambda one: (
                -_alike(canonical_json(one.body), text),
                self._spent(one),
                one.number,
            ),
        )
        self._drifted.add(nearest.number)
        lines = _differences(_parts(kind, nearest.body), new)
        return "\n".join([f"it matches nothing; nearest is {nearest}, which differs in:", *lines])

    def _spent(self, one: _Recording) -> bool:
        return one not in self._left or one.number in self._drifted

    def _note(self, drift: str) -> str:
        self._asked += 1
        text = f"request {self._asked}: {drift}"
        if len(text) > SHOWN_REPORT:
            text = text[:SHOWN_REPORT] + f"… ({len(text)} characters)"
        # Half a surrogate pair could not be sent.
        text = text.encode("utf-8", "backslashreplace").decode()
        self._complaints.append(text)
        return text


def replay(
    path: str | os.PathLike[str],
    *,
    port: int = 0,
    normalise: Normalise | None = None,
    strict: bool = True,
    any_order: bool = False,
) -> Server:
    """A server on 127.0.0.1 that answers from a cassette, to be used with `with`.

    Args:
        path: of the cassette.
        port: 0 for any that is free.
        normalise: see `Replay`.
        strict: see `Replay`.
        any_order: see `Replay`.

    Raises:
        UsageError: the file cannot be read, is no cassette, or has a broken line.
    """
    return Replay(path, normalise=normalise, strict=strict, any_order=any_order).serve(port)


def _gist(one: _Recording) -> str:
    parts = _parts(one.kind, one.body)
    said = f", the last {_short(parts.messages[-1])}" if parts.messages else ""
    return f"{one.kind}, messages: {len(parts.messages)}{said}"


def _alike(text: str, other: str) -> float:
    """From 0 to 1, by the ends of two texts: there a conversation goes on."""
    pair = text[-_COMPARED:], other[-_COMPARED:]
    return difflib.SequenceMatcher(None, *pair, autojunk=False).quick_ratio()


@dataclass(frozen=True, slots=True)
class _Parts:
    """A body of any of the APIs, cut into what can drift. Together they are all of it."""

    system: Any
    model: Any
    tools: Mapping[str, Any]
    messages: Sequence[Any]
    parameters: Mapping[str, Any]


def _parts(kind: str, body: Any) -> _Parts:
    if not isinstance(body, Mapping):
        return _Parts(_ABSENT, _ABSENT, {}, (), {} if body is None else {"body": body})
    rest = dict(body)
    tools: dict[str, Any] = {}
    if isinstance(rest.get("tools"), list) and rest["tools"]:
        for tool in rest.pop("tools"):
            name = _tool_name(tool)
            while name in tools:
                name += " (again)"
            tools[name] = tool
    # A field of another API is no part of its own here, but one parameter more.
    later = kind in ("responses", "input_tokens")
    name = "input" if later else "messages"
    messages: Sequence[Any] = ()
    if rest.get(name) and isinstance(rest[name], list | str):
        messages = rest.pop(name)
        if isinstance(messages, str):
            # Said in a list it would be another request.
            messages, rest[f"form of {name}"] = [messages], "text"
    system = rest.pop("instructions" if later else "system", _ABSENT)
    return _Parts(system, rest.pop("model", _ABSENT), tools, messages, rest)


def _tool_name(tool: Any) -> str:
    if not isinstance(tool, Mapping):
        return _short(tool)
    function = tool.get("function")
    inner = function.get("name") if isinstance(function, Mapping) else None
    return str(tool.get("name") or inner or tool.get("type"))


def _distance(old: _Parts, new: _Parts) -> int:
    """How many parts differ; cheap, for it is taken of every recording."""
    pairs = [(old.system, new.system), (old.model, new.model)]
    for before, after in ((old.parameters, new.parameters), (old.tools, new.tools)):
        names = {*before, *after}
        pairs += [(before.get(name, _ABSENT), after.get(name, _ABSENT)) for name in names]
    shared = Counter(map(canonical_json, old.messages)) & Counter(map(canonical_json, new.messages))
    apart = max(len(old.messages), len(new.messages)) - shared.total()
    return apart + sum(not _same(*pair) for pair in pairs)


def _differences(before: _Parts, after: _Parts) -> Iterator[str]:
    """What differs between two bodies: a block of lines for each part."""
    if not _same(before.system, after.system):
        yield _block("system prompt", before.system, after.system)
    if not _same(before.model, after.model):
        yield _block("model", before.model, after.model)
    for name in sorted({*before.parameters, *after.parameters}):
        pair = before.parameters.get(name, _ABSENT), after.parameters.get(name, _ABSENT)
        if not _same(*pair):
            yield _block(f"parameter {name}", *pair)
    yield from _tools(before.tools, after.tools)
    yield from _messages(before.messages, after.messages)


def _tools(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for name in [*old, *(name for name in new if name not in old)]:
        if name not in new:
            yield f"  tool {name}: was recorded, and is not offered now"
        elif name not in old:
            yield f"  tool {name}: is offered now, and was not recorded"
        elif not _same(old[name], new[name]):
            yield _block(f"tool schema of tool {name}", old[name], new[name])
    kept = [name for name in old if name in new], [name for name in new if name in old]
    if kept[0] != kept[1]:
        yield f"  order of the tools: {', '.join(kept[0])} → {', '.join(kept[1])}"


def _messages(old: Sequence[Any], new: Sequence[Any]) -> Iterator[str]:
    keys = (
        [canonical_json(message) for message in old],
        [canonical_json(message) for message in new],
    )
    matcher = difflib.SequenceMatcher(None, *keys, autojunk=False)
    for kind, start, stop, begin, end in matcher.get_opcodes():
        if kind == "equal":
            continue
        pairs = zip_longest(range(start, stop), range(begin, end))
        for was, now in pairs:
            if now is None:
                gone = f"message {was + 1} ({_role(old[was])})"
                yield f"  {gone}: was recorded, and is missing now: {_short(old[was])}"
            elif was is None:
                come = f"message {now + 1} ({_role(new[now])})"
                yield f"  {come}: is new, and was not recorded: {_short(new[now])}"
            else:
                roles = dict.fromkeys((_role(old[was]), _role(new[now])))
                place = f"message {now + 1} ({' → '.join(roles)})"
                if roles.keys() <= {"system", "developer"}:
                    place = f"system prompt, {place}"
                yield _block(place, old[was], new[now])


def _role(message: Any) -> str:
    if not isinstance(message, Mapping):
        return "user"
    return str(message.get("role") or message.get("type") or "of no role")


def _block(place: str, old: Any, new: Any) -> str:
    lines = [f"  {place}:"]
    for path, was, now in _leaves(old, new, ""):
        at = f"{path}: " if path else ""
        if isinstance(was, str) and isinstance(now, str):
            lines += [f"    {path}:"] if path else []
            lines += [f"      {line}" for line in _diff(was, now)]
        else:
            lines.append(f"    {at}{_short(was)} → {_short(now)}")
    if len(lines) > SHOWN_LINES + 1:
        more = len(lines) - SHOWN_LINES - 1
        lines = [*lines[: SHOWN_LINES + 1], f"    … and {more} lines more"]
    return "\n".join(lines)


def _leaves(old: Any, new: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    """The innermost values that differ, each with its path."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for name in [*old, *(name for name in new if name not in old)]:
            inner = f"{path}.{name}" if path else str(name)
            yield from _leaves(old.get(name, _ABSENT), new.get(name, _ABSENT), inner)
    elif isinstance(old, list) and isinstance(new, list):
        for at, (was, now) in enumerate(zip_longest(old, new, fillvalue=_ABSENT)):
            yield from _leaves(was, now, f"{path}[{at}]")
    elif not _same(old, new):
        yield path, old, new


def _diff(old: str, new: str) -> Iterator[str]:
    """A unified diff without its head; of a long line only what is around the change."""
    before, after = old.split("\n"), new.split("\n")
    if max(len(before), len(after)) > COMPARED_LINES:
        before, after = [old], [new]
    lines = list(difflib.unified_diff(before, after, lineterm="", n=1))[2:]
    for mark, run in groupby(lines, lambda line: line[0] in "-+"):
        found = list(run)
        gone = [line[1:] for line in found if line.startswith("-")]
        come = [line[1:] for line in found if line.startswith("+")]
        if mark and len(gone) == len(come):
            pairs = [_around(*pair) for pair in zip(gone, come, strict=True)]
            yield from (f"-{was}" for was, _ in pairs)
            yield from (f"+{now}" for _, now in pairs)
        else:
            yield from (_cut(line) for line in found if not line.startswith("@@"))


def _around(old: str, new: str) -> tuple[str, str]:
    if max(len(old), len(new)) <= SHOWN_CHARACTERS:
        return old, new
    same = next(
        (at for at, (was, now) in enumerate(zip(old, new, strict=False)) if was != now),
        min(len(old), len(new)),
    )
    start = max(0, same - _AROUND)
    mark = "…" if start else ""
    return _cut(mark + old[start:]), _cut(mark + new[start:])


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "…"


def _short(value: Any) -> str:
    return repr(value) if value is _ABSENT else _cut(canonical_json(value))


def _same(old: Any, new: Any) -> bool:
    if old is _ABSENT or new is _ABSENT:
        return old is new
    # Not `==`: to Python True is 1.
    return canonical_json(old) == canonical_json(new)
