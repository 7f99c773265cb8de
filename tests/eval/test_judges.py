"""Judges as they are really used: our own check, a cross-encoder made here, an LLM behind a scripted endpoint on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from eval.citations import Cited, verdicts
from eval.judges import CrossEncoderJudge, LlmJudge, Ours, open_judge
from eval.llm import open_llm
from rag.errors import SluglineError

CLAIM = "The union signed the contract on 5 May 2023."


def test_ours_tells_what_a_passage_says_from_what_it_does_not() -> None:
    passage = f"After a long night, talks ended. {CLAIM} Members vote next week."
    said, changed, other = Ours().score(
        [(CLAIM, passage), (CLAIM.replace("5", "6"), passage), ("Fish swim in the sea.", passage)]
    )
    assert said == 1
    assert changed < 0.5
    assert other < 0.5


class Says:
    """A judge that supports a claim when one of the claim's words in capitals is in the passage."""

    name = "says"

    def score(self, pairs: list[tuple[str, str]]) -> np.ndarray:
        self.asked = list(pairs)
        return np.array([float(all(word in passage for word in claim.split() if word.isupper())) for claim, passage in pairs])


def test_citation_precision_and_recall_are_alces() -> None:
    answer = [
        Cited("both A B", ("tells A", "tells B")),  # only together: each is needed
        Cited("one A", ("tells A", "tells nothing")),  # the second is beside the point
        Cited("twice A", ("tells A", "also A")),  # each supports it alone: both are right
        Cited("wrong C", ("tells A",)),
        Cited("uncited A", ()),
    ]
    [found] = verdicts([answer], Says())
    assert [verdict.recalled for verdict in found] == [True, True, True, False, False]
    assert [verdict.precise for verdict in found] == [2, 1, 2, 0, 0]
    assert [verdict.citations for verdict in found] == [2, 2, 2, 1, 0]


def test_faithfulness_asks_less_than_citation_recall() -> None:
    [[_, second]] = verdicts([[Cited("one A", ("tells A",)), Cited("two A", ("tells B",))]], Says())
    assert second.faithful
    assert not second.recalled


def test_every_pair_is_judged_once() -> None:
    judge = Says()
    verdicts([[Cited("one A", ("tells A",))], [Cited("one A", ("tells A",))]], judge)
    assert judge.asked == [("one A", "tells A")]


@pytest.fixture
def cross_encoder(tmp_path: Path) -> Path:
    """A tiny BERT with three classes and chance weights: what loads it is the real thing."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "union", "signed", "contract"]
    raw = Tokenizer(WordLevel({word: n for n, word in enumerate(words)}, unk_token="[UNK]"))  # noqa: S106
    raw.pre_tokenizer = Whitespace()
    marks = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    PreTrainedTokenizerFast(tokenizer_object=raw, model_max_length=64, **marks).save_pretrained(tmp_path)
    shape = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    labels = {0: "contradiction", 1: "entailment", 2: "neutral"}
    config = BertConfig(vocab_size=len(words), id2label=labels, label2id={name: n for n, name in labels.items()}, **shape)
    BertForSequenceClassification(config).save_pretrained(tmp_path)
    return tmp_path


def test_a_cross_encoder_gives_the_chance_of_its_class_for_entailment(cross_encoder: Path) -> None:
    from sentence_transformers import CrossEncoder

    judge = open_judge(f"cross-encoder:{cross_encoder}")
    assert isinstance(judge, CrossEncoderJudge)
    got = judge.score([("union signed", "contract"), ("contract", "union")])
    logits = CrossEncoder(str(cross_encoder)).predict([("contract", "union signed"), ("union", "contract")], apply_softmax=True)
    assert got == pytest.approx(np.asarray(logits)[:, 1], abs=1e-5)


def test_a_cross_encoder_whose_classes_say_nothing_is_refused(cross_encoder: Path) -> None:
    config = json.loads((cross_encoder / "config.json").read_text())
    config["id2label"] = {"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2"}
    config["label2id"] = {"LABEL_0": 0, "LABEL_1": 1, "LABEL_2": 2}
    (cross_encoder / "config.json").write_text(json.dumps(config))
    with pytest.raises(SluglineError, match="id2label"):
        CrossEncoderJudge(str(cross_encoder))


class _Endpoint(BaseHTTPRequestHandler):
    """Speaks the chat completions protocol: YES where the context holds the information word for word."""

    asked: list[dict[str, object]]

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        type(self).asked.append({"path": self.path, "key": self.headers.get("Authorization"), **body})
        prompt = body["messages"][-1]["content"]
        information = prompt.rsplit("Information: ", 1)[1].split("\n")[0].strip() if "Information: " in prompt else ""
        if "break" in information:
            self.send_error(500)
            return
        said = "YES" if information and prompt.count(information) > 1 else "NO"
        if "Write exactly two lines" in prompt:
            said = "QUESTION: When was the contract signed?\nANSWER: 5 May 2023"
        message = {"role": "assistant", "content": said}
        found = json.dumps({"id": "1", "object": "chat.completion", "choices": [{"index": 0, "message": message}]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(found)))
        self.end_headers()
        self.wfile.write(found)

    def log_message(self, *_: object) -> None:
        """Nothing: the test's output stays readable."""


@pytest.fixture
def endpoint() -> Iterator[tuple[str, list[dict[str, object]]]]:
    """(address, requests so far)."""
    _Endpoint.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Endpoint)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1", _Endpoint.asked
    server.shutdown()
    server.server_close()


def test_an_llm_judges_through_its_endpoint(
    endpoint: tuple[str, list[dict[str, object]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, asked = endpoint
    monkeypatch.setenv("SLUGLINE_EVAL_KEY", "sesame")
    judge = open_judge(f"llm:tiny@{address}")
    assert judge.score([(CLAIM, f"It is said: {CLAIM}"), (CLAIM, "Nothing of the kind.")]).tolist() == [1, 0]
    assert {(one["path"], one["key"], one["model"], one["temperature"]) for one in asked} == {
        ("/v1/chat/completions", "Bearer sesame", "tiny", 0)
    }


def test_what_an_endpoint_fails_to_judge_is_nan_and_the_rest_is_judged(endpoint: tuple[str, list[dict[str, object]]]) -> None:
    judge = LlmJudge("tiny", endpoint[0])
    got = judge.score([("break this", "x"), (CLAIM, CLAIM)])
    assert np.isnan(got[0])
    assert got[1] == 1
    assert "500" in judge.errors[0]


def test_an_endpoint_that_is_not_there_is_told_in_a_sentence(free_port: int) -> None:
    with pytest.raises(SluglineError, match=str(free_port)):
        LlmJudge("tiny", f"http://127.0.0.1:{free_port}/v1").score([(CLAIM, CLAIM)])


def test_an_llms_answer_is_read_from_its_endpoint(endpoint: tuple[str, list[dict[str, object]]]) -> None:
    assert str(open_llm("tiny", endpoint[0]).complete("Write exactly two lines")).startswith("QUESTION:")


@pytest.mark.parametrize("said", ["theirs", "llm:tiny", "cross-encoder:", ""])
def test_an_unknown_judge_is_told_with_those_there_are(said: str) -> None:
    with pytest.raises(SluglineError, match="cross-encoder:FOLDER_OR_NAME"):
        open_judge(said)
