"""Make the reader: `python -m train.reader --data DIR` (minutes to an hour on 2 cores, seed fixed).

Starts from the packaged MiniLM. Its word embeddings stay as they are, so only the six layers and the head are shipped and
the embedder's are used again. The head points at the first and the last token of the answer, or at the first mark of the
input when the context does not tell (as BERT does on SQuAD 2.0: Devlin et al., 2019, section 4.3).
"""

from __future__ import annotations

import argparse
import math
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from eval.statistics import estimates, half_sum, mean
from rag.embed import PackagedEmbedder
from rag.reader import MAX_TOKENS, MODEL_FOLDER, REINSTALL
from rag.weights import load_weights, save_weights
from train.reader_data import Example, briefs, coverage, newsroom, public, renamed

SEED = 7
BATCH = 16


@dataclass(frozen=True)
class Stage:
    """`epochs` over what is new to the reader, and over a share of each stage before, so that it is not forgotten (`again`).

    `coverage` and `briefs` are the rows of our questions, by their place in the file, that no stage before has seen. `start` are the stages from whose
    weights' mean it goes on, each counting for so much; none: from the stage before.
    """

    epochs: int
    rate: float  # the highest learning rate
    coverage: slice = field(default_factory=lambda: slice(0))
    briefs: slice = field(default_factory=lambda: slice(0))
    again: Mapping[str, float] = field(default_factory=dict)
    renamed: float = 0.0  # of its questions that hold a name of the passage, the share that is asked again with another's
    start: Mapping[str, float] = field(default_factory=dict)


# The packaged reader is the mean of the weights that these stages left, each counting for so much.
SHIPPED = {"briefs": 1, "pairs": 1, "second pairs": 1, "second dozens": 3, "third dozens": 3}
STAGES = {
    "public": Stage(2, 1e-4),
    "newsroom": Stage(2, 1e-4),
    "coverage": Stage(2, 7e-5, slice(3600), again={"newsroom": 1 / 2}),
    "second coverage": Stage(1, 7e-5, slice(3600, 7152), again={"newsroom": 1 / 3, "coverage": 1 / 3}),
    "briefs": Stage(
        1, 7e-5, slice(7152, None), slice(320), again={"newsroom": 1 / 4, "coverage": 1 / 4, "second coverage": 1 / 4}
    ),
    "pairs": Stage(
        1,
        7e-5,
        briefs=slice(320, 512),
        again={"newsroom": 1 / 6, "coverage": 1 / 6, "second coverage": 1 / 6, "briefs": 2 / 3},
    ),
    "second pairs": Stage(
        1,
        7e-5,
        briefs=slice(512, 672),
        again={"newsroom": 1 / 8, "coverage": 1 / 8, "second coverage": 1 / 8, "briefs": 1 / 3, "pairs": 1 / 2},
    ),
    "dozens": Stage(
        1,
        7e-5,
        briefs=slice(672, 864),
        again={
            "newsroom": 1 / 8,
            "coverage": 1 / 8,
            "second coverage": 1 / 8,
            "briefs": 1 / 4,
            "pairs": 1 / 3,
            "second pairs": 1 / 3,
        },
        start={"briefs": 1, "pairs": 1, "second pairs": 1},
    ),
    "second dozens": Stage(
        1,
        7e-5,
        briefs=slice(864, 1184),
        again={
            "newsroom": 1 / 10,
            "coverage": 1 / 10,
            "second coverage": 1 / 10,
            "briefs": 1 / 5,
            "pairs": 1 / 4,
            "second pairs": 1 / 4,
            "dozens": 1 / 2,
        },
    ),
    "third dozens": Stage(
        1,
        7e-5,
        briefs=slice(1184, None),
        again={
            "newsroom": 1 / 20,
            "coverage": 1 / 10,
            "second coverage": 1 / 10,
            "briefs": 1 / 6,
            "pairs": 3 / 5,
            "second pairs": 3 / 5,
            "dozens": 1 / 4,
            "second dozens": 1 / 4,
        },
        renamed=2 / 5,
    ),
}


