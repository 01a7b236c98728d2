"""Tools that create a graph and add to it; an agent or a person supplies the texts.

Every tool returns `Changes`: all that would be written, to be shown as a diff or written at once.
No tool runs code from a graph, and none writes outside the folder that it is given, except for
the declaration that `scaffold` can write.

`moving` moves parts of documents and keeps every link; `rename`, `split` and `importing` (with
`import_plan` and `folder_maps`) use it, and `sections` cuts documents. `scaffold`, `add` and
`weave` write new links; `list_insertion` and `unlinked_mentions` find places for them. `health`
only counts. All write with `link_writer`, `file_text` and `files.changes`. Above: the command
line. Below: `lint`, `index`, `graph`, `markdown`.
"""
