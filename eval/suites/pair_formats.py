"""Claims and documents with human labels, in the formats their projects publish them in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.suites.reading import lines, rows, whole
from rag.errors import BadInput

RAGTRUTH = "the folder of response.jsonl and source_info.jsonl"
FAITHBENCH = "FaithBench.csv, a batch_N.json or the folder of them"
WICE = "a .jsonl file of claims or subclaims, or the folder entailment_retrieval"
AGGREFACT = "a CSV file with the columns dataset, doc, claim and label"
PAIRS = "a .jsonl or .jsonl.xz file of rows with id, dataset, context, claim and label"


@dataclass(frozen=True)
class Pair:
    """A claim, the document it is held against, and whether people found that it supports the claim. `label` is upstream's own."""

    id: str
    dataset: str
    claim: str
    passage: str
    supported: bool
    label: str


def _wrong(where: str, error: Exception, wants: str) -> BadInput:
    return BadInput(where, f"is not such a row ({error!r}); give {wants}")


def ragtruth(data: Path, split: str) -> Iterator[Pair]:
    """RAGTruth's answers of `split` (it has train and test; 'dev' reads train), of all three tasks."""
    sources = {str(row.get("source_id")): row for _, row in lines(data / "source_info.jsonl", RAGTRUTH)}
    wanted = "train" if split == "dev" else split
    for where, row in lines(data / "response.jsonl", RAGTRUTH):
        try:
            if row["split"] != wanted:
                continue
            source = sources[str(row["source_id"])]
            kinds = sorted({label["label_type"] for label in row["labels"]})
            yield Pair(
                f"ragtruth:{row['id']}",
                f"ragtruth {source['task_type']}",
                row["response"],
                _ragtruth_passage(source["source_info"]),
                not kinds,
                ", ".join(kinds) or "no span",
            )
        except (KeyError, TypeError) as error:
            raise _wrong(where, error, RAGTRUTH) from error


def _ragtruth_passage(info: Any) -> str:
    if isinstance(info, str):
        return info
    return str(info["passages"]) if "passages" in info else json.dumps(info, ensure_ascii=False)


_SEVERITY = ("Consistent", "Benign", "Questionable", "Unwanted")


def faithbench(data: Path, split: str) -> Iterator[Pair]:  # noqa: ARG001  # it has one split
    """FaithBench's summaries: of its CSV table, one JSON batch, or every batch in a folder."""
    if data.suffix == ".csv":
        for where, row in rows(data, FAITHBENCH, ("source", "summary", "worst-label")):
            yield _faithbench(f"faithbench:{where.rpartition(':')[2]}", row["summary"], row["source"], row["worst-label"], where)
        return
    files = sorted(data.glob("batch_*.json")) if data.is_dir() else [data]
    if not files:
        raise BadInput(str(data), f"holds no batch_N.json; give {FAITHBENCH}")
    for file in files:
        batch = file.stem.removeprefix("batch_")
        try:
            for sample in whole(file, FAITHBENCH)["samples"]:
                labels = [name.partition(".")[0] for note in sample["annotations"] for name in note["label"]]
                worst = max(labels or ["Consistent"], key=_SEVERITY.index)
                name = f"faithbench:{batch}.{sample['sample_id']}"
                yield _faithbench(name, sample["summary"], sample["source"], worst, str(file))
        except (KeyError, TypeError, ValueError) as error:
            raise _wrong(str(file), error, FAITHBENCH) from error


def _faithbench(id_: str, summary: str, source: str, worst: str, where: str) -> Pair:
    worst = worst.partition(".")[0]
    if worst not in _SEVERITY:
        raise BadInput(where, f"has the label {worst!r}; FaithBench's are {', '.join(_SEVERITY)}")
    return Pair(id_, "faithbench", summary, source, worst in ("Consistent", "Benign"), worst)


def wice(data: Path, split: str) -> Iterator[Pair]:
    """WiCE's claims and subclaims: of one file, or of `split` in the folder that holds claim/ and subclaim/."""
    files = sorted(data.rglob(f"{split}.jsonl")) if data.is_dir() else [data]
    if not files:
        raise BadInput(str(data), f"holds no {split}.jsonl; give {WICE}")
    for file in files:
        kind = file.parent.name if file.parent.name in ("claim", "subclaim") else "claim"
        for number, (where, row) in enumerate(lines(file, WICE)):
            try:
                label = row["label"]
                if label not in ("supported", "partially_supported", "not_supported"):
                    raise ValueError(f"label {label!r}")
                name = (row.get("meta") or {}).get("id", number)
                yield Pair(
                    f"wice {kind}:{name}", f"wice {kind}", row["claim"], "\n".join(row["evidence"]), label == "supported", label
                )
            except (KeyError, TypeError, ValueError) as error:
                raise _wrong(where, error, WICE) from error


def aggrefact(data: Path, split: str) -> Iterator[Pair]:  # noqa: ARG001  # a table is of one split
    """Rows of LLM-AggreFact's table."""
    for number, (where, row) in enumerate(rows(data, AGGREFACT, ("dataset", "doc", "claim", "label"))):
        yield Pair(
            f"{row['dataset']}:{number}", row["dataset"], row["claim"], row["doc"], _label(row["label"], where), row["label"]
        )


def pairs(data: Path, split: str) -> Iterator[Pair]:
    """Rows with context, claim and label (1 supported, 0 not); those with `use` train are left out, and those of another `split` where
    the file has that split."""
    found = [(where, row) for where, row in lines(data, PAIRS) if row.get("use") != "train"]
    if any(row.get("use") == split for _, row in found):
        found = [(where, row) for where, row in found if row.get("use") == split]
    for number, (where, row) in enumerate(found):
        try:
            dataset = str(row.get("dataset") or data.stem)
            yield Pair(
                str(row.get("id") or number),
                dataset,
                row["claim"],
                row["context"],
                _label(str(row["label"]), where),
                str(row.get("raw_label", row["label"])),
            )
        except KeyError as error:
            raise _wrong(where, error, PAIRS) from error


def _label(said: str, where: str) -> bool:
    if said not in ("0", "1"):
        raise BadInput(where, f"has the label {said!r}; 1 is supported, 0 is not")
    return said == "1"
