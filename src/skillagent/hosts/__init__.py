"""Programs that start our server for their model: writing it into their files, and proving it.

`install` makes the change of a configuration file, `install_record` remembers how to take it back,
`checks` and `session` prove that a host sees the tools. Above: `cli`. Below: everything that
a graph needs; the server itself is only ever started as a process, as a host does.
"""

from __future__ import annotations
