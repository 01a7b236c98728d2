"""Sets up programs (hosts) that start our server for their model, and checks that they see it.

`install` plans and writes a change of a host's configuration file, `install_record` stores how to
undo it, and `doctor` checks that a host sees the tools. Above: `cli`. Below: `lint` and all that
a graph needs. The server is started only as a process, as a host does it, never imported.
"""

from __future__ import annotations
