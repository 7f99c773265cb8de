"""The library behind Slugline: articles kept, questions answered with citations. Imports nothing above itself."""

import os as _os

# Said before any of the three is imported, here because every way in passes through `rag`. Nobody asked for telemetry.
_os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")  # chromadb
_os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
_os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
