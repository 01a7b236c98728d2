"""Tools that set up and grow a graph: an agent or a person brings the words, this the care.

Every tool plans first: it returns `Changes`, the whole of what would be written, which can
be shown as a diff or written at once. None runs anything from a graph, and none writes
outside the folder that it is given, but for the declaration that `scaffold` is asked for.

`relocate` moves stretches of documents and keeps every link, with the edits of `relinking`;
`rename`, `split` and `importing` are plans for it, and `sections` cuts documents. `scaffold`,
`add` and `weave` write links, where `list_insertion` and `unlinked_mentions` find room for them;
`health` only counts. All write by `link_writer`, `file_text` and `changes`. Above: the command
line. Below: `index`, `graph`, `markdown`.
"""
