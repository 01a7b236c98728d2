"""Whether a host really sees the tools: checks, each of which holds, half holds or fails."""