class Batches:
    """Examples as padded tensors, in batches of like lengths, the batches shuffled."""

    def __init__(self, examples: list[Example], tokenizer: Tokenizer) -> None:
        tokenizer.enable_truncation(MAX_TOKENS, strategy="only_second")
        tokenizer.no_padding()
        self.rows = []
        for example, encoded in zip(
            examples, tokenizer.encode_batch([(e.question[:300], e.context) for e in examples]), strict=True
        ):
            first = last = 0
            if example.start >= 0:
                inside = [
                    i
                    for i, ((a, b), part) in enumerate(zip(encoded.offsets, encoded.sequence_ids, strict=True))
                    if part == 1 and a < example.end and b > example.start
                ]
                if inside:
                    first, last = inside[0], inside[-1]
            self.rows.append((encoded.ids, encoded.type_ids, first, last))

    def order(self, rng: random.Random) -> list[list[int]]:
        rows = list(range(len(self.rows)))
        rng.shuffle(rows)
        blocks = [sorted(rows[i : i + 64 * BATCH], key=lambda r: len(self.rows[r][0])) for i in range(0, len(rows), 64 * BATCH)]
        batches = [block[i : i + BATCH] for block in blocks for i in range(0, len(block), BATCH)]
        rng.shuffle(batches)
        return batches

    def tensors(self, batch: list[int]) -> tuple[torch.Tensor, ...]:
        rows = [self.rows[i] for i in batch]
        longest = max(len(row[0]) for row in rows)
        ids = torch.zeros(len(rows), longest, dtype=torch.long)
        types, mask = torch.zeros_like(ids), torch.zeros_like(ids)
        for i, (token_ids, type_ids, _, _) in enumerate(rows):
            ids[i, : len(token_ids)] = torch.tensor(token_ids)
            types[i, : len(token_ids)] = torch.tensor(type_ids)
            mask[i, : len(token_ids)] = 1
        return ids, types, mask, torch.tensor([row[2] for row in rows]), torch.tensor([row[3] for row in rows])


def evaluate(model: torch.nn.Module, batches: Batches) -> str:
    """Share of answerable rows whose best span overlaps the answer, and the balanced accuracy of answered or not at margin 0, each
    with its 95 % bootstrap interval."""
    spans: list[float] = []  # of answerable rows, 1 where the span is right
    told: dict[bool, list[float]] = {True: [], False: []}  # by answerable, 1 where the sign of the margin is right
    model.eval()
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        for batch in batches.order(random.Random(0)):
            ids, types, mask, first, last = batches.tensors(batch)
            out = model(input_ids=ids, token_type_ids=types, attention_mask=mask)
            start, end = out.start_logits.float(), out.end_logits.float()
            allowed = (types == 1) & (mask == 1)
            start_best = start.masked_fill(~allowed, -1e4).max(1)
            end_best = end.masked_fill(~allowed, -1e4).max(1)
            margin = start_best.values + end_best.values - start[:, 0] - end[:, 0]
            for i in range(len(batch)):
                answerable = bool(first[i] > 0)
                told[answerable].append(bool(margin[i] > 0) == answerable)
                if answerable:
                    spans.append(bool(start_best.indices[i] <= last[i] and end_best.indices[i] >= first[i]))
    model.train()
    rows = len(told[True]) + len(told[False])
    right = {answerable: np.full(rows, np.nan) for answerable in told}
    right[True][: len(told[True])], right[False][len(told[True]) :] = told[True], told[False]
    span = np.full(rows, np.nan)
    span[: len(spans)] = spans
    figures = estimates({"span": mean(span), "balanced": half_sum(mean(right[True]), mean(right[False]))}, rows)
    return ", ".join(f"{name} {one.value:.2f} ({one.low:.2f} to {one.high:.2f})" for name, one in figures.items())


def measure(data: Path) -> None:
    """Print the figures of the packaged reader on the rows held out of every stage."""
    from transformers import BertForQuestionAnswering

    packaged = PackagedEmbedder().folder
    model = BertForQuestionAnswering.from_pretrained(packaged)
    model.load_state_dict(load_weights(MODEL_FOLDER, REINSTALL), strict=False)
    tokenizer = Tokenizer.from_file(str(packaged / "tokenizer.json"))
    for source, rows in _examples([*STAGES][-1], data)[1].items():
        print(source, len(rows), evaluate(model, Batches(rows, tokenizer)), flush=True)


def _examples(name: str, data: Path) -> tuple[list[Example], dict[str, list[Example]]]:
    """What a stage trains on, and by its source the development rows its figures are on."""
    known = public(data / "qa.jsonl.xz", "train", random.Random(SEED))
    dev = {"squad2": [e for e in public(data / "qa.jsonl.xz", "dev", random.Random(SEED)) if e.source == "squad2"]}
    if name == "public":
        return known, dev
    of_stage: dict[str, list[Example]] = {}
    for at, (earlier, stage) in enumerate(STAGES.items()):
        rng = random.Random(SEED + at)
        if earlier == "newsroom":
            of_stage[earlier], held = _held_out(newsroom(data, rng))
        else:
            of_stage[earlier], held = _held_out(coverage(data, rng, stage.coverage) + briefs(rng, stage.briefs))
        for e in held:
            dev.setdefault(e.source, []).append(e)
        if earlier == name:
            break
    rng = random.Random(SEED)
    again = [e for of, share in STAGES[name].again.items() for e in rng.sample(of_stage[of], int(share * len(of_stage[of])))]
    squad = [e for e in known if e.source == "squad2"] if name == "newsroom" else []
    asked = of_stage[name] + again + squad
    return asked + renamed(asked, rng, STAGES[name].renamed), dev


