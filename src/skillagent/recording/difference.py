"""The difference between two requests, in words, and the recorded request nearest to another.

Above: whoever replays a cassette. Below: `request`.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby, zip_longest
from typing import Any

from skillagent.digest import canonical_json
from skillagent.recording.request import ABSENT, CanonicalRequest, RequestParts

SHOWN_LINES = 12
"""Lines shown of one difference."""
SHOWN_CHARACTERS = 160
"""Characters shown of one line."""
COMPARED_LINES = 2_000
"""A text with more lines is compared as one line: its diff would take too long."""
_AROUND = 40
"""Characters shown before the first change of a long line."""
_COMPARED = 4_000
"""Characters of two texts that `similarity` compares."""


def similarity(before: str, after: str) -> float:
    """How similar two texts are, from 0 to 1. Only their ends count: conversations grow there."""
    pair = before[-_COMPARED:], after[-_COMPARED:]
    return difflib.SequenceMatcher(None, *pair, autojunk=False).quick_ratio()


def nearest(
    request: CanonicalRequest,
    recorded: Sequence[CanonicalRequest],
    is_used: Callable[[int], bool],
) -> int:
    """The recorded request that was most likely meant, as its place in `recorded`.

    That is the one with the fewest parts that differ; among equals the one whose text is the most
    similar, then one that was not used yet, then the first.

    Args:
        request: a request that matches none of the recorded ones.
        recorded: the candidates, at least one, in the order of their recording.
        is_used: whether the candidate at this place has answered a request already.
    """
    parts, text = request.parts, canonical_json(request.body)
    distances = [distance(candidate.parts, parts) for candidate in recorded]
    least = min(distances)
    return min(
        (place for place, number in enumerate(distances) if number == least),
        key=lambda place: (
            -similarity(canonical_json(recorded[place].body), text),
            is_used(place),
            place,
        ),
    )


def distance(before: RequestParts, after: RequestParts) -> int:
    """The number of parts that differ. It is cheap, because every recording is measured."""
    pairs = [(before.system, after.system), (before.model, after.model)]
    for old, new in ((before.parameters, after.parameters), (before.tools, after.tools)):
        pairs += [(old.get(name, ABSENT), new.get(name, ABSENT)) for name in {*old, *new}]
    old_messages = Counter(map(canonical_json, before.messages))
    new_messages = Counter(map(canonical_json, after.messages))
    longer = max(len(before.messages), len(after.messages))
    unlike = longer - (old_messages & new_messages).total()
    return unlike + sum(not _same(*pair) for pair in pairs)


def differences(before: RequestParts, after: RequestParts) -> Iterator[str]:
    """The differences of two bodies: a block of lines for each part that differs."""
    if not _same(before.system, after.system):
        yield _block("system prompt", before.system, after.system)
    if not _same(before.model, after.model):
        yield _block("model", before.model, after.model)
    for name in sorted({*before.parameters, *after.parameters}):
        pair = before.parameters.get(name, ABSENT), after.parameters.get(name, ABSENT)
        if not _same(*pair):
            yield _block(f"parameter {name}", *pair)
    yield from _tools(before.tools, after.tools)
    yield from _messages(before.messages, after.messages)


def _tools(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for name in [*old, *(name for name in new if name not in old)]:
        if name not in new:
            yield f"  tool {_cut(name)}: was recorded, and is not offered now"
        elif name not in old:
            yield f"  tool {_cut(name)}: is offered now, and was not recorded"
        elif not _same(old[name], new[name]):
            yield _block(f"tool schema of tool {_cut(name)}", old[name], new[name])
    before = [_cut(name) for name in old if name in new]
    after = [_cut(name) for name in new if name in old]
    if before != after:
        yield f"  order of the tools: {', '.join(before)} → {', '.join(after)}"


def _messages(old: Sequence[Any], new: Sequence[Any]) -> Iterator[str]:
    texts = (
        [canonical_json(message) for message in old],
        [canonical_json(message) for message in new],
    )
    matcher = difflib.SequenceMatcher(None, *texts, autojunk=False)
    for kind, start, stop, begin, end in matcher.get_opcodes():
        if kind == "equal":
            continue
        for was, now in zip_longest(range(start, stop), range(begin, end)):
            if now is None:
                place = f"message {was + 1} ({_role(old[was])})"
                yield f"  {place}: was recorded, and is missing now: {short(old[was])}"
            elif was is None:
                place = f"message {now + 1} ({_role(new[now])})"
                yield f"  {place}: is new, and was not recorded: {short(new[now])}"
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
            yield from _leaves(old.get(name, ABSENT), new.get(name, ABSENT), inner)
    elif isinstance(old, list | tuple) and isinstance(new, list | tuple):
        for at, (was, now) in enumerate(zip_longest(old, new, fillvalue=ABSENT)):
            yield from _leaves(was, now, f"{path}[{at}]")
    elif not _same(old, new):
        yield path, old, new


def _diff(old: str, new: str) -> Iterator[str]:
    """A unified diff without its header; long lines are cut to the surroundings of the change."""
    before, after = old.split("\n"), new.split("\n")
    if max(len(before), len(after)) > COMPARED_LINES:
        before, after = [old], [new]
    lines = list(difflib.unified_diff(before, after, lineterm="", n=1))[2:]
    for mark, run in groupby(lines, lambda line: line[0] in "-+"):
        changes = list(run)
        removed = [line[1:] for line in changes if line.startswith("-")]
        added = [line[1:] for line in changes if line.startswith("+")]
        if mark and len(removed) == len(added):
            pairs = [_around(*pair) for pair in zip(removed, added, strict=True)]
            yield from (f"-{was}" for was, _ in pairs)
            yield from (f"+{now}" for _, now in pairs)
        else:
            yield from (_cut(line) for line in changes if not line.startswith("@@"))


def _around(old: str, new: str) -> tuple[str, str]:
    if max(len(old), len(new)) <= SHOWN_CHARACTERS:
        return old, new
    first = next(
        (at for at, (was, now) in enumerate(zip(old, new, strict=False)) if was != now),
        min(len(old), len(new)),
    )
    start = max(0, first - _AROUND)
    mark = "…" if start else ""
    return _cut(mark + old[start:]), _cut(mark + new[start:])


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "…"


def short(value: Any) -> str:
    """A value as one short line of JSON."""
    return repr(value) if value is ABSENT else _cut(canonical_json(value))


def _same(old: Any, new: Any) -> bool:
    if old is ABSENT or new is ABSENT:
        return old is new
    # Not `==`: for Python, True equals 1.
    return canonical_json(old) == canonical_json(new)
