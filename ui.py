"""`python ui.py` is `slugline ui`: the page and the services, which `web` puts together."""

from __future__ import annotations

import sys

from rag.config import load_settings
from rag.errors import SluglineError
from web.page import build
from web.server import serve

__all__ = ["build", "serve"]

if __name__ == "__main__":
    try:
        serve(load_settings())
    except SluglineError as error:
        sys.exit(f"Error: {error}")
