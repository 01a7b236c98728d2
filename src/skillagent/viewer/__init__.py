"""The picture of a graph: laid out here, and drawn by a page that is complete in itself.

- `membership`: which map each node belongs to; `layout`: where each node is, maps as anchors.
- `rendered_text`: the text of a node as HTML that may be shown.
- `picture`: all that the page shows of a graph, as one value.
- `page_document`: the HTML file with a picture; its script and style are built from `page/`.
- `server`: the same file at a local address.

Above: the command `view`. Below: `html`, `lint`, `graph`.
"""

from skillagent.viewer.page_document import page
from skillagent.viewer.picture import Picture, picture_of

__all__ = ["Picture", "page", "picture_of"]
