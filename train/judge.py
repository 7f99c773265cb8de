"""Make the judge: `python -m train.judge --data DIR --work DIR` (about an hour on 2 cores, seed fixed).

Starts from the reader's public stage, which already compares a text with another, and keeps the packaged word embeddings as
they are, so only six layers and the heads are shipped. Two heads: one on the first mark says whether the text bears the claim
out, one on each word piece of the claim says whether that piece is borne out (as LettuceDetect does: Kovács and Recski, 2025).
"""

from __future__ import annotations

import argparse
import math
import random
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

from rag.embed import PackagedEmbedder
from rag.evidence import gather
from rag.judge import MODEL_FOLDER, marks, room_for
from rag.weights import save_weights
from train.judge_data import Example, altered, example, faithfulness, inference, labelled

SEED = 11
BATCH = 16
RATE = 1e-4
LONGEST_CLAIM = 220  # word pieces
UNKNOWN = -1.0


@dataclass(frozen=True)
class Row:
    """A claim and its text as the model reads them; `wrong` has one value for each piece, UNKNOWN where nothing is known."""

    ids: list[int]
    claim: int  # pieces of the claim, the marks around it not counted
    supported: float
    wrong: list[float]
    source: str


def rows(examples: list[Example], tokenizer: Tokenizer) -> list[Row]:
    """Tokenised, the text cut down to the sentences that bear on the claim where it is too long."""
    out = []
    cls, sep = marks(tokenizer)
    for one in examples:
        claim = tokenizer.encode(one.claim, add_special_tokens=False)
        ids = claim.ids[:LONGEST_CLAIM]
        if not ids:
            continue
        room = room_for(len(ids))
        text = tokenizer.encode(gather(one.claim, one.text, tokenizer, room), add_special_tokens=False).ids[:room]
        wrong = [UNKNOWN] * len(ids)
        if one.wrong is not None:
            wrong = [float(any(a < end and b > start for start, end in one.wrong)) for a, b in claim.offsets[: len(ids)]]
        out.append(Row([cls, *ids, sep, *text, sep], len(ids), float(one.supported), wrong, one.source))
    return out


