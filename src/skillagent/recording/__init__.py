"""Recorded exchanges with a model: the request in a canonical form, the answer, and their file.

Nothing here knows where an exchange was recorded. Whoever records gives the type of its requests
and answers: `testing.wire.exchange` does so for HTTP.

- `request`: a request as it is matched, its digest and its parts.
- `exchange`: a request and its answer, of any type.
- `cassette`: a file of exchanges, one JSON line each.
- `difference`: the recorded request nearest to another one, and how the two differ, in words.
- `scrubbing`: removes secrets from answers, also from those that were streamed in pieces.

Above: `testing`. Below: `digest` and `secrets`.
"""

from skillagent.recording.cassette import Cassette
from skillagent.recording.exchange import Exchange, RecordableRequest
from skillagent.recording.request import CanonicalRequest, RequestParts

__all__ = [
    "CanonicalRequest",
    "Cassette",
    "Exchange",
    "RecordableRequest",
    "RequestParts",
]
