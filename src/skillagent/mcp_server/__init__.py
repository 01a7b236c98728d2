"""Serves the three operations as a Model Context Protocol (MCP) server, over stdio and HTTP.

Above: `cli`. Below: `disclosure`, which answers every call. Only this package and
`hosts.doctor` import the SDK (the package `mcp`), and only when a server starts.
"""
