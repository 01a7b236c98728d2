"""Selects what to show: makes possible answers from the graph and what the session has shown.

One module for each kind of answer. Each makes drafts, the fullest first, and `Toolset` takes the
first draft that fits the budget: a text is never cut, and its cost is known when it is written.
Above: `planning`. Below: `session_view`; `render` makes the texts.
"""