def _held_out(examples: list[Example]) -> tuple[list[Example], list[Example]]:
    """Those to train on, and those over every tenth passage, for development."""
    held = set(sorted({e.context for e in examples})[::10])
    return [e for e in examples if e.context not in held], [e for e in examples if e.context in held]


def train(stage: str, data: Path, work: Path) -> torch.nn.Module:
    """One stage: the first starts from the packaged encoder, each other from what earlier ones left in `work`."""
    from transformers import BertForQuestionAnswering

    from train import attention

    random.seed(SEED)
    torch.manual_seed(SEED)
    rng = random.Random(SEED)
    packaged = PackagedEmbedder().folder
    earlier = [*STAGES][: [*STAGES].index(stage)]
    before = STAGES[stage].start or dict.fromkeys(earlier[-1:], 1)
    tokenizer = Tokenizer.from_file(str(packaged / "tokenizer.json"))
    model: torch.nn.Module = BertForQuestionAnswering.from_pretrained(
        work / next(iter(before)) if before else packaged,
        attention_probs_dropout_prob=0.0,
        attn_implementation=attention.NAME,
    )
    attention.quicken(model)
    if len(before) > 1:
        model.load_state_dict(averaged(before, work))
    model.get_submodule("bert.embeddings").requires_grad_(False)
    examples, dev = _examples(stage, data)
    dev_batches = {name: Batches(rows, tokenizer) for name, rows in dev.items()}
    batches = Batches(examples, tokenizer)
    print(stage, len(examples), "examples;", {name: len(rows) for name, rows in dev.items()}, "for development", flush=True)
    steps = STAGES[stage].epochs * math.ceil(len(examples) / BATCH)
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=STAGES[stage].rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: min(1.0, s / (0.06 * steps)) * max(0.05, 1 - s / steps))
    started, step = time.perf_counter(), 0
    model.train()
    for epoch in range(STAGES[stage].epochs):
        for batch in batches.order(rng):
            ids, types, mask, first, last = batches.tensors(batch)
            with torch.autocast("cpu", torch.bfloat16):
                out = model(input_ids=ids, token_type_ids=types, attention_mask=mask, start_positions=first, end_positions=last)
            out.loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
            optimizer.zero_grad()
            schedule.step()
            step += 1
            if step % 100 == 0:
                print(f"step {step}/{steps} loss {out.loss.item():.3f} {time.perf_counter() - started:.0f} s", flush=True)
        print("epoch", epoch + 1, {name: evaluate(model, rows) for name, rows in dev_batches.items()}, flush=True)
    model.save_pretrained(work / stage)  # type: ignore[operator]
    return model


def averaged(stages: Mapping[str, float], work: Path) -> dict[str, torch.Tensor]:
    """The mean of the weights that `stages` left in `work`, each counting for so much (Wortsman et al., 2022: model soups)."""
    from transformers import BertForQuestionAnswering

    left = {stage: BertForQuestionAnswering.from_pretrained(work / stage).state_dict() for stage in stages}
    total = sum(stages.values())
    return {
        name: sum(left[stage][name] * (counts / total) for stage, counts in stages.items()) for name in next(iter(left.values()))
    }


def ship(weights: Mapping[str, torch.Tensor], folder: Path) -> None:
    """Write the layers and the heads, with their hash, to `folder`."""
    kept = {name: value for name, value in weights.items() if not name.startswith("bert.embeddings.")}
    print("written", folder, save_weights(kept, folder))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with qa.jsonl.xz and faithfulness.jsonl.xz")
    parser.add_argument("--work", type=Path, help="folder for what each stage leaves")
    parser.add_argument(
        "--measure", action="store_true", help="train nothing: the packaged reader's figures on the rows held out"
    )
    parser.add_argument("--stage", choices=STAGES, action="append", help="only this stage; default all")
    parser.add_argument(
        "--out",
        type=Path,
        help="folder for the last stage's reader; default: the packaged one's, for the mean of SHIPPED, and for nothing less",
    )
    arguments = parser.parse_args()
    if arguments.measure:
        measure(arguments.data)
        parser.exit()
    if arguments.work is None:
        parser.error("--work is needed to train: a folder for what each stage leaves")
    if arguments.out and arguments.out.resolve() in {(arguments.work / stage).resolve() for stage in STAGES}:
        parser.error(f"--out {arguments.out} is where a stage keeps what the next one starts from: name another folder")
    for name in arguments.stage or STAGES:
        made = train(name, arguments.data, arguments.work)
    if arguments.out:
        ship(made.state_dict(), arguments.out)
    elif name == [*SHIPPED][-1]:
        ship(averaged(SHIPPED, arguments.work), MODEL_FOLDER)
