"""The three operations as a Model Context Protocol server, over stdio and over HTTP.

Above: `cli`. Below: `disclosure` answers, and everything beneath it. The package `mcp` is
imported here only, and only when a server starts.
"""
