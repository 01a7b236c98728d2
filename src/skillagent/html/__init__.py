"""HTML files for people, each complete in itself: no network, no other file.

All text is escaped, and the content security policy of a file allows no style and no script but
those that it was made with.

- `markup`: elements, in which all text is escaped; `facts`: a list of names with values.
- `document`: the whole file; `base.css`: the style that all files share.

Above: `exports.report`, `evals.page`, `viewer`. Below: `markdown.hidden`.
"""
