"""Articles in: Slugline beside a plain LlamaIndex pipeline, each in a process of its own, on the same articles and chunk size.

The articles are the bundled ones and, beyond those, new ones put together from their sentences. Slugline's time is that of the
whole ingest, loading its model included; LlamaIndex's starts when its model is loaded.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from eval.bench.copies import read_stories

CHUNK_TOKENS = 200  # Slugline's default `passage_tokens`
_LLAMAINDEX = """
import json, os, sys, time
from rag.embed import PackagedEmbedder
import llama_index.core
os.environ["TIKTOKEN_CACHE_DIR"] = os.path.join(os.path.dirname(llama_index.core.__file__), "_static", "tiktoken_cache")
import chromadb
from llama_index.core import Document
from llama_index.core.ingestion import IngestionPipeline
from llama_index.core.node_parser import SentenceSplitter
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.vector_stores.chroma import ChromaVectorStore
rows = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
embedding = HuggingFaceEmbedding(model_name=str(PackagedEmbedder().folder), device="cpu")
collection = chromadb.PersistentClient(sys.argv[2]).get_or_create_collection("passages")
started = time.perf_counter()
documents = [Document(text=r["text"], metadata={"title": r["title"], "outlet": r["outlet"]}) for r in rows]
pipeline = IngestionPipeline(
    transformations=[SentenceSplitter(chunk_size=int(sys.argv[3]), chunk_overlap=0), embedding],
    vector_store=ChromaVectorStore(chroma_collection=collection),
)
nodes = pipeline.run(documents=documents)
print(json.dumps({"passages": len(nodes), "seconds": time.perf_counter() - started}))
"""


def articles(count: int, corpus: Path, seed: int = 1) -> list[dict[str, str]]:
    """`count` articles as rows of JSON Lines."""
    stories = read_stories(corpus)
    rows = [{"id": f"b{n}", "title": s.title, "outlet": s.outlet, "text": s.text} for n, s in enumerate(stories[:count])]
    sentences = [sentence for story in stories for sentence in re.split(r"(?<=[.!?])\s+", story.text)]
    rng = random.Random(seed)  # noqa: S311
    per_article = len(sentences) // len(stories)
    for n in range(len(rows), count):
        text = "\n\n".join(" ".join(rng.sample(sentences, 4)) for _ in range(max(1, per_article // 4)))
        rows.append({"id": f"b{n}", "title": f"Report {n}", "outlet": f"Outlet {n % 40}", "text": text})
    return rows


def _run(command: Sequence[str]) -> tuple[dict[str, float], float, float]:
    """What a command prints as JSON, its wall time in seconds, and the most memory in MB that it and its processes held at once."""
    started = time.perf_counter()
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen([sys.executable, *command], stdout=out)
        peak = 0.0
        while process.poll() is None:
            peak = max(peak, _held(process.pid))
            time.sleep(0.1)
        if process.returncode:
            raise RuntimeError(f"{command[:3]} ended with {process.returncode}")
        out.seek(0)
        return json.loads(out.read()), time.perf_counter() - started, peak


def _held(pid: int) -> float:
    """Memory of a process and all that it started, in MB; what they share counts for each."""
    import psutil

    held = 0
    with contextlib.suppress(psutil.NoSuchProcess):  # it has just ended
        first = psutil.Process(pid)
        for process in (first, *first.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                held += process.memory_info().rss
    return held / 1024**2


def _slugline(file: Path, folder: Path) -> dict[str, float]:
    report, wall, peak = _run(["-m", "ingest", "--json", "--data-dir", str(folder), str(file)])
    return {
        "articles": report["added"],
        "passages": report["passages"],
        "seconds": report["seconds"],
        "passages_per_second": report["passages"] / report["seconds"],
        "forward_share": report["forward_seconds"] / report["seconds"],
        "wall_seconds": wall,
        "peak_mb": peak,
    }


def run(count: int, memory: Sequence[int], corpus: Path) -> dict[str, object]:
    """Both pipelines over `count` articles, and Slugline's peak memory over each count of `memory`."""
    from rag.linear import fastest_precision

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)

        def written(n: int) -> Path:
            file = folder / f"{n}.jsonl"
            file.write_text("\n".join(json.dumps(row) for row in articles(n, corpus)), "utf-8")
            return file

        ours = _slugline(written(count), folder / "ours")
        theirs, wall, peak = _run(["-c", _LLAMAINDEX, str(written(count)), str(folder / "theirs"), str(CHUNK_TOKENS)])
        theirs |= {"passages_per_second": theirs["passages"] / theirs["seconds"], "wall_seconds": wall, "peak_mb": peak}
        return {
            "precision": fastest_precision().value,
            "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
            "slugline": ours,
            "llamaindex": theirs,
            "ratio_of_rates": ours["passages_per_second"] / theirs["passages_per_second"],
            "ratio_of_articles_per_second": theirs["seconds"] / ours["seconds"],
            "memory": [{"articles": n} | _slugline(written(n), folder / f"memory-{n}") for n in memory],
        }
