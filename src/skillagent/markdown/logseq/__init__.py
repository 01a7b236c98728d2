"""What Logseq writes that Markdown has not: names of files, properties, outlines.

`names` knows how a page and a day are called, `properties` what stands at the top of a page,
`outline` what stands in its text. Asked only where the dialect is an outline or has pages.
"""
