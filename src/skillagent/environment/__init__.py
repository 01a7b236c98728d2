"""The software environment of a run: what else must be the same when the run is repeated.

Two environments are compared. So they hold nothing that differs between two machines that were set
up alike, and nothing of the user: no path, no name of a user or a host, no time, no value of an
environment variable.

- `environment`: all of it, as one value and as JSON.
- `packages`: the installed packages.
- `git_state`: the commit and the uncommitted changes of a repository.
- `machine`: the C library, the container, the variables that are set.
- `lock_files`: the lock files of the project.
- `difference`: two environments compared, in words.

Above: run records and the commands that compare runs. Below: `digest` and `files`.
"""

from skillagent.environment.difference import differences
from skillagent.environment.environment import Environment
from skillagent.environment.git_state import GitState

__all__ = ["Environment", "GitState", "differences"]
