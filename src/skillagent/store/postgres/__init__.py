"""Rows of many graphs in one PostgreSQL database, for servers on several machines.

A graph is published as a whole under a name of its own, its namespace: each publication is a
revision. A reader keeps the revision that it opened, on the primary server or on a replica.

`address` says where a database is, `database` reaches it, `schema` makes its tables, `publishing`
writes revisions, and `rows` reads one. Needs the extra `postgres`. Above: `indexing`,
`mcp_server`. Below: `store.rows`.
"""
