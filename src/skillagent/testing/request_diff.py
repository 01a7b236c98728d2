"""What differs between two requests, in words: the parts of a body and how they are compared.

Above: `replay`, which picks what to compare. Below: `digest`.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, zip_longest
from typing import Any

from skillagent.digest import canonical_json

SHOWN_LINES = 12
"""Of one difference."""
SHOWN_CHARACTERS = 160
"""Of one line of a difference."""
COMPARED_LINES = 2_000
"""Of a text: a longer one is compared as one line, for a diff of it would take too long."""
_AROUND = 40
_COMPARED = 4_000


class _Absent:
    def __repr__(self) -> str:
        return "absent"


_ABSENT = _Absent()


def alike(text: str, other: str) -> float:
    """From 0 to 1, by the ends of two texts: there a conversation goes on."""
    pair = text[-_COMPARED:], other[-_COMPARED:]
    return difflib.SequenceMatcher(None, *pair, autojunk=False).quick_ratio()


@dataclass(frozen=True, slots=True)
class Parts:
    """A body of any of the APIs, cut into what can drift. Together they are all of it."""

    system: Any
    model: Any
    tools: Mapping[str, Any]
    messages: Sequence[Any]
    parameters: Mapping[str, Any]


def parts(kind: str, body: Any) -> Parts:
    """A body cut into what can drift.

    Args:
        kind: the API, as `cassette.kind_of` names it.
        body: as it is compared.
    """
    if not isinstance(body, Mapping):
        return Parts(_ABSENT, _ABSENT, {}, (), {} if body is None else {"body": body})
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
    return Parts(system, rest.pop("model", _ABSENT), tools, messages, rest)


def _tool_name(tool: Any) -> str:
    if not isinstance(tool, Mapping):
        return short(tool)
    function = tool.get("function")
    inner = function.get("name") if isinstance(function, Mapping) else None
    return str(tool.get("name") or inner or tool.get("type"))


def distance(old: Parts, new: Parts) -> int:
    """How many parts differ; cheap, for it is taken of every recording."""
    pairs = [(old.system, new.system), (old.model, new.model)]
    for before, after in ((old.parameters, new.parameters), (old.tools, new.tools)):
        names = {*before, *after}
        pairs += [(before.get(name, _ABSENT), after.get(name, _ABSENT)) for name in names]
    shared = Counter(map(canonical_json, old.messages)) & Counter(map(canonical_json, new.messages))
    apart = max(len(old.messages), len(new.messages)) - shared.total()
    return apart + sum(not _same(*pair) for pair in pairs)


def differences(before: Parts, after: Parts) -> Iterator[str]:
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
                yield f"  {gone}: was recorded, and is missing now: {short(old[was])}"
            elif was is None:
                come = f"message {now + 1} ({_role(new[now])})"
                yield f"  {come}: is new, and was not recorded: {short(new[now])}"
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
            lines.append(f"    {at}{short(was)} → {short(now)}")
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


def short(value: Any) -> str:
    """A value in one short line."""
    return repr(value) if value is _ABSENT else _cut(canonical_json(value))


def _same(old: Any, new: Any) -> bool:
    if old is _ABSENT or new is _ABSENT:
        return old is new
    # Not `==`: to Python True is 1.
    return canonical_json(old) == canonical_json(new)
