"""The documentation as a site: `sphinx-build -W docs site`."""

import importlib.metadata
import re
from typing import Any

project = "vid2book"
author = "the vid2book authors"
release = importlib.metadata.version("vid2book")
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = "vid2book"
html_copy_source = False
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_default_options = {"exclude-members": "__init__, __new__"}
napoleon_use_ivar = True


def setup(app: Any) -> None:
    """Docstrings here write code as Markdown does, between single backticks."""

    def as_code(*arguments: Any) -> None:
        lines = arguments[-1]
        lines[:] = [re.sub(r"(?<!`)`([^`]+)`(?!`)", r"``\1``\ ", line) for line in lines]

    app.connect("autodoc-process-docstring", as_code)
