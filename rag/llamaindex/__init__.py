"""Slugline's parts as LlamaIndex knows them. Apart from the rest, for importing LlamaIndex takes as long as answering a question does."""

from rag.llamaindex.evaluator import SupportEvaluator
from rag.llamaindex.nodes import as_hit, as_node
from rag.llamaindex.query_engine import AnswerEngine
from rag.llamaindex.retriever import PassageRetriever
from rag.llamaindex.synthesizer import QuotingSynthesizer

__all__ = ["AnswerEngine", "PassageRetriever", "QuotingSynthesizer", "SupportEvaluator", "as_hit", "as_node"]
