"""What Logseq writes in a text that Markdown has not: properties and outlines.

`properties` knows what stands at the top of a page, `outline` what stands below. Asked only
where the dialect is an outline. How files are called is in `logseq_names`, which `dialect` needs.
"""
