"""Make the reader: `python -m train.reader --data DIR` (each stage minutes to an hour on 2 cores, seed fixed).

Starts from the packaged MiniLM. Its word embeddings stay as they are, so only the six layers and the head are shipped and
the embedder's are used again. The head points at the first and the last token of the answer, or at the first mark of the
input when the context does not tell (as BERT does on SQuAD 2.0: Devlin et al., 2019, section 4.3). The last stages are taught what the
composer asks of it, too: which sentence holds the answer, or none (`sentence_scores`).
"""

from __future__ import annotations

import argparse
import math
import random
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

from eval.statistics import estimates, half_sum, mean
from rag.embed import PackagedEmbedder
from rag.reader import MODEL_FOLDER, REINSTALL
from rag.weights import load_weights, save_weights
from train.reader_batches import BATCH, Batches, sentence_scores
from train.reader_data import Example, briefs, coverage, newsroom, public, renamed
from train.reader_stages import SHIPPED, STAGES

SEED = 7


def evaluate(model: torch.nn.Module, batches: Batches) -> str:
    """Share of answerable rows whose best span overlaps the answer, and the balanced accuracy of answered or not at margin 0, each
    with its 95 % bootstrap interval."""
    spans: list[float] = []  # of answerable rows, 1 where the span is right
    told: dict[bool, list[float]] = {True: [], False: []}  # by answerable, 1 where the sign of the margin is right
    model.eval()
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        for batch in batches.order(random.Random(0)):
            ids, types, mask, _, first, last = batches.tensors(batch)
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
    of_stage = {"public": [e for e in known if e.source == "squad2"]}  # of the public ones only SQuAD's are trained on again
    for at, (earlier, stage) in enumerate(STAGES.items()):
        if earlier == "public":
            continue
        rng = random.Random(SEED + at)
        new = newsroom(data, rng) if earlier == "newsroom" else coverage(data, rng, stage.coverage) + briefs(rng, stage.briefs)
        of_stage[earlier], held = (new, []) if stage.held is None else _held_out(new)
        for e in held:
            dev.setdefault(stage.held or e.source, []).append(e)
        if earlier == name:
            break
    rng = random.Random(SEED)
    again = [e for of, share in STAGES[name].again.items() for e in rng.sample(of_stage[of], int(share * len(of_stage[of])))]
    asked = of_stage[name] + again
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
            ids, types, mask, sentence, first, last = batches.tensors(batch)
            with torch.autocast("cpu", torch.bfloat16):
                out = model(input_ids=ids, token_type_ids=types, attention_mask=mask, start_positions=first, end_positions=last)
            loss = out.loss
            if STAGES[stage].sentences:
                scores = sentence_scores(out.start_logits.float(), out.end_logits.float(), sentence)
                right = sentence.gather(1, first[:, None])[:, 0].clamp(min=0)
                loss = loss + STAGES[stage].sentences * F.cross_entropy(scores, right)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
            optimizer.zero_grad()
            schedule.step()
            step += 1
            if step % 100 == 0:
                print(f"step {step}/{steps} loss {loss.item():.3f} {time.perf_counter() - started:.0f} s", flush=True)
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
