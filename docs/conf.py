"""The documentation as a site, by Sphinx and MyST: `make docs` writes it to build/docs."""

project = "Keguan 科管"
language = "zh_CN"  # of the frame; the pages are Chinese and English
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
root_doc = "index"
exclude_patterns = ["pictures"]
myst_heading_anchors = 3
nitpicky = True

html_theme = "alabaster"
html_title = project
html_theme_options = {
    "description": "科技计划的全流程管理 · Public science programmes, provably",
    "fixed_sidebar": True,
    "page_width": "68rem",
    "sidebar_includehidden": False,
    "sidebar_collapse": False,
    "show_powered_by": False,
}
html_show_copyright = False
html_show_sourcelink = False
