"""The address of a PostgreSQL database, which is never shown with its password.

Everything that libpq understands is accepted: several hosts, a service of `pg_service.conf`, and a
password from `PGPASSWORD` or `~/.pgpass`
(https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING).

Above: `database`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from skillagent.errors import MissingPackageError, UsageError

SCHEMES = ("postgresql://", "postgres://")
APPLICATION = "skillagent"
"""How the server names our connections."""
CONNECT_SECONDS = 10
"""Seconds for which libpq tries to reach one host."""
_FORM = "write it as postgresql://USER@HOST:PORT/DATABASE, with %40 for an @ in a name"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a database is, and how to log in.

    The text of this value, and every error, leaves out the password.
    """

    parts: Mapping[str, str] = field(repr=False)
    """Parameters of libpq."""

    @classmethod
    def parse(cls, text: str) -> Address:
        """The address that a person wrote.

        Args:
            text: as in `postgresql://user@db.example/graphs`.

        Raises:
            UsageError: it is not such an address.
            MissingPackageError: psycopg is not installed.
        """
        psycopg = _psycopg()
        if not text.startswith(SCHEMES):
            raise UsageError(f"the address of the store is not one of PostgreSQL: {_FORM}")
        try:
            parts = psycopg.conninfo.conninfo_to_dict(text)
        except psycopg.Error:
            # What libpq says may repeat the password.
            raise UsageError(f"the address of the store cannot be understood: {_FORM}") from None
        address = cls({name: str(value) for name, value in parts.items() if value is not None})
        if not address._is_plausible():
            raise UsageError(f"the address of the store cannot be understood: {_FORM}")
        return address

    def _is_plausible(self) -> bool:
        """False if a password with `@`, `/` or `:` became a part of something else."""
        shown = "".join(self.parts.get(name, "") for name in ("host", "dbname", "user"))
        ports = self.parts.get("port", "").split(",")
        return "@" not in shown and all(port.isdecimal() or not port for port in ports)

    @property
    def has_password(self) -> bool:
        """Whether the address itself contains a password."""
        return "password" in self.parts

    @property
    def conninfo(self) -> str:
        """The parameters as libpq reads them, with the password."""
        defaults = {"application_name": APPLICATION, "connect_timeout": str(CONNECT_SECONDS)}
        return str(_psycopg().conninfo.make_conninfo("", **{**defaults, **self.parts}))

    def __str__(self) -> str:
        if service := self.parts.get("service"):
            return f"postgresql:///?service={service}"
        hosts = self.parts.get("host", "").split(",")
        ports = self.parts.get("port", "").split(",")
        if len(ports) == 1:
            ports *= len(hosts)
        places = ",".join(
            f"{host}:{port}" if port else host for host, port in zip(hosts, ports, strict=False)
        )
        return f"postgresql://{places}/{self.parts.get('dbname', '')}"


def _psycopg() -> Any:
    try:
        import psycopg.conninfo
    except ImportError:
        raise MissingPackageError("psycopg", "postgres", "a store in PostgreSQL") from None
    return psycopg
