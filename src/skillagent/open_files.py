"""The number of connections that fit into the system's limit of open files per process.

Servers use it, so that they refuse a connection before the system refuses to open a file.
"""

from __future__ import annotations


def room_for(reserved: int, most: int, each: int = 1) -> int:
    """How many connections this process can hold at once; at least one.

    Args:
        reserved: number of files that the process opens for other purposes.
        most: maximum of connections, even if the system allows more files.
        each: number of files that one connection needs.
    """
    try:
        import resource
    except ImportError:
        return most  # Windows has no such limit.
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if allowed == resource.RLIM_INFINITY:
        return most
    return max(1, min(most, (allowed - reserved) // each))
