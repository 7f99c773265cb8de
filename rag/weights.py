"""The weights that Slugline ships: matrices as eight-bit integers with a scale for each 32 of a row, the rest as float16, and their hash.

The values of a group are whole multiples of its largest one / 127 (absmax quantisation by block: Dettmers et al., 2022, section 2). They
are made floats again when loaded, so a model costs half the room on disk and runs as it did.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import load, save

from rag.errors import ModelDamaged

FILE, HASH_FILE = "model.safetensors", "hash.json"
SCALE = ".scale"  # what the scales of a matrix are called, after its own name
STEPS, GROUP = 127, 32


def load_weights(folder: Path, remedy: str) -> dict[str, torch.Tensor]:
    """The weights in `folder` by name, float32.

    Raises:
        ModelDamaged: the file is not the one that was shipped; `remedy` says what to do.
    """
    file = folder / FILE
    data = file.read_bytes()
    expected = json.loads((folder / HASH_FILE).read_text("utf-8"))["sha256"]
    found = hashlib.sha256(data).hexdigest()
    if found != expected:
        raise ModelDamaged(file, found, expected, remedy)
    stored = load(data)
    return {
        name: _whole(value, stored[name + SCALE]) if name + SCALE in stored else value.float()
        for name, value in stored.items()
        if not name.endswith(SCALE)
    }


def _whole(steps: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
    return (steps.float().reshape(*scale.shape, GROUP) * scale.float()[:, :, None]).reshape(steps.shape)


def save_weights(weights: Mapping[str, torch.Tensor], folder: Path) -> str:
    """Write `weights` to `folder`; their hash."""
    folder.mkdir(parents=True, exist_ok=True)
    stored: dict[str, torch.Tensor] = {}
    for name, value in weights.items():
        value = value.detach().float()
        if value.dim() == 2 and min(value.shape) >= GROUP:  # the few rows of a head cost nothing
            groups = value.reshape(len(value), -1, GROUP)
            scale = (groups.abs().amax(dim=2) / STEPS).clamp(min=1e-7).to(torch.float16)
            stored[name] = (groups / scale.float()[:, :, None]).round().clamp(-STEPS, STEPS).to(torch.int8).reshape(value.shape)
            stored[name + SCALE] = scale
        else:
            stored[name] = value.to(torch.float16).contiguous()
    data = save(stored)
    (folder / FILE).write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    (folder / HASH_FILE).write_text(json.dumps({"sha256": digest}) + "\n", "utf-8")
    return digest
