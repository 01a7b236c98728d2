"""What to show: from a view, what the session has shown, and the budget, to possible answers.

One module for each kind of answer. Each gives drafts, from the fullest to the barest; the first
that fits is taken. Above: `planning`. Below: `session_view`; the text is made by `render`.
"""
