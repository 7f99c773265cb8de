"""Write the judge as a folder that sentence-transformers' CrossEncoder loads: `python -m train.export DIR`.

The project ships only what differs from the packaged model; the folder holds the whole. A CrossEncoder gives the logit of the head on
the first mark for (claim, text): without the exact checks and the calibration of `rag.judge`, and cutting a long text.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from rag.embed import PackagedEmbedder
from rag.judge import MAX_TOKENS, MODEL_FOLDER, REINSTALL
from rag.weights import load_weights


def export(folder: Path, model: Path = MODEL_FOLDER) -> None:
    """`model`'s layers and heads on the packaged word embeddings, with tokenizer and configuration, in `folder`."""
    packaged = PackagedEmbedder().folder
    folder.mkdir(parents=True, exist_ok=True)
    own = {name: value for name, value in load_weights(model, REINSTALL).items() if not name.startswith("pieces.")}
    kept = {
        f"bert.{name}": value
        for name, value in load_file(packaged / "model.safetensors").items()
        if name.startswith("embeddings.")
    }
    weights = {name: value.to(torch.float32).contiguous() for name, value in (kept | own).items() if value.is_floating_point()}
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    config = json.loads((packaged / "config.json").read_text("utf-8"))
    config |= {"architectures": ["BertForSequenceClassification"], "id2label": {"0": "supported"}, "label2id": {"supported": 0}}
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n", "utf-8")
    for file in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt"):
        if (packaged / file).exists():
            shutil.copyfile(packaged / file, folder / file)
    settings = folder / "tokenizer_config.json"
    if settings.exists():
        known = json.loads(settings.read_text("utf-8"))
        settings.write_text(json.dumps(known | {"model_max_length": MAX_TOKENS}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    export(parser.parse_args().folder)
