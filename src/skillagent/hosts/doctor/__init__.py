"""Checks that a host sees the tools: each check passes, warns or fails."""
