"""How many files and connections the system lets this process hold.

Above: servers, which take fewer connections than that. Below: nothing.
"""

from __future__ import annotations


def room_for(reserved: int, most: int, each: int = 1) -> int:
    """How many connections there is room for; at least one.

    Args:
        reserved: files that the process opens besides.
        most: connections, however many files are allowed.
        each: files that one connection takes.
    """
    try:
        import resource
    except ImportError:
        return most  # on Windows, which has no such limit
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if allowed == resource.RLIM_INFINITY:
        return most
    return max(1, min(most, (allowed - reserved) // each))
