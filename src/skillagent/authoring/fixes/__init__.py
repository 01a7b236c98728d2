"""Corrects what findings say, where one correction is certain: `skillagent check --fix`.

A fix is certain if it only writes down what is read already, such as a value with quotes, or if
the intended link is the only one possible. Each fix is a function in `FIXES`; `planning` applies
them to the files and reads each file again.

- `header`: values and keys; `links`: wikilinks; `hidden`: characters that nobody sees.

Above: the command. Below: `lint`, `markdown`, `files`.
"""

from skillagent.authoring.fixes.planning import FIXES, FixedFiles, fixed

__all__ = ["FIXES", "FixedFiles", "fixed"]
