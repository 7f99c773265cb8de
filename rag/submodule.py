"""One module of a package without the rest of it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from importlib.util import find_spec
from types import ModuleType
from typing import TypeVar

T = TypeVar("T")
_LOADING = threading.Lock()  # or one thread would find the other's stand-in


def without_package(package: str, load: Callable[[], T]) -> T:
    """What `load` gives, which imports a module of `package`: with an empty package in its place meanwhile, then nothing, so that who
    imports it later gets all of it. Where that does not do (the package is loaded, or the module needs what it imports) as always.

    nltk imports scikit-learn, scipy and pandas, datasketch scipy, for none of which Slugline has a use: 1.0 and 0.45 s of every ingest.

    Raises:
        ImportError: it is not installed.
    """
    with _LOADING:
        spec = None if package in sys.modules else find_spec(package)
        if spec is None or spec.submodule_search_locations is None:
            return load()
        stand_in = ModuleType(package)
        stand_in.__path__ = list(spec.submodule_search_locations)
        sys.modules[package] = stand_in
        try:
            return load()
        except (ImportError, AttributeError):
            pass
        finally:
            for name in [name for name in sys.modules if name.partition(".")[0] == package]:
                del sys.modules[name]
        return load()
