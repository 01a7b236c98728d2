"""The tree of errors in the documentation is the real one, and every error can be imported."""

from __future__ import annotations

import inspect
import re

import skillagent
from skillagent import errors

CLASSES = {
    name: value
    for name, value in inspect.getmembers(errors, inspect.isclass)
    if value.__module__ == errors.__name__
}


def test_the_documented_tree_lists_every_error() -> None:
    listed = re.findall(r"^ {4}(?:[│├└ ]*── )?(\w+Error)\b", errors.__doc__ or "", re.MULTILINE)
    assert sorted(listed) == sorted(CLASSES)


def test_every_error_is_a_skillagent_error_that_callers_can_import() -> None:
    for name, error in CLASSES.items():
        assert issubclass(error, errors.SkillAgentError)
        assert getattr(skillagent, name) is error
        assert name in skillagent.__all__
