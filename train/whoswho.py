"""Make the vectors of the who's who: `python -m train.whoswho`, after each change of its table (seconds)."""

from __future__ import annotations

import numpy as np
import torch

from rag.embed import PackagedEmbedder
from rag.weights import save_weights
from rag.whoswho.described import VECTORS, entries, fingerprint


def main() -> None:
    """Embed every clause with the packaged model, as it embeds questions."""
    clauses = [clause for entry in entries() for clause in entry.clauses]
    embedded = PackagedEmbedder().passages(clauses, [[] for _ in clauses])
    vectors = torch.from_numpy(np.stack([one.vector for one in embedded]))
    made = save_weights({"clauses": vectors, "fingerprint": torch.from_numpy(fingerprint())}, VECTORS)
    print(f"{len(entries())} names, {len(clauses)} clauses written to {VECTORS}: {made}")


if __name__ == "__main__":
    main()
