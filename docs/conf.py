"""How the documentation is built: `make docs`. Markdown by MyST; a link that leads nowhere is an error (-W)."""

project = "berichtenhub"
copyright = "berichtenhub, EUPL-1.2"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
# The root of the checkout is the source: what stands there links to docs/ and back, as on the pages of a forge.
include_patterns = ["*.md", "docs/**"]
root_doc = "docs/index"
language = "en"
html_theme = "furo"
html_title = "berichtenhub"
html_show_sphinx = False
myst_heading_anchors = 3
nitpicky = True
