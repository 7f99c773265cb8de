"""Runs `slugline` in processes that can be killed at any moment, without each paying for the imports again.

Reads lines of JSON, the command's arguments and the seconds it may live (null: until it ends), on stdin; writes one line for
each: its exit code (-9: killed) and the seconds it lived. A fork of a process that has only imported, never computed, is as
good as a new one.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

import chromadb  # noqa: F401
import llama_index.vector_stores.chroma  # noqa: F401
import tantivy  # noqa: F401
import torch  # noqa: F401

import cli
import ingest.pipeline  # noqa: F401
import rag.encoder
import rag.store.library  # noqa: F401


def serve() -> None:
    for line in sys.stdin:
        arguments, seconds = json.loads(line)
        started = time.monotonic()
        child = os.fork()
        if child == 0:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            try:
                cli.cli.main(args=arguments, prog_name="slugline")
            except SystemExit as end:
                os._exit(int(end.code or 0))
            os._exit(70)
        ended, status = 0, 0
        while not ended:
            ended, status = os.waitpid(child, os.WNOHANG)
            if not ended and seconds is not None and time.monotonic() - started > seconds:
                os.kill(child, signal.SIGKILL)
                ended, status = os.waitpid(child, 0)
            time.sleep(0.002)
        sys.stdout.write(json.dumps([os.waitstatus_to_exitcode(status), time.monotonic() - started]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
