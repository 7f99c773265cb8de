"""The packaged judge: what it says of claims anybody would agree on, and that it loads only what it was shipped as."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from rag.errors import ModelDamaged
from rag.judge import MODEL_FOLDER, SUPPORTED, Judge
from rag.weights import HASH_FILE

PASSAGE = (
    "The games union reached a deal with three studios on Tuesday after a strike of eleven months. Members will vote on it in July. "
    "The studios agreed to ask for consent before a performer's voice is copied, and to pay for each use of the copy. "
    "Talks with the two largest publishers continue. A spokeswoman for the union called the agreement a beginning."
)


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge()


@pytest.mark.parametrize(
    ("claim", "supported"),
    [
        ("The strike had lasted eleven months before the union and three studios made a deal.", True),
        ("Performers must agree before their voices are copied, under the deal.", True),
        ("A vote of the members is due in July.", True),
        ("The strike lasted four years.", False),
        ("The union has broken off talks with the two largest publishers.", False),
        ("The studios refused to pay for the use of copied voices.", False),
        ("A bakery in Lyon won a prize for its bread.", False),
    ],
)
def test_it_tells_what_a_passage_bears_out(judge: Judge, claim: str, supported: bool) -> None:
    assert (judge.probabilities([(claim, PASSAGE)])[0] >= SUPPORTED) is np.bool_(supported)


def test_pairs_are_judged_alike_together_and_alone(judge: Judge) -> None:
    pairs = [("Members will vote in July.", PASSAGE), ("The strike lasted four years.", PASSAGE), ("", PASSAGE)]
    together = judge.probabilities(pairs)
    assert together.shape == (3,)
    alone = [float(judge.probabilities([pair])[0]) for pair in pairs]
    assert np.allclose(together, alone, atol=0.03)  # bfloat16 rounds by how a batch is padded


def test_it_finds_the_sentence_in_a_long_text(judge: Judge) -> None:
    filler = " ".join(f"Visitor number {i} praised the gardens of town {i}." for i in range(400))
    text = f"{filler} {PASSAGE} {filler}"
    true, false = judge.probabilities(
        [("Members will vote on the deal in July.", text), ("Members rejected the deal in May.", text)]
    )
    assert true >= SUPPORTED > false


def test_a_long_claim_is_as_likely_as_its_least_likely_part(judge: Judge) -> None:
    claim = "A bakery in Lyon won a prize. " * 20 + "Members will vote on the deal in July. " * 20
    parts = judge.parts(claim)
    alone = judge.probabilities([(part, PASSAGE) for part in parts])
    assert len(parts) > 1
    assert judge.probabilities([(claim, PASSAGE)])[0] == pytest.approx(alone.min(), abs=0.03)
    assert alone.min() < SUPPORTED <= alone.max()


def test_nothing_to_judge_is_no_error(judge: Judge) -> None:
    assert judge.probabilities([]).shape == (0,)


def test_weights_that_are_not_the_shipped_ones_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "judge"
    shutil.copytree(MODEL_FOLDER, folder)
    data = bytearray((folder / "model.safetensors").read_bytes())
    data[-1] ^= 1
    (folder / "model.safetensors").write_bytes(data)
    with pytest.raises(ModelDamaged, match=r"judge.*model\.safetensors"):
        Judge(folder).probabilities([("Members will vote.", PASSAGE)])
    assert (folder / HASH_FILE).exists()


def test_sentence_transformers_reads_the_exported_judge(judge: Judge, tmp_path: Path) -> None:
    pytest.importorskip("sentence_transformers")
    from sentence_transformers import CrossEncoder
    from torch.nn import Identity

    from train.export import export

    export(tmp_path / "judge")
    pairs = [("Members will vote in July.", PASSAGE), ("The strike lasted four years.", PASSAGE)]
    theirs = CrossEncoder(str(tmp_path / "judge"), device="cpu").predict(pairs, activation_fn=Identity(), show_progress_bar=False)
    assert np.allclose(theirs, judge.heads(pairs)[:, 0], atol=0.15)  # ours in bfloat16
