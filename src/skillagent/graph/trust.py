"""What the header of a concept says of where it is from, and how far to trust it, in a few words.

The keys are those of the Open Knowledge Format: `sources`, `generated`, `verified`, `status`,
`stale_after`. Section 5.3 of its specification derives the tier of trust from `verified`.

Above: summaries, `lint`. Below: `okf`, values of headers.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum

from skillagent.graph.okf import is_since
from skillagent.graph.outdated import Outdated
from skillagent.markdown import Value, scalar_text

HUMAN = "human:"
"""What the name of a person begins with where an actor is named."""
_STALE = "stale"
_TOLD = frozenset(("generated", "verified", "usage_window", "stale_after"))
"""Keys whose meaning is told in other words."""


class Trust(StrEnum):
    """Who has confirmed a concept; the lowest tier first."""

    UNVERIFIED = "unverified"
    MACHINE_CONFIRMED = "machine-confirmed"
    HUMAN_REVIEWED = "human-reviewed"


def moment(value: Value) -> datetime | None:
    """A moment as the format writes it: a day and time with an offset; None for anything else."""
    try:
        at = datetime.fromisoformat(scalar_text(value).strip())
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else None


def verifications(value: Value) -> tuple[Mapping[str, Value], ...]:
    """The events in `verified`; a single one may be written without a list."""
    events = (value,) if isinstance(value, Mapping) else value
    if not isinstance(events, tuple):
        return ()
    return tuple(event for event in events if isinstance(event, Mapping))


def is_overtaken(event: Mapping[str, Value], fields: Mapping[str, Value]) -> bool:
    """Whether the content is newer than a verification of it, as far as their moments tell."""
    generated = fields.get("generated")
    written = moment(generated.get("at")) if isinstance(generated, Mapping) else None
    confirmed = moment(event.get("at"))
    return written is not None and (confirmed is None or confirmed < written)


def trust_of(fields: Mapping[str, Value], version: str) -> Trust:
    """The tier of a concept.

    Args:
        fields: its header.
        version: of the format. Since 0.3, a verification counts only while the content is not
            newer.
    """
    events = verifications(fields.get("verified"))
    if is_since(version, (0, 3)):
        events = tuple(event for event in events if not is_overtaken(event, fields))
    actors = [scalar_text(event.get("by")).strip() for event in events]
    if any(actor.startswith(HUMAN) and actor != HUMAN for actor in actors):
        return Trust.HUMAN_REVIEWED
    return Trust.MACHINE_CONFIRMED if any(actors) else Trust.UNVERIFIED


def told(
    fields: Mapping[str, Value], version: str, outdated: Outdated | None
) -> Mapping[str, Value]:
    """The fields of a concept's header as a summary shows them.

    Trust and freshness are one word each, and a source is its address; who did what and when
    stays in the file.

    Args:
        fields: the fields, without those that are shown in another way.
        version: of the format.
        outdated: why not to rely on the concept; None if nothing speaks against it.
    """
    shown: dict[str, Value] = {"trust": trust_of(fields, version).value}
    if "status" in fields:
        shown["status"] = fields["status"]
    # What is deprecated is not said to be fresh, and was never asked whether it is stale.
    if "stale_after" in fields and (outdated is None or outdated.word == _STALE):
        shown["freshness"] = _STALE if outdated else "fresh"
    if isinstance(sources := fields.get("sources"), tuple):
        shown["sources"] = ", ".join(filter(None, map(_address, sources)))
    for key, value in fields.items():
        if key in ("executor", "attester") and isinstance(value, Mapping):
            shown[key] = _address(value)
        elif key not in _TOLD:
            shown.setdefault(key, value)
    return shown


def _address(source: Value) -> str:
    value = source.get("resource") if isinstance(source, Mapping) else source
    return scalar_text(value).strip()
