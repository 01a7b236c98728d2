"""The picture of a graph, and of runs on it: laid out here, and drawn by a page in a browser.

- `membership`: which map each node belongs to; `layout`: where each node is, maps as anchors.
- `rendered_text`: the text of a node as HTML that may be shown.
- `picture`: all that the page shows of a graph, as one value.
- `walk`: a run, step by step; `walking` makes one of a record or a ledger, by `arrivals`, the links
  that led to each node; `parting`: where two runs part.
- `page_document`: the HTML file with a picture; its script and style are built from `page/`.
- `server`: the same file at a local address.

Above: the command `view`, `mcp_server`. Below: `html`, `lint`, `repro`, `runs`, `graph`.
"""

from typing import TYPE_CHECKING

from skillagent.lazy_names import importing

if TYPE_CHECKING:
    from skillagent.viewer.page_document import page
    from skillagent.viewer.picture import Picture, picture_of

__all__ = ["Picture", "page", "picture_of"]

__getattr__ = importing(
    __name__, {"Picture": "picture", "page": "page_document", "picture_of": "picture"}
)
