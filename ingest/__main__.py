"""`python -m ingest` is `slugline ingest`."""

import sys

from cli import main

if __name__ == "__main__":
    main(["ingest", *sys.argv[1:]])
