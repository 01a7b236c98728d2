"""A recorded exchange: a request, its digest and the answer to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Generic, Protocol, TypeVar

from skillagent.recording.request import CanonicalRequest

if TYPE_CHECKING:
    from pydantic import ConfigDict

STRICT: ConfigDict = {"extra": "forbid"}
"""pydantic's configuration of all that a cassette holds: an unknown field is an error."""


class RecordableRequest(Protocol):
    """A request as one boundary records it: HTTP keeps a path and headers, others need not."""

    @property
    def canonical(self) -> CanonicalRequest:
        """What of it is matched and compared."""
        ...


RequestT = TypeVar("RequestT", bound=RecordableRequest)
AnswerT = TypeVar("AnswerT")


@dataclass(frozen=True, slots=True)
class Exchange(Generic[RequestT, AnswerT]):
    """A request and its answer.

    Both are dataclasses of JSON values; see `Cassette`.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    digest: str
    """Of the canonical request."""
    request: RequestT
    answer: AnswerT

    @classmethod
    def of(cls, request: RequestT, answer: AnswerT) -> Exchange[RequestT, AnswerT]:
        """An exchange with the digest of its request.

        Raises:
            ValueError, TypeError: the body of the request is not JSON.
        """
        return cls(request.canonical.digest, request, answer)
