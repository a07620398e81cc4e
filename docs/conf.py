"""How the docs are built: `make docs`."""

from __future__ import annotations

import importlib.metadata
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "ocr_recap"
author = "ocr_recap contributors"
project_copyright = author
release = importlib.metadata.version("ocr-recap")
language = "en"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "field_descriptions", "offline"]
exclude_patterns = ["_ext"]
default_role = "code"  # docstrings write `name`, as Markdown does

myst_heading_anchors = 4  # so that page.md#a-heading is a link that the build checks
myst_enable_extensions = ["colon_fence", "html_image"]

autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented_params"
autodoc_default_options = {"members": True, "exclude-members": "model_config, model_post_init"}

html_theme = "pydata_sphinx_theme"
html_title = "ocr_recap"
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    "navbar_end": ["theme-switcher"],
    "show_toc_level": 2,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
}
