from __future__ import annotations

import subprocess
import sys

from rag.sentences import sentences

_AFTER_CUTTING = """
import sys
from concurrent.futures import ThreadPoolExecutor
from rag.sentences import sentences
with ThreadPoolExecutor(4) as pool:
    [spans, *_] = pool.map(sentences, ["Gov. Lee signed it. It takes effect in July.", "One. Two.", "Three.", "Four."])
heavy = [name for name in ("sklearn", "scipy", "pandas") if name in sys.modules]
import nltk
print(len(spans), heavy, callable(nltk.word_tokenize), nltk.tokenize.punkt.PunktTokenizer.__module__)
"""


def test_cutting_by_several_threads_loads_nothing_heavy_and_leaves_nltk_whole_for_others() -> None:
    done = subprocess.run([sys.executable, "-c", _AFTER_CUTTING], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "2 [] True nltk.tokenize.punkt"


def test_a_sentence_ends_neither_at_a_title_nor_across_a_blank_line() -> None:
    text = "Sen. Amy Klobuchar spoke to Warner Bros. Discovery\n\nThe bill passed. Nobody objected."
    assert [text[span.start : span.end] for span in sentences(text)] == [
        "Sen. Amy Klobuchar spoke to Warner Bros. Discovery",
        "The bill passed.",
        "Nobody objected.",
    ]
