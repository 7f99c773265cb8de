"""Question → ranked passages.

Whom it describes without naming is looked up (`rag.whoswho`). The two indexes bring candidates for the question and for each of its
sides (`library.candidates`); what stands in a candidate is compared with what is asked, sentence by sentence (`pages`, `features`); a
small fitted model turns that into the chance that it is the one a side wants, and the chances are shared out over sides, outlets and
articles (`rank`). A reranker, if one is set, reads the best of them beside the question (`reranking`). Which of them are read for an
answer, what was found itself tells (`found`).
"""

from rag.retrieve.found import READ, Retrieved
from rag.retrieve.rank import MOST_OF_ONE_ARTICLE, Ways
from rag.retrieve.reranking import Reranker, reranked
from rag.retrieve.retriever import Retriever

__all__ = ["MOST_OF_ONE_ARTICLE", "READ", "Reranker", "Retrieved", "Retriever", "Ways", "reranked"]
