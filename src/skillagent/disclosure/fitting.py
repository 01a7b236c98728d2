"""Takes the first draft that fits, with the closing line that states its cost.

The cost is counted on the text that is returned. No text is cut: a shorter draft is taken.
Above: `toolset`, which makes one `Fitting` for each call. Below: `planning`, whose refusals become
answers here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from skillagent.disclosure import refusals
from skillagent.disclosure.draft import Draft
from skillagent.disclosure.ledger import Level
from skillagent.disclosure.planning import CallRefusedError

ENOUGH_TO_CONTINUE = 200
"""If answers may cost at least so many tokens, the budget is not spent: another call may fit."""


class FittingText(NamedTuple):
    """A text that fits, with its closing line."""

    draft: Draft
    text: str
    cost: int
    """Tokens of `text`."""
    is_refusal: bool


@dataclass(frozen=True, slots=True)
class Fitting:
    """The limits of one answer, and its closing line."""

    count: Callable[[str], int]
    """Returns the tokens of a text."""
    call: int
    """The call's number."""
    remaining: int
    """Tokens left before the call."""
    total: int
    """The session's budget in tokens."""
    room: int
    """Tokens that this answer and all later ones may cost."""
    limit: int
    """Tokens that this answer may cost."""
    characters: int | None
    """Characters that the answer may have; None for no limit."""
    session: str
    """The end of the closing line, which names the session; may be empty."""

    def choose(self, make_drafts: Callable[[int], Iterator[Draft]]) -> FittingText | None:
        """The first draft that fits, or a refusal; None if the budget is spent.

        Args:
            make_drafts: returns the drafts for a limit in tokens, the fullest first.
        """
        try:
            fitting = self._first_fit(make_drafts(self.limit))
        except CallRefusedError as error:
            fitting = self._first_fit(refusals.drafts(error.refusal), is_refusal=True)
        if fitting is None and self.room >= ENOUGH_TO_CONTINUE:
            refusal = refusals.too_large(self.limit)
            fitting = self._first_fit(refusals.drafts(refusal), is_refusal=True)
        return fitting

    def last_words(self, levels: Mapping[str, Level], limit: int) -> tuple[str, int]:
        """The text of the last answer and its cost: the budget is spent. Empty if none fits.

        Args:
            levels: node → the fullest level at which it was shown.
            limit: tokens that the text may cost; the reserve is for this text.
        """
        for words in refusals.last_words(levels):
            text, cost = self._with_closing_line(words)
            if cost <= limit:
                return text, cost
        return "", 0

    def _first_fit(self, drafts: Iterator[Draft], is_refusal: bool = False) -> FittingText | None:
        for draft in drafts:
            text, cost = self._with_closing_line(draft.text)
            if cost <= self.limit and len(text) <= (self.characters or len(text)):
                return FittingText(draft, text, cost, is_refusal)
        return None

    def _with_closing_line(self, body: str) -> tuple[str, int]:
        """A text with its closing line, and the tokens of both, which the line states.

        The stated number is part of the text that is counted, so it is found by trying.
        """
        if not body.isascii():
            # Half a surrogate pair (a model's query may have one) cannot be encoded as UTF-8.
            body = body.encode("utf-8", "replace").decode("utf-8")
        cost = self.count(body)
        # The first guess is mostly right: the body, and the line with about the right number.
        cost += self.count(f"\n{self._closing_line(cost)}")
        for filler in ("", " .", " . ."):
            # The number may change the length of the line a few times before both agree. If they
            # never agree, one more token in the line makes them.
            for _ in range(6):
                text = f"{body}\n{self._closing_line(cost)}{filler}"
                counted = self.count(text)
                if counted == cost:
                    return text, cost
                cost = counted
        # They still differ: the line may be wrong by a token, but the charge is right.
        text = f"{body}\n{self._closing_line(cost)}"
        return text, self.count(text)

    def _closing_line(self, cost: int) -> str:
        left = max(0, self.remaining - cost)
        return f"(call {self.call}: {cost} tokens; {left} of {self.total} left{self.session})"
