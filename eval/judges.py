"""Judges: does a passage support a claim? Ours, any cross-encoder of sentence-transformers, or an LLM through LlamaIndex."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from rag.errors import SluglineError

if TYPE_CHECKING:
    from llama_index.core.evaluation import FaithfulnessEvaluator

SUPPORTED = 0.5  # from this chance on a claim counts as supported; one threshold for every judge and set
KEY = "SLUGLINE_EVAL_KEY"  # environment variable: the key of a judge's endpoint
_AT_ONCE = 8  # requests to an endpoint


class Judge(Protocol):
    """Tells how likely a passage supports a claim. `name` stands in reports, and is the same for the same judge always."""

    name: str

    def score(self, pairs: Sequence[tuple[str, str]]) -> np.ndarray:
        """For each (claim, passage) the chance of support, 0 to 1, shape (len(pairs),); NaN where this judge could not tell."""


class Ours:
    """The judge that Slugline ships (`rag.judge`); a claim that stands in its passage word for word needs no judging."""

    name = "ours"

    def score(self, pairs: Sequence[tuple[str, str]]) -> np.ndarray:
        from rag.verify import judge, says

        quoted = np.array([says(passage, claim) for claim, passage in pairs], dtype=bool)
        out = np.ones(len(pairs))
        out[~quoted] = judge().probabilities([pair for pair, stands in zip(pairs, quoted, strict=True) if not stands])
        return out


class Check:
    """What checks each sentence before it is shown (`rag.verify`): the judge, held down where a figure, a date, a name or a quoted word
    is in no passage."""

    name = "check"

    def score(self, pairs: Sequence[tuple[str, str]]) -> np.ndarray:
        from rag.verify import verify_all

        return np.array([chance for _, chance in verify_all([(claim, [passage]) for claim, passage in pairs])])


class CrossEncoderJudge:
    """A cross-encoder by folder or hub name, given (passage, claim) as NLI models are: one logit, or classes of which one is named
    for entailment or support.

    Raises:
        SluglineError: it cannot be loaded, or no class of it is named so.
    """

    def __init__(self, model: str) -> None:
        from sentence_transformers import CrossEncoder

        try:
            self._model = CrossEncoder(model, device="cpu")
        except (OSError, ValueError) as error:
            raise SluglineError(f"The judge {model} cannot be loaded: {error}. Give a folder or a name on the hub.") from error
        self.name = f"cross-encoder:{model}"
        labels = {int(number): str(label).lower() for number, label in self._model.config.id2label.items()}
        self._class = _supporting(model, labels) if len(labels) > 1 else None

    def score(self, pairs: Sequence[tuple[str, str]]) -> np.ndarray:
        import torch

        turned = [(passage, claim) for claim, passage in pairs]
        logits = np.asarray(self._model.predict(turned, activation_fn=torch.nn.Identity(), show_progress_bar=False), dtype=float)
        if self._class is None:
            return np.asarray(1 / (1 + np.exp(-logits.reshape(len(pairs)))))
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(shares[:, self._class] / shares.sum(axis=1))


def _supporting(model: str, labels: dict[int, str]) -> int:
    named = [n for n, label in labels.items() if label.startswith(("entail", "support", "consistent", "faithful"))]
    if len(named) != 1:
        raise SluglineError(
            f"The judge {model} has the classes {', '.join(labels.values())}, and it cannot be told which means support. "
            "Name it 'entailment' or 'supported' in the model's config.json (id2label)."
        )
    return named[0]


class LlmJudge:
    """A language model behind an OpenAI-compatible endpoint, asked by LlamaIndex's `FaithfulnessEvaluator`: 1 for YES, 0 for NO.

    The key, if the endpoint wants one, is read from the environment variable SLUGLINE_EVAL_KEY.
    """

    def __init__(self, model: str, address: str) -> None:
        self.name = f"llm:{model}@{address}"
        self.model = model
        self.address = address
        self.errors: list[str] = []

    def score(self, pairs: Sequence[tuple[str, str]]) -> np.ndarray:
        """As `Judge.score`; what an endpoint failed to judge is NaN, and why is added to `errors`.

        Raises:
            SluglineError: it failed on every pair.
        """
        from llama_index.core import Settings as LlamaSettings
        from llama_index.core.evaluation import FaithfulnessEvaluator
        from llama_index.core.node_parser import TokenTextSplitter

        from eval.llm import open_llm

        before = LlamaSettings.transformations
        # LlamaIndex's own default splits sentences with files that it would fetch.
        LlamaSettings.transformations = [TokenTextSplitter(chunk_size=4096, chunk_overlap=0)]
        try:
            evaluator = FaithfulnessEvaluator(llm=open_llm(self.model, self.address, os.environ.get(KEY, "")))
            found = asyncio.run(self._all(evaluator, pairs))
        finally:
            LlamaSettings.transformations = before
        if len(pairs) and np.isnan(found).all():
            raise SluglineError(f"The judge at {self.address} judged nothing: {self.errors[-1]}")
        return found

    async def _all(self, evaluator: FaithfulnessEvaluator, pairs: Sequence[tuple[str, str]]) -> np.ndarray:
        gate = asyncio.Semaphore(_AT_ONCE)

        async def one(claim: str, passage: str) -> float:
            async with gate:
                try:
                    result: Any = await evaluator.aevaluate(response=claim, contexts=[passage])
                except Exception as error:  # whatever the endpoint does, the other pairs are judged, and this one is told
                    self.errors.append(f"{type(error).__name__}: {error}")
                    return float("nan")
            said = str(result.feedback).strip().upper()
            return 1.0 if said.startswith("YES") else 0.0 if said.startswith("NO") else float(result.score)

        return np.array(await asyncio.gather(*(one(claim, passage) for claim, passage in pairs)), dtype=float)


def open_judge(said: str) -> Judge:
    """The judge that `said` names: 'ours', 'check', 'cross-encoder:FOLDER_OR_NAME' or 'llm:MODEL@ADDRESS'.

    Raises:
        SluglineError: it names none, or the one it names cannot be loaded.
    """
    kind, _, rest = said.partition(":")
    if said in ("ours", "check"):
        return Ours() if said == "ours" else Check()
    if kind == "cross-encoder" and rest:
        return CrossEncoderJudge(rest)
    model, at, address = rest.partition("@")
    if kind == "llm" and model and at and address:
        return LlmJudge(model, address)
    raise SluglineError(
        f"There is no judge {said!r}. Give ours, check, cross-encoder:FOLDER_OR_NAME or llm:MODEL@ADDRESS "
        "(such as llm:qwen3@http://127.0.0.1:11434/v1)."
    )
