from __future__ import annotations

import pytest
import torch
from transformers import BertForQuestionAnswering

from rag.embed import PackagedEmbedder
from train import attention


def _gradients(implementation: str) -> torch.Tensor:
    torch.manual_seed(0)
    model = BertForQuestionAnswering.from_pretrained(
        PackagedEmbedder().folder,
        attention_probs_dropout_prob=0.0,
        hidden_dropout_prob=0.0,
        attn_implementation=implementation,
    )
    ids = torch.randint(1000, 20000, (3, 40))
    mask = torch.ones_like(ids)
    mask[2, 25:] = 0
    place = torch.tensor([20, 12, 0])
    model.train()
    model(input_ids=ids, attention_mask=mask, start_positions=place, end_positions=place).loss.backward()
    return torch.cat([p.grad.flatten() for name, p in model.named_parameters() if ".layer." in name])


def test_our_attention_learns_what_torchs_own_would() -> None:
    theirs, ours = _gradients("sdpa"), _gradients(attention.NAME)
    assert float((ours - theirs).norm()) < 1e-4 * float(theirs.norm())


def test_attention_that_should_drop_is_refused() -> None:
    q = torch.zeros(1, 1, 2, 4)
    with pytest.raises(ValueError, match="attention_probs_dropout_prob"):
        attention._attend(torch.nn.Identity(), q, q, q, None, dropout=0.1)


def test_dropout_drops_its_share_keeps_the_mean_and_is_not_the_same_twice() -> None:
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Dropout(0.2), torch.nn.Sequential(torch.nn.Dropout(0.2)))
    attention.quicken(model)
    assert [type(part) for part in model.modules()].count(attention.Dropout) == 2
    drops, ones = model[0], torch.ones(400, 500)
    one, other = drops(ones), drops(ones)
    assert abs(float((one == 0).float().mean()) - 0.2) < 0.01
    assert abs(float(one.mean()) - 1) < 0.01
    assert not torch.equal(one, other)
    assert torch.equal(drops.eval()(ones), ones)