class Model(torch.nn.Module):
    """BERT with a head on the first mark ('supported') and one on each piece ('not borne out')."""

    def __init__(self, start: Path) -> None:
        super().__init__()
        from transformers import BertModel

        # Without dropout in the attention torch has a fused kernel for it, three times as fast on a CPU.
        self.bert = BertModel.from_pretrained(start, add_pooling_layer=True, attention_probs_dropout_prob=0.0)
        torch.nn.init.normal_(self.bert.pooler.dense.weight, std=0.02)
        torch.nn.init.zeros_(self.bert.pooler.dense.bias)
        self.classifier = torch.nn.Linear(384, 1)
        self.pieces = torch.nn.Linear(384, 1)
        self.bert.embeddings.requires_grad_(False)

    def forward(self, ids: torch.Tensor, types: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits of 'supported', shape (batch,), and of 'not borne out', shape (batch, tokens)."""
        out = self.bert(input_ids=ids, token_type_ids=types, attention_mask=mask)
        return self.classifier(out.pooler_output)[:, 0].float(), self.pieces(out.last_hidden_state)[:, :, 0].float()


def tensors(batch: list[Row]) -> tuple[torch.Tensor, ...]:
    """ids, types, mask, which pieces are the claim's, supported, wrong (UNKNOWN outside what is known)."""
    longest = max(len(row.ids) for row in batch)
    ids = torch.zeros(len(batch), longest, dtype=torch.long)
    types, mask, claim = torch.zeros_like(ids), torch.zeros_like(ids), torch.zeros(ids.shape, dtype=torch.bool)
    wrong = torch.full((len(batch), longest), UNKNOWN)
    for i, row in enumerate(batch):
        ids[i, : len(row.ids)] = torch.tensor(row.ids)
        types[i, row.claim + 2 : len(row.ids)] = 1
        mask[i, : len(row.ids)] = 1
        claim[i, 1 : row.claim + 1] = True
        wrong[i, 1 : row.claim + 1] = torch.tensor(row.wrong)
    return ids, types, mask, claim, torch.tensor([row.supported for row in batch]), wrong


def order(data: list[Row], rng: random.Random, size: int = BATCH) -> list[list[Row]]:
    """Batches of like lengths, shuffled."""
    shuffled = data[:]
    rng.shuffle(shuffled)
    blocks = [sorted(shuffled[i : i + 64 * size], key=lambda r: len(r.ids)) for i in range(0, len(shuffled), 64 * size)]
    batches = [block[i : i + size] for block in blocks for i in range(0, len(block), size)]
    rng.shuffle(batches)
    return batches


def loss_of(
    supported: torch.Tensor, pieces: torch.Tensor, label: torch.Tensor, wrong: torch.Tensor, claim: torch.Tensor
) -> torch.Tensor:
    """Both heads; of an unsupported claim with no marks, the worst piece should be found wrong."""
    whole = F.binary_cross_entropy_with_logits(supported, label)
    known = wrong >= 0
    parts = [whole]
    if known.any():
        weight = torch.where(wrong[known] > 0.5, 2.0, 1.0)
        parts.append(F.binary_cross_entropy_with_logits(pieces[known], wrong[known], weight=weight))
    unmarked = (label < 0.5) & ~known.any(1)
    if unmarked.any():
        worst = pieces[unmarked].masked_fill(~claim[unmarked], -1e4).max(1).values
        parts.append(0.3 * F.binary_cross_entropy_with_logits(worst, torch.ones_like(worst)))
    return torch.stack(parts).sum()


def evaluate(model: Model, data: list[Row]) -> dict[str, float]:
    """Area under the curve of each source, by 'supported' less the worst piece, and their mean."""
    from sklearn.metrics import roc_auc_score

    model.eval()
    scores: dict[str, list[tuple[float, float]]] = {}
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        for batch in order(data, random.Random(0), 8):
            ids, types, mask, claim, _, _ = tensors(batch)
            supported, pieces = model(ids, types, mask)
            worst = pieces.masked_fill(~claim, -1e4).max(1).values
            for row, score in zip(batch, (supported - worst).tolist(), strict=True):
                scores.setdefault(row.source.split("_")[0], []).append((row.supported, score))
    model.train()
    out = {
        source: float(roc_auc_score([a for a, _ in pairs], [b for _, b in pairs]))
        for source, pairs in sorted(scores.items())
        if len({a for a, _ in pairs}) == 2 and len(pairs) > 30
    }
    return {name: round(value, 3) for name, value in (out | {"mean": float(np.mean(list(out.values())))}).items()}


def train(data: Path, start: Path, work: Path, epochs: int, after: int = 0) -> Model:
    """The judge, from the checkpoint in `start`; what each epoch leaves is kept in `work`.

    With `after` it goes on from what that epoch left, at half the rate, with sentences and changes not drawn before.
    """
    random.seed(SEED + after)
    torch.manual_seed(SEED + after)
    rng = random.Random(SEED + after)
    tokenizer = Tokenizer.from_file(str(PackagedEmbedder().folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    dev = rows([example(row) for row in labelled(data / "faithfulness.jsonl.xz", "dev")], tokenizer)
    plans = []
    for epoch in range(epochs):  # each epoch draws its own sentences and changes; sentence pairs only at the beginning
        examples = faithfulness(data, rng) + altered(data, rng)
        examples += inference(data, rng) if epoch + after == 0 else rng.sample(inference(data, rng), 6000)
        plans.append(rows(examples, tokenizer))
        print(
            "epoch",
            after + epoch + 1,
            len(plans[-1]),
            "examples,",
            sum(len(r.ids) for r in plans[-1]) // 1000,
            "thousand pieces",
            flush=True,
        )
    model = Model(start)
    if after:
        model.load_state_dict(torch.load(work / f"judge-{after}.pt", weights_only=True))
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=RATE / 2 if after else RATE, weight_decay=0.01)
    steps = sum(math.ceil(len(plan) / BATCH) for plan in plans)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: min(1.0, s / (0.05 * steps)) * max(0.03, 1 - s / steps))
    started, step = time.perf_counter(), 0
    model.train()
    for epoch, plan in enumerate(plans):
        for batch in order(plan, rng):
            ids, types, mask, claim, label, wrong = tensors(batch)
            with torch.autocast("cpu", torch.bfloat16):
                supported, pieces = model(ids, types, mask)
            loss = loss_of(supported, pieces, label, wrong, claim)
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
            optimizer.zero_grad()
            schedule.step()
            step += 1
            if step % 100 == 0:
                print(f"step {step}/{steps} loss {loss.item():.3f} {time.perf_counter() - started:.0f} s", flush=True)
        print("epoch", after + epoch + 1, evaluate(model, dev), flush=True)
        work.mkdir(parents=True, exist_ok=True)
        torch.save(model.state_dict(), work / f"judge-{after + epoch + 1}.pt")
    return model


def ship(model: Model, folder: Path) -> None:
    """Write the layers and the heads, with their hash, to `folder`."""
    kept = {name: value for name, value in model.state_dict().items() if not name.startswith("bert.embeddings.")}
    print("written", folder, save_weights(kept, folder))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with faithfulness.jsonl.xz and nli.jsonl.xz")
    parser.add_argument(
        "--work", type=Path, required=True, help="folder that holds the reader's stage 'public', and gets what each epoch leaves"
    )
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--after", type=int, default=0, help="go on after this epoch, whose state WORK holds")
    parser.add_argument("--out", type=Path, default=MODEL_FOLDER)
    arguments = parser.parse_args()
    ship(train(arguments.data, arguments.work / "public", arguments.work, arguments.epochs, arguments.after), arguments.out)
