"""Writes cases as the YAML that `suite_file` reads.

Above: `adapters`. Below: `suite`, `checks`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from skillagent.evals import checks
from skillagent.evals.checks import Check
from skillagent.evals.suite import Case

_WIDTH = 2**31 - 1
"""Characters of a line: each text stays in one."""


def suite_text(fields: Mapping[str, Any], cases: Iterable[Case]) -> str:
    """The text of a suite.

    Args:
        fields: the fields of the suite, in the order in which they are written.
        cases: its cases.
    """
    head = _yaml(dict(fields), short_lists_in_one_line=False)
    return head + "cases:\n" + "".join(_yaml([_fields(case)]) for case in cases)


def check_fields(check: Check) -> dict[str, Any]:
    """A check as the suite has it: its kind → its value."""
    match check:
        case checks.Contains(text):
            return {"contains": text}
        case checks.Exact(text):
            return {"exact": text}
        case checks.Matches(pattern):
            return {"regex": pattern}
        case checks.Numeric(value, tolerance):
            return {"numeric": {"value": value, "tolerance": tolerance}}
        case checks.Python(name):
            return {"python": name}
        case checks.Judged(rubric):
            return {"judge": rubric}
    raise TypeError(f"{check!r} is no check of a suite")


def _fields(case: Case) -> dict[str, Any]:
    fields = {
        "id": case.id,
        "question": case.question,
        "gold": list(case.gold),
        "distractors": list(case.distractors),
        "tags": list(case.tags),
        "check": list(map(check_fields, case.checks)),
    }
    return {name: value for name, value in fields.items() if value}


def _yaml(value: object, *, short_lists_in_one_line: bool = True) -> str:
    # The emitter in C is faster, and writes some texts in other quotes: bytes would depend on
    # whether PyYAML was installed with it.
    return yaml.dump(
        value,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=_WIDTH,
        default_flow_style=None if short_lists_in_one_line else False,
    )


class _Dumper(yaml.SafeDumper):
    """Writes equal values again, and not as references to the first one."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML passes it
        return True
