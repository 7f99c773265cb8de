"""Question → ranked passages, as a LlamaIndex retriever.

Whom it describes without naming is looked up (`rag.whoswho`). The two indexes bring candidates for the question and for each of its
sides (`library.candidates`); what stands in a candidate is compared with what is asked, sentence by sentence (`pages`, `features`); a
small fitted model turns that into the chance that it is the one a side wants, and the chances are shared out over sides, outlets and
articles (`rank`). A reranker, if one is set, reads the best of them beside the question (`reranking`).
"""

from rag.retrieve.rank import MOST_OF_ONE_ARTICLE, Ways
from rag.retrieve.reranking import Reranker, reranked
from rag.retrieve.retriever import READ, Retrieved, Retriever, as_node

__all__ = ["MOST_OF_ONE_ARTICLE", "READ", "Reranker", "Retrieved", "Retriever", "Ways", "as_node", "reranked"]
