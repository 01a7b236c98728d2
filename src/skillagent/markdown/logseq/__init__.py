"""The syntax that Logseq adds to Markdown: properties and outlines.

`properties` reads the top of a page, `outline` the text below. Both are used only if the dialect
is an outline. The names of files are in `logseq_names`, which `dialect` needs.
"""
