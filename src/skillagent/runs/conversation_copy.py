"""The saved conversation that a run continues, as a record keeps it: without secrets.

It keeps its form, so that it can be loaded and continued. The words of the model and of the
answers have their secrets replaced as everywhere in the record, so a replay that continues from
here asks what was recorded.

Above: `recorder`. Below: `secrets`.
"""

from __future__ import annotations

from typing import Any

from skillagent.errors import UsageError
from skillagent.recording import strict_json
from skillagent.secrets import Scrubber


def copy_conversation(data: bytes, scrubber: Scrubber) -> bytes:
    """The content of a saved conversation without secrets; unchanged if it has none.

    Args:
        data: content of the file.
        scrubber: removes secrets.

    Raises:
        UsageError: it is no saved conversation.
    """
    try:
        saved = strict_json.parsed(data)
        clean = scrubber.value(saved)
        if clean == saved:
            return data
        _forget_arguments(clean)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UsageError(f"the conversation to continue cannot be recorded: {error!r}") from None
    return strict_json.dumped(clean)


def _forget_arguments(saved: dict[str, Any]) -> None:
    # A ledger cuts long arguments, perhaps inside a secret, whose rest nothing can recognise.
    for entry in saved["state"]["entries"]:
        entry["arguments"] = {}
